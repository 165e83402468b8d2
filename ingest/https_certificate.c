#include "ingest/https_certificate.h"

#include <gio/gio.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "schema/day.h"
#include "schema/limits.h"

/* One certificate chain with its key, as GnuTLS wants them. */
typedef struct {
    gnutls_pcert_st chain[LIMIT_CERTIFICATE_CHAIN];
    unsigned length;
    gnutls_privkey_t key;
    gint64 expires;
    guint64 retired_before; /* connections with a lower number may use it */
} Pair;

/* What tells that a file is another than the one that was read. */
typedef struct {
    gint64 device, inode, size, mtime, mtime_ns, ctime, ctime_ns;
} Stamp;

struct HttpsCertificate {
    char *certificate_file;
    char *key_file;
    void (*log)(gpointer, const char *line);
    gpointer log_data;
    guint64 (*next_number)(gpointer);
    gpointer next_data;
    pthread_mutex_t lock; /* guards what follows */
    Pair *current;
    GPtrArray *retired;
    Stamp stamps[2]; /* of the files that were tried last, successfully or not */
    gint64 looked;   /* monotonic microseconds */
};

/* GnuTLS gives its callback no pointer of ours, but the threads of each libmicrohttpd daemon are
 * its own. */
static _Thread_local HttpsCertificate *serving;

static void
pair_free(gpointer data)
{
    Pair *pair = data;
    if (pair == NULL)
        return;
    for (unsigned i = 0; i < pair->length; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key != NULL)
        gnutls_privkey_deinit(pair->key);
    g_free(pair);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

static gboolean
fail(GError **error, const char *file, const char *what, int code)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s%s%s", file, what,
                code < 0 ? ": " : "", code < 0 ? gnutls_strerror(code) : "");
    return FALSE;
}

/* The whole FILE; a device or a huge file is a mistake that must not hang us. */
static gboolean
read_pem(const char *file, gnutls_datum_t *ret_pem, GError **error)
{
    GStatBuf status;
    char *text = NULL;
    gsize length = 0;
    if (g_stat(file, &status) == 0 &&
        (!S_ISREG(status.st_mode) || status.st_size > (goffset)LIMIT_CERTIFICATE_BYTES))
        return fail(error, file, "not a PEM file", 0);
    if (!g_file_get_contents(file, &text, &length, error))
        return FALSE;
    *ret_pem = (gnutls_datum_t){.data = (guint8 *)text, .size = (unsigned)length};
    return TRUE;
}

static void
clear_pem(gnutls_datum_t *pem)
{
    if (pem->data != NULL)
        explicit_bzero(pem->data, pem->size);
    g_free(pem->data);
    *pem = (gnutls_datum_t){0};
}

static gboolean
import_chain(Pair *pair, const char *file, const gnutls_datum_t *pem, GError **error)
{
    gnutls_x509_crt_t *list = NULL;
    unsigned n = 0;
    int code = gnutls_x509_crt_list_import2(&list, &n, pem, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return fail(error, file, "no certificate can be read from it", code);
    if (n > LIMIT_CERTIFICATE_CHAIN) {
        code = fail(error, file, "too many certificates in it", 0);
    } else {
        unsigned length = n;
        code = gnutls_pcert_import_x509_list(pair->chain, list, &length, GNUTLS_X509_CRT_LIST_SORT);
        if (code < 0)
            code = fail(error, file, "its certificates are no chain", code);
        else
            pair->length = length;
    }
    for (unsigned i = 0; i < n; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    if (pair->length == 0)
        return FALSE;

    gnutls_x509_crt_t leaf = NULL;
    code = gnutls_pcert_export_x509(&pair->chain[0], &leaf);
    if (code < 0)
        return fail(error, file, "cannot read its first certificate", code);
    pair->expires = gnutls_x509_crt_get_expiration_time(leaf);
    gnutls_x509_crt_deinit(leaf);
    return TRUE;
}

/* A certificate that was renewed before its key was, or the other way round, would break every
 * handshake. */
static gboolean
key_belongs(const Pair *pair)
{
    guint8 ids[2][64];
    size_t sizes[2] = {sizeof ids[0], sizeof ids[1]};
    gnutls_pubkey_t pubkey = NULL;
    gboolean same = gnutls_pubkey_init(&pubkey) == 0 &&
                    gnutls_pubkey_import_privkey(pubkey, pair->key, 0, 0) == 0 &&
                    gnutls_pubkey_get_key_id(pubkey, 0, ids[0], &sizes[0]) == 0 &&
                    gnutls_pubkey_get_key_id(pair->chain[0].pubkey, 0, ids[1], &sizes[1]) == 0 &&
                    sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
    if (pubkey != NULL)
        gnutls_pubkey_deinit(pubkey);
    return same;
}

static gboolean
import_key(Pair *pair, const char *file, const gnutls_datum_t *pem, GError **error)
{
    int code = gnutls_privkey_init(&pair->key);
    if (code == 0)
        code = gnutls_privkey_import_x509_raw(pair->key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code < 0)
        return fail(error, file, "no key without a password can be read from it", code);
    return TRUE;
}

static Pair *
load(const char *certificate_file, const char *key_file, GError **error)
{
    g_autoptr(Pair) pair = g_new0(Pair, 1);
    gnutls_datum_t certificate = {0};
    gnutls_datum_t key = {0};
    gboolean loaded = read_pem(certificate_file, &certificate, error) &&
                      import_chain(pair, certificate_file, &certificate, error) &&
                      read_pem(key_file, &key, error) && import_key(pair, key_file, &key, error);
    clear_pem(&certificate);
    clear_pem(&key);
    if (loaded && !key_belongs(pair)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    "%s: not the key of the certificate in %s", key_file, certificate_file);
        loaded = FALSE;
    }
    return loaded ? g_steal_pointer(&pair) : NULL;
}

static Stamp
stamp_of(const char *file)
{
    struct stat status;
    if (stat(file, &status) != 0)
        return (Stamp){0};
    /* ctime as well: a file that could not be read may be given other permissions. */
    return (Stamp){
        .device = (gint64)status.st_dev,
        .inode = (gint64)status.st_ino,
        .size = status.st_size,
        .mtime = status.st_mtim.tv_sec,
        .mtime_ns = status.st_mtim.tv_nsec,
        .ctime = status.st_ctim.tv_sec,
        .ctime_ns = status.st_ctim.tv_nsec,
    };
}

/* Under the lock. The stamps are taken before the files are read, so that a file which changes
 * while it is read counts as changed at the next look. */
static gboolean
reload(HttpsCertificate *certificate, GError **error)
{
    certificate->stamps[0] = stamp_of(certificate->certificate_file);
    certificate->stamps[1] = stamp_of(certificate->key_file);
    Pair *pair = load(certificate->certificate_file, certificate->key_file, error);
    if (pair == NULL)
        return FALSE;
    Pair *old = certificate->current;
    certificate->current = pair;
    if (old != NULL) {
        /* Asked after the exchange: a connection with this number or a higher one starts later
         * and can only see the new pair. */
        old->retired_before = certificate->next_number(certificate->next_data);
        g_ptr_array_add(certificate->retired, old);
    }
    return TRUE;
}

/* Under the lock. NULL, or a line to log. */
static char *
look(HttpsCertificate *certificate)
{
    gint64 now = g_get_monotonic_time();
    if (now - certificate->looked < G_USEC_PER_SEC)
        return NULL;
    certificate->looked = now;
    Stamp stamps[2] = {stamp_of(certificate->certificate_file), stamp_of(certificate->key_file)};
    if (memcmp(stamps, certificate->stamps, sizeof stamps) == 0)
        return NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *expires = NULL;
    if (!reload(certificate, &error))
        return g_strdup_printf("the certificate stays the old one: %s", error->message);
    expires = datetime_format(certificate->current->expires);
    return g_strdup_printf("new certificate from %s, valid until %s", certificate->certificate_file,
                           expires);
}

HttpsCertificate *
https_certificate_new(const char *certificate_file, const char *key_file,
                      void (*log)(gpointer, const char *line), gpointer log_data,
                      guint64 (*next_number)(gpointer), gpointer next_data, GError **error)
{
    HttpsCertificate *certificate = g_new0(HttpsCertificate, 1);
    certificate->certificate_file = g_strdup(certificate_file);
    certificate->key_file = g_strdup(key_file != NULL ? key_file : certificate_file);
    certificate->log = log;
    certificate->log_data = log_data;
    certificate->next_number = next_number;
    certificate->next_data = next_data;
    certificate->retired = g_ptr_array_new_with_free_func(pair_free);
    certificate->looked = g_get_monotonic_time();
    pthread_mutex_init(&certificate->lock, NULL);
    if (!reload(certificate, error)) {
        https_certificate_free(certificate);
        return NULL;
    }
    return certificate;
}

void
https_certificate_free(HttpsCertificate *certificate)
{
    if (certificate == NULL)
        return;
    pair_free(certificate->current);
    g_ptr_array_unref(certificate->retired);
    pthread_mutex_destroy(&certificate->lock);
    g_free(certificate->certificate_file);
    g_free(certificate->key_file);
    g_free(certificate);
}

gboolean
https_certificate_reload(HttpsCertificate *certificate, GError **error)
{
    pthread_mutex_lock(&certificate->lock);
    gboolean done = reload(certificate, error);
    pthread_mutex_unlock(&certificate->lock);
    return done;
}

gint64
https_certificate_expires(HttpsCertificate *certificate)
{
    pthread_mutex_lock(&certificate->lock);
    gint64 expires = certificate->current->expires;
    pthread_mutex_unlock(&certificate->lock);
    return expires;
}

void
https_certificate_release(HttpsCertificate *certificate, guint64 oldest)
{
    pthread_mutex_lock(&certificate->lock);
    /* Retired in the order of their marks. */
    while (certificate->retired->len > 0) {
        const Pair *pair = g_ptr_array_index(certificate->retired, 0);
        if (pair->retired_before > oldest)
            break;
        g_ptr_array_remove_index(certificate->retired, 0);
    }
    pthread_mutex_unlock(&certificate->lock);
}

guint
https_certificate_retired(HttpsCertificate *certificate)
{
    pthread_mutex_lock(&certificate->lock);
    guint n = certificate->retired->len;
    pthread_mutex_unlock(&certificate->lock);
    return n;
}

void
https_certificate_serve_thread(HttpsCertificate *certificate)
{
    serving = certificate;
}

int
https_certificate_retrieve(G_GNUC_UNUSED gnutls_session_t session,
                           G_GNUC_UNUSED const gnutls_datum_t *authorities,
                           G_GNUC_UNUSED int n_authorities,
                           G_GNUC_UNUSED const gnutls_pk_algorithm_t *algorithms,
                           G_GNUC_UNUSED int n_algorithms, gnutls_pcert_st **ret_chain,
                           unsigned *ret_length, gnutls_privkey_t *ret_key)
{
    HttpsCertificate *certificate = serving;
    if (certificate == NULL)
        return -1;
    pthread_mutex_lock(&certificate->lock);
    g_autofree char *line = look(certificate);
    Pair *pair = certificate->current;
    *ret_chain = pair->chain;
    *ret_length = pair->length;
    *ret_key = pair->key;
    pthread_mutex_unlock(&certificate->lock);
    if (line != NULL && certificate->log != NULL)
        certificate->log(certificate->log_data, line);
    return 0;
}
