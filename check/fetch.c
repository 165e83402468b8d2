#include "check/fetch.h"

#include <errno.h>
#include <string.h>

#include "schema/finding.h"
#include "schema/limits.h"
#ifdef HAVE_LIBCURL
#include "late/curl.h"
#endif

void
fetch_free(Fetch *fetch)
{
    if (fetch == NULL)
        return;
    g_free(fetch->address);
    g_free(fetch->problem);
    g_free(fetch->type);
    g_free(fetch->location);
    g_bytes_unref(fetch->body);
    tls_verdict_free(fetch->verdict);
    g_free(fetch);
}

static void
fail(Fetch *fetch, FetchOutcome outcome, const char *problem)
{
    fetch->outcome = outcome;
    g_free(fetch->problem);
    fetch->problem = text_printable(problem, -1, LIMIT_FACT_BYTES);
}

#ifndef HAVE_LIBCURL

Fetch *
fetch_run(G_GNUC_UNUSED const CheckOptions *options, G_GNUC_UNUSED const FetchWhat *what,
          const char *address)
{
    Fetch *fetch = g_new0(Fetch, 1);
    fetch->address = g_strdup(address);
    fetch->body = g_bytes_new_static("", 0);
    fail(fetch, FETCH_UNTRIED, "this program was built without libcurl");
    return fetch;
}

#else

/* The request while it runs. */
typedef struct {
    const LateCurl *curl;
    CURL *handle;
    struct curl_slist *connect_to;
    GByteArray *body;
    gboolean too_large;
    char message[CURL_ERROR_SIZE];
} Request;

static size_t
on_body(char *data, size_t size, size_t n, void *user)
{
    Request *request = user;
    if (size * n > LIMIT_STS_POLICY_BYTES - request->body->len) {
        request->too_large = TRUE;
        return 0;
    }
    g_byte_array_append(request->body, (const guint8 *)data, (guint)(size * n));
    return size * n;
}

/* curl's "HOST:PORT:ADDRESS:PORT". */
static char *
replacement(const CheckOptions *options, const FetchWhat *what, const char *address)
{
    guint port = what->port;
    g_autofree char *to = check_options_endpoint(options, what->host, address, &port);
    gboolean v6 = strchr(to, ':') != NULL;
    return g_strdup_printf("%s:%u:%s%s%s:%u", what->host, what->port, v6 ? "[" : "", to,
                           v6 ? "]" : "", port);
}

static gboolean
set_options(Request *request, const CheckOptions *options, const FetchWhat *what,
            const char *address)
{
    const LateCurl *curl = request->curl;
    CURL *handle = request->handle;
    g_autofree char *row = replacement(options, what, address);
    request->connect_to = curl->slist_append(NULL, row);
    gboolean plain = g_str_has_prefix(what->url, "http:");
    /* We judge the certificate ourselves: libcurl need not read a file of all CAs for it. */
#define SET(option, value) (curl->easy_setopt(handle, (option), (value)) == CURLE_OK)
    return SET(CURLOPT_URL, what->url) && SET(CURLOPT_CONNECT_TO, request->connect_to) &&
           SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https") &&
           SET(CURLOPT_FOLLOWLOCATION, 0L) && SET(CURLOPT_PROXY, "") && SET(CURLOPT_NOSIGNAL, 1L) &&
           SET(CURLOPT_ERRORBUFFER, request->message) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms) &&
           SET(CURLOPT_TIMEOUT_MS, (long)options->fetch_ms) &&
           SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_USERAGENT, "tlsgauge") && SET(CURLOPT_NOBODY, what->head ? 1L : 0L) &&
           SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           SET(CURLOPT_SSL_VERIFYPEER, 0L) && SET(CURLOPT_SSL_VERIFYHOST, 0L) &&
           SET(CURLOPT_CAINFO, NULL) && SET(CURLOPT_CAPATH, NULL) && SET(CURLOPT_CERTINFO, 1L) &&
           SET(CURLOPT_WRITEFUNCTION, on_body) && SET(CURLOPT_WRITEDATA, request);
#undef SET
}

/* ---- the certificate ------------------------------------------------------------------------- */

/* The DER between the lines of a PEM; NULL if there is none. */
static GBytes *
der_of(const char *pem)
{
    const char *begin = strstr(pem, "-----BEGIN CERTIFICATE-----");
    const char *end = begin == NULL ? NULL : strstr(begin, "-----END CERTIFICATE-----");
    if (end == NULL)
        return NULL;
    begin += strlen("-----BEGIN CERTIFICATE-----");
    g_autofree char *text = g_strndup(begin, (gsize)(end - begin));
    gsize length;
    guchar *der = g_base64_decode(text, &length);
    return g_bytes_new_take(der, length);
}

static GPtrArray *
read_chain(const Request *request)
{
    GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    struct curl_certinfo *info = NULL;
    if (request->curl->easy_getinfo(request->handle, CURLINFO_CERTINFO, &info) != CURLE_OK ||
        info == NULL)
        return chain;
    for (int i = 0; i < info->num_of_certs; i++) {
        for (const struct curl_slist *row = info->certinfo[i]; row != NULL; row = row->next) {
            GBytes *der = g_str_has_prefix(row->data, "Cert:") ? der_of(row->data) : NULL;
            if (der != NULL)
                g_ptr_array_add(chain, der);
        }
    }
    return chain;
}

static void
judge_certificate(Fetch *fetch, const Request *request, const FetchWhat *what, gint64 now)
{
    g_autoptr(GPtrArray) chain = read_chain(request);
    if (what->trust != NULL && chain->len > 0)
        fetch->verdict = tls_verify(chain, what->trust, what->host, now);
}

/* ---- the outcome ----------------------------------------------------------------------------- */

/* Nothing of this machine leads there: that says nothing about the other side. */
static gboolean
has_no_way(const Request *request)
{
    long code = 0;
    (void)request->curl->easy_getinfo(request->handle, CURLINFO_OS_ERRNO, &code);
    return code == ENETUNREACH || code == EAFNOSUPPORT || code == EADDRNOTAVAIL;
}

static void
judge_timeout(Fetch *fetch, const Request *request, const CheckOptions *options)
{
    double connected = 0;
    (void)request->curl->easy_getinfo(request->handle, CURLINFO_CONNECT_TIME, &connected);
    g_autofree char *text =
        connected > 0 ? g_strdup_printf("no whole answer within %u s", options->fetch_ms / 1000)
                      : g_strdup_printf("no connection within %u s", options->connect_ms / 1000);
    fail(fetch, connected > 0 ? FETCH_TIMEOUT : FETCH_REFUSED, text);
}

static void
judge_failure(Fetch *fetch, const Request *request, const CheckOptions *options, CURLcode code)
{
    const char *message =
        *request->message != '\0' ? request->message : request->curl->easy_strerror(code);
    switch ((int)code) {
    case CURLE_COULDNT_CONNECT:
        fail(fetch, has_no_way(request) ? FETCH_UNTRIED : FETCH_REFUSED, message);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        judge_timeout(fetch, request, options);
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
        fail(fetch, FETCH_NO_TLS, message);
        break;
    default:
        fail(fetch, request->too_large ? FETCH_TOO_LARGE : FETCH_REFUSED, message);
    }
}

static void
read_answer(Fetch *fetch, const Request *request)
{
    long status = 0;
    const char *type = NULL, *location = NULL;
    (void)request->curl->easy_getinfo(request->handle, CURLINFO_RESPONSE_CODE, &status);
    (void)request->curl->easy_getinfo(request->handle, CURLINFO_CONTENT_TYPE, &type);
    (void)request->curl->easy_getinfo(request->handle, CURLINFO_REDIRECT_URL, &location);
    fetch->status = (guint)status;
    fetch->type = type == NULL ? NULL : text_printable(type, -1, LIMIT_FACT_BYTES);
    fetch->location = location == NULL ? NULL : text_printable(location, -1, LIMIT_FACT_BYTES);
}

static void
perform(Fetch *fetch, Request *request, const CheckOptions *options, const FetchWhat *what)
{
    gint64 start = g_get_monotonic_time();
    if (!set_options(request, options, what, fetch->address)) {
        fail(fetch, FETCH_UNTRIED, "libcurl does not take the request");
        return;
    }
    CURLcode code = request->curl->easy_perform(request->handle);
    fetch->elapsed_ms = (guint)((g_get_monotonic_time() - start) / 1000);
    if (code != CURLE_OK)
        judge_failure(fetch, request, options, code);
    read_answer(fetch, request);
    judge_certificate(fetch, request, what, options->now);
}

Fetch *
fetch_run(const CheckOptions *options, const FetchWhat *what, const char *address)
{
    const char *problem;
    Fetch *fetch = g_new0(Fetch, 1);
    Request request = {.curl = late_curl(&problem), .body = g_byte_array_new()};
    fetch->address = g_strdup(address);
    request.handle = request.curl == NULL ? NULL : request.curl->easy_init();
    if (request.handle != NULL) {
        perform(fetch, &request, options, what);
        request.curl->slist_free_all(request.connect_to);
        request.curl->easy_cleanup(request.handle);
    } else {
        fail(fetch, FETCH_UNTRIED, request.curl == NULL ? problem : "libcurl cannot be started");
    }
    fetch->body = g_byte_array_free_to_bytes(request.body);
    return fetch;
}

#endif
