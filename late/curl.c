#ifdef HAVE_LIBCURL

#include "late/curl.h"

#include "late/load.h"

static LateCurl functions;

static char *
load(void)
{
    CURLcode (*global_init)(long flags) = NULL;
    const LateSymbol symbols[] = {
        {"curl_global_init", &global_init},
        {"curl_easy_init", &functions.easy_init},
        {"curl_easy_setopt", &functions.easy_setopt},
        {"curl_easy_perform", &functions.easy_perform},
        {"curl_easy_getinfo", &functions.easy_getinfo},
        {"curl_easy_send", &functions.easy_send},
        {"curl_easy_recv", &functions.easy_recv},
        {"curl_easy_strerror", &functions.easy_strerror},
        {"curl_easy_cleanup", &functions.easy_cleanup},
        {"curl_slist_append", &functions.slist_append},
        {"curl_slist_free_all", &functions.slist_free_all},
        {0},
    };
    char *fault = late_load(LIBCURL_SONAME, symbols);
    if (fault == NULL && global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        fault = g_strdup(LIBCURL_SONAME " cannot be started");
    return fault;
}

const LateCurl *
late_curl(const char **ret_problem)
{
    static LateOnce once;
    return late_once(&once, load, ret_problem) ? &functions : NULL;
}

#endif
