/* test_certificates.h: certificates made on the spot, with what is wrong in them. */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

#define TEST_NOW G_GINT64_CONSTANT(1700000000) /* 2023-11-14 */
#define TEST_DAY 86400

typedef struct {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    GBytes *der;
} TestCertificate;

typedef struct {
    const char *subject;           /* common name */
    const char *dns[4];            /* SAN */
    const TestCertificate *issuer; /* NULL: signs itself */
    gboolean ca;
    gboolean issuer_address;          /* authority information access, as public CAs have it */
    gboolean for_clients;             /* extended key usage clientAuth */
    gint64 from, until;               /* 0: a year before, a year after */
    guint rsa_bits;                   /* 0: ECDSA P-256 */
    gnutls_digest_algorithm_t digest; /* 0: SHA-256 */
} TestRecipe;

static inline void
test_sign(TestCertificate *made, const TestRecipe *recipe)
{
    gnutls_privkey_t signer = NULL;
    const TestCertificate *by = recipe->issuer != NULL ? recipe->issuer : made;
    g_assert_cmpint(gnutls_privkey_init(&signer), ==, 0);
    g_assert_cmpint(gnutls_privkey_import_x509(signer, by->key, 0), ==, 0);
    gnutls_digest_algorithm_t digest = recipe->digest != 0 ? recipe->digest : GNUTLS_DIG_SHA256;
    g_assert_cmpint(
        gnutls_x509_crt_privkey_sign(made->certificate, by->certificate, signer, digest, 0), ==, 0);
    gnutls_privkey_deinit(signer);
}

static inline void
test_fill(gnutls_x509_crt_t certificate, const TestRecipe *recipe)
{
    static guint32 serial;
    guint32 number = GUINT32_TO_BE(++serial);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, &number, sizeof number);
    gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, recipe->subject,
                                  (unsigned)strlen(recipe->subject));
    for (guint i = 0; i < G_N_ELEMENTS(recipe->dns) && recipe->dns[i] != NULL; i++)
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, recipe->dns[i],
                                             (unsigned)strlen(recipe->dns[i]), GNUTLS_FSAN_APPEND);
    gint64 from = recipe->from != 0 ? recipe->from : TEST_NOW - 365 * TEST_DAY;
    gint64 until = recipe->until != 0 ? recipe->until : TEST_NOW + 365 * TEST_DAY;
    gnutls_x509_crt_set_activation_time(certificate, (time_t)from);
    gnutls_x509_crt_set_expiration_time(certificate, (time_t)until);
    gnutls_x509_crt_set_ca_status(certificate, recipe->ca);
    if (recipe->for_clients)
        gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
    if (recipe->issuer_address) {
        char text[] = "http://ca.example/intermediate.der";
        gnutls_datum_t address = {.data = (guint8 *)text, .size = sizeof text - 1};
        gnutls_x509_crt_set_authority_info_access(certificate, GNUTLS_IA_CAISSUERS_URI, &address);
    }
}

static inline TestCertificate *
test_certificate(TestRecipe recipe)
{
    TestCertificate *made = g_new0(TestCertificate, 1);
    g_assert_cmpint(gnutls_x509_privkey_init(&made->key), ==, 0);
    gboolean rsa = recipe.rsa_bits != 0;
    unsigned bits =
        rsa ? recipe.rsa_bits : (unsigned)GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
    g_assert_cmpint(
        gnutls_x509_privkey_generate(made->key, rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA, bits, 0), ==,
        0);
    g_assert_cmpint(gnutls_x509_crt_init(&made->certificate), ==, 0);
    test_fill(made->certificate, &recipe);
    g_assert_cmpint(gnutls_x509_crt_set_key(made->certificate, made->key), ==, 0);
    test_sign(made, &recipe);
    gnutls_datum_t der = {0};
    g_assert_cmpint(gnutls_x509_crt_export2(made->certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
    made->der = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    return made;
}

static inline void
test_certificate_free(TestCertificate *made)
{
    gnutls_x509_privkey_deinit(made->key);
    gnutls_x509_crt_deinit(made->certificate);
    g_bytes_unref(made->der);
    g_free(made);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestCertificate, test_certificate_free)

/* What a server sends; up to three certificates, ended by NULL. */
static inline GPtrArray *
test_chain(const TestCertificate *leaf, const TestCertificate *second, const TestCertificate *third)
{
    GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    const TestCertificate *all[] = {leaf, second, third};
    for (guint i = 0; i < G_N_ELEMENTS(all) && all[i] != NULL; i++)
        g_ptr_array_add(chain, g_bytes_ref(all[i]->der));
    return chain;
}
