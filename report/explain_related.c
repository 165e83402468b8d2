/* explain_related.c: problems that come together. */
#include <string.h>

#include "report/explain-internal.h"
#include "schema/finding.h"

#define RELATED_MAX 3 /* others that are told with one problem */

static gboolean
share_name(const GArray *a, const GArray *b)
{
    for (guint i = 0; i < a->len; i++) {
        const char *name = g_array_index(a, ProblemShare, i).name;
        for (guint j = 0; name != NULL && j < b->len; j++) {
            if (g_strcmp0(name, g_array_index(b, ProblemShare, j).name) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* The shorter of the two lies at least half in the other, which is not many times as long. */
static gboolean
come_together(const Problem *a, const Problem *b)
{
    gint32 first = MAX(a->first_day, b->first_day), last = MIN(a->last_day, b->last_day);
    gint32 shorter = MIN(a->last_day - a->first_day, b->last_day - b->first_day) + 1;
    gint32 longer = MAX(a->last_day - a->first_day, b->last_day - b->first_day) + 1;
    return (last - first + 1) * 2 >= shorter && shorter * 4 >= longer;
}

/* The same result of the same sender under another policy type. */
static gboolean
is_double(const Problem *a, const Problem *b)
{
    return strcmp(a->policy_type, b->policy_type) != 0 &&
           strcmp(a->result_type, b->result_type) == 0 && share_name(a->senders, b->senders);
}

static gboolean
has_one_cause(const Problem *a, const Problem *b)
{
    return strcmp(a->result_type, b->result_type) != 0 && a->not_in_policy == b->not_in_policy &&
           share_name(a->mxs, b->mxs) && a->place != PLACE_PATH && b->place != PLACE_PATH;
}

static void
add_sentence(Problem *problem, const Problem *other)
{
    g_autofree char *type = text_printable(other->policy_type, -1, 40);
    g_autofree char *word = text_printable(other->result_type, -1, 100);
    g_autofree char *before = problem->likely;
    problem->likely =
        is_double(problem, other)
            ? g_strdup_printf("%s The same is reported under %s in these days: these may be the "
                              "same sessions, told once for each policy.",
                              before, type)
            : g_strdup_printf("%s In the same days %" G_GINT64_FORMAT
                              " sessions fail there as %s (%s), perhaps for the same cause.",
                              before, other->sessions, word, type);
}

void
explain_related(GPtrArray *problems)
{
    for (guint i = 0; i < problems->len; i++) {
        Problem *problem = g_ptr_array_index(problems, i);
        guint told = 0;
        for (guint j = 0; j < problems->len && told < RELATED_MAX; j++) {
            const Problem *other = g_ptr_array_index(problems, j);
            if (i == j || problem->more > 0 || other->more > 0 || !come_together(problem, other) ||
                (!is_double(problem, other) && !has_one_cause(problem, other)))
                continue;
            add_sentence(problem, other);
            told++;
        }
    }
}
