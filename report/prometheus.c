#include "report/prometheus.h"

#include "schema/finding.h"
#include "schema/limits.h"

void
prometheus_family(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_value(GString *out, const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            g_string_append(out, "\\n");
        else if (*value == '\\' || *value == '"')
            g_string_append_printf(out, "\\%c", *value);
        else
            g_string_append_c(out, *value);
    }
}

static void
append_labels(GString *out, const char *name, va_list labels)
{
    const char *label, *separator = "{";
    g_string_append(out, name);
    while ((label = va_arg(labels, const char *)) != NULL) {
        g_string_append_printf(out, "%s%s=\"", separator, label);
        append_value(out, va_arg(labels, const char *));
        g_string_append_c(out, '"');
        separator = ",";
    }
    if (*separator == ',')
        g_string_append_c(out, '}');
}

void
prometheus_sample(GString *out, const char *name, gint64 value, ...)
{
    va_list labels;
    va_start(labels, value);
    append_labels(out, name, labels);
    va_end(labels);
    g_string_append_printf(out, " %" G_GINT64_FORMAT "\n", value);
}

void
prometheus_fraction(GString *out, const char *name, double value, ...)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    va_list labels;
    va_start(labels, value);
    append_labels(out, name, labels);
    va_end(labels);
    g_string_append_printf(out, " %s\n", g_ascii_dtostr(number, sizeof number, value));
}

char *
prometheus_label(const char *text)
{
    return text_printable(text, -1, LIMIT_METRICS_LABEL_BYTES);
}
