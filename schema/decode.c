#include "schema/decode.h"

#include <string.h>

#include "schema/day.h"
#include "schema/decode-internal.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

#define SECONDS_OF_DAY 86400
/* Most lists have no more elements. */
#define USUAL_LIST     16

/* What is to be the domain of a mail address (RFC 5322 addr-spec); NULL if CONTACT is none. */
static const char *
after_at(const char *contact)
{
    const char *at = contact == NULL ? NULL : strrchr(contact, '@');
    gboolean none = at == NULL || at == contact || strpbrk(contact, " \t\r\n,<>") != NULL;
    return none ? NULL : at + 1;
}

/* The domain of a mail address, newly allocated; NULL if CONTACT is none. */
static char *
address_domain(const char *contact)
{
    const char *domain = after_at(contact);
    return domain != NULL ? domain_name_normalise(domain, -1, FALSE, NULL) : NULL;
}

static gboolean
is_address(const char *contact)
{
    const char *domain = after_at(contact);
    if (domain != NULL && domain_name_is_normal(domain, strlen(domain)))
        return TRUE;
    g_autofree char *normal = address_domain(contact);
    return normal != NULL;
}

static const char *
decode_contact(Decoder *decoder, const JsonNode *document)
{
    Place place;
    const JsonNode *value = decode_member(decoder, NULL, document, "contact-info", NULL, &place);
    if (!json_node_is(value, NODE_STRING) || value->size == 0) {
        decode_deviation(decoder, &place, "contact-info-missing", CLAUSE_FIELDS,
                         "contact-info is %s", decode_kind(value));
        return NULL;
    }
    const char *contact = decode_text(decoder, &place, value, LIMIT_TEXT_BYTES);
    if (!is_address(contact))
        decode_deviation(decoder, &place, "contact-info-not-address", CLAUSE_FIELDS,
                         "\"%s\" is not a mail address", contact);
    return contact;
}

static const char *
decode_organization(Decoder *decoder, const JsonNode *document, const char *contact)
{
    Place place;
    const JsonNode *value =
        decode_member(decoder, NULL, document, "organization-name", NULL, &place);
    if (json_node_is(value, NODE_STRING) && value->size > 0)
        return decode_text(decoder, &place, value, LIMIT_TEXT_BYTES);
    g_autofree char *domain = address_domain(contact);
    const char *name = domain == NULL ? "" : report_string(decoder->report, domain, -1);
    decode_deviation(decoder, &place, "organization-name-missing", CLAUSE_FIELDS,
                     "organization-name is %s; read as \"%s\"", decode_kind(value), name);
    return name;
}

/* The text of a whole number, exactly as it was written but for exponent and zeros; NULL if VALUE
 * is none, or may have lost digits. Newly allocated. */
static char *
whole_number(const Decoder *decoder, const JsonNode *value)
{
    if (json_node_is(value, NODE_INTEGER))
        return g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
    double number = json_node_is(value, NODE_REAL) ? value->real : 0;
    double most = decoder->integers_are_reals ? (double)LIMIT_COUNT : 0x1.fffffffffffffp62;
    if (!json_node_is(value, NODE_REAL) || number < -most || number > most)
        return NULL;
    gint64 whole = (gint64)number;
    if ((double)whole < number || (double)whole > number)
        return NULL;
    return g_strdup_printf("%" G_GINT64_FORMAT, whole);
}

static const char *
decode_report_id(Decoder *decoder, const JsonNode *document)
{
    Place place;
    const JsonNode *value = decode_member(decoder, NULL, document, "report-id", NULL, &place);
    if (json_node_is(value, NODE_STRING) && value->size > 0) {
        /* Cut short, two reports could look like one. */
        if (value->size > LIMIT_TEXT_BYTES)
            decode_defect(decoder, &place, "report-id-too-long", "RFC 8259 9",
                          "report-id has more than %u bytes", LIMIT_TEXT_BYTES);
        return decode_text(decoder, &place, value, LIMIT_TEXT_BYTES);
    }
    g_autofree char *number = whole_number(decoder, value);
    if (number != NULL) {
        decode_deviation(decoder, &place, "report-id-number", CLAUSE_FIELDS,
                         "report-id is a number, not a string");
        return report_string(decoder->report, number, -1);
    }
    decode_defect(decoder, &place, "report-id-missing", CLAUSE_FIELDS,
                  "report-id is %s, not a string", decode_kind(value));
    return "";
}

static gboolean
decode_datetime(Decoder *decoder, const Place *place, const JsonNode *value, gint64 *ret_time)
{
    DatetimeOddity oddity;
    if (!json_node_is(value, NODE_STRING) || strlen(value->text) != value->size ||
        !datetime_parse(value->text, ret_time, &oddity))
        return FALSE;
    if (oddity & DATETIME_NO_ZONE)
        decode_deviation(decoder, place, "date-no-zone", "RFC 3339 5.6",
                         "\"%s\" has no time zone; read as UTC", value->text);
    if (oddity & DATETIME_SPACE)
        decode_deviation(decoder, place, "date-space", "RFC 3339 5.6",
                         "\"%s\" has white space in it", value->text);
    return TRUE;
}

/* "\"2024-13-01\"", or what the value is if it is no text. Newly allocated. */
static char *
describe_datetime(const JsonNode *value)
{
    if (json_node_is(value, NODE_STRING))
        return g_strdup_printf("\"%s\", not a date and time", value->text);
    return g_strdup(decode_kind(value));
}

static void
decode_end(Decoder *decoder, const Place *at, const JsonNode *range)
{
    Report *report = decoder->report;
    Place place;
    const JsonNode *value = decode_member(decoder, at, range, "end-datetime", NULL, &place);
    if (!decode_datetime(decoder, &place, value, &report->end)) {
        /* Nothing is counted by it: the day of a report is that of its start. */
        g_autofree char *what = describe_datetime(value);
        decode_deviation(decoder, &place, "end-datetime-missing", CLAUSE_FIELDS,
                         "end-datetime is %s; read as the end of one day", what);
        report->end = report->start + SECONDS_OF_DAY - 1;
    } else if (report->end < report->start) {
        decode_deviation(decoder, &place, "end-before-start", "RFC 8460 4.1",
                         "end-datetime is before start-datetime");
    } else if (report->end - report->start > SECONDS_OF_DAY) {
        decode_deviation(decoder, &place, "range-longer-than-day", "RFC 8460 4.1",
                         "the range is longer than a day; all of it counts for its first day");
    }
}

static void
decode_date_range(Decoder *decoder, const JsonNode *document)
{
    Report *report = decoder->report;
    Place place, start_place;
    const JsonNode *range = decode_member(decoder, NULL, document, "date-range", NULL, &place);
    if (!json_node_is(range, NODE_OBJECT)) {
        decode_defect(decoder, &place, "date-range-missing", CLAUSE_FIELDS,
                      "date-range is %s, not an object", decode_kind(range));
        return;
    }
    const JsonNode *start =
        decode_member(decoder, &place, range, "start-datetime", NULL, &start_place);
    if (!decode_datetime(decoder, &start_place, start, &report->start)) {
        g_autofree char *what = describe_datetime(start);
        decode_defect(decoder, &start_place, "start-datetime-missing", "RFC 3339 5.6",
                      "start-datetime is %s", what);
        return;
    }
    if (report->start % SECONDS_OF_DAY != 0)
        decode_deviation(decoder, &start_place, "start-not-midnight", "RFC 8460 4.1",
                         "the range does not begin at midnight UTC");
    decode_end(decoder, &place, range);
}

static void
decode_document(Decoder *decoder, const JsonNode *document)
{
    Report *report = decoder->report;
    if (!json_node_is(document, NODE_OBJECT)) {
        decode_defect(decoder, NULL, "json-not-object", CLAUSE_FIELDS,
                      "the document is %s, not an object", decode_kind(document));
        return;
    }
    report->contact_info = decode_contact(decoder, document);
    report->organization_name = decode_organization(decoder, document, report->contact_info);
    report->report_id = decode_report_id(decoder, document);
    decode_date_range(decoder, document);
    decode_policies(decoder, document);
}

Report *
report_decode(const char *json, gsize length, GPtrArray *findings)
{
    g_autoptr(GPtrArray) items = g_ptr_array_sized_new(USUAL_LIST);
    Decoder decoder = {.report = report_new(), .findings = findings, .items = items};
    if (length >= 3 && memcmp(json, "\xef\xbb\xbf", 3) == 0) {
        decode_deviation(&decoder, NULL, "json-bom", "RFC 8259 8.1",
                         "the document begins with a byte order mark");
        json += 3;
        length -= 3;
    }
    g_autoptr(JsonTree) document = decode_load(&decoder, json, length);
    if (document != NULL)
        decode_document(&decoder, json_tree_root(document));
    if (!decoder.defective)
        return decoder.report;
    report_free(decoder.report);
    return NULL;
}
