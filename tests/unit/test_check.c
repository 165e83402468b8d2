/* check without a network: DNS, records, history; each case tells exactly what it should. */
#include "check/check.h"

#include <gio/gio.h>
#include <string.h>

#include "check/advice.h"
#include "check/rdata.h"
#include "test_check_map.h"

#define DOMAIN "a.example"
#define NOW    (20000 * 86400 + 3600)

static CheckOptions *
options_new(void)
{
    CheckOptions *options = check_options_new();
    options->now = NOW;
    options->smtp = FALSE;
    return options;
}

/* A domain with which nothing is wrong but what a test adds. */
static MapResolver *
good_map(void)
{
    MapResolver *map = map_new();
    map_mx(map, DOMAIN, 10, "mx.a.example");
    map_address(map, "mx.a.example", "192.0.2.1");
    map_address(map, "mx.a.example", "2001:db8::1");
    map_tlsa(map, "_25._tcp.mx.a.example");
    map_txt(map, "_smtp._tls.mx.a.example", "v=TLSRPTv1; rua=mailto:r@b.example");
    map_txt(map, "_smtp._tls." DOMAIN, "v=TLSRPTv1; rua=mailto:r@b.example");
    map_mx(map, "b.example", 10, "mx.b.example");
    return map;
}

static int
by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of all findings, sorted, each once. */
static char *
ids_of(const CheckRun *run)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++)
            g_ptr_array_add(ids,
                            (gpointer)((CheckFinding *)g_ptr_array_index(findings, i))->kind->id);
    }
    g_ptr_array_sort(ids, by_text);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++) {
        if (i == 0 || strcmp(ids->pdata[i], ids->pdata[i - 1]) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
                                   (const char *)ids->pdata[i]);
    }
    return g_string_free(text, FALSE);
}

static CheckRun *
look(MapResolver *map, const CheckPast *past)
{
    g_autoptr(CheckOptions) options = options_new();
    CheckRun *run = check_domain(options, &map->base, past, DOMAIN);
    resolver_free(&map->base);
    return run;
}

static void
expect(MapResolver *map, const char *wanted)
{
    g_autoptr(CheckRun) run = look(map, NULL);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, wanted);
}

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

static void
test_mx(void)
{
    MapResolver *map = good_map();
    map_mx(map, DOMAIN, 20, "mx.a.example");
    map_mx(map, DOMAIN, 30, "192.0.2.9");
    map_mx(map, DOMAIN, 40, "b@d.example");
    expect(map, "mx-bad-name mx-duplicate mx-ip-literal sts-dns-missing");

    map = good_map();
    map_mx(map, DOMAIN, 20, "old.a.example");
    map_address(map, "old.a.example", "10.1.2.3");
    map_answer(map, "old.a.example", DNS_A, ANSWER_DATA)->canonical = g_strdup("new.a.example");
    expect(map, "dane-partial mx-cname mx-no-ipv6 mx-private-address sts-dns-missing");

    map = good_map();
    map_mx(map, DOMAIN, 20, "gone.a.example");
    expect(map, "mx-no-address sts-dns-missing");

    map = map_new();
    map_txt(map, "_smtp._tls." DOMAIN, "v=TLSRPTv1; rua=mailto:r@b.example");
    map_mx(map, "b.example", 10, "mx.b.example");
    map_address(map, DOMAIN, "192.0.2.1");
    map_address(map, DOMAIN, "2001:db8::1");
    expect(map, "dane-none mx-missing sts-dns-missing");
}

/* A domain with name servers ns1 and ns2, of which ns2 says SECOND, as a map or NULL for nothing.
 */
static void
expect_servers(MapResolver *second, const char *wanted, const char *fact)
{
    g_autoptr(CheckOptions) options = options_new();
    options->all_ns = TRUE;
    MapResolver *map = good_map(), *first = map_new();
    map_name(map, DOMAIN, DNS_NS, "NS1.b.example");
    map_name(map, DOMAIN, DNS_NS, "ns2.b.example");
    map_address(map, "ns1.b.example", "192.0.2.53");
    map_address(map, "ns2.b.example", "2001:db8::53");
    map_mx(first, DOMAIN, 20, "MX2.a.example");
    map_mx(first, DOMAIN, 10, "mx.a.example");
    g_hash_table_insert(map->servers, g_strdup("192.0.2.53@53"), first);
    if (second != NULL)
        g_hash_table_insert(map->servers, g_strdup("2001:db8::53@5300"), second);
    g_assert_true(check_options_connect_to(options, "ns2.b.example:53::5300"));
    g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, wanted);
    const GPtrArray *findings = run->stages[STAGE_DNS].findings;
    g_assert_cmpuint(findings->len, ==, fact != NULL);
    if (fact != NULL)
        g_assert_cmpstr(((CheckFinding *)findings->pdata[0])->fact, ==, fact);
    resolver_free(&map->base);
}

static void
test_name_servers(void)
{
    MapResolver *same = map_new(), *other = map_new(), *none = map_new();
    map_mx(same, DOMAIN, 10, "mx.a.example");
    map_mx(same, DOMAIN, 20, "mx2.A.example");
    expect_servers(same, "sts-dns-missing", NULL);
    map_mx(other, DOMAIN, 10, "old.a.example");
    expect_servers(other, "mx-ns-differs sts-dns-missing",
                   "\"10 mx.a.example, 20 mx2.a.example\" at ns1.b.example [192.0.2.53]; "
                   "\"10 old.a.example\" at ns2.b.example [2001:db8::53]");
    map_txt(none, DOMAIN, "x");
    expect_servers(none, "mx-ns-differs sts-dns-missing",
                   "\"10 mx.a.example, 20 mx2.a.example\" at ns1.b.example [192.0.2.53]; "
                   "\"no MX record\" at ns2.b.example [2001:db8::53]");
    /* Who is silent does not differ; it is told, and is no pass. */
    expect_servers(NULL, "mx-ns-untested sts-dns-missing",
                   "no answer from ns2.b.example [2001:db8::53]");
}

/* A domain inside of a zone is served by the name servers of that zone. */
static void
test_name_servers_above(void)
{
    g_autoptr(CheckOptions) options = options_new();
    options->all_ns = TRUE;
    MapResolver *map = good_map(), *server = map_new();
    map_name(map, "example", DNS_NS, "ns.b.example");
    map_address(map, "ns.b.example", "192.0.2.53");
    map_mx(server, DOMAIN, 10, "mx.a.example");
    g_hash_table_insert(map->servers, g_strdup("192.0.2.53@53"), server);
    g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "sts-dns-missing");
    resolver_free(&map->base);
}

static void
expect_names(MapResolver *map, const char *wanted)
{
    g_autoptr(CheckOptions) options = options_new();
    options->ptr = TRUE;
    g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, wanted);
    resolver_free(&map->base);
}

#define REVERSE_4 "1.2.0.192.in-addr.arpa"
#define REVERSE_6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

static void
test_names(void)
{
    expect_names(good_map(), "mx-ptr sts-dns-missing");
    MapResolver *map = good_map();
    map_name(map, REVERSE_4, DNS_PTR, "out.a.example");
    map_name(map, REVERSE_4, DNS_PTR, "mx.a.example");
    map_name(map, REVERSE_6, DNS_PTR, "mx.a.example");
    expect_names(map, "sts-dns-missing");
    map = good_map();
    map_name(map, REVERSE_4, DNS_PTR, "mx.a.example");
    map_name(map, REVERSE_6, DNS_PTR, "other.a.example");
    map_address(map, "other.a.example", "2001:db8::2");
    expect_names(map, "mx-fcrdns sts-dns-missing");
    /* A name that cannot be asked for is not said to be wrong. */
    map = good_map();
    map_name(map, REVERSE_4, DNS_PTR, "mx.a.example");
    map_name(map, REVERSE_6, DNS_PTR, "other.a.example");
    map_answer(map, "other.a.example", DNS_AAAA, ANSWER_FAILED);
    expect_names(map, "dns-failed sts-dns-missing");
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

static void
test_null_mx(void)
{
    MapResolver *map = map_new();
    map_mx(map, DOMAIN, 0, "");
    expect(map, "mx-null mx-null-no-addr");
    map = map_new();
    map_mx(map, DOMAIN, 0, "");
    map_address(map, DOMAIN, "192.0.2.1");
    map_txt(map, "_mta-sts." DOMAIN, "v=STSv1; id=1");
    expect(map, "mx-null mx-null-records");
    map = good_map();
    map_mx(map, DOMAIN, 0, "");
    expect(map, "mx-null-mixed sts-dns-missing");
}

static void
test_expected_mx(void)
{
    g_autoptr(CheckOptions) options = options_new();
    MapResolver *map = good_map();
    options->expect_mx = g_strsplit("mx2.a.example", " ", -1);
    options->expect_rua = g_strsplit("mailto:R@b.example https://c.example/", " ", -1);
    g_autoptr(CheckRun) run = check_domain(options, &map->base, NULL, DOMAIN);
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "mx-unapproved sts-dns-missing tlsrpt-rua-not-ours");
    resolver_free(&map->base);
}

static void
test_tlsa(void)
{
    MapResolver *map = good_map();
    map_answer(map, "_25._tcp.mx.a.example", DNS_TLSA, ANSWER_DATA)->status = ANSWER_FAILED;
    expect(map, "dane-tlsa-servfail sts-dns-missing");
    map = good_map();
    map_answer(map, "_25._tcp.mx.a.example", DNS_TLSA, ANSWER_DATA)->status = ANSWER_BOGUS;
    expect(map, "dane-bogus sts-dns-missing");
    map = good_map();
    map_answer(map, "_25._tcp.mx.a.example", DNS_TLSA, ANSWER_DATA)->secure = FALSE;
    expect(map, "dane-tlsa-insecure sts-dns-missing");
    map = good_map();
    map_answer(map, DOMAIN, DNS_MX, ANSWER_DATA)->secure = FALSE;
    expect(map, "dane-mx-insecure dns-no-dnssec sts-dns-missing");
    map = good_map();
    map_answer(map, "mx.a.example", DNS_A, ANSWER_DATA)->secure = FALSE;
    expect(map, "dane-addr-insecure sts-dns-missing");
    /* Senders do not ask for TLSA of a host that is not secure: its failure holds nothing back. */
    map = good_map();
    map_answer(map, "mx.a.example", DNS_A, ANSWER_DATA)->secure = FALSE;
    map_answer(map, "_25._tcp.mx.a.example", DNS_TLSA, ANSWER_DATA)->status = ANSWER_FAILED;
    expect(map, "dane-none sts-dns-missing");
    map = good_map();
    g_hash_table_remove(map->answers, "_smtp._tls.mx.a.example TXT");
    expect(map, "sts-dns-missing tlsrpt-host");
}

/* RFC 7672 2.2.3: the records are those of the name at the end of the CNAMEs. */
static void
test_tlsa_alias(void)
{
    MapResolver *map = good_map();
    map_answer(map, "mx.a.example", DNS_A, ANSWER_DATA)->canonical = g_strdup("h.b.example");
    map_tlsa(map, "_25._tcp.h.b.example");
    g_autoptr(CheckRun) run = look(map, NULL);
    const CheckHost *host = run->hosts->pdata[0];
    g_assert_cmpint(host->tlsa, ==, TLSA_SECURE);
    g_assert_cmpstr(host->tlsa_base, ==, "h.b.example");
    /* h.b.example is not in the care of a.example: no record of it is missed. */
    g_autofree char *ids = ids_of(run);
    g_assert_cmpstr(ids, ==, "mx-cname sts-dns-missing");
}

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

/* ---- all runs together ----------------------------------------------------------------------- */

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

/* ---- to copy --------------------------------------------------------------------------------- */

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

/* ---- octets ---------------------------------------------------------------------------------- */

static void
test_rdata(void)
{
    static const guint8 cut[] = {0, 10, 3, 'm', 'x'}, rest[] = {0, 10, 0, 0},
                        odd[] = {0, 1, 2, 'a', '.', 0};
    static const guint8 pointer[] = {0, 1, 0xc0, 0x0c}, txt[] = {2, 'a'};
    const struct {
        const guint8 *data;
        gsize length;
        const char *host;
    } rows[] = {{cut, sizeof cut, NULL},
                {rest, sizeof rest, NULL},
                {rest, 3, ""},
                {odd, sizeof odd, "a\\046"},
                {cut, 2, NULL},
                {cut, 0, NULL},
                {pointer, sizeof pointer, NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(rows[i].data, rows[i].length);
        g_autofree char *host = NULL;
        guint preference;
        g_assert_cmpint(rdata_mx(bytes, &preference, &host), ==, rows[i].host != NULL);
        g_assert_cmpstr(host, ==, rows[i].host);
    }
    gsize length;
    g_autoptr(GBytes) broken = g_bytes_new_static(txt, sizeof txt);
    g_assert_null(rdata_txt(broken, &length, NULL));
    g_assert_null(rdata_address(broken));
}

static void
test_public(void)
{
    static const char *const private[] = {
        "127.0.0.1", "10.0.0.1",   "172.31.0.1",      "192.168.1.1", "169.254.1.1",
        "0.0.0.0",   "100.64.1.1", "224.0.0.1",       "::1",         "::",
        "fe80::1",   "fd00::1",    "::ffff:192.0.2.1"};
    static const char *const public[] = {"192.0.2.1", "172.32.0.1", "9.255.255.255", "2001:db8::1"};
    const char *network;
    for (gsize i = 0; i < G_N_ELEMENTS(private); i++)
        g_assert_false(rdata_address_is_public(private[i], &network));
    for (gsize i = 0; i < G_N_ELEMENTS(public); i++)
        g_assert_true(rdata_address_is_public(public[i], &network));
}

static void
check_endpoint(const CheckOptions *options, const char *host, const char *address, guint port,
               const char *wanted)
{
    g_autofree char *to = check_options_endpoint(options, host, address, &port);
    g_autofree char *seen = g_strdup_printf("%s %u", to, port);
    g_assert_cmpstr(seen, ==, wanted);
}

static void
test_connect_to(void)
{
    static const char *const bad[] = {"",
                                      "a:b",
                                      "a.example:25:127.0.0.1",
                                      "a.example:x:127.0.0.1:1",
                                      "a.example:25:localhost:1",
                                      "a b:25:127.0.0.1:1",
                                      "[::1:25:127.0.0.1:1",
                                      "a.example:25:127.0.0.1:1:2",
                                      "a.example:0:127.0.0.1:1"};
    g_autoptr(CheckOptions) options = check_options_new();
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(check_options_connect_to(options, bad[i]));
    g_assert_true(check_options_connect_to(options, "MX.a.example:25:127.0.0.1:2525"));
    g_assert_true(check_options_connect_to(options, "[2001:DB8::1]:25:[::1]:"));
    g_assert_true(check_options_connect_to(options, ":443::8443"));
    check_endpoint(options, "mx.a.example", "192.0.2.1", 25, "127.0.0.1 2525");
    check_endpoint(options, "mx.a.example", "192.0.2.1", 587, "192.0.2.1 587");
    check_endpoint(options, "b.example", "2001:db8::1", 25, "::1 25");
    check_endpoint(options, "b.example", "192.0.2.1", 443, "192.0.2.1 8443");
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
    g_test_add_func("/check/mx", test_mx);
    g_test_add_func("/check/name-servers", test_name_servers);
    g_test_add_func("/check/name-servers-above", test_name_servers_above);
    g_test_add_func("/check/names", test_names);
    g_test_add_func("/check/slow", test_slow);
    g_test_add_func("/check/silent-from", test_silent_from);
    g_test_add_func("/check/null-mx", test_null_mx);
    g_test_add_func("/check/expected", test_expected_mx);
    g_test_add_func("/check/tlsa", test_tlsa);
    g_test_add_func("/check/tlsa-alias", test_tlsa_alias);
    g_test_add_func("/check/tlsrpt", test_tlsrpt);
    g_test_add_func("/check/sts-record", test_sts_record);
    g_test_add_func("/check/removed", test_removed);
    g_test_add_func("/check/no-reports", test_no_reports);
    g_test_add_func("/check/blocked", test_blocked);
    g_test_add_func("/check/advice", test_advice);
    g_test_add_func("/check/rdata", test_rdata);
    g_test_add_func("/check/public", test_public);
    g_test_add_func("/check/connect-to", test_connect_to);
    return g_test_run();
}
