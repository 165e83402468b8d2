/* look_dns.c: the domain, its MX hosts and their addresses. Part of look.h. */
#include "check/look.h"

#include <string.h>

#include "check/rdata.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

/* ---- does our own resolver validate? --------------------------------------------------------- */

/* The zone that the trust anchor is for: the owner of its first record. */
static char *
anchor_zone(const char *file)
{
    g_autofree char *text = NULL;
    if (file == NULL || !g_file_get_contents(file, &text, NULL, NULL))
        return g_strdup(".");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        gsize length = strcspn(g_strstrip(*line), " \t");
        if (length == 0 || strchr(";#", **line) != NULL)
            continue;
        g_autofree char *name = g_strndup(*line, length);
        char *zone = domain_name_normalise(name, -1, FALSE, NULL);
        return zone != NULL ? zone : g_strdup(".");
    }
    return g_strdup(".");
}

/* An answer of the signed zone that all trust begins at must validate. FALSE: there was none at
 * all, which may be the way of a forwarder that knows no root. */
static gboolean
look_dnssec(Look *look)
{
    g_autofree char *zone = anchor_zone(look->options->trust_anchor);
    g_autoptr(DnsAnswer) answer = look_ask(look, zone, DNS_SOA);
    look->run->dnssec_works = answer->secure || answer->status == ANSWER_FAILED;
    if (look->run->dnssec_works)
        return answer->status != ANSWER_FAILED;
    look_tell(look, "dns-resolver-no-dnssec", zone, "%s",
              answer->status == ANSWER_BOGUS
                  ? answer->problem
                  : "its SOA record is not secure: there is no trust anchor for it");
    return TRUE;
}

/* ---- MX hosts -------------------------------------------------------------------------------- */

/* What is not right with the name of an exchange; NULL and a normalised *ret_name if nothing. */
static const char *
exchange_fault(const char *exchange, char **ret_name)
{
    if (g_hostname_is_ip_address(exchange))
        return "mx-ip-literal";
    *ret_name = domain_name_normalise(exchange, -1, FALSE, NULL);
    return *ret_name == NULL ? "mx-bad-name" : NULL;
}

static CheckHost *
find_host(const CheckRun *run, const char *name)
{
    for (guint i = 0; i < run->hosts->len; i++) {
        CheckHost *host = g_ptr_array_index(run->hosts, i);
        if (strcmp(host->name, name) == 0)
            return host;
    }
    return NULL;
}

static void
add_exchange(Look *look, const char *exchange, guint preference)
{
    CheckRun *run = look->run;
    g_autofree char *name = NULL;
    const char *fault = exchange_fault(exchange, &name);
    if (fault != NULL) {
        look_tell(look, fault, run->domain, "MX %u %s", preference, exchange);
    } else if (find_host(run, name) != NULL) {
        look_tell(look, "mx-duplicate", name, "once with preference %u and once with %u",
                  find_host(run, name)->preference, preference);
    } else if (run->hosts->len == LIMIT_CHECK_HOSTS) {
        look_tell(look, "mx-too-many", name, "only %u hosts are looked at", LIMIT_CHECK_HOSTS);
    } else {
        CheckHost *host = check_host_new(run->domain, name);
        host->preference = preference;
        host->mx_secure = run->mx_secure;
        g_ptr_array_add(run->hosts, host);
    }
}

static void
tell_null_mx(Look *look, guint records)
{
    CheckRun *run = look->run;
    if (records > 1) {
        look_tell(look, "mx-null-mixed", run->domain, "there are %u MX records", records);
        return;
    }
    run->null_mx = TRUE;
    look_tell(look, "mx-null", run->domain, "MX 0 .");
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n;
    if (look_up_addresses(look, run->domain, builder, &n, NULL, NULL) && n == 0)
        look_tell(look, "mx-null-no-addr", run->domain, "it has neither A nor AAAA records");
}

static int
by_preference(gconstpointer a, gconstpointer b)
{
    const CheckHost *first = *(CheckHost *const *)a, *second = *(CheckHost *const *)b;
    if (first->preference != second->preference)
        return first->preference < second->preference ? -1 : 1;
    return strcmp(first->name, second->name);
}

static void
read_exchanges(Look *look, const DnsAnswer *answer)
{
    gboolean null_seen = FALSE;
    for (guint i = 0; i < answer->records->len; i++) {
        guint preference;
        g_autofree char *exchange = NULL;
        if (!rdata_mx(g_ptr_array_index(answer->records, i), &preference, &exchange))
            look_tell(look, "mx-bad-name", look->run->domain, "the record cannot be read");
        else if (*exchange == '\0')
            null_seen = TRUE;
        else
            add_exchange(look, exchange, preference);
    }
    g_ptr_array_sort(look->run->hosts, by_preference);
    if (null_seen)
        tell_null_mx(look, answer->records->len);
}

static void
add_implicit(Look *look)
{
    CheckRun *run = look->run;
    CheckHost *host = check_host_new(run->domain, run->domain);
    host->implicit = TRUE;
    host->mx_secure = run->mx_secure;
    g_ptr_array_add(run->hosts, host);
    look_tell(look, "mx-missing", run->domain, "senders connect to %s itself", run->domain);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void
judge_addresses(Look *look, const CheckHost *host)
{
    gboolean any_v6 = FALSE;
    for (char **address = host->addresses; *address != NULL; address++) {
        const char *network;
        any_v6 = any_v6 || strchr(*address, ':') != NULL;
        if (!rdata_address_is_public(*address, &network))
            look_tell(look, "mx-private-address", host->name, "%s: %s", *address, network);
    }
    if (!any_v6 && host->address_known)
        look_tell(look, "mx-no-ipv6", host->name, "it has no AAAA record");
}

static void
look_host(Look *look, CheckHost *host)
{
    g_autoptr(GStrvBuilder) addresses = g_strv_builder_new();
    guint n;
    host->address_known =
        look_up_addresses(look, host->name, addresses, &n, &host->address_secure, &host->canonical);
    g_strfreev(host->addresses);
    host->addresses = g_strv_builder_end(addresses);
    if (host->canonical != NULL && !host->implicit)
        look_tell(look, "mx-cname", host->name, "it is an alias of %s", host->canonical);
    if (n > 0)
        judge_addresses(look, host);
    else if (host->address_known)
        look_tell(look, "mx-no-address", host->name, "it has neither A nor AAAA records");
    if (look->options->expect_mx != NULL &&
        !g_strv_contains((const char *const *)look->options->expect_mx, host->name))
        look_tell(look, "mx-unapproved", host->name, "it is not in the list of expected MX hosts");
}

void
look_dns(Look *look)
{
    CheckRun *run = look->run;
    gboolean answers = look_dnssec(look);
    g_autoptr(DnsAnswer) answer = look_up_quietly(look, run->domain, DNS_MX);
    if (!answers && answer->status == ANSWER_FAILED) {
        look->silent = TRUE;
        look_tell(look, "dns-resolver-silent", look->options->resolver, "%s",
                  answer->problem != NULL ? answer->problem : "no answer");
        return;
    }
    look_tell_failure(look, run->domain, DNS_MX, answer);
    run->mx_secure = answer->secure;
    run->exists = answer->status != ANSWER_NXDOMAIN;
    look->hosts_known = answer->status != ANSWER_BOGUS && answer->status != ANSWER_FAILED;
    if (!run->exists) {
        look_tell(look, "dns-nxdomain", run->domain, "NXDOMAIN");
        return;
    }
    if (look->hosts_known && run->dnssec_works && !answer->secure)
        look_tell(look, "dns-no-dnssec", run->domain, "the answer for MX is not secure");
    if (answer->status == ANSWER_DATA)
        read_exchanges(look, answer);
    else if (answer->status == ANSWER_NO_DATA)
        add_implicit(look);
    for (guint i = 0; i < run->hosts->len; i++)
        look_host(look, g_ptr_array_index(run->hosts, i));
}
