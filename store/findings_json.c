#include "store/findings_json.h"

#include <jansson.h>
#include <stdlib.h>

#include "schema/json_text.h"

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
    GString *out = g_string_new("[");
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        g_string_append(out, i > 0 ? ",{\"kind\":" : "{\"kind\":");
        json_text_append(out, finding->kind == FINDING_DEFECT ? "defect" : "deviation", FALSE);
        g_string_append(out, ",\"code\":");
        json_text_append(out, finding->code, FALSE);
        g_string_append(out, ",\"pointer\":");
        json_text_append(out, finding->pointer, FALSE);
        g_string_append(out, ",\"clause\":");
        json_text_append(out, finding->clause, FALSE);
        g_string_append(out, ",\"fact\":");
        json_text_append(out, finding->fact, FALSE);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
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
