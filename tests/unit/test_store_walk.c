/* A walk over all domains tells of each what a look at it alone tells, whatever the domains are
 * that it reads at once. */
#include "test_store_fixture.h"

#define DOMAINS 50 /* more than are read at once */

static void
fill(Store *store)
{
    fixture_begin(store);
    for (guint domain = 0; domain < DOMAINS; domain++) {
        for (guint sender = 0; sender < 1 + domain % 3; sender++) {
            for (guint day = 0; day < 3; day++) {
                g_autofree char *text = g_strdup_printf(
                    "org Sender %u\nid %u\nstart %" G_GINT64_FORMAT "\n"
                    "entry sts d%u.example %u 2 testing:%u\n"
                    "fail mx1.d%u.example certificate-expired - 1\n"
                    "fail mx%u.d%u.example validation-failure because 1\n",
                    sender, domain * 100 + sender * 10 + day, DAY0 + (gint64)day * 86400,
                    /* names get their numbers in another order than that of the texts */
                    (domain * 37) % DOMAINS, domain + 1, day, (domain * 37) % DOMAINS, sender,
                    (domain * 37) % DOMAINS);
                fixture_put_in(store, text, sender == 1 ? TRUST_UNVERIFIED : TRUST_LOCAL, NULL,
                               STORE_NEW);
            }
        }
    }
    fixture_commit(store);
}

typedef struct {
    Store *store;
    GString *rows;       /* of the present domain */
    GHashTable *domains; /* name -> rows */
    guint stop_after;
} Walked;

static gboolean
take_total(gpointer data, const StoreTotal *row)
{
    return fixture_total(((Walked *)data)->rows, row);
}

static gboolean
take_failure(gpointer data, const StoreFailure *row)
{
    return fixture_fail_row(((Walked *)data)->rows, row);
}

static gboolean
take_domain(gpointer data, const char *domain)
{
    Walked *walked = data;
    g_assert_false(g_hash_table_contains(walked->domains, domain));
    g_hash_table_insert(walked->domains, g_strdup(domain), g_strdup(walked->rows->str));
    g_string_truncate(walked->rows, 0);
    return g_hash_table_size(walked->domains) != walked->stop_after;
}

static const StoreWalk functions = {take_total, take_failure, take_domain};

static void
walked_init(Walked *walked, Store *store)
{
    *walked = (Walked){
        .store = store,
        .rows = g_string_new(NULL),
        .domains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };
}

/* For a walk by QUERY over a store that is filled. */
static void
begin(Walked *walked, StoreQuery *query, Store *store)
{
    store_query_init(query);
    fill(store);
    walked_init(walked, store);
}

static void
walked_clear(Walked *walked)
{
    g_string_free(walked->rows, TRUE);
    g_hash_table_unref(walked->domains);
}

static void
assert_alike(Store *store, StoreQuery query, guint n)
{
    Walked walked;
    g_autoptr(GError) error = NULL;
    walked_init(&walked, store);
    g_assert_true(store_walk_domains(store, &query, &functions, &walked, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, n);
    for (guint i = 0; i < DOMAINS; i++) {
        g_autofree char *domain = g_strdup_printf("d%u.example", i);
        GString *alone = g_string_new(NULL);
        query.domain = domain;
        g_assert_true(store_each_total(store, &query, fixture_total, alone, &error));
        g_assert_true(store_each_failure(store, &query, fixture_fail_row, alone, &error));
        const char *rows = g_hash_table_lookup(walked.domains, domain);
        g_assert_cmpstr(rows != NULL ? rows : "", ==, alone->str);
        g_string_free(alone, TRUE);
    }
    walked_clear(&walked);
}

static void
test_alike(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    StoreQuery query;
    store_query_init(&query);
    assert_alike(fixture->store, query, 0);
    fill(fixture->store);
    assert_alike(fixture->store, query, DOMAINS);
    query.until_day = DAY0_NUMBER;
    assert_alike(fixture->store, query, DOMAINS);
    query.sender = "Sender 2";
    assert_alike(fixture->store, query, DOMAINS / 3);
    query.result_word = "validation-failure";
    assert_alike(fixture->store, query, DOMAINS / 3);
    query.since_day = DAY0_NUMBER + 10;
    query.until_day = G_MAXINT32;
    assert_alike(fixture->store, query, 0);
}

static void
test_stop(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Walked walked;
    StoreQuery query;
    g_autoptr(GError) error = NULL;
    begin(&walked, &query, fixture->store);
    walked.stop_after = 21;
    g_assert_true(store_walk_domains(fixture->store, &query, &functions, &walked, &error));
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, 21);
    walked_clear(&walked);
}

/* One domain alone, and one that nobody has reported. */
static void
test_one(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Walked walked;
    StoreQuery query;
    g_autoptr(GError) error = NULL;
    begin(&walked, &query, fixture->store);
    query.domain = "d7.example";
    g_assert_true(store_walk_domains(fixture->store, &query, &functions, &walked, &error));
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, 1);
    g_assert_nonnull(strstr(g_hash_table_lookup(walked.domains, "d7.example"), "d7.example"));
    query.domain = "nobody.example";
    g_assert_true(store_walk_domains(fixture->store, &query, &functions, &walked, &error));
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, 1);
    walked_clear(&walked);
}

/* Who asks for no failures is told all totals. */
static void
test_totals(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const StoreWalk totals = {take_total, NULL, take_domain};
    Walked walked;
    StoreQuery query;
    g_autoptr(GError) error = NULL;
    begin(&walked, &query, fixture->store);
    g_assert_true(store_walk_domains(fixture->store, &query, &totals, &walked, &error));
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, DOMAINS);
    for (guint i = 0; i < DOMAINS; i++) {
        g_autofree char *domain = g_strdup_printf("d%u.example", i);
        GString *alone = g_string_new(NULL);
        query.domain = domain;
        g_assert_true(store_each_total(fixture->store, &query, fixture_total, alone, &error));
        g_assert_cmpstr(g_hash_table_lookup(walked.domains, domain), ==, alone->str);
        g_string_free(alone, TRUE);
    }
    walked_clear(&walked);
}

/* Writing is allowed in between. */
static gboolean
write_domain(gpointer data, const char *domain)
{
    Walked *walked = data;
    g_autofree char *text =
        g_strdup_printf("org Other\nid %s\nstart 1700006400\nentry sts %s 1 0 -\n", domain, domain);
    fixture_put(walked->store, text, TRUST_LOCAL, NULL, STORE_NEW);
    return take_domain(data, domain);
}

static void
test_writing(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const StoreWalk writing = {take_total, take_failure, write_domain};
    Walked walked;
    StoreQuery query;
    g_autoptr(GError) error = NULL;
    begin(&walked, &query, fixture->store);
    g_assert_true(store_walk_domains(fixture->store, &query, &writing, &walked, &error));
    g_assert_cmpuint(g_hash_table_size(walked.domains), ==, DOMAINS);
    walked_clear(&walked);
}

/* After a rebuild a number may be another name. */
static gboolean
rebuild(gpointer data, const char *domain)
{
    Walked *walked = data;
    g_autoptr(GError) error = NULL;
    gint64 reports, failed;
    if (g_hash_table_size(walked->domains) == 0)
        store_rebuild(walked->store, &reports, &failed, &error);
    g_assert_no_error(error);
    return take_domain(data, domain);
}

static void
test_rebuild(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const StoreWalk rebuilding = {take_total, take_failure, rebuild};
    Walked walked;
    StoreQuery query;
    g_autoptr(GError) error = NULL;
    begin(&walked, &query, fixture->store);
    g_assert_false(store_walk_domains(fixture->store, &query, &rebuilding, &walked, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    walked_clear(&walked);
}

static gboolean
append_name(gpointer data, const char *domain)
{
    g_string_append_printf(data, "%s ", domain);
    return strcmp(domain, "d11.example") != 0;
}

static void
test_names(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    GString *names = g_string_new(NULL);
    g_assert_true(store_each_domain(fixture->store, append_name, names, &error));
    g_assert_cmpstr(names->str, ==, "");
    fill(fixture->store);
    g_assert_true(store_each_domain(fixture->store, append_name, names, &error));
    g_assert_cmpstr(names->str, ==, "d0.example d1.example d10.example d11.example ");
    g_string_free(names, TRUE);
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/store/walk/alike", test_alike},     {"/store/walk/stop", test_stop},
        {"/store/walk/writing", test_writing}, {"/store/walk/rebuild", test_rebuild},
        {"/store/walk/names", test_names},     {"/store/walk/one", test_one},
        {"/store/walk/totals", test_totals},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
