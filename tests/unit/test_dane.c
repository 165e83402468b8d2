#include "check/dane.h"

#include <string.h>

#include "test_certificates.h"

#define MX "mx1.example.org"

static TestCertificate *root, *intermediate, *leaf, *expired;
static const char *const mx_names[] = {MX, NULL};

static void
set_up(void)
{
    root = test_certificate((TestRecipe){.subject = "Root", .ca = TRUE});
    intermediate = test_certificate((TestRecipe){.subject = "Sub", .ca = TRUE, .issuer = root});
    leaf = test_certificate(
        (TestRecipe){.subject = "x", .dns = {"a.example", MX}, .issuer = intermediate});
    expired = test_certificate(
        (TestRecipe){.subject = "x", .dns = {MX}, .issuer = intermediate, .until = TEST_NOW - 1});
}

static void
tear_down(void)
{
    test_certificate_free(root);
    test_certificate_free(intermediate);
    test_certificate_free(leaf);
    test_certificate_free(expired);
}

/* The public key of CERTIFICATE, by another way than that of the code. */
static GBytes *
key_of(const TestCertificate *certificate)
{
    gnutls_pubkey_t key = NULL;
    gnutls_privkey_t private = NULL;
    gnutls_datum_t der = {0};
    gnutls_privkey_init(&private);
    gnutls_privkey_import_x509(private, certificate->key, 0);
    gnutls_pubkey_init(&key);
    gnutls_pubkey_import_privkey(key, private, 0, 0);
    g_assert_cmpint(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der), ==, 0);
    GBytes *bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    gnutls_pubkey_deinit(key);
    gnutls_privkey_deinit(private);
    return bytes;
}

static GBytes *
record(guint usage, guint selector, guint matching, const TestCertificate *certificate)
{
    g_autoptr(GBytes) data = selector == 0 ? g_bytes_ref(certificate->der) : key_of(certificate);
    GByteArray *rdata = g_byte_array_new();
    const guint8 head[] = {(guint8)usage, (guint8)selector, (guint8)matching};
    g_byte_array_append(rdata, head, 3);
    gsize length = 0;
    const guint8 *octets = g_bytes_get_data(data, &length);
    guint8 digest[64];
    if (matching != 0) {
        g_autoptr(GChecksum) sum =
            g_checksum_new(matching == 1 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA512);
        g_checksum_update(sum, octets, (gssize)length);
        length = sizeof digest;
        g_checksum_get_digest(sum, digest, &length);
        octets = digest;
    }
    g_byte_array_append(rdata, octets, (guint)length);
    return g_byte_array_free_to_bytes(rdata);
}

/* Takes the records, ended by NULL, and the chain. */
static DaneVerdict *
verify(GPtrArray *chain, const char *const *names, GBytes *first, GBytes *second)
{
    g_autoptr(GPtrArray) owned = chain;
    g_autoptr(GPtrArray) rdata = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(rdata, first);
    if (second != NULL)
        g_ptr_array_add(rdata, second);
    return dane_verify(rdata, owned, names, TEST_NOW);
}

static const DaneRecord *
first_of(const DaneVerdict *verdict)
{
    return g_ptr_array_index(verdict->records, 0);
}

/* Every selector and matching type finds its certificate, and no other. */
static void
test_matching(void)
{
    for (guint selector = 0; selector <= 1; selector++) {
        for (guint matching = 0; matching <= 2; matching++) {
            g_autoptr(DaneVerdict) good = verify(test_chain(leaf, intermediate, NULL), mx_names,
                                                 record(3, selector, matching, leaf), NULL);
            g_assert_true(good->authenticated && good->by_ee);
            g_assert_cmpint(first_of(good)->depth, ==, 0);
            g_autoptr(DaneVerdict) bad = verify(test_chain(leaf, intermediate, NULL), mx_names,
                                                record(3, selector, matching, expired), NULL);
            g_assert_false(bad->authenticated);
            g_assert_cmpint(first_of(bad)->depth, ==, -1);
            g_autoptr(DaneVerdict) anchor =
                verify(test_chain(leaf, intermediate, NULL), mx_names,
                       record(2, selector, matching, intermediate), NULL);
            g_assert_true(anchor->authenticated);
            g_assert_false(anchor->by_ee);
            g_assert_cmpint(first_of(anchor)->depth, ==, 1);
        }
    }
}

/* RFC 7672 3.1.1: DANE-EE looks neither at names nor at dates, and only at the first certificate.
 */
static void
test_ee(void)
{
    static const char *const others[] = {"other.example", NULL};
    g_autoptr(DaneVerdict) dead =
        verify(test_chain(expired, intermediate, NULL), others, record(3, 1, 1, expired), NULL);
    g_assert_true(dead->authenticated);
    g_autoptr(DaneVerdict) wrong_place =
        verify(test_chain(leaf, intermediate, NULL), mx_names, record(3, 1, 1, intermediate), NULL);
    g_assert_false(wrong_place->authenticated);
}

/* RFC 7672 3.1.2, 3.2.2: DANE-TA wants the anchor in the chain, a name, dates, and signatures. */
static void
test_ta(void)
{
    static const char *const others[] = {"other.example", NULL};
    static const char *const several[] = {"other.example", "a.example", NULL};
    g_autoptr(DaneVerdict) not_sent =
        verify(test_chain(leaf, intermediate, NULL), mx_names, record(2, 0, 1, root), NULL);
    g_assert_false(not_sent->authenticated);
    g_autoptr(DaneVerdict) sent =
        verify(test_chain(leaf, intermediate, root), mx_names, record(2, 0, 1, root), NULL);
    g_assert_true(sent->authenticated);
    g_assert_cmpint(first_of(sent)->depth, ==, 2);

    g_autoptr(DaneVerdict) unnamed =
        verify(test_chain(leaf, intermediate, NULL), others, record(2, 0, 1, intermediate), NULL);
    g_assert_true(!unnamed->authenticated && unnamed->name_refused);
    g_autoptr(DaneVerdict) second_name =
        verify(test_chain(leaf, intermediate, NULL), several, record(2, 0, 1, intermediate), NULL);
    g_assert_true(second_name->authenticated);

    g_autoptr(DaneVerdict) dead = verify(test_chain(expired, intermediate, NULL), mx_names,
                                         record(2, 0, 1, intermediate), NULL);
    g_assert_false(dead->authenticated);
    g_assert_nonnull(strstr(first_of(dead)->refused, "expired"));

    /* An anchor that is sent but signed nothing: anyone can send a public certificate. */
    g_autoptr(TestCertificate) alone = test_certificate((TestRecipe){.subject = MX, .dns = {MX}});
    g_autoptr(DaneVerdict) beside =
        verify(test_chain(alone, root, NULL), mx_names, record(2, 0, 1, root), NULL);
    g_assert_false(beside->authenticated);
    g_assert_nonnull(strstr(first_of(beside)->refused, "not signed"));
    g_autoptr(TestCertificate) forged_root =
        test_certificate((TestRecipe){.subject = "Root", .ca = TRUE});
    g_autoptr(TestCertificate) forged =
        test_certificate((TestRecipe){.subject = "x", .dns = {MX}, .issuer = forged_root});
    g_autoptr(DaneVerdict) same_name =
        verify(test_chain(forged, root, NULL), mx_names, record(2, 0, 1, root), NULL);
    g_assert_false(same_name->authenticated);
}

static void
check_unusable(const guint8 *rdata, gsize length, const char *why)
{
    g_autoptr(DaneVerdict) verdict =
        verify(test_chain(leaf, NULL, NULL), mx_names, g_bytes_new(rdata, length), NULL);
    g_assert_cmpuint(verdict->usable, ==, 0);
    g_assert_false(verdict->authenticated);
    g_assert_nonnull(first_of(verdict)->unusable);
    g_assert_nonnull(strstr(first_of(verdict)->unusable, why));
    g_autofree char *text = dane_record_text(first_of(verdict), TRUE);
    g_assert_nonnull(text);
}

static void
test_unusable(void)
{
    guint8 rdata[3 + 64] = {3, 1, 1};
    check_unusable(rdata, 0, "cut off");
    check_unusable(rdata, 2, "cut off");
    check_unusable(rdata, 3, "cut off");
    check_unusable(rdata, 3 + 31, "32 octets");
    check_unusable(rdata, 3 + 33, "32 octets");
    rdata[2] = 2;
    check_unusable(rdata, 3 + 32, "64 octets");
    rdata[2] = 0;
    check_unusable(rdata, 3 + 32, "no public key");
    rdata[1] = 0;
    check_unusable(rdata, 3 + 32, "no certificate");
    rdata[2] = 3;
    check_unusable(rdata, 3 + 32, "matching type");
    rdata[2] = 1;
    rdata[1] = 2;
    check_unusable(rdata, 3 + 32, "selector");
    rdata[1] = 1;
    rdata[0] = 4;
    check_unusable(rdata, 3 + 32, "usage is unknown");

    for (guint usage = 0; usage <= 1; usage++) { /* would match, but PKIX is not for SMTP */
        g_autoptr(DaneVerdict) pkix =
            verify(test_chain(leaf, intermediate, NULL), mx_names, record(usage, 0, 1, leaf), NULL);
        g_assert_false(pkix->authenticated);
        g_assert_cmpuint(pkix->usable, ==, 0);
    }
}

static void
test_several(void)
{
    g_autoptr(DaneVerdict) rollover = verify(test_chain(leaf, NULL, NULL), mx_names,
                                             record(3, 1, 1, expired), record(3, 1, 1, leaf));
    g_assert_true(rollover->authenticated);
    g_assert_cmpuint(rollover->usable, ==, 2);
    g_assert_cmpint(first_of(rollover)->depth, ==, -1);
    g_autoptr(DaneVerdict) twice = verify(test_chain(leaf, NULL, NULL), mx_names,
                                          record(3, 1, 1, leaf), record(3, 1, 1, leaf));
    g_assert_false(first_of(twice)->duplicate);
    g_assert_true(((const DaneRecord *)g_ptr_array_index(twice->records, 1))->duplicate);
    g_autoptr(DaneVerdict) no_chain =
        verify(g_ptr_array_new(), mx_names, record(3, 1, 1, leaf), NULL);
    g_assert_false(no_chain->authenticated);
    g_assert_cmpuint(no_chain->usable, ==, 1);
}

/* What we tell to publish is what matches. */
static void
test_suggest(void)
{
    g_autoptr(DaneVerdict) verdict =
        verify(test_chain(leaf, NULL, NULL), mx_names, record(3, 1, 1, leaf), NULL);
    g_autofree char *text = dane_record_text(first_of(verdict), TRUE);
    g_autofree char *suggested = dane_suggest(leaf->der);
    g_assert_cmpstr(suggested, ==, text);
    g_autofree char *cut = dane_record_text(first_of(verdict), FALSE);
    g_assert_true(g_str_has_suffix(cut, "…"));
    g_autoptr(GBytes) junk = g_bytes_new_static("junk", 4);
    g_assert_null(dane_suggest(junk));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up();
    g_test_add_func("/dane/matching", test_matching);
    g_test_add_func("/dane/ee", test_ee);
    g_test_add_func("/dane/ta", test_ta);
    g_test_add_func("/dane/unusable", test_unusable);
    g_test_add_func("/dane/several", test_several);
    g_test_add_func("/dane/suggest", test_suggest);
    int status = g_test_run();
    tear_down();
    return status;
}
