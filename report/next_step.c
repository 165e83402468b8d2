#include "report/next_step.h"

#include <string.h>

#include "schema/day.h"
#include "schema/sts_policy.h"

/* RFC 8461 3.2 and 10.2: weeks or more, or an attacker need only wait; more than one when a first
 * week went well. */
#define ENFORCE_MAX_AGE 604800

/* The policy of READINESS in MODE; NULL where it names no MX. */
static char *
policy_body(const Readiness *readiness, const char *mode, gint64 max_age)
{
    g_auto(GStrv) lines = g_strsplit(readiness->policy != NULL ? readiness->policy : "", "\n", -1);
    g_autoptr(StsPolicy) policy = sts_policy_parse((const char *const *)lines, NULL);
    if (policy->mx == NULL || policy->mx[0] == NULL)
        return NULL;
    GString *body = g_string_new("version: STSv1\n");
    g_string_append_printf(body, "mode: %s\n", mode);
    for (char **mx = policy->mx; *mx != NULL; mx++)
        g_string_append_printf(body, "mx: %s\n", *mx);
    g_string_append_printf(body, "max_age: %" G_GINT64_FORMAT "\n", max_age);
    return g_string_free(body, FALSE);
}

static char *
record(const char *domain, gint32 today)
{
    g_autofree char *day = day_format(today);
    g_auto(GStrv) parts = g_strsplit(day, "-", -1);
    g_autofree char *id = g_strjoinv("", parts);
    return g_strdup_printf("_mta-sts.%s. IN TXT \"v=STSv1; id=%sT000000Z\"", domain, id);
}

static void
publish_enforce(NextStep *step, const Readiness *readiness, gint32 today)
{
    step->policy = policy_body(readiness, "enforce", ENFORCE_MAX_AGE);
    if (step->policy == NULL) {
        step->advice = g_strdup("Publish your policy with mode: enforce and a new id: first the "
                                "file, then the TXT record.");
        return;
    }
    step->record = record(readiness->domain, today);
    step->advice =
        g_strdup_printf("Publish this at https://mta-sts.%s/.well-known/mta-sts.txt, then the "
                        "record with its new id, and look at the reports of the days after.",
                        readiness->domain);
}

NextStep *
next_step_of(const Readiness *readiness, gint32 today)
{
    NextStep *step = g_new0(NextStep, 1);
    switch (readiness->verdict) {
    case VERDICT_READY:
    case VERDICT_WARNINGS:
        publish_enforce(step, readiness, today);
        break;
    case VERDICT_ENFORCING:
        step->advice = g_strdup("Nothing: the policy is enforced. Go on to watch the reports, and "
                                "change the id with every change of the policy.");
        break;
    case VERDICT_NO_DATA:
        step->advice =
            g_strdup(readiness->sessions > 0
                         ? "Leave the policy as it is and wait for more reports."
                         : "Leave the policy as it is. Nobody reported a session under it in the "
                           "days that decide: see that the _smtp._tls record names an address or "
                           "URL that reaches tlsgauge.");
        break;
    case VERDICT_NOT_READY:
        if (readiness->mode == STS_MODE_ENFORCE)
            step->advice =
                g_strdup_printf("Mend what fails now, or go back to mode: testing with a new id "
                                "until it is mended: mail %s held back.",
                                readiness->blocking > 0 ? "is being" : "may be");
        else if (readiness->mode == STS_MODE_TESTING)
            step->advice =
                g_strdup("Stay in mode testing, mend what the failed gates name, and look "
                         "again when the days after the repair are clean.");
        else
            step->advice = g_strdup_printf(
                "Publish a policy with mode: testing and an mx line for each of your "
                "MX hosts at https://mta-sts.%s/.well-known/mta-sts.txt, then the "
                "record _mta-sts.%s with an id.",
                readiness->domain, readiness->domain);
        break;
    }
    return step;
}

void
next_step_free(NextStep *step)
{
    if (step == NULL)
        return;
    g_free(step->advice);
    g_free(step->policy);
    g_free(step->record);
    g_free(step);
}
