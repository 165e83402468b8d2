#include "store/findings_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

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

/* The words of our own need no escape. */
char *
findings_json(const GPtrArray *findings)
{
    if (findings == NULL || findings->len == 0)
        return g_strdup("[]");
    GString *out = g_string_sized_new(256);
    g_string_append_c(out, '[');
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        g_string_append(out, i > 0 ? ",{\"kind\":\"" : "{\"kind\":\"");
        g_string_append(out, finding->kind == FINDING_DEFECT ? "defect" : "deviation");
        g_string_append(out, "\",\"code\":\"");
        g_string_append(out, finding->code);
        g_string_append(out, "\",\"pointer\":");
        json_text_append(out, finding->pointer, FALSE);
        g_string_append(out, ",\"clause\":\"");
        g_string_append(out, finding->clause);
        g_string_append(out, "\",\"fact\":");
        json_text_append(out, finding->fact, FALSE);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* CODES, in any order, as one text. */
static char *
join_codes(GPtrArray *codes)
{
    const char *last = NULL;
    GString *out = g_string_new(NULL);
    if (codes->len > 1)
        g_ptr_array_sort(codes, by_text);
    for (guint i = 0; i < codes->len; i++) {
        const char *code = g_ptr_array_index(codes, i);
        if (last != NULL && strcmp(code, last) == 0)
            continue;
        if (last != NULL)
            g_string_append_c(out, ' ');
        g_string_append(out, code);
        last = code;
    }
    return g_string_free(out, last == NULL);
}

char *
findings_codes(const GPtrArray *findings)
{
    if (findings == NULL || findings->len == 0)
        return NULL;
    if (findings->len == 1)
        return g_strdup(((const Finding *)findings->pdata[0])->code);
    g_autoptr(GPtrArray) codes = g_ptr_array_sized_new(findings->len);
    for (guint i = 0; i < findings->len; i++)
        g_ptr_array_add(codes, (gpointer)((const Finding *)findings->pdata[i])->code);
    return join_codes(codes);
}

char *
findings_json_codes(const char *text)
{
    gsize i;
    json_t *finding;
    if (strcmp(text, "[]") == 0) /* nearly always */
        return NULL;
    json_t *array = json_loads(text, 0, NULL);
    g_autoptr(GPtrArray) codes = g_ptr_array_new();
    json_array_foreach(array, i, finding)
    {
        const char *code = json_string_value(json_object_get(finding, "code"));
        if (code != NULL && *code != '\0')
            g_ptr_array_add(codes, (gpointer)code);
    }
    char *joined = join_codes(codes);
    json_decref(array);
    return joined;
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
