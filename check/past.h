/* past.h: what is known of a domain before it is looked at. check has no store: its caller fills
 * this in.
 */
#pragma once

#include <glib.h>

/* One earlier look. */
typedef struct {
    gint64 at;       /* Unix seconds */
    char *policy_id; /* NULL: there was no usable _mta-sts record */
    char *policy;    /* the policy file as served; NULL: none could be read */
} CheckEarlier;

/* The newest policy that a sender reported. */
typedef struct {
    char *sender;
    char *policy; /* canonical text (sts_policy.h) */
    gint32 day;   /* of its newest report with it */
} CheckReported;

typedef struct {
    GPtrArray *earlier;       /* of CheckEarlier, newest first; never NULL */
    GPtrArray *reported;      /* of CheckReported; never NULL */
    gboolean reports_asked;   /* there is a store, and the next two are known */
    gint32 newest_report_day; /* days since 1970-01-01; -1: no report is stored */
    gint32 store_since_day;   /* the first day of all that the store holds; -1: nothing */
    guint quiet_days;         /* a longer silence than this is told */
} CheckPast;

CheckPast *check_past_new(void);
void check_past_free(CheckPast *past); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckPast, check_past_free)
void check_past_add(CheckPast *past, gint64 at, const char *policy_id, const char *policy);
void check_past_add_reported(CheckPast *past, const char *sender, const char *policy, gint32 day);
