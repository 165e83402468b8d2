#include "check/dane.h"

#include <gnutls/abstract.h>
#include <string.h>

#include "check/chain.h"
#include "check/tls_verify.h"
#include "schema/limits.h"

#define SHOWN_DIGITS 16u

static void
record_free(gpointer data)
{
    DaneRecord *record = data;
    g_bytes_unref(record->data);
    g_free(record);
}

void
dane_verdict_free(DaneVerdict *verdict)
{
    if (verdict == NULL)
        return;
    g_ptr_array_unref(verdict->records);
    g_free(verdict);
}

static GBytes *
take_datum(gnutls_datum_t *datum)
{
    GBytes *bytes = g_bytes_new(datum->data, datum->size);
    gnutls_free(datum->data);
    return bytes;
}

/* SubjectPublicKeyInfo, DER; NULL if GnuTLS does not know the kind of key. */
static GBytes *
public_key_of(gnutls_x509_crt_t certificate)
{
    gnutls_pubkey_t key = NULL;
    gnutls_datum_t der = {0};
    GBytes *bytes = NULL;
    if (gnutls_pubkey_init(&key) == 0 && gnutls_pubkey_import_x509(key, certificate, 0) == 0 &&
        gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) == 0)
        bytes = take_datum(&der);
    gnutls_pubkey_deinit(key);
    return bytes;
}

static gboolean
is_public_key(GBytes *data)
{
    gsize size = 0;
    gnutls_datum_t der = {.data = (guint8 *)g_bytes_get_data(data, &size)};
    der.size = (unsigned)size;
    gnutls_pubkey_t key = NULL;
    gboolean good =
        gnutls_pubkey_init(&key) == 0 && gnutls_pubkey_import(key, &der, GNUTLS_X509_FMT_DER) == 0;
    gnutls_pubkey_deinit(key);
    return good;
}

static gboolean
is_certificate(GBytes *data)
{
    gnutls_x509_crt_t certificate = chain_import_one(data);
    if (certificate == NULL)
        return FALSE;
    gnutls_x509_crt_deinit(certificate);
    return TRUE;
}

/* RFC 7672 3.1 (usages 0 and 1), RFC 6698 2.1. NULL: usable. */
static const char *
why_unusable(const DaneRecord *record, gsize rdata_length)
{
    gsize length = g_bytes_get_size(record->data);
    if (rdata_length < 4)
        return "the record is cut off";
    if (record->usage <= DANE_PKIX_EE)
        return "usage 0 and 1 (PKIX) are not for SMTP";
    if (record->usage > DANE_EE)
        return "the usage is unknown";
    if (record->selector > DANE_PUBLIC_KEY)
        return "the selector is unknown";
    if (record->matching >= DANE_MATCHING_KNOWN)
        return "the matching type is unknown";
    if (record->matching == DANE_SHA256 && length != 32)
        return "a SHA-256 digest has 32 octets";
    if (record->matching == DANE_SHA512 && length != 64)
        return "a SHA-512 digest has 64 octets";
    if (record->matching != DANE_FULL)
        return NULL;
    if (length > LIMIT_TLSA_BYTES)
        return "the data is too long";
    if (record->selector == DANE_CERTIFICATE)
        return is_certificate(record->data) ? NULL : "the data is no certificate";
    return is_public_key(record->data) ? NULL : "the data is no public key";
}

static DaneRecord *
read_record(GBytes *rdata)
{
    gsize length = 0;
    const guint8 *octets = g_bytes_get_data(rdata, &length);
    gsize head = MIN(length, 3);
    DaneRecord *record = g_new0(DaneRecord, 1);
    record->usage = length > 0 ? octets[0] : 255;
    record->selector = length > 1 ? octets[1] : 255;
    record->matching = length > 2 ? octets[2] : 255;
    record->data = g_bytes_new_from_bytes(rdata, head, length - head);
    record->unusable = why_unusable(record, length);
    record->depth = -1;
    return record;
}

static gboolean
same_record(const DaneRecord *a, const DaneRecord *b)
{
    return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching &&
           g_bytes_equal(a->data, b->data);
}

static gboolean
matches(const DaneRecord *record, GBytes *der, GBytes *key)
{
    GBytes *selected = record->selector == DANE_CERTIFICATE ? der : key;
    if (selected == NULL)
        return FALSE;
    if (record->matching == DANE_FULL)
        return g_bytes_equal(record->data, selected);
    GChecksumType type = record->matching == DANE_SHA256 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA512;
    guint8 digest[64];
    gsize size = sizeof digest, selected_size = 0, wanted_size = 0;
    const guint8 *octets = g_bytes_get_data(selected, &selected_size);
    const guint8 *wanted = g_bytes_get_data(record->data, &wanted_size);
    g_autoptr(GChecksum) checksum = g_checksum_new(type);
    g_checksum_update(checksum, octets, (gssize)selected_size);
    g_checksum_get_digest(checksum, digest, &size);
    return size == wanted_size && memcmp(digest, wanted, size) == 0;
}

/* The certificate that RECORD matches: the server's own for DANE-EE, any for DANE-TA. */
static int
find_match(const DaneRecord *record, const GPtrArray *der, GPtrArray *keys)
{
    guint length = record->usage == DANE_EE ? 1 : der->len;
    for (guint i = 0; i < length; i++) {
        if (matches(record, g_ptr_array_index(der, i), g_ptr_array_index(keys, i)))
            return (int)i;
    }
    return -1;
}

static gboolean
is_current(gnutls_x509_crt_t certificate, gint64 now)
{
    return (gint64)gnutls_x509_crt_get_activation_time(certificate) <= now &&
           (gint64)gnutls_x509_crt_get_expiration_time(certificate) >= now;
}

/* The server's certificate is signed by way of the chain by the one at ANCHOR (RFC 7671 5.2): NULL,
 * or why not. A certificate that is its own anchor needs no signature. */
static const char *
refuse_anchor(const Chain *chain, guint anchor, gint64 now)
{
    guint depth = 0;
    for (guint steps = 0; steps < chain->length; steps++) {
        gnutls_x509_crt_t certificate = chain->certificates[depth];
        if (!is_current(certificate, now))
            return depth == 0 ? "the certificate has expired or is not valid yet"
                              : "a certificate of the chain has expired or is not valid yet";
        if (depth == anchor)
            return NULL;
        int issuer = chain_find_issuer(chain, certificate);
        if (issuer < 0 || (guint)issuer == depth)
            break;
        unsigned status = 0;
        unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS;
        if (gnutls_x509_crt_verify(certificate, &chain->certificates[issuer], 1, flags, &status) !=
                0 ||
            status != 0)
            return "a signature in the chain is not good, or its issuer is no CA";
        depth = (guint)issuer;
    }
    return "the server's certificate is not signed by the one that matches";
}

static gboolean
has_one_of(gnutls_x509_crt_t certificate, const char *const *names)
{
    g_autoptr(GPtrArray) held = chain_dns_names(certificate);
    for (; *names != NULL; names++) {
        if (tls_name_matches(held, *names))
            return TRUE;
    }
    return FALSE;
}

/* What a usable record that matches the certificate at its depth is worth. */
static void
weigh(DaneVerdict *verdict, DaneRecord *record, const Chain *chain, const char *const *names,
      gint64 now)
{
    if (record->usage == DANE_EE) {
        verdict->authenticated = TRUE;
        verdict->by_ee = TRUE;
        return;
    }
    record->refused = refuse_anchor(chain, (guint)record->depth, now);
    if (record->refused != NULL)
        return;
    if (has_one_of(chain->certificates[0], names)) {
        verdict->authenticated = TRUE;
    } else {
        verdict->name_refused = TRUE;
        record->refused = "the certificate has not the name of the MX";
    }
}

static void
mark_duplicate(const GPtrArray *records, DaneRecord *record)
{
    for (guint i = 0; i < records->len; i++)
        record->duplicate |= same_record(g_ptr_array_index(records, i), record);
}

static void
free_key(gpointer key)
{
    if (key != NULL)
        g_bytes_unref(key);
}

static GPtrArray *
public_keys(const Chain *chain)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(free_key);
    for (guint i = 0; i < chain->length; i++)
        g_ptr_array_add(keys, public_key_of(chain->certificates[i]));
    return keys;
}

DaneVerdict *
dane_verify(const GPtrArray *rdata, const GPtrArray *chain, const char *const *names, gint64 now)
{
    DaneVerdict *verdict = g_new0(DaneVerdict, 1);
    verdict->records = g_ptr_array_new_with_free_func(record_free);
    g_autoptr(Chain) imported = chain_import(chain);
    g_autoptr(GPtrArray) keys = imported != NULL ? public_keys(imported) : NULL;
    for (guint i = 0; i < rdata->len && i < LIMIT_TLSA_RECORDS; i++) {
        DaneRecord *record = read_record(g_ptr_array_index(rdata, i));
        mark_duplicate(verdict->records, record);
        g_ptr_array_add(verdict->records, record);
        if (record->unusable != NULL)
            continue;
        verdict->usable++;
        if (imported != NULL)
            record->depth = find_match(record, chain, keys);
        if (record->depth >= 0)
            weigh(verdict, record, imported, names, now);
    }
    return verdict;
}

static void
append_hex(GString *text, GBytes *data, gsize max)
{
    gsize length = 0;
    const guint8 *octets = g_bytes_get_data(data, &length);
    for (gsize i = 0; i < MIN(length, max); i++)
        g_string_append_printf(text, "%02x", octets[i]);
    if (length > max)
        g_string_append(text, "…");
}

char *
dane_record_text(const DaneRecord *record, gboolean whole)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%u %u %u ", record->usage, record->selector, record->matching);
    append_hex(text, record->data, whole ? G_MAXSIZE : SHOWN_DIGITS / 2);
    return g_string_free(text, FALSE);
}

char *
dane_suggest(GBytes *der)
{
    gnutls_x509_crt_t certificate = chain_import_one(der);
    GBytes *key = certificate != NULL ? public_key_of(certificate) : NULL;
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    if (key == NULL)
        return NULL;
    g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, key);
    g_bytes_unref(key);
    return g_strdup_printf("3 1 1 %s", digest);
}
