#include "check/resolver.h"

DnsAnswer *
dns_answer_new(AnswerStatus status)
{
    DnsAnswer *answer = g_new0(DnsAnswer, 1);
    answer->status = answer->unvalidated = status;
    answer->records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return answer;
}

void
dns_answer_free(DnsAnswer *answer)
{
    if (answer == NULL)
        return;
    g_free(answer->problem);
    g_free(answer->canonical);
    g_ptr_array_unref(answer->records);
    g_free(answer);
}

DnsAnswer *
resolver_lookup(Resolver *resolver, const char *name, DnsType type, guint wait_ms)
{
    return resolver->lookup(resolver, name, type, wait_ms);
}

Resolver *
resolver_of_server(const Resolver *resolver, const char *address, guint port)
{
    return resolver->of_server(resolver, address, port);
}

void
resolver_free(Resolver *resolver)
{
    if (resolver != NULL)
        resolver->free(resolver);
}

const char *
dns_type_name(DnsType type)
{
    switch (type) {
    case DNS_A:
        return "A";
    case DNS_NS:
        return "NS";
    case DNS_SOA:
        return "SOA";
    case DNS_PTR:
        return "PTR";
    case DNS_MX:
        return "MX";
    case DNS_TXT:
        return "TXT";
    case DNS_AAAA:
        return "AAAA";
    case DNS_TLSA:
        return "TLSA";
    }
    return "?";
}
