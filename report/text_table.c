#include "report/text_table.h"

static int
character_columns(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

int
text_columns(const char *text)
{
    int columns = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        columns += character_columns(g_utf8_get_char(p));
    return columns;
}

static void
append_spaces(GString *out, int count)
{
    for (int i = 0; i < count; i++)
        g_string_append_c(out, ' ');
}

void
text_append_padded(GString *out, const char *text, int width, gboolean right)
{
    int pad = width - text_columns(text);
    if (right)
        append_spaces(out, pad);
    g_string_append(out, text);
    if (!right)
        append_spaces(out, pad);
}

static void
append_cut(GString *out, const char *text, int width)
{
    if (text_columns(text) <= width) {
        g_string_append(out, text);
        return;
    }
    int columns = 0;
    const char *p = text;
    while (*p != '\0' && columns + character_columns(g_utf8_get_char(p)) < width) {
        columns += character_columns(g_utf8_get_char(p));
        p = g_utf8_next_char(p);
    }
    g_string_append_len(out, text, p - text);
    g_string_append(out, "…");
}

void
text_append_name(GString *out, const char *text, int indent, int width)
{
    append_spaces(out, indent);
    if (text_columns(text) <= width) {
        text_append_padded(out, text, width, FALSE);
        return;
    }
    append_cut(out, text, TEXT_WIDTH - indent);
    g_string_append_c(out, '\n');
    append_spaces(out, indent + width);
}

void
text_append_cell(GString *out, const char *text, int width)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    append_cut(cell, text, width);
    text_append_padded(out, cell->str, width, FALSE);
}

void
text_append_wrapped(GString *out, const char *text, int column, int indent)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gboolean first = TRUE;
    for (char **word = words; *word != NULL; word++) {
        int width = text_columns(*word);
        if (!first && column + 1 + width > TEXT_WIDTH) {
            g_string_append_c(out, '\n');
            append_spaces(out, indent);
            column = indent;
        } else if (!first) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, *word);
        column += width;
        first = FALSE;
    }
    g_string_append_c(out, '\n');
}

char *
text_percent(gint64 part, gint64 whole)
{
    if (whole <= 0)
        return g_strdup("-");
    double percent = 100.0 * (double)part / (double)whole;
    if (part > 0 && percent < 0.01)
        return g_strdup("<0.01%");
    if (part < whole && percent > 99.99)
        return g_strdup(">99.99%");
    return g_strdup_printf("%.2f%%", percent);
}
