#include "check/look.h"

#include <string.h>

#include "check/rdata.h"
#include "schema/limits.h"

CheckFinding *
look_tell(Look *look, const char *id, const char *subject, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *fact = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return check_findings_add(look->run->stages[check_stage_of(id)].findings, id, subject, "%s",
                              fact);
}

guint
look_dns_wait(const Look *look)
{
    return (guint)CLAMP(look->dns_left_us / 1000, 0, (gint64)look->options->dns_ms);
}

/* An answer that never came since there was no time for it; told once for all of them. */
static DnsAnswer *
out_of_time(Look *look, DnsAnswer *answer)
{
    if (answer == NULL)
        answer = dns_answer_new(ANSWER_FAILED);
    if (answer->problem == NULL)
        answer->problem = g_strdup("there was no time to ask");
    answer->unasked = TRUE;
    if (g_hash_table_add(look->told, g_strdup("dns-slow")))
        look_tell(look, "dns-slow", look->run->domain, "not all could be asked within %u s",
                  LIMIT_CHECK_DNS_WAITS * look->options->dns_ms / 1000);
    return answer;
}

DnsAnswer *
look_ask(Look *look, const char *name, DnsType type)
{
    guint wait_ms = look_dns_wait(look);
    if (wait_ms == 0)
        return out_of_time(look, NULL);
    gint64 start = g_get_monotonic_time();
    DnsAnswer *answer = resolver_lookup(look->resolver, name, type, wait_ms);
    look->dns_left_us -= g_get_monotonic_time() - start;
    if (answer->status == ANSWER_FAILED && wait_ms < look->options->dns_ms)
        return out_of_time(look, answer);
    return answer;
}

DnsAnswer *
look_up_quietly(Look *look, const char *name, DnsType type)
{
    DnsAnswer *answer = look_ask(look, name, type);
    if (answer->status == ANSWER_BOGUS && !look->run->dnssec_works) {
        answer->status = answer->unvalidated;
        answer->secure = FALSE;
    }
    return answer;
}

void
look_tell_failure(Look *look, const char *name, DnsType type, const DnsAnswer *answer)
{
    if ((answer->status != ANSWER_BOGUS && answer->status != ANSWER_FAILED) || answer->unasked)
        return;
    g_autofree char *question = g_strdup_printf("%s %s", name, dns_type_name(type));
    if (g_hash_table_add(look->told, g_strdup(question)))
        look_tell(look, answer->status == ANSWER_BOGUS ? "dns-bogus" : "dns-failed", question, "%s",
                  answer->problem != NULL ? answer->problem : "no answer");
}

DnsAnswer *
look_up(Look *look, const char *name, DnsType type)
{
    DnsAnswer *answer = look_up_quietly(look, name, type);
    look_tell_failure(look, name, type, answer);
    return answer;
}

static gboolean
add_addresses(Look *look, const char *name, DnsType type, GStrvBuilder *addresses, guint *n,
              DnsAnswer *answer)
{
    for (guint i = 0; i < answer->records->len; i++) {
        g_autofree char *address = rdata_address(g_ptr_array_index(answer->records, i));
        if (address == NULL)
            continue;
        if (*n == LIMIT_CHECK_ADDRESSES) {
            look_tell(look, "mx-too-many", name, "it has more than %u addresses of type %s",
                      LIMIT_CHECK_ADDRESSES, dns_type_name(type));
            break;
        }
        g_strv_builder_add(addresses, address);
        (*n)++;
    }
    return answer->status != ANSWER_BOGUS && answer->status != ANSWER_FAILED;
}

gboolean
look_up_addresses(Look *look, const char *name, GStrvBuilder *addresses, guint *ret_n,
                  gboolean *ret_secure, char **ret_canonical)
{
    g_autoptr(DnsAnswer) v4 = look_up(look, name, DNS_A);
    g_autoptr(DnsAnswer) v6 = look_up(look, name, DNS_AAAA);
    guint n4 = 0, n6 = 0;
    gboolean all = add_addresses(look, name, DNS_A, addresses, &n4, v4);
    all = add_addresses(look, name, DNS_AAAA, addresses, &n6, v6) && all;
    *ret_n = n4 + n6;
    if (ret_secure != NULL)
        *ret_secure = v4->secure && v6->secure;
    if (ret_canonical != NULL)
        *ret_canonical = g_strdup(v4->canonical != NULL ? v4->canonical : v6->canonical);
    return all;
}
