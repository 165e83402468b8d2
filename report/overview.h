/* overview.h: all domains at a glance: stage, verdict, what fails, is it new. */
#pragma once

#include "report/explain.h"
#include "report/stage.h"

/* Failures alike in MX, policy type, effect and result type, in the window of the verdict. */
typedef struct {
    char *mx; /* NULL if none was named */
    char *result_type;
    PolicyType type;
    Effect effect;
    gint64 sessions;
    guint senders;
    gint32 first_day; /* in all of the history */
    gint32 last_day;
    gboolean is_new; /* nothing of it before the last 7 days of the window */
    gboolean ended;  /* nothing of it in the last 3 days that have reports */
} OverviewFailure;

typedef struct {
    char *domain;
    Stage stage;
    guint stage_days;
    Verdict verdict;
    gint32 since, until;       /* the window of the verdict */
    gint64 sessions, blocking; /* under an sts policy in the window; held back, or would be */
    gint32 newest_day;         /* with a report; G_MININT32 if there is none */
    char *why;                 /* of the gate that decided the verdict; NULL where all pass */
    GArray *failures;          /* of OverviewFailure: worst effect first, then most sessions */
    gatomicrefcount references;
} OverviewDomain;

/* The domains that the store has reports of and those of ACCEPT (a set of names; NULL: none), of
 * these only VISIBLE (NULL: all), by name: an array of char *; free with g_ptr_array_unref. */
GPtrArray *overview_domains(Store *store, GHashTable *accept, const char *const *visible,
                            GError **error);

/* Nothing of PROBLEM was there before the last 7 days of EVIDENCE. */
gboolean overview_is_new(const Evidence *evidence, const Problem *problem);

/* NAMES (of char *) as on the day TODAY, in that order: an array of OverviewDomain; free with
 * g_ptr_array_unref. Where they ARE_MOST of the domains of the store it is walked through once,
 * else each is looked up. NULL with STORE_ERROR. */
GPtrArray *overview_several(Store *store, const GPtrArray *names, gboolean are_most, gint32 today,
                            const ReadinessRules *rules, GError **error);
/* Free with overview_domain_free, which only drops a reference where there are several. */
OverviewDomain *overview_domain_ref(OverviewDomain *domain);
void overview_domain_free(OverviewDomain *domain); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OverviewDomain, overview_domain_free)
