#include "report/whatif.h"

#include <string.h>

#include "report/explain.h"
#include "report/summary.h"

static void
add_host(GHashTable *hosts, const char *mx)
{
    if (mx != NULL)
        g_hash_table_add(hosts, (gpointer)mx);
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
by_sender(gconstpointer a, gconstpointer b)
{
    const WhatIfHeld *left = a, *right = b;
    int order = strcmp(left->sender, right->sender);
    if (order == 0 && left->day != right->day)
        return left->day < right->day ? -1 : 1;
    if (order == 0)
        order = g_strcmp0(left->mx, right->mx);
    return order != 0 ? order : strcmp(left->result_word, right->result_word);
}

static void
hold(WhatIf *whatif, const EvidenceFailure *row, gboolean unmatched)
{
    WhatIfHeld held = {row->sender, row->day, row->mx, row->result_word, unmatched, row->sessions};
    whatif->held_sessions = sessions_plus(whatif->held_sessions, row->sessions);
    g_array_append_val(whatif->held, held);
}

/* One element for what differs only in policy version, trust or reason. */
static void
merge(GArray *held)
{
    guint kept = 0;
    g_array_sort(held, by_sender);
    for (guint i = 0; i < held->len; i++) {
        const WhatIfHeld *each = &g_array_index(held, WhatIfHeld, i);
        WhatIfHeld *last = kept == 0 ? NULL : &g_array_index(held, WhatIfHeld, kept - 1);
        if (last != NULL && by_sender(last, each) == 0)
            last->sessions = sessions_plus(last->sessions, each->sessions);
        else
            g_array_index(held, WhatIfHeld, kept++) = *each;
    }
    g_array_set_size(held, kept);
}

WhatIf *
whatif_replay(const Evidence *evidence, guint days, const StsPolicy *candidate)
{
    WhatIf *whatif = g_new0(WhatIf, 1);
    gint32 since = evidence->today - (gint32)days;
    whatif->unmatched = g_ptr_array_new();
    whatif->matched = g_ptr_array_new();
    whatif->held = g_array_new(FALSE, FALSE, sizeof(WhatIfHeld));
    g_autoptr(GHashTable) hosts = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(evidence->failures, EvidenceFailure, i);
        gboolean blocking = row->effect == EFFECT_WOULD_BLOCK || row->effect == EFFECT_BLOCKED;
        if (row->type != POLICY_TYPE_STS || row->day < since)
            continue;
        add_host(hosts, row->mx);
        gboolean unmatched = row->mx != NULL && !sts_policy_names(candidate, row->mx);
        if (unmatched || (blocking && !explain_mx_not_in_policy(row)))
            hold(whatif, row, unmatched);
        else if (blocking)
            whatif->mended_sessions = sessions_plus(whatif->mended_sessions, row->sessions);
    }
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        if (row->type == POLICY_TYPE_STS && row->day >= since)
            whatif->sts_sessions =
                sessions_plus(whatif->sts_sessions, sessions_plus(row->successful, row->failed));
    }
    GHashTableIter iterator;
    gpointer mx;
    g_hash_table_iter_init(&iterator, hosts);
    while (g_hash_table_iter_next(&iterator, &mx, NULL))
        g_ptr_array_add(sts_policy_names(candidate, mx) ? whatif->matched : whatif->unmatched, mx);
    g_ptr_array_sort(whatif->matched, by_text);
    g_ptr_array_sort(whatif->unmatched, by_text);
    merge(whatif->held);
    return whatif;
}

void
whatif_free(WhatIf *whatif)
{
    if (whatif == NULL)
        return;
    g_ptr_array_unref(whatif->unmatched);
    g_ptr_array_unref(whatif->matched);
    g_array_unref(whatif->held);
    g_free(whatif);
}
