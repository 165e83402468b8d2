/* uri.c: the name of a store for people. Part of store.h. */
#include <string.h>

#include "store/store-internal.h"

/* Cuts the value of each parameter that is a password out of the query part. */
static void
hide_parameters(GString *shown)
{
    static const char *const secrets[] = {
        "?password=", "&password=", "?sslpassword=", "&sslpassword="};
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
        char *found = strstr(shown->str, secrets[i]);
        if (found == NULL)
            continue;
        gssize from = found - shown->str + (gssize)strlen(secrets[i]);
        gssize length = (gssize)strcspn(shown->str + from, "&#");
        g_string_erase(shown, from, length);
        g_string_insert(shown, from, "***");
    }
}

char *
store_uri_shown(const char *uri)
{
    const char *authority = strstr(uri, "://");
    GString *shown = g_string_new(uri);
    if (authority == NULL)
        return g_string_free(shown, FALSE);
    authority += strlen("://");
    /* A password may hold any octet; the last @ before the path ends it. */
    gsize length = strcspn(authority, "/?");
    const char *at = g_strrstr_len(authority, (gssize)length, "@");
    const char *colon = at != NULL ? memchr(authority, ':', (gsize)(at - authority)) : NULL;
    if (colon != NULL) {
        g_string_erase(shown, colon + 1 - uri, at - colon - 1);
        g_string_insert(shown, colon + 1 - uri, "***");
    }
    hide_parameters(shown);
    return g_string_free(shown, FALSE);
}

const char *
store_uri_path(const char *uri)
{
    if (g_str_has_prefix(uri, "sqlite:"))
        return uri + strlen("sqlite:");
    return strstr(uri, "://") == NULL ? uri : NULL;
}

char *
store_uri_folder(const char *uri)
{
    const char *path = store_uri_path(uri);
    return path != NULL ? g_path_get_dirname(path) : NULL;
}
