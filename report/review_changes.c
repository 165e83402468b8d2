/* review_changes.c: what changed, and what stands behind the failures. Part of review_document.h.
 */
#include <string.h>

#include "report/review_document.h"
#include "schema/day.h"

#define SOME_NETWORKS 5
#define MAX_PROBLEMS  12 /* told in full; the worst come first */

static Tone
change_tone(Change change)
{
    switch (change) {
    case CHANGE_NEW:
    case CHANGE_WORSE:
        return TONE_BAD;
    case CHANGE_BETTER:
    case CHANGE_RESOLVED:
        return TONE_GOOD;
    case CHANGE_SAME:
    case CHANGE_UNSEEN:
        break;
    }
    return TONE_PLAIN;
}

/* "1 new, 2 unchanged" */
static void
put_sentence(Document *document, const CompareDomain *change)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < N_CHANGES; i++) {
        if (change->count[i] > 0)
            g_string_append_printf(text, "%s%u %s", text->len > 0 ? ", " : "", change->count[i],
                                   change_name((Change)i));
    }
    if (text->len == 0)
        document_text(document, TONE_GOOD, "No failure in either period.");
    else
        document_text(document,
                      change->count[CHANGE_NEW] + change->count[CHANGE_WORSE] > 0 ? TONE_BAD
                                                                                  : TONE_PLAIN,
                      "Failures: %s.", text->str);
    for (guint i = 0; i < change->totals->len; i++) {
        const CompareTotal *total = &g_array_index(change->totals, CompareTotal, i);
        if (total->change == CHANGE_WORSE)
            document_text(document, TONE_BAD, "The failure rate of %s as a whole got worse.",
                          total->policy_type);
    }
    if (change->count[CHANGE_UNSEEN] > 0)
        document_text(document, TONE_DIM,
                      "Not-seen: none now, but the sender has too few sessions now to prove it.");
}

static void
put_share_of(Document *document, gint64 failed, gint64 all)
{
    g_autofree char *text =
        all > 0 ? g_strdup_printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, failed, all)
                : g_strdup_printf("%" G_GINT64_FORMAT, failed);
    document_cell(document, TONE_PLAIN, text);
}

static void
put_failures(Document *document, const Review *review, const CompareDomain *change)
{
    gboolean any = FALSE;
    for (guint i = 0; i < change->failures->len; i++) {
        const CompareFailure *failure = &g_array_index(change->failures, CompareFailure, i);
        if (failure->change == CHANGE_SAME || (review->only_new && failure->change != CHANGE_NEW))
            continue;
        if (!any)
            document_table(document, "Failed sessions, of the sessions of that sender", "Change",
                           "Failure", "Sender", "MX", "#Before", "#Now", NULL);
        any = TRUE;
        g_autofree char *name =
            strcmp(failure->policy_type, "sts") == 0
                ? g_strdup(failure->result_type)
                : g_strdup_printf("%s (%s)", failure->result_type, failure->policy_type);
        document_cell(document, change_tone(failure->change), change_name(failure->change));
        document_cell(document, TONE_PLAIN, name);
        document_cell(document, TONE_PLAIN, failure->sender);
        document_cell(document, TONE_PLAIN, failure->mx);
        put_share_of(document, failure->before_sessions, failure->before_all_sessions);
        put_share_of(document, failure->sessions, failure->all_sessions);
    }
}

static void
put_totals(Document *document, const CompareDomain *change)
{
    document_table(document, "Sessions of both periods", "Policy type", "Period", "#Reports",
                   "#Successful", "#Failed", "#Failed %", "Change", NULL);
    for (guint i = 0; i < change->totals->len; i++) {
        const CompareTotal *total = &g_array_index(change->totals, CompareTotal, i);
        document_cell(document, TONE_PLAIN, total->policy_type);
        document_cell(document, TONE_PLAIN, "before");
        document_number(document, TONE_PLAIN, total->before_reports);
        document_number(document, TONE_PLAIN, total->before_successful);
        document_number(document, TONE_PLAIN, total->before_failed);
        document_share(document, total->before_failed,
                       sessions_plus(total->before_successful, total->before_failed));
        document_cell(document, TONE_PLAIN, "");
        document_cell(document, TONE_PLAIN, total->policy_type);
        document_cell(document, TONE_PLAIN, "now");
        document_number(document, TONE_PLAIN, total->reports);
        document_number(document, TONE_PLAIN, total->successful);
        document_number(document, TONE_PLAIN, total->failed);
        document_share(document, total->failed, sessions_plus(total->successful, total->failed));
        document_cell(document, change_tone(total->change), change_name(total->change));
    }
}

static void
put_senders(Document *document, const char *text, const GArray *senders, const char *format)
{
    if (senders->len == 0)
        return;
    document_list(document, text);
    for (guint i = 0; i < senders->len; i++) {
        const CompareSender *sender = &g_array_index(senders, CompareSender, i);
        g_autofree char *day = day_format(sender->newest_day);
        document_line(document, "%s: %" G_GINT64_FORMAT " day%s with reports%s%s", sender->sender,
                      sender->days, plural(sender->days), format, day);
    }
}

void
document_changes(Document *document, const Review *review, const ReviewDomain *domain)
{
    const CompareDomain *change = domain->change;
    if (change == NULL)
        return;
    g_autofree char *since = day_format(review->comparison->since);
    g_autofree char *until = day_format(review->comparison->until);
    document_heading(document, 3, "Changes since %s to %s", since, until);
    put_sentence(document, change);
    put_failures(document, review, change);
    put_senders(document, "Senders gone silent:", change->silent, " before, none since ");
    put_senders(document, "New senders:", change->appeared, ", the newest of ");
    put_totals(document, change);
}

/* ---- problems ------------------------------------------------------------------------------ */

static void
put_line(Document *document, const char *word, const char *sentence)
{
    if (sentence != NULL && *sentence != '\0')
        document_line(document, "%s: %s", word, sentence);
}

static void
put_networks(Document *document, const Problem *problem)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < problem->networks->len; i++) {
        if (i == SOME_NETWORKS) {
            g_string_append_printf(text, ", %u more", problem->n_networks - i);
            break;
        }
        const ProblemShare *share = &g_array_index(problem->networks, ProblemShare, i);
        g_string_append_printf(text, "%s%s (%" G_GINT64_FORMAT ")", i > 0 ? ", " : "",
                               share->name != NULL ? share->name : "no address", share->sessions);
    }
    put_line(document, "Networks", text->str);
}

static void
put_problem(Document *document, guint number, const Problem *problem)
{
    g_autofree char *days = day_span_format(problem->first_day, problem->last_day);
    document_heading(document, 4, "%u. %s", number, problem->title);
    document_text(document, effect_tone(problem->effect),
                  "%" G_GINT64_FORMAT " session%s on %u day%s, %s: %s", problem->sessions,
                  plural(problem->sessions), problem->days, plural(problem->days), days,
                  effect_sentence(problem->effect));
    document_list(document, NULL);
    put_line(document, "Cause", problem->cause);
    put_line(document, "Concerned", problem->scope);
    put_networks(document, problem);
    put_line(document, "Course", problem->course);
    put_line(document, "Points to", problem->likely);
    document_line(document, "To do: %s (%s)", problem->fix, problem->clause);
    if (problem->commands->len == 0)
        return;
    document_code(document, TRUE);
    for (guint i = 0; i < problem->commands->len; i++)
        document_line(document, "%s", (const char *)g_ptr_array_index(problem->commands, i));
}

void
document_problems(Document *document, const ReviewDomain *domain)
{
    if (domain->problems == NULL || domain->problems->len + domain->notices->len == 0)
        return;
    document_heading(document, 3, "What fails, and why");
    for (guint i = 0; i < domain->problems->len && i < MAX_PROBLEMS; i++)
        put_problem(document, i + 1, g_ptr_array_index(domain->problems, i));
    if (domain->problems->len > MAX_PROBLEMS)
        document_text(document, TONE_DIM, "%u more; see: tlsgauge explain %s",
                      domain->problems->len - MAX_PROBLEMS, domain->summary->domain);
    for (guint i = 0; i < domain->notices->len; i++) {
        const Notice *notice = g_ptr_array_index(domain->notices, i);
        document_heading(document, 4, "Note: %s", notice->title);
        document_text(document, TONE_PLAIN, "%s (%s)", notice->text, notice->clause);
    }
}
