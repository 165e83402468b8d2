#include "report/dashboard/visible.h"

#include <stdlib.h>
#include <string.h>

gboolean
visible_entry(const Page *page, const PolicyEntry *entry)
{
    if (page->request->domains == NULL)
        return TRUE;
    for (const char *const *domain = entry->counts_for; *domain != NULL; domain++) {
        if (page_may_see(page, *domain))
            return TRUE;
    }
    return FALSE;
}

gboolean
visible_whole(const Page *page, const Report *report)
{
    for (gsize i = 0; i < report->n_policies; i++) {
        if (!visible_entry(page, &report->policies[i]))
            return FALSE;
    }
    return TRUE;
}

char *
visible_domains(const Page *page, const char *domains)
{
    g_auto(GStrv) all = g_strsplit(domains, ",", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (char **domain = all; *domain != NULL; domain++) {
        if (**domain != '\0' && page_may_see(page, *domain))
            g_strv_builder_add(builder, *domain);
    }
    g_auto(GStrv) seen = g_strv_builder_end(builder);
    if (*seen == NULL && page->request->domains != NULL)
        return NULL;
    return g_strjoinv(", ", seen);
}

/* The pointer of a finding names an entry of REPORT that may not be seen. */
static gboolean
is_hidden(const Page *page, const char *pointer, const Report *report)
{
    static const char policies[] = "/policies/";
    if (page->request->domains == NULL)
        return FALSE;
    if (report == NULL)
        return TRUE;
    if (!g_str_has_prefix(pointer, policies))
        return FALSE;
    guint64 n = g_ascii_strtoull(pointer + strlen(policies), NULL, 10);
    return n >= report->n_policies || !visible_entry(page, &report->policies[n]);
}

json_t *
visible_findings(const Page *page, const char *findings_json, const Report *report)
{
    json_t *all = findings_json != NULL ? json_loads(findings_json, 0, NULL) : NULL;
    json_t *seen = json_array();
    size_t index;
    json_t *finding;
    json_array_foreach(all, index, finding)
    {
        const char *pointer = json_string_value(json_object_get(finding, "pointer"));
        if (!is_hidden(page, pointer != NULL ? pointer : "", report))
            json_array_append(seen, finding);
    }
    json_decref(all);
    return seen;
}
