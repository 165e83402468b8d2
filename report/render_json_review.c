#include "report/render_json_review.h"

#include "report/json_parts.h"
#include "report/json_value.h"
#include "report/problem_json.h"

static json_t *
number(gint64 value)
{
    return json_integer((json_int_t)value);
}

/* ---- verdict ------------------------------------------------------------------------------- */

static json_t *
verdict_json(const ReviewDomain *domain)
{
    const Readiness *readiness = domain->readiness;
    json_t *gates = json_array();
    for (guint i = 0; i < readiness->gates->len; i++) {
        const Gate *gate = g_ptr_array_index(readiness->gates, i);
        if (gate->state != GATE_PASS)
            json_array_append_new(gates, json_pack("{s:s, s:s, s:s, s:o}", "gate", gate->name,
                                                   "state", gate_state_name(gate->state), "why",
                                                   gate->why, "fix", json_value_text(gate->fix)));
    }
    return json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:s}", "verdict",
                     verdict_name(readiness->verdict), "stage", stage_name(domain->stage),
                     "stage_days", (int)domain->stage_days, "since",
                     json_value_day(readiness->since), "until", json_value_day(readiness->until),
                     "open_gates", gates, "next_step", domain->step->advice);
}

/* ---- comparison ---------------------------------------------------------------------------- */

static json_t *
failure_json(const CompareFailure *failure)
{
    json_t *object = json_object();
    json_object_set_new(object, "change", json_string(change_name(failure->change)));
    json_object_set_new(object, "sender", json_value_text(failure->sender));
    json_object_set_new(object, "mx", json_value_text(failure->mx));
    json_object_set_new(object, "policy_type", json_value_text(failure->policy_type));
    json_object_set_new(object, "mode", json_value_text(failure->mode));
    json_object_set_new(object, "result_type", json_value_text(failure->result_type));
    json_object_set_new(object, "effect", json_string(effect_name(failure->effect)));
    json_object_set_new(object, "sessions_before", number(failure->before_sessions));
    json_object_set_new(object, "sessions", number(failure->sessions));
    json_object_set_new(object, "sender_sessions_before", number(failure->before_all_sessions));
    json_object_set_new(object, "sender_sessions", number(failure->all_sessions));
    json_object_set_new(object, "first_day", json_value_day(failure->first_day));
    json_object_set_new(object, "last_day", json_value_day(failure->last_day));
    return object;
}

static json_t *
total_json(const CompareTotal *total)
{
    json_t *object = json_object();
    json_object_set_new(object, "policy_type", json_value_text(total->policy_type));
    json_object_set_new(object, "change", json_string(change_name(total->change)));
    json_object_set_new(object, "reports_before", number(total->before_reports));
    json_object_set_new(object, "successful_sessions_before", number(total->before_successful));
    json_object_set_new(object, "failed_sessions_before", number(total->before_failed));
    json_object_set_new(object, "reports", number(total->reports));
    json_object_set_new(object, "successful_sessions", number(total->successful));
    json_object_set_new(object, "failed_sessions", number(total->failed));
    return object;
}

static json_t *
senders_json(const GArray *senders)
{
    json_t *array = json_array();
    for (guint i = 0; i < senders->len; i++) {
        const CompareSender *sender = &g_array_index(senders, CompareSender, i);
        json_array_append_new(array, json_pack("{s:o, s:I, s:o}", "sender",
                                               json_value_text(sender->sender), "days",
                                               (json_int_t)sender->days, "newest_day",
                                               json_value_day(sender->newest_day)));
    }
    return array;
}

static json_t *
comparison_json(const CompareDomain *change)
{
    json_t *counts = json_object(), *totals = json_array(), *failures = json_array();
    for (guint i = 0; i < N_CHANGES; i++)
        json_object_set_new(counts, change_name((Change)i), number(change->count[i]));
    for (guint i = 0; i < change->totals->len; i++)
        json_array_append_new(totals, total_json(&g_array_index(change->totals, CompareTotal, i)));
    for (guint i = 0; i < change->failures->len; i++)
        json_array_append_new(failures,
                              failure_json(&g_array_index(change->failures, CompareFailure, i)));
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "counts", counts, "totals", totals, "failures",
                     failures, "silent_senders", senders_json(change->silent), "new_senders",
                     senders_json(change->appeared));
}

/* ---- trend and matrix ---------------------------------------------------------------------- */

static json_t *
trend_json(const TrendDomain *trend)
{
    json_t *array = json_array();
    for (guint i = 0; trend != NULL && i < trend->series->len; i++) {
        const TrendSeries *series = &g_array_index(trend->series, TrendSeries, i);
        json_t *days = json_array();
        for (guint j = 0; j < series->days->len; j++) {
            const ChartDay *day = &g_array_index(series->days, ChartDay, j);
            json_array_append_new(days,
                                  json_pack("{s:o, s:I, s:I, s:I}", "day", json_value_day(day->day),
                                            "reports", (json_int_t)day->reports,
                                            "successful_sessions", (json_int_t)day->successful,
                                            "failed_sessions", (json_int_t)day->failed));
        }
        json_array_append_new(array, json_pack("{s:o, s:o}", "policy_type",
                                               json_value_text(series->policy_type), "days", days));
    }
    return array;
}

static json_t *
matrix_json(const GArray *matrix)
{
    json_t *array = json_array();
    for (guint i = 0; i < matrix->len; i++) {
        const MatrixTable *table = &g_array_index(matrix, MatrixTable, i);
        for (guint j = 0; j < table->rows->len; j++) {
            const MatrixRow *row = &g_array_index(table->rows, MatrixRow, j);
            json_t *results = json_object();
            for (guint k = 0; k < table->results->len; k++) {
                if (row->cells[k] > 0)
                    json_object_set_new(results, g_ptr_array_index(table->results, k),
                                        number(row->cells[k]));
            }
            json_array_append_new(array,
                                  json_pack("{s:o, s:o, s:o, s:o, s:I}", "policy_type",
                                            json_value_text(table->policy_type), "sender",
                                            json_value_text(row->sender), "mx",
                                            json_value_text(row->mx), "sessions_by_result_type",
                                            results, "sessions", (json_int_t)row->sessions));
        }
    }
    return array;
}

/* ---- quality and conformity ---------------------------------------------------------------- */

static json_t *
quality_json(const QualityDomain *quality)
{
    json_t *trust = json_object(), *gaps = json_array();
    for (guint i = 0; i < SUMMARY_N_TRUST; i++)
        json_object_set_new(trust, trust_name((Trust)i), number(quality->by_trust[i]));
    for (guint i = 0; i < quality->gaps->len; i++) {
        const QualityGap *gap = &g_array_index(quality->gaps, QualityGap, i);
        json_array_append_new(gaps, json_pack("{s:o, s:o}", "first_day", json_value_day(gap->first),
                                              "last_day", json_value_day(gap->last)));
    }
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:o}", "reports", (json_int_t)quality->reports,
        "duplicate_copies", (json_int_t)quality->duplicates, "uncounted_copies",
        (json_int_t)quality->uncounted, "untrusted_reports", (json_int_t)quality->untrusted,
        "reports_by_trust", trust, "days", (json_int_t)quality->days, "days_without_report",
        (json_int_t)quality->days_without, "gaps", gaps);
}

json_t *
json_part_conformity(const GArray *senders)
{
    json_t *array = json_array();
    for (guint i = 0; i < senders->len; i++) {
        const ConformitySender *sender = &g_array_index(senders, ConformitySender, i);
        json_t *deviations = json_array();
        for (guint j = 0; j < sender->deviations->len; j++) {
            const Deviation *each = &g_array_index(sender->deviations, Deviation, j);
            json_array_append_new(deviations, json_pack("{s:o, s:o, s:I, s:I, s:o, s:o}", "code",
                                                        json_value_text(each->code), "clause",
                                                        json_value_text(each->clause), "reports",
                                                        (json_int_t)each->reports, "newest_report",
                                                        (json_int_t)each->newest, "pointer",
                                                        json_value_text(each->pointer), "fact",
                                                        json_value_text(each->fact)));
        }
        json_array_append_new(
            array, json_pack("{s:o, s:I, s:I, s:o}", "sender", json_value_text(sender->sender),
                             "reports", (json_int_t)sender->reports, "deviating_reports",
                             (json_int_t)sender->deviating, "deviations", deviations));
    }
    return array;
}

/* ---- all of it ----------------------------------------------------------------------------- */

void
render_json_domain_parts(const Review *review, const ReviewDomain *domain, JsonWriter *writer)
{
    if (domain->readiness != NULL)
        json_writer_put(writer, "readiness", verdict_json(domain));
    if (domain->problems != NULL)
        json_writer_put(writer, "problems", problems_to_json(domain->problems));
    if (domain->notices != NULL)
        json_writer_put(writer, "notices", notices_to_json(domain->notices));
    if (domain->change != NULL)
        json_writer_put(writer, "comparison", comparison_json(domain->change));
    if (review->parts & REVIEW_TREND)
        json_writer_put(writer, "trend", trend_json(domain->trend));
    if (domain->matrix != NULL)
        json_writer_put(writer, "matrix", matrix_json(domain->matrix));
    if (domain->quality != NULL)
        json_writer_put(writer, "quality", quality_json(domain->quality));
}

void
render_json_root_parts(const Review *review, JsonWriter *writer)
{
    if (review->week != NULL)
        json_writer_put(writer, "week", json_string(review->week));
    if (review->comparison != NULL) {
        json_writer_put(writer, "compared_with",
                        json_pack("{s:o, s:o}", "since", json_value_day(review->comparison->since),
                                  "until", json_value_day(review->comparison->until)));
        json_writer_put(writer, "clean", json_boolean(review->clean));
    }
    if (review->conformity != NULL)
        json_writer_put(writer, "conformity",
                        json_part_conformity(conformity_senders(review->conformity)));
}
