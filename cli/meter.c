#include "cli/meter.h"

#include "report/prometheus.h"

/* Those through which a running collector takes reports in; the others are ended by themselves. */
static const Road roads[] = {ROAD_HTTPS, ROAD_LMTP};
#define N_OUTCOMES (OUTCOME_UNAVAILABLE + 1)

/* Upper ends in microseconds. A commit takes some milliseconds, a wait for a lock seconds. */
static const gint64 buckets[] = {1000,   2500,   5000,   10000,   25000,   50000,
                                 100000, 250000, 500000, 1000000, 2500000, 10000000};

struct Meter {
    const Sink *inner;
    Sink sink;
    GMutex lock; /* of what follows */
    guint64 received[G_N_ELEMENTS(roads)][N_OUTCOMES];
    guint64 within[G_N_ELEMENTS(buckets) + 1]; /* the last: longer than all */
    gint64 microseconds;
};

/* One item on its way. */
typedef struct {
    Meter *meter;
    guint road;
    gint64 start;
    SinkDone done;
    gpointer done_data;
} Passage;

static void
count(Meter *meter, guint road, Outcome outcome, gint64 microseconds)
{
    guint bucket = 0;
    while (bucket < G_N_ELEMENTS(buckets) && microseconds > buckets[bucket])
        bucket++;
    g_mutex_lock(&meter->lock);
    if (outcome < N_OUTCOMES)
        meter->received[road][outcome]++;
    meter->within[bucket]++;
    meter->microseconds += microseconds;
    g_mutex_unlock(&meter->lock);
}

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    g_autofree Passage *passage = data;
    count(passage->meter, passage->road, outcome, g_get_monotonic_time() - passage->start);
    passage->done(passage->done_data, outcome, reference);
}

static void
take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    Meter *meter = self;
    Passage *passage = g_new0(Passage, 1);
    *passage = (Passage){meter, 0, g_get_monotonic_time(), done, done_data};
    while (passage->road + 1 < G_N_ELEMENTS(roads) && roads[passage->road] != item->road)
        passage->road++;
    meter->inner->take(meter->inner->self, item, on_done, passage);
}

static void
prepare(gpointer self, Judged *item)
{
    const Meter *meter = self;
    if (meter->inner->prepare != NULL)
        meter->inner->prepare(meter->inner->self, item);
}

Meter *
meter_new(const Sink *inner)
{
    Meter *meter = g_new0(Meter, 1);
    meter->inner = inner;
    meter->sink = (Sink){.take = take, .prepare = prepare, .self = meter};
    g_mutex_init(&meter->lock);
    return meter;
}

void
meter_free(Meter *meter)
{
    if (meter == NULL)
        return;
    g_mutex_clear(&meter->lock);
    g_free(meter);
}

const Sink *
meter_sink(const Meter *meter)
{
    return &meter->sink;
}

static void
append_duration(const Meter *meter, GString *out)
{
    guint64 sum = 0;
    prometheus_family(out, "tlsgauge_store_duration_seconds", "histogram",
                      "From a judged input to its answer, with the commit in between.");
    for (guint i = 0; i <= G_N_ELEMENTS(buckets); i++) {
        char end[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
        sum += meter->within[i];
        if (i < G_N_ELEMENTS(buckets))
            g_ascii_formatd(end, sizeof end, "%g", (double)buckets[i] / G_USEC_PER_SEC);
        prometheus_sample(out, "tlsgauge_store_duration_seconds_bucket", (gint64)sum, "le", end,
                          NULL);
    }
    prometheus_fraction(out, "tlsgauge_store_duration_seconds_sum",
                        (double)meter->microseconds / G_USEC_PER_SEC, NULL);
    prometheus_sample(out, "tlsgauge_store_duration_seconds_count", (gint64)sum, NULL);
}

void
meter_render(Meter *meter, GString *out)
{
    g_mutex_lock(&meter->lock);
    prometheus_family(out, "tlsgauge_reports_received_total", "counter",
                      "Inputs that this process has taken, by the way in and what became of them.");
    for (guint road = 0; road < G_N_ELEMENTS(roads); road++) {
        for (int outcome = 0; outcome < N_OUTCOMES; outcome++)
            prometheus_sample(out, "tlsgauge_reports_received_total",
                              (gint64)meter->received[road][outcome], "road",
                              road_name(roads[road]), "outcome",
                              receipt_for((Outcome)outcome)->word, NULL);
    }
    append_duration(meter, out);
    g_mutex_unlock(&meter->lock);
}
