#include "check/host.h"

#include "check/finding.h"

CheckHost *
check_host_new(const char *domain, const char *name)
{
    CheckHost *host = g_new0(CheckHost, 1);
    host->domain = g_strdup(domain);
    host->name = g_strdup(name);
    host->addresses = g_new0(char *, 1);
    host->records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return host;
}

void
check_host_free(CheckHost *host)
{
    if (host == NULL)
        return;
    g_free(host->domain);
    g_free(host->name);
    g_free(host->canonical);
    g_strfreev(host->addresses);
    g_free(host->tlsa_base);
    g_ptr_array_unref(host->records);
    g_free(host);
}

static void
seen_free(gpointer data)
{
    CheckSeen *seen = data;
    g_free(seen->address);
    g_free(seen->problem);
    g_free(seen->tls);
    g_free(seen->fingerprint);
    g_free(seen);
}

CheckProbe *
check_probe_new(void)
{
    CheckProbe *probe = g_new0(CheckProbe, 1);
    probe->seen = g_ptr_array_new_with_free_func(seen_free);
    probe->findings = check_findings_new();
    return probe;
}

CheckSeen *
check_probe_add(CheckProbe *probe, const char *address)
{
    CheckSeen *seen = g_new0(CheckSeen, 1);
    seen->address = g_strdup(address);
    g_ptr_array_add(probe->seen, seen);
    return seen;
}

void
check_probe_free(CheckProbe *probe)
{
    if (probe == NULL)
        return;
    g_ptr_array_unref(probe->seen);
    g_ptr_array_unref(probe->findings);
    g_free(probe);
}
