#include "report/readiness.h"

#include "report/readiness-internal.h"

const ReadinessRules readiness_defaults = {
    .days = 14,
    .coverage_days = 10,
    .fresh_days = 3,
    .senders = 3,
    .sessions = 100,
    .blocking_days = 7,
    .tolerated_rate = 0.001,
    .tolerated_sender = 0.05,
    .tolerated_sessions = 3,
    .silence_days = 3,
};

static const struct {
    const char *name;
    int exit_status;
} verdicts[] = {
    [VERDICT_READY] = {"READY", 0},
    [VERDICT_ENFORCING] = {"ALREADY ENFORCING", 0},
    [VERDICT_WARNINGS] = {"READY WITH WARNINGS", 1},
    [VERDICT_NOT_READY] = {"NOT READY", 2},
    [VERDICT_NO_DATA] = {"NOT ENOUGH DATA", 3},
};

const char *
verdict_name(Verdict verdict)
{
    return verdicts[verdict].name;
}

int
verdict_exit(Verdict verdict)
{
    return verdicts[verdict].exit_status;
}

const char *
gate_state_name(GateState state)
{
    static const char *const names[] = {"pass", "warn", "unknown", "fail"};
    return names[state];
}

static void
gate_free(gpointer data)
{
    Gate *gate = data;
    g_free(gate->why);
    g_free(gate->fix);
    g_ptr_array_unref(gate->evidence);
    g_free(gate);
}

Gate *
gate_add(View *view, const char *name, GateState state, char *why)
{
    Gate *gate = g_new0(Gate, 1);
    gate->name = name;
    gate->state = state;
    gate->why = why;
    gate->evidence = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(view->result->gates, gate);
    return gate;
}

void
gate_evidence(Gate *gate, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(gate->evidence, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

static gboolean
any_gate(const Readiness *readiness, GateState state)
{
    for (guint i = 0; i < readiness->gates->len; i++) {
        if (((Gate *)g_ptr_array_index(readiness->gates, i))->state == state)
            return TRUE;
    }
    return FALSE;
}

static Verdict
decide(const Readiness *readiness)
{
    if (any_gate(readiness, GATE_FAIL))
        return VERDICT_NOT_READY;
    if (any_gate(readiness, GATE_UNKNOWN))
        return VERDICT_NO_DATA;
    if (readiness->mode == STS_MODE_ENFORCE)
        return VERDICT_ENFORCING;
    return any_gate(readiness, GATE_WARN) ? VERDICT_WARNINGS : VERDICT_READY;
}

/* All gates but trust, over EVIDENCE; *ret_view (may be NULL) gets what they looked at. */
static Readiness *
weigh(const Evidence *evidence, const ReadinessRules *rules, View **ret_view)
{
    Readiness *result = g_new0(Readiness, 1);
    result->domain = g_strdup(evidence->domain);
    result->gates = g_ptr_array_new_with_free_func(gate_free);
    result->notes = g_ptr_array_new_with_free_func(g_free);
    View *view = view_new(evidence, rules, result);
    result->since = view->since;
    result->until = view->until;
    gate_coverage(view);
    gate_senders(view);
    gate_sessions(view);
    gate_mode(view);
    gate_blocking(view);
    gate_readable(view);
    gate_stable(view);
    gate_silence(view);
    result->verdict = decide(result);
    if (ret_view != NULL)
        *ret_view = view;
    else
        view_free(view);
    return result;
}

/* Enough is known from these reports alone. */
static gboolean
is_sufficient(const Readiness *readiness)
{
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        if (gate->state == GATE_UNKNOWN)
            return FALSE;
    }
    return TRUE;
}

/* The gate that says on whose word the verdict rests. TRUSTED decides where it is enough. */
static void
add_trust_gate(Readiness *decisive, const Readiness *trusted, const Readiness *all)
{
    View view = {.result = decisive};
    gboolean rests = decisive == trusted;
    Gate *gate = gate_add(&view, "trust", GATE_PASS, NULL);
    if (!rests && trusted->sessions < all->sessions) {
        gate->state = GATE_WARN;
        gate->why = g_strdup_printf("only %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                                    " sessions are told by verified or local reports",
                                    trusted->sessions, all->sessions);
        gate->fix = g_strdup("name the authserv-id of your mail server under [trust]; reports by "
                             "HTTPS cannot be verified");
    } else if (all->sessions == 0) {
        gate->why = g_strdup("no session under the sts policy is told, by whomever");
    } else {
        gate->why = g_strdup("the verdict rests on verified and local reports");
    }
    if (trusted->sessions > 0 && trusted->verdict != all->verdict)
        gate_evidence(gate, "verified and local reports alone say %s, all reports say %s",
                      verdict_name(trusted->verdict), verdict_name(all->verdict));
    if (rests && trusted->blocking != all->blocking)
        gate_evidence(gate,
                      "held back by verified and local reports: %" G_GINT64_FORMAT
                      " sessions, by all: %" G_GINT64_FORMAT,
                      trusted->blocking, all->blocking);
}

/* The TRUSTED part of the evidence tells as much as ALL of it. Where no session is told there may
 * still be reports: that senders see no policy, or that they once did. */
static gboolean
is_all(const Evidence *part, const Readiness *trusted, const Evidence *evidence,
       const Readiness *all)
{
    return trusted->sessions == all->sessions &&
           (all->sessions > 0 || part->totals->len == evidence->totals->len);
}

Readiness *
readiness_weigh(const Evidence *evidence, const ReadinessRules *rules)
{
    g_autoptr(Evidence) part = evidence_trusted(evidence);
    g_autoptr(Readiness) all = weigh(evidence, rules, NULL);
    g_autoptr(Readiness) trusted = weigh(part, rules, NULL);
    gboolean rests = is_sufficient(trusted) || is_all(part, trusted, evidence, all);
    /* What verified reports say against the switch counts, also where they are few. */
    if (!rests && trusted->verdict == VERDICT_NOT_READY && all->verdict != VERDICT_NOT_READY)
        rests = trusted->sessions > 0;
    Readiness *decisive = rests ? trusted : all;
    decisive->trusted = rests;
    add_trust_gate(decisive, trusted, all);
    decisive->verdict = decide(decisive);
    return rests ? g_steal_pointer(&trusted) : g_steal_pointer(&all);
}

void
readiness_add_live(Readiness *readiness, GateState state, char *why, GPtrArray *evidence, char *fix)
{
    View view = {.result = readiness};
    Gate *gate = gate_add(&view, "live", state, why);
    g_ptr_array_unref(gate->evidence);
    gate->evidence = evidence;
    gate->fix = fix;
    readiness->verdict = decide(readiness);
}

void
readiness_free(Readiness *readiness)
{
    if (readiness == NULL)
        return;
    g_free(readiness->domain);
    g_free(readiness->policy);
    g_ptr_array_unref(readiness->gates);
    g_ptr_array_unref(readiness->notes);
    g_free(readiness);
}
