#include "schema/result_type.h"

#include <string.h>

/* The words of RFC 8460 4.3 and 6.6, written down once more from the RFC. */
static const struct {
    const char *word, *clause;
} registry[] = {
    {"starttls-not-supported", "RFC 8460 4.3.1"},   {"certificate-host-mismatch", "RFC 8460 4.3.1"},
    {"certificate-expired", "RFC 8460 4.3.1"},      {"certificate-not-trusted", "RFC 8460 4.3.1"},
    {"validation-failure", "RFC 8460 4.3.1"},       {"tlsa-invalid", "RFC 8460 4.3.2.1"},
    {"dnssec-invalid", "RFC 8460 4.3.2.1"},         {"dane-required", "RFC 8460 4.3.2.1"},
    {"sts-policy-fetch-error", "RFC 8460 4.3.2.2"}, {"sts-policy-invalid", "RFC 8460 4.3.2.2"},
    {"sts-webpki-invalid", "RFC 8460 4.3.2.2"},
};

static void
test_registry(void)
{
    g_assert_cmpuint(RESULT_OTHER, ==, G_N_ELEMENTS(registry));
    for (guint i = 0; i < G_N_ELEMENTS(registry); i++) {
        ResultType type = result_type_from_word(registry[i].word);
        g_assert_cmpint(type, !=, RESULT_OTHER);
        g_assert_cmpstr(result_type_word(type), ==, registry[i].word);
        g_assert_cmpstr(result_type_clause(type), ==, registry[i].clause);
    }
}

static void
test_unknown_words(void)
{
    const char *words[] = {"", "certificate-not-yet-valid", "Certificate-Expired",
                           "certificate-expired ", NULL};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        g_assert_cmpint(result_type_from_word(words[i]), ==, RESULT_OTHER);
    g_assert_cmpstr(result_type_word(RESULT_OTHER), ==, "");
    g_assert_cmpstr(result_type_clause(RESULT_OTHER), ==, "RFC 8460 4.3");
}

/* Each type tells something of its own: sentences, and no two alike. */
static void
test_texts(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i <= RESULT_OTHER; i++) {
        const char *texts[] = {result_type_explanation((ResultType)i),
                               result_type_remedy((ResultType)i)};
        for (guint k = 0; k < G_N_ELEMENTS(texts); k++) {
            g_assert_true(g_str_has_suffix(texts[k], "."));
            g_assert_true(g_ascii_isupper(*texts[k]));
            g_assert_null(strstr(texts[k], "  "));
            g_assert_true(g_hash_table_add(seen, (gpointer)texts[k]));
        }
    }
}

static void
test_modes(void)
{
    g_assert_cmpint(sts_mode_from_name("none"), ==, STS_MODE_NONE);
    g_assert_cmpint(sts_mode_from_name("testing"), ==, STS_MODE_TESTING);
    g_assert_cmpint(sts_mode_from_name("enforce"), ==, STS_MODE_ENFORCE);
    g_assert_cmpint(sts_mode_from_name("Enforce"), ==, STS_MODE_UNKNOWN);
    g_assert_cmpint(sts_mode_from_name(""), ==, STS_MODE_UNKNOWN);
    g_assert_cmpint(sts_mode_from_name(NULL), ==, STS_MODE_UNKNOWN);
    g_assert_cmpstr(sts_mode_name(STS_MODE_TESTING), ==, "testing");
    g_assert_null(sts_mode_name(STS_MODE_UNKNOWN));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/result-type/registry", test_registry);
    g_test_add_func("/result-type/unknown-words", test_unknown_words);
    g_test_add_func("/result-type/texts", test_texts);
    g_test_add_func("/result-type/modes", test_modes);
    return g_test_run();
}
