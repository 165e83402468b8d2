/* What is news about a domain: streams of days with planted failures and silences. */
#include "report/alerts.h"

#include <string.h>

#include "schema/effect.h"

#define TODAY 20000
#define NOW   ((gint64)TODAY * 86400 + 43200)
#define HOUR  3600

typedef struct {
    Evidence evidence;
    GPtrArray *states; /* of StoreAlert, owned */
    AlertRules rules;
} Stream;

static void
stream_init(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    stream->evidence.domain = g_strdup("a.example");
    stream->evidence.today = TODAY + 1;
    stream->evidence.totals = g_array_new(FALSE, FALSE, sizeof(EvidenceTotal));
    stream->evidence.failures = g_array_new(FALSE, FALSE, sizeof(EvidenceFailure));
    stream->states =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))store_alert_free);
    stream->rules = alert_rules_defaults;
}

static void
stream_clear(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    g_free(stream->evidence.domain);
    g_array_unref(stream->evidence.totals);
    g_array_unref(stream->evidence.failures);
    g_ptr_array_unref(stream->states);
}

/* SENDER reports each day from FIRST to LAST (relative to today): GOOD sessions, and BAD that fail
 * at MX with WORD. */
static void
reports(Stream *stream, const char *sender, int first, int last, gint64 good, gint64 bad,
        const char *mx, const char *word)
{
    sender = g_intern_string(sender);
    for (int day = first; day <= last; day++) {
        EvidenceTotal total = {.day = TODAY + day,
                               .sender = sender,
                               .type = POLICY_TYPE_STS,
                               .mode = STS_MODE_TESTING,
                               .trust = TRUST_VERIFIED,
                               .reports = 1,
                               .successful = good,
                               .failed = bad,
                               .detailed = bad};
        g_array_append_val(stream->evidence.totals, total);
        if (bad == 0)
            continue;
        EvidenceFailure failure = {.day = TODAY + day,
                                   .sender = sender,
                                   .type = POLICY_TYPE_STS,
                                   .mode = STS_MODE_TESTING,
                                   .trust = TRUST_VERIFIED,
                                   .mx = g_intern_string(mx),
                                   .result_word = g_intern_string(word),
                                   .effect = EFFECT_WOULD_BLOCK,
                                   .sessions = bad};
        g_array_append_val(stream->evidence.failures, failure);
    }
}

/* Weighs the stream as of DAYS later, keeps what becomes of the states as if all had been told, and
 * returns the news, one line each: "failing mx1 word". */
static char *
look_later(Stream *stream, int days, gboolean silence)
{
    GPtrArray *drop;
    gint64 now = NOW + (gint64)days * 86400;
    g_autoptr(GPtrArray) changes = alerts_weigh(&stream->evidence, TODAY + days, stream->states,
                                                &stream->rules, silence, now, &drop);
    GString *news = g_string_new(NULL);
    for (guint i = 0; i < changes->len; i++) {
        StoreAlert *row = g_ptr_array_index(changes, i);
        for (guint j = 0; j < stream->states->len; j++) {
            const StoreAlert *old = g_ptr_array_index(stream->states, j);
            if (strcmp(old->kind, row->kind) == 0 && strcmp(old->subject, row->subject) == 0)
                g_ptr_array_remove_index(stream->states, j--);
        }
        StoreAlert *kept = store_alert_copy(row);
        g_ptr_array_add(stream->states, kept);
        if (row->news == NULL)
            continue;
        const char *kind = strstr(row->news, "\"kind\":\"") + 8;
        g_string_append_printf(news, "%.*s %s\n", (int)strcspn(kind, "\""), kind, row->subject);
        g_clear_pointer(&kept->news, g_free);
        kept->told = now;
    }
    g_ptr_array_unref(drop);
    return g_string_free(news, FALSE);
}

static void
assert_news(Stream *stream, int days, const char *expected)
{
    g_autofree char *news = look_later(stream, days, TRUE);
    g_assert_cmpstr(news, ==, expected);
}

static void
assert_failures(Stream *stream, int days, const char *expected)
{
    g_autofree char *news = look_later(stream, days, FALSE);
    g_assert_cmpstr(news, ==, expected);
}

/* It is told once, however often one looks, and its end once. */
static void
test_failing(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -20, -2, 100, 0, NULL, NULL);
    assert_news(stream, 0, "");
    reports(stream, "A", -1, -1, 60, 40, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "failing mx1.a.example certificate-expired\n");
    assert_news(stream, 0, "");
    reports(stream, "A", 0, 0, 60, 40, "mx1.a.example", "certificate-expired");
    reports(stream, "A", 1, 1, 100, 0, NULL, NULL);
    assert_news(stream, 1, ""); /* day 1 is not closed */
    assert_news(stream, 2, "recovered mx1.a.example certificate-expired\n");
    assert_news(stream, 2, "");
    /* And again, which nobody expects after such a message, though the week was not free of it. */
    reports(stream, "A", 4, 4, 60, 40, "mx1.a.example", "certificate-expired");
    assert_news(stream, 5, "failing mx1.a.example certificate-expired\n");
}

/* At most one message about the same in the interval. */
static void
test_interval(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    stream->rules.interval_hours = 96;
    reports(stream, "A", -1, -1, 60, 40, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "failing mx1.a.example certificate-expired\n");
    reports(stream, "A", 0, 8, 100, 0, NULL, NULL);
    assert_news(stream, 2, "");
    assert_news(stream, 3, "");
    assert_news(stream, 4, "recovered mx1.a.example certificate-expired\n");
}

/* A rare failure has not recovered just because a small day is free of it. */
static void
test_rare(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -2, -1, 999, 1, "mx1.a.example", "starttls-not-supported");
    assert_news(stream, 0, "failing mx1.a.example starttls-not-supported\n");
    reports(stream, "A", 0, 1, 1000, 0, NULL,
            NULL); /* it stays unseen so long in 13 of 100 cases */
    assert_news(stream, 2, "");
    reports(stream, "A", 2, 2, 1000, 0, NULL, NULL);
    assert_news(stream, 3, "recovered mx1.a.example starttls-not-supported\n");
}

/* Free days are days with reports of those who saw it. */
static void
test_others(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -1, -1, 0, 40, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "failing mx1.a.example certificate-expired\n");
    reports(stream, "B", 0, 12, 1000, 0, NULL, NULL);
    assert_news(stream, 12, "");
    /* When the failure lies beyond all that is looked at, a week of any reports is enough. */
    g_array_set_size(stream->evidence.failures, 0);
    assert_news(stream, 13, "recovered mx1.a.example certificate-expired\n");
}

/* What is imported from long ago, or goes on since long ago, is no news. */
static void
test_history(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -34, -20, 60, 40, "mx1.a.example", "certificate-expired");
    reports(stream, "A", -19, -1, 99, 1, "mx2.a.example", "validation-failure");
    reports(stream, "B", -30, -5, 99, 1, "mx3.a.example", "validation-failure");
    assert_failures(stream, 0, "");
    /* But that the old failure ended is. */
    reports(stream, "A", 0, 6, 100, 0, NULL, NULL);
    reports(stream, "B", -4, 6, 100, 0, NULL, NULL);
    assert_failures(stream, 7, "recovered mx2.a.example validation-failure\n");
}

/* Six days late: the collector was down, and it is still news. */
static void
test_late(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -30, -7, 100, 0, NULL, NULL);
    reports(stream, "A", -6, -1, 60, 40, NULL, "certificate-expired");
    assert_news(stream, 0, "failing - certificate-expired\n");
}

static void
test_minimum(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    stream->rules.minimum_sessions = 5;
    reports(stream, "A", -1, -1, 60, 4, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "");
    reports(stream, "B", 0, 0, 60, 1, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "failing mx1.a.example certificate-expired\n");
}

static void
test_silence(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "Daily", -30, -4, 100, 0, NULL, NULL);
    reports(stream, "Goes on", -30, -3, 100, 0, NULL, NULL);
    reports(stream, "Once", -5, -5, 100, 0, NULL, NULL);
    reports(stream, "Long gone", -33, -20, 100, 0, NULL, NULL);
    g_autofree char *none = look_later(stream, 0, FALSE);
    g_assert_cmpstr(none, ==, ""); /* right after a commit nobody is missed */
    assert_news(stream, 0, "silent Daily\n");
    assert_news(stream, 0, "");
    /* The rows of the store come sorted by sender. */
    g_array_set_size(stream->evidence.totals, 0);
    reports(stream, "Daily", -30, -4, 100, 0, NULL, NULL);
    reports(stream, "Daily", 1, 1, 100, 0, NULL, NULL);
    reports(stream, "Goes on", -30, 1, 100, 0, NULL, NULL);
    assert_news(stream, 2, "reporting-again Daily\n");
}

/* News that are not told yet are not replaced. */
static void
test_waiting(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    reports(stream, "A", -1, -1, 60, 40, "mx1.a.example", "certificate-expired");
    assert_news(stream, 0, "failing mx1.a.example certificate-expired\n");
    StoreAlert *state = g_ptr_array_index(stream->states, 0);
    state->told = 0;
    state->news = g_strdup("{\"kind\":\"failing\"}");
    reports(stream, "A", 0, 8, 100, 0, NULL, NULL);
    assert_news(stream, 5, "");
}

/* A row that is over is forgotten when the days it is about are. */
static void
test_forget(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    GPtrArray *drop;
    StoreAlert row = {.domain = (char *)"a.example",
                      .kind = (char *)"failure",
                      .subject = (char *)"mx1 x",
                      .last_day = TODAY - 60,
                      .told = NOW - 50 * 24 * HOUR};
    g_ptr_array_add(stream->states, store_alert_copy(&row));
    row.ongoing = TRUE;
    row.subject = (char *)"mx2 x";
    g_ptr_array_add(stream->states, store_alert_copy(&row));
    g_autoptr(GPtrArray) changes =
        alerts_weigh(&stream->evidence, TODAY, stream->states, &stream->rules, TRUE, NOW, &drop);
    g_assert_cmpuint(changes->len, ==, 0);
    g_assert_cmpuint(drop->len, ==, 1);
    g_assert_cmpstr(((StoreAlert *)g_ptr_array_index(drop, 0))->subject, ==, "mx1 x");
    g_ptr_array_unref(drop);
}

/* What the news say. */
static void
test_figures(Stream *stream, G_GNUC_UNUSED gconstpointer data)
{
    GPtrArray *drop;
    reports(stream, "A \"quoted\"\n", -2, -1, 60, 40, "mx1.a.example", "odd word");
    reports(stream, "B", -1, -1, 60, 100, "mx1.a.example", "odd word");
    g_array_index(stream->evidence.failures, EvidenceFailure, 2).trust = TRUST_UNAUTHENTICATED;
    /* The same sessions under another policy type: never added. */
    EvidenceFailure dane = g_array_index(stream->evidence.failures, EvidenceFailure, 2);
    dane.type = POLICY_TYPE_TLSA;
    dane.effect = EFFECT_DANE;
    dane.sessions = 5000;
    g_array_append_val(stream->evidence.failures, dane);
    g_autoptr(GPtrArray) changes =
        alerts_weigh(&stream->evidence, TODAY, stream->states, &stream->rules, TRUE, NOW, &drop);
    g_ptr_array_unref(drop);
    g_assert_cmpuint(changes->len, ==, 1);
    const char *news = ((StoreAlert *)g_ptr_array_index(changes, 0))->news;
    static const char *const expected[] = {
        "\"failed_sessions\":180,",
        "\"policy_type\":\"sts\"",
        "\"senders\":[\"B\",\"A \\\"quoted\\\"\\n\"],\"senders_in_all\":2",
        "\"trust\":\"verified\"",
        "\"first_day\":\"2024-10-02\",\"last_day\":\"2024-10-03\"",
        "\"effect\":\"would-block\"",
        "\"result_type\":\"odd word\"",
    };
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        if (strstr(news, expected[i]) == NULL)
            g_error("%s is not in %s", expected[i], news);
    }
}

#define ADD(name, function)                                                                        \
    g_test_add("/alerts/" name, Stream, NULL, stream_init, function, stream_clear)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("failing", test_failing);
    ADD("interval", test_interval);
    ADD("rare", test_rare);
    ADD("others", test_others);
    ADD("history", test_history);
    ADD("late", test_late);
    ADD("minimum", test_minimum);
    ADD("silence", test_silence);
    ADD("waiting", test_waiting);
    ADD("forget", test_forget);
    ADD("figures", test_figures);
    return g_test_run();
}
