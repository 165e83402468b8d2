/* fuzz_dashboard_filter.c: any target of a request. What a link carries is what its page is asked
 * for. */
#include "report/dashboard/filter.h"

#include <string.h>

#define TODAY 20000

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *target = g_strndup((const char *)data, size);
    g_autofree char *problem = NULL;
    g_auto(Filter) filter = {0}, again = {0};
    if (!filter_parse(target, "/base", TODAY, &filter, &problem))
        g_assert_nonnull(problem);
    g_assert_nonnull(filter.path);
    g_autofree char *link = filter_link(&filter, "/base", "/x", NULL);
    g_clear_pointer(&problem, g_free);
    if (!filter_parse(link, "/base", TODAY, &again, &problem))
        return 0; /* two long values pass a limit together */
    g_assert_cmpint(again.since, ==, filter.since);
    g_assert_cmpint(again.until, ==, filter.until);
    g_assert_cmpstr(again.domain, ==, filter.domain);
    g_assert_cmpstr(again.sender, ==, filter.sender);
    g_assert_cmpstr(again.mx, ==, filter.mx);
    g_assert_cmpstr(again.result, ==, filter.result);
    return 0;
}
