/* smtp_probe.h: one session with an SMTP server, through STARTTLS to QUIT; no mail is sent. */
#pragma once

#include <glib.h>

#include "check/smtp_reply.h"
#include "check/stream.h"

typedef enum { /* in the order of a session (RFC 5321 3.1, RFC 3207) */
               SMTP_CONNECT,
               SMTP_GREETING,
               SMTP_EHLO,
               SMTP_STARTTLS,
               SMTP_HANDSHAKE,
               SMTP_EHLO_TLS, /* EHLO again, encrypted */
               SMTP_DONE,
} SmtpStep;

typedef enum {
    SMTP_PROBE_USUAL,
    SMTP_PROBE_NO_SNI,  /* says no server name in the handshake */
    SMTP_PROBE_OLD_TLS, /* offers TLS 1.0 and 1.1 alone */
    SMTP_PROBE_INJECT,  /* sends a command in one packet with STARTTLS: is it kept? (CVE-2011-0411)
                         */
} SmtpProbeKind;

typedef struct {
    const char *address;
    guint port;
    const char *name; /* of the MX: sent as SNI */
    const char *ehlo; /* our own */
    guint connect_ms; /* to connect */
    guint reply_ms;   /* for each reply, and for the handshake */
} SmtpTarget;

typedef struct {
    SmtpStep failed;     /* the step that went wrong; SMTP_DONE if none did */
    StreamStatus status; /* of the connection then */
    char *problem;       /* printable; NULL where the reply of that step is the problem, or none */
    SmtpReply *greeting, *ehlo, *starttls, *ehlo_tls; /* NULL where none came; may be broken */
    gboolean offered;                                 /* EHLO names STARTTLS */
    gboolean kept;    /* SMTP_PROBE_INJECT: what came in the clear was answered encrypted */
    const char *tls;  /* "TLS1.3"; NULL without a handshake that went well; static */
    GPtrArray *chain; /* of GBytes (DER); never NULL */
    guint connect_ms, slowest_ms, total_ms; /* slowest: of the replies */
    SmtpStep slowest;
} SmtpSeen;

/* A step goes wrong when the reply is not the one that leads on: 220 to connecting and STARTTLS,
 * 250 to EHLO. A server that does not offer STARTTLS fails at SMTP_STARTTLS without a reply. Never
 * NULL. Takes connect_ms and six times reply_ms at most. */
SmtpSeen *smtp_probe(const SmtpTarget *target, SmtpProbeKind kind);
void smtp_seen_free(SmtpSeen *seen); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpSeen, smtp_seen_free)

/* "the greeting", "EHLO", "STARTTLS"; static. */
const char *smtp_step_name(SmtpStep step);
