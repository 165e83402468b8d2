#include "check/smtp_host.h"

#include <string.h>

#include "check/dane_judge.h"
#include "check/finding.h"
#include "check/smtp_judge.h"

#define PARALLEL_SESSIONS 2 /* with one host: some count connections of a client */

/* One address on its way through. */
typedef struct {
    const CheckOptions *options;
    const CheckHost *host;
    const char *address;
    SmtpSeen *seen; /* NULL: not tried */
    SmtpSeen *old;  /* tried where the usual handshake failed; else NULL */
} Look;

typedef struct {
    const CheckOptions *options;
    const CheckHost *host;
    TlsTrust *trust; /* NULL: there is none */
    CheckProbe *probe;
} HostLook;

static gboolean
is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static SmtpSeen *
visit(const Look *look, SmtpProbeKind kind)
{
    guint port = look->options->smtp_port;
    g_autofree char *address =
        check_options_endpoint(look->options, look->host->name, look->address, &port);
    SmtpTarget target = {.address = address,
                         .port = port,
                         .name = look->host->name,
                         .ehlo = look->options->ehlo,
                         .connect_ms = look->options->connect_ms,
                         .reply_ms = look->options->reply_ms};
    return smtp_probe(&target, kind);
}

static void
look_at_address(gpointer data, G_GNUC_UNUSED gpointer user_data)
{
    Look *look = data;
    look->seen = visit(look, SMTP_PROBE_USUAL);
    if (look->seen->failed == SMTP_HANDSHAKE)
        look->old = visit(look, SMTP_PROBE_OLD_TLS);
}

static void
look_free(gpointer data)
{
    Look *look = data;
    smtp_seen_free(look->seen);
    smtp_seen_free(look->old);
    g_free(look);
}

/* All addresses of the host, two at a time. */
static GPtrArray *
look_at_all(const CheckOptions *options, const CheckHost *host)
{
    GPtrArray *looks = g_ptr_array_new_with_free_func(look_free);
    GThreadPool *pool = g_thread_pool_new(look_at_address, NULL, PARALLEL_SESSIONS, FALSE, NULL);
    for (char **address = host->addresses; *address != NULL; address++) {
        Look *look = g_new0(Look, 1);
        *look = (Look){.options = options, .host = host, .address = *address};
        g_ptr_array_add(looks, look);
        if (options->ipv6 || !is_ipv6(*address))
            g_thread_pool_push(pool, look, NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    return looks;
}

static Reach
reach_of(const SmtpSeen *seen)
{
    if (seen == NULL)
        return REACH_NOT_TRIED;
    if (seen->failed > SMTP_GREETING || seen->greeting != NULL)
        return seen->greeting != NULL && seen->greeting->code == 0 ? REACH_REFUSED : REACH_REACHED;
    return seen->status == STREAM_TIMEOUT || seen->status == STREAM_NO_ROUTE ? REACH_NO_ANSWER
                                                                             : REACH_REFUSED;
}

static void
note(CheckSeen *note, const SmtpSeen *seen, const TlsVerdict *verdict)
{
    note->reach = reach_of(seen);
    if (seen == NULL)
        return;
    note->problem = g_strdup(seen->problem);
    note->starttls = seen->offered;
    note->tls = g_strdup(seen->tls);
    note->connect_ms = seen->connect_ms;
    note->total_ms = seen->total_ms;
    if (verdict != NULL) {
        note->not_after = verdict->not_after;
        note->fingerprint = g_strdup(verdict->fingerprint);
    }
}

/* RFC 7672 3.2.2: with DANE-TA the certificate has the TLSA base domain, or the name that led
 * there. */
static DaneVerdict *
hold_against_tlsa(const HostLook *self, const GPtrArray *chain)
{
    const CheckHost *host = self->host;
    const char *names[] = {host->name, host->tlsa_base, NULL, NULL};
    if (host->tlsa_base == NULL)
        names[1] = NULL;
    if (host->mx_secure)
        names[names[1] == NULL ? 1 : 2] = host->domain;
    return dane_verify(host->records, chain, names, self->options->now);
}

static void
judge_address(HostLook *self, GPtrArray *findings, const Look *look)
{
    CheckSeen *seen = check_probe_add(self->probe, look->address);
    g_autoptr(TlsVerdict) verdict = NULL;
    g_autoptr(DaneVerdict) dane = NULL;
    if (look->seen == NULL) {
        check_findings_add(findings, "smtp-not-tried", look->address, "%s", look->address);
        note(seen, NULL, NULL);
        return;
    }
    smtp_judge_session(findings, look->address, look->seen, look->old);
    if (look->seen->tls != NULL && self->trust != NULL)
        verdict = tls_verify(look->seen->chain, self->trust, self->host->name, self->options->now);
    if (look->seen->tls != NULL && self->host->tlsa == TLSA_SECURE)
        dane = hold_against_tlsa(self, look->seen->chain);
    gboolean dane_suffices = self->host->without_sts && dane != NULL && dane->authenticated;
    if (verdict != NULL)
        smtp_judge_certificate(findings, look->address, verdict, self->options->now, dane_suffices);
    if (dane != NULL)
        dane_judge(findings, look->address, self->host->tlsa_base, dane, look->seen->chain,
                   verdict);
    note(seen, look->seen, verdict);
}

/* Further sessions, with the first address that came through; a slow server is let alone. */
static void
judge_variants(GPtrArray *findings, const GPtrArray *looks)
{
    for (guint i = 0; i < looks->len; i++) {
        const Look *look = g_ptr_array_index(looks, i);
        if (look->seen == NULL || look->seen->tls == NULL || smtp_judge_is_slow(look->seen))
            continue;
        g_autoptr(SmtpSeen) no_sni = visit(look, SMTP_PROBE_NO_SNI);
        g_autoptr(SmtpSeen) old = visit(look, SMTP_PROBE_OLD_TLS);
        g_autoptr(SmtpSeen) inject = visit(look, SMTP_PROBE_INJECT);
        smtp_judge_variants(findings, look->address, look->seen, no_sni, old, inject);
        return;
    }
}

/* Records that no handshake could be held against. */
static void
judge_records_alone(const HostLook *self, GPtrArray *findings, const GPtrArray *looks)
{
    if (self->host->tlsa != TLSA_SECURE)
        return;
    for (guint i = 0; i < looks->len; i++) {
        const Look *look = g_ptr_array_index(looks, i);
        if (look->seen != NULL && look->seen->tls != NULL)
            return;
    }
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(DaneVerdict) dane = hold_against_tlsa(self, none);
    dane_judge(findings, "", self->host->tlsa_base, dane, NULL, NULL);
}

static void
judge_differences(HostLook *self)
{
    g_autoptr(GString) fact = g_string_new(NULL);
    const char *first = NULL;
    gboolean differ = FALSE;
    for (guint i = 0; i < self->probe->seen->len; i++) {
        const CheckSeen *seen = g_ptr_array_index(self->probe->seen, i);
        if (seen->fingerprint == NULL)
            continue;
        differ |= first != NULL && !g_str_equal(first, seen->fingerprint);
        first = first != NULL ? first : seen->fingerprint;
        g_string_append_printf(fact, "%s%s: SHA-256 %.16s…", fact->len > 0 ? "; " : "",
                               seen->address, seen->fingerprint);
    }
    if (differ)
        check_findings_add(self->probe->findings, "cert-addresses-differ", self->host->name, "%s",
                           fact->str);
}

/* What is the same on several addresses is told once, with all of them. */
static void
merge(HostLook *self, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const CheckFinding *one = g_ptr_array_index(findings, i);
        g_autoptr(GString) addresses = g_string_new(one->subject);
        gboolean told = FALSE;
        for (guint j = 0; j < findings->len; j++) {
            const CheckFinding *other = g_ptr_array_index(findings, j);
            if (j == i || other->kind != one->kind || !g_str_equal(other->fact, one->fact))
                continue;
            told |= j < i;
            if (!g_str_equal(other->subject, one->subject))
                g_string_append_printf(addresses, ", %s", other->subject);
        }
        if (told)
            continue;
        g_autofree char *subject =
            addresses->len == 0 ? g_strdup(self->host->name)
                                : g_strdup_printf("%s [%s]", self->host->name, addresses->str);
        CheckFinding *kept =
            check_findings_add(self->probe->findings, one->kind->id, subject, "%s", one->fact);
        kept->severity = one->severity;
        kept->fix = g_strdup(one->fix);
        kept->copy = g_strdup(one->copy);
    }
}

CheckProbe *
check_smtp_host(const CheckOptions *options, const CheckHost *host)
{
    gint64 start = g_get_monotonic_time();
    CheckProbe *probe = check_probe_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(TlsTrust) trust = tls_trust_load(options->ca_file, &error);
    HostLook self = {.options = options, .host = host, .trust = trust, .probe = probe};
    if (trust == NULL)
        check_findings_add(probe->findings, "cert-untested", host->name, "%s", error->message);
    g_autoptr(GPtrArray) findings = check_findings_new();
    g_autoptr(GPtrArray) looks = look_at_all(options, host);
    for (guint i = 0; i < looks->len; i++)
        judge_address(&self, findings, g_ptr_array_index(looks, i));
    judge_variants(findings, looks);
    judge_records_alone(&self, findings, looks);
    merge(&self, findings);
    judge_differences(&self);
    probe->elapsed_ms = (guint)((g_get_monotonic_time() - start) / 1000);
    return probe;
}
