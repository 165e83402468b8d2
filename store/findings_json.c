#include "store/findings_json.h"

#include <jansson.h>
#include <stdlib.h>

/* Findings are printable UTF-8 already; the check only keeps one that is not from losing all. */
static void
set_text(json_t *object, const char *key, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    json_object_set_new(object, key, json_string(valid));
}

/* Takes ARRAY over. */
static char *
dump(json_t *array)
{
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    g_assert(text != NULL);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

char *
findings_json(const GPtrArray *findings)
{
    if (findings == NULL || findings->len == 0)
        return g_strdup("[]");
    json_t *array = json_array();
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        json_t *object = json_object();
        set_text(object, "kind", finding->kind == FINDING_DEFECT ? "defect" : "deviation");
        set_text(object, "code", finding->code);
        set_text(object, "pointer", finding->pointer);
        set_text(object, "clause", finding->clause);
        set_text(object, "fact", finding->fact);
        json_array_append_new(array, object);
    }
    return dump(array);
}

char *
findings_json_without_addresses(const char *text)
{
    gsize i;
    json_t *finding;
    json_t *array = json_loads(text, 0, NULL);
    if (!json_is_array(array)) {
        json_decref(array);
        return g_strdup("[]");
    }
    json_array_foreach(array, i, finding)
    {
        const char *code = json_string_value(json_object_get(finding, "code"));
        if (code != NULL && g_str_has_prefix(code, "address-"))
            json_object_set_new(finding, "fact", json_string("the address is no longer kept"));
    }
    return dump(array);
}
