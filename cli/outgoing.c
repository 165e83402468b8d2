#include "cli/outgoing.h"

#include <gio/gio.h>

static OutgoingResult fail(OutgoingResult result, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static OutgoingResult
fail(OutgoingResult result, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, text);
    return result;
}

#ifdef HAVE_LIBCURL

#include <string.h>

#include "late/curl.h"
#include "schema/limits.h"

/* One transfer. */
typedef struct {
    const LateCurl *api;
    CURL *curl;
    char fault[CURL_ERROR_SIZE];
    const char *data; /* that is left to be sent */
    gsize length;
    char answer[LIMIT_ANSWER_BYTES]; /* the last line of a mail server that refuses something */
} Transfer;

static void
transfer_end(Transfer *transfer)
{
    if (transfer->curl != NULL)
        transfer->api->easy_cleanup(transfer->curl);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Transfer, transfer_end)

static size_t
on_read(char *buffer, size_t size, size_t n, void *user)
{
    Transfer *transfer = user;
    gsize length = MIN(size * n, transfer->length);
    memcpy(buffer, transfer->data, length);
    transfer->data += length;
    transfer->length -= length;
    return length;
}

static size_t
on_line(char *data, size_t size, size_t n, void *user)
{
    Transfer *transfer = user;
    gsize length = MIN(size * n, sizeof transfer->answer - 1);
    if (length == 0 || (data[0] != '4' && data[0] != '5'))
        return size * n;
    memcpy(transfer->answer, data, length);
    transfer->answer[length] = '\0';
    g_strchomp(transfer->answer);
    return size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *user)
{
    (void)data, (void)user; /* nobody asks what a webhook answers */
    return size * n;
}

static gboolean
transfer_begin(Transfer *transfer, const char *url, const char *protocols, guint seconds,
               const char *ca_file, GError **error)
{
    const char *problem = NULL;
    transfer->api = late_curl(&problem);
    if (transfer->api == NULL) {
        (void)fail(OUTGOING_CANNOT, error, "%s", problem);
        return FALSE;
    }
    const LateCurl *api = transfer->api;
    CURL *curl = transfer->curl = api->easy_init();
    if (curl == NULL)
        g_error("libcurl: out of memory");
    api->easy_setopt(curl, CURLOPT_URL, url);
    api->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    api->easy_setopt(curl, CURLOPT_PROXY, "");
    api->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    api->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)MIN(seconds, LIMIT_MAIL_CONNECT_SECONDS));
    api->easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds);
    api->easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file != NULL) {
        api->easy_setopt(curl, CURLOPT_CAINFO, ca_file);
        api->easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    api->easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->fault);
    api->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    return TRUE;
}

static long
response_code(const Transfer *transfer)
{
    long code = 0;
    (void)transfer->api->easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

/* CODE as a failure of the connection itself; OUTGOING_DONE where it is something else. */
static OutgoingResult
judge_connection(const Transfer *transfer, CURLcode code, GError **error)
{
    const char *fault =
        transfer->fault[0] != '\0' ? transfer->fault : transfer->api->easy_strerror(code);
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return fail(OUTGOING_LATER, error, "cannot connect: %s", fault);
    case CURLE_OPERATION_TIMEDOUT:
        return fail(OUTGOING_LATER, error, "it did not end in time: %s", fault);
    case CURLE_PEER_FAILED_VERIFICATION:
        return fail(OUTGOING_REFUSED, error,
                    "the certificate does not hold: %s (for a private CA set ca-file= or "
                    "webhook-ca-file=)",
                    fault);
    case CURLE_USE_SSL_FAILED:
        return fail(OUTGOING_REFUSED, error,
                    "the server offers no TLS (STARTTLS), and nothing is sent without");
    default:
        return OUTGOING_DONE;
    }
}

/* ---- mail -------------------------------------------------------------------------------- */

/* What the server says, unless it says the password back. */
static OutgoingResult
judge_mail(const Transfer *transfer, CURLcode code, const OutgoingMail *mail, GError **error)
{
    OutgoingResult result = judge_connection(transfer, code, error);
    if (result != OUTGOING_DONE)
        return result;
    long reply = response_code(transfer);
    const char *fault =
        transfer->fault[0] != '\0' ? transfer->fault : transfer->api->easy_strerror(code);
    result = reply >= 500 ? OUTGOING_REFUSED : OUTGOING_LATER;
    if (code == CURLE_LOGIN_DENIED || code == CURLE_AUTH_ERROR)
        return fail(result, error, "the server refuses the login of %s (%ld)", mail->user, reply);
    if (reply >= 400)
        return fail(result, error, "the server refuses: %s", transfer->answer);
    return fail(OUTGOING_LATER, error, "%s", fault);
}

OutgoingResult
outgoing_mail(const OutgoingMail *mail, GError **error)
{
    g_auto(Transfer) transfer = {0};
    if (!transfer_begin(&transfer, mail->url, "smtp,smtps", LIMIT_MAIL_SECONDS, mail->ca_file,
                        error))
        return OUTGOING_CANNOT;
    const LateCurl *api = transfer.api;
    transfer.data = g_bytes_get_data(mail->message, &transfer.length);
    g_autofree char *from = g_strdup_printf("<%s>", mail->from);
    struct curl_slist *recipients = NULL;
    for (const char *const *to = mail->to; *to != NULL; to++) {
        g_autofree char *recipient = g_strdup_printf("<%s>", *to);
        recipients = api->slist_append(recipients, recipient);
    }
    api->easy_setopt(transfer.curl, CURLOPT_USE_SSL,
                     mail->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    api->easy_setopt(transfer.curl, CURLOPT_MAIL_FROM, from);
    api->easy_setopt(transfer.curl, CURLOPT_MAIL_RCPT, recipients);
    api->easy_setopt(transfer.curl, CURLOPT_UPLOAD, 1L);
    api->easy_setopt(transfer.curl, CURLOPT_READFUNCTION, on_read);
    api->easy_setopt(transfer.curl, CURLOPT_READDATA, &transfer);
    api->easy_setopt(transfer.curl, CURLOPT_HEADERFUNCTION, on_line);
    api->easy_setopt(transfer.curl, CURLOPT_HEADERDATA, &transfer);
    if (mail->user != NULL) {
        api->easy_setopt(transfer.curl, CURLOPT_USERNAME, mail->user);
        api->easy_setopt(transfer.curl, CURLOPT_PASSWORD, mail->password);
        api->easy_setopt(transfer.curl, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    }
    CURLcode code = api->easy_perform(transfer.curl);
    OutgoingResult result =
        code == CURLE_OK ? OUTGOING_DONE : judge_mail(&transfer, code, mail, error);
    api->slist_free_all(recipients);
    return result;
}

/* ---- webhooks ---------------------------------------------------------------------------- */

static OutgoingResult
judge_post(const Transfer *transfer, CURLcode code, GError **error)
{
    OutgoingResult result = judge_connection(transfer, code, error);
    if (result != OUTGOING_DONE)
        return result;
    if (code != CURLE_OK)
        return fail(OUTGOING_LATER, error, "%s",
                    transfer->fault[0] != '\0' ? transfer->fault
                                               : transfer->api->easy_strerror(code));
    long status = response_code(transfer);
    if (status >= 200 && status <= 299)
        return OUTGOING_DONE;
    if (status >= 300 && status <= 399)
        return fail(OUTGOING_REFUSED, error,
                    "it answers %ld, a redirect, and these are not followed", status);
    return fail(status >= 500 || status == 408 || status == 429 ? OUTGOING_LATER : OUTGOING_REFUSED,
                error, "it answers %ld", status);
}

OutgoingResult
outgoing_post(const OutgoingPost *post, GError **error)
{
    g_auto(Transfer) transfer = {0};
    if (!transfer_begin(&transfer, post->url, "https,http", post->seconds, post->ca_file, error))
        return OUTGOING_CANNOT;
    const LateCurl *api = transfer.api;
    gsize length;
    const char *data = g_bytes_get_data(post->body, &length);
    struct curl_slist *fields = api->slist_append(NULL, "Content-Type: application/json");
    fields = api->slist_append(fields, "Expect:"); /* no pause before the body */
    for (const char *const *field = post->fields; field != NULL && *field != NULL; field++)
        fields = api->slist_append(fields, *field);
    api->easy_setopt(transfer.curl, CURLOPT_HTTPHEADER, fields);
    api->easy_setopt(transfer.curl, CURLOPT_USERAGENT, "tlsgauge/" TLSGAUGE_VERSION);
    api->easy_setopt(transfer.curl, CURLOPT_POSTFIELDS, data);
    api->easy_setopt(transfer.curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    if (post->token != NULL) {
        api->easy_setopt(transfer.curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        api->easy_setopt(transfer.curl, CURLOPT_XOAUTH2_BEARER, post->token);
    }
    CURLcode code = api->easy_perform(transfer.curl);
    OutgoingResult result = judge_post(&transfer, code, error);
    api->slist_free_all(fields);
    return result;
}

#else

OutgoingResult
outgoing_mail(const OutgoingMail *mail, GError **error)
{
    (void)mail;
    return fail(OUTGOING_CANNOT, error,
                "this tlsgauge was built without libcurl, which relay= needs");
}

OutgoingResult
outgoing_post(const OutgoingPost *post, GError **error)
{
    (void)post;
    return fail(OUTGOING_CANNOT, error,
                "this tlsgauge was built without libcurl, which webhook= needs");
}

#endif
