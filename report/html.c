#include "report/html.h"

#include <stdarg.h>

/* Unicode UAX 9 2: what overrides or isolates the direction of the text after it. */
static gboolean
is_bidi_control(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* KEEP_BIDI: in an attribute that nobody reads, a link or a form field, what overrides the
 * direction keeps its value, but as a reference. */
static void
escape(GString *out, const char *text, gboolean keep_bidi)
{
    if (text == NULL)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        switch (c) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        default:
            /* HTML 13.5: control characters are no text, escaped or not. */
            if (is_bidi_control(c) && keep_bidi)
                g_string_append_printf(out, "&#x%x;", c);
            else if ((g_unichar_iscntrl(c) && c != '\n' && c != '\t') || is_bidi_control(c))
                g_string_append_unichar(out, 0xfffd);
            else
                g_string_append_unichar(out, c);
        }
    }
}

void
html_text(GString *out, const char *text)
{
    escape(out, text, FALSE);
}

void
html_printf(GString *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    html_text(out, text);
}

void
html_open(GString *out, const char *element, ...)
{
    va_list attributes;
    va_start(attributes, element);
    g_string_append_printf(out, "<%s", element);
    for (const char *name; (name = va_arg(attributes, const char *)) != NULL;) {
        const char *value = va_arg(attributes, const char *);
        if (value == NULL)
            continue;
        g_string_append_printf(out, " %s=\"", name);
        escape(out, value, TRUE);
        g_string_append_c(out, '"');
    }
    g_string_append_c(out, '>');
    va_end(attributes);
}

void
html_close(GString *out, const char *element)
{
    g_string_append_printf(out, "</%s>", element);
}

void
html_element(GString *out, const char *element, const char *class, const char *text)
{
    html_open(out, element, "class", class, NULL);
    html_text(out, text);
    html_close(out, element);
}
