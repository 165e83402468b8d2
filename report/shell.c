#include "report/shell.h"

#include <string.h>

#include "schema/domain_name.h"

const char *
shell_host(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    if (name == NULL || name[strspn(name, plain)] != '\0')
        return NULL;
    g_autofree char *normal = domain_name_normalise(name, -1, FALSE, NULL);
    if (normal == NULL || strcmp(normal, name) != 0)
        return NULL;
    for (const char *label = name; label != NULL;) {
        const char *dot = strchr(label, '.');
        gsize length = dot != NULL ? (gsize)(dot - label) : strlen(label);
        if (length == 0 || label[0] == '-' || label[length - 1] == '-')
            return NULL;
        label = dot != NULL ? dot + 1 : NULL;
    }
    return name;
}

char *
shell_command(const char *format, const char *host, const char *domain)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (; *format != '\0'; format++) {
        if (*format != '%' || (format[1] != 'h' && format[1] != 'd')) {
            g_string_append_c(out, *format);
            continue;
        }
        const char *name = *++format == 'h' ? host : domain;
        if (name == NULL)
            return NULL;
        /* Of such characters only; the quotes are for those who read, and for what may yet come. */
        g_autofree char *quoted = g_shell_quote(name);
        g_string_append(out, name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._")] == '\0'
                                 ? name
                                 : quoted);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
