/* The JSON summary, schema/summary.schema.json: it may grow, not change. */
#include "report/json_list.h"
#include "report/json_parts.h"
#include "report/json_value.h"
#include "report/render.h"
#include "report/render_json_review.h"

#define SUMMARY_SCHEMA "tlsgauge.summary/1"

static json_t *
total_to_json(const SummaryTotal *total)
{
    json_t *trust = json_object();
    for (guint i = 0; i < SUMMARY_N_TRUST; i++)
        json_object_set_new(trust, trust_name((Trust)i), json_integer(total->reports_by_trust[i]));
    json_t *object = json_object();
    json_object_set_new(object, "policy_type", json_value_text(total->policy_type));
    json_object_set_new(object, "reports", json_integer(total->reports));
    json_object_set_new(object, "successful_sessions", json_integer(total->successful));
    json_object_set_new(object, "failed_sessions", json_integer(total->failed));
    json_object_set_new(object, "unattributed_sessions", json_integer(total->unattributed));
    json_object_set_new(object, "reports_by_trust", trust);
    return object;
}

static json_t *
sender_to_json(const SummarySender *sender)
{
    json_t *object = json_object();
    json_object_set_new(object, "sender", json_value_text(sender->sender));
    json_object_set_new(object, "policy_type", json_value_text(sender->policy_type));
    json_object_set_new(object, "reports", json_integer(sender->reports));
    json_object_set_new(object, "successful_sessions", json_integer(sender->successful));
    json_object_set_new(object, "failed_sessions", json_integer(sender->failed));
    json_object_set_new(object, "newest_day", json_value_day(sender->newest_day));
    json_object_set_new(object, "days", json_integer(sender->days));
    json_object_set_new(object, "loop_days", json_integer(sender->loop_days));
    return object;
}

static json_t *
failure_to_json(const SummaryFailure *failure)
{
    json_t *object = json_object();
    json_object_set_new(object, "sender", json_value_text(failure->sender));
    json_object_set_new(object, "mx", json_value_text(failure->mx));
    json_object_set_new(object, "policy_type", json_value_text(failure->policy_type));
    json_object_set_new(object, "mode", json_value_text(failure->mode));
    json_object_set_new(object, "result_type", json_value_text(failure->result_type));
    json_object_set_new(object, "reason", json_value_text(failure->reason));
    json_object_set_new(object, "effect", json_value_text(effect_name(failure->effect)));
    json_object_set_new(object, "sessions", json_integer(failure->sessions));
    json_object_set_new(object, "first_day", json_value_day(failure->first_day));
    json_object_set_new(object, "last_day", json_value_day(failure->last_day));
    return object;
}

json_t *
json_part_domain_totals(const SummaryDomain *domain)
{
    json_t *object = json_object(), *totals = json_array();
    for (guint i = 0; i < domain->totals->len; i++)
        json_array_append_new(totals,
                              total_to_json(&g_array_index(domain->totals, SummaryTotal, i)));
    json_object_set_new(object, "domain", json_value_text(domain->domain));
    json_object_set_new(object, "totals", totals);
    return object;
}

json_t *
json_part_domain(const SummaryDomain *domain)
{
    json_t *object = json_part_domain_totals(domain);
    json_t *senders = json_array(), *failures = json_array();
    for (guint i = 0; i < domain->senders->len; i++)
        json_array_append_new(senders,
                              sender_to_json(&g_array_index(domain->senders, SummarySender, i)));
    for (guint i = 0; i < domain->failures->len; i++)
        json_array_append_new(failures,
                              failure_to_json(&g_array_index(domain->failures, SummaryFailure, i)));
    json_object_set_new(object, "senders", senders);
    json_object_set_new(object, "failures", failures);
    return object;
}

static json_t *
domain_to_json(const Review *review, const ReviewDomain *part)
{
    json_t *object = json_part_domain(part->summary);
    render_json_domain_parts(review, part, object);
    return object;
}

static json_t *
beginning(const Review *review)
{
    const Summary *summary = review->summary;
    json_t *period = json_object(), *root = json_object();
    json_object_set_new(period, "since",
                        summary->any ? json_value_day(summary->since) : json_null());
    json_object_set_new(period, "until",
                        summary->any ? json_value_day(summary->until) : json_null());
    json_object_set_new(root, "schema", json_string(SUMMARY_SCHEMA));
    json_object_set_new(root, "period", period);
    return root;
}

void
render_json(const Review *review, const RenderStyle *style, GString *out)
{
    JsonList list;
    json_t *end = json_object();
    json_list_begin(&list, out, beginning(review), "domains");
    for (guint i = 0; i < review->domains->len; i++) {
        json_list_add(&list,
                      domain_to_json(review, &g_array_index(review->domains, ReviewDomain, i)));
        render_pass_on(style, out);
    }
    render_json_root_parts(review, end);
    json_list_end(&list, end);
}
