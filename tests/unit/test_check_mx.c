/* check without a network: MX hosts, their name servers and names, TLSA records. */
#include "test_check_look.h"

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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/check-mx/mx", test_mx);
    g_test_add_func("/check-mx/name-servers", test_name_servers);
    g_test_add_func("/check-mx/name-servers-above", test_name_servers_above);
    g_test_add_func("/check-mx/names", test_names);
    g_test_add_func("/check-mx/null-mx", test_null_mx);
    g_test_add_func("/check-mx/expected", test_expected_mx);
    g_test_add_func("/check-mx/tlsa", test_tlsa);
    g_test_add_func("/check-mx/tlsa-alias", test_tlsa_alias);
    return g_test_run();
}
