#include "check/tls_verify.h"

#include <glib/gstdio.h>
#include <string.h>

#include "check/finding.h"
#include "test_certificates.h"

#define MX "mx1.example.org"

typedef struct {
    TestCertificate *root, *intermediate;
    TlsTrust *trust;
} Ca;

static Ca ca;

static void
set_up(void)
{
    ca.root = test_certificate((TestRecipe){.subject = "Test Root", .ca = TRUE});
    ca.intermediate =
        test_certificate((TestRecipe){.subject = "Test Sub", .ca = TRUE, .issuer = ca.root});
    gnutls_datum_t pem = {0};
    gnutls_x509_crt_export2(ca.root->certificate, GNUTLS_X509_FMT_PEM, &pem);
    g_autofree char *file = NULL;
    int fd = g_file_open_tmp("tlsgauge-ca-XXXXXX", &file, NULL);
    g_assert_true(g_file_set_contents(file, (const char *)pem.data, pem.size, NULL));
    g_autoptr(GError) error = NULL;
    ca.trust = tls_trust_load(file, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_unlink(file);
    gnutls_free(pem.data);
}

static void
tear_down(void)
{
    test_certificate_free(ca.root);
    test_certificate_free(ca.intermediate);
    tls_trust_free(ca.trust);
}

/* Exactly these faults, by their words: "expired name". */
static void
check_chain(GPtrArray *chain, const char *wanted)
{
    g_autoptr(GPtrArray) owned = chain;
    g_autoptr(TlsVerdict) verdict = tls_verify(owned, ca.trust, MX, TEST_NOW);
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < verdict->faults->len; i++) {
        const TlsFault *fault = g_ptr_array_index(verdict->faults, i);
        g_assert_true(tls_verdict_has(verdict, fault->kind));
        g_test_message("%s", fault->fact);
        g_string_append_printf(words, "%s%s", i > 0 ? " " : "", tls_fault_word(fault->kind));
    }
    g_assert_cmpstr(words->str, ==, wanted);
}

/* One certificate by RECIPE, signed by the intermediate, sent with it. */
static void
check_recipe(TestRecipe recipe, const char *wanted)
{
    recipe.issuer = ca.intermediate;
    recipe.subject = recipe.subject != NULL ? recipe.subject : MX;
    g_autoptr(TestCertificate) leaf = test_certificate(recipe);
    check_chain(test_chain(leaf, ca.intermediate, NULL), wanted);
}

static void
test_good(void)
{
    g_autoptr(TestCertificate) leaf = test_certificate(
        (TestRecipe){.subject = "other", .dns = {"x.example", MX}, .issuer = ca.intermediate});
    check_chain(test_chain(leaf, ca.intermediate, NULL), "");
    check_chain(test_chain(leaf, ca.intermediate, ca.root), "");
    check_chain(test_chain(leaf, ca.root, ca.intermediate), "");
    check_recipe((TestRecipe){.dns = {"MX1.Example.ORG"}}, "");
    check_recipe((TestRecipe){.dns = {"*.example.org"}}, "");
}

static void
test_names(void)
{
    check_recipe((TestRecipe){.dns = {"example.org"}}, "name");
    check_recipe((TestRecipe){.dns = {"*.org"}}, "name");
    check_recipe((TestRecipe){.dns = {"*.mx1.example.org"}}, "name");
    check_recipe((TestRecipe){.dns = {"mx*.example.org"}}, "name");
    check_recipe((TestRecipe){.dns = {"mx1.*.org"}}, "name");
    check_recipe((TestRecipe){.dns = {"evil-mx1.example.org.attacker.net"}}, "name");
    check_recipe((TestRecipe){.subject = MX}, "name"); /* the common name is no name */
}

static void
test_dates(void)
{
    check_recipe((TestRecipe){.dns = {MX}, .until = TEST_NOW - 1}, "expired");
    check_recipe((TestRecipe){.dns = {MX}, .until = TEST_NOW}, "");
    check_recipe((TestRecipe){.dns = {MX}, .from = TEST_NOW + 1}, "not-yet");
    check_recipe((TestRecipe){.dns = {"a.example"}, .until = TEST_NOW - 1}, "expired name");

    g_autoptr(TestCertificate) old = test_certificate(
        (TestRecipe){.subject = "Old Sub", .ca = TRUE, .issuer = ca.root, .until = TEST_NOW - 5});
    g_autoptr(TestCertificate) leaf =
        test_certificate((TestRecipe){.subject = MX, .dns = {MX}, .issuer = old});
    g_autoptr(GPtrArray) chain = test_chain(leaf, old, NULL);
    g_autoptr(TlsVerdict) verdict = tls_verify(chain, ca.trust, MX, TEST_NOW);
    const TlsFault *fault = g_ptr_array_index(verdict->faults, 0);
    g_assert_cmpint(fault->kind, ==, TLS_FAULT_EXPIRED);
    g_assert_nonnull(strstr(fault->fact, "the intermediate \"Old Sub\" expired on 2023-11-14"));
    g_assert_cmpint(verdict->not_after, ==, TEST_NOW + 365 * TEST_DAY);
    g_assert_cmpint(verdict->chain_after, ==, TEST_NOW - 5);

    /* Sent along, but of no use: an expired root as of old cross-signing. */
    g_autoptr(TestCertificate) dead =
        test_certificate((TestRecipe){.subject = "Dead Root", .ca = TRUE, .until = TEST_NOW - 5});
    g_autoptr(TestCertificate) good =
        test_certificate((TestRecipe){.subject = MX, .dns = {MX}, .issuer = ca.intermediate});
    check_chain(test_chain(good, ca.intermediate, dead), "");
}

static void
test_trust(void)
{
    g_autoptr(TestCertificate) alone = test_certificate((TestRecipe){.subject = MX, .dns = {MX}});
    check_chain(test_chain(alone, NULL, NULL), "self-signed");

    g_autoptr(TestCertificate) public_leaf = test_certificate((TestRecipe){
        .subject = MX, .dns = {MX}, .issuer = ca.intermediate, .issuer_address = TRUE});
    check_chain(test_chain(public_leaf, NULL, NULL), "incomplete");
    check_chain(test_chain(public_leaf, ca.root, NULL), "incomplete");

    g_autoptr(TestCertificate) private_root =
        test_certificate((TestRecipe){.subject = "Private Root", .ca = TRUE});
    g_autoptr(TestCertificate) private_leaf =
        test_certificate((TestRecipe){.subject = MX, .dns = {MX}, .issuer = private_root});
    check_chain(test_chain(private_leaf, NULL, NULL), "untrusted");
    check_chain(test_chain(private_leaf, private_root, NULL), "untrusted");

    /* A CA of the same name with another key signs nothing for us. */
    g_autoptr(TestCertificate) forged =
        test_certificate((TestRecipe){.subject = "Test Root", .ca = TRUE});
    g_autoptr(TestCertificate) forged_leaf =
        test_certificate((TestRecipe){.subject = MX, .dns = {MX}, .issuer = forged});
    check_chain(test_chain(forged_leaf, NULL, NULL), "untrusted");
    check_chain(test_chain(forged_leaf, forged, NULL), "untrusted");

    /* One that is no CA signs nothing either. */
    g_autoptr(TestCertificate) no_ca =
        test_certificate((TestRecipe){.subject = "No CA", .issuer = ca.root});
    g_autoptr(TestCertificate) signed_by_it =
        test_certificate((TestRecipe){.subject = MX, .dns = {MX}, .issuer = no_ca});
    check_chain(test_chain(signed_by_it, no_ca, NULL), "untrusted");
}

static void
test_strength(void)
{
    check_recipe((TestRecipe){.dns = {MX}, .rsa_bits = 1024}, "weak-key");
    check_recipe((TestRecipe){.dns = {MX}, .rsa_bits = 2048}, "");
    check_recipe((TestRecipe){.dns = {MX}, .digest = GNUTLS_DIG_SHA1}, "weak-hash");
    check_recipe((TestRecipe){.dns = {MX}, .for_clients = TRUE}, "purpose");
}

static void
test_unreadable(void)
{
    check_chain(g_ptr_array_new(), "unreadable");
    GPtrArray *junk = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(junk, g_bytes_new_static("\x30\x82", 2));
    check_chain(junk, "unreadable");
    GPtrArray *empty = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(empty, g_bytes_new_static("", 0));
    check_chain(empty, "unreadable");
}

/* Foreign text in a certificate reaches no terminal as it is. */
static void
test_hostile_names(void)
{
    g_autoptr(TestCertificate) leaf = test_certificate((TestRecipe){
        .subject = "a\033[2Jb", .dns = {"x\033]0;t\a.example"}, .issuer = ca.intermediate});
    g_autoptr(GPtrArray) chain = test_chain(leaf, ca.intermediate, NULL);
    g_autoptr(TlsVerdict) verdict = tls_verify(chain, ca.trust, MX, TEST_NOW);
    g_assert_cmpstr(verdict->subject, ==, "a\\x1b[2Jb");
    const TlsFault *fault = g_ptr_array_index(verdict->faults, 0);
    g_assert_null(strchr(fault->fact, '\033'));
    g_assert_cmpstr(verdict->issuer, ==, "Test Sub");
    g_assert_nonnull(strstr(verdict->key, "256"));
}

/* Every fault has its row for an MX. */
static void
test_rows(void)
{
    for (TlsFaultKind kind = TLS_FAULT_UNREADABLE; kind <= TLS_FAULT_NAME; kind++) {
        g_autofree char *id = g_strconcat("cert-", tls_fault_word(kind), NULL);
        g_assert_nonnull(check_kind(id));
        g_assert_nonnull(check_kind(id)->result_type);
    }
}

static void
test_no_trust(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(tls_trust_load("/nonexistent/ca.pem", &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/ca.pem"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/tls_verify/good", test_good);
    g_test_add_func("/tls_verify/names", test_names);
    g_test_add_func("/tls_verify/dates", test_dates);
    g_test_add_func("/tls_verify/trust", test_trust);
    g_test_add_func("/tls_verify/strength", test_strength);
    g_test_add_func("/tls_verify/unreadable", test_unreadable);
    g_test_add_func("/tls_verify/hostile-names", test_hostile_names);
    g_test_add_func("/tls_verify/rows", test_rows);
    g_test_add_func("/tls_verify/no-trust", test_no_trust);
    int status = g_test_run();
    tear_down();
    return status;
}
