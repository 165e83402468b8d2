/* explain_likely.c: what the pattern of a problem points to. */
#include "report/explain-internal.h"
#include "schema/finding.h"

#define NAME_BYTES    200
#define RARE_SHARE    0.001
#define RARE_SESSIONS 30
/* As readiness tolerates it: less than three sessions, and not more than 5 % of a sender's. */
#define FEW_SHARE     0.05
#define FEW_SESSIONS  2

typedef struct {
    const Problem *problem;
    const Setting *setting;
    double share;         /* of the sessions of the senders concerned */
    gboolean others_tell; /* others had sessions enough to meet it, had it been there for them */
} Pattern;

static char *
printable(const char *name)
{
    return text_printable(name, -1, NAME_BYTES);
}

static gboolean
is_certificate(ResultType type)
{
    return type == RESULT_CERTIFICATE_HOST_MISMATCH || type == RESULT_CERTIFICATE_EXPIRED ||
           type == RESULT_CERTIFICATE_NOT_TRUSTED;
}

static gboolean
is_session_failure(ResultType type)
{
    return type == RESULT_STARTTLS_NOT_SUPPORTED || is_certificate(type);
}

/* Too little of it to see a pattern in. */
static gboolean
is_rare(const Pattern *pattern)
{
    gint64 sessions = pattern->problem->sessions;
    if (is_certificate(result_type_from_word(pattern->problem->result_type)))
        return FALSE; /* no accident of a connection */
    return (pattern->share < RARE_SHARE && sessions < RARE_SESSIONS) ||
           (pattern->share < FEW_SHARE && sessions <= FEW_SESSIONS);
}

/* The addresses are known for nearly all, and lie in one network. */
static gboolean
from_one_network(const Problem *problem)
{
    return problem->n_networks == 1 &&
           (double)g_array_index(problem->networks, ProblemShare, 0).sessions >=
               0.9 * (double)problem->sessions;
}

/* The certificate of one sender's failing sessions, where others met none such. An expired one is
 * seldom made on the way; a wrong or untrusted one from one network alone may be an attack, else a
 * second machine behind the name is likelier. Old clients fail in nearly all of their sessions. */
static ProblemPlace
place_of_certificate(const Pattern *pattern, ResultType type)
{
    if (type != RESULT_CERTIFICATE_EXPIRED && from_one_network(pattern->problem))
        return PLACE_PATH;
    if (pattern->share < 0.5)
        return PLACE_MX;
    gboolean at_one_of_several = pattern->setting->named_mx == 1 && pattern->setting->known_mx > 1;
    return type == RESULT_CERTIFICATE_EXPIRED && at_one_of_several ? PLACE_MX : PLACE_SENDER;
}

static ProblemPlace
place_of_single(const Pattern *pattern, ResultType type)
{
    if (!pattern->others_tell || is_rare(pattern) || pattern->problem->sessions <= FEW_SESSIONS)
        return PLACE_UNCLEAR;
    /* STARTTLS is the MX's to offer: a client cannot fail to see it on a clean way. */
    if (type == RESULT_STARTTLS_NOT_SUPPORTED)
        return PLACE_PATH;
    return is_certificate(type) ? place_of_certificate(pattern, type) : PLACE_SENDER;
}

static ProblemPlace
place_of(const Pattern *pattern)
{
    const Problem *problem = pattern->problem;
    ResultType type = result_type_from_word(problem->result_type);
    if (problem->not_in_policy)
        return PLACE_POLICY;
    switch (type) {
    case RESULT_STS_POLICY_FETCH_ERROR:
    case RESULT_STS_POLICY_INVALID:
    case RESULT_STS_WEBPKI_INVALID:
        return PLACE_POLICY_HOST;
    case RESULT_TLSA_INVALID:
    case RESULT_DNSSEC_INVALID:
    case RESULT_DANE_REQUIRED:
        return PLACE_DNS;
    default:
        break;
    }
    if (problem->senders->len == 1)
        return place_of_single(pattern, type);
    /* Several organisations behind one network, as of one provider or country. */
    if (from_one_network(pattern->problem) && pattern->others_tell && is_session_failure(type) &&
        type != RESULT_CERTIFICATE_EXPIRED)
        return PLACE_PATH;
    if (pattern->setting->named_mx == 1)
        return PLACE_MX;
    if (pattern->setting->named_mx > 1 && problem->senders->len * 2 >= pattern->setting->senders)
        return PLACE_ALL_MX;
    return PLACE_UNCLEAR;
}

/* What did not meet it. */
static void
tell_free(const Pattern *pattern, GString *out)
{
    const Setting *setting = pattern->setting;
    gint64 rest = MAX(setting->own - pattern->problem->sessions, 0);
    if (rest > 0)
        g_string_append_printf(
            out,
            "; the other %" G_GINT64_FORMAT " sessions of %s and %" G_GINT64_FORMAT
            " of other senders did not meet it. ",
            rest, pattern->problem->senders->len == 1 ? "this sender" : "these senders",
            setting->others);
    else
        g_string_append_printf(out,
                               "; %" G_GINT64_FORMAT " sessions of other senders did not meet it. ",
                               setting->others);
}

static char *
tell_path(const Pattern *pattern)
{
    const Problem *problem = pattern->problem;
    g_autoptr(GString) out = g_string_new(NULL);
    if (from_one_network(problem)) {
        g_autofree char *name = printable(g_array_index(problem->networks, ProblemShare, 0).name);
        g_string_append_printf(out, "All failing sessions whose address is known come from %s",
                               name);
    } else {
        g_string_append(out, "Only this sender meets it");
    }
    tell_free(pattern, out);
    g_string_append(out, "Something on the way is suspect: a firewall or proxy that rewrites SMTP, "
                         "or a man in the middle. Reports alone cannot tell which");
    if (problem->addresses->len == 1) {
        g_autofree char *to = printable(g_array_index(problem->addresses, ProblemShare, 0).name);
        g_string_append_printf(out,
                               "; first see that %s, where all these sessions went, is "
                               "really the MX",
                               to);
    }
    g_string_append_c(out, '.');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* One sender alone met it there, in some of its sessions. */
static char *
tell_one_machine(const Pattern *pattern)
{
    const Problem *problem = pattern->problem;
    gboolean expired = result_type_from_word(problem->result_type) == RESULT_CERTIFICATE_EXPIRED;
    g_autofree char *mx = explain_mx_printable(problem);
    g_autoptr(GString) out = g_string_new("Only this sender meets it");
    tell_free(pattern, out);
    if (expired)
        g_string_append(out, "An expired certificate is seldom made on the way: most likely ");
    else
        g_string_append(out, "Most likely ");
    g_string_append_printf(out,
                           "one server or address behind %s %s, and only these sessions met it", mx,
                           expired ? "kept an old certificate" : "has another certificate");
    if (!expired)
        g_string_append(out, "; something on the way that puts its own in place is possible too, "
                             "and asking each address tells which");
    if (problem->addresses->len == 1) {
        g_autofree char *to = printable(g_array_index(problem->addresses, ProblemShare, 0).name);
        g_string_append_printf(out, ". All went to the address %s: look there first", to);
    }
    g_string_append_c(out, '.');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
tell_mx_place(const Pattern *pattern)
{
    const Problem *problem = pattern->problem;
    if (problem->senders->len == 1)
        return tell_one_machine(pattern);
    GString *out = g_string_new("Independent senders meet it at one MX: the fault is there, not at "
                                "the senders.");
    if (problem->addresses->len == 1) {
        g_autofree char *to = printable(g_array_index(problem->addresses, ProblemShare, 0).name);
        g_string_append_printf(out, " All went to the address %s.", to);
    }
    if (pattern->others_tell)
        g_string_append(out, " Not everybody meets it: look at every machine and address behind "
                             "that name.");
    return g_string_free(out, FALSE);
}

static char *
tell_policy_host(const Pattern *pattern)
{
    if (pattern->problem->senders->len > 1)
        return g_strdup("Independent senders meet it: the fault is at the web server of the policy "
                        "or in the policy file.");
    if (pattern->others_tell)
        return g_strdup("Only this sender meets it: the web server may turn its network away "
                        "(firewall, bot protection, IPv6 only half set up), or be slow at times.");
    return g_strdup("No other sender tells enough to say whether the web server or this sender is "
                    "at fault.");
}

static char *
tell_dns(const Pattern *pattern)
{
    gboolean several = pattern->problem->senders->len > 1;
    switch (result_type_from_word(pattern->problem->result_type)) {
    case RESULT_TLSA_INVALID:
        return g_strdup(several
                            ? "Independent senders meet it: most likely the certificate of the MX "
                              "was changed before its TLSA records were."
                            : "The TLSA records and the certificate of the MX do not fit together, "
                              "or the resolver of this sender held older records.");
    case RESULT_DNSSEC_INVALID:
        return g_strdup(several ? "Independent senders meet it: the signatures of the zone of the "
                                  "MX are broken, or were."
                                : "Nobody else reports it: the resolver of this sender may be at "
                                  "fault as well as the signatures of the zone.");
    default:
        break;
    }
    return g_strdup(
        "The sender asks for DANE, which this domain does not offer for the MX: that is "
        "its own choice.");
}

static char *
tell_unclear(ResultType type)
{
    if (type == RESULT_CERTIFICATE_EXPIRED || type == RESULT_CERTIFICATE_HOST_MISMATCH)
        return g_strdup("No other sender tells enough to confirm it, but such a finding is seldom "
                        "the sender's mistake: look at every machine and address of the MX first.");
    return g_strdup("No other sender tells enough to say whether the MX, this sender or the way "
                    "between is at fault: confirm it by the commands.");
}

static char *
tell_likely(const Pattern *pattern, ProblemPlace place)
{
    switch (place) {
    case PLACE_MX:
        return tell_mx_place(pattern);
    case PLACE_ALL_MX:
        return g_strdup(
            "Independent senders meet it at several MX hosts: look at what these share, "
            "such as a certificate, a proxy or a name.");
    case PLACE_SENDER:
        return g_strdup("Nobody else meets it: most likely the client or the list of trusted "
                        "authorities of this sender.");
    case PLACE_PATH:
        return tell_path(pattern);
    case PLACE_POLICY:
        return g_strdup_printf("The policy %s incomplete: a sender that honours it in mode enforce "
                               "refuses this MX.",
                               pattern->problem->ended ? "was" : "is");
    case PLACE_POLICY_HOST:
        return tell_policy_host(pattern);
    case PLACE_DNS:
        return tell_dns(pattern);
    case PLACE_UNCLEAR:
        break;
    }
    if (is_rare(pattern))
        return g_strdup("So rare that a broken connection or a restart of the MX may be behind it, "
                        "or one machine of several: wait whether it comes again.");
    if (pattern->problem->senders->len == 1)
        return tell_unclear(result_type_from_word(pattern->problem->result_type));
    return g_strdup("The reports do not say which MX it was, or only few senders meet it: confirm "
                    "it at every MX by the commands.");
}

void
explain_likely(Problem *problem, const Setting *setting)
{
    double share = setting->own > 0 ? MIN(1, (double)problem->sessions / (double)setting->own) : 1;
    Pattern pattern = {problem, setting, share, (double)setting->others * share >= 3};
    problem->rare = is_rare(&pattern);
    problem->place = place_of(&pattern);
    problem->likely = tell_likely(&pattern, problem->place);
}
