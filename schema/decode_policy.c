/* decode_policy.c: the policies array, and in each entry the policy and the summary. */
#include "schema/decode-internal.h"

#include "schema/limits.h"

static const char *
decode_policy_domain(Decoder *decoder, const Place *at, const JsonNode *policy)
{
    Place place;
    const JsonNode *value = decode_member(decoder, at, policy, "policy-domain", NULL, &place);
    if (value == NULL || json_node_is(value, NODE_NULL) ||
        (json_node_is(value, NODE_STRING) && value->size == 0)) {
        decode_deviation(decoder, &place, "policy-domain-missing", CLAUSE_FIELDS,
                         "policy domain is %s", decode_kind(value));
        return NULL;
    }
    const char *name = NULL;
    if (json_node_is(value, NODE_STRING))
        name = decode_name(decoder, &place, value->text, value->size, FALSE);
    /* A domain that is missing may be told by the road; one that is there and unreadable could be
     * anybody's, and must not be counted for whom the road names. */
    if (name == NULL && json_node_is(value, NODE_STRING))
        decode_defect(decoder, &place, "policy-domain-invalid", CLAUSE_FIELDS,
                      "policy domain \"%s\" is not a domain name", value->text);
    else if (name == NULL)
        decode_defect(decoder, &place, "policy-domain-invalid", CLAUSE_FIELDS,
                      "policy domain is %s, not a domain name", decode_kind(value));
    return name;
}

static void
decode_policy_type(Decoder *decoder, const Place *at, const JsonNode *policy, PolicyEntry *entry)
{
    Place place;
    const JsonNode *value = decode_member(decoder, at, policy, "policy-type", NULL, &place);
    entry->type = POLICY_TYPE_OTHER;
    entry->type_word = "";
    /* Sessions are never added across policy types, so without one they count nowhere. */
    if (!json_node_is(value, NODE_STRING) || value->size == 0) {
        decode_defect(decoder, &place, "policy-type-missing", CLAUSE_FIELDS, "policy type is %s",
                      decode_kind(value));
        return;
    }
    entry->type_word = decode_text(decoder, &place, value, LIMIT_NAME_BYTES);
    entry->type = policy_type_from_word(entry->type_word);
    if (entry->type == POLICY_TYPE_OTHER)
        decode_deviation(decoder, &place, "policy-type-unknown", CLAUSE_FIELDS,
                         "\"%s\" is none of tlsa, sts and no-policy-found", entry->type_word);
}

static void
decode_policy(Decoder *decoder, const Place *at, const JsonNode *object, PolicyEntry *entry)
{
    Place place;
    const JsonNode *policy = decode_member(decoder, at, object, "policy", NULL, &place);
    entry->type_word = "";
    entry->policy_string = entry->mx_host = entry->counts_for =
        report_list(decoder->report, NULL, 0);
    if (!json_node_is(policy, NODE_OBJECT)) {
        decode_defect(decoder, &place, "policy-missing", CLAUSE_FIELDS,
                      "the policy is %s, not an object", decode_kind(policy));
        return;
    }
    decode_policy_type(decoder, &place, policy, entry);
    entry->domain = decode_policy_domain(decoder, &place, policy);
    entry->policy_string = decode_policy_string(decoder, &place, policy, entry->type);
    entry->mx_host = decode_mx_host(decoder, &place, policy, entry->type);
}

/* FALSE where there is nothing to be counted. */
static gboolean
decode_summary(Decoder *decoder, const Place *at, const JsonNode *object, PolicyEntry *entry)
{
    Place place, successful_place, failed_place;
    const JsonNode *summary = decode_member(decoder, at, object, "summary", NULL, &place);
    if (!json_node_is(summary, NODE_OBJECT)) {
        decode_defect(decoder, &place, "summary-missing", CLAUSE_FIELDS,
                      "the summary is %s, not an object", decode_kind(summary));
        return FALSE;
    }
    const JsonNode *successful = decode_member(
        decoder, &place, summary, "total-successful-session-count", NULL, &successful_place);
    const JsonNode *failed =
        decode_member(decoder, &place, summary, "total-failure-session-count", NULL, &failed_place);
    if ((successful == NULL || json_node_is(successful, NODE_NULL)) &&
        (failed == NULL || json_node_is(failed, NODE_NULL))) {
        decode_defect(decoder, &place, "summary-empty", CLAUSE_FIELDS,
                      "the summary holds neither of its two counts");
        return FALSE;
    }
    entry->successful_sessions = decode_count(decoder, &successful_place, successful);
    entry->failed_sessions = decode_count(decoder, &failed_place, failed);
    return TRUE;
}

/* RFC 8460 4: failure types are not exclusive, so the sums may differ; it is told because readers
 * of a summary want the gap shown. */
static void
compare_sums(Decoder *decoder, const Place *place, const PolicyEntry *entry)
{
    gint64 sum = 0;
    if (entry->n_failures == 0) {
        if (entry->failed_sessions > 0)
            decode_deviation(decoder, place, "failures-without-details", CLAUSE_FIELDS,
                             "%" G_GINT64_FORMAT " failed sessions and no failure details",
                             entry->failed_sessions);
        return;
    }
    for (gsize i = 0; i < entry->n_failures; i++)
        sum = MIN(sum + entry->failures[i].failed_sessions, G_MAXINT64 / 2);
    if (sum > entry->failed_sessions)
        decode_deviation(decoder, place, "details-overlap", "RFC 8460 4",
                         "the details count %" G_GINT64_FORMAT
                         " failed sessions, the summary %" G_GINT64_FORMAT,
                         sum, entry->failed_sessions);
    else if (sum < entry->failed_sessions)
        decode_deviation(decoder, place, "details-fall-short", "RFC 8460 4",
                         "the details count %" G_GINT64_FORMAT
                         " failed sessions, the summary %" G_GINT64_FORMAT,
                         sum, entry->failed_sessions);
}

static void
decode_entry(Decoder *decoder, const Place *at, const JsonNode *object, PolicyEntry *entry)
{
    if (!json_node_is(object, NODE_OBJECT)) {
        decode_defect(decoder, at, "entry-not-object", CLAUSE_FIELDS,
                      "an element of policies is %s, not an object", decode_kind(object));
        return;
    }
    decode_policy(decoder, at, object, entry);
    gboolean counted = decode_summary(decoder, at, object, entry);
    decode_failures(decoder, at, object, entry);
    if (counted)
        compare_sums(decoder, at, entry);
}

void
decode_policies(Decoder *decoder, const JsonNode *document)
{
    Report *report = decoder->report;
    Place place;
    const JsonNode *policies = decode_member(decoder, NULL, document, "policies", NULL, &place);
    if (json_node_is(policies, NODE_OBJECT)) {
        decode_deviation(decoder, &place, "policies-not-array", "RFC 8460 4",
                         "policies is an object, read as an array of one");
        report->policies = report_new_policies(report, 1);
        report->n_policies = 1;
        decode_entry(decoder, &place, policies, report->policies);
        return;
    }
    if (!json_node_is(policies, NODE_ARRAY)) {
        decode_defect(decoder, &place, "policies-missing", "RFC 8460 4",
                      "policies is %s, not an array", decode_kind(policies));
        return;
    }
    gsize n = json_node_elements(policies);
    if (n > LIMIT_POLICIES) {
        decode_defect(decoder, &place, "policies-too-many", "RFC 8259 9",
                      "policies has %" G_GSIZE_FORMAT " elements, more than %u", n, LIMIT_POLICIES);
        return;
    }
    if (n == 0)
        decode_deviation(decoder, &place, "policies-empty", "RFC 8460 4",
                         "policies is empty: the report holds no data");
    report->policies = report_new_policies(report, n);
    report->n_policies = n;
    const JsonNode *object = policies->first;
    for (gsize i = 0; i < n; i++, object = object->next) {
        Place element = {.parent = &place, .index = i};
        decode_entry(decoder, &element, object, &report->policies[i]);
    }
}
