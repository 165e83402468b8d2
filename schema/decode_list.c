/* decode_list.c: the two lists of a policy, which senders write in more ways than one. */
#include "schema/decode-internal.h"

#include <string.h>

#include "schema/limits.h"

/* A list in the making. */
typedef struct {
    Decoder *decoder;
    Place place; /* of the member */
    gboolean too_long;
    gboolean trailing_space; /* told once for the list: it is in every element or in none */
} List;

typedef void (*TakeElement)(List *list, const Place *place, const JsonNode *string);

static void
list_add(List *list, const char *item)
{
    GPtrArray *items = list->decoder->items;
    if (items->len < LIMIT_LIST_ITEMS)
        g_ptr_array_add(items, (gpointer)item);
    else
        list->too_long = TRUE;
}

/* Runs TAKE on every string of MEMBER, which may be a string itself. NEEDED: the policy type calls
 * for the list, so its absence is told. */
static const char *const *
take_list(List *list, const Place *at, const JsonNode *policy, const char *name, const char *alias,
          gboolean needed, const char *const codes[3], TakeElement take)
{
    Decoder *decoder = list->decoder;
    const JsonNode *value = decode_member(decoder, at, policy, name, alias, &list->place);
    g_ptr_array_set_size(decoder->items, 0);
    gboolean absent = value == NULL || json_node_is(value, NODE_NULL);
    if (absent || (json_node_is(value, NODE_ARRAY) && json_node_elements(value) == 0)) {
        if (needed || json_node_is(value, NODE_NULL))
            decode_deviation(decoder, &list->place, codes[0], CLAUSE_FIELDS, "%s is %s", name,
                             absent ? decode_kind(value) : "empty");
        return report_list(decoder->report, NULL, 0);
    }
    if (!json_node_is(value, NODE_ARRAY))
        decode_deviation(decoder, &list->place, codes[1], CLAUSE_FIELDS, "%s is %s, not an array",
                         name, decode_kind(value));
    if (json_node_is(value, NODE_STRING) && value->size > 0)
        take(list, &list->place, value);

    /* The size of what is no array is 0. */
    list->too_long = json_node_elements(value) > LIMIT_LIST_ITEMS;
    gsize i = 0;
    for (const JsonNode *element = json_node_first(value); element != NULL && !list->too_long;
         element = element->next) {
        Place place = {.parent = &list->place, .index = i++};
        if (json_node_is(element, NODE_STRING))
            take(list, &place, element);
        else
            decode_deviation(decoder, &place, codes[2], CLAUSE_FIELDS,
                             "an element of %s is %s, not a string", name, decode_kind(element));
    }
    if (list->too_long)
        decode_defect(decoder, &list->place, "list-too-long", "RFC 8259 9",
                      "%s has more than %u elements", name, LIMIT_LIST_ITEMS);
    return report_list(decoder->report, (const char *const *)decoder->items->pdata,
                       decoder->items->len);
}

static void
take_policy_line(List *list, const Place *place, const JsonNode *string)
{
    const char *text = decode_text(list->decoder, place, string, LIMIT_POLICY_LINE_BYTES);
    gsize length = strlen(text), kept = length;
    while (kept > 0 && g_ascii_isspace(text[kept - 1]))
        kept--;
    if (kept < length) {
        if (!list->trailing_space)
            decode_deviation(list->decoder, place, "policy-string-trailing-space", "RFC 8460 4.5",
                             "the element ends in white space (a policy file with CR LF was split "
                             "at LF)");
        list->trailing_space = TRUE;
        text = report_string(list->decoder->report, text, (gssize)kept);
    }
    if (kept > 0)
        list_add(list, text);
}

/* The tree of the array of strings that STRING holds as JSON text, NULL if it holds none. */
static JsonTree *
nested_array(const JsonNode *string)
{
    const char *reason;
    if (string->size == 0 || *string->text != '[')
        return NULL;
    g_autoptr(JsonTree) tree = json_tree_read(string->text, string->size);
    if (tree == NULL && decode_scan(string->text, string->size, &reason)) {
        json_t *document = json_loadb(string->text, string->size, JSON_ALLOW_NUL, NULL);
        tree = document != NULL ? json_tree_of_jansson(document) : NULL;
    }
    if (tree == NULL || json_tree_root(tree)->kind != NODE_ARRAY)
        return NULL;
    for (const JsonNode *element = json_tree_root(tree)->first; element != NULL;
         element = element->next) {
        if (element->kind != NODE_STRING)
            return NULL;
    }
    return g_steal_pointer(&tree);
}

/* Microsoft writes all TLSA records as one element that holds a JSON array in text. */
static void
take_policy_element(List *list, const Place *place, const JsonNode *string)
{
    g_autoptr(JsonTree) array = nested_array(string);
    if (array == NULL) {
        take_policy_line(list, place, string);
        return;
    }
    decode_deviation(list->decoder, place, "policy-string-nested", "RFC 8460 4.5",
                     "the element holds a whole array as text");
    for (const JsonNode *element = json_tree_root(array)->first; element != NULL && !list->too_long;
         element = element->next)
        take_policy_line(list, place, element);
}

static void
take_mx_pattern(List *list, const Place *place, const JsonNode *string)
{
    const char *text = string->text;
    gsize length = string->size;
    if (length >= 3 && g_ascii_strncasecmp(text, "mx:", 3) == 0) {
        decode_deviation(list->decoder, place, "mx-host-prefix", CLAUSE_FIELDS,
                         "the element is a line of the policy (\"mx: …\"), not a host name");
        text += 3;
        length -= 3;
        while (length > 0 && g_ascii_isspace(*text)) {
            text++;
            length--;
        }
    }
    const char *name = decode_name(list->decoder, place, text, length, TRUE);
    if (name != NULL)
        list_add(list, name);
    else
        decode_deviation(list->decoder, place, "mx-host-invalid", CLAUSE_FIELDS,
                         "\"%s\" is no host name or pattern and is left out", text);
}

const char *const *
decode_policy_string(Decoder *decoder, const Place *at, const JsonNode *policy, PolicyType type)
{
    static const char *const codes[3] = {"policy-string-missing", "policy-string-not-array",
                                         "policy-string-element-not-string"};
    List list = {.decoder = decoder};
    gboolean needed = type == POLICY_TYPE_STS || type == POLICY_TYPE_TLSA;
    return take_list(&list, at, policy, "policy-string", NULL, needed, codes, take_policy_element);
}

const char *const *
decode_mx_host(Decoder *decoder, const Place *at, const JsonNode *policy, PolicyType type)
{
    static const char *const codes[3] = {"mx-host-missing", "mx-host-not-array",
                                         "mx-host-element-not-string"};
    List list = {.decoder = decoder};
    return take_list(&list, at, policy, "mx-host", "mx-host-pattern", type == POLICY_TYPE_STS,
                     codes, take_mx_pattern);
}
