#include "report/stage.h"

#include "report/summary.h"

/* A verdict is weighed anew for each day that it may have lasted; so far back and no further. */
#define MAX_READY_DAYS 90

const char *
stage_name(Stage stage)
{
    static const char *const names[] = {"no reports", "reporting only", "testing", "ready",
                                        "enforcing"};
    return names[stage];
}

/* First and last day with a report; today where there is none. */
static void
reach(const Evidence *evidence, gint32 *ret_first, gint32 *ret_last)
{
    *ret_first = evidence->today;
    *ret_last = evidence->totals->len > 0 ? G_MININT32 : evidence->today;
    for (guint i = 0; i < evidence->totals->len; i++) {
        gint32 day = g_array_index(evidence->totals, EvidenceTotal, i).day;
        *ret_first = MIN(*ret_first, day);
        *ret_last = MAX(*ret_last, day);
    }
}

/* The first day of the run of MODE that goes on today: the day after the last on which another mode
 * had more sessions. */
static gint32
run_start(const Evidence *evidence, StsMode mode)
{
    g_autoptr(GHashTable) balance = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    gint32 first = evidence->today, last_other = G_MININT32;
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        if (row->type != POLICY_TYPE_STS || row->mode == STS_MODE_UNKNOWN)
            continue;
        gint64 *sum = g_hash_table_lookup(balance, GINT_TO_POINTER(row->day));
        if (sum == NULL) {
            sum = g_new0(gint64, 1);
            g_hash_table_insert(balance, GINT_TO_POINTER(row->day), sum);
        }
        gint64 weight = 1 + sessions_plus(row->successful, row->failed);
        *sum = sessions_plus(*sum, row->mode == mode ? weight : -weight);
    }
    GHashTableIter iterator;
    gpointer day, sum;
    g_hash_table_iter_init(&iterator, balance);
    while (g_hash_table_iter_next(&iterator, &day, &sum)) {
        if (*(gint64 *)sum < 0)
            last_other = MAX(last_other, GPOINTER_TO_INT(day));
    }
    g_hash_table_iter_init(&iterator, balance);
    while (g_hash_table_iter_next(&iterator, &day, &sum)) {
        if (GPOINTER_TO_INT(day) > last_other)
            first = MIN(first, GPOINTER_TO_INT(day));
    }
    return first;
}

static gboolean
allows_switch(Verdict verdict)
{
    return verdict == VERDICT_READY || verdict == VERDICT_WARNINGS;
}

/* Days in a row, today included, on which the verdict allowed the switch. */
static guint
ready_days(const Evidence *evidence, const ReadinessRules *rules)
{
    guint days = 1;
    while (days < MAX_READY_DAYS) {
        g_autoptr(Evidence) then = evidence_as_of(evidence, evidence->today - (gint32)days);
        g_autoptr(Readiness) readiness = readiness_weigh(then, rules);
        if (!allows_switch(readiness->verdict))
            break;
        days++;
    }
    return days;
}

Stage
stage_of(const Evidence *evidence, const ReadinessRules *rules, const Readiness *readiness,
         guint *ret_days)
{
    gint32 since, last;
    Stage stage = STAGE_REPORTING;
    reach(evidence, &since, &last);
    /* Reports that ended before the window say nothing of the domain as it is now. */
    if (evidence->totals->len == 0 || last < readiness->since) {
        stage = STAGE_NO_REPORTS;
        since = last;
    } else if (readiness->mode == STS_MODE_ENFORCE) {
        stage = STAGE_ENFORCING;
    } else if (readiness->mode == STS_MODE_TESTING) {
        stage = allows_switch(readiness->verdict) ? STAGE_READY : STAGE_TESTING;
    }
    if (stage == STAGE_ENFORCING || stage == STAGE_TESTING)
        since = run_start(evidence, readiness->mode);
    *ret_days =
        stage == STAGE_READY ? ready_days(evidence, rules) : (guint)(evidence->today - since);
    return stage;
}
