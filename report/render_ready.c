#include "report/render_ready.h"

#include "report/json_parts.h"
#include "report/json_value.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"

#define WHY_COLUMN 21 /* where the sentences of the gates begin */

/* ---- text ---------------------------------------------------------------------------------- */

static const char *
state_colour(GateState state)
{
    static const char *const colours[] = {
        [GATE_PASS] = "\033[32m",
        [GATE_WARN] = "\033[33m",
        [GATE_UNKNOWN] = "\033[36m",
        [GATE_FAIL] = "\033[31m",
    };
    return colours[state];
}

static const char *
verdict_colour(Verdict verdict)
{
    switch (verdict) {
    case VERDICT_READY:
    case VERDICT_ENFORCING:
        return "\033[32m";
    case VERDICT_WARNINGS:
        return "\033[33m";
    case VERDICT_NOT_READY:
        return "\033[31m";
    case VERDICT_NO_DATA:
        break;
    }
    return "\033[36m";
}

static void
put(GString *out, const RenderStyle *style, const char *colour, const char *text)
{
    g_string_append_printf(out, "%s%s%s", style->colour ? colour : "", text,
                           style->colour ? "\033[0m" : "");
}

static void
indented(GString *out, int indent, const char *text)
{
    for (int i = 0; i < indent; i++)
        g_string_append_c(out, ' ');
    text_append_wrapped(out, text, indent, indent);
}

static void
put_gate(GString *out, const RenderStyle *style, const Gate *gate)
{
    g_autoptr(GString) state = g_string_new(NULL);
    text_append_padded(state, gate_state_name(gate->state), 8, FALSE);
    g_string_append(out, "  ");
    put(out, style, state_colour(gate->state), state->str);
    text_append_padded(out, gate->name, 11, FALSE);
    text_append_wrapped(out, gate->why, WHY_COLUMN, WHY_COLUMN);
    for (guint i = 0; i < gate->evidence->len; i++) {
        g_string_append_printf(out, "%*s- ", WHY_COLUMN, "");
        text_append_wrapped(out, g_ptr_array_index(gate->evidence, i), WHY_COLUMN + 2,
                            WHY_COLUMN + 2);
    }
    if (gate->fix != NULL) {
        g_autofree char *fix = g_strdup_printf("to do: %s", gate->fix);
        indented(out, WHY_COLUMN, fix);
    }
}

static void
put_whatif(GString *out, const WhatIf *whatif)
{
    g_string_append(out, "\n  With the candidate policy in mode enforce\n");
    g_autofree char *sum =
        g_strdup_printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                        " sessions would have been held back; %" G_GINT64_FORMAT
                        " validation failures would not have happened",
                        whatif->held_sessions, whatif->sts_sessions, whatif->mended_sessions);
    indented(out, 4, sum);
    for (guint i = 0; i < whatif->unmatched->len; i++) {
        g_autofree char *mx = text_printable(g_ptr_array_index(whatif->unmatched, i), -1, 255);
        g_string_append_printf(out, "    no mx line matches %s\n", mx);
    }
    for (guint i = 0; i < whatif->held->len; i++) {
        const WhatIfHeld *held = &g_array_index(whatif->held, WhatIfHeld, i);
        g_autofree char *day = day_format(held->day);
        g_autofree char *sender = text_printable(held->sender, -1, 200);
        g_autofree char *mx =
            text_printable(held->mx != NULL ? held->mx : "(no MX named)", -1, 255);
        g_autofree char *word = text_printable(held->result_word, -1, 100);
        g_autofree char *line = g_strdup_printf(
            "%s %s at %s: %s, %" G_GINT64_FORMAT " sessions%s", day, sender, mx, word,
            held->sessions, held->mx_unmatched ? " (MX not in the policy)" : "");
        indented(out, 4, line);
    }
    g_string_append(out, "    Only failures name an MX: hosts without any are not judged.\n");
}

static void
put_next_step(GString *out, const NextStep *step)
{
    g_string_append(out, "\n  Next step\n");
    indented(out, 4, step->advice);
    if (step->policy != NULL) {
        g_auto(GStrv) lines = g_strsplit(step->policy, "\n", -1);
        g_string_append_c(out, '\n');
        for (char **line = lines; *line != NULL && **line != '\0'; line++)
            g_string_append_printf(out, "      %s\n", *line);
        g_string_append_printf(out, "\n      %s\n", step->record);
    }
}

void
render_ready_text(const ReadyPage *page, const RenderStyle *style, GString *out)
{
    const Readiness *readiness = page->readiness;
    g_autofree char *since = day_format(readiness->since);
    g_autofree char *until = day_format(readiness->until);
    g_string_append_printf(out, "%s: ", readiness->domain);
    put(out, style, verdict_colour(readiness->verdict), verdict_name(readiness->verdict));
    g_string_append_printf(out, "\n  reports of %s to %s (UTC days)\n\n", since, until);
    for (guint i = 0; i < readiness->gates->len; i++)
        put_gate(out, style, g_ptr_array_index(readiness->gates, i));
    if (readiness->notes->len > 0)
        g_string_append(out, "\n  Notes\n");
    for (guint i = 0; i < readiness->notes->len; i++)
        indented(out, 4, g_ptr_array_index(readiness->notes, i));
    if (page->whatif != NULL)
        put_whatif(out, page->whatif);
    put_next_step(out, page->step);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static json_t *
texts_to_json(const GPtrArray *texts)
{
    json_t *array = json_array();
    for (guint i = 0; i < texts->len; i++)
        json_array_append_new(array, json_string(g_ptr_array_index(texts, i)));
    return array;
}

static json_t *
gates_to_json(const Readiness *readiness)
{
    json_t *gates = json_array();
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        json_array_append_new(gates, json_pack("{s:s, s:s, s:s, s:o, s:o}", "gate", gate->name,
                                               "state", gate_state_name(gate->state), "why",
                                               gate->why, "evidence", texts_to_json(gate->evidence),
                                               "fix", json_value_text(gate->fix)));
    }
    return gates;
}

static json_t *
whatif_to_json(const WhatIf *whatif)
{
    if (whatif == NULL)
        return json_null();
    json_t *held = json_array();
    for (guint i = 0; i < whatif->held->len; i++) {
        const WhatIfHeld *each = &g_array_index(whatif->held, WhatIfHeld, i);
        json_array_append_new(
            held, json_pack("{s:s, s:o, s:o, s:s, s:b, s:I}", "sender", each->sender, "day",
                            json_value_day(each->day), "mx", json_value_text(each->mx),
                            "result_type", each->result_word, "mx_unmatched",
                            (int)each->mx_unmatched, "sessions", (json_int_t)each->sessions));
    }
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:o}", "unmatched_mx",
                     texts_to_json(whatif->unmatched), "matched_mx", texts_to_json(whatif->matched),
                     "held_sessions", (json_int_t)whatif->held_sessions, "mended_sessions",
                     (json_int_t)whatif->mended_sessions, "sts_sessions",
                     (json_int_t)whatif->sts_sessions, "held", held);
}

json_t *
json_part_ready(const ReadyPage *page)
{
    const Readiness *readiness = page->readiness;
    json_t *object = json_object();
    json_object_set_new(object, "domain", json_string(readiness->domain));
    json_object_set_new(object, "verdict", json_string(verdict_name(readiness->verdict)));
    json_object_set_new(object, "since", json_value_day(readiness->since));
    json_object_set_new(object, "until", json_value_day(readiness->until));
    json_object_set_new(object, "mode", json_value_text(sts_mode_name(readiness->mode)));
    json_object_set_new(object, "policy", json_value_text(readiness->policy));
    json_object_set_new(object, "sessions", json_integer(readiness->sessions));
    json_object_set_new(object, "blocking_sessions", json_integer(readiness->blocking));
    json_object_set_new(object, "upper_bound_95", json_real(readiness->upper));
    json_object_set_new(object, "rests_on_trusted", json_boolean(readiness->trusted));
    json_object_set_new(object, "gates", gates_to_json(readiness));
    json_object_set_new(object, "notes", texts_to_json(readiness->notes));
    json_object_set_new(object, "candidate", whatif_to_json(page->whatif));
    json_object_set_new(object, "next_step",
                        json_pack("{s:s, s:o, s:o}", "advice", page->step->advice, "policy",
                                  json_value_text(page->step->policy), "record",
                                  json_value_text(page->step->record)));
    return object;
}

void
render_ready_json(const GArray *pages, GString *out)
{
    json_t *domains = json_array();
    for (guint i = 0; i < pages->len; i++)
        json_array_append_new(domains, json_part_ready(&g_array_index(pages, ReadyPage, i)));
    json_t *root = json_pack("{s:s, s:o}", "schema", "tlsgauge.ready/1", "domains", domains);
    json_value_print(root, out);
}
