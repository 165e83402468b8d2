/* plan_forward.c: the way to enforce. What holds mail back now comes before all else, then what is
 * broken, then the next step.
 */
#include "cli/plan_parts.h"

#include "check/advice.h"

/* ---- TLS-RPT --------------------------------------------------------------------------------- */

static void
ask_for_reports(Plan *plan, const PlanInput *input)
{
    g_autofree char *name = g_strdup_printf("_smtp._tls.%s", plan->domain);
    gboolean broken = plan_has(input->run, CHECK_ERROR, STAGE_TLSRPT, STAGE_TLSRPT);
    plan_choose(
        plan, PLAN_REPORTS,
        "Reports come first: without them nobody sees what a policy would break (RFC 8460 3).");
    plan_action(plan, PLAN_ACTION_RECORD, name, advice_tlsrpt_record(input->run, input->rua),
                broken ? "Put this in place of what stands at %s." : "Publish this record at %s.",
                name);
    gboolean known = input->rua != NULL && input->rua[0] != NULL;
    if (!known && input->https_path != NULL)
        plan_note(plan,
                  "Reports by HTTPS need no mailbox: this collector takes them at "
                  "https://HOST%s. Name it with --rua or expect-rua= of [check].",
                  input->https_path);
    if (!known)
        plan_note(
            plan,
            "The mailbox tls-reports@%s is a proposal. Where reports really reach tlsgauge is "
            "known from --rua or expect-rua= of [check].",
            plan->domain);
    plan_verify(plan, "dig +short TXT %s", name);
    plan_verify(plan, "tlsgauge check %s", plan->domain);
    plan->then = g_strdup("The policy in mode testing. Senders report a day at a time: the first "
                          "reports come after one or two days.");
}

/* Some of what is wrong is mended by another record. */
static void
mend_reports(Plan *plan, const PlanInput *input)
{
    g_autofree char *name = g_strdup_printf("_smtp._tls.%s", plan->domain);
    const GPtrArray *findings = input->run->stages[STAGE_TLSRPT].findings;
    const char *copy = NULL;
    for (guint i = 0; i < findings->len && copy == NULL; i++) {
        const CheckFinding *finding = g_ptr_array_index(findings, i);
        copy = finding->severity == CHECK_ERROR ? finding->copy : NULL;
    }
    plan_choose(plan, PLAN_MEND, "Reports do not get to where they should.");
    plan_block_findings(plan, input->run, CHECK_ERROR, STAGE_TLSRPT, STAGE_TLSRPT);
    if (copy != NULL)
        plan_action(plan, PLAN_ACTION_RECORD, name, g_strdup(copy),
                    "Put this in place of what stands at %s.", name);
    plan_verify(plan, "dig +short TXT %s", name);
    plan_verify(plan, "tlsgauge check %s", plan->domain);
}

/* ---- MTA-STS --------------------------------------------------------------------------------- */

/* What is wrong with the hosts does not keep from testing, but from what comes after. */
static void
warn_of_hosts(Plan *plan, const CheckRun *run)
{
    guint errors = plan_block_findings(plan, run, CHECK_ERROR, STAGE_DNS, STAGE_DNS) +
                   plan_block_findings(plan, run, CHECK_ERROR, STAGE_SMTP, STAGE_DANE);
    if (errors > 0)
        plan_note(plan, "Testing holds no mail back, so it may begin; enforce would, so what is "
                        "listed above has to be mended before that.");
}

static void
begin_testing(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    gboolean again = run->policy_usable;
    plan_choose(
        plan, PLAN_TESTING,
        again ? "The policy is in mode none: testing is the way forward."
              : "Testing shows in the reports what enforce would hold back, and holds nothing "
                "back (RFC 8461 5).");
    warn_of_hosts(plan, run);
    if (!again)
        plan_host(plan, input);
    else
        plan_note(plan, "On the way out? Then go on with: tlsgauge plan --back %s", plan->domain);
    plan_publish(plan, input, advice_policy(run, STS_MODE_TESTING, PLAN_TESTING_AGE));
    plan->then = g_strdup_printf("Wait for evidence: tlsgauge ready %s wants reports of %u days.",
                                 plan->domain, input->rules->coverage_days);
}

/* All live hosts stand in the policy that is served without a record. */
static gboolean
is_served_already(const CheckRun *run)
{
    if (run->unannounced == NULL || run->unannounced->mode != STS_MODE_TESTING)
        return FALSE;
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        if (!sts_policy_names(run->unannounced, host->name))
            return FALSE;
    }
    return TRUE;
}

static void
announce(Plan *plan, const PlanInput *input)
{
    plan_choose(plan, PLAN_RECORD,
                "The policy is served in mode testing and names every MX host; "
                "senders look for it when the record is there (RFC 8461 3.1).");
    warn_of_hosts(plan, input->run);
    plan_publish_record(plan, input);
    plan->then = g_strdup("Wait for evidence.");
}

/* ---- mending --------------------------------------------------------------------------------- */

/* The policy has to be written anew. */
static gboolean
needs_file(const CheckRun *run)
{
    return run->policy == NULL || plan_has(run, CHECK_ERROR, STAGE_STS_POLICY, STAGE_STS_POLICY) ||
           plan_has_finding(run, "sts-mx-uncovered") || plan_has_finding(run, "sts-mx-implicit");
}

static void
mend_policy(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    StsMode mode = run->policy != NULL ? run->policy->mode : STS_MODE_UNKNOWN;
    if (mode != STS_MODE_ENFORCE)
        mode = STS_MODE_TESTING;
    plan_choose(plan, PLAN_MEND, "What is published for MTA-STS is not what senders need.");
    if (mode == STS_MODE_ENFORCE && plan_has_finding(run, "sts-mx-uncovered")) {
        plan_choose(plan, PLAN_MEND,
                    "The policy is enforced: mail to an MX host that it does not "
                    "name is held back.");
    }
    plan_block_findings(plan, run, CHECK_ERROR, STAGE_STS_RECORD, STAGE_CROSS);
    if (run->policy == NULL && run->unannounced == NULL &&
        (run->sts_text == NULL || plan_has_finding(run, "sts-https-dns")))
        plan_host(plan, input);
    if (needs_file(run)) {
        gint64 age = run->policy != NULL ? run->policy->max_age : 0;
        if (age < PLAN_TESTING_AGE)
            age = mode == STS_MODE_ENFORCE ? PLAN_ENFORCE_AGE : PLAN_TESTING_AGE;
        plan_publish(plan, input, advice_policy(run, mode, age));
    } else if (run->sts == NULL || plan_has(run, CHECK_ERROR, STAGE_CROSS, STAGE_CROSS)) {
        plan_publish_record(plan, input);
    } else {
        plan_verify(plan, "curl -si https://mta-sts.%s/.well-known/mta-sts.txt", plan->domain);
        plan_verify(plan, "tlsgauge check %s", plan->domain);
    }
}

/* The gates that do not pass. */
static void
block_gates(Plan *plan, const Readiness *readiness, GateState least)
{
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        if (gate->state >= least)
            plan_block(plan, g_strdup_printf("%s: %s", gate->name, gate->why), g_strdup(gate->fix));
    }
}

/* What is live or reported is against enforce: list it, and offer relief where it holds mail back.
 */
static void
mend_delivery(Plan *plan, const PlanInput *input, gboolean live)
{
    gboolean enforced = input->run->policy->mode == STS_MODE_ENFORCE;
    plan_choose(plan, PLAN_MEND,
                enforced ? "The policy is enforced: senders hold back what fails."
                : live   ? "The live look finds what enforce would hold mail back for."
                         : "The reports speak against enforce.");
    if (live)
        plan_block_findings(plan, input->run, CHECK_ERROR, 0, CHECK_STAGES - 1);
    if (input->readiness != NULL)
        block_gates(plan, input->readiness, GATE_FAIL);
    plan_verify(plan, "tlsgauge check %s", plan->domain);
    plan_verify(plan, "tlsgauge explain %s", plan->domain);
    if (enforced)
        plan_relief(plan, input);
    plan->then =
        g_strdup_printf("When the days after the repair are clean: tlsgauge plan %s", plan->domain);
}

/* ---- a policy that works --------------------------------------------------------------------- */

/* The senders' newest policy has the same mode and hosts as the live one. */
static gboolean
is_reported(const CheckRun *run, const Readiness *readiness)
{
    const char *const lines[] = {readiness->policy, "", NULL};
    if (readiness->policy == NULL)
        return FALSE;
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    return policy->mode == run->policy->mode &&
           g_strv_equal((const char *const *)policy->mx, (const char *const *)run->policy->mx);
}

static void
wait_for(Plan *plan, const PlanInput *input, const char *why)
{
    plan_choose(plan, PLAN_WAIT, why);
    if (input->readiness != NULL)
        block_gates(plan, input->readiness, GATE_UNKNOWN);
    plan_verify(plan, "tlsgauge ready %s", plan->domain);
    plan_verify(plan, "tlsgauge list --domain %s", plan->domain);
    plan->then = g_strdup_printf("tlsgauge plan %s", plan->domain);
}

static void
look_again(Plan *plan, const PlanInput *input)
{
    guint n = plan_block_findings(plan, input->run, CHECK_UNTESTABLE, 0, CHECK_STAGES - 1);
    plan_choose(plan, PLAN_LOOK_AGAIN,
                n > 0 ? "What could not be tested may be wrong."
                      : "The MX hosts were not looked at.");
    plan_verify(plan, "tlsgauge check %s", plan->domain);
}

static void
switch_on(Plan *plan, const PlanInput *input)
{
    plan_choose(plan, PLAN_ENFORCE,
                "The reports and the live look agree: enforce would have held nothing back.");
    if (input->readiness->verdict == VERDICT_WARNINGS) {
        plan_choose(plan, PLAN_ENFORCE,
                    "The reports allow the switch, with warnings; the live look finds no error.");
        block_gates(plan, input->readiness, GATE_WARN);
        plan_note(plan, "The verdict is %s: read what is listed above before the switch.",
                  verdict_name(VERDICT_WARNINGS));
    }
    plan_publish(plan, input, advice_policy_again(input->run, STS_MODE_ENFORCE, PLAN_ENFORCE_AGE));
    plan_verify(plan, "tlsgauge report --domain %s --since 3d --only-failures", plan->domain);
    plan_note(plan,
              "If mail is held back after that: the same file with mode: testing and a new id "
              "ends it within hours. Senders ask for the record with each delivery.");
    plan->then = g_strdup_printf("Look at the reports of the days after. After %u days: a longer "
                                 "max_age.",
                                 input->rules->days);
}

static void
go_on_enforcing(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    if (input->readiness == NULL || input->readiness->verdict != VERDICT_ENFORCING ||
        !is_reported(run, input->readiness)) {
        wait_for(plan, input, "The policy is enforced; reports have to show that all goes well.");
    } else if (run->policy->max_age >= PLAN_LONG_AGE) {
        plan_choose(plan, PLAN_DONE,
                    "The policy is enforced, senders keep it for a month, and the "
                    "reports are clean. Every change of the policy needs a new id: the "
                    "file first, then the record.");
        plan_verify(plan, "tlsgauge check --keep %s", plan->domain);
        plan_verify(plan, "tlsgauge ready --live %s", plan->domain);
    } else if (input->enforcing_days < input->rules->days) {
        g_autofree char *why = g_strdup_printf(
            "Enforced for %u of %u days; a short max_age is easier to take back until then.",
            input->enforcing_days, input->rules->days);
        wait_for(plan, input, why);
    } else {
        plan_choose(plan, PLAN_LENGTHEN,
                    "Enforced without trouble for long enough. A policy that is kept "
                    "for weeks cannot be hidden from senders by an attacker who "
                    "waits (RFC 8461 10.2).");
        plan_publish(plan, input, advice_policy_again(run, STS_MODE_ENFORCE, PLAN_LONG_AGE));
        plan->then = g_strdup("Nothing more: watch the reports.");
    }
}

/* In mode testing or enforce, and senders can use it. */
static void
go_on(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    const Readiness *readiness = input->readiness;
    gboolean enforced = run->policy->mode == STS_MODE_ENFORCE;
    gboolean untested =
        plan_has(run, CHECK_UNTESTABLE, 0, CHECK_STAGES - 1) || !run->stages[STAGE_SMTP].ran;
    if (plan_has(run, CHECK_ERROR, 0, CHECK_STAGES - 1))
        mend_delivery(plan, input, TRUE);
    else if (readiness == NULL || readiness->policy == NULL)
        wait_for(plan, input, "No report tells yet what senders see of the policy.");
    else if (!is_reported(run, readiness))
        wait_for(plan, input, "What senders report is still another policy than the one of now.");
    else if (readiness->verdict == VERDICT_NOT_READY)
        mend_delivery(plan, input, FALSE);
    else if (readiness->verdict == VERDICT_NO_DATA)
        wait_for(plan, input, "The reports are not enough to decide by.");
    else if (untested)
        look_again(plan, input);
    else if (enforced)
        go_on_enforcing(plan, input);
    else
        switch_on(plan, input);
}

/* ---- a domain without mail hosts ------------------------------------------------------------- */

static gboolean
any_address(const CheckRun *run)
{
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        if (host->addresses != NULL && host->addresses[0] != NULL)
            return TRUE;
    }
    return FALSE;
}

/* Nothing can be said of a policy that has no hosts to name. */
static void
go_nowhere(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    const CheckHost *host = run->hosts->len > 0 ? g_ptr_array_index(run->hosts, 0) : NULL;
    if (plan_has(run, CHECK_UNTESTABLE, STAGE_DNS, STAGE_STS_RECORD) ||
        !plan_has(run, CHECK_ERROR, STAGE_DNS, STAGE_DNS)) {
        look_again(plan, input);
    } else if (host != NULL && host->implicit) {
        plan_choose(plan, PLAN_NO_MAIL,
                    "The domain has neither an MX record nor an address: it takes no mail.");
    } else {
        plan_choose(plan, PLAN_MEND, "The DNS of the domain does not lead to a mail host.");
        plan_block_findings(plan, run, CHECK_ERROR, STAGE_DNS, STAGE_DNS);
        plan_verify(plan, "tlsgauge check %s", plan->domain);
    }
}

/* ---- forward --------------------------------------------------------------------------------- */

void
plan_go_forward(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    gboolean enforced = run->policy_usable && run->policy->mode == STS_MODE_ENFORCE;
    gboolean sts_errors = plan_has(run, CHECK_ERROR, STAGE_STS_RECORD, STAGE_CROSS);
    if (!any_address(run) || !run->tlsrpt_known || !run->sts_known) {
        go_nowhere(plan, input);
    } else if (enforced && (sts_errors || plan_has(run, CHECK_ERROR, STAGE_SMTP, STAGE_SMTP))) {
        if (sts_errors) /* mail is being held back: before all else */
            mend_policy(plan, input);
        else
            mend_delivery(plan, input, TRUE);
    } else if (run->tlsrpt == NULL) {
        ask_for_reports(plan, input);
    } else if (plan_has(run, CHECK_ERROR, STAGE_TLSRPT, STAGE_TLSRPT)) {
        mend_reports(plan, input);
    } else if (run->sts_text == NULL &&
               !plan_has(run, CHECK_ERROR, STAGE_STS_RECORD, STAGE_STS_RECORD)) {
        if (is_served_already(run))
            announce(plan, input);
        else
            begin_testing(plan, input);
    } else if (run->sts == NULL || !run->policy_usable || sts_errors) {
        mend_policy(plan, input);
    } else if (run->policy->mode == STS_MODE_NONE) {
        begin_testing(plan, input);
    } else {
        go_on(plan, input);
    }
}
