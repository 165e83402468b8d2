/* review_tables.c: totals, senders, failures and the matrix. Part of review_document.h. */
#include <string.h>

#include "report/review_document.h"

static void
put_trust(Document *document, const SummaryDomain *domain)
{
    /* Per policy type, because a report with two types would count twice in a sum. */
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        gint64 mailed = total->reports_by_trust[TRUST_UNVERIFIED];
        gint64 posted = total->reports_by_trust[TRUST_UNAUTHENTICATED];
        if (mailed + posted > 0)
            document_text(document, TONE_DIM,
                          "%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " report%s not verified (%" G_GINT64_FORMAT " by mail, %" G_GINT64_FORMAT
                          " by HTTPS)",
                          total->policy_type, mailed + posted, total->reports,
                          plural(total->reports), mailed, posted);
    }
}

static void
put_gap(Document *document, const SummaryDomain *domain)
{
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        if (total->unattributed > 0)
            document_text(document, TONE_DIM,
                          "%s: %" G_GINT64_FORMAT " failed session%s no detail (unattributed)",
                          total->policy_type, total->unattributed,
                          total->unattributed == 1 ? " has" : "s have");
        else if (total->unattributed < 0)
            document_text(document, TONE_DIM,
                          "%s: details overlap, %" G_GINT64_FORMAT
                          " more than there are failed sessions",
                          total->policy_type, -total->unattributed);
    }
}

void
document_totals(Document *document, const SummaryDomain *domain)
{
    document_heading(document, 3, "Sessions");
    document_table(document, NULL, "Policy type", "#Reports", "#Successful", "#Failed", "#Failed %",
                   "#Unattributed", NULL);
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        document_cell(document, TONE_PLAIN, total->policy_type);
        document_number(document, TONE_PLAIN, total->reports);
        document_number(document, TONE_PLAIN, total->successful);
        document_number(document, total->failed > 0 ? TONE_BAD : TONE_GOOD, total->failed);
        document_share(document, total->failed, sessions_plus(total->successful, total->failed));
        document_number(document, TONE_PLAIN, total->unattributed);
    }
    put_gap(document, domain);
    put_trust(document, domain);
}

void
document_senders(Document *document, const SummaryDomain *domain)
{
    document_heading(document, 3, "Senders");
    document_table(document, NULL, "Sender", "Policy type", "#Successful", "#Failed", "#Failed %",
                   "Newest day", NULL);
    for (guint i = 0; i < domain->senders->len; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        document_cell(document, TONE_PLAIN, sender->sender);
        document_cell(document, TONE_PLAIN, sender->policy_type);
        document_number(document, TONE_PLAIN, sender->successful);
        document_number(document, sender->failed > 0 ? TONE_BAD : TONE_PLAIN, sender->failed);
        document_share(document, sender->failed, sessions_plus(sender->successful, sender->failed));
        document_day(document, sender->newest_day);
    }
    /* Senders that see little but the delivery of their own report mail. */
    for (guint i = 0; i < domain->senders->len; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        if (sender->loop_days > 0)
            document_text(document, TONE_DIM,
                          "%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                          " days show one session only, that of its own report mail: no coverage",
                          sender->sender, sender->loop_days, sender->days);
    }
}

/* ---- failures ------------------------------------------------------------------------------ */

/* One line of the two failure tables: what is alike in its two first columns. */
typedef struct {
    const char *name; /* sender or MX */
    const char *result_type;
    Effect effect;
    gint64 sessions;
    gint32 first_day, last_day;
} Line;

static const char *
mx_or_none(const char *mx)
{
    return mx != NULL ? mx : "(no MX named)";
}

static int
by_key(gconstpointer a, gconstpointer b)
{
    const Line *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order == 0)
        order = strcmp(left->result_type, right->result_type);
    return order != 0 ? order : (int)left->effect - (int)right->effect;
}

static int
by_name_then_sessions(gconstpointer a, gconstpointer b)
{
    const Line *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    if (left->sessions != right->sessions)
        return left->sessions > right->sessions ? -1 : 1;
    return by_key(a, b);
}

static GArray *
lines_of(const SummaryDomain *domain, gboolean by_mx)
{
    g_autoptr(GArray) single = g_array_new(FALSE, TRUE, sizeof(Line));
    for (guint i = 0; i < domain->failures->len; i++) {
        const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
        Line line = {by_mx ? mx_or_none(failure->mx) : failure->sender,
                     failure->result_type,
                     failure->effect,
                     failure->sessions,
                     failure->first_day,
                     failure->last_day};
        g_array_append_val(single, line);
    }
    g_array_sort(single, by_key);

    GArray *lines = g_array_new(FALSE, TRUE, sizeof(Line));
    for (guint i = 0; i < single->len; i++) {
        const Line *each = &g_array_index(single, Line, i);
        Line *last = lines->len == 0 ? NULL : &g_array_index(lines, Line, lines->len - 1);
        if (last == NULL || by_key(last, each) != 0) {
            g_array_append_val(lines, *each);
            continue;
        }
        last->sessions = sessions_plus(last->sessions, each->sessions);
        last->first_day = MIN(last->first_day, each->first_day);
        last->last_day = MAX(last->last_day, each->last_day);
    }
    g_array_sort(lines, by_name_then_sessions);
    return lines;
}

static void
put_failure_table(Document *document, const SummaryDomain *domain, gboolean by_mx)
{
    g_autoptr(GArray) lines = lines_of(domain, by_mx);
    document_heading(document, 3, by_mx ? "Failures by MX" : "Failures by sender");
    document_table(document, NULL, by_mx ? "MX" : "Sender", "Failure", "#Sessions", "First day",
                   "Last day", NULL);
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        document_cell(document, TONE_PLAIN, line->name);
        document_cell(document, TONE_PLAIN,
                      *line->result_type != '\0' ? line->result_type : "(none given)");
        document_number(document, effect_tone(line->effect), line->sessions);
        document_day(document, line->first_day);
        document_day(document, line->last_day);
    }
}

static void
put_effects(Document *document, const SummaryDomain *domain)
{
    document_heading(document, 3, "What the failures mean for enforce");
    document_table(document, NULL, "Effect", "#Sessions", "Meaning", NULL);
    for (int effect = EFFECT_WOULD_BLOCK; effect <= EFFECT_UNKNOWN; effect++) {
        gint64 sessions = 0;
        for (guint i = 0; i < domain->failures->len; i++) {
            const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
            if ((int)failure->effect == effect)
                sessions = sessions_plus(sessions, failure->sessions);
        }
        if (sessions == 0)
            continue;
        document_cell(document, effect_tone((Effect)effect), effect_name((Effect)effect));
        document_number(document, TONE_PLAIN, sessions);
        document_cell(document, TONE_PLAIN, effect_sentence((Effect)effect));
    }
}

static void
put_matrix(Document *document, const MatrixTable *table)
{
    document_heading(document, 3, "Failed sessions by sender, MX and result type: %s",
                     table->policy_type);
    document_table(document, NULL, "Sender", "MX", NULL);
    document_keys(document, 2);
    for (guint i = 0; i < table->results->len; i++) {
        const char *word = g_ptr_array_index(table->results, i);
        document_column(document, *word != '\0' ? word : "(none given)", TRUE);
    }
    for (guint i = 0; i < table->rows->len; i++) {
        const MatrixRow *row = &g_array_index(table->rows, MatrixRow, i);
        document_cell(document, TONE_PLAIN, row->sender);
        document_cell(document, TONE_PLAIN, mx_or_none(row->mx));
        for (guint j = 0; j < table->results->len; j++)
            document_number(document, TONE_PLAIN, row->cells[j]);
    }
}

void
document_failures(Document *document, const Review *review, const ReviewDomain *domain)
{
    const SummaryDomain *summary = domain->summary;
    if (summary->failures->len == 0) {
        document_heading(document, 3, "Failures");
        if (review->summary->filtered)
            document_text(document, TONE_PLAIN, "No failure matches the filter.");
        else if (review->only_new)
            document_text(document, TONE_GOOD, "No new failure.");
        else
            document_text(document, TONE_GOOD, "No failure details.");
        return;
    }
    put_failure_table(document, summary, FALSE);
    put_failure_table(document, summary, TRUE);
    put_effects(document, summary);
    for (guint i = 0; domain->matrix != NULL && i < domain->matrix->len; i++)
        put_matrix(document, &g_array_index(domain->matrix, MatrixTable, i));
}
