/* test_explain_case.h: the evidence of a domain in a few words, and the problems that explain makes
 * of it. */
#pragma once

#include <string.h>

#include "report/explain-internal.h"
#include "schema/effect.h"

#define TODAY 20100 /* the day after the period */
#define SINCE (TODAY - 100)

typedef struct {
    Evidence evidence;
    Explain *explain;
    StoreQuery query;
    GPtrArray *problems;
} Case;

static const char policy_text[] =
    "version: STSv1\nmode: testing\nmax_age: 604800\nmx: mx1.example.org\nmx: *.mail.example.org";

static inline void
setup(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    c->evidence.domain = g_strdup("example.org");
    c->evidence.today = TODAY;
    c->evidence.strings = g_string_chunk_new(1024);
    c->evidence.totals = g_array_new(FALSE, FALSE, sizeof(EvidenceTotal));
    c->evidence.failures = g_array_new(FALSE, FALSE, sizeof(EvidenceFailure));
    c->explain = explain_new(&c->evidence, SINCE);
    store_query_init(&c->query);
}

static inline void
teardown(Case *c, G_GNUC_UNUSED gconstpointer data)
{
    if (c->problems != NULL)
        g_ptr_array_unref(c->problems);
    explain_free(c->explain);
    g_array_unref(c->evidence.totals);
    g_array_unref(c->evidence.failures);
    g_string_chunk_free(c->evidence.strings);
    g_free(c->evidence.domain);
}

static inline const char *
text(Case *c, const char *word)
{
    return word == NULL ? NULL : g_string_chunk_insert_const(c->evidence.strings, word);
}

/* SENDER has so many sessions on each day from FIRST to LAST (counted from SINCE). */
static inline void
total(Case *c, const char *sender, int first, int last, gint64 sessions)
{
    for (int day = first; day <= last; day++) {
        EvidenceTotal row = {.day = SINCE + day,
                             .sender = text(c, sender),
                             .type = POLICY_TYPE_STS,
                             .type_word = text(c, "sts"),
                             .policy = text(c, policy_text),
                             .mode = STS_MODE_TESTING,
                             .trust = TRUST_VERIFIED,
                             .reports = 1,
                             .successful = sessions};
        g_array_append_val(c->evidence.totals, row);
    }
}

static inline void
fail(Case *c, const char *sender, const char *mx, const char *result, int first, int last,
     gint64 sessions)
{
    for (int day = first; day <= last; day++) {
        EvidenceFailure row = {.day = SINCE + day,
                               .sender = text(c, sender),
                               .type = POLICY_TYPE_STS,
                               .type_word = text(c, "sts"),
                               .policy = text(c, policy_text),
                               .mode = STS_MODE_TESTING,
                               .trust = TRUST_VERIFIED,
                               .mx = text(c, mx),
                               .result_word = text(c, result),
                               .sessions = sessions};
        row.effect = effect_of(row.type, row.mode, result_type_from_word(result));
        g_array_append_val(c->evidence.failures, row);
    }
}

/* All failures so far are of POLICY_TYPE. */
static inline void
under(Case *c, PolicyType policy_type)
{
    for (guint i = 0; i < c->evidence.failures->len; i++) {
        EvidenceFailure *row = &g_array_index(c->evidence.failures, EvidenceFailure, i);
        row->type = policy_type;
        row->type_word = text(c, policy_type == POLICY_TYPE_TLSA ? "tlsa" : "no-policy-found");
        row->policy = NULL;
        row->effect = effect_of(policy_type, row->mode, result_type_from_word(row->result_word));
    }
}

static inline void
weigh(Case *c, guint n_problems)
{
    ExplainOptions options = {.query = &c->query};
    c->problems = explain_weigh(c->explain, NULL, &options, NULL);
    g_assert_nonnull(c->problems);
    for (guint i = 0; i < c->problems->len; i++)
        g_test_message("%s", ((Problem *)g_ptr_array_index(c->problems, i))->title);
    g_assert_cmpuint(c->problems->len, ==, n_problems);
}

static inline Problem *
problem_of(Case *c, guint i)
{
    return g_ptr_array_index(c->problems, i);
}

static inline void
assert_has(const char *sentence, const char *part)
{
    if (strstr(sentence, part) == NULL)
        g_error("\"%s\" is not in: %s", part, sentence);
}

static inline void
assert_has_not(const char *sentence, const char *part)
{
    if (strstr(sentence, part) != NULL)
        g_error("\"%s\" is in: %s", part, sentence);
}

static const char *const senders[] = {"Alpha", "Beta", "Gamma", "Delta", "Epsilon"};

static inline void
all_report(Case *c)
{
    for (guint i = 0; i < G_N_ELEMENTS(senders); i++)
        total(c, senders[i], 0, 99, 50);
}

#define ADD(path, function) g_test_add(path, Case, NULL, setup, function, teardown)
