/* evidence.h: what the roll-ups say of one domain in the days before a decision, in memory. */
#pragma once

#include <glib.h>

#include "store/store.h"

typedef struct {
    gint32 day;
    const char *sender;
    PolicyType type;
    const char *type_word; /* as the summary prints it; foreign for POLICY_TYPE_OTHER */
    const char *policy;    /* canonical text of the policy reported; NULL if none */
    StsMode mode;
    Trust trust;
    gint64 reports, successful, failed, detailed;
} EvidenceTotal;

typedef struct {
    gint32 day;
    const char *sender;
    PolicyType type;
    const char *type_word;
    const char *policy;
    StsMode mode;
    Trust trust;
    const char *mx; /* NULL if none was named */
    const char *result_word;
    const char *reason; /* NULL if none */
    Effect effect;
    gint64 sessions;
} EvidenceFailure;

/* Texts are interned: equal ones are the same pointer. */
typedef struct {
    char *domain;
    gint32 today;     /* the day before which everything lies */
    GArray *totals;   /* of EvidenceTotal, by sender and day */
    GArray *failures; /* of EvidenceFailure */
    GStringChunk *strings;
} Evidence;

/* The HISTORY days before TODAY. STORE_ERROR. Free with evidence_free. */
Evidence *evidence_read(Store *store, const char *domain, gint32 today, guint history,
                        GError **error);
/* The same for every domain with a report in those days, one after the other in no order, in one
 * walk over the store and never more than a part of it in memory. EVIDENCE is borrowed. FUNC may
 * write to the store, unless there is an open view. FALSE with the error of FUNC or with
 * STORE_ERROR. */
typedef gboolean (*EvidenceFunc)(gpointer data, const Evidence *evidence, GError **error);
gboolean evidence_each(Store *store, gint32 today, guint history, EvidenceFunc func, gpointer data,
                       GError **error);
/* The same for each of NAMES (of char *, each once), those of the store and others, out of about OF
 * domains that the store has: by one walk where they are most of these, and one by one where they
 * are few. */
gboolean evidence_several(Store *store, const GPtrArray *names, guint of, gint32 today,
                          guint history, EvidenceFunc func, gpointer data, GError **error);
void evidence_free(Evidence *evidence); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evidence, evidence_free)

/* The part whose trust ranks as verified; shares the texts of EVIDENCE, which must outlive it. */
Evidence *evidence_trusted(const Evidence *evidence);

/* What EVIDENCE would have been on the day TODAY, at most its own; shares its texts as well. */
Evidence *evidence_as_of(const Evidence *evidence, gint32 today);
