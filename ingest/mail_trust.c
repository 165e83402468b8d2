#include "ingest/mail_trust.h"

#include <string.h>

#include "ingest/authres.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

struct MailTrust {
    char **authserv_ids;
    char *from_domain;
    guint fields;          /* Authentication-Results seen, ours or not */
    GPtrArray *passes;     /* normalised domains, topmost first */
    GHashTable *overruled; /* domains that a field above did not let pass; NULL: none */
    gboolean closed;     /* a field above says that no signature was there, or does not say whose */
    GHashTable *partial; /* domains with a signature that has l=; NULL: none */
};

/* Most mail has nothing for either set. Takes DOMAIN over. */
static void
add_domain(GHashTable **set, char *domain)
{
    if (*set == NULL)
        *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(*set, domain);
}

static gboolean
has_domain(GHashTable *set, const char *domain)
{
    return set != NULL && g_hash_table_contains(set, domain);
}

MailTrust *
mail_trust_new(char *const *authserv_ids, const char *from_domain)
{
    MailTrust *trust = g_new0(MailTrust, 1);
    trust->authserv_ids = g_strdupv((char **)authserv_ids);
    trust->from_domain = g_strdup(from_domain);
    trust->passes = g_ptr_array_new_with_free_func(g_free);
    return trust;
}

void
mail_trust_free(MailTrust *trust)
{
    if (trust == NULL)
        return;
    g_strfreev(trust->authserv_ids);
    g_free(trust->from_domain);
    g_ptr_array_unref(trust->passes);
    g_clear_pointer(&trust->overruled, g_hash_table_unref);
    g_clear_pointer(&trust->partial, g_hash_table_unref);
    g_free(trust);
}

char *
mail_trust_address_domain(const char *address)
{
    const char *domain = address == NULL ? NULL : strrchr(address, '@');
    if (domain == NULL)
        return NULL;
    g_autofree char *text = g_strstrip(g_strdup(domain + 1));
    gsize length = strlen(text);
    if (length > 0 && text[length - 1] == '>')
        length--;
    return domain_name_normalise(text, (gssize)length, FALSE, NULL);
}

/* The domain that signed; header.i may lie below header.d, so d comes first. */
static char *
signing_domain(const AuthresDkim *dkim)
{
    if (dkim->header_d != NULL)
        return domain_name_normalise(dkim->header_d, -1, FALSE, NULL);
    return mail_trust_address_domain(dkim->header_i);
}

static void
take_passes(MailTrust *trust, const Authres *authres)
{
    for (guint i = 0; i < authres->dkim->len; i++) {
        const AuthresDkim *dkim = g_ptr_array_index(authres->dkim, i);
        g_autofree char *domain = signing_domain(dkim);
        if (strcmp(dkim->result, "pass") == 0 && domain != NULL &&
            !has_domain(trust->overruled, domain))
            g_ptr_array_add(trust->passes, g_steal_pointer(&domain));
    }
}

static void
take_refusals(MailTrust *trust, const Authres *authres)
{
    for (guint i = 0; i < authres->dkim->len; i++) {
        const AuthresDkim *dkim = g_ptr_array_index(authres->dkim, i);
        if (strcmp(dkim->result, "pass") == 0)
            continue;
        char *domain = signing_domain(dkim);
        if (domain == NULL || strcmp(dkim->result, "none") == 0)
            trust->closed = TRUE;
        if (domain != NULL)
            add_domain(&trust->overruled, domain);
    }
}

void
mail_trust_add_results(MailTrust *trust, const char *value, gsize length)
{
    if (trust->authserv_ids == NULL || trust->closed || trust->fields >= LIMIT_AUTHRES_FIELDS)
        return;
    trust->fields++;
    g_autoptr(Authres) authres = authres_parse(value, length);
    if (authres == NULL ||
        !g_strv_contains((const char *const *)trust->authserv_ids, authres->authserv_id))
        return;
    /* In one field a message may carry a good and a bad signature of one domain: a pass counts. */
    take_passes(trust, authres);
    take_refusals(trust, authres);
}

/* The value of tag NAME in a DKIM tag-list (RFC 6376 3.2), newly allocated; NULL if not there. */
static char *
find_tag(const char *list, gsize length, const char *name)
{
    const char *end = list + length;
    while (list < end) {
        const char *semicolon = memchr(list, ';', (gsize)(end - list));
        const char *stop = semicolon != NULL ? semicolon : end;
        const char *equals = memchr(list, '=', (gsize)(stop - list));
        if (equals != NULL) {
            g_autofree char *tag = g_strstrip(g_strndup(list, (gsize)(equals - list)));
            if (strcmp(tag, name) == 0)
                return g_strstrip(g_strndup(equals + 1, (gsize)(stop - equals - 1)));
        }
        list = semicolon != NULL ? semicolon + 1 : end;
    }
    return NULL;
}

void
mail_trust_add_signature(MailTrust *trust, const char *value, gsize length)
{
    if (trust->authserv_ids == NULL)
        return;
    g_autofree char *body_length = find_tag(value, length, "l");
    g_autofree char *d = body_length == NULL ? NULL : find_tag(value, length, "d");
    char *domain = d == NULL ? NULL : domain_name_normalise(d, -1, FALSE, NULL);
    if (domain != NULL)
        add_domain(&trust->partial, domain);
}

/* SIGNER is NAME or a parent of it, below the public suffixes: "com" answers for nobody. */
static gboolean
answers_for(const char *signer, const char *name)
{
    return name != NULL && domain_name_is_below_or_equal(name, signer) &&
           strcmp(domain_name_organisational(signer), domain_name_organisational(name)) == 0;
}

Trust
mail_trust_judge(const MailTrust *trust, const char *contact_info, char **ret_authenticated_by)
{
    g_autofree char *contact_domain = mail_trust_address_domain(contact_info);
    *ret_authenticated_by = NULL;
    for (guint i = 0; i < trust->passes->len; i++) {
        const char *signer = g_ptr_array_index(trust->passes, i);
        if (has_domain(trust->partial, signer))
            continue;
        if (answers_for(signer, trust->from_domain) || answers_for(signer, contact_domain)) {
            *ret_authenticated_by = g_strdup(signer);
            return TRUST_VERIFIED;
        }
    }
    return TRUST_UNVERIFIED;
}
