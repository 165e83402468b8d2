/* readiness_data.c: the gates that ask whether there is enough to decide by. */
#include "report/bound.h"
#include "report/loops.h"
#include "report/readiness-internal.h"
#include "report/regular.h"
#include "schema/day.h"
#include "schema/finding.h"

/* A day of the window on which SENDER reports more than its own report mail. */
static gboolean
is_covered(const View *view, const LoopDay *day)
{
    return day->day >= view->since && !day->loop;
}

static gboolean
saw_policy(const View *view, const SenderView *sender)
{
    for (guint i = 0; i < sender->sts_days->len; i++) {
        if (is_covered(view, &g_array_index(sender->sts_days, LoopDay, i)))
            return TRUE;
    }
    return FALSE;
}

/* The newest day with an sts report, where that is before the window; G_MININT32 otherwise. */
static gint32
newest_before(const View *view)
{
    gint32 newest = G_MININT32;
    if (view->any_sts)
        return newest;
    for (guint i = 0; i < view->order->len; i++)
        newest = MAX(newest, ((SenderView *)g_ptr_array_index(view->order, i))->newest_sts_day);
    return newest;
}

/* What to do while there are too few reports. Waiting does not help where senders report that there
 * is no policy. */
static char *
fix_of(const View *view, const char *waiting)
{
    return g_strdup(view->any_report && !view->any_sts ? "publish a policy first, see below"
                                                       : waiting);
}

void
gate_coverage(View *view)
{
    const ReadinessRules *rules = view->rules;
    g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
    gint32 newest = G_MININT32;
    guint loops = 0;
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        for (guint j = 0; j < sender->sts_days->len; j++) {
            const LoopDay *day = &g_array_index(sender->sts_days, LoopDay, j);
            loops += day->loop && day->day >= view->since ? 1 : 0;
            if (!is_covered(view, day))
                continue;
            g_hash_table_add(days, GINT_TO_POINTER(day->day));
            newest = MAX(newest, day->day);
        }
    }
    guint covered = g_hash_table_size(days);
    newest = MAX(newest, newest_before(view));
    gint32 age = newest == G_MININT32 ? G_MAXINT32 : view->evidence->today - newest;
    gboolean fresh = age <= (gint32)rules->fresh_days;
    gboolean pass = covered >= rules->coverage_days && fresh;
    Gate *gate = gate_add(view, "coverage", pass ? GATE_PASS : GATE_UNKNOWN,
                          g_strdup_printf("sts reports on %u of %u days, %u are needed", covered,
                                          rules->days, rules->coverage_days));
    if (newest != G_MININT32) {
        g_autofree char *text = day_format(newest);
        gate_evidence(gate, "the newest is of %s, %d day%s old%s", text, age, age == 1 ? "" : "s",
                      fresh ? "" : ": too old");
    }
    if (loops > 0)
        gate_evidence(gate,
                      "%u sender days left out: one session only, that of the sender's report mail",
                      loops);
    if (!pass)
        gate->fix =
            fix_of(view, "wait for more reports; if none come, see that the _smtp._tls record "
                         "names an address or URL that reaches tlsgauge");
}

void
gate_senders(View *view)
{
    guint seen = 0;
    for (guint i = 0; i < view->order->len; i++)
        seen += saw_policy(view, g_ptr_array_index(view->order, i)) ? 1 : 0;
    gboolean pass = seen >= view->rules->senders;
    Gate *gate = gate_add(view, "senders", pass ? GATE_PASS : GATE_UNKNOWN,
                          g_strdup_printf("%u sender%s saw the sts policy, %u are needed", seen,
                                          seen == 1 ? "" : "s", view->rules->senders));
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        if (!saw_policy(view, sender))
            continue;
        g_autofree char *name = text_printable(sender->name, -1, 200);
        gate_evidence(gate, "%s", name);
    }
    if (!pass)
        gate->fix =
            fix_of(view, "wait: few senders report, and each that does tells more than many "
                         "sessions of one");
}

void
gate_sessions(View *view)
{
    Readiness *result = view->result;
    gboolean pass = view->sessions >= view->rules->sessions;
    result->sessions = view->sessions;
    result->upper = bound_upper_95(result->blocking, view->sessions);
    Gate *gate = gate_add(view, "sessions", pass ? GATE_PASS : GATE_UNKNOWN,
                          g_strdup_printf("%" G_GINT64_FORMAT
                                          " sessions under the sts policy, %u are needed",
                                          view->sessions, view->rules->sessions));
    if (view->sessions > 0)
        gate_evidence(gate,
                      "%" G_GINT64_FORMAT
                      " of them failed in a way that enforce holds back; with 95 %% "
                      "confidence the true rate is below %.3g %%",
                      result->blocking, result->upper * 100);
    if (!pass)
        gate->fix = fix_of(view, "wait for more sessions, or accept that few prove little");
}

void
gate_silence(View *view)
{
    gint32 silent_since = view->evidence->today - (gint32)view->rules->silence_days;
    guint regular = 0, silent = 0;
    Gate *gate = gate_add(view, "silence", GATE_PASS, NULL);
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        if (!regular_is(sender->all_days, view->since - (gint32)view->rules->days, silent_since))
            continue;
        regular++;
        gint32 last = g_array_index(sender->all_days, gint32, sender->all_days->len - 1);
        if (last >= silent_since)
            continue;
        silent++;
        g_autofree char *name = text_printable(sender->name, -1, 200);
        g_autofree char *day = day_format(last);
        gate_evidence(gate, "%s: nothing since %s", name, day);
    }
    gate->state = silent > 0 ? GATE_WARN : GATE_PASS;
    if (regular == 0)
        gate->why = g_strdup("no sender reported often enough before to be missed");
    else if (silent == 0)
        gate->why = g_strdup_printf("all of %u regular senders still report", regular);
    else
        gate->why = g_strdup_printf("%u of %u regular senders are silent", silent, regular);
    if (silent > 0)
        gate->fix = g_strdup("see that mail and reports of these senders still arrive; a report in "
                             "quarantine or in a spam folder is silence too");
}
