#include "cli/tally.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const Outcome quarantined[] = {OUTCOME_DEFECTIVE, OUTCOME_FOREIGN, OUTCOME_UNTRUSTED,
                                      OUTCOME_TOO_LARGE};

void
tally_add(Tally *tally, Outcome outcome)
{
    g_mutex_lock(&tally->lock);
    tally->by_outcome[outcome]++;
    g_mutex_unlock(&tally->lock);
}

static guint64
count_quarantined(const Tally *tally)
{
    guint64 sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(quarantined); i++)
        sum += tally->by_outcome[quarantined[i]];
    return sum;
}

char *
tally_text(Tally *tally)
{
    g_mutex_lock(&tally->lock);
    GString *text = g_string_new(NULL);
    g_string_printf(text,
                    "%" G_GUINT64_FORMAT " stored, %" G_GUINT64_FORMAT
                    " duplicate, %" G_GUINT64_FORMAT " quarantined",
                    tally->by_outcome[OUTCOME_STORED], tally->by_outcome[OUTCOME_DUPLICATE],
                    count_quarantined(tally));
    const char *separator = " (";
    for (guint i = 0; i < G_N_ELEMENTS(quarantined); i++) {
        guint64 count = tally->by_outcome[quarantined[i]];
        if (count == 0)
            continue;
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " %s", separator, count,
                               receipt_for(quarantined[i])->word);
        separator = ", ";
    }
    g_string_append_printf(text, "%s, %" G_GUINT64_FORMAT " unreadable",
                           count_quarantined(tally) > 0 ? ")" : "", tally->unreadable);
    if (tally->with_strays)
        g_string_append_printf(text, ", %" G_GUINT64_FORMAT " not a report", tally->strays);
    if (tally->by_outcome[OUTCOME_UNAVAILABLE] > 0)
        g_string_append_printf(text, ", %" G_GUINT64_FORMAT " not stored",
                               tally->by_outcome[OUTCOME_UNAVAILABLE]);
    g_mutex_unlock(&tally->lock);
    return g_string_free(text, FALSE);
}

void
tally_show(Tally *tally, gboolean last)
{
    gint64 now = g_get_monotonic_time();
    if (!tally->progress || (!last && now - tally->last_shown < G_USEC_PER_SEC / 5))
        return;
    tally->last_shown = now;
    g_autofree char *text = tally_text(tally);
    fprintf(stderr, "\r\033[K%s%s", text, last ? "\n" : "");
    fflush(stderr);
}

char *
tally_json(Tally *tally, const char *schema)
{
    g_mutex_lock(&tally->lock);
    json_t *object = json_object();
    json_object_set_new(object, "schema", json_string(schema));
    for (int outcome = OUTCOME_STORED; outcome <= OUTCOME_UNAVAILABLE; outcome++)
        json_object_set_new(object, receipt_for((Outcome)outcome)->word,
                            json_integer((json_int_t)tally->by_outcome[outcome]));
    json_object_set_new(object, "unreadable", json_integer((json_int_t)tally->unreadable));
    if (tally->with_strays)
        json_object_set_new(object, "not-a-report", json_integer((json_int_t)tally->strays));
    g_mutex_unlock(&tally->lock);
    char *dumped = json_dumps(object, JSON_INDENT(2));
    char *text = g_strconcat(dumped, "\n", NULL);
    free(dumped);
    json_decref(object);
    return text;
}
