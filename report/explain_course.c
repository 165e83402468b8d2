/* explain_course.c: when it happened, and whether it is over. */
#include "report/explain-internal.h"
#include "schema/day.h"

#define BURST_DAYS 14 /* more in a row is no burst */
/* Failures that must have been expected since, had it gone on as before: with three the chance to
 * see none of them is 5 %. */
#define EXPECTED   3.0
#define NEAR       3 /* days before the end of the period that count as its end: reports come late */

/* What the senders concerned did under the policy type of the problem. */
typedef struct {
    gint64 during, after; /* their sessions from the first day to the last, and later */
    gint64 failed_back;   /* failed sessions of the senders that reported later */
    guint senders_back;   /* how many did */
    guint sender_days;    /* days from first to last with a report of one of them */
    gint32 newest_day;    /* of their reports */
    gint32 period_first;  /* first day of the period with a report of whomever */
} Aftermath;

static gint64
failed_of(const Problem *problem, const char *sender)
{
    for (guint i = 0; i < problem->senders->len; i++) {
        const ProblemShare *share = &g_array_index(problem->senders, ProblemShare, i);
        if (g_strcmp0(share->name, sender) == 0)
            return share->sessions;
    }
    return 0;
}

static Aftermath
look_after(const Explain *explain, const Problem *problem)
{
    Aftermath result = {.newest_day = problem->last_day, .period_first = G_MAXINT32};
    g_autoptr(GHashTable) days = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) back = g_hash_table_new(NULL, NULL);
    const GArray *totals = explain->evidence->totals;
    for (guint i = 0; i < totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(totals, EvidenceTotal, i);
        gint64 sessions = sessions_plus(row->successful, row->failed);
        result.period_first = MIN(result.period_first, row->day);
        if (sessions == 0 || g_strcmp0(row->type_word, problem->policy_type) != 0 ||
            !explain_concerns(problem, row->sender))
            continue;
        result.newest_day = MAX(result.newest_day, row->day);
        if (row->day > problem->last_day) {
            result.after = sessions_plus(result.after, sessions);
            if (g_hash_table_add(back, (gpointer)row->sender)) {
                result.senders_back++;
                result.failed_back =
                    sessions_plus(result.failed_back, failed_of(problem, row->sender));
            }
        } else if (row->day >= problem->first_day) {
            result.during = sessions_plus(result.during, sessions);
            g_hash_table_add(days, GINT_TO_POINTER(row->day));
        }
    }
    result.sender_days = g_hash_table_size(days);
    return result;
}

static ProblemCourse
course_of(const Problem *problem, const Aftermath *aftermath)
{
    gint32 span = problem->last_day - problem->first_day + 1;
    if (problem->days == 1)
        return COURSE_ONE_DAY;
    /* Days on which the senders concerned did not report say nothing. */
    if (problem->days * 5 < aftermath->sender_days * 4)
        return COURSE_SCATTERED;
    return span <= BURST_DAYS ? COURSE_BURST : COURSE_CONTINUOUS;
}

/* Most of the senders concerned, by number and by failures, are back, and have had sessions enough
 * since to show it if it went on. */
static gboolean
has_ended(const Problem *problem, const Aftermath *aftermath)
{
    double rate = aftermath->during > 0 ? (double)problem->sessions /
                                              (double)MAX(aftermath->during, problem->sessions)
                                        : 1;
    return aftermath->senders_back * 2 >= problem->senders->len &&
           (double)aftermath->failed_back * 2 >= (double)problem->sessions &&
           (double)aftermath->after * rate >= EXPECTED;
}

static char *
tell_when(const Problem *problem, const Aftermath *aftermath)
{
    g_autofree char *first = day_format(problem->first_day);
    g_autofree char *last = day_format(problem->last_day);
    /* What was there on the first day may have begun before. */
    const char *since =
        problem->first_day <= aftermath->period_first && problem->course_kind != COURSE_SCATTERED
            ? " (or before: the period begins there)"
            : "";
    switch (problem->course_kind) {
    case COURSE_ONE_DAY:
        return g_strdup_printf("On one day, %s", first);
    case COURSE_BURST:
        return g_strdup_printf("A burst of %u days, %s%s to %s", problem->days, first, since, last);
    case COURSE_CONTINUOUS:
        return g_strdup_printf("On %u of %u days with sessions, %s%s to %s", problem->days,
                               MAX(aftermath->sender_days, problem->days), first, since, last);
    case COURSE_SCATTERED:
        break;
    }
    return g_strdup_printf("Now and then: on %u of %u days with sessions, %s to %s", problem->days,
                           aftermath->sender_days, first, last);
}

void
explain_course(const Explain *explain, Problem *problem)
{
    Aftermath aftermath = look_after(explain, problem);
    problem->course_kind = course_of(problem, &aftermath);
    problem->ended = has_ended(problem, &aftermath);
    g_autofree char *when = tell_when(problem, &aftermath);
    guint senders = problem->senders->len;
    const char *whose = senders == 1 ? "this sender" : "these senders";
    if (problem->ended)
        problem->course =
            g_strdup_printf("%s; ended: %" G_GINT64_FORMAT " later sessions of %s are free of it.",
                            when, aftermath.after, whose);
    else if (aftermath.newest_day == problem->last_day &&
             explain->until - problem->last_day <= NEAR)
        problem->course = g_strdup_printf("%s; still going on as far as is known.", when);
    else if (aftermath.newest_day == problem->last_day)
        problem->course = g_strdup_printf(
            "%s; there is no later report of %s, so whether it ended is not known.", when, whose);
    else
        problem->course = g_strdup_printf(
            "%s; not seen since, but later reports tell too little to say that it ended (%u of %u "
            "sender%s, %" G_GINT64_FORMAT " session%s).",
            when, aftermath.senders_back, senders, senders == 1 ? "" : "s", aftermath.after,
            aftermath.after == 1 ? "" : "s");
}
