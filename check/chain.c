#include "check/chain.h"

#include "schema/finding.h"
#include "schema/limits.h"

gnutls_x509_crt_t
chain_import_one(GBytes *der)
{
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(der, &size);
    gnutls_x509_crt_t certificate = NULL;
    if (size == 0 || size > LIMIT_CERTIFICATE_BYTES || gnutls_x509_crt_init(&certificate) != 0)
        return NULL;
    gnutls_datum_t datum = {.data = (guint8 *)data, .size = (unsigned)size};
    if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) == 0)
        return certificate;
    gnutls_x509_crt_deinit(certificate);
    return NULL;
}

Chain *
chain_import(const GPtrArray *der)
{
    if (der->len == 0 || der->len > LIMIT_CERTIFICATE_CHAIN)
        return NULL;
    g_autoptr(Chain) chain = g_new0(Chain, 1);
    chain->certificates = g_new0(gnutls_x509_crt_t, der->len);
    for (guint i = 0; i < der->len; i++) {
        chain->certificates[i] = chain_import_one(g_ptr_array_index(der, i));
        if (chain->certificates[i] == NULL)
            return NULL;
        chain->length++;
    }
    return g_steal_pointer(&chain);
}

void
chain_free(Chain *chain)
{
    if (chain == NULL)
        return;
    for (guint i = 0; i < chain->length; i++)
        gnutls_x509_crt_deinit(chain->certificates[i]);
    g_free(chain->certificates);
    g_free(chain);
}

typedef int (*GetByOid)(gnutls_x509_crt_t, const char *, unsigned, unsigned, void *, size_t *);
typedef int (*GetDn)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned);

static char *
name_of(gnutls_x509_crt_t certificate, GetByOid get_by_oid, GetDn get_dn)
{
    char common[256];
    size_t size = sizeof common;
    if (get_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, common, &size) == 0 && size > 0)
        return text_printable(common, (gssize)size, LIMIT_NAME_BYTES);
    gnutls_datum_t dn = {0};
    if (get_dn(certificate, &dn, 0) != 0 || dn.size == 0) {
        gnutls_free(dn.data);
        return g_strdup("(no name)");
    }
    char *text = text_printable((const char *)dn.data, (gssize)dn.size, LIMIT_NAME_BYTES);
    gnutls_free(dn.data);
    return text;
}

char *
chain_subject(gnutls_x509_crt_t certificate)
{
    return name_of(certificate, gnutls_x509_crt_get_dn_by_oid, gnutls_x509_crt_get_dn3);
}

char *
chain_issuer(gnutls_x509_crt_t certificate)
{
    return name_of(certificate, gnutls_x509_crt_get_issuer_dn_by_oid,
                   gnutls_x509_crt_get_issuer_dn3);
}

GPtrArray *
chain_dns_names(gnutls_x509_crt_t certificate)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    char name[LIMIT_NAME_BYTES + 1];
    for (unsigned i = 0; names->len < LIMIT_CERTIFICATE_NAMES; i++) {
        size_t size = sizeof name;
        int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &size, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
            break;
        if (type == GNUTLS_SAN_DNSNAME)
            g_ptr_array_add(names, text_printable(name, (gssize)size, LIMIT_NAME_BYTES));
    }
    return names;
}

int
chain_find_issuer(const Chain *chain, gnutls_x509_crt_t certificate)
{
    for (guint i = 0; i < chain->length; i++) {
        if (gnutls_x509_crt_check_issuer(certificate, chain->certificates[i]) != 0)
            return (int)i;
    }
    return -1;
}

char *
chain_day(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("(no date)");
}
