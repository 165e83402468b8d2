#include "check/smtp_judge.h"

#define SLOW_MS          10000u /* postscreen waits 6 s with its greeting on purpose */
#define SOON_DAYS        21     /* ACME clients renew 30 days before the end */
#define SOON_ERROR_DAYS  7
#define SECONDS_OF_A_DAY 86400

static void
judge_unreached(GPtrArray *findings, const char *subject, const SmtpSeen *seen)
{
    gboolean ipv6 = g_strrstr(subject, ":") != NULL;
    check_findings_add(findings, "smtp-connect", subject, "%s%s", seen->problem,
                       seen->status == STREAM_NO_ROUTE && ipv6
                           ? "; if this machine has no IPv6, --no-ipv6 leaves such addresses out"
                           : "");
}

/* The step of a plain session ended with REPLY (may be NULL), which did not lead on: ID tells that,
 * unless the server only says "not now". */
static void
judge_reply(GPtrArray *findings, const char *id, const char *subject, const SmtpSeen *seen,
            const SmtpReply *reply)
{
    const char *step = smtp_step_name(seen->failed);
    gboolean put_off = seen->status == STREAM_TIMEOUT ||
                       (seen->problem == NULL && reply != NULL && reply->code / 100 == 4);
    g_autofree char *text = reply != NULL ? smtp_reply_text(reply) : g_strdup("");
    if (put_off && seen->failed != SMTP_STARTTLS && seen->failed != SMTP_EHLO_TLS)
        id = "smtp-put-off";
    if (seen->problem != NULL)
        check_findings_add(findings, id, subject, "at %s: %s%s%s", step, seen->problem,
                           *text != '\0' ? ": " : "", text);
    else
        check_findings_add(findings, id, subject, "the answer at %s is \"%s\"", step, text);
}

static void
judge_handshake(GPtrArray *findings, const char *subject, const SmtpSeen *seen, const SmtpSeen *old)
{
    if (old != NULL && old->tls != NULL)
        check_findings_add(findings, "tls-old-only", subject,
                           "%s works, TLS 1.2 and 1.3 do not: %s", old->tls, seen->problem);
    else
        check_findings_add(findings, "tls-handshake", subject, "%s", seen->problem);
}

gboolean
smtp_judge_is_slow(const SmtpSeen *seen)
{
    return seen->slowest_ms >= SLOW_MS;
}

void
smtp_judge_session(GPtrArray *findings, const char *subject, const SmtpSeen *seen,
                   const SmtpSeen *old)
{
    switch (seen->failed) {
    case SMTP_CONNECT:
        judge_unreached(findings, subject, seen);
        break;
    case SMTP_GREETING:
        judge_reply(findings, "smtp-greeting", subject, seen, seen->greeting);
        break;
    case SMTP_EHLO:
        judge_reply(findings, "smtp-ehlo", subject, seen, seen->ehlo);
        break;
    case SMTP_STARTTLS:
        if (seen->offered)
            judge_reply(findings, "smtp-starttls-refused", subject, seen, seen->starttls);
        else {
            g_autofree char *text = smtp_reply_text(seen->ehlo);
            check_findings_add(findings, "smtp-starttls-missing", subject,
                               "the answer to EHLO is \"%s\"", text);
        }
        break;
    case SMTP_HANDSHAKE:
        judge_handshake(findings, subject, seen, old);
        break;
    case SMTP_EHLO_TLS:
        judge_reply(findings, "smtp-ehlo-tls", subject, seen, seen->ehlo_tls);
        break;
    case SMTP_DONE:
        break;
    }
    if (smtp_judge_is_slow(seen) && seen->slowest != seen->failed)
        check_findings_add(findings, "smtp-slow", subject, "%u s until %s was answered",
                           seen->slowest_ms / 1000, smtp_step_name(seen->slowest));
}

void
smtp_judge_certificate(GPtrArray *findings, const char *subject, const TlsVerdict *verdict,
                       gint64 now, gboolean dane_suffices)
{
    for (guint i = 0; i < verdict->faults->len; i++) {
        const TlsFault *fault = g_ptr_array_index(verdict->faults, i);
        g_autofree char *id = g_strconcat("cert-", tls_fault_word(fault->kind), NULL);
        CheckFinding *finding = check_findings_add(findings, id, subject, "%s", fault->fact);
        if (dane_suffices) {
            finding->severity = CHECK_NOTICE;
            finding->fix = g_strdup("Nothing for senders with DANE; MTA-STS would need it right.");
        }
    }
    gint64 days = (verdict->chain_after - now) / SECONDS_OF_A_DAY;
    if (verdict->chain_after == 0 || verdict->chain_after < now || days >= SOON_DAYS)
        return;
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(verdict->chain_after);
    g_autofree char *text = g_date_time_format(end, "%Y-%m-%d %H:%M UTC");
    CheckFinding *finding = check_findings_add(
        findings, "cert-soon", subject, "%s until %s: %" G_GINT64_FORMAT " days",
        verdict->chain_after == verdict->not_after ? "valid" : "an intermediate is valid", text,
        days);
    if (days < SOON_ERROR_DAYS && !dane_suffices)
        finding->severity = CHECK_ERROR;
}

static gboolean
same_certificate(const SmtpSeen *a, const SmtpSeen *b)
{
    return a->chain->len > 0 && b->chain->len > 0 &&
           g_bytes_equal(g_ptr_array_index(a->chain, 0), g_ptr_array_index(b->chain, 0));
}

void
smtp_judge_variants(GPtrArray *findings, const char *subject, const SmtpSeen *usual,
                    const SmtpSeen *no_sni, const SmtpSeen *old, const SmtpSeen *inject)
{
    if (no_sni != NULL && no_sni->failed == SMTP_HANDSHAKE)
        check_findings_add(findings, "cert-sni-differs", subject,
                           "without a server name there is no handshake: %s", no_sni->problem);
    else if (no_sni != NULL && no_sni->failed == SMTP_DONE && !same_certificate(usual, no_sni))
        check_findings_add(findings, "cert-sni-differs", subject,
                           "RFC-conforming senders with MTA-STS or DANE send the name");
    if (old != NULL && old->tls != NULL)
        check_findings_add(findings, "tls-old-offered", subject, "%s works", old->tls);
    if (inject != NULL && inject->kept)
        check_findings_add(findings, "smtp-injection", subject,
                           "a NOOP sent with STARTTLS in one packet was answered after the "
                           "handshake");
}
