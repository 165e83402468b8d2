/* plan_back.c: the way back (RFC 8461 8.3): mode none and a small max_age with a new id; wait until
 * every policy that was ever served has expired; only then remove record and file.
 */
#include "cli/plan_parts.h"

#include "schema/day.h"

#define SECONDS_A_DAY 86400
#define NONE_AGE      86400
/* RFC 8461 3.2: no policy is kept longer. */
#define LONGEST_AGE   31557600

/* ---- how long copies live -------------------------------------------------------------------- */

typedef struct {
    gint64 alive_until; /* a sender may hold a policy until then; 0: none is known */
    gboolean known;     /* that is all there can be */
} Copies;

static void
take_policy(Copies *copies, const char *text, gint64 served_until)
{
    const char *const lines[] = {text != NULL ? text : "", "", NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    if (policy->mode != STS_MODE_TESTING && policy->mode != STS_MODE_ENFORCE)
        return;
    gint64 age = policy->max_age < 0 ? LONGEST_AGE : MIN(policy->max_age, LONGEST_AGE);
    copies->alive_until = MAX(copies->alive_until, served_until + age);
    copies->known = TRUE;
}

/* Between two looks the older policy may have been served until the newer one. */
static Copies
find_copies(const PlanInput *input)
{
    Copies copies = {0, FALSE};
    const CheckPast *past = input->past;
    gint64 served_until = input->run->at;
    for (guint i = 0; past != NULL && i < past->earlier->len; i++) {
        const CheckEarlier *earlier = g_ptr_array_index(past->earlier, i);
        take_policy(&copies, earlier->policy, served_until);
        served_until = earlier->at;
        copies.known = copies.known || earlier->at <= input->run->at - LONGEST_AGE;
    }
    for (guint i = 0; past != NULL && i < past->reported->len; i++) {
        const CheckReported *reported = g_ptr_array_index(past->reported, i);
        take_policy(&copies, reported->policy, (gint64)(reported->day + 1) * SECONDS_A_DAY);
    }
    return copies;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static void
publish_none(Plan *plan, const PlanInput *input, gboolean known, const char *why)
{
    plan_choose(plan, PLAN_MODE_NONE, why);
    if (!known)
        plan_action(plan, PLAN_ACTION_DO, NULL,
                    g_strdup_printf("tlsgauge check --keep %s", plan->domain),
                    "Keep a look at the policy of now, so that it is known how long senders hold "
                    "it.");
    plan_publish(plan, input,
                 g_strdup_printf("version: STSv1\nmode: none\nmax_age: %d\n", NONE_AGE));
    plan_note(plan, "Only for a while? The file of now with mode: testing and a new id ends the "
                    "holding back of mail just as fast, and reports go on.");
    plan_note(plan, "The TLS-RPT record may stay: it does no harm.");
    plan->then = g_strdup_printf("Leave both as they are until every copy of the old policy has "
                                 "expired: tlsgauge plan --back %s",
                                 plan->domain);
}

static void
wait_for_copies(Plan *plan, const Copies *copies)
{
    if (copies->known) {
        g_autofree char *until = datetime_format(copies->alive_until);
        g_autofree char *why =
            g_strdup_printf("Senders may hold the old policy until %s, by the looks and reports "
                            "that are stored (RFC 8461 8.3).",
                            until);
        plan_choose(plan, PLAN_EXPIRE, why);
    } else {
        plan_choose(
            plan, PLAN_EXPIRE,
            "Senders may hold the old policy for its max_age, which nothing stored here tells. "
            "Count from the day on which mode none was published; the longest that any sender "
            "keeps a policy is a year (RFC 8461 3.2, 8.3).");
    }
    plan_note(plan,
              "Until then file and record have to stay as they are: who finds nothing goes on "
              "to enforce what it holds.");
    plan_verify(plan, "tlsgauge check --keep %s", plan->domain);
    plan->then = g_strdup_printf("Remove the record _mta-sts.%s, then the host mta-sts.%s.",
                                 plan->domain, plan->domain);
}

static void
remove_rest(Plan *plan, const PlanInput *input)
{
    g_autofree char *record = g_strdup_printf("_mta-sts.%s", plan->domain);
    g_autofree char *host = g_strdup_printf("mta-sts.%s", plan->domain);
    plan_choose(plan, PLAN_REMOVE,
                "Mode none is published, and every copy of the old policy that is "
                "known here has expired (RFC 8461 8.3).");
    if (input->run->sts_text != NULL)
        plan_action(plan, PLAN_ACTION_REMOVE, record, NULL, "Remove the TXT record at %s.", record);
    plan_action(plan, PLAN_ACTION_REMOVE, host, NULL,
                "A day later remove the policy file, and the name %s with its web server.", host);
    plan_verify(plan, "dig +short TXT %s", record);
    plan_verify(plan, "tlsgauge check --keep %s", plan->domain);
    plan->then = g_strdup("Nothing.");
}

void
plan_go_back(Plan *plan, const PlanInput *input)
{
    const CheckRun *run = input->run;
    Copies copies = find_copies(input);
    gboolean expired = copies.known && copies.alive_until <= run->at;
    gboolean record = run->sts_text != NULL;
    gboolean none = run->policy_usable && run->policy->mode == STS_MODE_NONE;
    gboolean left = run->unannounced != NULL && run->unannounced->mode == STS_MODE_NONE;
    if (!run->sts_known) {
        plan_block_findings(plan, run, CHECK_UNTESTABLE, STAGE_DNS, STAGE_STS_RECORD);
        plan_choose(plan, PLAN_LOOK_AGAIN, "The record could not be looked up.");
    } else if (none && run->sts != NULL) {
        if (expired)
            remove_rest(plan, input);
        else
            wait_for_copies(plan, &copies);
    } else if (record) {
        publish_none(plan, input, copies.known,
                     "A policy that only disappears goes on to be enforced by those who "
                     "hold a copy: it has to be replaced first (RFC 8461 8.3).");
    } else if (copies.alive_until > run->at) {
        publish_none(plan, input, copies.known,
                     "The record is gone, but senders still hold copies of the policy "
                     "and go on to enforce them: it was removed too early.");
    } else if (left) {
        remove_rest(plan, input);
    } else if (run->unannounced != NULL) {
        publish_none(plan, input, copies.known,
                     "A policy is still served, though no record announces it: senders "
                     "that hold it go on to fetch it.");
    } else {
        plan_choose(plan, PLAN_GONE,
                    "There is neither record nor policy, and no sender is known to hold "
                    "a copy.");
    }
}
