/* What a running collector counts of its intake, and the text in which it tells it. */
#include "cli/meter.h"
#include "report/prometheus.h"

/* ---- the text ------------------------------------------------------------------------------ */

static void
test_text(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    prometheus_family(out, "a_total", "counter", "What it is.");
    prometheus_sample(out, "a_total", -7, NULL);
    prometheus_sample(out, "a_total", G_MAXINT64, "x", "", "y", "q\"b\\n\nend", NULL);
    prometheus_fraction(out, "b", 0.25, "le", "+Inf", NULL);
    g_assert_cmpstr(out->str, ==,
                    "# HELP a_total What it is.\n# TYPE a_total counter\n"
                    "a_total -7\n"
                    "a_total{x=\"\",y=\"q\\\"b\\\\n\\nend\"} 9223372036854775807\n"
                    "b{le=\"+Inf\"} 0.25\n");
}

static void
test_label(void)
{
    g_autofree char *odd = prometheus_label("a\x1b[31m\xff\n\u202e");
    g_autofree char *name = g_strnfill(1000, 'n');
    g_autofree char *cut = prometheus_label(name);
    g_assert_true(g_utf8_validate(odd, -1, NULL));
    g_assert_null(strpbrk(odd, "\x1b\n"));
    g_assert_null(strstr(odd, "\u202e"));
    g_assert_cmpuint(strlen(cut), <, 200);
}

/* ---- the counts ---------------------------------------------------------------------------- */

/* A store that answers what is asked for, some of it from a thread of its own. */
typedef struct {
    GThreadPool *pool;
} Inner;

typedef struct {
    Judged *item;
    SinkDone done;
    gpointer done_data;
} Asked;

static void
answer(gpointer data, gpointer nothing)
{
    g_autofree Asked *asked = data;
    (void)nothing;
    Outcome outcome = asked->item->outcome;
    judged_free(asked->item);
    asked->done(asked->done_data, outcome, "r1");
}

static void
inner_take(gpointer self, Judged *item, SinkDone done, gpointer done_data)
{
    const Inner *inner = self;
    Asked *asked = g_new0(Asked, 1);
    *asked = (Asked){item, done, done_data};
    g_thread_pool_push(inner->pool, asked, NULL);
}

static void
on_done(gpointer data, Outcome outcome, const char *reference)
{
    g_assert_cmpstr(reference, ==, "r1");
    g_assert_cmpint(outcome, <=, OUTCOME_UNAVAILABLE);
    g_atomic_int_inc((gint *)data);
}

static void
put(const Sink *sink, Road road, Outcome outcome, gint *done)
{
    Judged *item = g_new0(Judged, 1);
    item->findings = g_ptr_array_new();
    item->road = road;
    item->outcome = outcome;
    sink->take(sink->self, item, on_done, done);
}

static void
test_counts(void)
{
    gint done = 0;
    Inner inner = {g_thread_pool_new(answer, NULL, 4, FALSE, NULL)};
    const Sink below = {.take = inner_take, .self = &inner};
    Meter *meter = meter_new(&below);
    const Sink *sink = meter_sink(meter);
    for (int i = 0; i < 100; i++) {
        put(sink, ROAD_HTTPS, OUTCOME_STORED, &done);
        put(sink, ROAD_LMTP, OUTCOME_DUPLICATE, &done);
    }
    put(sink, ROAD_HTTPS, OUTCOME_UNAVAILABLE, &done);
    g_thread_pool_free(inner.pool, FALSE, TRUE);
    g_assert_cmpint(done, ==, 201);
    g_autoptr(GString) out = g_string_new(NULL);
    meter_render(meter, out);
    static const char *const lines[] = {
        "\ntlsgauge_reports_received_total{road=\"https\",outcome=\"stored\"} 100\n",
        "\ntlsgauge_reports_received_total{road=\"https\",outcome=\"duplicate\"} 0\n",
        "\ntlsgauge_reports_received_total{road=\"https\",outcome=\"unavailable\"} 1\n",
        "\ntlsgauge_reports_received_total{road=\"lmtp\",outcome=\"duplicate\"} 100\n",
        "\ntlsgauge_store_duration_seconds_bucket{le=\"0.001\"} ",
        "\ntlsgauge_store_duration_seconds_bucket{le=\"10\"} 201\n",
        "\ntlsgauge_store_duration_seconds_bucket{le=\"+Inf\"} 201\n",
        "\ntlsgauge_store_duration_seconds_count 201\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (strstr(out->str, lines[i]) == NULL)
            g_error("not told: %s\n%s", lines[i], out->str);
    }
    meter_free(meter);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/prometheus/text", test_text);
    g_test_add_func("/prometheus/label", test_label);
    g_test_add_func("/meter/counts", test_counts);
    return g_test_run();
}
