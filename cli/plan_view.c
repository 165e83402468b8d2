#include "cli/plan_view.h"

#include <jansson.h>

#include "cli/report_json.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define INDENT      4
#define COPY_INDENT 8

/* ---- text ------------------------------------------------------------------------------------ */

static void
put_heading(GString *out, const char *heading)
{
    g_string_append_printf(out, "%s  %s\n", g_str_has_suffix(out->str, "\n\n") ? "" : "\n",
                           heading);
}

/* A paragraph, its first line after MARK ("1. "). Names out of the DNS may be in it. */
static void
put_line(GString *out, const char *mark, const char *text)
{
    int column = INDENT + text_columns(mark);
    g_autofree char *printable = text_printable(text, -1, LIMIT_TEXT_BYTES);
    g_string_append_printf(out, "%*s%s", INDENT, "", mark);
    text_append_wrapped(out, printable, column, column);
}

static void
put_copy(GString *out, const char *copy)
{
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_string_append_c(out, '\n');
    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0')
            g_string_append_printf(out, "%*s%s\n", COPY_INDENT, "", *line);
    }
    g_string_append_c(out, '\n');
}

static void
put_actions(GString *out, const GPtrArray *actions, gboolean relief)
{
    guint n = 0;
    for (guint i = 0; i < actions->len; i++) {
        const PlanAction *action = g_ptr_array_index(actions, i);
        if (action->relief != relief)
            continue;
        if (n == 0)
            put_heading(out, relief ? "If that takes more than hours: back to testing, so that no "
                                      "mail is held back"
                                    : "Do");
        g_autofree char *mark = g_strdup_printf("%u. ", ++n);
        put_line(out, mark, action->text);
        if (action->copy != NULL)
            put_copy(out, action->copy);
    }
}

static void
put_blockers(GString *out, const GPtrArray *blockers)
{
    if (blockers->len > 0)
        put_heading(out, "In the way");
    for (guint i = 0; i < blockers->len; i++) {
        const PlanBlocker *blocker = g_ptr_array_index(blockers, i);
        put_line(out, "- ", blocker->what);
        if (blocker->fix != NULL)
            put_line(out, "  to do: ", blocker->fix);
    }
}

static void
put_lines(GString *out, const char *heading, const char *mark, const GPtrArray *lines)
{
    if (lines->len > 0)
        put_heading(out, heading);
    for (guint i = 0; i < lines->len; i++)
        put_line(out, mark, g_ptr_array_index(lines, i));
}

void
plan_view_text(const Plan *plan, gboolean colour, GString *out)
{
    g_string_append_printf(out, "%s: %s%s%s\n", plan->domain, colour ? "\033[1m" : "",
                           plan_step_title(plan->step), colour ? "\033[0m" : "");
    g_string_append(out, "  ");
    text_append_wrapped(out, plan->state, 2, 2);
    g_string_append(out, "  ");
    text_append_wrapped(out, plan->why, 2, 2);
    put_blockers(out, plan->blockers);
    put_actions(out, plan->actions, FALSE);
    put_actions(out, plan->actions, TRUE);
    put_lines(out, "Verify", "", plan->verify);
    put_lines(out, "Notes", "- ", plan->notes);
    if (plan->then != NULL) {
        put_heading(out, "Then");
        put_line(out, "", plan->then);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *
texts(const GPtrArray *lines)
{
    json_t *array = json_array();
    for (guint i = 0; i < lines->len; i++)
        json_array_append_new(array, json_string(g_ptr_array_index(lines, i)));
    return array;
}

static json_t *
actions_to_json(const GPtrArray *actions)
{
    static const char *const kinds[] = {"do", "record", "file", "server", "remove"};
    json_t *array = json_array();
    for (guint i = 0; i < actions->len; i++) {
        const PlanAction *action = g_ptr_array_index(actions, i);
        json_array_append_new(array,
                              json_pack("{s:s, s:b, s:s, s:s?, s:s?}", "kind", kinds[action->kind],
                                        "relief", (int)action->relief, "text", action->text, "name",
                                        action->name, "copy", action->copy));
    }
    return array;
}

static json_t *
blockers_to_json(const GPtrArray *blockers)
{
    json_t *array = json_array();
    for (guint i = 0; i < blockers->len; i++) {
        const PlanBlocker *blocker = g_ptr_array_index(blockers, i);
        json_array_append_new(array,
                              json_pack("{s:s, s:s?}", "what", blocker->what, "fix", blocker->fix));
    }
    return array;
}

void
plan_view_json(const Plan *plan, GString *out)
{
    g_autofree char *at = datetime_format(plan->at);
    json_t *body = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s?}", "domain", plan->domain,
        "at", at, "goal", plan->back ? "back" : "enforce", "step", plan_step_name(plan->step),
        "title", plan_step_title(plan->step), "state", plan->state, "why", plan->why, "blockers",
        blockers_to_json(plan->blockers), "actions", actions_to_json(plan->actions), "verify",
        texts(plan->verify), "notes", texts(plan->notes), "then", plan->then);
    report_json_finish("tlsgauge.plan/1", "plan", body, out);
}
