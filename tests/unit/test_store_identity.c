/* Which of several copies of one claimed report counts, in whatever order they come (DESIGN 5.4).
 */
#include "schema/limits.h"
#include "store/identity.h"
#include "store/sender.h"
#include "test_store_fixture.h"

#define CLAIM  "org Google Inc.\nid 2023-11-15_a.example\nstart 1700006400\n"
#define GOOGLE CLAIM "contact tls@google.com\n"

/* ---- single cases ---------------------------------------------------------------------- */

static void
assert_state(Store *store, const char *flags, const char *rollups)
{
    g_autofree char *is_flags = fixture_flags(store);
    g_autofree char *is_rollups = fixture_rollups(store, NULL);
    g_assert_cmpstr(is_flags, ==, flags);
    g_assert_cmpstr(is_rollups, ==, rollups);
}

#define REAL   GOOGLE "entry sts a.example 100 0 testing:1\n"
#define FORGED GOOGLE "entry sts a.example 7 9999 testing:1\nfail mx x-forged - 9999\n"
#define REAL_ROW(trust)                                                                            \
    "T 0 a.example|Google Inc.|sts|testing|" trust " reports=1 ok=100 failed=0 detailed=0 "        \
    "version: STSv1/mode: testing/max_age: 86400/mx: mx1.a.example\n"

static void
test_forged_first(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, FORGED, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    assert_state(fixture->store, "r2:counted:0 r1:not:2 ", REAL_ROW("verified"));
    g_assert_cmpint(fixture_counts(fixture->store).counted, ==, 1);
    g_assert_cmpint(fixture_counts(fixture->store).uncounted, ==, 1);
    fixture_assert_rebuild_same(fixture->store);
}

static void
test_forged_later(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    fixture_put(fixture->store, FORGED, TRUST_UNVERIFIED, NULL, STORE_NEW_UNCOUNTED);
    /* The forger's DKIM signature is good, and is for another domain: it is another sender. */
    fixture_put(fixture->store, FORGED "entry tlsa a.example 1 0 -\n", TRUST_UNAUTHENTICATED, NULL,
                STORE_NEW_UNCOUNTED);
    assert_state(fixture->store, "r3:not:1 r2:not:1 r1:counted:0 ", REAL_ROW("verified"));
    /* The very copy again, by a road without trust, takes nothing from it. */
    fixture_put(fixture->store, REAL, TRUST_UNAUTHENTICATED, NULL, STORE_DUPLICATE);
    assert_state(fixture->store, "r3:not:1 r2:not:1 r1:counted:0 ", REAL_ROW("verified"));
    g_assert_cmpint(fixture_counts(fixture->store).duplicates_seen, ==, 1);
}

static void
test_raised(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, REAL, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    assert_state(fixture->store, "r1:counted:0 ", REAL_ROW("unauthenticated"));
    fixture_put(fixture->store, REAL, TRUST_UNVERIFIED, NULL, STORE_DUPLICATE);
    assert_state(fixture->store, "r1:counted:0 ", REAL_ROW("unverified"));
    fixture_put(fixture->store, REAL, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_DUPLICATE);
    assert_state(fixture->store, "r1:counted:0 ", REAL_ROW("local"));
    fixture_assert_rebuild_same(fixture->store);
}

/* Past the limit forged copies are refused, yet what is vouched for still comes in and counts. */
static void
test_copy_limit(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    fixture_begin(store);
    for (guint i = 0; i < LIMIT_COPIES + 10; i++) {
        g_autofree char *text = g_strdup_printf(GOOGLE "entry sts a.example %u 0 -\n", i);
        fixture_put_in(store, text, TRUST_UNAUTHENTICATED, NULL,
                       i == 0             ? STORE_NEW
                       : i < LIMIT_COPIES ? STORE_NEW_UNCOUNTED
                                          : STORE_REFUSED);
    }
    fixture_put_in(store, REAL, TRUST_UNVERIFIED, NULL, STORE_NEW);
    fixture_put_in(store, GOOGLE "entry sts a.example 5 0 -\n", TRUST_VERIFIED, "google.com",
                   STORE_DUPLICATE);
    fixture_put_in(store, REAL "entry tlsa a.example 1 0 -\n", TRUST_VERIFIED, "google.com",
                   STORE_REFUSED);
    fixture_commit(store);
    g_autofree char *rollups = fixture_rollups(store, NULL);
    g_assert_cmpstr(rollups, ==,
                    "T 0 a.example|Google Inc.|sts|-|verified reports=1 ok=5 failed=0 detailed=0 "
                    "-\n");
    g_assert_cmpint(fixture_counts(store).reports, ==, LIMIT_COPIES + 1);
    fixture_assert_rebuild_same(store);
}

/* Each copy names another domain, so that none competes with another. */
static void
test_counted_limit(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    fixture_begin(store);
    for (guint i = 0; i < LIMIT_COPIES_COUNTED + 5; i++) {
        g_autofree char *text =
            g_strdup_printf(CLAIM "contact x@d%u.example\nentry sts a.example 1 0 -\n", i);
        fixture_put_in(store, text, TRUST_UNAUTHENTICATED, NULL,
                       i < LIMIT_COPIES_COUNTED ? STORE_NEW : STORE_REFUSED);
    }
    fixture_put_in(store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    fixture_commit(store);
    g_assert_cmpint(fixture_counts(store).counted, ==, LIMIT_COPIES_COUNTED + 1);
}

/* One that nobody can be told of competes with all; when it goes, the others come back. */
static void
test_back_again(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, CLAIM "entry sts a.example 1 0 -\n", TRUST_UNVERIFIED, NULL,
                STORE_NEW);
    fixture_put(fixture->store, GOOGLE "entry sts a.example 2 0 -\n", TRUST_UNAUTHENTICATED, NULL,
                STORE_NEW_UNCOUNTED);
    fixture_put(fixture->store, CLAIM "contact x@other.example\nentry sts a.example 4 0 -\n",
                TRUST_VERIFIED, "other.example", STORE_NEW);
    assert_state(
        fixture->store, "r3:counted:0 r2:counted:0 r1:not:3 ",
        "T 0 a.example|Google Inc.|sts|-|unauthenticated reports=1 ok=2 failed=0 detailed=0 -\n"
        "T 0 a.example|Google Inc.|sts|-|verified reports=1 ok=4 failed=0 detailed=0 -\n");
    fixture_assert_rebuild_same(fixture->store);
}

/* The rules of today are not those by which a report was counted: it goes out as it came in. */
static Report *
decode_by_other_rules(G_GNUC_UNUSED gpointer data, GBytes *raw, const char *hint_domain)
{
    static const char *const other[] = {"z.example", NULL};
    Report *report = fixture_decode(NULL, raw, hint_domain);
    for (gsize i = 0; i < report->n_policies; i++)
        report->policies[i].counts_for = other;
    return report;
}

static void
test_other_rules(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store, FORGED, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    store_set_decoder(fixture->store, decode_by_other_rules, NULL);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
    assert_state(fixture->store, "r2:counted:0 r1:not:2 ", REAL_ROW("verified"));
}

static Report *
decode_differently(G_GNUC_UNUSED gpointer data, GBytes *raw, const char *hint_domain)
{
    Report *report = fixture_decode(NULL, raw, hint_domain);
    report->policies[0].failed_sessions++;
    return report;
}

static Report *
decode_nothing(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GBytes *raw,
               G_GNUC_UNUSED const char *hint_domain)
{
    return NULL;
}

/* A displacement that cannot be exact does not happen at all. */
static void
test_no_exact_way(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        StoreDecode decode;
        StoreErrorCode code;
    } cases[] = {{NULL, STORE_ERROR_INTERNAL},
                 {decode_nothing, STORE_ERROR_CORRUPT},
                 {decode_differently, STORE_ERROR_CORRUPT}};
    fixture_put(fixture->store, FORGED, TRUST_UNAUTHENTICATED, NULL, STORE_NEW);
    g_autofree char *rollups = fixture_rollups(fixture->store, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL, at_commit = NULL;
        StorePut put = STORE_DUPLICATE;
        gint64 id = 77;
        store_set_decoder(fixture->store, cases[i].decode, NULL);
        fixture_begin(fixture->store);
        g_assert_false(
            fixture_try(fixture->store, REAL, TRUST_VERIFIED, "google.com", &put, &id, &error));
        g_assert_error(error, STORE_ERROR, (int)cases[i].code);
        g_assert_cmpint(put, ==, STORE_DUPLICATE);
        g_assert_cmpint(id, ==, 77);
        g_assert_false(store_commit(fixture->store, &at_commit));
        g_assert_error(at_commit, STORE_ERROR, STORE_ERROR_INTERNAL);
        assert_state(fixture->store, "r1:counted:0 ", rollups);
    }
    store_set_decoder(fixture->store, fixture_decode, NULL);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_NEW);
}

/* Usual reports cost no decoding. */
static void
test_decodes_rarely(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    guint calls = 0;
    store_set_decoder(fixture->store, fixture_decode, &calls);
    fixture_put(fixture->store, REAL, TRUST_UNVERIFIED, NULL, STORE_NEW);
    fixture_put(fixture->store, REAL, TRUST_VERIFIED, "google.com", STORE_DUPLICATE);
    fixture_put(fixture->store, FORGED, TRUST_UNVERIFIED, NULL, STORE_NEW_UNCOUNTED);
    g_assert_cmpuint(calls, ==, 0);
    fixture_put(fixture->store, FORGED, TRUST_LOCAL, NULL, STORE_DUPLICATE);
    g_assert_cmpuint(calls, ==, 0);
}

/* ---- the rule alone --------------------------------------------------------------------- */

static void
test_rule_ignores_order(void)
{
    static const char *const domains[] = {"", "a.example", "b.example"};
    g_autoptr(GRand) random = g_rand_new_with_seed(8460);
    for (guint round = 0; round < 2000; round++) {
        IdentityCopy copies[8], shuffled[8];
        guint n = (guint)g_rand_int_range(random, 1, 9);
        for (guint i = 0; i < n; i++)
            copies[i] = (IdentityCopy){.id = (gint64)i + 1,
                                       .rank = g_rand_int_range(random, 0, 3),
                                       .sender_domain = domains[g_rand_int_range(random, 0, 3)]};
        memcpy(shuffled, copies, sizeof copies);
        for (guint i = n; i > 1; i--) {
            guint other = (guint)g_rand_int_range(random, 0, (gint32)i);
            IdentityCopy copy = shuffled[i - 1];
            shuffled[i - 1] = shuffled[other];
            shuffled[other] = copy;
        }
        identity_settle(copies, n);
        identity_settle(shuffled, n);
        guint counted = 0;
        for (guint i = 0; i < n; i++) {
            const IdentityCopy *same = &copies[shuffled[i].id - 1];
            g_assert_cmpint(shuffled[i].counted, ==, same->counted);
            g_assert_cmpint(shuffled[i].instead, ==, same->instead);
            g_assert_true(same->counted == (same->instead == 0));
            counted += same->counted != FALSE;
            /* Nothing less trusted than what counts for its domain counts. */
            if (same->instead != 0)
                g_assert_cmpint(copies[same->instead - 1].rank, >=, same->rank);
        }
        g_assert_cmpuint(counted, >=, 1);
    }
}

static void
test_sender(void)
{
    static const struct {
        const char *organization, *contact, *authenticated_by;
        Trust trust;
        const char *name, *domain;
    } cases[] = {
        {"Google Inc.", "tls@google.com", "google.com", TRUST_VERIFIED, "Google Inc.",
         "google.com"},
        {"Google Inc.", "tls@google.com", "MAIL.Google.COM", TRUST_VERIFIED, "Google Inc.",
         "google.com"},
        {"Google Inc.", "tls@google.com", "evil.example", TRUST_VERIFIED,
         "Google Inc. (via evil.example)", "evil.example"},
        {"Google Inc.", NULL, "evil.example", TRUST_VERIFIED, "Google Inc.", "evil.example"},
        /* Nobody verified it, so nobody asks what is said to have. */
        {"Google Inc.", "tls@google.com", "evil.example", TRUST_UNVERIFIED, "Google Inc.",
         "google.com"},
        {"Google Inc.", "mailto:a@b.google.com", NULL, TRUST_LOCAL, "Google Inc.", "google.com"},
        {"Google Inc.", "TLS <a@google.com.>", NULL, TRUST_LOCAL, "Google Inc.", "google.com"},
        {"Google Inc.", "call us", NULL, TRUST_LOCAL, "Google Inc.", ""},
        {"Google Inc.", "a@", NULL, TRUST_LOCAL, "Google Inc.", ""},
        {"Google Inc.", "", NULL, TRUST_LOCAL, "Google Inc.", ""},
        {"  A \t\r\n B\xc2\xa0"
         "C ",
         NULL, NULL, TRUST_LOCAL, "A B C", ""},
        {"", "x@mail.sender.example", NULL, TRUST_LOCAL, "sender.example", "sender.example"},
        {" ", "x@y.example", "signer.example", TRUST_VERIFIED, "signer.example", "signer.example"},
        {"", NULL, NULL, TRUST_LOCAL, "(unnamed)", ""},
        {"Evil (via google.com)", NULL, NULL, TRUST_LOCAL, "Evil [via google.com)", ""},
        {"Evil\n(via google.com)", NULL, NULL, TRUST_LOCAL, "Evil [via google.com)", ""},
        {"\x1b[31mred", NULL, NULL, TRUST_LOCAL, "\\x1b[31mred", ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Report) report = report_new();
        report->organization_name = cases[i].organization;
        report->contact_info = cases[i].contact;
        const Sender *sender = sender_of(report, cases[i].trust, cases[i].authenticated_by);
        g_test_message("case %u", i);
        g_assert_cmpstr(sender->name, ==, cases[i].name);
        g_assert_cmpstr(sender->domain, ==, cases[i].domain);
    }
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/identity/forged-first", test_forged_first},
        {"/store/identity/forged-later", test_forged_later},
        {"/store/identity/raised", test_raised},
        {"/store/identity/copy-limit", test_copy_limit},
        {"/store/identity/counted-limit", test_counted_limit},
        {"/store/identity/back-again", test_back_again},
        {"/store/identity/other-rules", test_other_rules},
        {"/store/identity/no-exact-way", test_no_exact_way},
        {"/store/identity/decodes-rarely", test_decodes_rarely},
    };
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/identity/sender", test_sender);
    g_test_add_func("/store/identity/rule-ignores-order", test_rule_ignores_order);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
