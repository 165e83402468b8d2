#include "report/dashboard/problem_list.h"

#include <string.h>

#include "report/overview.h"
#include "schema/day.h"

/* Names of one list that are shown; the JSON has them all. */
#define SHARES_SHOWN 8u

/* ---- one problem --------------------------------------------------------------------------- */

static void
put_state(Page *page, const Problem *problem, const Evidence *evidence)
{
    if (problem->ended)
        page_badge(page, "idle", "ended");
    else if (overview_is_new(evidence, problem))
        page_badge(page, "bad", "new");
    else
        page_badge(page, "warn", "going on");
    g_string_append_c(page->out, ' ');
    page_badge(page, page_effect_kind(problem->effect), effect_name(problem->effect));
}

/* "mx1.example.org 120, mx2.example.org 3", each a link where PATH is not NULL. */
static void
put_shares(Page *page, const char *name, const GArray *shares, const char *path,
           const char *parameter)
{
    GString *out = page->out;
    if (shares->len == 0)
        return;
    g_string_append(out, "<div>");
    html_element(out, "dt", NULL, name);
    g_string_append(out, "<dd><ul class=\"shares\">");
    for (guint i = 0; i < MIN(shares->len, SHARES_SHOWN); i++) {
        const ProblemShare *share = &g_array_index(shares, ProblemShare, i);
        g_autofree char *sessions = count_text(share->sessions);
        g_string_append(out, "<li>");
        if (path != NULL && share->name != NULL) {
            g_autofree char *link = filter_link(&page->filter, page->context->prefix, path,
                                                parameter, share->name, NULL);
            html_open(out, "a", "href", link, NULL);
            html_element(out, "bdi", NULL, share->name);
            g_string_append(out, "</a>");
        } else {
            html_element(out, "bdi", NULL, share->name != NULL ? share->name : "(none given)");
        }
        html_printf(out, " %s", sessions);
        g_string_append(out, "</li>");
    }
    if (shares->len > SHARES_SHOWN) {
        g_string_append(out, "<li>");
        html_printf(out, "and %u more", shares->len - SHARES_SHOWN);
        g_string_append(out, "</li>");
    }
    g_string_append(out, "</ul></dd></div>\n");
}

static void
put_commands(Page *page, const GPtrArray *commands)
{
    GString *out = page->out;
    if (commands->len == 0)
        return;
    g_string_append(out, "<details><summary>Commands that confirm it</summary>");
    html_open(out, "pre", "tabindex", "0", "aria-label", "Commands", NULL);
    for (guint i = 0; i < commands->len; i++)
        html_printf(out, "%s\n", (const char *)g_ptr_array_index(commands, i));
    g_string_append(out, "</pre></details>");
}

static void
put_problem(Page *page, const Problem *problem, const Evidence *evidence, guint n)
{
    GString *out = page->out;
    g_autofree char *id = g_strdup_printf("problem-%u", n);
    g_autofree char *sessions = count_text(problem->sessions);
    html_open(out, "article", "class", problem->ended ? "problem over" : "problem",
              "aria-labelledby", id, NULL);
    html_open(out, "h3", "id", id, NULL);
    html_text(out, problem->title);
    g_string_append(out, "</h3>\n<p class=\"state\">");
    put_state(page, problem, evidence);
    html_printf(out, " %s session%s · %s · %s", sessions, problem->sessions == 1 ? "" : "s",
                problem->policy_type, problem->clause);
    g_string_append(out, "</p>\n");
    html_element(out, "p", NULL, problem->cause);
    html_element(out, "p", "likely", problem->likely);
    g_string_append(out, "<p class=\"fix\">");
    html_element(out, "b", NULL, "To do:");
    html_printf(out, " %s", problem->fix);
    g_string_append(out, "</p>\n<dl class=\"facts\">");
    page_fact(page, "Whom it concerns", problem->scope);
    page_fact(page, "When", problem->course);
    put_shares(page, "MX hosts", problem->mxs, "/domain", "mx");
    put_shares(page, "Senders", problem->senders, "/sender", "sender");
    put_shares(page, "From networks", problem->networks, NULL, NULL);
    put_shares(page, "At addresses of the MX", problem->addresses, NULL, NULL);
    put_shares(page, "Reasons that senders gave", problem->reasons, NULL, NULL);
    g_string_append(out, "</dl>\n");
    if (problem->networks_partial)
        page_note(page, "Only the newest reports were read for networks.");
    put_commands(page, problem->commands);
    g_string_append(out, "</article>\n");
}

void
problem_list(Page *page, const GPtrArray *problems, const Evidence *evidence)
{
    if (problems->len == 0)
        page_note(page, "No failure was reported in this period.");
    for (guint i = 0; i < problems->len; i++)
        put_problem(page, g_ptr_array_index(problems, i), evidence, i);
}

void
notice_list(Page *page, const GPtrArray *notices)
{
    GString *out = page->out;
    if (notices->len == 0)
        return;
    page_section(page, "notices", "Also told by the reports");
    g_string_append(out, "<ul class=\"gates\">\n");
    for (guint i = 0; i < notices->len; i++) {
        const Notice *notice = g_ptr_array_index(notices, i);
        g_string_append(out, "<li><p>");
        html_element(out, "b", NULL, notice->title);
        g_string_append(out, "</p>");
        html_element(out, "p", NULL, notice->text);
        g_string_append(out, "</li>\n");
    }
    g_string_append(out, "</ul>\n");
    page_section_end(page);
}
