/* fuzz_sts_policy.c: any text as the elements of policy-string, one a line; what follows a form
 * feed is mx-host. The canonical text of a canonical text is itself, but for semicolons, which
 * separate only where one element is all there is. */
#include "schema/sts_policy.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    char *hosts_text = strchr(text, '\f');
    if (hosts_text != NULL)
        *hosts_text++ = '\0';
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) hosts = hosts_text == NULL ? NULL : g_strsplit(hosts_text, "\n", -1);
    g_autoptr(StsPolicy) policy =
        sts_policy_parse((const char *const *)lines, (const char *const *)hosts);
    for (gsize i = 0; policy->mx[i] != NULL; i++)
        mx_pattern_matches(policy->mx[i], text);
    if (hosts != NULL || strchr(text, ';') != NULL)
        return 0;
    g_auto(GStrv) again = g_strsplit(policy->canonical, "\n", -1);
    g_autoptr(StsPolicy) second = sts_policy_parse((const char *const *)again, NULL);
    g_assert_cmpint(second->mode, ==, policy->mode);
    g_assert_cmpstr(second->canonical, ==, policy->canonical);
    return 0;
}
