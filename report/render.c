#include "report/render.h"

#define SHORT (REVIEW_VERDICT | REVIEW_PROBLEMS)
#define LONG  (REVIEW_ALL & ~REVIEW_COMPARE)

static const RenderFormat formats[] = {
    {"text", SHORT, render_text}, {"json", SHORT, render_json},
    {"csv", 0, render_csv},       {"markdown", LONG, render_markdown},
    {"html", LONG, render_html},  {"html-mail", LONG, render_html_mail},
};

/* Less is not worth a call. */
#define PASSED_ON_BYTES (64 * 1024)

void
render_pass_on(const RenderStyle *style, GString *out)
{
    if (style->pass_on != NULL && out->len >= PASSED_ON_BYTES)
        style->pass_on(style->pass_on_data, out);
}

const RenderFormat *
render_format(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_strcmp0(name, formats[i].name) == 0)
            return &formats[i];
    }
    return NULL;
}

char *
render_format_names(void)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", formats[i].name);
    return g_string_free(names, FALSE);
}
