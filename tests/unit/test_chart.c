#include "report/chart.h"

#include <string.h>

/* The drawing is read back as XML. */
typedef struct {
    guint bars, stripes, gaps, numbers, depth;
    double lowest; /* smallest y at which something is drawn */
    GString *text;
} Drawing;

static void
start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
      gpointer data, GError **error)
{
    Drawing *drawing = data;
    (void)context;
    (void)element;
    (void)error;
    drawing->depth++;
    for (guint i = 0; names[i] != NULL; i++) {
        g_assert_cmpstr(names[i], !=, "style");
        g_assert_cmpstr(names[i], !=, "fill");
        if (strcmp(names[i], "y") == 0 || strcmp(names[i], "y2") == 0)
            drawing->lowest = MIN(drawing->lowest, g_ascii_strtod(values[i], NULL));
        if (strcmp(names[i], "class") != 0)
            continue;
        drawing->bars += strcmp(values[i], "chart-ok") == 0;
        drawing->stripes += strcmp(values[i], "chart-failed") == 0;
        drawing->gaps += strcmp(values[i], "chart-gap") == 0;
        drawing->numbers += strcmp(values[i], "chart-number") == 0;
    }
}

static void
end(GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
    (void)context;
    (void)element;
    (void)error;
    ((Drawing *)data)->depth--;
}

static void
text(GMarkupParseContext *context, const char *content, gsize length, gpointer data, GError **error)
{
    (void)context;
    (void)error;
    g_string_append_len(((Drawing *)data)->text, content, (gssize)length);
    g_string_append_c(((Drawing *)data)->text, '\n');
}

static Drawing
draw(const ChartDay *days, guint n, const char *title)
{
    static const GMarkupParser parser = {.start_element = start, .end_element = end, .text = text};
    Drawing drawing = {.text = g_string_new(NULL), .lowest = 1e9};
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, (GMarkupParseFlags)0, &drawing, NULL);
    chart_days(out, days, n, title);
    g_assert_true(g_markup_parse_context_parse(context, out->str, (gssize)out->len, &error));
    g_assert_no_error(error);
    if (n > 0) {
        g_assert_true(g_markup_parse_context_end_parse(context, &error));
        g_assert_no_error(error);
    }
    g_assert_cmpuint(drawing.depth, ==, 0);
    return drawing;
}

static void
test_days(void)
{
    static const ChartDay days[] = {{20000, 2, 100, 0}, {20001, 1, 90, 10}, {20005, 1, 0, 7}};
    Drawing drawing = draw(days, G_N_ELEMENTS(days), "Sessions <of> \"a\" & b");
    g_assert_cmpuint(drawing.bars, ==, 2); /* the last day has no success */
    g_assert_cmpuint(drawing.stripes, ==, 2);
    g_assert_cmpuint(drawing.gaps, ==, 3);
    g_assert_cmpuint(drawing.numbers, ==, 2);
    g_assert_true(drawing.lowest >= 0);
    /* Without colour, and to a screen reader. */
    g_assert_nonnull(strstr(drawing.text->str, "Sessions <of> \"a\" & b"));
    g_assert_nonnull(strstr(drawing.text->str, "2024-10-04 to 2024-10-09: reports of 3 of 6 days, "
                                               "failed sessions on 2 of them. Most on 2024-10-05: "
                                               "90 sessions succeeded, 10 failed (10.00%)."));
    g_assert_nonnull(strstr(drawing.text->str, "2024-10-06: no report"));
    g_string_free(drawing.text, TRUE);
}

/* Few failures among many successes still show, and the highest bar stays in the picture. */
static void
test_extremes(void)
{
    static const ChartDay days[] = {
        {0, 1, 4503599627370496, 1}, {1, 1, G_MAXINT64, G_MAXINT64}, {2, 1, 0, 0}, {3, 1, 0, 1}};
    Drawing drawing = draw(days, G_N_ELEMENTS(days), "x");
    g_assert_cmpuint(drawing.stripes, ==, 3);
    g_assert_true(drawing.lowest >= 0);
    g_string_free(drawing.text, TRUE);
    drawing = draw(days, 0, "x");
    g_assert_cmpuint(drawing.text->len, ==, 0);
    g_string_free(drawing.text, TRUE);
}

/* A report may claim any year; the drawing stays small. */
static void
test_centuries(void)
{
    static const ChartDay days[] = {{0, 1, 5, 0}, {2900000, 1, 5, 1}};
    Drawing drawing = draw(days, G_N_ELEMENTS(days), "x");
    g_assert_cmpuint(drawing.gaps, ==, CHART_MAX_DAYS - 1);
    g_assert_cmpuint(drawing.bars, ==, 1);
    g_string_free(drawing.text, TRUE);
}

static void
test_mail_bar(void)
{
    static const struct {
        gint64 part, whole;
        const char *wanted, *unwanted;
    } cases[] = {
        {0, 100, "width=\"100%\"", "#b3261e"}, {1, 1000000, "width=\"1%\"", "width=\"0%\""},
        {50, 100, "width=\"50%\"", NULL},      {100, 100, "width=\"100%\"", "#e4e4e4"},
        {7, 0, "width=\"1%\"", NULL},          {300, 100, "width=\"100%\"", "#e4e4e4"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        chart_bar_mail(out, cases[i].part, cases[i].whole);
        g_assert_nonnull(strstr(out->str, cases[i].wanted));
        if (cases[i].unwanted != NULL)
            g_assert_null(strstr(out->str, cases[i].unwanted));
        g_assert_null(strstr(out->str, "class="));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chart/days", test_days);
    g_test_add_func("/chart/extremes", test_extremes);
    g_test_add_func("/chart/centuries", test_centuries);
    g_test_add_func("/chart/mail-bar", test_mail_bar);
    return g_test_run();
}
