#include "store/counter.h"

static const char *const names[] = {
    [COUNTER_GENERATION] = "generation",
    [COUNTER_REPORTS] = "reports",
    [COUNTER_COUNTED] = "counted",
    [COUNTER_DUPLICATES] = "duplicates",
    [COUNTER_QUARANTINED] = "quarantined",
    [COUNTER_QUARANTINE_BYTES] = "quarantine_bytes",
    [COUNTER_QUARANTINE_DROPPED] = "quarantine_dropped",
    [COUNTER_REVISION] = "revision",
};

gboolean
counters_load(Counters *counters, StatementCache *statements, GError **error)
{
    Counters loaded = {0};
    gboolean row;
    g_autoptr(Statement) all = statement_get(statements, "counter_all", error);
    if (all == NULL || !statement_step(all, &row, error))
        return FALSE;
    while (row) {
        const char *name = statement_get_text(all, 0);
        for (guint i = 0; i < COUNTER_N; i++) {
            if (g_strcmp0(name, names[i]) == 0)
                loaded.value[i] = loaded.stored[i] = statement_get_int(all, 1);
        }
        if (!statement_step(all, &row, error))
            return FALSE;
    }
    *counters = loaded;
    return TRUE;
}

gboolean
counters_save(Counters *counters, StatementCache *statements, GError **error)
{
    for (guint i = 0; i < COUNTER_N; i++) {
        if (counters->value[i] == counters->stored[i])
            continue;
        g_autoptr(Statement) set = statement_get(statements, "counter_set", error);
        if (set == NULL)
            return FALSE;
        statement_text(set, 1, names[i]);
        statement_int(set, 2, counters->value[i]);
        if (!statement_send(set, error))
            return FALSE;
        counters->stored[i] = counters->value[i];
    }
    return TRUE;
}
