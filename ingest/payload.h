/* payload.h: the only funnel from bytes to JSON documents.
 *
 * What the bytes are is read from the bytes: labels and names are wrong too often (RFC 8460 5.2 to
 * 5.4 as they are practised). */
#pragma once

#include <glib.h>

#include "ingest/receipt.h"

typedef enum {
    PAYLOAD_NONE,
    PAYLOAD_JSON, /* "{" or "[", perhaps behind white space and a UTF-8 byte order mark */
    PAYLOAD_GZIP,
    PAYLOAD_ZIP,
    PAYLOAD_UTF16, /* JSON in UTF-16 or UTF-32, which nobody may send (RFC 8259 8.1) */
} PayloadKind;

/* By the first bytes of LENGTH; 512 of them are enough. */
PayloadKind payload_sniff(const guint8 *data, gsize length);

/* One JSON document found in a payload, or one that should have been there. */
typedef struct {
    Outcome outcome;     /* STORED: json is set; else DEFECTIVE, TOO_LARGE or UNAVAILABLE */
    GBytes *json;        /* as it was inside, with a byte order mark if it had one */
    GBytes *member;      /* the gzip member that is exactly json, as it came; NULL if none is */
    char *entry;         /* its name in a zip archive, foreign UTF-8; else NULL */
    GPtrArray *findings; /* of Finding; holds a defect unless STORED; never NULL */
} PayloadDocument;

/* Opens INPUT (JSON, gzip, or a zip of those): a list of PayloadDocument, never empty, that the
 * caller unrefs. No document may be larger than MAX; all that is inflated may not be more than
 * *BUDGET, which becomes less by it (NULL: MAX), nor pass LIMIT_INFLATE_RATIO. */
GPtrArray *payload_open(GBytes *input, gsize max, gsize *budget);

/* The document as one gzip member for keeping: as it came where that is one, else made. A new
 * reference. */
GBytes *payload_document_raw(const PayloadDocument *document);
