/* curl.h: libcurl, loaded only when it is needed (load.h). */
#pragma once

#include <curl/curl.h>
#include <glib.h>

/* The functions that are used, with the types of curl.h. */
typedef struct {
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *handle);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
    CURLcode (*easy_send)(CURL *handle, const void *buffer, size_t length, size_t *sent);
    CURLcode (*easy_recv)(CURL *handle, void *buffer, size_t length, size_t *received);
    const char *(*easy_strerror)(CURLcode code);
    void (*easy_cleanup)(CURL *handle);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
} LateCurl;

/* Loads and starts libcurl once; from any thread. NULL where it cannot be loaded; then *ret_problem
 * says why (static). The table is never freed. */
const LateCurl *late_curl(const char **ret_problem);
