#include "report/review_document.h"

#include "schema/day.h"

Tone
effect_tone(Effect effect)
{
    switch (effect) {
    case EFFECT_WOULD_BLOCK:
    case EFFECT_BLOCKED:
        return TONE_BAD;
    case EFFECT_POLICY_UNREADABLE:
        return TONE_WARN;
    case EFFECT_DANE:
    case EFFECT_NO_POLICY:
    case EFFECT_UNKNOWN:
        break;
    }
    return TONE_PLAIN;
}

const char *
plural(gint64 number)
{
    return number == 1 ? "" : "s";
}

static Tone
verdict_tone(Verdict verdict)
{
    switch (verdict) {
    case VERDICT_READY:
    case VERDICT_ENFORCING:
        return TONE_GOOD;
    case VERDICT_WARNINGS:
        return TONE_WARN;
    case VERDICT_NOT_READY:
        return TONE_BAD;
    case VERDICT_NO_DATA:
        break;
    }
    return TONE_UNKNOWN;
}

/* ---- the verdict --------------------------------------------------------------------------- */

static void
put_gates(Document *document, const Readiness *readiness)
{
    guint open = 0;
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        if (gate->state == GATE_PASS)
            continue;
        if (open++ == 0)
            document_list(document, "Gates that do not pass (tlsgauge ready tells the evidence):");
        document_line(document, "%s (%s): %s", gate->name, gate_state_name(gate->state), gate->why);
    }
}

static void
put_verdict(Document *document, const ReviewDomain *domain)
{
    const Readiness *readiness = domain->readiness;
    g_autofree char *days = day_span_format(readiness->since, readiness->until);
    g_autofree char *lasting =
        domain->stage_days == 0
            ? g_strdup("")
            : g_strdup_printf(", for %u day%s", domain->stage_days, plural(domain->stage_days));
    g_autofree char *sentence = g_strdup_printf("Stage: %s%s. Decided by the reports of %s.",
                                                stage_name(domain->stage), lasting, days);
    document_verdict(document, verdict_tone(readiness->verdict), verdict_name(readiness->verdict),
                     sentence);
    put_gates(document, readiness);
    document_text(document, TONE_PLAIN, "Next step: %s", domain->step->advice);
    if (domain->step->policy == NULL)
        return;
    document_code(document, FALSE);
    g_auto(GStrv) lines = g_strsplit(domain->step->policy, "\n", -1);
    for (char **line = lines; *line != NULL && **line != '\0'; line++)
        document_line(document, "%s", *line);
    document_line(document, "%s", domain->step->record);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void
put_domain(Document *document, const Review *review, const ReviewDomain *domain)
{
    document_heading(document, 2, "%s", domain->summary->domain);
    if (domain->readiness != NULL)
        put_verdict(document, domain);
    if (domain->summary->totals->len == 0)
        document_text(document, TONE_BAD, "No report about this domain in the period.");
    document_changes(document, review, domain);
    document_problems(document, domain);
    if (domain->summary->totals->len > 0) {
        document_totals(document, domain->summary);
        document_senders(document, domain->summary);
        document_failures(document, review, domain);
    }
    document_trend(document, review, domain);
    document_quality(document, domain);
}

static void
put_title(Document *document, const Review *review)
{
    const Summary *summary = review->summary;
    if (!summary->any) {
        document_heading(document, 1, "TLS reports");
        document_text(document, TONE_PLAIN, "No report is stored yet.");
        return;
    }
    g_autofree char *days = day_span_format(summary->since, summary->until);
    if (review->week != NULL)
        document_heading(document, 1, "TLS reports, week %s (%s, UTC days)", review->week, days);
    else
        document_heading(document, 1, "TLS reports, %s (UTC days)", days);
    if (summary->filtered)
        document_text(document, TONE_DIM,
                      "Failures are filtered; totals and senders are not (successes name no MX).");
    if (review->only_new)
        document_text(document, TONE_DIM,
                      "Only failures that the period before did not have are listed.");
}

/* One line a domain, where there are several. */
static void
put_overview(Document *document, const Review *review)
{
    if (review->domains->len < 2 || !(review->parts & REVIEW_VERDICT))
        return;
    document_table(document, NULL, "Domain", "Verdict", "Stage", "#Days", NULL);
    if (review->comparison != NULL) {
        document_column(document, "New", TRUE);
        document_column(document, "Worse", TRUE);
    }
    for (guint i = 0; i < review->domains->len; i++) {
        const ReviewDomain *domain = &g_array_index(review->domains, ReviewDomain, i);
        Verdict verdict = domain->readiness->verdict;
        document_cell(document, TONE_PLAIN, domain->summary->domain);
        document_cell(document, verdict_tone(verdict), verdict_name(verdict));
        document_cell(document, TONE_PLAIN, stage_name(domain->stage));
        document_number(document, TONE_PLAIN, domain->stage_days);
        if (review->comparison == NULL)
            continue;
        guint new = domain->change->count[CHANGE_NEW], worse = domain->change->count[CHANGE_WORSE];
        document_number(document, new > 0 ? TONE_BAD : TONE_PLAIN, new);
        document_number(document, worse > 0 ? TONE_BAD : TONE_PLAIN, worse);
    }
}

static void
put_beginning(Document *document, const Review *review)
{
    put_title(document, review);
    put_overview(document, review);
}

/* Of a period, or of a filter, without a report. */
static void
put_nothing(Document *document, const Summary *summary)
{
    g_autofree char *stored = day_span_format(summary->stored_since, summary->stored_until);
    if (summary->stored)
        document_text(document, TONE_PLAIN,
                      "Nothing in this period matches. The reports of the store are of %s.",
                      stored);
    else
        document_text(document, TONE_PLAIN, "Nothing in this period matches. No report is stored.");
}

static void
put_end(Document *document, const Review *review)
{
    if (review->summary->any && review->domains->len == 0)
        put_nothing(document, review->summary);
    if (review->conformity != NULL && review->domains->len > 0)
        document_conformity(document, review);
    if (review->summary->quarantined > 0)
        document_text(document, TONE_WARN,
                      "In quarantine, not counted: %" G_GINT64_FORMAT
                      " (see: tlsgauge quarantine list)",
                      review->summary->quarantined);
}

void
review_document(const Review *review, ReviewPieceFunc func, gpointer data)
{
    g_autoptr(Document) beginning = document_new(), end = document_new();
    put_beginning(beginning, review);
    func(data, beginning);
    for (guint i = 0; i < review->domains->len; i++) {
        g_autoptr(Document) domain = document_new();
        put_domain(domain, review, &g_array_index(review->domains, ReviewDomain, i));
        func(data, domain);
    }
    put_end(end, review);
    func(data, end);
}
