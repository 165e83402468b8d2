#include "store/expect.h"

#include "store/claims.h"
#include "store/copies.h"
#include "store/prepare.h"

/* A report with more failure details asks for its names by itself: most of many are the same. */
#define DETAILS_EXPECTED 200

static gboolean
is_known(const Store *store, const StoreReport *item)
{
    const StorePrepared *prepared = item->prepared;
    const GPtrArray *copies = claims_find(store->claims, prepared->claim);
    return copies != NULL && copies_find(copies, item->report, prepared->content) != NULL;
}

static void
add_text(GPtrArray *texts, const char *text)
{
    if (text != NULL)
        g_ptr_array_add(texts, (gpointer)text);
}

/* As rollup.c asks for them. */
static void
add_entry(const PolicyEntry *entry, GPtrArray *texts, GPtrArray *entries)
{
    if (entry->counts_for == NULL || entry->counts_for[0] == NULL ||
        entry->n_failures > DETAILS_EXPECTED)
        return;
    for (const char *const *domain = entry->counts_for; *domain != NULL; domain++)
        add_text(texts, *domain);
    add_text(texts, policy_entry_type_name(entry));
    g_ptr_array_add(entries, (gpointer)entry);
    for (gsize i = 0; i < entry->n_failures; i++) {
        add_text(texts, entry->failures[i].mx_hostname);
        add_text(texts, entry->failures[i].result_word);
        add_text(texts, entry->failures[i].reason_code);
    }
}

gboolean
expect_names(Store *store, const StoreReport *const *items, guint n, GError **error)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    if (!statement_can_ask(store->statements) || n < 2)
        return TRUE;
    for (guint i = 0; i < n; i++) {
        const StorePrepared *prepared = items[i]->prepared;
        if (prepared == NULL || is_known(store, items[i]))
            continue;
        add_text(texts, prepared->sender.name);
        add_text(texts, trust_name(items[i]->trust));
        for (gsize j = 0; j < items[i]->report->n_policies; j++)
            add_entry(&items[i]->report->policies[j], texts, entries);
    }
    return intern_expect_names(store->intern, texts, error) &&
           intern_expect_policies(store->intern, entries, error);
}
