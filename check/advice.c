#include "check/advice.h"

#include <string.h>

#include "schema/domain_name.h"

#define SECONDS_A_DAY   86400
#define MANY_HOSTS      5
#define TESTING_MAX_AGE SECONDS_A_DAY
#define ENFORCE_MAX_AGE (14 * SECONDS_A_DAY)

char *
advice_tlsrpt_record(const CheckRun *run, char *const *rua)
{
    g_autoptr(GString) uris = g_string_new(NULL);
    char *const *lists[] = {run->tlsrpt != NULL ? run->tlsrpt->rua : NULL, rua};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (char *const *uri = lists[i]; uri != NULL && *uri != NULL; uri++) {
            if (strstr(uris->str, *uri) == NULL)
                g_string_append_printf(uris, "%s%s", uris->len > 0 ? "," : "", *uri);
        }
    }
    if (uris->len == 0)
        g_string_append_printf(uris, "mailto:tls-reports@%s", run->domain);
    return g_strdup_printf("_smtp._tls.%s. IN TXT \"v=TLSRPTv1; rua=%s\"", run->domain, uris->str);
}

static char *
id_of(gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    return g_date_time_format(time, "%Y%m%dT%H%M%SZ");
}

char *
advice_sts_record(const CheckRun *run, gint64 now)
{
    g_autofree char *id = id_of(now);
    if (run->sts != NULL && strcmp(run->sts->id, id) == 0) {
        g_free(id);
        id = id_of(now + 1);
    }
    return g_strdup_printf("_mta-sts.%s. IN TXT \"v=STSv1; id=%s;\"", run->domain, id);
}

/* The wildcard of the policy of now that covers HOST; NULL without one. */
static const char *
wildcard_for(const CheckRun *run, const char *host)
{
    for (char **pattern = run->policy != NULL ? run->policy->mx : NULL;
         pattern != NULL && *pattern != NULL; pattern++) {
        if (g_str_has_prefix(*pattern, "*.") && mx_pattern_matches(*pattern, host))
            return *pattern;
    }
    return NULL;
}

/* What follows the first label of HOST. */
static const char *
parent_of(const char *host)
{
    const char *dot = strchr(host, '.');
    return dot != NULL ? dot + 1 : "";
}

/* "*." and the parent of HOST where MANY_HOSTS of the live ones stand side by side below it, and
 * one owner has all names there; NULL elsewhere. Newly allocated. */
static char *
wildcard_of_many(const CheckRun *run, const char *host)
{
    const char *parent = parent_of(host);
    guint n = 0;
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *other = g_ptr_array_index(run->hosts, i);
        n += strcmp(parent_of(other->name), parent) == 0;
    }
    return n >= MANY_HOSTS && !domain_name_is_public_suffix(parent)
               ? g_strconcat("*.", parent, NULL)
               : NULL;
}

char *
advice_policy(const CheckRun *run, StsMode mode, gint64 max_age)
{
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (run->hosts->len == 0)
        return NULL;
    GString *body = g_string_new("version: STSv1\n");
    g_string_append_printf(body, "mode: %s\n", sts_mode_name(mode));
    for (guint i = 0; i < run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(run->hosts, i);
        char *pattern = g_strdup(wildcard_for(run, host->name));
        if (pattern == NULL)
            pattern = wildcard_of_many(run, host->name);
        if (pattern == NULL)
            pattern = g_strdup(host->name);
        if (!g_hash_table_contains(told, pattern))
            g_string_append_printf(body, "mx: %s\n", pattern);
        g_hash_table_add(told, pattern);
    }
    g_string_append_printf(body, "max_age: %" G_GINT64_FORMAT "\n", max_age);
    return g_string_free(body, FALSE);
}

char *
advice_policy_again(const CheckRun *run, StsMode mode, gint64 max_age)
{
    GString *body = g_string_new("version: STSv1\n");
    g_string_append_printf(body, "mode: %s\n", sts_mode_name(mode));
    for (char **mx = run->policy->mx; *mx != NULL; mx++)
        g_string_append_printf(body, "mx: %s\n", *mx);
    g_string_append_printf(body, "max_age: %" G_GINT64_FORMAT "\n", max_age);
    return g_string_free(body, FALSE);
}

/* The file in the mode that it has, or testing; NULL where no MX host is known. */
static char *
present_policy(const CheckRun *run)
{
    StsMode mode = run->policy != NULL ? run->policy->mode : STS_MODE_UNKNOWN;
    gint64 age = run->policy != NULL ? run->policy->max_age : -1;
    if (mode == STS_MODE_UNKNOWN)
        mode = STS_MODE_TESTING;
    if (age < SECONDS_A_DAY)
        age = mode == STS_MODE_ENFORCE ? ENFORCE_MAX_AGE : TESTING_MAX_AGE;
    return advice_policy(run, mode, age);
}

typedef enum { ADVICE_TLSRPT, ADVICE_RECORD, ADVICE_POLICY, ADVICE_BOTH } AdviceKind;

static const struct {
    const char *id;
    AdviceKind kind;
} table[] = {
    {"tlsrpt-missing", ADVICE_TLSRPT},       {"tlsrpt-multiple", ADVICE_TLSRPT},
    {"tlsrpt-wrong-place", ADVICE_TLSRPT},   {"tlsrpt-spf-wildcard", ADVICE_TLSRPT},
    {"tlsrpt-syntax", ADVICE_TLSRPT},        {"tlsrpt-version-space", ADVICE_TLSRPT},
    {"tlsrpt-no-rua", ADVICE_TLSRPT},        {"tlsrpt-rua-not-ours", ADVICE_TLSRPT},
    {"tlsrpt-duplicate-rua", ADVICE_TLSRPT}, {"rollout-tlsrpt-first", ADVICE_TLSRPT},
    {"sts-dns-missing", ADVICE_BOTH},        {"sts-dns-multiple", ADVICE_RECORD},
    {"sts-dns-wrong-place", ADVICE_RECORD},  {"sts-dns-spf-wildcard", ADVICE_RECORD},
    {"sts-dns-syntax", ADVICE_RECORD},       {"sts-dns-version-space", ADVICE_RECORD},
    {"sts-dns-no-id", ADVICE_RECORD},        {"sts-dns-bad-id", ADVICE_RECORD},
    {"sts-id-stale", ADVICE_RECORD},         {"sts-record-gone", ADVICE_RECORD},
    {"sts-policy-version", ADVICE_POLICY},   {"sts-policy-mode", ADVICE_POLICY},
    {"sts-policy-max-age", ADVICE_POLICY},   {"sts-policy-no-mx", ADVICE_BOTH},
    {"sts-policy-bad-mx", ADVICE_BOTH},      {"sts-policy-syntax", ADVICE_POLICY},
    {"sts-policy-blank", ADVICE_POLICY},     {"sts-policy-not-text", ADVICE_POLICY},
    {"sts-policy-html", ADVICE_POLICY},      {"sts-https-status", ADVICE_POLICY},
    {"sts-mx-uncovered", ADVICE_BOTH},       {"sts-mx-implicit", ADVICE_BOTH},
};

/* What is to be copied for KIND; NULL if that cannot be known. */
static char *
to_copy(const CheckRun *run, const CheckOptions *options, AdviceKind kind)
{
    if (kind == ADVICE_TLSRPT)
        return advice_tlsrpt_record(run, options->expect_rua);
    g_autofree char *record = advice_sts_record(run, options->now);
    if (kind == ADVICE_RECORD)
        return g_steal_pointer(&record);
    char *policy = present_policy(run);
    if (policy == NULL || kind == ADVICE_POLICY)
        return policy;
    char *both = g_strconcat(policy, "\n", record, NULL);
    g_free(policy);
    return both;
}

void
advice_add(CheckRun *run, const CheckOptions *options)
{
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++) {
            CheckFinding *finding = g_ptr_array_index(findings, i);
            for (gsize k = 0; k < G_N_ELEMENTS(table); k++) {
                if (strcmp(finding->kind->id, table[k].id) == 0)
                    finding->copy = to_copy(run, options, table[k].kind);
            }
        }
    }
}
