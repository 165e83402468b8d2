/* smtp_judge.h: what one session with an MX means. No network. */
#pragma once

#include "check/finding.h"
#include "check/smtp_probe.h"
#include "check/tls_verify.h"

/* Appends what SEEN, a usual session, shows: reachability, replies, handshake. OLD is one with old
 * TLS alone that was tried as well; NULL without. */
void smtp_judge_session(GPtrArray *findings, const char *subject, const SmtpSeen *seen,
                        const SmtpSeen *old);

/* One of its replies took longer than a sender should have to wait. */
gboolean smtp_judge_is_slow(const SmtpSeen *seen);

/* Appends what is wrong with the certificates, or soon will be at NOW. DANE_SUFFICES: senders that
 * look at them at all use DANE, and that authenticates: what the web PKI says is worth a notice. */
void smtp_judge_certificate(GPtrArray *findings, const char *subject, const TlsVerdict *verdict,
                            gint64 now, gboolean dane_suffices);

/* Appends what further sessions with the same server show; each may be NULL. */
void smtp_judge_variants(GPtrArray *findings, const char *subject, const SmtpSeen *usual,
                         const SmtpSeen *no_sni, const SmtpSeen *old, const SmtpSeen *inject);
