/* The failure groups as CSV (RFC 4180): what a spreadsheet opens and a script reads.
 *
 * A spreadsheet takes a cell that begins with one of =+-@ for a formula, and one that is set to
 * another separator sees cells where we wrote none. So an apostrophe is put before such a character
 * wherever a cell may be seen to begin: at the start of a value and behind each separator in it.
 */
#include <string.h>

#include "report/render.h"
#include "schema/day.h"
#include "schema/finding.h"

#define VALUE_BYTES 4096

static void
put_value(GString *out, const char *text)
{
    g_autofree char *value = text_printable(text != NULL ? text : "", -1, VALUE_BYTES);
    gboolean is_start = TRUE;
    g_string_append_c(out, '"');
    for (const char *at = value; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        /* The last four are the wide forms, which some programs read as the narrow ones. */
        if (is_start && (c < 0x80 ? strchr("=+-@", (int)c) != NULL
                                  : c == 0xff1d || c == 0xff0b || c == 0xff0d || c == 0xff20))
            g_string_append_c(out, '\'');
        is_start = c == ';' || c == ',' || c == '|' || (is_start && (c == ' ' || c == '"'));
        if (c == '"')
            g_string_append_c(out, '"');
        g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '"');
}

static void
put_texts(GString *out, const char *const *texts)
{
    for (guint i = 0; texts[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        put_value(out, texts[i]);
    }
}

static const char *
change_of(const CompareDomain *change, const SummaryFailure *failure)
{
    for (guint i = 0; change != NULL && i < change->failures->len; i++) {
        const CompareFailure *each = &g_array_index(change->failures, CompareFailure, i);
        if (strcmp(each->sender, failure->sender) == 0 && g_strcmp0(each->mx, failure->mx) == 0 &&
            strcmp(each->policy_type, failure->policy_type) == 0 &&
            strcmp(each->result_type, failure->result_type) == 0)
            return change_name(each->change);
    }
    return "";
}

static const char *
or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static void
put_failure(GString *out, const ReviewDomain *domain, const SummaryFailure *failure)
{
    g_autofree char *sessions = g_strdup_printf("%" G_GINT64_FORMAT, failure->sessions);
    g_autofree char *first = day_format(failure->first_day), *last = day_format(failure->last_day);
    const char *const texts[] = {domain->summary->domain,
                                 failure->policy_type,
                                 failure->sender,
                                 or_empty(failure->mx),
                                 or_empty(failure->mode),
                                 failure->result_type,
                                 or_empty(failure->reason),
                                 effect_name(failure->effect),
                                 sessions,
                                 first,
                                 last,
                                 change_of(domain->change, failure),
                                 NULL};
    put_texts(out, texts);
    g_string_append(out, "\r\n");
}

void
render_csv(const Review *review, const RenderStyle *style, GString *out)
{
    static const char *const titles[] = {
        "domain", "policy_type", "sender",    "mx",       "mode",   "result_type", "reason",
        "effect", "sessions",    "first_day", "last_day", "change", NULL};
    put_texts(out, titles);
    g_string_append(out, "\r\n");
    for (guint i = 0; i < review->domains->len; i++) {
        const ReviewDomain *domain = &g_array_index(review->domains, ReviewDomain, i);
        for (guint j = 0; j < domain->summary->failures->len; j++)
            put_failure(out, domain, &g_array_index(domain->summary->failures, SummaryFailure, j));
        render_pass_on(style, out);
    }
}
