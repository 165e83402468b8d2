/* filter.h: what a page is asked for: its path, the period and the filters. Private to the
 * dashboard. */
#pragma once

#include "store/store.h"

typedef struct {
    char *path;    /* without prefix, ".json" and query: "/domain"; never NULL after filter_parse */
    gboolean json; /* the path ended in ".json" */
    gint32 since, until; /* inclusive UTC days, at most LIMIT_DASHBOARD_DAYS */
    gboolean dated;      /* the period was asked for by dates, which links repeat */
    guint days;          /* its length, where that was asked for instead; 0: neither */
    char *domain, *mx;   /* normalised; NULL: not filtered, as are the next ones */
    char *sender, *result;
    char *policy_type; /* "sts", "tlsa" or "no-policy-found" */
    gint64 id;         /* of a report or entry; 0: none */
    gint64 before;     /* a list goes on below this id; 0: from the newest */
} Filter;

/* Reads TARGET as it came, below PREFIX or not (a proxy may have taken it off). FALSE where a value
 * makes no sense; then *ret_problem is a sentence (newly allocated), and FILTER can be used and
 * holds what was right. Clear with filter_clear. */
gboolean filter_parse(const char *target, const char *prefix, gint32 today, Filter *filter,
                      char **ret_problem);
void filter_clear(Filter *filter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filter, filter_clear)

/* QUERY borrows from FILTER. */
void filter_query(const Filter *filter, StoreQuery *query);

/* PREFIX and PATH with the period and the filters in FILTER as query; the pairs of names and values
 * end with NULL and stand instead of what FILTER has; a value of NULL leaves the name out. Newly
 * allocated, encoded for a URL and not yet for HTML. */
char *filter_link(const Filter *filter, const char *prefix, const char *path,
                  ...) G_GNUC_NULL_TERMINATED;
