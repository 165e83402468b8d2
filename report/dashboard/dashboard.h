/* dashboard.h: the pages of the dashboard as functions: a request in, HTML or JSON out.
 *
 * Nothing here knows of sockets, threads or passwords; cli/dashboard.c does. All pages are
 * read-only and take their numbers from the modules that `report` and `ready` print.
 */
#pragma once

#include "report/overview_cache.h"
#include "store/store.h"

/* What all requests share. Borrowed. */
typedef struct {
    const char *prefix; /* "" or "/tlsgauge": where a proxy has put the pages */
    const ReadinessRules *rules;
    OverviewCache *cache;
    GHashTable *accept;      /* our domains; NULL: those that there are reports of */
    const char *as_database; /* of ExplainOptions */
    StoreDecode decode;      /* a raw report by the rules of today */
    gpointer decode_data;
    /* The JSON of a raw report; NULL where it cannot be inflated. */
    GBytes *(*inflate)(gpointer data, GBytes *raw);
    gpointer inflate_data;
} DashboardContext;

typedef struct {
    const char *target; /* path and query as they came */
    const char *accept; /* the header field, or NULL; as is the next one */
    const char *if_none_match;
    const char *user;           /* NULL: nobody had to log in */
    const char *const *domains; /* that the user may see; NULL: all, and the quarantine */
    gint32 today;               /* UTC day */
} DashboardRequest;

typedef struct {
    guint status;
    const char *type; /* static */
    GString *body;
    const char *etag; /* static; NULL: must not be kept by the browser */
    char *location;   /* of a redirect, else NULL */
} DashboardAnswer;

/* Answers a GET or HEAD, from STORE, which has a decoder: every failure is a page with its status
 * (400, 403, 404, 503). Clear with dashboard_answer_clear. */
void dashboard_answer(const DashboardContext *context, Store *store,
                      const DashboardRequest *request, DashboardAnswer *answer);
/* The page for a request that does not get so far (405, 421, 429 ...): TITLE and SENTENCE are
 * ours. */
void dashboard_refuse(const DashboardContext *context, const DashboardRequest *request,
                      guint status, const char *title, const char *sentence,
                      DashboardAnswer *answer);
void dashboard_answer_clear(DashboardAnswer *answer);
