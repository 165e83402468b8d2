#include "report/html.h"

#include <stdarg.h>

void
html_text(GString *out, const char *text)
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
            g_string_append_unichar(out,
                                    g_unichar_iscntrl(c) && c != '\n' && c != '\t' ? 0xfffd : c);
        }
    }
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
        html_text(out, value);
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
