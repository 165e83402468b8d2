/* report.h: one RFC 8460 report as decoded data; knows nothing of JSON, mail or storage. */
#pragma once

#include <glib.h>

#include "schema/arena.h"
#include "schema/result_type.h"

/* RFC 8460 4.4: "tlsa", "sts" and "no-policy-found" are presently the only valid choices;
 * anything else is kept verbatim as OTHER. */
typedef enum { POLICY_TYPE_STS, POLICY_TYPE_TLSA, POLICY_TYPE_NONE, POLICY_TYPE_OTHER } PolicyType;

/* One element of failure-details (RFC 8460 4.4). Optional texts are NULL where the sender gave
 * none, null or "". Host names are in the form of domain_name_normalise where they are names. */
typedef struct {
    ResultType result_type;      /* RESULT_OTHER for a word that RFC 8460 4.3 does not have */
    const char *result_word;     /* verbatim, never NULL ("" if the sender left it out) */
    const char *sending_mta_ip;  /* canonical text of an address, or NULL */
    const char *mx_hostname;     /* receiving-mx-hostname */
    const char *mx_helo;         /* receiving-mx-helo, may hold line breaks: foreign text */
    const char *receiving_ip;    /* canonical text of an address, or NULL */
    gint64 failed_sessions;      /* 0 .. LIMIT_COUNT */
    const char *additional_info; /* a URI by the RFC, any text in the field */
    const char *reason_code;     /* failure-reason-code, any text in the field */
} FailureDetail;

/* One element of policies. */
typedef struct {
    PolicyType type;
    const char *type_word;            /* verbatim; "no-policy-found" for POLICY_TYPE_NONE */
    const char *domain;               /* normalised; NULL where the sender gave none */
    const char *const *policy_string; /* NULL-terminated; trailing white space taken off */
    const char *const *mx_host;       /* NULL-terminated, normalised patterns */
    gint64 successful_sessions;       /* total-successful-session-count, 0 .. LIMIT_COUNT */
    gint64 failed_sessions;           /* total-failure-session-count, 0 .. LIMIT_COUNT */
    FailureDetail *failures;
    gsize n_failures;
    /* Which of our domains the entry counts for: NULL-terminated, set by ingest/judge (the
     * decoder leaves it empty). Empty: the entry enters no total. */
    const char *const *counts_for;
} PolicyEntry;

typedef struct {
    const char *organization_name; /* never NULL, may not be empty */
    const char *contact_info;      /* NULL where the sender gave none */
    const char *report_id;         /* never NULL */
    gint64 start;                  /* Unix seconds, UTC */
    gint64 end;
    PolicyEntry *policies;
    gsize n_policies;
    Arena *arena; /* private: the report and all that it holds */
} Report;

/* An empty report. Free with report_free. */
Report *report_new(void);
void report_free(Report *report); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

/* N entries or failure details, all zero, that live as long as the report. */
PolicyEntry *report_new_policies(Report *report, gsize n);
FailureDetail *report_new_failures(Report *report, gsize n);

/* Copies text (LENGTH bytes, or -1 for NUL-terminated) into the report; lives as long as it. */
const char *report_string(Report *report, const char *text, gssize length);

/* Copies N pointers (not the texts) into a NULL-terminated list owned by the report. */
const char *const *report_list(Report *report, const char *const *items, gsize n);

/* The UTC day of start as days since 1970-01-01 (DESIGN counting rule 3; floor division). */
gint32 report_day(const Report *report);

/* Length of the digest below. */
#define REPORT_DIGEST_BYTES 16

/* The identity that a report claims: organization-name, report-id and start, as 12 bytes of
 * SHA-256 behind the UTC day of start in 4 (most significant first, 7 bits each): so those that
 * come in together lie together in an index, however large it has become. Anyone can claim any
 * identity; the store weighs trust before it believes one. */
void report_claim(const Report *report, guint8 digest[REPORT_DIGEST_BYTES]);

/* The decoded content as 16 bytes of BLAKE2b (RFC 7693): equal for two copies that differ only in
 * white space, compression, member order or unknown members. counts_for does not enter. */
void report_content(const Report *report, guint8 digest[REPORT_DIGEST_BYTES]);

/* The same in SHA-256, as it was taken before schema version 8: reports that were stored until then
 * keep it. */
void report_content_before_8(const Report *report, guint8 digest[REPORT_DIGEST_BYTES]);

/* "sts", "tlsa", "no-policy-found", or the sender's own word for POLICY_TYPE_OTHER. */
const char *policy_entry_type_name(const PolicyEntry *entry);

/* The type that a word names; POLICY_TYPE_OTHER when unknown. */
PolicyType policy_type_from_word(const char *word);
