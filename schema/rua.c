#include "schema/rua.h"

#include <string.h>

#include "schema/domain_name.h"

#define HTTPS_PORT 443

static RuaKind
bad(const char *why, const char **ret_problem)
{
    *ret_problem = why;
    return RUA_BAD;
}

/* ADDRESSES is what follows "mailto:". */
static RuaKind
parse_mailto(const char *addresses, char **ret_target, const char **ret_problem)
{
    g_autofree char *one = g_strndup(addresses, strcspn(addresses, "?"));
    g_autofree char *address = g_uri_unescape_string(one, NULL);
    const char *at = address == NULL ? NULL : strrchr(address, '@');
    if (at == NULL || at == address)
        return bad("no address LOCAL@DOMAIN follows mailto:", ret_problem);
    *ret_target = domain_name_normalise(at + 1, -1, FALSE, NULL);
    if (*ret_target == NULL)
        return bad("the part after \"@\" is no domain name", ret_problem);
    return RUA_MAILTO;
}

static RuaKind
parse_https(const char *uri, char **ret_target, guint *ret_port, const char **ret_problem)
{
    g_autoptr(GUri) parts = g_uri_parse(uri, G_URI_FLAGS_ENCODED, NULL);
    const char *host = parts == NULL ? NULL : g_uri_get_host(parts);
    if (host == NULL || *host == '\0')
        return bad("it is no URI with a host", ret_problem);
    *ret_target = domain_name_normalise(host, -1, FALSE, NULL);
    if (*ret_target == NULL)
        return bad("its host is no name", ret_problem);
    *ret_port = g_uri_get_port(parts) > 0 ? (guint)g_uri_get_port(parts) : HTTPS_PORT;
    return RUA_HTTPS;
}

RuaKind
rua_parse(const char *uri, char **ret_target, guint *ret_port, const char **ret_problem)
{
    *ret_target = NULL;
    *ret_port = 0;
    *ret_problem = NULL;
    if (*uri == '\0')
        return bad("it is empty", ret_problem);
    for (const char *at = uri; *at != '\0'; at++) {
        if (*at <= 0x20 || *at >= 0x7f)
            return bad("there is a space or what is not US-ASCII in it", ret_problem);
    }
    if (strpbrk(uri, "!,;") != NULL)
        return bad("\"!\", \",\" and \";\" must be percent-encoded in it", ret_problem);
    if (g_ascii_strncasecmp(uri, "mailto:", 7) == 0)
        return parse_mailto(uri + 7, ret_target, ret_problem);
    if (g_ascii_strncasecmp(uri, "https:", 6) == 0)
        return parse_https(uri, ret_target, ret_port, ret_problem);
    if (g_ascii_strncasecmp(uri, "http:", 5) == 0)
        return bad("plain http is not allowed, only https", ret_problem);
    if (strchr(uri, ':') == NULL && strchr(uri, '@') != NULL)
        return bad("\"mailto:\" is missing before the address", ret_problem);
    return bad("only mailto: and https: are allowed", ret_problem);
}

/* URI with what means the same written in one way; NULL if it is bad. */
static char *
canonical(const char *uri)
{
    g_autofree char *target = NULL;
    guint port;
    const char *problem;
    RuaKind kind = rua_parse(uri, &target, &port, &problem);
    if (kind == RUA_BAD)
        return NULL;
    if (kind == RUA_MAILTO) {
        g_autofree char *one = g_strndup(uri + 7, strcspn(uri + 7, "?"));
        g_autofree char *address = g_uri_unescape_string(one, NULL);
        *strrchr(address, '@') = '\0';
        return g_strdup_printf("mailto:%s@%s", address, target);
    }
    const char *path = strpbrk(uri + strlen("https://"), "/?");
    return g_strdup_printf("https://%s:%u%s", target, port,
                           path == NULL || strcmp(path, "/") == 0 ? "/" : path);
}

gboolean
rua_equal(const char *a, const char *b)
{
    g_autofree char *first = canonical(a);
    g_autofree char *second = canonical(b);
    return first != NULL && g_strcmp0(first, second) == 0;
}
