#include "ingest/imap_url.h"

#include <gio/gio.h>
#include <string.h>

#include "ingest/imap_name.h"
#include "schema/limits.h"
#include "schema/loopback.h"

void
imap_url_free(ImapUrl *url)
{
    if (url == NULL)
        return;
    g_free(url->host);
    g_free(url->user);
    g_free(url->folder);
    g_free(url->address);
    g_free(url);
}

static gboolean
has_control(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p))
            return TRUE;
    }
    return FALSE;
}

/* Every "%" stands before two hexadecimal digits, which are not those of an octet 0. */
static gboolean
escapes_are_sound(const char *text)
{
    for (const char *p = strchr(text, '%'); p != NULL; p = strchr(p + 1, '%')) {
        if (!g_ascii_isxdigit(p[1]) || !g_ascii_isxdigit(p[2]) || (p[1] == '0' && p[2] == '0'))
            return FALSE;
    }
    return TRUE;
}

static char *
address_of(const ImapUrl *url)
{
    g_autofree char *user = g_uri_escape_string(url->user, NULL, FALSE);
    g_autofree char *folder = g_uri_escape_string(url->folder, "/", FALSE);
    g_autofree char *port =
        url->port == (url->tls ? 993u : 143u) ? g_strdup("") : g_strdup_printf(":%u", url->port);
    gboolean bracket = strchr(url->host, ':') != NULL;
    return g_strdup_printf("%s://%s@%s%s%s%s/%s", url->tls ? "imaps" : "imap", user,
                           bracket ? "[" : "", url->host, bracket ? "]" : "", port, folder);
}

/* A bare "@" may be in a user, as people write it; GLib knows that when it is told to be relaxed,
 * which it may be because the characters were looked at before. */
static const char *
read_parts(const char *text, ImapUrl *url)
{
    g_autofree char *scheme = NULL, *user = NULL, *password = NULL, *host = NULL, *path = NULL,
                    *query = NULL, *fragment = NULL;
    int port = -1;
    if (!g_utf8_validate(text, -1, NULL) || has_control(text) || strchr(text, ' ') != NULL ||
        strlen(text) > LIMIT_TEXT_BYTES || !escapes_are_sound(text))
        return "it is no URL";
    if (!g_uri_split_with_user(text, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_HAS_PASSWORD, &scheme,
                               &user, &password, NULL, &host, &port, &path, &query, &fragment,
                               NULL) ||
        host == NULL || *host == '\0')
        return "it is no URL";
    if (g_ascii_strcasecmp(scheme, "imaps") != 0 && g_ascii_strcasecmp(scheme, "imap") != 0)
        return "its scheme is not imaps or imap";
    if (password != NULL)
        return "a password does not belong into a URL, where others can read it";
    if (user == NULL || *user == '\0' || has_control(user))
        return "it has no user";
    if (query != NULL || fragment != NULL || port == 0)
        return "it has a query, a fragment or port 0";
    url->tls = g_ascii_strcasecmp(scheme, "imaps") == 0;
    url->host = g_ascii_strdown(host, -1);
    url->port = port > 0 ? (guint)port : url->tls ? 993u : 143u;
    url->user = g_steal_pointer(&user);
    const char *folder = *path == '/' ? path + 1 : path;
    gboolean inbox = *folder == '\0' || g_ascii_strcasecmp(folder, "INBOX") == 0;
    url->folder = g_strdup(inbox ? "INBOX" : folder);
    g_autofree char *quoted = imap_name_quote(url->folder);
    return quoted == NULL ? "its folder has no IMAP name" : NULL;
}

ImapUrl *
imap_url_parse(const char *text, const char **ret_fault)
{
    g_autoptr(ImapUrl) url = g_new0(ImapUrl, 1);
    const char *fault = read_parts(text, url);
    if (fault != NULL) {
        *ret_fault = fault;
        return NULL;
    }
    url->address = address_of(url);
    return g_steal_pointer(&url);
}

gboolean
imap_url_is_loopback(const ImapUrl *url)
{
    return loopback_is_host(url->host);
}
