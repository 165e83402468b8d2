/* look_cross.c: the policy against the MX hosts, against its own history, against what senders
 * reported, and against the order of a rollout. Part of look.h. */
#include "check/look.h"

#include <string.h>

#define SECONDS_A_DAY   86400
#define SECONDS_A_WEEK  (7 * SECONDS_A_DAY)
/* After that many days a sender is expected to have asked for the policy again (RFC 8461 3.3). */
#define REFRESH_DAYS    2
/* While testing a mistake should be forgotten after a month. */
#define TESTING_MAX_AGE (30 * SECONDS_A_DAY)

/* ---- MX hosts -------------------------------------------------------------------------------- */

static void
look_at_coverage(Look *look)
{
    const CheckRun *run = look->run;
    g_autofree char *patterns = g_strjoinv(", ", run->policy->mx);
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        if (sts_policy_names(run->policy, host->name))
            continue;
        CheckFinding *finding =
            look_tell(look, host->implicit ? "sts-mx-implicit" : "sts-mx-uncovered", host->name,
                      "no mx line matches it; there are: %s", patterns);
        if (!host->implicit)
            finding->fix = g_strdup_printf("Add the line \"mx: %s\" to the policy, then publish a "
                                           "new id.",
                                           host->name);
    }
}

static gboolean
matches_any(const CheckRun *run, const char *pattern)
{
    for (guint i = 0; i < run->hosts->len; i++) {
        if (mx_pattern_matches(pattern, ((CheckHost *)g_ptr_array_index(run->hosts, i))->name))
            return TRUE;
    }
    return FALSE;
}

/* A name that resolves may be a move that is planned. */
static void
look_at_patterns(Look *look)
{
    for (char **pattern = look->run->policy->mx; *pattern != NULL; pattern++) {
        if (matches_any(look->run, *pattern))
            continue;
        CheckFinding *finding =
            look_tell(look, "sts-mx-unused", *pattern, "no MX record has a host that it matches");
        g_autoptr(DnsAnswer) answer = look_up_quietly(look, *pattern, DNS_A);
        g_autoptr(DnsAnswer) v6 = look_up_quietly(look, *pattern, DNS_AAAA);
        if (answer->status == ANSWER_DATA || v6->status == ANSWER_DATA)
            finding->severity = CHECK_NOTICE;
    }
}

/* ---- history --------------------------------------------------------------------------------- */

/* The policy of an earlier look in the one form in which policies compare; NULL if none. */
static char *
canonical_of(const char *body)
{
    if (body == NULL)
        return NULL;
    const char *const lines[] = {body, "", NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    return g_strdup(policy->canonical);
}

static const CheckEarlier *
earlier_at(const Look *look, guint i)
{
    return i < look->past->earlier->len ? g_ptr_array_index(look->past->earlier, i) : NULL;
}

static char *
day_of(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return time == NULL ? g_strdup("?") : g_date_time_format(time, "%Y-%m-%d");
}

/* The newest look before this one that saw the same id with another policy; NULL if there is none
 * until the id was another. */
static const CheckEarlier *
other_policy_same_id(const Look *look)
{
    const CheckRun *run = look->run;
    for (guint i = 0; i < look->past->earlier->len; i++) {
        const CheckEarlier *earlier = earlier_at(look, i);
        if (earlier->policy_id != NULL && strcmp(earlier->policy_id, run->sts->id) != 0)
            return NULL;
        g_autofree char *canonical = canonical_of(earlier->policy);
        if (earlier->policy_id != NULL && canonical != NULL &&
            strcmp(canonical, run->policy->canonical) != 0)
            return earlier;
    }
    return NULL;
}

/* The look at INDEX saw the id of now, and the one before it another id with the same policy: the
 * id changed first, the policy later. */
static gboolean
record_came_first(const Look *look)
{
    const CheckEarlier *last = earlier_at(look, 0), *before = earlier_at(look, 1);
    if (last == NULL || before == NULL || last->policy_id == NULL || before->policy_id == NULL)
        return FALSE;
    g_autofree char *policy = canonical_of(last->policy), *older = canonical_of(before->policy);
    return policy != NULL && g_strcmp0(policy, older) == 0 &&
           strcmp(last->policy_id, look->run->sts->id) == 0 &&
           strcmp(last->policy_id, before->policy_id) != 0 &&
           strcmp(policy, look->run->policy->canonical) != 0;
}

static void
look_at_id(Look *look, const char *name)
{
    const CheckEarlier *stale = other_policy_same_id(look), *last = earlier_at(look, 0);
    if (stale != NULL) {
        g_autofree char *day = day_of(stale->at);
        look_tell(look, "sts-id-stale", name, "id=%s stood with another policy on %s",
                  look->run->sts->id, day);
    }
    if (record_came_first(look))
        look_tell(look, "sts-order", name, "the id was changed before the policy was");
    if (last == NULL || last->policy_id == NULL || last->policy == NULL ||
        strcmp(last->policy_id, look->run->sts->id) == 0)
        return;
    g_autofree char *canonical = canonical_of(last->policy);
    if (strcmp(canonical, look->run->policy->canonical) == 0)
        look_tell(look, "sts-id-churn", name, "from %s to %s", last->policy_id, look->run->sts->id);
}

static StsMode
mode_of(const char *body)
{
    const char *const lines[] = {body != NULL ? body : "", "", NULL};
    g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
    return policy->mode;
}

/* Enforced, and no look and no report ever saw it in mode testing though one saw it without. */
static void
look_at_steps(Look *look, const char *name)
{
    gboolean without = FALSE;
    for (guint i = 0; i < look->past->earlier->len; i++) {
        StsMode mode = mode_of(earlier_at(look, i)->policy);
        if (mode == STS_MODE_TESTING)
            return;
        without = without || mode == STS_MODE_NONE || mode == STS_MODE_UNKNOWN;
    }
    for (guint i = 0; i < look->past->reported->len; i++) {
        const CheckReported *reported = g_ptr_array_index(look->past->reported, i);
        if (mode_of(reported->policy) == STS_MODE_TESTING)
            return;
    }
    if (without)
        look_tell(look, "rollout-testing-first", name, "it was never seen in mode testing");
}

/* The record is gone while copies of the policy are still in force. */
static void
look_at_removal(Look *look)
{
    const CheckRun *run = look->run;
    for (guint i = 0; i < look->past->earlier->len; i++) {
        const CheckEarlier *earlier = earlier_at(look, i);
        if (earlier->policy == NULL)
            continue;
        const char *const lines[] = {earlier->policy, "", NULL};
        g_autoptr(StsPolicy) policy = sts_policy_parse(lines, NULL);
        gint64 left = earlier->at + policy->max_age - run->at;
        if (policy->mode == STS_MODE_NONE || left <= 0)
            return;
        g_autofree char *day = day_of(earlier->at + policy->max_age);
        look_tell(look, "rollout-removed", run->domain,
                  "a policy in mode %s was served; senders may keep it until %s",
                  sts_mode_name(policy->mode), day);
        return;
    }
}

/* ---- what senders report --------------------------------------------------------------------- */

/* The day of the first look that saw the policy of now; -1 if no earlier one did. */
static gint32
day_of_change(const Look *look)
{
    gint32 day = -1;
    for (guint i = 0; i < look->past->earlier->len; i++) {
        const CheckEarlier *earlier = earlier_at(look, i);
        g_autofree char *canonical = canonical_of(earlier->policy);
        if (g_strcmp0(canonical, look->run->policy->canonical) != 0)
            break;
        day = (gint32)(earlier->at / SECONDS_A_DAY);
    }
    return day;
}

static void
look_at_reports(Look *look, const char *name)
{
    gint32 changed = day_of_change(look);
    g_autoptr(GString) senders = g_string_new(NULL);
    for (guint i = 0; changed >= 0 && i < look->past->reported->len; i++) {
        const CheckReported *reported = g_ptr_array_index(look->past->reported, i);
        if (reported->day > changed + REFRESH_DAYS &&
            strcmp(reported->policy, look->run->policy->canonical) != 0)
            g_string_append_printf(senders, "%s%s", senders->len > 0 ? ", " : "", reported->sender);
    }
    if (senders->len > 0)
        look_tell(look, "sts-mode-vs-reports", name, "%s", senders->str);
}

/* ---- the order of a rollout ------------------------------------------------------------------ */

static void
look_at_max_age(Look *look, const char *name)
{
    const StsPolicy *policy = look->run->policy;
    const char *why = NULL;
    CheckSeverity severity = CHECK_NOTICE;
    if (policy->mode == STS_MODE_ENFORCE && policy->max_age >= 0 &&
        policy->max_age < SECONDS_A_WEEK) {
        why = "is less than a week, though the policy is enforced";
        severity = CHECK_WARNING;
    } else if (policy->mode == STS_MODE_TESTING && policy->max_age > TESTING_MAX_AGE) {
        why = "is more than a month, though the policy is in testing";
    } else if (policy->mode == STS_MODE_NONE && policy->max_age > SECONDS_A_WEEK) {
        why = "is more than a week, though the policy is on its way out";
    }
    if (why != NULL)
        look_tell(look, "rollout-max-age", name, "max_age: %" G_GINT64_FORMAT " %s",
                  policy->max_age, why)
            ->severity = severity;
}

static void
look_at_policy(Look *look, const char *name)
{
    const StsPolicy *policy = look->run->policy;
    if (policy->mode != STS_MODE_NONE && policy->mx[0] != NULL && look->hosts_known) {
        look_at_coverage(look);
        look_at_patterns(look);
    }
    look_at_max_age(look, name);
    if (policy->mode == STS_MODE_ENFORCE)
        look_at_steps(look, name);
    look_at_reports(look, name);
}

void
look_cross(Look *look)
{
    CheckRun *run = look->run;
    g_autofree char *name = g_strdup_printf("_mta-sts.%s", run->domain);
    run->stages[STAGE_CROSS].ran =
        run->policy != NULL && run->policy->mode != STS_MODE_UNKNOWN && look->hosts_known;
    if (run->null_mx)
        return;
    if (run->sts_known && !look->record_there)
        look_at_removal(look);
    if (look->record_there && run->tlsrpt_known && run->tlsrpt == NULL)
        look_tell(look, "rollout-tlsrpt-first", name, "there is no TLS-RPT record to go by");
    const CheckEarlier *last = earlier_at(look, 0);
    if (run->sts != NULL && run->policy == NULL && last != NULL && last->policy_id == NULL &&
        last->policy == NULL)
        look_tell(look, "sts-order", name, "the record is new, and no policy can be fetched");
    if (run->policy != NULL)
        look_at_policy(look, name);
    if (run->policy != NULL && run->sts != NULL)
        look_at_id(look, name);
}
