#include "store/prepare.h"

#include "store/counts_for.h"
#include "store/findings_json.h"

static gint64
add_capped(gint64 a, gint64 b)
{
    return a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
}

StorePrepared *
store_prepare(const StoreReport *item)
{
    const Report *report = item->report;
    StorePrepared *prepared = g_new0(StorePrepared, 1);
    sender_init(&prepared->sender, report, item->trust, item->authenticated_by);
    prepared->counts_for = counts_for_text(report);
    for (gsize i = 0; i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        prepared->successful = add_capped(prepared->successful, entry->successful_sessions);
        prepared->failed = add_capped(prepared->failed, entry->failed_sessions);
    }
    report_claim(report, prepared->claim);
    report_content(report, prepared->content);
    prepared->findings = findings_json(item->findings);
    return prepared;
}

void
store_prepared_free(StorePrepared *prepared)
{
    if (prepared == NULL)
        return;
    sender_clear(&prepared->sender);
    g_free(prepared->counts_for);
    g_free(prepared->findings);
    g_free(prepared);
}
