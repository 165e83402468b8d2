/* Which copies of one claimed report count does not depend on the order in which they come
 * (DESIGN 5.4), but for equals, of which the first counts. */
#include "test_store_fixture.h"

/* One copy as it may come in; all claim the same report. */
typedef struct {
    const char *contact; /* line, or "" */
    int content;         /* equal numbers are equal content */
    Trust trust;
    const char *authenticated_by;
    const char *sender_domain; /* what shall be worked out of the above */
} Kind;

static const Kind kinds[] = {
    {"contact tls@google.com\n", 1, TRUST_UNAUTHENTICATED, NULL, "google.com"},
    {"contact tls@google.com\n", 1, TRUST_UNVERIFIED, NULL, "google.com"},
    {"contact tls@google.com\n", 1, TRUST_VERIFIED, "google.com", "google.com"},
    {"contact tls@google.com\n", 1, TRUST_LOCAL, NULL, "google.com"},
    {"contact tls@google.com\n", 2, TRUST_UNAUTHENTICATED, NULL, "google.com"},
    {"contact tls@google.com\n", 2, TRUST_VERIFIED, "mail.google.com", "google.com"},
    {"contact tls@google.com\n", 3, TRUST_VERIFIED, "evil.example", "evil.example"},
    {"contact x@evil.example\n", 4, TRUST_UNVERIFIED, NULL, "evil.example"},
    {"", 5, TRUST_UNVERIFIED, NULL, ""},
};

/* What the rule, written down a second time and plainly, says of a row of arrivals. */
typedef struct {
    const Kind *kind;
    guint id;
    guint times;
    gboolean counted;
    guint instead;
} Kept;

static guint
keep(Kept *kept, guint n, const Kind *kind)
{
    for (guint i = 0; i < n; i++) {
        if (kept[i].kind->content != kind->content)
            continue;
        kept[i].times++;
        if (trust_rank(kind->trust) > trust_rank(kept[i].kind->trust))
            kept[i].kind = kind;
        return n;
    }
    kept[n] = (Kept){.kind = kind, .id = n, .times = 1};
    return n + 1;
}

static gboolean
conflict(const Kind *a, const Kind *b)
{
    return *a->sender_domain == '\0' || *b->sender_domain == '\0' ||
           strcmp(a->sender_domain, b->sender_domain) == 0;
}

static void
decide(Kept *kept, guint n)
{
    for (int rank = 2; rank >= 0; rank--) {
        for (guint i = 0; i < n; i++) {
            if (trust_rank(kept[i].kind->trust) != rank)
                continue;
            kept[i].counted = TRUE;
            for (int above = 2; above >= rank && kept[i].counted; above--) {
                for (guint j = 0; j < n && kept[i].counted; j++) {
                    if (j == i || !kept[j].counted || trust_rank(kept[j].kind->trust) != above ||
                        (above == rank && j > i))
                        continue;
                    if (conflict(kept[i].kind, kept[j].kind)) {
                        kept[i].counted = FALSE;
                        kept[i].instead = j;
                    }
                }
            }
        }
    }
}

typedef struct {
    Store *store;    /* the one under test */
    Store *expected; /* gets what counts, each under a claim of its own */
    guint day;       /* each order of arrival gets a day, and so claims of its own */
    guint claims;
} Orders;

static char *
text_of(const Kind *kind, guint day, const char *id)
{
    return g_strdup_printf("org Google Inc.\nid %s\nstart %" G_GINT64_FORMAT "\n%s"
                           "entry sts a.example %d 1 testing:1\n"
                           "fail mx1.a.example certificate-expired - 1\n"
                           "finding odd-%d /policies\n",
                           id, DAY0 + (gint64)day * 86400, kind->contact, kind->content * 100,
                           kind->content % 2);
}

static gboolean
keep_row(gpointer data, const StoreReportRow *row)
{
    g_string_append_printf(data, "%s:%d:%" G_GINT64_FORMAT ":%d ", trust_name(row->trust),
                           row->counted, row->times_seen,
                           row->counted_instead != 0 ? (int)(row->id - row->counted_instead) : 0);
    return TRUE;
}

static void
check_order(Orders *orders, const Kind *const *arrivals, guint n)
{
    Kept kept[G_N_ELEMENTS(kinds)];
    guint n_kept = 0;
    StoreQuery day;
    GString *rows = g_string_new(NULL), *expected_rows = g_string_new(NULL);

    for (guint i = 0; i < n; i++) {
        g_autofree char *text = text_of(arrivals[i], orders->day, "claimed");
        guint before = n_kept;
        StorePut put;
        gint64 id;
        n_kept = keep(kept, n_kept, arrivals[i]);
        g_assert_true(fixture_try(orders->store, text, arrivals[i]->trust,
                                  arrivals[i]->authenticated_by, &put, &id, NULL));
        g_assert_cmpint(put == STORE_DUPLICATE, ==, n_kept == before);
    }
    decide(kept, n_kept);
    for (guint i = 0; i < n_kept; i++) {
        const Kind *kind = kept[i].kind;
        g_autofree char *id = g_strdup_printf("own-%u", orders->claims++);
        g_autofree char *text = text_of(kind, orders->day, id);
        if (kept[i].counted)
            fixture_put_in(orders->expected, text, kind->trust, kind->authenticated_by, STORE_NEW);
    }
    for (guint i = n_kept; i > 0; i--)
        g_string_append_printf(
            expected_rows, "%s:%d:%u:%d ", trust_name(kept[i - 1].kind->trust), kept[i - 1].counted,
            kept[i - 1].times,
            kept[i - 1].counted ? 0 : (int)kept[i - 1].id - (int)kept[kept[i - 1].instead].id);
    store_query_init(&day);
    day.since_day = day.until_day = DAY0_NUMBER + (gint32)orders->day;
    g_assert_true(store_each_report(orders->store, &day, 0, keep_row, rows, NULL));
    g_assert_cmpstr(rows->str, ==, expected_rows->str);
    g_autofree char *rollups = fixture_rollups(orders->store, &day);
    g_autofree char *expected = fixture_rollups(orders->expected, &day);
    g_assert_cmpstr(rollups, ==, expected);
    g_string_free(rows, TRUE);
    g_string_free(expected_rows, TRUE);
    orders->day++;
}

static void
orders_open(Orders *orders)
{
    g_autofree char *uri = fixture_server() != NULL ? fixture_schema() : g_strdup(":memory:");
    g_autofree char *expected = fixture_server() != NULL ? fixture_schema() : g_strdup(":memory:");
    orders->store = store_open(uri, STORE_WRITE, 0, NULL);
    orders->expected = store_open(expected, STORE_WRITE, 0, NULL);
    store_set_decoder(orders->store, fixture_decode, NULL);
    fixture_begin(orders->store);
    fixture_begin(orders->expected);
}

static void
orders_close(Orders *orders)
{
    fixture_commit(orders->store);
    fixture_commit(orders->expected);
    fixture_assert_rebuild_same(orders->store);
    store_close(orders->store);
    store_close(orders->expected);
}

/* All orders of all subsets of up to MOST kinds. */
static void
walk_orders(Orders *orders, const Kind **arrivals, guint n, guint used, guint most)
{
    if (n > 0)
        check_order(orders, arrivals, n);
    if (orders->day % 200 == 199) { /* small stores are read faster */
        orders_close(orders);
        orders_open(orders);
    }
    for (guint i = 0; n < most && i < G_N_ELEMENTS(kinds); i++) {
        if ((used & (1u << i)) != 0)
            continue;
        arrivals[n] = &kinds[i];
        walk_orders(orders, arrivals, n + 1, used | (1u << i), most);
    }
}

static void
test_orders(void)
{
    const Kind *arrivals[G_N_ELEMENTS(kinds)];
    Orders orders = {0};
    orders_open(&orders);
    guint most = fixture_server() != NULL ? 3 : 4; /* the rule is the same code on both */
    walk_orders(&orders, arrivals, 0, 0, most);
    orders_close(&orders);
    g_test_message("%u orders of arrival", orders.day);
    g_assert_cmpuint(orders.day, ==, 9 + 72 + 504 + (most == 4 ? 3024 : 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/identity/orders", test_orders);
    return g_test_run();
}
