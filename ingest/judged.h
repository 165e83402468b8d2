/* judged.h: one input after ingest has looked at it, before the store has taken it. */
#pragma once

#include <glib.h>

#include "ingest/receipt.h"
#include "schema/report.h"
#include "schema/trust.h"

/* The way by which an input came in. */
typedef enum { ROAD_PIPE, ROAD_FILE, ROAD_HTTPS, ROAD_LMTP, ROAD_IMAP } Road;
const char *road_name(Road road); /* "pipe"; static */
gboolean road_from_name(const char *name, Road *ret_road);

/* Where an input came from. Copied where it must live on. */
typedef struct {
    Road road;
    const char *source;   /* file name, peer address, "mailbox:offset"; for people, may be NULL */
    gint64 received;      /* Unix seconds */
} Origin;

/* What we judge by; made by cli from the configuration, read-only afterwards, shared by threads. */
typedef struct {
    GHashTable *accept;     /* set of normalised policy domains; NULL: all count */
    GHashTable *mx_domains; /* own MX host -> char ** of the domains it serves; NULL: none */
    char **authserv_ids;    /* lower-case; NULL or empty: nobody's Authentication-Results count */
    Trust minimum;          /* reports ranked below go to quarantine */
    gsize message_bytes;    /* 0: LIMIT_MESSAGE_BYTES */
    gsize payload_bytes;    /* 0: LIMIT_PAYLOAD_BYTES */
    gsize inflated_bytes;   /* 0: LIMIT_INFLATED_BYTES */
} IntakeRules;

/* One report, or one input that is none. Free with judged_free. */
typedef struct {
    Outcome outcome;        /* STORED: fit to be stored; else why it goes to quarantine */
    Report *report;         /* NULL where nothing could be decoded */
    GBytes *raw;            /* report: the JSON document, gzip (one member); for quarantine: the
                             * whole input as it arrived, cut when too large */
    gsize full_size;        /* octets of the whole input, also when raw is cut */
    gboolean is_stray;      /* nothing about it says that it was meant as a report: ordinary mail,
                             * which a road that looks into somebody's mailbox leaves alone */
    gboolean is_message;    /* the input was a mail message (quarantine retry needs to know) */
    Trust trust;
    char *authenticated_by; /* domain of the DKIM signature that vouches; NULL unless VERIFIED */
    char *hint_domain;      /* policy domain from header, file name or report-id; NULL if not needed */
    GPtrArray *findings;    /* of Finding; never NULL */
    char *reason;           /* one printable sentence for quarantine and for the peer; NULL if STORED */
    const char *reason_code;/* stable word: "not-a-report", "json-syntax", ...; static */
    Road road;
    char *source;
    char *part;             /* attachment or archive entry within the input, printable, or NULL */
    gint64 received;
    gpointer prepared;      /* of the sink (sink.h); NULL if it has not prepared anything */
    GDestroyNotify prepared_free;
} Judged;
void judged_free(Judged *judged); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Judged, judged_free)
