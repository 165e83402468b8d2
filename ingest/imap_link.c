#include "ingest/imap_link.h"

#include "schema/limits.h"

G_DEFINE_QUARK(tlsgauge - imap - error, imap_error)

#ifdef HAVE_LIBCURL

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "late/curl.h"

struct ImapLink {
    const LateCurl *api;
    CURL *curl;
    curl_socket_t socket;
    char fault[CURL_ERROR_SIZE];
};

gboolean
imap_is_built_in(void)
{
    return TRUE;
}

void
imap_link_close(ImapLink *link)
{
    if (link == NULL)
        return;
    link->api->easy_cleanup(link->curl);
    g_free(link);
}

/* ---- connecting ------------------------------------------------------------------------ */

/* What the server said while libcurl logged in. */
typedef struct {
    gboolean offers_sasl; /* PLAIN or LOGIN */
    char *refusal;        /* its last "A002 NO ...", without the tag; foreign text */
} Talk;

/* libcurl hands every line of the server to the function for headers. */
static size_t
on_line(char *data, size_t size, size_t n, void *user)
{
    Talk *talk = user;
    g_autofree char *line = g_strndup(data, size * n);
    const char *text = strchr(line, ' ');
    g_strchomp(line);
    if (strstr(line, "AUTH=PLAIN") != NULL || strstr(line, "AUTH=LOGIN") != NULL)
        talk->offers_sasl = TRUE;
    if (text != NULL && line[0] != '*' && line[0] != '+' &&
        (g_str_has_prefix(text, " NO ") || g_str_has_prefix(text, " BAD "))) {
        g_free(talk->refusal);
        talk->refusal = g_strdup(text + 1);
    }
    return size * n;
}

static char *
server_url(const ImapUrl *url)
{
    gboolean bracket = strchr(url->host, ':') != NULL;
    return g_strdup_printf("%s://%s%s%s:%u", url->tls ? "imaps" : "imap", bracket ? "[" : "",
                           url->host, bracket ? "]" : "", url->port);
}

static ImapLink *
link_new(const LateCurl *api, const ImapUrl *url, const ImapLogin *login, Talk *talk)
{
    ImapLink *link = g_new0(ImapLink, 1);
    link->api = api;
    g_autofree char *place = server_url(url);
    CURL *curl = link->curl = api->easy_init();
    if (curl == NULL)
        g_error("libcurl: out of memory");
    api->easy_setopt(curl, CURLOPT_URL, place);
    api->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    api->easy_setopt(curl, CURLOPT_PROXY, "");
    api->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* libcurl connects, verifies and logs in; the commands are ours. Its own would fetch with
     * BODY[], which marks a message as read, and cut what a custom command answers into lines. */
    api->easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    api->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)LIMIT_IMAP_CONNECT_SECONDS);
    api->easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)LIMIT_IMAP_IDLE_SECONDS);
    api->easy_setopt(curl, CURLOPT_TIMEOUT,
                     (long)(LIMIT_IMAP_CONNECT_SECONDS + LIMIT_IMAP_IDLE_SECONDS));
    api->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    api->easy_setopt(curl, CURLOPT_USE_SSL, login->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    if (login->ca_file != NULL) {
        api->easy_setopt(curl, CURLOPT_CAINFO, login->ca_file);
        api->easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    api->easy_setopt(curl, CURLOPT_USERNAME, url->user);
    api->easy_setopt(curl, login->is_token ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD,
                     login->secret);
    /* libcurl prefers whatever is cleverest, and fails where a user has no Kerberos ticket or the
     * server has no password in clear for CRAM-MD5. TLS protects the password already. */
    api->easy_setopt(curl, CURLOPT_LOGIN_OPTIONS,
                     login->is_token ? "AUTH=OAUTHBEARER;AUTH=XOAUTH2" : "AUTH=PLAIN;AUTH=LOGIN");
    api->easy_setopt(curl, CURLOPT_ERRORBUFFER, link->fault);
    api->easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_line);
    api->easy_setopt(curl, CURLOPT_HEADERDATA, talk);
    return link;
}

/* The words of a server that tells the secret back to us are not repeated. */
static const char *
refusal_to_tell(const Talk *talk, const ImapUrl *url, const ImapLogin *login)
{
    g_autoptr(GString) plain = g_string_new_len("", 1); /* as SASL PLAIN sends it */
    g_string_append(plain, url->user);
    g_string_append_c(plain, '\0');
    g_string_append(plain, login->secret);
    g_autofree char *base64 = g_base64_encode((const guchar *)plain->str, plain->len);
    g_autofree char *word = g_base64_encode((const guchar *)login->secret, strlen(login->secret));
    if (talk->refusal == NULL || strstr(talk->refusal, login->secret) != NULL ||
        strstr(talk->refusal, base64) != NULL || strstr(talk->refusal, word) != NULL)
        return "no reason told";
    return talk->refusal;
}

static void
tell_fault(const ImapLink *link, CURLcode code, const Talk *talk, const ImapUrl *url,
           const ImapLogin *login, GError **error)
{
    const char *fault = link->fault[0] != '\0' ? link->fault : link->api->easy_strerror(code);
    switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        if (talk->refusal == NULL)
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOGIN,
                        "the server offers no way to log in with a %s",
                        login->is_token ? "token" : "password");
        else
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOGIN, "the server refuses the login: %s",
                        refusal_to_tell(talk, url, login));
        break;
    case CURLE_USE_SSL_FAILED:
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CONNECT,
                    "the server offers no TLS (STARTTLS), and nothing is sent without");
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CONNECT,
                    "the certificate of the server does not hold: %s (for a private CA: "
                    "--ca-file, or ca-file=)",
                    fault);
        break;
    default:
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CONNECT, "cannot connect: %s", fault);
    }
}

ImapLink *
imap_link_open(const ImapUrl *url, const ImapLogin *login, GError **error)
{
    Talk talk = {0};
    const char *problem = NULL;
    const LateCurl *api = late_curl(&problem);
    if (api == NULL) {
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT, "%s", problem);
        return NULL;
    }
    g_autoptr(ImapLink) link = link_new(api, url, login, &talk);
    CURLcode code = link->api->easy_perform(link->curl);
    if (code == CURLE_LOGIN_DENIED && talk.refusal == NULL && !talk.offers_sasl &&
        !login->is_token) {
        /* Nothing was tried yet: an old server that knows the LOGIN command only. */
        link->api->easy_setopt(link->curl, CURLOPT_LOGIN_OPTIONS, NULL);
        code = link->api->easy_perform(link->curl);
    }
    if (code == CURLE_OK)
        code = link->api->easy_getinfo(link->curl, CURLINFO_ACTIVESOCKET, &link->socket);
    if (code == CURLE_OK && link->socket == CURL_SOCKET_BAD)
        code = CURLE_RECV_ERROR;
    if (code != CURLE_OK)
        tell_fault(link, code, &talk, url, login, error);
    link->api->easy_setopt(link->curl, CURLOPT_HEADERFUNCTION, NULL);
    link->api->easy_setopt(link->curl, CURLOPT_HEADERDATA, NULL);
    g_free(talk.refusal);
    return code == CURLE_OK ? g_steal_pointer(&link) : NULL;
}

/* ---- talking --------------------------------------------------------------------------- */

static gboolean
lost(const ImapLink *link, CURLcode code, GError **error)
{
    const char *fault = link->fault[0] != '\0' ? link->fault : link->api->easy_strerror(code);
    g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the connection is lost: %s", fault);
    return FALSE;
}

/* Until the socket is ready for EVENTS. */
static gboolean
wait_for(const ImapLink *link, short events, gint64 deadline, guint seconds, GError **error)
{
    struct pollfd ready = {.fd = link->socket, .events = events};
    for (;;) {
        gint64 left = deadline - g_get_monotonic_time();
        int n = left > 0 ? poll(&ready, 1, (int)(left / 1000) + 1) : 0;
        if (n > 0)
            return TRUE;
        if (n == 0 && left <= 0) {
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST,
                        "the server has said nothing for %u seconds", seconds);
            return FALSE;
        }
        if (n < 0 && errno != EINTR) {
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the connection is lost: %s",
                        g_strerror(errno));
            return FALSE;
        }
    }
}

gboolean
imap_link_send(ImapLink *link, const char *data, gsize length, GError **error)
{
    gint64 deadline = g_get_monotonic_time() + LIMIT_IMAP_IDLE_SECONDS * G_TIME_SPAN_SECOND;
    while (length > 0) {
        size_t sent = 0;
        CURLcode code = link->api->easy_send(link->curl, data, length, &sent);
        data += sent;
        length -= sent;
        if (code != CURLE_OK && code != CURLE_AGAIN)
            return lost(link, code, error);
        if (length > 0 && !wait_for(link, POLLOUT, deadline, LIMIT_IMAP_IDLE_SECONDS, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
imap_link_receive(ImapLink *link, char *buffer, gsize size, guint seconds, gsize *ret_length,
                  GError **error)
{
    gint64 deadline = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    for (;;) {
        size_t length = 0;
        /* Asked before waiting: TLS may hold octets that the socket no longer shows. */
        CURLcode code = link->api->easy_recv(link->curl, buffer, size, &length);
        if (code == CURLE_OK && length > 0) {
            *ret_length = length;
            return TRUE;
        }
        if (code == CURLE_OK) {
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the server has closed the connection");
            return FALSE;
        }
        if (code != CURLE_AGAIN)
            return lost(link, code, error);
        if (!wait_for(link, POLLIN, deadline, seconds, error))
            return FALSE;
    }
}

#else

gboolean
imap_is_built_in(void)
{
    return FALSE;
}

ImapLink *
imap_link_open(const ImapUrl *url, const ImapLogin *login, GError **error)
{
    (void)url, (void)login;
    g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT,
                "this tlsgauge was built without libcurl, which IMAP needs");
    return NULL;
}

void
imap_link_close(ImapLink *link)
{
    (void)link;
}

gboolean
imap_link_send(ImapLink *link, const char *data, gsize length, GError **error)
{
    (void)link, (void)data, (void)length, (void)error;
    return FALSE;
}

gboolean
imap_link_receive(ImapLink *link, char *buffer, gsize size, guint seconds, gsize *ret_length,
                  GError **error)
{
    (void)link, (void)buffer, (void)size, (void)seconds, (void)ret_length, (void)error;
    return FALSE;
}

#endif
