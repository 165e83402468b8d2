/* check without a network: the two TXT records, their history, and what is advised instead. */
#include "check/advice.h"
#include "test_check_look.h"

/* Replaces what stands at _smtp._tls. */
static MapResolver *
with_tlsrpt(const char *first, const char *second)
{
    MapResolver *map = good_map();
    g_hash_table_remove(map->answers, "_smtp._tls." DOMAIN " TXT");
    if (first != NULL)
        map_txt(map, "_smtp._tls." DOMAIN, first);
    if (second != NULL)
        map_txt(map, "_smtp._tls." DOMAIN, second);
    return map;
}

static void
test_tlsrpt(void)
{
    expect(with_tlsrpt(NULL, NULL), "sts-dns-missing tlsrpt-missing");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:r@b.example", "v=TLSRPTv1;rua=mailto:s@b.example"),
           "sts-dns-missing tlsrpt-multiple");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:r@b.example", "hello"),
           "sts-dns-missing tlsrpt-unrelated");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:r@b.example", "v=TLSRPTv1 ; rua=mailto:r@b.example"),
           "sts-dns-missing tlsrpt-unrelated");
    expect(with_tlsrpt("hello", NULL), "sts-dns-missing tlsrpt-missing tlsrpt-unrelated");
    expect(with_tlsrpt("v=spf1 -all", NULL), "sts-dns-missing tlsrpt-spf-wildcard");
    expect(with_tlsrpt("v=tlsrptv1; rua=mailto:r@b.example", NULL),
           "sts-dns-missing tlsrpt-syntax");
    expect(with_tlsrpt("v=TLSRPTv1 ;rua=mailto:r@b.example", NULL),
           "sts-dns-missing tlsrpt-version-space");
    expect(with_tlsrpt("v=TLSRPTv1;| rua=mailto:r@b.example", NULL), "sts-dns-missing");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:rep|orts@b.example", NULL),
           "sts-dns-missing tlsrpt-txt-split");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:r@a.example", NULL),
           "sts-dns-missing tlsrpt-mailto-self");
    expect(with_tlsrpt("v=TLSRPTv1; rua=mailto:r@c.example", NULL),
           "sts-dns-missing tlsrpt-mailto-domain");
    expect(with_tlsrpt("v=TLSRPTv1; rua=https://c.example/", NULL),
           "sts-dns-missing tlsrpt-https-host");
    MapResolver *map = with_tlsrpt("v=TLSRPTv1; rua=mailto:r@c.example", NULL);
    map_mx(map, "c.example", 0, "");
    expect(map, "sts-dns-missing tlsrpt-mailto-domain");
    map = with_tlsrpt(NULL, NULL);
    map_txt(map, DOMAIN, "v=TLSRPTv1; rua=mailto:r@b.example");
    expect(map, "sts-dns-missing tlsrpt-wrong-place");
}

static MapResolver *
with_sts(const char *text)
{
    MapResolver *map = good_map();
    map_txt(map, "_mta-sts." DOMAIN, text);
    return map;
}

static void
test_sts_record(void)
{
    expect(with_sts("v=STSv1; id=1"), "sts-https-dns");
    expect(with_sts("v=STSv1; id=1-2"), "sts-dns-bad-id sts-https-dns");
    expect(with_sts("v=STSv1; x=y"), "sts-dns-no-id sts-dns-unknown-tag sts-https-dns");
    MapResolver *map = with_sts("v=STSv1; id=1");
    map_txt(map, "_mta-sts." DOMAIN, "v=STSv1; id=2");
    expect(map, "sts-dns-multiple sts-https-dns");
    map = with_sts("v=STSv1; id=1");
    map_answer(map, "_mta-sts." DOMAIN, DNS_TXT, ANSWER_DATA)->ttl = 86401;
    map_answer(map, "_mta-sts." DOMAIN, DNS_TXT, ANSWER_DATA)->canonical = g_strdup("c.example");
    expect(map, "sts-dns-cname sts-dns-ttl sts-https-dns");
    map = good_map();
    map_txt(map, DOMAIN, "v=STSv1; id=1");
    expect(map, "sts-dns-wrong-place");
    map = with_sts("v=STSv1; id=1");
    g_hash_table_remove(map->answers, "_smtp._tls." DOMAIN " TXT");
    expect(map, "rollout-tlsrpt-first sts-https-dns tlsrpt-missing");
}

#define POLICY(mode) "version: STSv1\nmode: " mode "\nmx: mx.a.example\nmax_age: 604800\n"

static void
test_removed(void)
{
    g_autoptr(CheckPast) past = check_past_new();
    check_past_add(past, NOW - 86400, NULL, NULL);
    check_past_add(past, NOW - 2 * 86400, "1", POLICY("enforce"));
    g_autoptr(CheckRun) run = look(good_map(), past);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "rollout-removed sts-dns-missing");

    g_autoptr(CheckPast) gone = check_past_new();
    check_past_add(gone, NOW - 8 * 86400, "1", POLICY("enforce"));
    g_autoptr(CheckRun) later = look(good_map(), gone);
    g_autofree char *later_ids = ids_of(later);
    g_assert_cmpstr(later_ids, ==, "sts-dns-missing");
}

static void
check_quiet(gint32 newest, gint32 since, const char *wanted)
{
    g_autoptr(CheckPast) past = check_past_new();
    past->reports_asked = TRUE;
    past->quiet_days = 7;
    past->newest_report_day = newest;
    past->store_since_day = since;
    g_autoptr(CheckRun) run = look(good_map(), past);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, wanted);
}

/* A mailbox that nobody reads: nothing came for longer than quiet-days. */
static void
test_no_reports(void)
{
    check_quiet(19993, 19000, "sts-dns-missing");
    check_quiet(19992, 19000, "sts-dns-missing tlsrpt-no-reports");
    check_quiet(-1, 19000, "sts-dns-missing tlsrpt-no-reports");
    check_quiet(-1, 19999, "sts-dns-missing");
    check_quiet(-1, -1, "sts-dns-missing");
}

static void
test_advice(void)
{
    g_autoptr(CheckRun) run = look(good_map(), NULL);
    g_autofree char *policy = advice_policy(run, STS_MODE_TESTING, 86400);
    g_assert_cmpstr(policy, ==,
                    "version: STSv1\nmode: testing\nmx: mx.a.example\nmax_age: 86400\n");
    g_autofree char *record = advice_sts_record(run, NOW);
    g_assert_cmpstr(record, ==, "_mta-sts.a.example. IN TXT \"v=STSv1; id=20241004T010000Z;\"");
    char uri[] = "https://c.example/x";
    char *uris[] = {uri, NULL};
    g_autofree char *rua = advice_tlsrpt_record(run, uris);
    g_assert_cmpstr(rua, ==,
                    "_smtp._tls.a.example. IN TXT \"v=TLSRPTv1; "
                    "rua=mailto:r@b.example,https://c.example/x\"");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check-records/tlsrpt", test_tlsrpt);
    g_test_add_func("/check-records/sts-record", test_sts_record);
    g_test_add_func("/check-records/removed", test_removed);
    g_test_add_func("/check-records/no-reports", test_no_reports);
    g_test_add_func("/check-records/advice", test_advice);
    return g_test_run();
}
