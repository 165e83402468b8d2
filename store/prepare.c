#include "store/prepare.h"

#include <string.h>

#include "store/counts_for.h"
#include "store/findings_json.h"

static gint64
add_capped(gint64 a, gint64 b)
{
    return a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
}

/* With its texts behind it, in one block: thousands wait for the writer. */
static StorePrepared *
with_texts(const Sender *sender, const char *counts_for, const char *findings, const char *codes)
{
    const char *const texts[] = {sender->name, sender->domain, counts_for, findings, codes};
    gsize sizes[G_N_ELEMENTS(texts)], size = 0;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        size += sizes[i] = texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
    StorePrepared *prepared = g_malloc(sizeof *prepared + size);
    *prepared = (StorePrepared){0};
    char *copies[G_N_ELEMENTS(texts)], *at = (char *)(prepared + 1);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        copies[i] = sizes[i] > 0 ? memcpy(at, texts[i], sizes[i]) : NULL;
        at += sizes[i];
    }
    prepared->sender = (Sender){.name = copies[0], .domain = copies[1]};
    prepared->counts_for = copies[2];
    prepared->findings = copies[3];
    prepared->codes = copies[4];
    return prepared;
}

StorePrepared *
store_prepare(const StoreReport *item)
{
    const Report *report = item->report;
    const Sender *sender = sender_of(report, item->trust, item->authenticated_by);
    g_autofree char *counts_for = counts_for_text(report);
    g_autofree char *findings = findings_json(item->findings);
    g_autofree char *codes = findings_codes(item->findings);
    StorePrepared *prepared = with_texts(sender, counts_for, findings, codes);
    for (gsize i = 0; i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        prepared->successful = add_capped(prepared->successful, entry->successful_sessions);
        prepared->failed = add_capped(prepared->failed, entry->failed_sessions);
    }
    report_claim(report, prepared->claim);
    report_content(report, prepared->content);
    return prepared;
}

void
store_prepared_free(StorePrepared *prepared)
{
    g_free(prepared);
}
