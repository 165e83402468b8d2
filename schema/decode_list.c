/* decode_list.c: the two lists of a policy, which senders write in more ways than one. */
#include "schema/decode-internal.h"

#include <string.h>

#include "schema/limits.h"

/* A list in the making. */
typedef struct {
    Decoder *decoder;
    Place place; /* of the member */
    const char *items[LIMIT_LIST_ITEMS];
    gsize n;
    gboolean too_long;
    gboolean trailing_space; /* told once for the list: it is in every element or in none */
} List;

typedef void (*TakeElement)(List *list, const Place *place, json_t *string);

static void
list_add(List *list, const char *item)
{
    if (list->n < LIMIT_LIST_ITEMS)
        list->items[list->n++] = item;
    else
        list->too_long = TRUE;
}

/* Runs TAKE on every string of MEMBER, which may be a string itself. NEEDED: the policy type calls
 * for the list, so its absence is told. */
static const char *const *
take_list(List *list, const Place *at, json_t *policy, const char *name, const char *alias,
          gboolean needed, const char *const codes[3], TakeElement take)
{
    Decoder *decoder = list->decoder;
    json_t *value = decode_member(decoder, at, policy, name, alias, &list->place);
    gboolean absent = value == NULL || json_is_null(value);
    if (absent || (json_is_array(value) && json_array_size(value) == 0)) {
        if (needed || json_is_null(value))
            decode_deviation(decoder, &list->place, codes[0], CLAUSE_FIELDS, "%s is %s", name,
                             absent ? decode_kind(value) : "empty");
        return report_list(decoder->report, NULL, 0);
    }
    if (!json_is_array(value))
        decode_deviation(decoder, &list->place, codes[1], CLAUSE_FIELDS, "%s is %s, not an array",
                         name, decode_kind(value));
    if (json_is_string(value) && json_string_length(value) > 0)
        take(list, &list->place, value);

    /* The size of what is no array is 0. */
    list->too_long = json_array_size(value) > LIMIT_LIST_ITEMS;
    for (gsize i = 0; i < json_array_size(value) && !list->too_long; i++) {
        Place place = {.parent = &list->place, .index = i};
        json_t *element = json_array_get(value, i);
        if (json_is_string(element))
            take(list, &place, element);
        else
            decode_deviation(decoder, &place, codes[2], CLAUSE_FIELDS,
                             "an element of %s is %s, not a string", name, decode_kind(element));
    }
    if (list->too_long)
        decode_defect(decoder, &list->place, "list-too-long", "RFC 8259 9",
                      "%s has more than %u elements", name, LIMIT_LIST_ITEMS);
    return report_list(decoder->report, list->items, list->n);
}

static void
take_policy_line(List *list, const Place *place, json_t *string)
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

/* The array that STRING holds as JSON text, NULL if it holds none. The caller owns it. */
static json_t *
nested_array(const json_t *string)
{
    const char *text = json_string_value(string), *reason;
    gsize length = json_string_length(string);
    if (length == 0 || *text != '[' || !decode_scan(text, length, &reason))
        return NULL;
    json_t *array = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    gboolean strings = json_is_array(array);
    for (gsize i = 0; i < json_array_size(array); i++)
        strings = strings && json_is_string(json_array_get(array, i));
    if (strings)
        return array;
    json_decref(array);
    return NULL;
}

/* Microsoft writes all TLSA records as one element that holds a JSON array in text. */
static void
take_policy_element(List *list, const Place *place, json_t *string)
{
    json_t *array = nested_array(string);
    if (array == NULL) {
        take_policy_line(list, place, string);
        return;
    }
    decode_deviation(list->decoder, place, "policy-string-nested", "RFC 8460 4.5",
                     "the element holds a whole array as text");
    for (gsize i = 0; i < json_array_size(array) && !list->too_long; i++)
        take_policy_line(list, place, json_array_get(array, i));
    json_decref(array);
}

static void
take_mx_pattern(List *list, const Place *place, json_t *string)
{
    const char *text = json_string_value(string);
    gsize length = json_string_length(string);
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
decode_policy_string(Decoder *decoder, const Place *at, json_t *policy, PolicyType type)
{
    static const char *const codes[3] = {"policy-string-missing", "policy-string-not-array",
                                         "policy-string-element-not-string"};
    List list = {.decoder = decoder};
    gboolean needed = type == POLICY_TYPE_STS || type == POLICY_TYPE_TLSA;
    return take_list(&list, at, policy, "policy-string", NULL, needed, codes, take_policy_element);
}

const char *const *
decode_mx_host(Decoder *decoder, const Place *at, json_t *policy, PolicyType type)
{
    static const char *const codes[3] = {"mx-host-missing", "mx-host-not-array",
                                         "mx-host-element-not-string"};
    List list = {.decoder = decoder};
    return take_list(&list, at, policy, "mx-host", "mx-host-pattern", type == POLICY_TYPE_STS,
                     codes, take_mx_pattern);
}
