/* check without a network: the resolver, silence, and all runs together; each case tells exactly
 * what it should. */
#include "test_check_look.h"

static void
test_table(void)
{
    for (const CheckKind *kind = check_kinds; kind->id != NULL; kind++) {
        g_assert_true(check_kind(kind->id) == kind); /* no id twice */
        g_assert_cmpint(check_stage_of(kind->id), <, CHECK_STAGES);
        g_assert_true(g_str_has_prefix(kind->clause, "RFC "));
        g_assert_true(kind->severity != CHECK_ERROR || *kind->fix != '\0');
    }
}

static void
test_good(void)
{
    expect(good_map(), "sts-dns-missing");
}

static void
test_no_domain(void)
{
    MapResolver *map = map_new();
    expect(map, "dns-nxdomain");
    map = map_new();
    map_answer(map, DOMAIN, DNS_MX, ANSWER_FAILED);
    map_txt(map, "_smtp._tls." DOMAIN, "v=TLSRPTv1; rua=mailto:r@b.example");
    map_mx(map, "b.example", 10, "mx.b.example");
    expect(map, "dns-failed sts-dns-missing");
    map = good_map();
    map_answer(map, "_mta-sts." DOMAIN, DNS_TXT, ANSWER_BOGUS)->problem = g_strdup("bad");
    expect(map, "dns-bogus");
}

static void
test_resolver(void)
{
    MapResolver *map = good_map();
    map_answer(map, ".", DNS_SOA, ANSWER_BOGUS)->problem = g_strdup("no DNSKEY");
    DnsAnswer *answer = map_answer(map, DOMAIN, DNS_MX, ANSWER_DATA);
    answer->status = ANSWER_BOGUS;
    answer->secure = FALSE;
    answer->unvalidated = ANSWER_DATA;
    g_autoptr(CheckRun) run = look(map, NULL);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "dns-resolver-no-dnssec sts-dns-missing");
    g_assert_cmpuint(run->hosts->len, ==, 1);
    g_assert_cmpint(((CheckHost *)run->hosts->pdata[0])->tlsa, ==, TLSA_UNKNOWN);
    g_assert_cmpint(check_exit(check_run_worst(run)), ==, 3);
}

/* A resolver that is down is one thing that could not be tested, not one a question. */
static void
test_silent(void)
{
    MapResolver *map = good_map();
    map_answer(map, ".", DNS_SOA, ANSWER_FAILED);
    DnsAnswer *answer = map_answer(map, DOMAIN, DNS_MX, ANSWER_FAILED);
    answer->status = ANSWER_FAILED;
    map_answer(map, "_mta-sts." DOMAIN, DNS_TXT, ANSWER_FAILED);
    g_autoptr(CheckRun) run = look(map, NULL);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "dns-resolver-silent");
    g_assert_cmpint(check_exit(check_run_worst(run)), ==, 3);
    /* One that only refuses the root works. */
    map = good_map();
    map_answer(map, ".", DNS_SOA, ANSWER_FAILED);
    expect(map, "sts-dns-missing");
}

/* All questions of a domain have one time together; what was not asked accuses nobody. */
static void
test_slow(void)
{
    g_autoptr(CheckOptions) options = options_new();
    options->dns_ms = 20;
    MapResolver *map = good_map();
    map->delay_ms = 15;
    g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "dns-slow");
    g_assert_cmpint(check_exit(check_run_worst(run)), ==, 3);
    resolver_free(&map->base);
}

/* Wherever the DNS falls silent, nobody is accused of lacking what was not answered. */
static void
test_silent_from(void)
{
    static const char *const allowed[] = {
        "dns-failed",        "dns-slow",           "mx-ns-untested", "dane-tlsa-servfail",
        "sts-https-connect", "sts-https-untested", "mx-ptr",         NULL};
    guint asked = 2;
    for (guint n = 2; n <= asked; n++) {
        g_autoptr(CheckOptions) options = options_new();
        options->dns_ms = 2;
        options->ca_file = g_strdup("/dev/null"); /* spare reading all CAs each time */
        options->all_ns = options->ptr = TRUE;
        g_assert_true(check_options_connect_to(options, "::127.0.0.1:1"));
        MapResolver *map = good_map();
        map->silent_after = n;
        map_txt(map, "_mta-sts." DOMAIN, "v=STSv1; id=1");
        map_address(map, "mta-sts." DOMAIN, "192.0.2.2");
        g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
        asked = MAX(asked, map->asked);
        resolver_free(&map->base);
        g_autofree char *ids = ids_of(run);
        g_auto(GStrv) words = g_strsplit(ids, " ", -1);
        for (char **id = words; *id != NULL; id++) {
            if (!g_strv_contains(allowed, *id))
                g_test_message("after %u answers: %s", n, ids), g_test_fail();
        }
    }
    g_assert_cmpuint(asked, >, 8);
}

static CheckRun *
probed(Reach reach)
{
    CheckRun *run = look(good_map(), NULL);
    CheckProbe *probe = check_probe_new();
    check_probe_add(probe, "192.0.2.1")->reach = reach;
    g_ptr_array_add(run->probes, probe);
    if (reach != REACH_REACHED)
        check_findings_add(run->stages[STAGE_SMTP].findings, "smtp-connect", "mx.a.example", "x");
    return run;
}

static void
check_settled(Reach first, Reach second, const char *id)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func((GDestroyNotify)check_run_free);
    g_ptr_array_add(runs, probed(first));
    g_ptr_array_add(runs, probed(second));
    check_runs_settle(runs);
    const CheckRun *run = runs->pdata[0];
    const GPtrArray *findings = run->stages[STAGE_SMTP].findings;
    g_assert_cmpuint(findings->len, ==, 1);
    g_assert_cmpstr(((CheckFinding *)findings->pdata[0])->kind->id, ==, id);
    g_assert_cmpint(check_exit(check_run_worst(run)), ==, 3); /* never a pass */
}

static void
test_blocked(void)
{
    check_settled(REACH_NO_ANSWER, REACH_NO_ANSWER, "smtp-blocked");
    check_settled(REACH_NO_ANSWER, REACH_REACHED, "smtp-connect");
    check_settled(REACH_NO_ANSWER, REACH_REFUSED, "smtp-connect");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check/table", test_table);
    g_test_add_func("/check/good", test_good);
    g_test_add_func("/check/no-domain", test_no_domain);
    g_test_add_func("/check/resolver", test_resolver);
    g_test_add_func("/check/silent", test_silent);
    g_test_add_func("/check/slow", test_slow);
    g_test_add_func("/check/silent-from", test_silent_from);
    g_test_add_func("/check/blocked", test_blocked);
    return g_test_run();
}
