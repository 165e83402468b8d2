#include "ingest/problem.h"

#include <jansson.h>

#include "schema/finding.h"
#include "schema/json_text.h"
#include "schema/limits.h"

/* A string that Jansson takes whatever its bytes: it refuses invalid UTF-8. NULL becomes null. */
static json_t *
printable(const char *text)
{
    if (text == NULL)
        return json_null();
    g_autofree char *clean = text_printable(text, -1, LIMIT_FREE_TEXT_BYTES);
    return json_string(clean);
}

static void
append_kind(json_t *list, const GPtrArray *findings, FindingKind kind)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        if (finding->kind != kind || json_array_size(list) >= LIMIT_PROBLEM_FINDINGS)
            continue;
        json_t *object = json_object();
        json_object_set_new(object, "kind",
                            json_string(kind == FINDING_DEFECT ? "defect" : "deviation"));
        json_object_set_new(object, "code", printable(finding->code));
        json_object_set_new(object, "pointer", printable(finding->pointer));
        json_object_set_new(object, "clause", printable(finding->clause));
        json_object_set_new(object, "fact", printable(finding->fact));
        json_array_append_new(list, object);
    }
}

static char *
dump(json_t *object)
{
    /* ASCII only: what a peer's log or terminal shows of the answer stays harmless. */
    char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(object);
    return text;
}

char *
problem_json(unsigned status, const char *title, const char *outcome, const char *detail,
             const GPtrArray *findings)
{
    json_t *problem = json_object();
    json_object_set_new(problem, "type", json_string("about:blank"));
    json_object_set_new(problem, "title", printable(title));
    json_object_set_new(problem, "status", json_integer(status));
    json_object_set_new(problem, "detail", printable(detail));
    json_object_set_new(problem, "outcome", printable(outcome));

    json_t *list = json_array();
    if (findings != NULL) {
        /* What the sender must mend comes first, also where the list has to be cut. */
        append_kind(list, findings, FINDING_DEFECT);
        append_kind(list, findings, FINDING_DEVIATION);
    }
    json_object_set_new(problem, "findings", list);
    return dump(problem);
}

char *
problem_success_json(const char *outcome, const char *reference)
{
    g_autofree char *word = text_printable(outcome, -1, LIMIT_FREE_TEXT_BYTES);
    GString *out = g_string_new("{\"outcome\":");
    json_text_append(out, word, TRUE);
    if (reference != NULL) {
        g_autofree char *shown = text_printable(reference, -1, LIMIT_FREE_TEXT_BYTES);
        g_string_append(out, ",\"reference\":");
        json_text_append(out, shown, TRUE);
    }
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}
