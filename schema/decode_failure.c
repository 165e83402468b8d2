/* decode_failure.c: failure-details. The totals come from the summary, so whatever is wrong here
 * short of a count that is none costs a deviation only. */
#include "schema/decode-internal.h"

#include <arpa/inet.h>
#include <string.h>

#include "schema/domain_name.h"
#include "schema/limits.h"

/* One detail in the making. */
typedef struct {
    Decoder *decoder;
    const Place *place;
    const JsonNode *object;
    GString *empty; /* names of optional members that are "" or null; NULL for none */
} Detail;

/* An optional text member: the string, or NULL where there is nothing to read. "" and null mean
 * the same as no member, and are told once for the whole detail. */
static const JsonNode *
optional_text(Detail *detail, const char *name, const char *alias, Place *ret_place)
{
    Decoder *decoder = detail->decoder;
    const JsonNode *value =
        decode_member(decoder, detail->place, detail->object, name, alias, ret_place);
    if (value == NULL)
        return NULL;
    if (json_node_is(value, NODE_STRING) && value->size > 0)
        return value;
    if (json_node_is(value, NODE_STRING) || json_node_is(value, NODE_NULL)) {
        if (detail->empty == NULL)
            detail->empty = g_string_new(NULL);
        g_string_append_printf(detail->empty, "%s%s", detail->empty->len > 0 ? ", " : "",
                               ret_place->name);
        return NULL;
    }
    decode_deviation(decoder, ret_place, "detail-not-string", CLAUSE_FIELDS,
                     "%s is %s, not a string, and is left out", name, decode_kind(value));
    return NULL;
}

static const char *
decode_free_text(Detail *detail, const char *name, const char *alias, Place *ret_place)
{
    const JsonNode *value = optional_text(detail, name, alias, ret_place);
    if (value == NULL)
        return NULL;
    return decode_text(detail->decoder, ret_place, value, LIMIT_FREE_TEXT_BYTES);
}

/* Canonical text of an address, or FALSE. */
static gboolean
canonical_address(const char *text, char canonical[INET6_ADDRSTRLEN])
{
    guint8 address[16];
    /* inet_pton reads nothing but the canonical form of an IPv4 address. */
    if (inet_pton(AF_INET, text, address) == 1)
        return g_strlcpy(canonical, text, INET6_ADDRSTRLEN) < INET6_ADDRSTRLEN;
    if (inet_pton(AF_INET6, text, address) == 1)
        return inet_ntop(AF_INET6, address, canonical, INET6_ADDRSTRLEN) != NULL;
    return FALSE;
}

/* TEXT without what people put around an address: "[IPv6:2001:db8::1]" is the literal of
 * RFC 5321 4.1.3. Newly allocated. */
static char *
bare_address(const char *text)
{
    char *bare = g_strstrip(g_strdup(text));
    gsize length = strlen(bare);
    if (length >= 2 && bare[0] == '[' && bare[length - 1] == ']') {
        bare[length - 1] = '\0';
        memmove(bare, bare + 1, length - 1);
    }
    if (g_ascii_strncasecmp(bare, "IPv6:", 5) == 0)
        memmove(bare, bare + 5, strlen(bare + 5) + 1);
    return bare;
}

static const char *
decode_address(Detail *detail, const char *name)
{
    Place place;
    char canonical[INET6_ADDRSTRLEN];
    Decoder *decoder = detail->decoder;
    const JsonNode *value = optional_text(detail, name, NULL, &place);
    if (value == NULL)
        return NULL;
    const char *text = value->text;
    gboolean whole = strlen(text) == value->size;
    if (whole && canonical_address(text, canonical))
        return report_string(decoder->report, canonical, -1);
    g_autofree char *bare = bare_address(text);
    if (!whole || !canonical_address(bare, canonical)) {
        decode_deviation(decoder, &place, "address-invalid", CLAUSE_FIELDS,
                         "\"%s\" is no IP address and is left out", text);
        return NULL;
    }
    decode_deviation(decoder, &place, "address-not-bare", CLAUSE_FIELDS,
                     "\"%s\" has more in it than the address; read as %s", text, canonical);
    return report_string(decoder->report, canonical, -1);
}

/* What is no name is still worth showing: it says where the sender believed to be. */
static const char *
decode_mx_hostname(Detail *detail)
{
    Place place;
    Decoder *decoder = detail->decoder;
    const JsonNode *value =
        optional_text(detail, "receiving-mx-hostname", "receiving-mx-host-name", &place);
    if (value == NULL)
        return NULL;
    const char *text = value->text;
    gsize length = value->size;
    const char *name = decode_name(decoder, &place, text, length, FALSE);
    if (name != NULL)
        return name;
    decode_deviation(decoder, &place, "mx-hostname-invalid", CLAUSE_FIELDS,
                     "\"%s\" is no host name", text);
    g_autofree char *printable = text_printable(text, (gssize)length, LIMIT_NAME_BYTES);
    g_autofree char *lower = g_ascii_strdown(g_strstrip(printable), -1);
    return *lower != '\0' ? report_string(decoder->report, lower, -1) : NULL;
}

static void
decode_result_type(Detail *detail, FailureDetail *failure)
{
    Place place;
    Decoder *decoder = detail->decoder;
    const JsonNode *value =
        decode_member(decoder, detail->place, detail->object, "result-type", NULL, &place);
    failure->result_type = RESULT_OTHER;
    failure->result_word = "";
    if (!json_node_is(value, NODE_STRING) || value->size == 0) {
        decode_deviation(decoder, &place, "result-type-missing", CLAUSE_FIELDS, "result type is %s",
                         decode_kind(value));
        return;
    }
    failure->result_word = decode_text(decoder, &place, value, LIMIT_NAME_BYTES);
    failure->result_type = result_type_from_word(failure->result_word);
    if (failure->result_type == RESULT_OTHER)
        decode_deviation(decoder, &place, "result-type-unknown", "RFC 8460 4.3",
                         "\"%s\" is not a registered result type", failure->result_word);
}

static gboolean
has_space(const char *text)
{
    for (; *text != '\0'; text++) {
        if (g_ascii_isspace(*text) || g_ascii_iscntrl(*text))
            return TRUE;
    }
    return FALSE;
}

static void
decode_detail(Decoder *decoder, const Place *at, const JsonNode *object, FailureDetail *failure)
{
    Place place;
    Detail detail = {.decoder = decoder, .place = at, .object = object};
    decode_result_type(&detail, failure);
    failure->sending_mta_ip = decode_address(&detail, "sending-mta-ip");
    failure->receiving_ip = decode_address(&detail, "receiving-ip");
    failure->mx_hostname = decode_mx_hostname(&detail);
    failure->mx_helo = decode_free_text(&detail, "receiving-mx-helo", NULL, &place);
    if (failure->mx_helo != NULL && strpbrk(failure->mx_helo, "\r\n") != NULL)
        decode_deviation(decoder, &place, "helo-multiline", CLAUSE_FIELDS,
                         "the HELO name is a text of several lines");
    failure->additional_info =
        decode_free_text(&detail, "additional-information", "additional-info-uri", &place);
    if (failure->additional_info != NULL && has_space(failure->additional_info))
        decode_deviation(decoder, &place, "additional-information-not-uri", CLAUSE_FIELDS,
                         "the text holds white space, so it is no URI");
    failure->reason_code =
        decode_free_text(&detail, "failure-reason-code", "failure-error-code", &place);
    const JsonNode *count =
        decode_member(decoder, at, object, "failed-session-count", NULL, &place);
    failure->failed_sessions = decode_count(decoder, &place, count);
    if (detail.empty != NULL) {
        decode_deviation(decoder, at, "detail-empty-text", CLAUSE_FIELDS,
                         "\"\" or null where the member could be left out: %s", detail.empty->str);
        g_string_free(detail.empty, TRUE);
    }
}

/* Takes N elements: those of the array DETAILS, or DETAILS itself. */
static void
decode_details(Decoder *decoder, const Place *place, const JsonNode *details, gsize n,
               PolicyEntry *entry)
{
    decoder->n_details += n;
    if (decoder->n_details > LIMIT_FAILURE_DETAILS) {
        decode_defect(decoder, place, "failure-details-too-many", "RFC 8259 9",
                      "the report has more than %u failure details", LIMIT_FAILURE_DETAILS);
        return;
    }
    entry->failures = report_new_failures(decoder->report, n);
    if (json_node_is(details, NODE_OBJECT)) {
        decode_detail(decoder, place, details, &entry->failures[entry->n_failures++]);
        return;
    }
    gsize i = 0;
    for (const JsonNode *object = n > 0 ? details->first : NULL; object != NULL;
         object = object->next) {
        Place element = {.parent = place, .index = i++};
        if (json_node_is(object, NODE_OBJECT))
            decode_detail(decoder, &element, object, &entry->failures[entry->n_failures++]);
        else
            decode_deviation(decoder, &element, "detail-not-object", CLAUSE_FIELDS,
                             "a failure detail is %s, not an object, and is left out",
                             decode_kind(object));
    }
}

void
decode_failures(Decoder *decoder, const Place *at, const JsonNode *object, PolicyEntry *entry)
{
    Place place;
    const JsonNode *details = decode_member(decoder, at, object, "failure-details", NULL, &place);
    if (details == NULL)
        return;
    if (!json_node_is(details, NODE_ARRAY))
        decode_deviation(decoder, &place, "failure-details-not-array", CLAUSE_FIELDS,
                         "failure-details is %s, not an array", decode_kind(details));
    decode_details(decoder, &place, details,
                   json_node_is(details, NODE_OBJECT) ? 1 : json_node_elements(details), entry);
}
