/* How far numbers can be relied on and how senders depart from the RFC, by the roll-ups: the same
 * as what is counted by hand over all stored reports, whatever came in, in whatever order. */
#include "report/conformity.h"
#include "report/quality.h"
#include "test_store_fixture.h"

#include <jansson.h>

#define DAYS 4

static const char *const domains[] = {"a.example", "b.example", "c.example"};
static const char *const senders[] = {"Google Inc.", "Org", "Org (via x.example)", "Nobody"};

/* ---- counted by hand ----------------------------------------------------------------------- */

typedef struct {
    gint64 reports, newest, oldest;
    char *told; /* clause, pointer and fact of the newest */
} Code;

typedef struct {
    gint64 reports, deviating;
    GTree *codes; /* code -> Code */
} Sender;

typedef struct {
    gint64 reports, duplicates, uncounted, untrusted;
    gint64 by_trust[SUMMARY_N_TRUST];
} Domain;

typedef struct {
    GTree *senders; /* name -> Sender */
    GTree *domains; /* name -> Domain */
} Hand;

static int
by_text(gconstpointer a, gconstpointer b, G_GNUC_UNUSED gpointer data)
{
    return strcmp(a, b);
}

static void
code_free(gpointer data)
{
    g_free(((Code *)data)->told);
    g_free(data);
}

static void
sender_free(gpointer data)
{
    g_tree_destroy(((Sender *)data)->codes);
    g_free(data);
}

static char *
told_of(const char *clause, const char *pointer, const char *fact)
{
    return g_strdup_printf("%s|%s|%s", clause, pointer, fact);
}

/* Reports come newest first. */
static void
count_finding(Sender *sender, json_t *finding, gint64 id)
{
    const char *name = json_string_value(json_object_get(finding, "code"));
    Code *code = g_tree_lookup(sender->codes, name);
    if (code == NULL) {
        code = g_new0(Code, 1);
        code->newest = id;
        code->told = told_of(json_string_value(json_object_get(finding, "clause")),
                             json_string_value(json_object_get(finding, "pointer")),
                             json_string_value(json_object_get(finding, "fact")));
        g_tree_insert(sender->codes, g_strdup(name), code);
    }
    code->reports += code->oldest != id;
    code->oldest = id;
}

static void
count_conformity(Hand *hand, const StoreReportRow *row)
{
    Sender *sender = g_tree_lookup(hand->senders, row->sender);
    if (!row->counted)
        return;
    if (sender == NULL) {
        sender = g_new0(Sender, 1);
        sender->codes = g_tree_new_full(by_text, NULL, g_free, code_free);
        g_tree_insert(hand->senders, g_strdup(row->sender), sender);
    }
    sender->reports++;
    sender->deviating += row->deviations > 0;
    json_t *findings = json_loads(row->findings_json, 0, NULL);
    for (gsize i = 0; i < json_array_size(findings); i++)
        count_finding(sender, json_array_get(findings, i), row->id);
    json_decref(findings);
}

static gboolean
count_row(gpointer data, const StoreReportRow *row)
{
    Hand *hand = data;
    g_auto(GStrv) names = g_strsplit(row->domains, ",", -1);
    count_conformity(hand, row);
    for (char **name = names; *name != NULL; name++) {
        Domain *domain = g_tree_lookup(hand->domains, *name);
        if (domain == NULL) {
            domain = g_new0(Domain, 1);
            g_tree_insert(hand->domains, g_strdup(*name), domain);
        }
        domain->duplicates += row->times_seen - 1;
        domain->uncounted += !row->counted;
        domain->reports += row->counted;
        domain->by_trust[row->trust] += row->counted;
        domain->untrusted += row->counted && trust_rank(row->trust) < trust_rank(TRUST_VERIFIED);
    }
    return TRUE;
}

/* ---- as text ------------------------------------------------------------------------------- */

static void
print_domain(GString *text, const char *name, gint64 reports, gint64 duplicates, gint64 uncounted,
             gint64 untrusted, const gint64 *by_trust)
{
    g_string_append_printf(text,
                           "%s reports=%" G_GINT64_FORMAT " duplicates=%" G_GINT64_FORMAT
                           " uncounted=%" G_GINT64_FORMAT " untrusted=%" G_GINT64_FORMAT,
                           name, reports, duplicates, uncounted, untrusted);
    for (guint i = 0; i < SUMMARY_N_TRUST; i++)
        g_string_append_printf(text, " %" G_GINT64_FORMAT, by_trust[i]);
    g_string_append_c(text, '\n');
}

static void
print_sender(GString *text, const char *name, gint64 reports, gint64 deviating)
{
    g_string_append_printf(text, "%s reports=%" G_GINT64_FORMAT " deviating=%" G_GINT64_FORMAT "\n",
                           name, reports, deviating);
}

static void
print_code(GString *text, const char *name, gint64 reports, gint64 newest, gint64 oldest,
           const char *told)
{
    g_string_append_printf(
        text, "  %s reports=%" G_GINT64_FORMAT " r%" G_GINT64_FORMAT " r%" G_GINT64_FORMAT " %s\n",
        name, reports, newest, oldest, told);
}

static gboolean
print_hand_code(gpointer name, gpointer data, gpointer text)
{
    const Code *code = data;
    print_code(text, name, code->reports, code->newest, code->oldest, code->told);
    return FALSE;
}

static gboolean
print_hand_sender(gpointer name, gpointer data, gpointer text)
{
    Sender *sender = data;
    print_sender(text, name, sender->reports, sender->deviating);
    g_tree_foreach(sender->codes, print_hand_code, text);
    return FALSE;
}

static char *
by_hand(Store *store, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    const Domain none = {0};
    Hand hand = {.senders = g_tree_new_full(by_text, NULL, g_free, sender_free),
                 .domains = g_tree_new_full(by_text, NULL, g_free, g_free)};
    store_each_report(store, query, 0, count_row, &hand, &error);
    g_assert_no_error(error);
    g_tree_foreach(hand.senders, print_hand_sender, text);
    for (guint i = 0; i < G_N_ELEMENTS(domains); i++) {
        const Domain *domain = g_tree_lookup(hand.domains, domains[i]);
        if (domain == NULL || (query->domain != NULL && strcmp(query->domain, domains[i]) != 0))
            domain = &none;
        print_domain(text, domains[i], domain->reports, domain->duplicates, domain->uncounted,
                     domain->untrusted, domain->by_trust);
    }
    g_tree_destroy(hand.senders);
    g_tree_destroy(hand.domains);
    return g_string_free(text, FALSE);
}

static int
by_sender(gconstpointer a, gconstpointer b)
{
    return strcmp(((const ConformitySender *)a)->sender, ((const ConformitySender *)b)->sender);
}

static int
by_code(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Deviation *)a)->code, ((const Deviation *)b)->code);
}

static char *
by_rollups(Store *store, const StoreQuery *query)
{
    g_autoptr(GError) error = NULL;
    GString *text = g_string_new(NULL);
    g_autoptr(Conformity) conformity = conformity_make(store, query, &error);
    g_assert_no_error(error);
    g_autoptr(Quality) quality = quality_make(store, query, &error);
    g_assert_no_error(error);
    g_autoptr(GArray) sorted = g_array_copy((GArray *)(guintptr)conformity_senders(conformity));
    g_array_sort(sorted, by_sender);
    for (guint i = 0; i < sorted->len; i++) {
        const ConformitySender *sender = &g_array_index(sorted, ConformitySender, i);
        print_sender(text, sender->sender, sender->reports, sender->deviating);
        g_array_sort(sender->deviations, by_code);
        for (guint j = 0; j < sender->deviations->len; j++) {
            const Deviation *each = &g_array_index(sender->deviations, Deviation, j);
            g_autofree char *told = told_of(each->clause, each->pointer, each->fact);
            print_code(text, each->code, each->reports, each->newest, each->oldest, told);
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(domains); i++) {
        const QualityDomain *domain = quality_domain(quality, domains[i]);
        print_domain(text, domains[i], domain->reports, domain->duplicates, domain->uncounted,
                     domain->untrusted, domain->by_trust);
    }
    return g_string_free(text, FALSE);
}

static void
assert_query(Store *store, const StoreQuery *query)
{
    g_autofree char *hand = by_hand(store, query);
    g_autofree char *rollups = by_rollups(store, query);
    fixture_assert_same(rollups, hand);
}

/* Of every domain and sender, over all days, one, and some. */
static void
assert_all(Store *store)
{
    static const gint32 days[][2] = {{G_MININT32, G_MAXINT32},
                                     {DAY0_NUMBER + 1, DAY0_NUMBER + 1},
                                     {DAY0_NUMBER + 1, DAY0_NUMBER + 2},
                                     {DAY0_NUMBER + 100, G_MAXINT32}};
    StoreQuery query;
    store_query_init(&query);
    for (guint i = 0; i < G_N_ELEMENTS(days); i++) {
        query.since_day = days[i][0];
        query.until_day = days[i][1];
        for (guint d = 0; d <= G_N_ELEMENTS(domains); d++) {
            query.domain = d == 0 ? NULL : domains[d - 1];
            for (guint s = 0; s <= G_N_ELEMENTS(senders); s++) {
                query.sender = s == 0 ? NULL : senders[s - 1];
                assert_query(store, &query);
            }
        }
    }
    query.domain = "unknown.example";
    assert_query(store, &query);
}

/* ---- what comes in -------------------------------------------------------------------------- */

static guint32
below(GRand *chance, gint32 n)
{
    return (guint32)g_rand_int_range(chance, 0, n);
}

/* One domain, several, one twice, or none. */
static void
append_entry(GString *text, GRand *chance)
{
    static const char *const lists[] = {
        "a.example", "a.example",           "b.example", "c.example",
        "-",         "a.example,b.example", "c.example", "c.example,a.example,c.example"};
    static const char *const types[] = {"sts", "sts", "tlsa", "no-policy-found"};
    g_string_append_printf(
        text, "entry %s %s %u 1 testing:%u\n", types[below(chance, G_N_ELEMENTS(types))],
        lists[below(chance, G_N_ELEMENTS(lists))], below(chance, 3), below(chance, 2));
}

/* Few claims and few contents, so that many are copies. */
static char *
any_report(GRand *chance)
{
    static const char *const contacts[] = {"", "contact t@google.com\n", "contact x@x.example\n"};
    GString *text = g_string_new(NULL);
    guint claim = below(chance, 40), day = claim % DAYS;
    GRand *shape = g_rand_new_with_seed(claim * 3 + below(chance, 3));
    g_string_append_printf(text, "org %s\nid r-%u\nstart %" G_GINT64_FORMAT "\n%s",
                           senders[claim % 2], claim, DAY0 + (gint64)day * 86400,
                           contacts[below(shape, G_N_ELEMENTS(contacts))]);
    for (guint entries = below(shape, 4) + (claim > 2); entries > 0; entries--)
        append_entry(text, shape);
    for (guint findings = below(shape, 4); findings > 0; findings--)
        g_string_append_printf(text, "finding odd-%u /policies/%u\n", below(shape, 3),
                               below(shape, 9));
    g_rand_free(shape);
    return g_string_free(text, FALSE);
}

static void
put_any(Store *store, GRand *chance, guint n)
{
    static const char *const vouched[] = {"google.com", "x.example"};
    for (guint i = 0; i < n; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = any_report(chance);
        Trust trust = (Trust)below(chance, SUMMARY_N_TRUST);
        StorePut put;
        gint64 id;
        fixture_try(store, text, trust, trust == TRUST_VERIFIED ? vouched[below(chance, 2)] : NULL,
                    &put, &id, &error);
        g_assert_no_error(error);
    }
}

static gint64
uncounted(Store *store)
{
    StoreCounts counts = fixture_counts(store);
    g_assert_cmpint(counts.duplicates_seen, >, 10);
    return counts.uncounted;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
test_same(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    guint rounds = fixture_server() != NULL ? 2 : 6;
    Store *store = fixture->store;
    for (guint seed = 1; seed <= rounds; seed++) {
        GRand *chance = g_rand_new_with_seed(seed);
        for (guint groups = 0; groups < 5; groups++) {
            fixture_begin(store);
            put_any(store, chance, 1 + below(chance, 60));
            fixture_commit(store);
            assert_all(store);
        }
        g_rand_free(chance);
    }
    g_assert_cmpint(uncounted(store), >, 10);
    fixture_assert_rebuild_same(store);
    assert_all(store);
}

/* Reports that cannot be read any more are copies that do not count. */
static Report *
decode_some(gpointer data, GBytes *raw, const char *hint_domain)
{
    gsize length;
    const char *text = g_bytes_get_data(raw, &length);
    return g_strstr_len(text, (gssize)length, "odd-1") != NULL
               ? NULL
               : fixture_decode(data, raw, hint_domain);
}

static void
test_unreadable(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 reports, failed;
    Store *store = fixture->store;
    GRand *chance = g_rand_new_with_seed(7);
    fixture_begin(store);
    put_any(store, chance, 120);
    fixture_commit(store);
    store_set_decoder(store, decode_some, NULL);
    for (guint again = 0; again < 2; again++) {
        store_rebuild(store, &reports, &failed, &error);
        g_assert_no_error(error);
        g_assert_cmpint(failed, >, 5);
        assert_all(store);
    }
    store_set_decoder(store, fixture_decode, NULL);
    store_rebuild(store, &reports, &failed, &error);
    g_assert_no_error(error);
    g_assert_cmpint(failed, ==, 0);
    assert_all(store);
    g_rand_free(chance);
}

/* A store of the version before has neither table: the next one fills them. */
static void
test_filled(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    gint64 reports, failed;
    GRand *chance = g_rand_new_with_seed(3);
    Store *store = fixture->store;
    fixture_begin(store);
    put_any(store, chance, 150);
    fixture_commit(store);
    store_set_decoder(store, decode_some, NULL);
    store_rebuild(store, &reports, &failed, &error);
    g_assert_no_error(error);
    g_autofree char *before = fixture_oddities(store);
    store->driver->begin(store->connection, TRUE, &error);
    store->driver->exec(store->connection,
                        "DROP TABLE daily_copy; DROP TABLE daily_deviation;"
                        "DELETE FROM name WHERE text LIKE '%odd-%'",
                        &error);
    g_assert_no_error(error);
    store->driver->set_version(store->connection, 5, &error);
    store->driver->commit(store->connection, &error);
    g_assert_no_error(error);
    store_close(store);
    fixture->store = store = fixture_another(fixture);
    g_autofree char *after = fixture_oddities(store);
    fixture_assert_same(after, before);
    assert_all(store);
    fixture_assert_keys(store);
    fixture_begin(store);
    put_any(store, chance, 60);
    fixture_commit(store);
    assert_all(store);
    g_rand_free(chance);
}

/* Where the newest report of a deviation has gone by hand, that is said. */
static void
test_gone(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    StoreQuery all;
    store_query_init(&all);
    fixture_put(fixture->store,
                "org Org\nid r-1\nstart 1700006400\nentry sts a.example 1 0 -\n"
                "finding odd-1 /policies\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    fixture->store->driver->exec(fixture->store->connection, "DELETE FROM report", &error);
    g_assert_no_error(error);
    g_autoptr(Conformity) conformity = conformity_make(fixture->store, &all, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(conformity_senders(conformity)->len, ==, 1);
    const ConformitySender *sender =
        &g_array_index(conformity_senders(conformity), ConformitySender, 0);
    const Deviation *deviation = &g_array_index(sender->deviations, Deviation, 0);
    g_assert_cmpstr(deviation->code, ==, "odd-1");
    g_assert_cmpint(deviation->reports, ==, 1);
    g_assert_cmpstr(deviation->fact, ==, "the report that has it is not kept any more");
}

/* An ordinary report writes no row beside its totals and failures; an odd one does. */
static void
test_sparse(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_put(fixture->store,
                "org Org\nid r-1\nstart 1700006400\nentry sts a.example 1 1 testing:1\n"
                "fail mx1.a.example certificate-expired - 1\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *none = fixture_oddities(fixture->store);
    g_assert_cmpstr(none, ==, "");
    fixture_put(fixture->store,
                "org Org\nid r-2\nstart 1700006400\nentry sts a.example,b.example 1 0 testing:1\n"
                "entry tlsa a.example 1 0 -\nfinding z /\nfinding y /\nfinding z /\n",
                TRUST_LOCAL, NULL, STORE_NEW);
    g_autofree char *odd = fixture_oddities(fixture->store);
    g_assert_cmpstr(odd, ==,
                    "C|19676||Org|local|0|0|1|0\n"
                    "C|19676|a.example|Org|local|0|0|1|0\n"
                    "D|19676||Org|y z|0|1|2|2\n"
                    "D|19676|a.example|Org|y z|1|0|2|2\n"
                    "D|19676|b.example|Org|y z|1|0|2|2\n");
}

int
main(int argc, char **argv)
{
    static const FixtureTest tests[] = {
        {"/quality/same", test_same},     {"/quality/unreadable", test_unreadable},
        {"/quality/filled", test_filled}, {"/quality/gone", test_gone},
        {"/quality/sparse", test_sparse},
    };
    g_test_init(&argc, &argv, NULL);
    fixture_add(tests, G_N_ELEMENTS(tests), fixture_open);
    return g_test_run();
}
