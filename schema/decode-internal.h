/* decode-internal.h: what the files of the decoder share; only they include it. */
#pragma once

#include "schema/finding.h"
#include "schema/json_tree.h"
#include "schema/report.h"

/* Where in the document: made into a JSON Pointer only when there is something to say. */
typedef struct Place {
    const struct Place *parent; /* NULL: the whole document */
    const char *name;           /* member name without "~" and "/", or NULL for an array element */
    gsize index;
} Place;

typedef struct {
    Report *report;
    GPtrArray *findings;
    gboolean defective;
    gboolean integers_are_reals; /* an integer beyond 64 bits made us read all of them so */
    gsize n_details;             /* of the whole report, against LIMIT_FAILURE_DETAILS */
    GPtrArray *items;            /* of const char *: of the list that is being read */
} Decoder;

#define CLAUSE_FIELDS "RFC 8460 4.4"

/* One finding at PLACE (NULL: the whole document). A defect makes the report unfit; decoding goes
 * on all the same, so that one look tells everything. */
void decode_deviation(Decoder *decoder, const Place *place, const char *code, const char *clause,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);
void decode_defect(Decoder *decoder, const Place *place, const char *code, const char *clause,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);

/* "an array", for the facts of findings; "missing" for NULL. */
const char *decode_kind(const JsonNode *value);

/* Records that the member at PLACE stands for NAME. */
void decode_alias(Decoder *decoder, const Place *place, const char *name);

/* The member NAME of OBJECT, or else ALIAS (may be NULL, recorded when used); NULL if there is
 * none. *RET_PLACE, a child of AT, names the one found. Inline as json_node_member is. */
static inline const JsonNode *
decode_member(Decoder *decoder, const Place *at, const JsonNode *object, const char *name,
              const char *alias, Place *ret_place)
{
    *ret_place = (Place){.parent = at, .name = name};
    const JsonNode *value = json_node_member(object, name);
    if (value != NULL || alias == NULL)
        return value;
    value = json_node_member(object, alias);
    if (value != NULL) {
        ret_place->name = alias;
        decode_alias(decoder, ret_place, name);
    }
    return value;
}

/* The text of a JSON string, owned by the report, cut at MAX bytes; NUL becomes U+FFFD, so that no
 * text ends early and passes for another. */
const char *decode_text(Decoder *decoder, const Place *place, const JsonNode *string, gsize max);

/* A domain or host name in normal form, NULL if TEXT is none (nothing recorded then). */
const char *decode_name(Decoder *decoder, const Place *place, const char *text, gsize length,
                        gboolean allow_wildcard);

/* A session count: 0 .. LIMIT_COUNT. Missing and null are a deviation and 0; anything that is no
 * count is a defect (and 0). */
gint64 decode_count(Decoder *decoder, const Place *place, const JsonNode *value);

/* Before Jansson: FALSE and a reason (static) if LENGTH bytes are too many, nested too deep, or
 * hold too many values for a parser that keeps everything in memory. */
gboolean decode_scan(const char *json, gsize length, const char **ret_reason);

/* The tree of the document JSON; NULL with a defect. */
JsonTree *decode_load(Decoder *decoder, const char *json, gsize length);

/* policy-string and mx-host of the policy object at AT. */
const char *const *decode_policy_string(Decoder *decoder, const Place *at, const JsonNode *policy,
                                        PolicyType type);
const char *const *decode_mx_host(Decoder *decoder, const Place *at, const JsonNode *policy,
                                  PolicyType type);

/* failure-details of the element OBJECT of policies at AT, into ENTRY. */
void decode_failures(Decoder *decoder, const Place *at, const JsonNode *object, PolicyEntry *entry);

/* policies of the document. */
void decode_policies(Decoder *decoder, const JsonNode *document);
