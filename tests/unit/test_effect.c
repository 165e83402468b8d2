#include "schema/effect.h"

#include <string.h>

/* The table of the design: mode and result words against the effect word that users read. */
static const struct {
    PolicyType type;
    StsMode mode;
    const char *words; /* result words, "other" for one that the RFC does not have */
    const char *effect;
} rows[] = {
#define SESSION                                                                                    \
    "starttls-not-supported certificate-host-mismatch certificate-expired "                        \
    "certificate-not-trusted validation-failure other"
#define POLICY "sts-policy-fetch-error sts-policy-invalid sts-webpki-invalid"
#define DANE   "tlsa-invalid dnssec-invalid dane-required"
    {POLICY_TYPE_STS, STS_MODE_TESTING, SESSION, "would-block"},
    {POLICY_TYPE_STS, STS_MODE_UNKNOWN, SESSION, "would-block"},
    {POLICY_TYPE_STS, STS_MODE_ENFORCE, SESSION, "blocked"},
    {POLICY_TYPE_STS, STS_MODE_TESTING, POLICY, "policy-unreadable"},
    {POLICY_TYPE_STS, STS_MODE_UNKNOWN, POLICY, "policy-unreadable"},
    {POLICY_TYPE_STS, STS_MODE_ENFORCE, POLICY, "policy-unreadable"},
    {POLICY_TYPE_STS, STS_MODE_TESTING, DANE, "dane"},
    {POLICY_TYPE_STS, STS_MODE_UNKNOWN, DANE, "dane"},
    {POLICY_TYPE_STS, STS_MODE_ENFORCE, DANE, "dane"},
    {POLICY_TYPE_STS, STS_MODE_NONE, SESSION " " POLICY " " DANE, "no-policy"},
    {POLICY_TYPE_TLSA, STS_MODE_UNKNOWN, SESSION " " POLICY " " DANE, "dane"},
    {POLICY_TYPE_TLSA, STS_MODE_ENFORCE, SESSION " " POLICY " " DANE, "dane"},
    {POLICY_TYPE_NONE, STS_MODE_UNKNOWN, SESSION " " POLICY " " DANE, "no-policy"},
    {POLICY_TYPE_OTHER, STS_MODE_UNKNOWN, SESSION " " POLICY " " DANE, "unknown"},
    {POLICY_TYPE_OTHER, STS_MODE_ENFORCE, SESSION " " POLICY " " DANE, "unknown"},
};

static void
test_table(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) words = g_strsplit(rows[i].words, " ", -1);
        for (char **word = words; *word != NULL; word++) {
            Effect effect = effect_of(rows[i].type, rows[i].mode, result_type_from_word(*word));
            g_test_message("row %u, %s", i, *word);
            g_assert_cmpstr(effect_name(effect), ==, rows[i].effect);
        }
    }
}

static void
test_sentences(void)
{
    for (guint i = 0; i <= EFFECT_UNKNOWN; i++) {
        const char *sentence = effect_sentence((Effect)i);
        g_assert_cmpuint(strlen(sentence), >, 10);
        g_assert_cmpuint(strlen(sentence), <=, 60);
        for (guint k = 0; k < i; k++)
            g_assert_cmpstr(sentence, !=, effect_sentence((Effect)k));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/effect/table", test_table);
    g_test_add_func("/effect/sentences", test_sentences);
    return g_test_run();
}
