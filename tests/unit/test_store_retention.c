/* What happens to reports when their time is over: the totals of days that are kept stay what they
 * are, a report still counts once, and a rebuild loses nothing. */
#include "store/retention.h"
#include "test_store_fixture.h"

#define OLD                                                                                        \
    "org A\nid r-1\nstart 1700006400\nentry sts a.example 10 2 testing:1\n"                        \
    "fail mx1.a.example certificate-expired - 2\n"
#define ODD "org A\nid r-1\nstart 1700006400\nentry sts a.example 90 0 testing:1\n"
#define NEXT                                                                                       \
    "org A\nid r-2\nstart 1700092800\nentry sts a.example 5 1 testing:1\n"                         \
    "fail mx1.a.example validation-failure - 1\n"
#define LAST "org B\nid r-3\nstart 1700179200\nentry sts a.example,b.example 7 0 enforce:2\n"

/* "secret" lines stand for addresses: the decoder of the fixture does not know them. */
static GBytes *
shorten(gpointer calls, GBytes *raw)
{
    gsize length;
    const char *data = g_bytes_get_data(raw, &length);
    g_autofree char *text = g_strndup(data, length);
    ++*(guint *)calls;
    if (strstr(text, "contact") == NULL)
        return g_bytes_ref(raw);
    if (strstr(text, "contact broken") != NULL)
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "contact x@a.example\n", -1);
    char *shorter = g_strjoinv("", lines);
    return g_bytes_new_take(shorter, strlen(shorter));
}

static StorePruned
prune(Store *store, gint32 addresses, gint32 raw, gint32 daily)
{
    g_autoptr(GError) error = NULL;
    StorePruned pruned = {0}, would = {0};
    StoreRetention retention;
    gboolean more = TRUE;
    guint calls = 0;
    store_retention_init(&retention);
    retention.addresses_before = addresses > 0 ? DAY0_NUMBER + addresses : G_MININT32;
    retention.raw_before = raw > 0 ? DAY0_NUMBER + raw : G_MININT32;
    retention.daily_before = daily > 0 ? DAY0_NUMBER + daily : G_MININT32;
    store_prune_preview(store, &retention, &would, &error);
    g_assert_no_error(error);
    while (more) {
        store_prune_step(store, &retention, shorten, &calls, G_TIME_SPAN_SECOND, &pruned, &more,
                         &error);
        g_assert_no_error(error);
    }
    g_assert_cmpint(pruned.shortened, ==, would.shortened);
    g_assert_cmpint(pruned.raw, ==, would.raw);
    g_assert_cmpint(pruned.reports, ==, would.reports);
    g_assert_cmpint(pruned.days, ==, would.days);
    return pruned;
}

typedef struct {
    StoreHeld held;
    gsize length;
    gboolean counted;
    gboolean has_source;
    guint8 content[REPORT_DIGEST_BYTES];
} Seen;

static gboolean
see(gpointer data, const StoreReportRow *row)
{
    Seen *seen = data;
    *seen = (Seen){row->held, g_bytes_get_size(row->raw), row->counted, row->source != NULL, {0}};
    memcpy(seen->content, row->content, sizeof seen->content);
    return TRUE;
}

static Seen
look(Store *store, gint64 id)
{
    g_autoptr(GError) error = NULL;
    Seen seen;
    store_get_report(store, id, see, &seen, &error);
    g_assert_no_error(error);
    return seen;
}

static void
test_raw_goes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    gint64 old = fixture_put(store, OLD, TRUST_VERIFIED, "a.example", STORE_NEW);
    gint64 next = fixture_put(store, NEXT, TRUST_VERIFIED, "a.example", STORE_NEW);
    g_autofree char *before = fixture_rollups(store, NULL);
    StoreCounts counts = fixture_counts(store);

    StorePruned pruned = prune(store, 0, 1, 0);
    g_assert_cmpint(pruned.raw, ==, 1);
    g_assert_cmpint(look(store, old).held, ==, STORE_HELD_NOTHING);
    g_assert_cmpuint(look(store, old).length, ==, 0);
    g_assert_cmpint(look(store, next).held, ==, STORE_HELD_WHOLE);

    g_autofree char *after = fixture_rollups(store, NULL);
    fixture_assert_same(after, before);
    /* It comes again: known, and counted once. */
    g_assert_cmpint(fixture_put(store, OLD, TRUST_VERIFIED, "a.example", STORE_DUPLICATE), ==, old);
    g_autofree char *again = fixture_rollups(store, NULL);
    fixture_assert_same(again, before);
    g_assert_cmpint(fixture_counts(store).counted, ==, counts.counted);
    g_assert_cmpint(prune(store, 0, 1, 0).raw, ==, 0);
}

static void
test_rebuild_keeps_days(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    gint64 reports = 0, failed = 0;
    fixture_put(store, OLD, TRUST_VERIFIED, "a.example", STORE_NEW);
    fixture_put(store, OLD, TRUST_VERIFIED, "a.example", STORE_DUPLICATE);
    fixture_put(store, NEXT, TRUST_VERIFIED, "a.example", STORE_NEW);
    prune(store, 0, 1, 0);
    /* And a report of a day that has lost others. */
    fixture_put(store, "org Late\nid l-1\nstart 1700006400\nentry sts a.example 3 0 -\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *before = fixture_rollups(store, NULL);
    g_autofree char *flags = fixture_flags(store);
    StoreCounts counts = fixture_counts(store);

    store_rebuild(store, &reports, &failed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(reports, ==, 1);
    g_assert_cmpint(failed, ==, 0);
    g_autofree char *after = fixture_rollups(store, NULL);
    g_autofree char *flags_after = fixture_flags(store);
    StoreCounts counts_after = fixture_counts(store);
    fixture_assert_same(after, before);
    fixture_assert_same(flags_after, flags);
    g_assert_cmpmem(&counts_after, sizeof counts_after, &counts, sizeof counts);
}

static void
test_addresses_go(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char with[] = "org A\ncontact x@a.example\nid r-1\nstart 1700006400\n"
                               "entry sts a.example 10 0 testing:1\n";
    static const char broken[] = "org A\ncontact broken@a.example\nid r-9\nstart 1700006400\n"
                                 "entry sts a.example 1 0 testing:1\n";
    Store *store = fixture->store;
    gint64 id = fixture_put(store, with, TRUST_LOCAL, NULL, STORE_NEW);
    gint64 plain = fixture_put(store, NEXT, TRUST_LOCAL, NULL, STORE_NEW);
    Seen whole = look(store, id);
    g_autofree char *before = fixture_rollups(store, NULL);

    StorePruned pruned = prune(store, 9, 0, 0);
    g_assert_cmpint(pruned.shortened, ==, 2);
    g_assert_cmpint(pruned.raw, ==, 0);
    Seen shorter = look(store, id);
    g_assert_cmpint(shorter.held, ==, STORE_HELD_SHORTENED);
    g_assert_cmpuint(shorter.length, <, whole.length);
    g_assert_cmpint(look(store, plain).held, ==, STORE_HELD_SHORTENED);
    g_assert_cmpuint(look(store, plain).length, ==, strlen(NEXT));
    /* A copy of what came in is still one, and the rebuild knows it as well. */
    g_assert_cmpint(fixture_put(store, with, TRUST_LOCAL, NULL, STORE_DUPLICATE), ==, id);
    fixture_assert_rebuild_same(store);
    g_assert_cmpmem(look(store, id).content, REPORT_DIGEST_BYTES, whole.content,
                    REPORT_DIGEST_BYTES);
    g_assert_cmpint(fixture_put(store, with, TRUST_LOCAL, NULL, STORE_DUPLICATE), ==, id);
    /* And can be displaced: what it added goes. */
    fixture_put(store, with, TRUST_VERIFIED, "a.example", STORE_DUPLICATE);
    g_autofree char *after = fixture_rollups(store, NULL);
    fixture_assert_same(after, before);

    /* What nobody can shorten goes. */
    gint64 odd = fixture_put(store, broken, TRUST_LOCAL, NULL, STORE_NEW);
    StorePruned rest = {0};
    StoreRetention retention;
    gboolean more = TRUE;
    guint calls = 0;
    g_autoptr(GError) error = NULL;
    store_retention_init(&retention);
    retention.addresses_before = DAY0_NUMBER + 9;
    store_prune_step(store, &retention, shorten, &calls, G_TIME_SPAN_SECOND, &rest, &more, &error);
    g_assert_no_error(error);
    g_assert_cmpint(rest.raw, ==, 1);
    g_assert_cmpint(look(store, odd).held, ==, STORE_HELD_NOTHING);
}

/* A copy whose document was shortened can be displaced, one whose document is gone cannot. */
static void
test_displacement(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    fixture_put(store, OLD, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    prune(store, 1, 0, 0);
    fixture_put(store, ODD, TRUST_VERIFIED, "a.example", STORE_NEW);
    g_autofree char *flags = fixture_flags(store);
    g_assert_cmpstr(flags, ==, "r2:counted:0 r1:not:2 ");

    gint64 gone = fixture_put(store, NEXT, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    prune(store, 0, 2, 0);
    g_autofree char *before = fixture_rollups(store, NULL);
    fixture_put(store, "org A\nid r-2\nstart 1700092800\nentry sts a.example 800 0 testing:1\n",
                TRUST_VERIFIED, "a.example", STORE_NEW_UNCOUNTED);
    g_autofree char *after = fixture_rollups(store, NULL);
    fixture_assert_same(after, before);
    /* The same content, vouched for: it counts under its new trust, and once. */
    g_assert_cmpint(fixture_put(store, NEXT, TRUST_VERIFIED, "a.example", STORE_DUPLICATE), ==,
                    gone);
    StoreQuery query;
    store_query_init(&query);
    query.since_day = DAY0_NUMBER + 1;
    g_autofree char *raised = fixture_rollups(store, &query);
    g_assert_nonnull(strstr(raised, "|verified reports=1 ok=5 failed=1"));
    g_assert_null(strstr(raised, "unauthenticated"));
    /* An uncounted one whose document went is not brought back by anything. */
    fixture_put(store, ODD, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    g_autofree char *end = fixture_flags(store);
    g_assert_cmpstr(end, ==, "r4:not:3 r3:counted:0 r2:counted:0 r1:not:2 ");
}

static void
test_days_go(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    StoreQuery kept;
    gint64 id = fixture_put(store, OLD, TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, ODD, TRUST_LOCAL, NULL, STORE_NEW_UNCOUNTED);
    fixture_put(store, NEXT, TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, LAST, TRUST_LOCAL, NULL, STORE_NEW);
    store_query_init(&kept);
    kept.since_day = DAY0_NUMBER + 1;
    g_autofree char *before = fixture_rollups(store, &kept);

    StorePruned pruned = prune(store, 0, 0, 1);
    g_assert_cmpint(pruned.raw, ==, 2);
    g_assert_cmpint(pruned.reports, ==, 2);
    g_assert_cmpint(pruned.days, ==, 1);
    g_autofree char *after = fixture_rollups(store, NULL);
    fixture_assert_same(after, before);
    g_assert_cmpint(fixture_counts(store).reports, ==, 2);
    g_assert_cmpint(fixture_counts(store).counted, ==, 2);
    fixture_assert_rebuild_same(store);
    /* What is forgotten and comes again is new, under a number of its own, until the next time. */
    g_assert_cmpint(fixture_put(store, OLD, TRUST_LOCAL, NULL, STORE_NEW), >, id);
    prune(store, 0, 0, 1);
    g_autofree char *again = fixture_rollups(store, NULL);
    fixture_assert_same(again, before);
}

/* All goes but the number of the last report: a reader that goes on after it misses nothing. */
static void
test_all_goes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    fixture_put(store, OLD, TRUST_LOCAL, NULL, STORE_NEW);
    gint64 last = fixture_put(store, NEXT, TRUST_LOCAL, NULL, STORE_NEW);
    prune(store, 0, 0, 40);
    prune(store, 0, 0, 40);
    g_autofree char *empty = fixture_rollups(store, NULL);
    g_assert_cmpstr(empty, ==, "");
    g_assert_cmpint(fixture_counts(store).counted, ==, 0);
    g_assert_false(look(store, last).counted);
    fixture_put(store, NEXT, TRUST_VERIFIED, "a.example", STORE_DUPLICATE);
    g_assert_cmpint(fixture_put(store, LAST, TRUST_LOCAL, NULL, STORE_NEW), ==, last + 1);
    g_autofree char *flags = fixture_flags(store);
    g_assert_true(g_str_has_prefix(flags, "r3:counted:0 "));
}

/* A step ends in time, and the next one goes on. */
static void
test_steps(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    StorePruned pruned = {0};
    StoreRetention retention;
    gboolean more = FALSE;
    guint steps = 0;
    fixture_begin(store);
    for (guint i = 0; i < 300; i++) {
        g_autofree char *text = g_strdup_printf(
            "org A\nid s-%u\nstart 1700006400\nentry sts d%u.example 1 0 -\n", i, i);
        fixture_put_in(store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    fixture_commit(store);
    store_retention_init(&retention);
    retention.raw_before = DAY0_NUMBER + 1;
    store_prune_step(store, &retention, NULL, NULL, 0, &pruned, &more, &error);
    g_assert_no_error(error);
    g_assert_true(more);
    g_assert_cmpint(pruned.raw, ==, 0);
    for (more = TRUE; more; steps++) {
        store_prune_step(store, &retention, NULL, NULL, 500, &pruned, &more, &error);
        g_assert_no_error(error);
    }
    g_assert_cmpint(pruned.raw, ==, 300);
    g_assert_cmpuint(steps, >, 1);
}

static void
test_quarantine_goes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    StorePruned pruned = {0};
    StoreRetention retention;
    gboolean more = TRUE;
    fixture_begin(store);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *text = g_strdup_printf("entry %u", i);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        gint64 id;
        StoreQuarantine entry = {.reason_code = "json-syntax",
                                 .outcome = "defective",
                                 .reason = "no report",
                                 .bytes = bytes,
                                 .full_size = strlen(text),
                                 .road = "file",
                                 .received = 1000 * (i + 1)};
        store_put_quarantine(store, &entry, &id, &error);
        g_assert_no_error(error);
    }
    fixture_commit(store);
    store_retention_init(&retention);
    retention.quarantine_before = 3000;
    store_prune_step(store, &retention, NULL, NULL, G_TIME_SPAN_SECOND, &pruned, &more, &error);
    g_assert_no_error(error);
    g_assert_cmpint(pruned.quarantine, ==, 2);
    g_assert_cmpint(fixture_counts(store).quarantined, ==, 1);
    g_assert_cmpint(fixture_counts(store).quarantine_dropped, ==, 0);
}

/* Copies and deviations go with their day, and stay as long as it does. */
static void
test_oddities(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 reports, failed;
    Store *store = fixture->store;
    const char *const of_last = "C|19678||B|local|0|0|1|0\n"
                                "D|19677|a.example|A|odd|1|0|5|5\n";
    fixture_put(store, OLD "finding odd /\nfinding old /\n", TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, OLD, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    fixture_put(store, ODD, TRUST_UNVERIFIED, NULL, STORE_NEW_UNCOUNTED);
    fixture_put(store, "org C\nid h\nstart 1700006400\nentry sts - 1 0 -\nfinding odd /\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, "org A\nid two\nstart 1700006400\nentry sts a.example,b.example 1 0 -\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, NEXT "finding odd /\n", TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(store, LAST, TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *before = fixture_oddities(store);
    g_assert_cmpstr(before, ==,
                    "C|19676||A|local|0|0|1|0\n"
                    "C|19676||C|local|0|0|0|1\n"
                    "C|19676|a.example|A|local|1|0|0|0\n"
                    "C|19676|a.example|A|unverified|0|1|0|0\n"
                    "C|19678||B|local|0|0|1|0\n"
                    "D|19676||C|odd|1|0|3|3\n"
                    "D|19676|a.example|A|odd old|1|0|1|1\n"
                    "D|19677|a.example|A|odd|1|0|5|5\n");
    prune(store, 0, 1, 0);
    g_autofree char *without_raw = fixture_oddities(store);
    g_assert_cmpstr(without_raw, ==, before);
    store_rebuild(store, &reports, &failed, &error);
    g_assert_no_error(error);
    g_autofree char *rebuilt = fixture_oddities(store);
    g_assert_cmpstr(rebuilt, ==, before);
    prune(store, 0, 0, 1);
    g_autofree char *pruned = fixture_oddities(store);
    g_assert_cmpstr(pruned, ==, of_last);
    /* The report that is left only for its number, come again. */
    prune(store, 0, 0, 3);
    g_autofree char *none = fixture_oddities(store);
    g_assert_cmpstr(none, ==, "");
    fixture_put(store, LAST, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    g_autofree char *still_none = fixture_oddities(store);
    g_assert_cmpstr(still_none, ==, "");
}

/* The file gets smaller, and no rest of what went is in it. */
static void
test_file_shrinks(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Store *store = fixture->store;
    gint64 before = 0, after = 0, unused = 0;
    gboolean more = TRUE;
    if (fixture_needs_file())
        return;
    g_autofree char *filler = g_strnfill(6000, 'x');
    fixture_begin(store);
    for (guint i = 0; i < 400; i++) {
        g_autofree char *text = g_strdup_printf(
            "org A\ncontact %s\nid s-%u\nstart 1700006400\nentry sts a.example 1 0 -\n", filler, i);
        fixture_put_in(store, text, TRUST_LOCAL, NULL, STORE_NEW);
    }
    fixture_commit(store);
    store_size(store, &before, &error);
    prune(store, 0, 0, 1);
    while (more) {
        store_release(store, &more, &error);
        g_assert_no_error(error);
    }
    store_size(store, &after, &error);
    store_unused(store, &unused, &error);
    g_assert_no_error(error);
    g_assert_cmpint(unused, ==, 0);
    g_assert_cmpint(after, <, before / 4);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/retention/raw_goes", test_raw_goes},
        {"/store/retention/rebuild_keeps_days", test_rebuild_keeps_days},
        {"/store/retention/addresses_go", test_addresses_go},
        {"/store/retention/displacement", test_displacement},
        {"/store/retention/days_go", test_days_go},
        {"/store/retention/all_goes", test_all_goes},
        {"/store/retention/oddities", test_oddities},
        {"/store/retention/steps", test_steps},
        {"/store/retention/quarantine_goes", test_quarantine_goes},
        {"/store/retention/file_shrinks", test_file_shrinks},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
