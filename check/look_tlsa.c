/* look_tlsa.c: the TLSA records of each MX host, and whether senders use them. Part of look.h. */
#include "check/look.h"

/* RFC 7672 2.2.3: the name at the end of the CNAMEs where all of them are secure, else, or where it
 * has none, the name itself. */
static DnsAnswer *
ask_tlsa(Look *look, const CheckHost *host, char **ret_base, char **ret_name)
{
    DnsAnswer *answer = NULL;
    const char *names[] = {host->address_secure ? host->canonical : NULL, host->name};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (names[i] == NULL)
            continue;
        dns_answer_free(answer);
        g_free(*ret_base);
        g_free(*ret_name);
        *ret_base = g_strdup(names[i]);
        *ret_name = g_strdup_printf("_%u._tcp.%s", look->options->smtp_port, names[i]);
        answer = look_up_quietly(look, *ret_name, DNS_TLSA);
        if (answer->status != ANSWER_NO_DATA && answer->status != ANSWER_NXDOMAIN)
            break;
    }
    return answer;
}

/* Senders ask for TLSA only where the address is secure (RFC 7672 2.2.2): only then does a question
 * that fails hold mail back. */
static TlsaStatus
judge_failure(Look *look, const CheckHost *host, const DnsAnswer *answer, const char *name)
{
    if (!host->address_secure)
        return TLSA_NONE;
    if (answer->unasked)
        return TLSA_UNKNOWN;
    look_tell(look, answer->status == ANSWER_BOGUS ? "dane-bogus" : "dane-tlsa-servfail", name,
              "%s", answer->problem);
    return TLSA_FAILED;
}

static TlsaStatus
judge_records(Look *look, const CheckHost *host, const DnsAnswer *answer, const char *name)
{
    if (answer->canonical != NULL)
        look_tell(look, "dane-tlsa-cname", name, "it is an alias of %s", answer->canonical);
    if (!host->address_secure) /* senders do not even ask then (RFC 7672 2.2.2) */
        look_tell(look, "dane-addr-insecure", host->name,
                  "the answers for its A and AAAA records are not secure");
    else if (!answer->secure)
        look_tell(look, "dane-tlsa-insecure", name, "the answer is not secure");
    else if (!host->mx_secure)
        look_tell(look, "dane-mx-insecure", host->domain, "the answer for MX is not secure");
    else
        return TLSA_SECURE;
    return TLSA_UNUSED;
}

static void
look_host(Look *look, CheckHost *host)
{
    g_autofree char *base = NULL, *name = NULL;
    if (!look->run->dnssec_works || !host->address_known) {
        host->tlsa = TLSA_UNKNOWN;
        return;
    }
    g_autoptr(DnsAnswer) answer = ask_tlsa(look, host, &base, &name);
    if (answer->status == ANSWER_BOGUS || answer->status == ANSWER_FAILED)
        host->tlsa = judge_failure(look, host, answer, name);
    else if (answer->status == ANSWER_DATA)
        host->tlsa = judge_records(look, host, answer, name);
    if (host->tlsa == TLSA_NONE || host->tlsa == TLSA_UNKNOWN)
        return;
    host->tlsa_base = g_steal_pointer(&base);
    for (guint i = 0; i < answer->records->len; i++)
        g_ptr_array_add(host->records, g_bytes_ref(g_ptr_array_index(answer->records, i)));
}

void
look_tlsa(Look *look)
{
    const GPtrArray *hosts = look->run->hosts;
    guint with = 0, without = 0;
    const char *lacking = NULL;
    for (guint i = 0; i < hosts->len; i++) {
        CheckHost *host = g_ptr_array_index(hosts, i);
        if (*host->addresses == NULL)
            continue; /* there is nobody to ask about */
        look_host(look, host);
        with += host->tlsa == TLSA_SECURE || host->tlsa == TLSA_UNUSED;
        without += host->tlsa == TLSA_NONE;
        lacking = host->tlsa == TLSA_NONE ? host->name : lacking;
    }
    if (with == 0 && without > 0)
        look_tell(look, "dane-none", look->run->domain, "no MX host has TLSA records");
    else if (without > 0)
        look_tell(look, "dane-partial", lacking, "%u of %u MX hosts have no TLSA records", without,
                  with + without);
}
