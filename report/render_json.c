/* The JSON summary, schema/summary.schema.json: it may grow, not change. */
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

void
json_part_domain_totals(JsonWriter *writer, const SummaryDomain *domain)
{
    json_writer_put(writer, "domain", json_value_text(domain->domain));
    json_writer_array(writer, "totals");
    for (guint i = 0; i < domain->totals->len; i++)
        json_writer_put(writer, NULL,
                        total_to_json(&g_array_index(domain->totals, SummaryTotal, i)));
    json_writer_end(writer);
}

void
json_part_domain(JsonWriter *writer, const SummaryDomain *domain)
{
    json_part_domain_totals(writer, domain);
    json_writer_array(writer, "senders");
    for (guint i = 0; i < domain->senders->len; i++)
        json_writer_put(writer, NULL,
                        sender_to_json(&g_array_index(domain->senders, SummarySender, i)));
    json_writer_end(writer);
    json_writer_array(writer, "failures");
    for (guint i = 0; i < domain->failures->len; i++)
        json_writer_put(writer, NULL,
                        failure_to_json(&g_array_index(domain->failures, SummaryFailure, i)));
    json_writer_end(writer);
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
    JsonWriter writer;
    json_writer_begin(&writer, out);
    json_writer_members(&writer, beginning(review));
    json_writer_array(&writer, "domains");
    for (guint i = 0; i < review->domains->len; i++) {
        const ReviewDomain *domain = &g_array_index(review->domains, ReviewDomain, i);
        json_writer_object(&writer, NULL);
        json_part_domain(&writer, domain->summary);
        render_json_domain_parts(review, domain, &writer);
        json_writer_end(&writer);
        render_pass_on(style, out);
    }
    json_writer_end(&writer);
    render_json_root_parts(review, &writer);
    json_writer_end(&writer);
}
