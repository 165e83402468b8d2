#include "ingest/mail_trust.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/limits.h"

typedef struct {
    const char *name;
    const char *from;      /* domain */
    const char *contact;   /* contact-info */
    const char *fields[4]; /* Authentication-Results, topmost first */
    const char *signature; /* DKIM-Signature, or NULL */
    const char *wanted;    /* domain that vouches, or NULL: unverified */
} Case;

#define MX "mx.receiver.example; "

static const Case cases[] = {
    {"pass",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"fail", "sender.example", NULL, {MX "dkim=fail header.d=sender.example"}, NULL, NULL},
    {"no-field", "sender.example", NULL, {NULL}, NULL, NULL},
    {"other-id",
     "sender.example",
     NULL,
     {"mx.other.example; dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"id-below-ours",
     "sender.example",
     NULL,
     {"a.mx.receiver.example; dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"id-case",
     "sender.example",
     NULL,
     {"MX.Receiver.Example; dkim=pass header.d=Sender.Example"},
     NULL,
     "sender.example"},
    {"second-id",
     "sender.example",
     NULL,
     {"backup.receiver.example; dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"by-identity",
     "sender.example",
     NULL,
     {MX "dkim=pass header.i=@sender.example"},
     NULL,
     "sender.example"},
    {"d-beats-i",
     "sender.example",
     NULL,
     {MX "dkim=pass header.i=@sender.example header.d=other.example"},
     NULL,
     NULL},
    {"parent",
     "mail.sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"below", "sender.example", NULL, {MX "dkim=pass header.d=mail.sender.example"}, NULL, NULL},
    {"sibling", "a.sender.example", NULL, {MX "dkim=pass header.d=b.sender.example"}, NULL, NULL},
    {"not-by-label",
     "notsender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"public-suffix", "sender.co.uk", NULL, {MX "dkim=pass header.d=co.uk"}, NULL, NULL},
    {"top-level", "sender.example", NULL, {MX "dkim=pass header.d=example"}, NULL, NULL},
    {"below-public-suffix",
     "mail.sender.co.uk",
     NULL,
     {MX "dkim=pass header.d=sender.co.uk"},
     NULL,
     "sender.co.uk"},
    /* Mail.ru: signs, and is to be asked, as corp; mails as the domain itself. */
    {"contact-info",
     "relay.example",
     "tls@corp.sender.example",
     {MX "dkim=pass header.d=corp.sender.example"},
     NULL,
     "corp.sender.example"},
    {"contact-with-brackets",
     NULL,
     "TLS <tls@sender.example>",
     {MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"neither", NULL, "nobody", {MX "dkim=pass header.d=sender.example"}, NULL, NULL},
    {"several-signatures",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=esp.example; dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"several-fields",
     "sender.example",
     NULL,
     {MX "spf=pass", MX "none", MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"none-above",
     "sender.example",
     NULL,
     {MX "dkim=none", MX "dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"none-above-with-a-domain",
     "sender.example",
     NULL,
     {MX "dkim=none header.d=esp.example", MX "dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"none-below",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example", MX "dkim=none"},
     NULL,
     "sender.example"},
    {"fail-above",
     "sender.example",
     NULL,
     {MX "dkim=fail header.d=sender.example", MX "dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"fail-above-of-nobody",
     "sender.example",
     NULL,
     {MX "dkim=permerror (no key)", MX "dkim=pass header.d=sender.example"},
     NULL,
     NULL},
    {"fail-above-of-another",
     "sender.example",
     NULL,
     {MX "dkim=fail header.d=esp.example", MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"fail-above-of-a-stranger",
     "sender.example",
     NULL,
     {"mx.other.example; dkim=none", MX "dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"two-results-in-one-field",
     "sender.example",
     NULL,
     {MX "dkim=fail header.d=sender.example; dkim=pass header.d=sender.example"},
     NULL,
     "sender.example"},
    {"body-length",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     "v=1; a=rsa-sha256; d=Sender.example;\r\n\tl = 100; b=x",
     NULL},
    {"body-length-of-another",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     "v=1; d=esp.example; l=0; b=x",
     "sender.example"},
    {"no-body-length",
     "sender.example",
     NULL,
     {MX "dkim=pass header.d=sender.example"},
     "v=1; d=sender.example; s=l; b=l=; bh=l",
     "sender.example"},
};

static char *ids[] = {(char *)"mx.receiver.example", (char *)"backup.receiver.example", NULL};

static void
run_case(gconstpointer data)
{
    const Case *c = data;
    if (strstr(c->name, "public-suffix") != NULL &&
        strcmp(domain_name_organisational("sender.co.uk"), "co.uk") == 0) {
        g_test_skip("built without a public suffix list");
        return;
    }
    g_autoptr(MailTrust) trust = mail_trust_new(ids, c->from);
    for (guint i = 0; i < G_N_ELEMENTS(c->fields) && c->fields[i] != NULL; i++)
        mail_trust_add_results(trust, c->fields[i], strlen(c->fields[i]));
    if (c->signature != NULL)
        mail_trust_add_signature(trust, c->signature, strlen(c->signature));
    g_autofree char *by = NULL;
    Trust result = mail_trust_judge(trust, c->contact, &by);
    g_assert_cmpstr(by, ==, c->wanted);
    g_assert_cmpint(result, ==, c->wanted != NULL ? TRUST_VERIFIED : TRUST_UNVERIFIED);
}

/* Without an id of our own, everybody's word is nobody's. */
static void
test_no_ids(void)
{
    static const char field[] = MX "dkim=pass header.d=sender.example";
    char *none[] = {NULL};
    char **lists[] = {NULL, none};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(MailTrust) trust = mail_trust_new(lists[i], "sender.example");
        g_autofree char *by = NULL;
        mail_trust_add_results(trust, field, strlen(field));
        g_assert_cmpint(mail_trust_judge(trust, NULL, &by), ==, TRUST_UNVERIFIED);
        g_assert_null(by);
    }
}

static void
test_field_limit(void)
{
    static const char other[] = "mx.other.example; none";
    static const char ours[] = MX "dkim=pass header.d=sender.example";
    for (guint n = LIMIT_AUTHRES_FIELDS - 1; n <= LIMIT_AUTHRES_FIELDS; n++) {
        g_autoptr(MailTrust) trust = mail_trust_new(ids, "sender.example");
        g_autofree char *by = NULL;
        for (guint i = 0; i < n; i++)
            mail_trust_add_results(trust, other, strlen(other));
        mail_trust_add_results(trust, ours, strlen(ours));
        g_assert_cmpint(mail_trust_judge(trust, NULL, &by), ==,
                        n < LIMIT_AUTHRES_FIELDS ? TRUST_VERIFIED : TRUST_UNVERIFIED);
    }
}

static void
check_domain(const char *address, const char *wanted)
{
    g_autofree char *domain = mail_trust_address_domain(address);
    g_assert_cmpstr(domain, ==, wanted);
}

static void
test_address_domain(void)
{
    check_domain("tls@sender.example", "sender.example");
    check_domain("@Sender.Example.", "sender.example");
    check_domain("\"a@b\"@sender.example ", "sender.example");
    check_domain("Reports <tls@sender.example>", "sender.example");
    check_domain("mailto:tls@sender.example", "sender.example");
    check_domain("sender.example", NULL);
    check_domain("tls@", NULL);
    check_domain("tls@send er.example", NULL);
    check_domain("", NULL);
    check_domain(NULL, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/mail-trust/case/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], run_case);
    }
    g_test_add_func("/mail-trust/no-ids", test_no_ids);
    g_test_add_func("/mail-trust/field-limit", test_field_limit);
    g_test_add_func("/mail-trust/address-domain", test_address_domain);
    return g_test_run();
}
