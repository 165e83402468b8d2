/* message.h: the parts of a mail message that may be reports (RFC 8460 5.3), read leniently. */
#pragma once

#include <glib.h>

#include "ingest/payload.h"
#include "schema/report.h"

/* Why a part may be a report, the best reason first. */
typedef enum {
    PART_LABELLED, /* application/tlsrpt..., or a file name of RFC 8460 5.1 that ends in json */
    PART_NAMED,    /* a file name that ends in .json, .gz or .zip */
    PART_TYPED,    /* application/json, gzip, zip, octet-stream */
    PART_SNIFFED,  /* only its first octets say so */
} PartClaim;

typedef struct {
    PartClaim claim;
    GBytes *bytes;           /* out of its Content-Transfer-Encoding */
    PayloadKind kind;        /* of bytes */
    gboolean wrong_encoding; /* bytes were in another encoding than the field says */
    char *type;              /* "application/tlsrpt+gzip" */
    char *name;              /* file name, else "part 1.2"; foreign text */
    char *file_name;         /* or NULL; foreign text */
    gboolean in_tlsrpt;      /* inside multipart/report; report-type=tlsrpt */
    char *report_domain;     /* TLS-Report-Domain of the message it is in; NULL if not there */
    char *submitter;         /* TLS-Report-Submitter; NULL if not there */
} MessagePart;

typedef struct {
    GPtrArray *parts;   /* of MessagePart: the candidates, in their order */
    char *type;         /* of the whole body, "multipart/mixed" */
    guint leaves;       /* parts in all */
    gboolean cut_short; /* some were left out: too many, or too deep */
} Message;

/* Reads INPUT, which may begin with an mbox "From " line. Never fails; what is no message is a
 * message without candidates. */
Message *message_read(GBytes *input);
void message_free(Message *message); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_free)

/* Appends what departs from RFC 8460 5.3 in how PART was sent. REPORT is what it holds, judged;
 * it is the authority where a header disagrees with it (5.6). */
void message_note_deviations(const MessagePart *part, const Report *report, GPtrArray *findings);
