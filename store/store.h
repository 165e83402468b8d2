/* store.h: what is kept of the reports, and how it is asked for.
 *
 * The raw report (gzip) is the truth, every other row is derived from it. Not thread-safe: one
 * Store a thread (several on one database are fine). All functions that take a GError fail with
 * STORE_ERROR and leave their results untouched.
 */
#pragma once

#include <glib.h>

#include "schema/report.h"
#include "schema/trust.h"

typedef struct Store Store;

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);
typedef enum {
    STORE_ERROR_BUSY,         /* locked by another process for longer than the wait, or the server
                               * of the database is away: try again */
    STORE_ERROR_FULL,         /* disk full, or a quota: try again */
    STORE_ERROR_IO,           /* cannot be opened, read or written */
    STORE_ERROR_CORRUPT,      /* not a database, or a damaged one */
    STORE_ERROR_NEWER_SCHEMA, /* written by a newer tlsgauge */
    STORE_ERROR_NOT_OURS,     /* a database of another program */
    STORE_ERROR_NOT_FOUND,    /* no such report or entry; no store at that place (read mode) */
    STORE_ERROR_NOT_EMPTY,    /* there are rows where none may be */
    STORE_ERROR_BAD_URI,
    STORE_ERROR_INTERNAL, /* a defect of ours */
} StoreErrorCode;

typedef enum { STORE_READ, STORE_WRITE } StoreMode;

/* Opens "PATH", "sqlite:PATH" (":memory:" too) for reading, or for writing: then it is created
 * (mode 0600, WAL, synchronous=FULL) and migrated as needed. "postgresql://..." is a URI as libpq
 * takes it: the tables are made in the first schema of its search path. LOCK_WAIT_MS is how long a
 * statement waits for another process. */
Store *store_open(const char *uri, StoreMode mode, int lock_wait_ms, GError **error);

/* How many octets of the database STORE may keep in memory from now on; what it starts with is a
 * measured choice for filling a large store. PostgreSQL has a cache of its own, for all. */
#define STORE_CACHE_BYTES (64 * 1024 * 1024)
void store_set_cache(Store *store, gint64 bytes);
/* For a process that stays, before it opens its first store: the caches of all its stores are one
 * block of memory of BYTES (the sum of what they are set to), which becomes memory as it is first
 * used. A connection forgets all pages when another one has written: taken one by one they would
 * leave holes among all that is allocated. */
void store_share_caches(gint64 bytes);
void store_close(Store *store); /* NULL is fine; rolls an open transaction back */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* URI as people and logs may see it: without a password. Newly allocated. */
char *store_uri_shown(const char *uri);

/* The folder in which the file of the store lies; NULL where it is behind a server. Newly
 * allocated. */
char *store_uri_folder(const char *uri);

/* What is left of a raw report, see retention.h. */
typedef enum { STORE_HELD_NOTHING, STORE_HELD_SHORTENED, STORE_HELD_WHOLE } StoreHeld;

/* Decodes a raw report again, its counts_for filled by the rules of today; the caller frees. NULL:
 * it cannot be decoded. */
typedef Report *(*StoreDecode)(gpointer data, GBytes *raw, const char *hint_domain);
/* How stored reports are decoded: where a copy that comes in changes which of them count, and by a
 * rebuild. To be set right after opening for writing; without one both fail with
 * STORE_ERROR_INTERNAL. */
void store_set_decoder(Store *store, StoreDecode decode, gpointer data);
gboolean store_can_decode(const Store *store);
/* RAW, of a report of STORE, by that decoder; NULL where it cannot be decoded. The caller frees. */
Report *store_decode(Store *store, GBytes *raw, const char *hint_domain);

/* ---- taking in ------------------------------------------------------------------------- */

/* What can be worked out of a report before the database is touched. */
typedef struct StorePrepared StorePrepared;

/* A report to be stored. Borrowed during the call. */
typedef struct {
    const Report *report; /* counts_for filled by ingest */
    GBytes *raw;          /* its JSON, gzip */
    Trust trust;
    const char *authenticated_by; /* NULL unless TRUST_VERIFIED */
    const char *hint_domain;      /* NULL where not needed */
    const char *road;             /* "https" */
    const char *source;           /* may be NULL */
    const GPtrArray *findings;    /* of Finding: the deviations; NULL for none */
    gint64 received;              /* Unix seconds */
    /* store_prepare of all the above; NULL: the put works it out. */
    const StorePrepared *prepared;
} StoreReport;

/* Works out of ITEM what needs no store: from any thread, to spare the one that writes. */
StorePrepared *store_prepare(const StoreReport *item);
void store_prepared_free(StorePrepared *prepared); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePrepared, store_prepared_free)

typedef enum {
    STORE_NEW,           /* stored and counted */
    STORE_NEW_UNCOUNTED, /* stored beside a copy that counts instead (DESIGN 5.4), flagged */
    STORE_DUPLICATE,     /* equal content was there; its trust may have been raised */
    STORE_REFUSED, /* not stored: LIMIT_COPIES differing copies of one claimed identity are kept
                    * already, or its counts pass LIMIT_DAILY_SUM or LIMIT_ROLLUP_ROWS */
} StorePut;

/* An input kept in quarantine. Borrowed during the call. */
typedef struct {
    const char *reason_code; /* "json-syntax" */
    const char *outcome; /* word of the receipt: "defective", "foreign", "untrusted", "too-large" */
    const char *reason;  /* one printable sentence */
    const GPtrArray *findings; /* NULL for none */
    GBytes *bytes;             /* as it arrived, perhaps cut */
    guint64 full_size;
    gboolean is_message;
    const char *road;
    const char *source; /* may be NULL */
    const char *part;   /* may be NULL */
    gint64 received;
} StoreQuarantine;

/* One transaction around any number of puts; nothing is safe on disk before store_commit returned
 * TRUE. After a put that failed nothing of the transaction can be committed; after a commit that
 * failed it is rolled back. */
gboolean store_begin(Store *store, GError **error);
gboolean store_commit(Store *store, GError **error);
void store_rollback(Store *store); /* no-op outside a transaction */

/* Inside a transaction: the N reports ITEMS are likely to be put next. What has to be known of them
 * is read in one go where the database is a round trip away. May be left out. */
gboolean store_expect(Store *store, const StoreReport *const *items, guint n, GError **error);

/* Inside a transaction. Identity and displacement are those of DESIGN 5.4: among the copies of one
 * claimed identity and sender domain the most trusted counts, then the earliest; equal content is
 * a duplicate and keeps the highest trust it came with. The daily roll-ups follow. */
gboolean store_put_report(Store *store, const StoreReport *item, StorePut *ret_put, gint64 *ret_id,
                          GError **error);
/* Equal bytes with an equal reason code are kept once (the entry counts how often it came). The
 * oldest entries make room past the limits of quarantine. */
gboolean store_put_quarantine(Store *store, const StoreQuarantine *item, gint64 *ret_id,
                              GError **error);

/* ---- summaries ------------------------------------------------------------------------- */

/* Which roll-up rows: NULL, -1 or G_MININT32/G_MAXINT32 mean all. */
typedef struct {
    gint32 since_day, until_day; /* inclusive, days since 1970-01-01 */
    const char *domain;          /* exact, normalised */
    const char *sender;      /* exact, or the part before " (via ...": as the summary prints it */
    int policy_type;         /* a PolicyType, or -1 */
    const char *mx;          /* failures only: exact, normalised */
    const char *result_word; /* failures only */
    gint64 before_id;        /* single reports only: those with a lower id; 0 means all */
    gboolean failing;        /* single reports only: those that count and have failed sessions */
} StoreQuery;
void store_query_init(StoreQuery *query); /* matches all */

/* Strings are valid during the callback; of two rows of one call equal pointers are equal texts.
 * Rows come in the order domain, sender, policy type, trust, day (total) and domain, sender, mx,
 * policy type, result, reason, mode, day (failure). */
typedef struct {
    gint32 day;
    const char *domain;
    const char *sender;      /* organization-name, with " (via DOMAIN)" where another domain than
                              * that of contact-info authenticated it */
    const char *policy_type; /* name */
    const char *policy_text; /* canonical text of the policy reported; NULL if none */
    StsMode mode;
    Trust trust;
    gint64 reports; /* each report once a (domain, policy type), see schema.sql */
    gint64 successful, failed;
    gint64 detailed; /* sum of failed-session-count of the details */
} StoreTotal;
typedef struct {
    gint32 day;
    const char *domain, *sender, *policy_type, *policy_text;
    StsMode mode;
    Trust trust;
    const char *mx; /* NULL if the sender gave none */
    const char *result_word;
    const char *reason; /* NULL if none */
    gint64 sessions;
} StoreFailure;
typedef gboolean (*StoreTotalFunc)(gpointer data, const StoreTotal *row);     /* FALSE stops */
typedef gboolean (*StoreFailureFunc)(gpointer data, const StoreFailure *row); /* FALSE stops */
gboolean store_each_total(Store *store, const StoreQuery *query, StoreTotalFunc func, gpointer data,
                          GError **error);
gboolean store_each_failure(Store *store, const StoreQuery *query, StoreFailureFunc func,
                            gpointer data, GError **error);

/* What a walk over domains tells of each: its totals, its failures (NULL: they are not read), and
 * then its end. FALSE from any of them stops it. */
typedef gboolean (*StoreDomainFunc)(gpointer data, const char *domain);
typedef struct {
    StoreTotalFunc total;
    StoreFailureFunc failure;
    StoreDomainFunc domain;
} StoreWalk;
/* The rows of QUERY, of one domain after the other, in no order of domains, the rows of each as
 * above. Costs as little as reading all of them at once, and holds but a part of them. Outside of a
 * view and of a transaction the functions may use STORE as they like; the rows of one domain are of
 * one view then, those of several need not be. */
gboolean store_walk_domains(Store *store, const StoreQuery *query, const StoreWalk *walk,
                            gpointer data, GError **error);
/* How many domains the roll-ups have rows of in the days of QUERY. */
gboolean store_count_domains(Store *store, const StoreQuery *query, guint *ret_n, GError **error);
/* The domains that the roll-ups have rows of, by name (in the order of octets). */
gboolean store_each_domain(Store *store, StoreDomainFunc func, gpointer data, GError **error);

/* How many reports there are, and copies of them, of one domain, sender and word of trust, over the
 * days of a query. */
typedef struct {
    const char *domain; /* NULL: all domains of the query together, each report once; then only */
    const char *sender;
    Trust trust;
    gint64 reports;    /* the counted ones are told */
    gint64 duplicates; /* of equal content, beyond the first */
    gint64 uncounted;  /* copies with other content than the one that counts */
} StoreTally;
typedef gboolean (*StoreTallyFunc)(gpointer data, const StoreTally *tally);
/* BY_DOMAIN, or of all together. In no order; only days, domain and sender of QUERY are used.
 * Strings are valid during the callback. */
gboolean store_each_tally(Store *store, const StoreQuery *query, gboolean by_domain,
                          StoreTallyFunc func, gpointer data, GError **error);

/* The counted reports of one sender, over the days and domains of a query, whose findings have
 * exactly these codes. */
typedef struct {
    const char *sender;
    const char *codes;     /* sorted, each once: "a b" */
    gint64 reports;        /* each once, however many domains it is about */
    gint64 newest, oldest; /* ids */
    gint32 newest_day;     /* UTC day of the newest */
} StoreDeviation;
typedef gboolean (*StoreDeviationFunc)(gpointer data, const StoreDeviation *deviation);
/* As the above. */
gboolean store_each_deviation(Store *store, const StoreQuery *query, StoreDeviationFunc func,
                              gpointer data, GError **error);
/* The findings of the report ID of DAY as JSON, newly allocated; NULL where its row has gone (a
 * partition may be dropped by hand). */
gboolean store_get_findings(Store *store, gint64 id, gint32 day, char **ret_findings,
                            GError **error);

/* One consistent view for several reads (a summary must not see half a commit). A view within a
 * view is the outer one; each begin has its end. */
gboolean store_begin_read(Store *store, GError **error);
void store_end_read(Store *store);

/* First and last day with a counted report; FALSE in *ret_any when there is none. */
gboolean store_period(Store *store, gboolean *ret_any, gint32 *ret_first, gint32 *ret_last,
                      GError **error);

typedef struct {
    gint64 reports, counted, uncounted, duplicates_seen, quarantined, quarantine_dropped;
} StoreCounts;
gboolean store_counts(Store *store, StoreCounts *ret_counts, GError **error);

/* ---- single reports -------------------------------------------------------------------- */

typedef struct {
    gint64 id;
    gint32 day;
    gint64 start, end, received;
    const char *sender, *organization_name, *contact_info, *report_id;
    const char *domains;    /* those it counts for, comma-separated; "" if none */
    const char *counts_for; /* the same for each policy entry: "a,b;;a" is three entries */
    Trust trust;
    const char *authenticated_by; /* NULL if none */
    const char *hint_domain;      /* NULL if none */
    const char *road, *source;    /* source may be NULL */
    gint64 times_seen;
    gboolean counted;
    gint64 counted_instead;        /* id of the copy that counts, 0 if this one does */
    guint deviations;              /* number of findings */
    const char *findings_json;     /* array of {kind, code, pointer, clause, fact} */
    GBytes *raw;                   /* NULL in lists, empty where nothing is left of it */
    StoreHeld held;                /* not in lists, as are the next two */
    const guint8 *claim, *content; /* REPORT_DIGEST_BYTES each, as it came in */
    gint64 successful, failed;     /* sums over its entries, for lists */
} StoreReportRow;
typedef gboolean (*StoreReportFunc)(gpointer data, const StoreReportRow *row);
/* Newest first; LIMIT 0 = all. Only since/until, domain, sender, before_id and failing of QUERY are
 * used. */
gboolean store_each_report(Store *store, const StoreQuery *query, guint limit, StoreReportFunc func,
                           gpointer data, GError **error);
/* With raw. STORE_ERROR_NOT_FOUND. */
gboolean store_get_report(Store *store, gint64 id, StoreReportFunc func, gpointer data,
                          GError **error);

/* ---- following the store ---------------------------------------------------------------- */

/* Where the store stands. REVISION rises with every transaction that changed a roll-up or a stored
 * report; GENERATION with every rebuild, which may change any row and give the id of a report that
 * it dropped to another one later. */
typedef struct {
    gint64 generation, revision;
    gint64 last_report; /* the highest id; 0 if there is none */
} StorePosition;
gboolean store_position(Store *store, StorePosition *ret_position, GError **error);

/* As store_each_report, but with raw, in the order of arrival, and only ids above AFTER. */
gboolean store_each_report_after(Store *store, const StoreQuery *query, gint64 after, guint limit,
                                 StoreReportFunc func, gpointer data, GError **error);

typedef enum {
    STORE_CHANGE_DAY,    /* the roll-ups of a day; key: the UTC day */
    STORE_CHANGE_REPORT, /* a report after it was stored; key: its id */
} StoreChangeKind;
/* The last change of each day or report, in the order of revision, then key. */
typedef struct {
    gint64 revision, key;
} StoreChange;
#define STORE_CHANGE_NONE ((StoreChange){-1, G_MININT64}) /* comes before all */
/* The first of KIND after AFTER whose key is FIRST to LAST (inclusive). */
gboolean store_next_change(Store *store, StoreChangeKind kind, const StoreChange *after,
                           gint64 first, gint64 last, StoreChange *ret_change, gboolean *ret_found,
                           GError **error);

/* Whether reports, copies of them or entries of quarantine came in by another Store since STORE
 * wrote last and since this was asked last. Outside of a transaction. */
gboolean store_others_wrote(Store *store, gboolean *ret_others, GError **error);

/* Octets that the store takes on disk. */
gboolean store_size(Store *store, gint64 *ret_bytes, GError **error);

/* ---- quarantine ------------------------------------------------------------------------ */

typedef struct {
    gint64 id;
    gint64 received;
    const char *outcome, *reason_code, *reason, *findings_json, *road, *source, *part;
    gboolean is_message;
    guint64 full_size;
    gint64 times_seen;
    GBytes *bytes; /* NULL in lists */
} StoreQuarantineRow;
typedef gboolean (*StoreQuarantineFunc)(gpointer data, const StoreQuarantineRow *row);
/* Newest first; of those with an id below BEFORE_ID (0: all) at most LIMIT (0: all). */
gboolean store_each_quarantine(Store *store, gint64 before_id, guint limit,
                               StoreQuarantineFunc func, gpointer data, GError **error);
gboolean store_get_quarantine(Store *store, gint64 id, StoreQuarantineFunc func, gpointer data,
                              GError **error);
/* Inside a transaction. STORE_ERROR_NOT_FOUND. */
gboolean store_drop_quarantine(Store *store, gint64 id, GError **error);

/* ---- mailboxes ------------------------------------------------------------------------- */

/* How far a mailbox has been fetched (RFC 9051 2.3.1.1). All zero: not at all. */
typedef struct {
    guint32 uidvalidity;
    guint32 uid;      /* nothing up to this one is left to be looked at */
    char *unfinished; /* UIDs ("3,5:7") that are stored, but whose messages may still have to be
                       * marked, moved or deleted; "" or NULL if none */
} StoreMailbox;
/* MAILBOX is its address without a password. A mailbox that was never fetched reads as all zero.
 * *RET_STATE is overwritten; free what it holds with store_mailbox_clear. */
gboolean store_get_mailbox(Store *store, const char *mailbox, StoreMailbox *ret_state,
                           GError **error);
/* Inside a transaction, that of the reports up to STATE->uid. With the uidvalidity that is there
 * the uid never goes backwards. STATE is borrowed. */
gboolean store_set_mailbox(Store *store, const char *mailbox, const StoreMailbox *state,
                           GError **error);
void store_mailbox_clear(StoreMailbox *state); /* frees what it holds; all zero then */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreMailbox, store_mailbox_clear)

/* ---- rebuild --------------------------------------------------------------------------- */

/* Throws every derived row away and makes it anew from the raw reports, in one transaction of its
 * own, by the decoder that is set (STORE_ERROR_INTERNAL without). Days of which a raw report has
 * been dropped (retention.h) keep what they have. Which domains a report counts for
 * is then by the rules of today. A report that does not decode keeps its raw form, is not counted,
 * and is told as failed. Two reports that decode to one content become one. */
gboolean store_rebuild(Store *store, gint64 *ret_reports, gint64 *ret_failed, GError **error);

/* ---- transfer -------------------------------------------------------------------------- */

/* Fills TO, which must be empty (STORE_ERROR_NOT_EMPTY), with all rows of FROM, ids and all, in one
 * transaction of TO and one view of FROM. *RET_COUNTS is what TO holds then. */
gboolean store_transfer(Store *from, Store *to, StoreCounts *ret_counts, GError **error);
