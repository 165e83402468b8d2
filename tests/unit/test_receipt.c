#include "ingest/receipt.h"

#include "ingest/judged.h"

typedef struct {
    Outcome outcome;
    const char *word;
    int exit_code, exit_code_strict;
    unsigned http_status;
    const char *lmtp;
} Row;

/* What a sender, Postfix and an LMTP client are told. */
static const Row rows[] = {
    {OUTCOME_STORED, "stored", 0, 0, 201, "250 2.0.0"},
    {OUTCOME_DUPLICATE, "duplicate", 0, 0, 200, "250 2.0.0"},
    {OUTCOME_DEFECTIVE, "defective", 0, 65, 400, "250 2.0.0"},
    {OUTCOME_FOREIGN, "foreign", 0, 0, 403, "250 2.0.0"},
    {OUTCOME_UNTRUSTED, "untrusted", 0, 0, 403, "250 2.0.0"},
    {OUTCOME_TOO_LARGE, "too-large", 0, 65, 413, "552 5.3.4"},
    {OUTCOME_UNAVAILABLE, "unavailable", 75, 75, 503, "451 4.3.0"},
    {OUTCOME_NOT_POST, "not-post", 64, 64, 405, "502 5.5.1"},
    {OUTCOME_UNKNOWN_PATH, "unknown-path", 64, 64, 404, "550 5.1.1"},
    {OUTCOME_LENGTH_REQUIRED, "length-required", 64, 64, 411, "501 5.5.4"},
};

static void
test_table(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Receipt *receipt = receipt_for(rows[i].outcome);
        g_assert_cmpint(receipt->outcome, ==, rows[i].outcome);
        g_assert_cmpstr(receipt->word, ==, rows[i].word);
        g_assert_cmpint(receipt->exit_code, ==, rows[i].exit_code);
        g_assert_cmpint(receipt->exit_code_strict, ==, rows[i].exit_code_strict);
        g_assert_cmpuint(receipt->http_status, ==, rows[i].http_status);
        g_assert_cmpstr(receipt->lmtp, ==, rows[i].lmtp);
    }
}

/* Postfix bounces a pipe on any code but 0 and 75; a peer must not try again what was kept. */
static void
test_kinds(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Receipt *receipt = receipt_for(rows[i].outcome);
        gboolean again = rows[i].outcome == OUTCOME_UNAVAILABLE;
        gboolean kept = rows[i].outcome < OUTCOME_UNAVAILABLE;
        g_assert_true(again == (receipt->exit_code == 75));
        g_assert_true(again == (receipt->http_status >= 500));
        g_assert_true(again == (receipt->lmtp[0] == '4'));
        g_assert_true(kept == (receipt->exit_code == 0));
    }
}

static void
test_worse(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Outcome outcome = rows[i].outcome;
        g_assert_cmpint(receipt_worse(outcome, outcome), ==, outcome);
        g_assert_cmpint(receipt_worse(OUTCOME_DUPLICATE, outcome), ==, outcome);
        g_assert_cmpint(receipt_worse(OUTCOME_UNAVAILABLE, outcome), ==, OUTCOME_UNAVAILABLE);
        for (guint k = 0; k < G_N_ELEMENTS(rows); k++)
            g_assert_cmpint(receipt_worse(outcome, rows[k].outcome), ==,
                            receipt_worse(rows[k].outcome, outcome));
    }
    g_assert_cmpint(receipt_worse(OUTCOME_STORED, OUTCOME_DEFECTIVE), ==, OUTCOME_DEFECTIVE);
    g_assert_cmpint(receipt_worse(OUTCOME_FOREIGN, OUTCOME_DEFECTIVE), ==, OUTCOME_DEFECTIVE);
}

static void
test_roads(void)
{
    Road road = ROAD_LMTP;
    for (Road r = ROAD_PIPE; r <= ROAD_IMAP; r++) {
        g_assert_true(road_from_name(road_name(r), &road));
        g_assert_cmpint(road, ==, r);
    }
    road = ROAD_LMTP;
    g_assert_false(road_from_name("carrier-pigeon", &road));
    g_assert_false(road_from_name(NULL, &road));
    g_assert_cmpint(road, ==, ROAD_LMTP);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/receipt/table", test_table);
    g_test_add_func("/receipt/kinds", test_kinds);
    g_test_add_func("/receipt/worse", test_worse);
    g_test_add_func("/receipt/roads", test_roads);
    return g_test_run();
}
