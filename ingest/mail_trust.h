/* mail_trust.h: who vouches for a mailed report (RFC 8460 3, RFC 8601 5).
 *
 * Believed are only Authentication-Results fields that our own mail system wrote (by authserv-id),
 * and only a DKIM pass of a domain that answers for the From address or for contact-info. */
#pragma once

#include <glib.h>

#include "schema/trust.h"

typedef struct MailTrust MailTrust;

/* AUTHSERV_IDS: lower-case, NULL-terminated; NULL or empty: nobody is believed. FROM_DOMAIN:
 * normalised domain of the From address, or NULL. Both are copied. */
MailTrust *mail_trust_new(char *const *authserv_ids, const char *from_domain);
void mail_trust_free(MailTrust *trust); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailTrust, mail_trust_free)

/* The value of the next Authentication-Results field, from the top of the header to its bottom;
 * past LIMIT_AUTHRES_FIELDS they are passed over. The order matters: a field nearer the top was
 * added later, so its "dkim=none", or its other result for the same domain, overrules a pass
 * further down, which anyone may have written. */
void mail_trust_add_results(MailTrust *trust, const char *value, gsize length);

/* The value of a DKIM-Signature field: one with l= does not cover the whole body, and vouches for
 * nothing (RFC 8460 3: MUST NOT be used). */
void mail_trust_add_signature(MailTrust *trust, const char *value, gsize length);

/* VERIFIED, with the vouching domain in *ret_authenticated_by (newly allocated), or UNVERIFIED.
 * CONTACT_INFO is that of the report, or NULL. */
Trust mail_trust_judge(const MailTrust *trust, const char *contact_info,
                       char **ret_authenticated_by);

/* The normalised domain of an address, without its angle brackets; NULL if it has none. */
char *mail_trust_address_domain(const char *address);
