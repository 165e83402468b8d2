/* explain_advice.c: cause and fix in plain words. */
#include <string.h>

#include "report/explain-internal.h"
#include "report/explain_pattern.h"
#include "schema/finding.h"

#define NAME_BYTES 200
#define MISSES_MAX 3 /* MX hosts whose lines are told */

/* ---- what reason codes mean ---------------------------------------------------------------- */

#define LACKS_ISSUER                                                                               \
    "the MX does not send an intermediate certificate, or the sender lacks the authority"

/* failure-reason-code is free text (RFC 8460 4.4); these are parts of what senders write there, in
 * lower case and with spaces for "_" and "-", with what it means for us. The first that fits is
 * told. */
static const struct {
    const char *part, *meaning;
} reasons[] = {
    {"mx hosts mismatch", "the mx lines of the policy do not name this MX"},
    {"mx mismatch", "the mx lines of the policy do not name this MX"},
    {"not match mx", "the mx lines of the policy do not name this MX"},
    {"self signed", "the certificate, or its authority, is self-signed"},
    {"selfsigned", "the certificate, or its authority, is self-signed"},
    {"expired", "the certificate has expired"},
    {"not yet valid", "the certificate begins to be valid later: a clock is wrong, or it was put "
                      "in place too early"},
    {"local issuer", LACKS_ISSUER},
    {"unable to verify the first", LACKS_ISSUER},
    {"unknown ca", "the sender does not know the authority of the certificate"},
    {"unknown authority", "the sender does not know the authority of the certificate"},
    {"issuer", "the sender cannot build the chain to the authority of the certificate"},
    {"hostname", "the certificate does not name the host"},
    {"host name", "the certificate does not name the host"},
    {"path length", "the chain is longer than one of its certificates allows"},
    {"revoked", "the certificate was revoked"},
    {"key too small", "a key is too short for this sender"},
    {"unsupported protocol", "the MX offers only TLS versions that this sender refuses"},
    {"protocol version", "the MX and the sender have no TLS version in common"},
    {"handshake", "the TLS handshake broke off: no common version or cipher, or a connection cut "
                  "in between"},
    {"no such host", "a name does not resolve"},
    {"nxdomain", "a name does not resolve"},
    {"servfail", "a name server does not answer properly"},
    {"refused", "the connection was refused"},
    {"deadline", "no answer came in time"},
    {"timeout", "no answer came in time"},
    {"timed out", "no answer came in time"},
    {"redirect", "the web server redirects, which RFC 8461 3.3 forbids to follow"},
    {"404", "the web server does not have the file"},
    {"starttls", "STARTTLS was not offered, or broke off"},
};

static const char *
meaning_of(const char *reason)
{
    g_autofree char *lower = g_utf8_strdown(reason, -1);
    g_strdelimit(lower, "_-", ' ');
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (strstr(lower, reasons[i].part) != NULL)
            return reasons[i].meaning;
    }
    return NULL;
}

/* The reason that most failures give. */
static void
tell_reason(const Problem *problem, GString *out)
{
    ResultType type = result_type_from_word(problem->result_type);
    if (problem->reasons->len == 0) {
        if (type == RESULT_VALIDATION_FAILURE && !problem->not_in_policy)
            g_string_append(out, " No reason is given, and RFC 8460 has no more precise word for "
                                 "it: what failed has to be found out by trying.");
        return;
    }
    const char *reason = g_array_index(problem->reasons, ProblemShare, 0).name;
    const char *meaning = meaning_of(reason);
    g_autofree char *printable = text_printable(reason, -1, NAME_BYTES);
    gint64 sessions = g_array_index(problem->reasons, ProblemShare, 0).sessions;
    if (sessions * 2 < problem->sessions)
        g_string_append_printf(out, " For %" G_GINT64_FORMAT " of them a reason is given, \"%s\"",
                               sessions, printable);
    else
        g_string_append_printf(out, " The reason given is \"%s\"", printable);
    if (meaning != NULL)
        g_string_append_printf(out, ": %s", meaning);
    if (problem->reasons->len > 1)
        g_string_append_printf(out, " (and %u more)", problem->reasons->len - 1);
    g_string_append_c(out, '.');
}

/* ---- cause --------------------------------------------------------------------------------- */

/* TEXT with the name of the domain for its placeholder. */
static char *
with_domain(const Problem *problem, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "DOMAIN", -1);
    return g_strjoinv(problem->domain, parts);
}

/* The policy of the newest row at MX, which the pattern is explained with. */
static const char *
policy_at(const Cluster *cluster, const char *mx)
{
    const EvidenceFailure *newest = NULL;
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        if (g_strcmp0(row->mx, mx) == 0 && (newest == NULL || row->day > newest->day))
            newest = row;
    }
    return newest != NULL ? newest->policy : NULL;
}

/* The version of the policy that appeared last, as readiness has it. NULL if none is told. */
static const StsPolicy *
newest_policy(Explain *explain)
{
    g_autoptr(GHashTable) first_days = g_hash_table_new(NULL, NULL);
    const GArray *totals = explain->evidence->totals;
    const char *newest = NULL;
    for (guint i = 0; i < totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(totals, EvidenceTotal, i);
        gpointer day;
        if (row->type == POLICY_TYPE_STS && row->policy != NULL &&
            (!g_hash_table_lookup_extended(first_days, row->policy, NULL, &day) ||
             row->day < GPOINTER_TO_INT(day)))
            g_hash_table_insert(first_days, (gpointer)row->policy, GINT_TO_POINTER(row->day));
    }
    GHashTableIter iterator;
    gpointer policy, day;
    gint32 newest_day = G_MININT32;
    g_hash_table_iter_init(&iterator, first_days);
    while (g_hash_table_iter_next(&iterator, &policy, &day)) {
        gint32 first = GPOINTER_TO_INT(day);
        if (newest == NULL || first > newest_day ||
            (first == newest_day && strcmp(policy, newest) < 0)) {
            newest = policy;
            newest_day = first;
        }
    }
    return explain_policy(explain, newest);
}

static void
tell_not_in_policy(Explain *explain, const Cluster *cluster, Problem *problem)
{
    const StsPolicy *newest = newest_policy(explain);
    g_autoptr(GString) cause = g_string_new(NULL);
    g_autoptr(GString) fix = g_string_new(NULL);
    guint told = MIN(problem->mxs->len, MISSES_MAX);
    for (guint i = 0; i < told; i++) {
        const char *mx = g_array_index(problem->mxs, ProblemShare, i).name;
        const StsPolicy *policy = explain_policy(explain, policy_at(cluster, mx));
        g_autofree char *miss = explain_pattern_miss(policy, mx);
        g_string_append_printf(cause, "%s ", miss);
        if (newest != NULL && sts_policy_names(newest, mx))
            continue;
        g_autofree char *add = explain_pattern_fix(newest != NULL ? newest : policy, mx);
        g_string_append_printf(fix, "%s%s", fix->len > 0 ? " " : "", add);
    }
    if (problem->mxs->len > told)
        g_string_append_printf(cause, "%u more hosts are missing. ", problem->mxs->len - told);
    g_string_append(cause,
                    "Senders report that as validation-failure, for RFC 8460 has no word for "
                    "it.");
    tell_reason(problem, cause);
    if (fix->len == 0)
        g_string_append(fix,
                        "The newest policy that senders report names it: nothing is left to do "
                        "but to see that no sender keeps an older one.");
    problem->cause = g_string_free(g_steal_pointer(&cause), FALSE);
    problem->fix = g_string_free(g_steal_pointer(&fix), FALSE);
    problem->clause = "RFC 8461 4.1";
}

/* Every failure names policy and MX. */
static gboolean
is_compared(Explain *explain, const Cluster *cluster)
{
    for (guint i = 0; i < cluster->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(cluster->rows, i);
        const StsPolicy *policy = explain_policy(explain, row->policy);
        if (policy == NULL || policy->mx[0] == NULL || row->mx == NULL ||
            row->type != POLICY_TYPE_STS)
            return FALSE;
    }
    return TRUE;
}

static const char *
unnamed_cause(const Problem *problem, gboolean compared)
{
    if (problem->effect == EFFECT_DANE || problem->effect == EFFECT_NO_POLICY)
        return "The session failed in a way for which RFC 8460 has no word of its own.";
    return compared
               ? "The session failed, and not because of the mx lines of the policy: they name "
                 "this MX."
               : "The session failed in a way for which RFC 8460 has no word of its own. The "
                 "report names no policy or no MX, so that the two cannot be compared.";
}

static void
tell_cause(const Problem *problem, gboolean compared, ResultType type, GString *out)
{
    if (type == RESULT_OTHER && *problem->result_type == '\0')
        g_string_append(out, "The sender names no result type, so what failed is not known.");
    else if (type == RESULT_OTHER)
        g_string_append(out, "RFC 8460 does not have this result type: what it means is the "
                             "sender's to say. It counts as a failed session.");
    else if (type == RESULT_VALIDATION_FAILURE)
        g_string_append(out, unnamed_cause(problem, compared));
    else
        g_string_append(out, result_type_explanation(type));
    tell_reason(problem, out);
    if (problem->effect == EFFECT_NO_POLICY)
        g_string_append(out, " The sender applied no policy, so it delivered all the same, "
                             "perhaps without encryption.");
    else if (problem->effect == EFFECT_DANE && type != RESULT_TLSA_INVALID &&
             type != RESULT_DNSSEC_INVALID && type != RESULT_DANE_REQUIRED)
        g_string_append(out, " It is reported under DANE (tlsa), which this sender enforces "
                             "already.");
    else if (problem->effect == EFFECT_POLICY_UNREADABLE)
        g_string_append(out, " Until it can, it goes on with a copy it has, or without a policy.");
}

/* ---- fix ----------------------------------------------------------------------------------- */

/* What the result type alone calls for. No mx line of a policy plays a part in what fails under
 * DANE, or without a policy, or where they were COMPARED and name the MX. */
static const char *
usual_remedy(const Problem *problem, gboolean compared, ResultType type)
{
    if (type != RESULT_VALIDATION_FAILURE)
        return result_type_remedy(type);
    if (problem->effect == EFFECT_DANE)
        return "Compare the TLSA records of the MX with the certificate that it presents, and see "
               "that DNSSEC signs them; then try a TLS 1.2 or later handshake with the MX.";
    if (!compared && problem->effect != EFFECT_NO_POLICY)
        return result_type_remedy(type);
    return problem->reasons->len > 0
               ? "Go by the reason given, and try a TLS 1.2 or later handshake with the MX."
               : "Try a TLS 1.2 or later handshake with the MX: version, ciphers, certificate.";
}

static char *
remedy_of(const Problem *problem, gboolean compared, ResultType type)
{
    if (problem->place == PLACE_MX && problem->senders->len == 1) {
        g_autofree char *mx = explain_mx_printable(problem);
        return g_strdup_printf("Look by the commands at the certificate of every server and "
                               "address behind %s. %s",
                               mx, usual_remedy(problem, compared, type));
    }
    if (problem->place == PLACE_SENDER && type != RESULT_VALIDATION_FAILURE && type != RESULT_OTHER)
        return g_strdup("See by the commands that the MX sends its whole chain of certificates. If "
                        "it does, tell the sender: its TLS client or its list of authorities is "
                        "out of date. Enforce would hold its mail back until it is mended there.");
    if (problem->place == PLACE_PATH)
        return g_strdup("Run the commands from a host in or near that network and compare with "
                        "another. Where the answers differ, ask the sender and the networks "
                        "between which device alters SMTP. Enforce protects against exactly this: "
                        "it holds the mail back instead of letting it be read.");
    if (type == RESULT_OTHER)
        return g_strdup("Ask the sender what it means, by the contact-info of its report.");
    return with_domain(problem, usual_remedy(problem, compared, type));
}

static char *
fix_of(const Problem *problem, gboolean compared, ResultType type)
{
    g_autofree char *remedy = remedy_of(problem, compared, type);
    const char *first = problem->rare    ? "Nothing for now. If it comes again: "
                        : problem->ended ? "It is over. Should it come again: "
                                         : "";
    return g_strconcat(first, remedy, NULL);
}

static void
set_title(Problem *problem)
{
    g_autofree char *word = text_printable(
        *problem->result_type == '\0' ? "failure of no given type" : problem->result_type, -1, 100);
    const char *mx = NULL;
    guint named = 0;
    for (guint i = problem->mxs->len; i > 0; i--) {
        const char *name = g_array_index(problem->mxs, ProblemShare, i - 1).name;
        named += name != NULL ? 1 : 0;
        mx = name != NULL ? name : mx;
    }
    if (problem->not_in_policy) {
        g_autofree char *name = text_printable(mx, -1, 255);
        problem->title = named > 1 ? g_strdup_printf("%u MX hosts not in the policy", named)
                                   : g_strdup_printf("%s is not in the policy", name);
    } else if (named == 1) {
        g_autofree char *name = text_printable(mx, -1, 255);
        problem->title = g_strdup_printf("%s at %s", word, name);
    } else if (problem->senders->len == 1) {
        g_autofree char *name =
            text_printable(g_array_index(problem->senders, ProblemShare, 0).name, -1, NAME_BYTES);
        problem->title = g_strdup_printf("%s for %s", word, name);
    } else if (named > 1) {
        problem->title = g_strdup_printf("%s at %u MX hosts", word, named);
    } else {
        problem->title = g_strdup_printf("%s for %u senders", word, problem->senders->len);
    }
}

/* One for all that are too many to be told apart. */
static void
tell_rest(Problem *problem)
{
    problem->title = g_strdup_printf("%u more problems", problem->more);
    problem->cause = g_strdup("There are too many different failures to explain each. That is "
                              "unusual: look whether somebody sends made-up reports.");
    problem->fix =
        g_strdup("See them all by tlsgauge report --format csv, or ask for one sender, MX "
                 "or result type. Reports that nobody vouches for can be shut out: "
                 "[trust] minimum=verified.");
    g_free(problem->likely);
    problem->likely = g_strdup("Nothing can be said of so many at once.");
    problem->clause = "RFC 8460 4.3";
    problem->place = PLACE_UNCLEAR;
}

void
explain_advice(Explain *explain, const Cluster *cluster, Problem *problem)
{
    if (problem->more > 0) {
        tell_rest(problem);
        return;
    }
    set_title(problem);
    if (problem->not_in_policy) {
        tell_not_in_policy(explain, cluster, problem);
        return;
    }
    ResultType type = result_type_from_word(problem->result_type);
    gboolean compared = is_compared(explain, cluster);
    GString *cause = g_string_new(NULL);
    tell_cause(problem, compared, type, cause);
    problem->cause = g_string_free(cause, FALSE);
    problem->fix = fix_of(problem, compared, type);
    problem->clause = result_type_clause(type);
}
