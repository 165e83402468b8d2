/* readiness_outcome.c: the gates that ask what fails, and under which policy. */
#include <string.h>

#include "report/explain.h"
#include "report/readiness-internal.h"
#include "report/summary.h"
#include "schema/day.h"
#include "schema/finding.h"

void
gate_mode(View *view)
{
    Readiness *result = view->result;
    result->mode = view->mode;
    result->policy = g_strdup(view->policy);
    GateState state = GATE_FAIL;
    char *why;
    const char *fix = NULL;
    if (view->mode == STS_MODE_TESTING || view->mode == STS_MODE_ENFORCE) {
        state = GATE_PASS;
        why = g_strdup_printf("the newest policy that senders report is in mode %s",
                              sts_mode_name(view->mode));
    } else if (view->mode == STS_MODE_NONE) {
        why = g_strdup("the newest policy that senders report is in mode none");
        fix = "publish the policy in mode testing, with a new id";
    } else if (!view->any_report) {
        state = GATE_UNKNOWN;
        why = g_strdup("there is no report of these days");
        fix = view->order->len == 0
                  ? "publish an _smtp._tls record and wait a day"
                  : "see that the _smtp._tls record still names an address or URL that reaches "
                    "tlsgauge";
    } else if (!view->any_sts) {
        why = g_strdup("no sender saw an sts policy");
        fix = "publish an MTA-STS policy in mode testing and its _mta-sts record";
    } else {
        state = GATE_UNKNOWN;
        why = g_strdup("senders saw an sts policy, but none told its mode");
    }
    Gate *gate = gate_add(view, "mode", state, why);
    gate->fix = g_strdup(fix);
}

/* Failures alike in what a person would call one problem. */
typedef struct {
    const EvidenceFailure *first;
    gint64 sessions;
    gint32 first_day, last_day;
    gboolean recent, outdated;
} Group;

static gboolean
same_problem(const EvidenceFailure *a, const EvidenceFailure *b)
{
    return a->sender == b->sender && a->mx == b->mx && a->result_word == b->result_word &&
           a->effect == b->effect;
}

/* The groups for which WANTED says yes, in the window; of Group. */
static GArray *
group_failures(const View *view, gboolean (*wanted)(const EvidenceFailure *))
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(Group));
    for (guint i = 0; i < view->evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(view->evidence->failures, EvidenceFailure, i);
        if (!wanted(row) || row->day < view->since || row->sessions == 0)
            continue;
        Group *group = NULL;
        for (guint j = groups->len; j > 0 && group == NULL; j--) {
            Group *each = &g_array_index(groups, Group, j - 1);
            if (each->first->sender != row->sender)
                break; /* rows come sorted by sender */
            if (same_problem(each->first, row))
                group = each;
        }
        if (group == NULL) {
            Group fresh = {row, 0, row->day, row->day, FALSE, TRUE};
            g_array_append_val(groups, fresh);
            group = &g_array_index(groups, Group, groups->len - 1);
        }
        gboolean outdated = view_is_outdated(view, row);
        group->sessions = sessions_plus(group->sessions, row->sessions);
        group->first_day = MIN(group->first_day, row->day);
        group->last_day = MAX(group->last_day, row->day);
        group->recent = group->recent || (row->day >= view->recent && !outdated);
        group->outdated = group->outdated && outdated;
    }
    return groups;
}

static void
tell_group(Gate *gate, const Group *group, const char *state)
{
    const EvidenceFailure *row = group->first;
    g_autofree char *sender = text_printable(row->sender, -1, 200);
    g_autofree char *mx = text_printable(row->mx != NULL ? row->mx : "(no MX named)", -1, 255);
    g_autofree char *word = text_printable(row->result_word, -1, 100);
    g_autofree char *days = day_span_format(group->first_day, group->last_day);
    gate_evidence(gate, "%s at %s: %s, %" G_GINT64_FORMAT " sessions, %s%s%s", sender, mx, word,
                  group->sessions, days,
                  explain_mx_not_in_policy(row) ? " (the policy has no mx line for it)" : "",
                  state);
}

/* Little enough to be a warning: rare over all, and no sender has a share that hurts. */
static gboolean
is_tolerable(const View *view, gint64 blocking)
{
    const ReadinessRules *rules = view->rules;
    if ((double)blocking > rules->tolerated_rate * (double)view->recent_sessions)
        return FALSE;
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        double share = rules->tolerated_sender * (double)sender->recent_sessions;
        if (sender->recent_blocking >= rules->tolerated_sessions &&
            (double)sender->recent_blocking > share)
            return FALSE;
    }
    return TRUE;
}

static char *
explain_blocking(const View *view, gint64 blocking, guint resolved)
{
    if (blocking > 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                               " sessions of the last %u days %s",
                               blocking, view->recent_sessions, view->rules->blocking_days,
                               view->mode == STS_MODE_ENFORCE ? "are being held back: mail is "
                                                                "delayed or lost today"
                                                              : "would be held back by enforce");
    if (view->recent_unexplained > 0)
        return g_strdup_printf("%" G_GINT64_FORMAT " failed sessions of the last %u days have no "
                               "detail: what enforce would do to them is not known",
                               view->recent_unexplained, view->rules->blocking_days);
    if (resolved > 0)
        return g_strdup_printf(
            "%u problem%s ended before the last %u days, or with an older policy", resolved,
            resolved == 1 ? "" : "s", view->rules->blocking_days);
    return g_strdup_printf("no session of the last %u days %s held back",
                           view->rules->blocking_days,
                           view->mode == STS_MODE_ENFORCE ? "was" : "would be");
}

/* DANE comes before MTA-STS (RFC 8461 2): what fails under it is no matter of the switch, but of
 * the mail. */
static void
note_dane(const View *view)
{
    gint64 failed = 0;
    for (guint i = 0; i < view->evidence->failures->len; i++) {
        const EvidenceFailure *row = &g_array_index(view->evidence->failures, EvidenceFailure, i);
        if (row->effect == EFFECT_DANE && row->day >= view->recent)
            failed = sessions_plus(failed, row->sessions);
    }
    if (failed > 0)
        g_ptr_array_add(view->result->notes,
                        g_strdup_printf("%" G_GINT64_FORMAT
                                        " session%s of the last %u days failed under DANE: that "
                                        "mail is held back whatever the policy says, and enforce "
                                        "changes nothing for it",
                                        failed, failed == 1 ? "" : "s",
                                        view->rules->blocking_days));
}

void
gate_blocking(View *view)
{
    g_autoptr(GArray) groups = group_failures(view, view_is_blocking);
    gint64 blocking = 0;
    guint resolved = 0;
    for (guint i = 0; i < view->order->len; i++)
        blocking = sessions_plus(
            blocking, ((SenderView *)g_ptr_array_index(view->order, i))->recent_blocking);
    for (guint i = 0; i < groups->len; i++)
        resolved += g_array_index(groups, Group, i).recent ? 0 : 1;
    GateState state = GATE_PASS;
    if (blocking > 0 && !is_tolerable(view, blocking))
        state = GATE_FAIL;
    else if (blocking > 0 || resolved > 0 || view->recent_unexplained > 0)
        state = GATE_WARN;
    Gate *gate = gate_add(view, "blocking", state, explain_blocking(view, blocking, resolved));
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = &g_array_index(groups, Group, i);
        tell_group(gate, group,
                   group->recent     ? ""
                   : group->outdated ? " (resolved: only under an older policy)"
                                     : " (resolved)");
    }
    if (blocking > 0)
        gate->fix = g_strdup_printf("mend what is named above %s: certificates and STARTTLS of the "
                                    "MX, or the mx lines of the policy",
                                    view->mode == STS_MODE_ENFORCE ? "now" : "before the switch");
    note_dane(view);
}

static gboolean
is_unreadable(const EvidenceFailure *row)
{
    return row->effect == EFFECT_POLICY_UNREADABLE;
}

/* It saw the policy once, and on its newest day it does not. */
static gboolean
has_lost_policy(const View *view, const SenderView *sender)
{
    return sender->newest_none_day >= view->recent && sender->newest_sts_day != G_MININT32 &&
           sender->newest_sts_day < sender->newest_none_day;
}

void
gate_readable(View *view)
{
    g_autoptr(GArray) groups = group_failures(view, is_unreadable);
    guint recent = 0, lost = 0;
    for (guint i = 0; i < groups->len; i++)
        recent += g_array_index(groups, Group, i).recent ? 1 : 0;
    for (guint i = 0; i < view->order->len; i++)
        lost += has_lost_policy(view, g_ptr_array_index(view->order, i)) ? 1 : 0;
    char *why;
    if (recent > 0 || lost > 0)
        why = g_strdup_printf("%u sender problem%s with fetching or reading the policy, %u "
                              "sender%s no longer see%s it",
                              recent, recent == 1 ? "" : "s", lost, lost == 1 ? "" : "s",
                              lost == 1 ? "s" : "");
    else if (view->any_sts)
        why = g_strdup_printf("every sender could use the policy in the last %u days",
                              view->rules->blocking_days);
    else
        why = g_strdup("no sender met a policy that it could not use");
    Gate *gate = gate_add(view, "readable", recent > 0 || lost > 0 ? GATE_FAIL : GATE_PASS, why);
    for (guint i = 0; i < groups->len; i++) {
        const Group *group = &g_array_index(groups, Group, i);
        tell_group(gate, group, group->recent ? "" : " (ended)");
    }
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        g_autofree char *name = text_printable(sender->name, -1, 200);
        if (has_lost_policy(view, sender)) {
            g_autofree char *day = day_format(sender->newest_sts_day);
            gate_evidence(gate, "%s saw the policy last on %s and now reports no-policy-found",
                          name, day);
        } else if (view->any_sts && sender->newest_sts_day == G_MININT32 &&
                   sender->newest_none_day >= view->since) {
            g_ptr_array_add(
                view->result->notes,
                g_strdup_printf("%s does no MTA-STS: enforce neither protects nor holds "
                                "its mail",
                                name));
        }
    }
    if (gate->state == GATE_FAIL)
        gate->fix = g_strdup("see that https://mta-sts.DOMAIN/.well-known/mta-sts.txt answers 200 "
                             "over IPv4 and IPv6 with a valid certificate and without a redirect");
}

void
gate_stable(View *view)
{
    gboolean changed = view->versions > 1;
    Gate *gate = gate_add(view, "stable", changed ? GATE_WARN : GATE_PASS,
                          changed ? g_strdup_printf("%u versions of the policy were seen in the "
                                                    "window",
                                                    view->versions)
                                  : g_strdup("the policy did not change in the window"));
    if (!changed)
        return;
    g_autofree char *first = day_format(view->policy_day);
    gate_evidence(gate, "the newest version was first seen on %s", first);
    guint behind = 0;
    for (guint i = 0; i < view->order->len; i++) {
        const SenderView *sender = g_ptr_array_index(view->order, i);
        if (sender->newest_policy == NULL || sender->newest_policy == view->policy)
            continue;
        g_autofree char *name = text_printable(sender->name, -1, 200);
        g_autofree char *day = day_format(sender->newest_policy_day);
        gate_evidence(gate, "%s reported an older version on %s", name, day);
        behind++;
    }
    if (behind > 0)
        gate->fix = g_strdup("see that the id of the _mta-sts record changed with the policy, and "
                             "wait until its old max_age has passed");
}
