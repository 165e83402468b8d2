/* review_subject.c: a review in one line. Part of review.h. */
#include "report/review.h"
#include "schema/day.h"
#include "schema/finding.h"

#define SUBJECT_BYTES 200 /* of a domain name in a subject */

char *
review_period(const Review *review)
{
    if (review->week != NULL)
        return g_strdup_printf("week %s", review->week);
    if (!review->summary->any)
        return g_strdup("no period");
    return day_span_format(review->summary->since, review->summary->until);
}

static void
add_count(GString *out, guint count, const char *one, const char *many)
{
    if (count == 0)
        return;
    g_string_append_printf(out, "%s%u %s", out->len > 0 ? ", " : "", count,
                           count == 1 ? one : many);
}

static gboolean
has_failures(const Review *review)
{
    for (guint i = 0; i < review->domains->len; i++) {
        const SummaryDomain *domain = g_array_index(review->domains, ReviewDomain, i).summary;
        for (guint j = 0; j < domain->totals->len; j++) {
            if (g_array_index(domain->totals, SummaryTotal, j).failed > 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* "3 new failures, 1 sender silent" */
static char *
news(const Review *review)
{
    GString *out = g_string_new(NULL);
    add_count(out, review->count[CHANGE_NEW], "new failure", "new failures");
    add_count(out, review->count[CHANGE_WORSE], "failure got worse", "failures got worse");
    if (out->len == 0 && review->worse_totals > 0)
        g_string_append(out, "failure rate got worse");
    add_count(out, review->silent, "sender silent", "senders silent");
    if (out->len == 0)
        g_string_append(out, !has_failures(review)        ? "no failure"
                             : review->comparison != NULL ? "no new failure"
                                                          : "failures");
    return g_string_free(out, FALSE);
}

/* "1 NOT READY, 2 READY" */
static char *
verdicts(const Review *review)
{
    static const Verdict order[] = {VERDICT_NOT_READY, VERDICT_NO_DATA, VERDICT_WARNINGS,
                                    VERDICT_READY, VERDICT_ENFORCING};
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        guint number = 0;
        for (guint j = 0; j < review->domains->len; j++) {
            const Readiness *each = g_array_index(review->domains, ReviewDomain, j).readiness;
            number += each != NULL && each->verdict == order[i] ? 1 : 0;
        }
        add_count(out, number, verdict_name(order[i]), verdict_name(order[i]));
    }
    return g_string_free(out, FALSE);
}

char *
review_subject(const Review *review)
{
    g_autofree char *period = review_period(review);
    g_autofree char *new = news(review);
    if (review->domains->len == 0)
        return g_strdup_printf("no reports (%s)", period);
    const ReviewDomain *first = &g_array_index(review->domains, ReviewDomain, 0);
    if (review->domains->len == 1) {
        g_autofree char *name = text_printable(first->summary->domain, -1, SUBJECT_BYTES);
        return first->readiness == NULL
                   ? g_strdup_printf("%s: %s (%s)", name, new, period)
                   : g_strdup_printf("%s: %s, %s (%s)", name,
                                     verdict_name(first->readiness->verdict), new, period);
    }
    g_autofree char *all = verdicts(review);
    return g_strdup_printf("%u domains: %s%s%s (%s)", review->domains->len, all,
                           *all != '\0' ? "; " : "", new, period);
}
