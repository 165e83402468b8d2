#include "store/counts_for.h"

#include <string.h>

char *
counts_for_text(const Report *report)
{
    g_autoptr(GString) text = g_string_sized_new(64);
    for (gsize i = 0; i < report->n_policies; i++) {
        const char *const *domain = report->policies[i].counts_for;
        if (i > 0)
            g_string_append_c(text, ';');
        for (gsize j = 0; domain != NULL && domain[j] != NULL; j++) {
            if (strpbrk(domain[j], ",;") != NULL)
                return NULL;
            if (j > 0)
                g_string_append_c(text, ',');
            g_string_append(text, domain[j]);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

GPtrArray *
counts_for_lists(const char *text, gsize n)
{
    GPtrArray *lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_auto(GStrv) entries = g_strsplit(text, ";", -1);
    for (guint i = 0; entries[i] != NULL; i++)
        g_ptr_array_add(lists, g_strsplit(entries[i], ",", -1));
    /* "" is one entry without domains, or no entry at all. g_strsplit makes none of it. */
    if (lists->len == 0 && n == 1)
        g_ptr_array_add(lists, g_new0(char *, 1));
    if (lists->len == n)
        return lists;
    g_ptr_array_unref(lists);
    return NULL;
}

char *
counts_for_domains(const char *text)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    g_auto(GStrv) domains = g_strsplit_set(text, ",;", -1);
    GString *out = g_string_new(NULL);
    for (guint i = 0; domains[i] != NULL; i++) {
        if (*domains[i] == '\0' || !g_hash_table_add(seen, domains[i]))
            continue;
        if (out->len > 0)
            g_string_append_c(out, ',');
        g_string_append(out, domains[i]);
    }
    return g_string_free(out, FALSE);
}
