#include "report/problem_view.h"

#include "report/json_value.h"
#include "report/problem_json.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"

#define LABEL_WIDTH 9
#define SHARES_MAX  6 /* networks and reasons that are told as text; JSON has more */
#define NAME_BYTES  200

static const char *
effect_colour(Effect effect)
{
    switch (effect) {
    case EFFECT_WOULD_BLOCK:
    case EFFECT_BLOCKED:
        return "\033[31m";
    case EFFECT_POLICY_UNREADABLE:
        return "\033[33m";
    case EFFECT_DANE:
    case EFFECT_NO_POLICY:
    case EFFECT_UNKNOWN:
        break;
    }
    return "\033[1m";
}

static void
put_title(GString *out, const RenderStyle *style, const char *colour, const char *title, int indent)
{
    g_string_append_printf(out, "%*s%s", indent, "", style->colour ? colour : "");
    g_autoptr(GString) text = g_string_new(NULL);
    text_append_wrapped(text, title, indent, indent + 2);
    g_string_truncate(text, text->len - 1);
    g_string_append_printf(out, "%s%s\n", text->str, style->colour ? "\033[0m" : "");
}

static void
put_row(GString *out, int indent, const char *label, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    g_string_append_printf(out, "%*s", indent, "");
    text_append_padded(out, label, LABEL_WIDTH, FALSE);
    text_append_wrapped(out, text, indent + LABEL_WIDTH, indent + LABEL_WIDTH);
}

static void
put_shares(GString *out, int indent, const char *label, const GArray *shares, guint n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint told = MIN(shares->len, SHARES_MAX);
    for (guint i = 0; i < told; i++) {
        const ProblemShare *share = &g_array_index(shares, ProblemShare, i);
        g_autofree char *name =
            text_printable(share->name != NULL ? share->name : "(none named)", -1, NAME_BYTES);
        g_string_append_printf(text, "%s%s (%" G_GINT64_FORMAT ")", i > 0 ? ", " : "", name,
                               share->sessions);
    }
    if (n > told)
        g_string_append_printf(text, " and %u more", n - told);
    put_row(out, indent, label, text->str);
}

static void
put_commands(GString *out, int indent, const Problem *problem)
{
    for (guint i = 0; i < problem->commands->len; i++) {
        g_string_append_printf(out, "%*s", indent, "");
        text_append_padded(out, i == 0 ? "Confirm" : "", LABEL_WIDTH, FALSE);
        g_string_append_printf(out, "%s\n", (char *)g_ptr_array_index(problem->commands, i));
    }
}

void
problem_append_text(GString *out, const Problem *problem, const RenderStyle *style, int indent,
                    gboolean in_full)
{
    g_autofree char *title =
        g_strdup_printf("%s: %s, %" G_GINT64_FORMAT " session%s", effect_name(problem->effect),
                        problem->title, problem->sessions, problem->sessions == 1 ? "" : "s");
    put_title(out, style, effect_colour(problem->effect), title, indent);
    indent += 2;
    put_row(out, indent, "Cause", problem->cause);
    put_row(out, indent, "Who", problem->scope);
    if (in_full) {
        if (problem->senders->len > 1)
            put_shares(out, indent, "Senders", problem->senders, problem->senders->len);
        if (problem->mxs->len > 1)
            put_shares(out, indent, "MX", problem->mxs, problem->mxs->len);
        put_shares(out, indent, "Networks", problem->networks, problem->n_networks);
        if (problem->networks_partial)
            put_row(out, indent, "",
                    "(of the newest reports only: there are too many to read all)");
        put_shares(out, indent, "To", problem->addresses, problem->addresses->len);
        if (problem->reasons->len > 1)
            put_shares(out, indent, "Reasons", problem->reasons, problem->reasons->len);
    }
    put_row(out, indent, "When", problem->course);
    put_row(out, indent, "Likely", problem->likely);
    g_autofree char *fix = g_strdup_printf("%s (%s)", problem->fix, problem->clause);
    put_row(out, indent, "To do", fix);
    if (in_full)
        put_commands(out, indent, problem);
}

void
notice_append_text(GString *out, const Notice *notice, const RenderStyle *style, int indent)
{
    put_title(out, style, "\033[1m", notice->title, indent);
    g_string_append_printf(out, "%*s", indent + 2, "");
    g_autofree char *text = g_strdup_printf("%s (%s)", notice->text, notice->clause);
    text_append_wrapped(out, text, indent + 2, indent + 2);
}

void
render_explain_text(const ExplainPage *page, const Summary *summary, const RenderStyle *style,
                    GString *out)
{
    g_autofree char *since = day_format(summary->since);
    g_autofree char *until = day_format(summary->until);
    guint going = 0;
    for (guint i = 0; i < page->problems->len; i++)
        going += ((Problem *)g_ptr_array_index(page->problems, i))->ended ? 0 : 1;
    g_string_append_printf(out, "%s: ", page->domain);
    if (page->problems->len == 0)
        g_string_append(out, page->failed > 0 ? "no failed session is told in detail"
                                              : "no failed session");
    else
        g_string_append_printf(out, "%u problem%s, %u of them not known to be over",
                               page->problems->len, page->problems->len == 1 ? "" : "s", going);
    g_string_append_printf(out, "\n  reports of %s to %s (UTC days)\n", since, until);
    for (guint i = 0; i < page->problems->len; i++) {
        g_string_append_c(out, '\n');
        problem_append_text(out, g_ptr_array_index(page->problems, i), style, 2, TRUE);
    }
    if (page->notices->len > 0)
        g_string_append(out, "\n  What else the reports tell\n");
    for (guint i = 0; i < page->notices->len; i++) {
        g_string_append_c(out, '\n');
        notice_append_text(out, g_ptr_array_index(page->notices, i), style, 4);
    }
}

void
render_explain_json(const GArray *pages, const Summary *summary, GString *out)
{
    json_t *domains = json_array();
    for (guint i = 0; i < pages->len; i++) {
        const ExplainPage *page = &g_array_index(pages, ExplainPage, i);
        json_array_append_new(domains, json_pack("{s:s, s:o, s:o}", "domain", page->domain,
                                                 "problems", problems_to_json(page->problems),
                                                 "notices", notices_to_json(page->notices)));
    }
    json_t *period = json_pack("{s:o, s:o}", "since",
                               summary->any ? json_value_day(summary->since) : json_null(), "until",
                               summary->any ? json_value_day(summary->until) : json_null());
    json_t *root = json_pack("{s:s, s:o, s:o}", "schema", "tlsgauge.explain/1", "period", period,
                             "domains", domains);
    json_value_print(root, out);
}
