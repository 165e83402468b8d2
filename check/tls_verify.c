#include "check/tls_verify.h"

#include <gio/gio.h>

#include "check/chain.h"
#include "schema/domain_name.h"
#include "schema/finding.h"
#include "schema/limits.h"
#include "schema/sts_policy.h"

#define MIN_RSA_BITS   2048u /* NIST SP 800-131A; the CA/Browser Forum's minimum too */
#define MIN_CURVE_BITS 224u

struct TlsTrust {
    gnutls_x509_trust_list_t list;
};

typedef struct {
    TlsVerdict *verdict;
    const Chain *chain;
    gnutls_x509_trust_list_t trusted;
    gint64 now;
} Judge;

TlsTrust *
tls_trust_load(const char *ca_file, GError **error)
{
    g_autoptr(TlsTrust) trust = g_new0(TlsTrust, 1);
    int code = gnutls_x509_trust_list_init(&trust->list, 0);
    if (code == 0 && ca_file != NULL)
        code = gnutls_x509_trust_list_add_trust_file(trust->list, ca_file, NULL,
                                                     GNUTLS_X509_FMT_PEM, 0, 0);
    else if (code == 0)
        code = gnutls_x509_trust_list_add_system_trust(trust->list, 0, 0);
    if (code > 0)
        return g_steal_pointer(&trust);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no trusted CAs in %s%s%s",
                ca_file != NULL ? ca_file : "the system", code < 0 ? ": " : "",
                code < 0 ? gnutls_strerror(code) : "");
    return NULL;
}

void
tls_trust_free(TlsTrust *trust)
{
    if (trust == NULL)
        return;
    if (trust->list != NULL)
        gnutls_x509_trust_list_deinit(trust->list, 1);
    g_free(trust);
}

static void
fault_free(gpointer data)
{
    TlsFault *fault = data;
    g_free(fault->fact);
    g_free(fault);
}

void
tls_verdict_free(TlsVerdict *verdict)
{
    if (verdict == NULL)
        return;
    g_ptr_array_unref(verdict->faults);
    g_ptr_array_unref(verdict->names);
    g_free(verdict->fingerprint);
    g_free(verdict->subject);
    g_free(verdict->issuer);
    g_free(verdict->key);
    g_free(verdict);
}

/* Takes FACT. */
static void
add_fault(TlsVerdict *verdict, TlsFaultKind kind, char *fact)
{
    TlsFault *fault = g_new0(TlsFault, 1);
    fault->kind = kind;
    fault->fact = fact;
    g_ptr_array_add(verdict->faults, fault);
}

gboolean
tls_name_matches(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *pattern =
            domain_name_normalise(g_ptr_array_index(names, i), -1, TRUE, NULL);
        if (pattern != NULL && mx_pattern_matches(pattern, name))
            return TRUE;
    }
    return FALSE;
}

static char *
list_names(const GPtrArray *names)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < names->len && i < 5; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(names, i));
    if (names->len > 5)
        g_string_append_printf(text, " and %u more", names->len - 5);
    return g_string_free(text, FALSE);
}

static void
judge_name(TlsVerdict *verdict, const char *name)
{
    if (tls_name_matches(verdict->names, name))
        return;
    g_autofree char *names = list_names(verdict->names);
    if (verdict->names->len > 0)
        add_fault(verdict, TLS_FAULT_NAME,
                  g_strdup_printf("the certificate is for %s, not for %s", names, name));
    else
        add_fault(verdict, TLS_FAULT_NAME,
                  g_strdup_printf("the certificate has no DNS name (subjectAltName) at all; its "
                                  "common name \"%s\" does not count",
                                  verdict->subject));
}

static void
judge_dates(Judge *judge, guint depth)
{
    gnutls_x509_crt_t certificate = judge->chain->certificates[depth];
    gint64 from = (gint64)gnutls_x509_crt_get_activation_time(certificate);
    gint64 until = (gint64)gnutls_x509_crt_get_expiration_time(certificate);
    if (judge->verdict->chain_after == 0 || until < judge->verdict->chain_after)
        judge->verdict->chain_after = until;
    g_autofree char *subject = chain_subject(certificate);
    g_autofree char *what = depth == 0 ? g_strdup("the certificate")
                                       : g_strdup_printf("the intermediate \"%s\"", subject);
    g_autofree char *day = chain_day(until < judge->now ? until : from);
    if (until < judge->now)
        add_fault(judge->verdict, TLS_FAULT_EXPIRED,
                  g_strdup_printf("%s expired on %s", what, day));
    else if (from > judge->now)
        add_fault(judge->verdict, TLS_FAULT_NOT_YET,
                  g_strdup_printf("%s is not valid before %s", what, day));
}

static char *
describe_key(gnutls_x509_crt_t certificate, gboolean *ret_weak)
{
    unsigned bits = 0;
    int algorithm = gnutls_x509_crt_get_pk_algorithm(certificate, &bits);
    gboolean rsa = algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS;
    gboolean curve = algorithm == GNUTLS_PK_ECDSA;
    *ret_weak = algorithm == GNUTLS_PK_DSA || (rsa && bits < MIN_RSA_BITS) ||
                (curve && bits < MIN_CURVE_BITS);
    const char *name =
        algorithm > 0 ? gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm) : "unknown";
    return g_strdup_printf("%s %u", name, bits);
}

static void
judge_strength(Judge *judge, guint depth)
{
    gnutls_x509_crt_t certificate = judge->chain->certificates[depth];
    gboolean weak = FALSE;
    g_autofree char *key = describe_key(certificate, &weak);
    g_autofree char *subject = chain_subject(certificate);
    if (weak)
        add_fault(judge->verdict, TLS_FAULT_WEAK_KEY,
                  g_strdup_printf("the key of \"%s\" is %s", subject, key));
    int signature = gnutls_x509_crt_get_signature_algorithm(certificate);
    if (signature > 0 && signature != GNUTLS_SIGN_UNKNOWN &&
        gnutls_sign_is_secure2((gnutls_sign_algorithm_t)signature,
                               GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0)
        add_fault(judge->verdict, TLS_FAULT_WEAK_HASH,
                  g_strdup_printf("\"%s\" is signed with %s", subject,
                                  gnutls_sign_get_name((gnutls_sign_algorithm_t)signature)));
}

static gboolean
names_issuer_address(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t address = {0};
    int code = gnutls_x509_crt_get_authority_info_access(certificate, 0, GNUTLS_IA_CAISSUERS_URI,
                                                         &address, NULL);
    gnutls_free(address.data);
    return code == 0;
}

/* The chain ends at LAST without reaching a CA that is believed. */
static void
add_untrusted(Judge *judge, guint last)
{
    gnutls_x509_crt_t certificate = judge->chain->certificates[last];
    g_autofree char *subject = chain_subject(certificate);
    g_autofree char *issuer = chain_issuer(certificate);
    if (gnutls_x509_crt_check_issuer(certificate, certificate) != 0) {
        if (last == 0)
            add_fault(judge->verdict, TLS_FAULT_SELF_SIGNED,
                      g_strdup_printf("\"%s\" signed itself", subject));
        else
            add_fault(
                judge->verdict, TLS_FAULT_UNTRUSTED,
                g_strdup_printf("the chain ends at the CA \"%s\", which is not trusted", subject));
    } else if (names_issuer_address(certificate)) {
        /* Public CAs say in a certificate where the one above it is to be had. */
        add_fault(judge->verdict, TLS_FAULT_INCOMPLETE,
                  g_strdup_printf("the server does not send the intermediate \"%s\" that signed "
                                  "\"%s\"",
                                  issuer, subject));
    } else {
        add_fault(judge->verdict, TLS_FAULT_UNTRUSTED,
                  g_strdup_printf("\"%s\" is signed by \"%s\", which is neither sent nor trusted",
                                  subject, issuer));
    }
}

/* What is not told by the path, the dates and the strengths: signatures, constraints, purpose. */
static void
judge_rest(Judge *judge)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
    gnutls_typed_vdata_st data[] = {
        {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (guint8 *)purpose, .size = 0}};
    unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_ALLOW_BROKEN;
    unsigned status = 0;
    int code = gnutls_x509_trust_list_verify_crt2(judge->trusted, judge->chain->certificates,
                                                  judge->chain->length, data, G_N_ELEMENTS(data),
                                                  flags, &status, NULL);
    if (code < 0) {
        add_fault(judge->verdict, TLS_FAULT_UNREADABLE, g_strdup(gnutls_strerror(code)));
        return;
    }
    if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0) {
        add_fault(judge->verdict, TLS_FAULT_PURPOSE,
                  g_strdup("the certificate is not made for servers (extended key usage)"));
        status &= ~(unsigned)(GNUTLS_CERT_PURPOSE_MISMATCH | GNUTLS_CERT_INVALID);
    }
    gnutls_datum_t text = {0};
    if (status != 0 &&
        gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) == 0)
        add_fault(judge->verdict, TLS_FAULT_UNTRUSTED, g_strdup((const char *)text.data));
    gnutls_free(text.data);
}

static gboolean
is_trusted_issuer(gnutls_x509_trust_list_t trusted, gnutls_x509_crt_t certificate)
{
    gnutls_x509_crt_t issuer = NULL;
    int code = gnutls_x509_trust_list_get_issuer(trusted, certificate, &issuer, GNUTLS_TL_GET_COPY);
    if (issuer != NULL)
        gnutls_x509_crt_deinit(issuer);
    return code == 0;
}

/* From the server's certificate up to the first whose issuer is believed: what else was sent does
 * not matter, an expired cross-signed root for one. */
static void
judge_path(Judge *judge)
{
    guint depth = 0;
    for (guint steps = 0; steps < judge->chain->length; steps++) {
        gnutls_x509_crt_t certificate = judge->chain->certificates[depth];
        judge_dates(judge, depth);
        judge_strength(judge, depth);
        if (is_trusted_issuer(judge->trusted, certificate)) {
            judge_rest(judge);
            return;
        }
        int issuer = chain_find_issuer(judge->chain, certificate);
        if (issuer < 0 || (guint)issuer == depth)
            break;
        depth = (guint)issuer;
    }
    add_untrusted(judge, depth);
}

TlsVerdict *
tls_verify(const GPtrArray *chain, const TlsTrust *trust, const char *name, gint64 now)
{
    TlsVerdict *verdict = g_new0(TlsVerdict, 1);
    verdict->faults = g_ptr_array_new_with_free_func(fault_free);
    if (chain->len > 0)
        verdict->fingerprint =
            g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, g_ptr_array_index(chain, 0));
    g_autoptr(Chain) imported = chain_import(chain);
    if (imported == NULL) {
        verdict->names = g_ptr_array_new_with_free_func(g_free);
        add_fault(verdict, TLS_FAULT_UNREADABLE,
                  chain->len == 0 ? g_strdup("the server sent no certificate")
                                  : g_strdup("the certificates of the server cannot be read"));
        return verdict;
    }
    gnutls_x509_crt_t leaf = imported->certificates[0];
    gboolean weak = FALSE;
    verdict->subject = chain_subject(leaf);
    verdict->issuer = chain_issuer(leaf);
    verdict->key = describe_key(leaf, &weak);
    verdict->names = chain_dns_names(leaf);
    verdict->not_before = (gint64)gnutls_x509_crt_get_activation_time(leaf);
    verdict->not_after = (gint64)gnutls_x509_crt_get_expiration_time(leaf);
    Judge judge = {.verdict = verdict, .chain = imported, .trusted = trust->list, .now = now};
    judge_path(&judge);
    judge_name(verdict, name);
    return verdict;
}

gboolean
tls_verdict_has(const TlsVerdict *verdict, TlsFaultKind kind)
{
    for (guint i = 0; i < verdict->faults->len; i++) {
        if (((const TlsFault *)g_ptr_array_index(verdict->faults, i))->kind == kind)
            return TRUE;
    }
    return FALSE;
}

const char *
tls_fault_word(TlsFaultKind kind)
{
    static const char *const words[] = {
#define TLS_FAULT(id, word) word,
        TLS_FAULTS
#undef TLS_FAULT
    };
    return words[kind];
}
