#include "cli/intake_store.h"

#include "cli/say.h"
#include "ingest/intake.h"
#include "schema/finding.h"

static StoreReport
report_of(const Judged *item)
{
    return (StoreReport){
        .report = item->report,
        .raw = item->raw,
        .trust = item->trust,
        .authenticated_by = item->authenticated_by,
        .hint_domain = item->hint_domain,
        .road = road_name(item->road),
        .source = item->source,
        .findings = item->findings,
        .received = item->received,
        .prepared = item->prepared,
    };
}

static StoreQuarantine
quarantine_of(const Judged *item)
{
    return (StoreQuarantine){
        .reason_code = item->reason_code,
        .outcome = receipt_for(item->outcome)->word,
        .reason = item->reason,
        .findings = item->findings,
        .bytes = item->raw,
        .full_size = item->full_size,
        .is_message = item->is_message,
        .road = road_name(item->road),
        .source = item->source,
        .part = item->part,
        .received = item->received,
    };
}

gboolean
intake_store_put(Store *store, const Judged *item, Outcome *ret_outcome, gint64 *ret_id,
                 GError **error)
{
    gint64 id = 0;
    Outcome outcome = item->outcome;
    if (item->outcome != OUTCOME_STORED) {
        StoreQuarantine entry = quarantine_of(item);
        if (!store_put_quarantine(store, &entry, &id, error))
            return FALSE;
    } else {
        StoreReport report = report_of(item);
        StorePut put;
        if (!store_put_report(store, &report, &put, &id, error))
            return FALSE;
        if (put == STORE_REFUSED) {
            outcome = OUTCOME_DEFECTIVE;
            StoreQuarantine entry = quarantine_of(item);
            entry.outcome = receipt_for(outcome)->word;
            writer_describe_refused(&entry);
            if (!store_put_quarantine(store, &entry, &id, error))
                return FALSE;
        } else if (put == STORE_DUPLICATE) {
            outcome = OUTCOME_DUPLICATE;
        }
    }
    *ret_outcome = outcome;
    if (ret_id != NULL)
        *ret_id = id;
    return TRUE;
}

/* ---- the sink over the writer -------------------------------------------------------------- */

typedef struct {
    Sink sink;
    Writer *writer;
    gboolean wait;
} WriterSink;

/* One item on its way through the writer. */
typedef struct {
    Judged *item;
    StoreReport report;
    StoreQuarantine quarantine;
    SinkDone done;
    gpointer done_data;
} Passage;

static void
passage_free(gpointer data)
{
    Passage *passage = data;
    judged_free(passage->item);
    g_free(passage);
}

static void
passage_done(gpointer data, WriterResult result, gint64 id, const GError *error)
{
    Passage *passage = data;
    Outcome outcome = OUTCOME_UNAVAILABLE;
    char reference[32];
    switch (result) {
    case WRITER_STORED:
        outcome = OUTCOME_STORED;
        break;
    case WRITER_DUPLICATE:
        outcome = OUTCOME_DUPLICATE;
        break;
    case WRITER_QUARANTINED:
        outcome =
            passage->item->outcome != OUTCOME_STORED ? passage->item->outcome : OUTCOME_DEFECTIVE;
        break;
    case WRITER_UNAVAILABLE:
        say(SAY_ERROR, "cannot store a report now: %s", error != NULL ? error->message : "unknown");
        break;
    }
    g_snprintf(reference, sizeof reference, "%c%" G_GINT64_FORMAT,
               result == WRITER_QUARANTINED ? 'q' : 'r', id);
    passage->done(passage->done_data, outcome, outcome == OUTCOME_UNAVAILABLE ? NULL : reference);
}

/* Octets of ITEM in memory, about: a report of a hundred kilobytes may have 65,536 failure details,
 * each with a few texts of its own. */
static gsize
weigh(const Judged *item)
{
    gsize octets = g_bytes_get_size(item->raw);
    for (gsize i = 0; item->report != NULL && i < item->report->n_policies; i++)
        octets += item->report->policies[i].n_failures * 2 * sizeof(FailureDetail);
    return octets;
}

static void
free_prepared(gpointer data)
{
    store_prepared_free(data);
}

static void
prepare(gpointer self, Judged *item)
{
    (void)self;
    if (item->outcome != OUTCOME_STORED || item->prepared != NULL)
        return;
    StoreReport report = report_of(item);
    item->prepared = store_prepare(&report);
    item->prepared_free = free_prepared;
}

static void
take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    WriterSink *sink = self;
    Passage *passage = g_new0(Passage, 1);
    prepare(self, item);
    passage->item = item;
    passage->done = done;
    passage->done_data = done_data;
    WriterItem waiting = {
        .bytes = weigh(item),
        .done = passage_done,
        .done_data = passage,
        .owner = passage,
        .free_owner = passage_free,
    };
    if (item->outcome == OUTCOME_STORED) {
        passage->report = report_of(item);
        waiting.report = &passage->report;
    } else {
        passage->quarantine = quarantine_of(item);
        waiting.quarantine = &passage->quarantine;
    }
    writer_put(sink->writer, &waiting, sink->wait);
}

Sink *
intake_store_sink_new(Writer *writer, gboolean wait)
{
    WriterSink *sink = g_new0(WriterSink, 1);
    sink->sink.take = take;
    sink->sink.prepare = prepare;
    sink->sink.self = sink;
    sink->writer = writer;
    sink->wait = wait;
    return &sink->sink;
}

void
intake_store_sink_free(Sink *sink)
{
    if (sink != NULL)
        g_free(sink->self);
}

/* ---- decoding for the store ---------------------------------------------------------------- */

Report *
intake_store_decode(gpointer data, GBytes *raw, const char *hint_domain)
{
    const IntakeRules *rules = data;
    g_autoptr(GPtrArray) findings = findings_new();
    return intake_restore(rules, raw, hint_domain, findings);
}

void
intake_store_set_decoder(Store *store, const IntakeRules *rules)
{
    store_set_decoder(store, intake_store_decode, (gpointer)rules);
}
