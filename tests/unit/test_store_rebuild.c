/* A rebuild recreates every derived row from the raw reports. */
#include "store/store-internal.h"
#include "test_store_fixture.h"

/* ---- generated reports ----------------------------------------------------------------- */

static const char *
pick(GRand *random, const char *const *words, guint n)
{
    return words[g_rand_int_range(random, 0, (gint32)n)];
}

static void
append_entry(GString *text, GRand *random)
{
    static const char *const types[] = {"sts", "sts", "tlsa", "no-policy-found", "odd-type"};
    static const char *const domains[] = {"a.example", "b.example", "a.example,b.example", "-"};
    static const char *const policies[] = {"testing:1", "testing:2", "enforce:1", "none:1", "-"};
    static const char *const mxs[] = {"mx1.a.example", "mx2.a.example", "-"};
    static const char *const results[] = {"certificate-expired", "starttls-not-supported", "odd"};
    static const char *const reasons[] = {"-", "-", "X509_V_ERR", "some_text"};
    g_string_append_printf(text, "entry %s %s %d %d %s\n", pick(random, types, 5),
                           pick(random, domains, 4), g_rand_int_range(random, 0, 1000),
                           g_rand_int_range(random, 0, 50), pick(random, policies, 5));
    for (gint32 n = g_rand_int_range(random, 0, 4); n > 0; n--)
        g_string_append_printf(text, "fail %s %s %s %d\n", pick(random, mxs, 3),
                               pick(random, results, 3), pick(random, reasons, 4),
                               g_rand_int_range(random, 0, 20));
}

/* Few organizations, days and ids: many copies of one claim, many equal keys. */
static char *
random_report(GRand *random)
{
    static const char *const heads[] = {"org Google Inc.\ncontact t@google.com\n",
                                        "org Google Inc.\ncontact t@evil.example\n",
                                        "org Google Inc.\n", "org Microsoft\ncontact m@ms.com\n"};
    GString *text = g_string_new(pick(random, heads, 4));
    g_string_append_printf(text, "id r-%d\nstart %" G_GINT64_FORMAT "\n",
                           g_rand_int_range(random, 0, 40),
                           DAY0 + 86400 * (gint64)g_rand_int_range(random, 0, 3));
    for (gint32 n = g_rand_int_range(random, 0, 4); n > 0; n--)
        append_entry(text, random);
    return g_string_free(text, FALSE);
}

static void
put_random(Store *store, guint32 seed, guint n)
{
    static const char *const signers[] = {"google.com", "evil.example", "ms.com"};
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    fixture_begin(store);
    for (guint i = 0; i < n; i++) {
        StorePut put;
        gint64 id;
        gboolean again = i > 0 && g_rand_int_range(random, 0, 4) == 0;
        if (!again)
            g_ptr_array_add(texts, random_report(random));
        const char *text = g_ptr_array_index(
            texts, again ? (guint)g_rand_int_range(random, 0, (gint32)texts->len) : texts->len - 1);
        Trust trust = (Trust)g_rand_int_range(random, 0, 4);
        g_assert_true(fixture_try(store, text, trust,
                                  trust == TRUST_VERIFIED ? pick(random, signers, 3) : NULL, &put,
                                  &id, NULL));
    }
    fixture_commit(store);
}

static void
damage(Store *store, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) sql = g_string_new(text);
    if (fixture_server() != NULL) {
        g_string_replace(sql, "CAST(1000000 + id AS BLOB)", "CAST((1000000 + id)::text AS BYTEA)",
                         0);
        g_string_replace(sql, " AS BLOB", " AS BYTEA", 0);
    }
    store->driver->exec(store->connection, sql->str, &error);
    g_assert_no_error(error);
}

static void
rebuild(Store *store, gint64 reports, gint64 failed)
{
    g_autoptr(GError) error = NULL;
    gint64 is_reports, is_failed;
    store_rebuild(store, &is_reports, &is_failed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(is_reports, ==, reports);
    g_assert_cmpint(is_failed, ==, failed);
}

static gint64
ask_int(Store *store, const char *sql)
{
    gboolean row;
    DriverStatement *statement = store->driver->prepare(store->connection, sql, NULL);
    g_assert_true(store->driver->step(statement, &row, NULL));
    gint64 value = store->driver->column_int(statement, 0);
    store->driver->finalize(statement);
    return value;
}

/* ---- the same again -------------------------------------------------------------------- */

static void
test_identical(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    put_random(fixture->store, 1, 600);
    StoreCounts counts = fixture_counts(fixture->store);
    g_assert_cmpint(counts.counted, >, 100); /* there is something of each kind to lose */
    g_assert_cmpint(counts.uncounted, >, 50);
    g_assert_cmpint(counts.duplicates_seen, >, 50);
    fixture_assert_rebuild_same(fixture->store);
    fixture_assert_rebuild_same(fixture->store);
}

/* Every derived column is put right, whatever it says. */
static void
test_damaged(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const damages[] = {
        "DELETE FROM daily_total",
        "DELETE FROM daily_failure; UPDATE daily_total SET successful = successful + 1",
        "UPDATE name SET text = text || '!' WHERE id <> 0",
        "DELETE FROM name WHERE id <> 0",
        "UPDATE policy SET text = 'x', mode = 'enforce' WHERE id <> 0",
        "UPDATE report SET counted = 1 - counted, counted_instead = 0",
        "UPDATE report SET day = 0, starts = 0, ends = 0, successful = 0, failed = 0",
        "UPDATE report SET sender = 0, sender_domain = 'x', counts_for = ''",
        "UPDATE report SET organization_name = 'x', contact_info = NULL, report_id = 'x'",
        "UPDATE report SET claim = CAST('00112233445566778899aabbccddeeff' AS BLOB), "
        "content = CAST(1000000 + id AS BLOB)",
        /* each row holds the digests of the one before it */
        "CREATE TEMP TABLE digests AS SELECT id + 1 AS id, claim, content FROM report;"
        "UPDATE report SET content = CAST(1000000 + id AS BLOB);"
        "UPDATE report SET claim = d.claim, content = d.content FROM digests d "
        "WHERE d.id = report.id; DROP TABLE digests",
        "UPDATE counter SET value = 12345 WHERE name IN ('reports', 'counted', 'duplicates', "
        "'quarantined', 'quarantine_bytes')",
        "UPDATE report SET readable = 0",
    };
    put_random(fixture->store, 2, 300);
    StoreCounts counts = fixture_counts(fixture->store);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_autofree char *flags = fixture_flags(fixture->store);
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_test_message("%s", damages[i]);
        damage(fixture->store, damages[i]);
        rebuild(fixture->store, counts.reports, 0);
        g_autofree char *is_rollups = fixture_rollups(fixture->store, NULL);
        g_autofree char *is_flags = fixture_flags(fixture->store);
        StoreCounts is_counts = fixture_counts(fixture->store);
        fixture_assert_same(is_rollups, rollups);
        fixture_assert_same(is_flags, flags);
        g_assert_true(memcmp(&is_counts, &counts, sizeof counts) == 0);
    }
    /* And what comes after is judged by rows that are right. */
    put_random(fixture->store, 3, 300);
    fixture_assert_rebuild_same(fixture->store);
}

/* Documents of every size, alone larger than what is read at once too. */
static void
test_large(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const guint sizes[] = {1, 3000000, 1, 400000, 900000, 300000, 2, 2000000, 3};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *filling = g_strnfill(sizes[i], 'z');
        g_autofree char *text = /* copies of one claim, some of them read in one go */
            g_strdup_printf("org A\ncontact x@a.example\nid %u\nstart 1700006400 %s\n"
                            "entry sts a.example %u 1 testing:1\n",
                            i / 2, filling, i);
        fixture_put(fixture->store, text, TRUST_LOCAL, NULL,
                    i % 2 == 0 ? STORE_NEW : STORE_NEW_UNCOUNTED);
    }
    g_assert_cmpint(ask_int(fixture->store, "SELECT MAX(length(raw)) FROM report"), >, 3000000);
    fixture_assert_rebuild_same(fixture->store);
    damage(fixture->store, "UPDATE report SET counted = 1 - counted, counted_instead = 0");
    rebuild(fixture->store, G_N_ELEMENTS(sizes), 0);
    fixture_assert_rebuild_same(fixture->store);
}

/* Names that nothing needs any more do not stay. */
static void
test_names_go(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store,
                "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                "entry sts a.example 1 1 testing:1\nfail mx.private.example odd - 1\n",
                TRUST_UNVERIFIED, NULL, STORE_NEW);
    fixture_put(fixture->store,
                "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                "entry sts a.example 1 1 testing:2\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    const char *const ask = "SELECT COUNT(*) FROM name WHERE text = 'mx.private.example'";
    const char *const policies = "SELECT COUNT(*) FROM policy WHERE id <> 0";
    g_assert_cmpint(ask_int(fixture->store, ask), ==, 1);
    g_assert_cmpint(ask_int(fixture->store, policies), ==, 2);
    fixture_assert_rebuild_same(fixture->store);
    g_assert_cmpint(ask_int(fixture->store, ask), ==, 0);
    g_assert_cmpint(ask_int(fixture->store, policies), ==, 1);
}

/* Another process remembers the numbers of names; after a rebuild they may mean others. */
static void
test_other_process(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const forged = "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                               "entry sts a.example 1 1 -\nfail mx.old.example odd - 1\n";
    const char *const real = "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                             "entry sts a.example 1 1 -\n";
    g_autoptr(Store) other = fixture_another(fixture);
    fixture_put(other, forged, TRUST_UNVERIFIED, NULL, STORE_NEW);
    fixture_put(other, real, TRUST_LOCAL, NULL, STORE_NEW);
    rebuild(fixture->store, 2, 0);
    fixture_put(fixture->store,
                "org A\nid 2\nstart 1700092800\nentry sts a.example 1 1 -\n"
                "fail mx.new1.example odd - 1\nfail mx.new2.example odd - 1\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture_put(other,
                "org A\nid 3\nstart 1700179200\nentry sts a.example 1 1 -\n"
                "fail mx.old.example odd - 7\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_nonnull(
        strstr(rollups, "F 2 a.example|A|mx.old.example|sts|odd|-|-|local sessions=7"));
    fixture_assert_rebuild_same(fixture->store);
}

/* ---- what does not decode any more ----------------------------------------------------- */

static void
test_unreadable(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const forged = "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                               "entry sts a.example 1 0 -\n";
    const char *const real = "org A\ncontact x@a.example\nid 1\nstart 1700006400\n"
                             "entry sts a.example 2 0 -\n";
    fixture_put(fixture->store, forged, TRUST_UNVERIFIED, NULL, STORE_NEW);
    fixture_put(fixture->store, real, TRUST_LOCAL, NULL, STORE_NEW);
    damage(fixture->store, "UPDATE report SET raw = CAST('broken' AS BLOB) WHERE id = 2");
    rebuild(fixture->store, 1, 1);
    g_autofree char *flags = fixture_flags(fixture->store);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_cmpstr(flags, ==, "r2:not:0 r1:counted:0 ");
    g_assert_cmpstr(rollups, ==,
                    "T 0 a.example|A|sts|-|unverified reports=1 ok=1 failed=0 detailed=0 -\n");
    /* It is in nobody's way: the same report comes in again, whole. */
    fixture_put(fixture->store, real, TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *flags_after = fixture_flags(fixture->store);
    g_assert_cmpstr(flags_after, ==, "r3:counted:0 r2:not:0 r1:not:3 ");
    rebuild(fixture->store, 2, 1);
    g_autofree char *flags_again = fixture_flags(fixture->store);
    g_assert_cmpstr(flags_again, ==, flags_after);
}

/* A decoder that has learnt to overlook what it held for a difference. */
static Report *
decode_leniently(G_GNUC_UNUSED gpointer data, GBytes *raw, const char *hint_domain)
{
    Report *report = fixture_decode(NULL, raw, hint_domain);
    for (gsize i = 0; i < report->n_policies; i++)
        report->policies[i].successful_sessions &= ~G_GINT64_CONSTANT(1);
    return report;
}

static void
test_merged(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        int successful;
        Trust trust;
        StorePut put;
    } copies[] = {
        {10, TRUST_UNAUTHENTICATED, STORE_NEW},
        {11, TRUST_UNVERIFIED, STORE_NEW},
        {11, TRUST_LOCAL, STORE_DUPLICATE},
        {40, TRUST_UNVERIFIED, STORE_NEW_UNCOUNTED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(copies); i++) {
        g_autofree char *text = g_strdup_printf(
            "org A\ncontact x@a.example\nid 1\nstart 1700006400\nentry sts a.example %d 0 -\n",
            copies[i].successful);
        fixture_put(fixture->store, text, copies[i].trust, NULL, copies[i].put);
    }
    store_set_decoder(fixture->store, decode_leniently, NULL);
    rebuild(fixture->store, 3, 0);
    g_autofree char *flags = fixture_flags(fixture->store);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_cmpstr(flags, ==, "r3:not:1 r1:counted:0 ");
    g_assert_cmpstr(rollups, ==,
                    "T 0 a.example|A|sts|-|local reports=1 ok=10 failed=0 detailed=0 -\n");
    StoreCounts counts = fixture_counts(fixture->store);
    g_assert_cmpint(counts.reports, ==, 2);
    g_assert_cmpint(counts.counted, ==, 1);
    g_assert_cmpint(counts.duplicates_seen, ==, 2);
}

static Report *
decode_for_other_domains(G_GNUC_UNUSED gpointer data, GBytes *raw, const char *hint_domain)
{
    static const char *const other[] = {"z.example", NULL};
    Report *report = fixture_decode(NULL, raw, hint_domain);
    for (gsize i = 0; i < report->n_policies; i++)
        report->policies[i].counts_for = other;
    return report;
}

/* The rules of today decide what counts. */
static void
test_new_rules(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, "org A\nid 1\nstart 1700006400\nentry sts - 5 0 -\n", TRUST_LOCAL,
                NULL, STORE_NEW);
    store_set_decoder(fixture->store, decode_for_other_domains, NULL);
    rebuild(fixture->store, 1, 0);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);
    g_assert_cmpstr(rollups, ==,
                    "T 0 z.example|A|sts|-|local reports=1 ok=5 failed=0 detailed=0 -\n");
}

static void
test_refusals(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 reports = 77, failed = 77;
    put_random(fixture->store, 4, 20);
    fixture_begin(fixture->store);
    g_assert_false(store_rebuild(fixture->store, &reports, &failed, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_clear_error(&error);
    store_rollback(fixture->store);
    store_set_decoder(fixture->store, NULL, NULL);
    g_assert_false(store_rebuild(fixture->store, &reports, &failed, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);
    g_assert_cmpint(reports, ==, 77);
    g_assert_cmpint(failed, ==, 77);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/rebuild/identical", test_identical},
        {"/store/rebuild/damaged", test_damaged},
        {"/store/rebuild/large", test_large},
        {"/store/rebuild/names-go", test_names_go},
        {"/store/rebuild/other-process", test_other_process},
        {"/store/rebuild/unreadable", test_unreadable},
        {"/store/rebuild/merged", test_merged},
        {"/store/rebuild/new-rules", test_new_rules},
        {"/store/rebuild/refusals", test_refusals},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
