#include "report/alert_news.h"

#include <stdlib.h>
#include <string.h>

#include "report/explain.h"
#include "report/json_value.h"
#include "schema/limits.h"

/* The same on every try, another one for the next alert about the same: who is told twice can tell.
 */
static char *
make_id(const char *kind, const char *domain, const char *subject, gint64 now)
{
    g_autofree char *text =
        g_strdup_printf("%s\n%s\n%s\n%" G_GINT64_FORMAT, kind, domain, subject, now);
    char *id = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    id[16] = '\0';
    return id;
}

static json_t *
start(const char *kind, const char *domain, const char *subject, gint64 now)
{
    g_autofree char *id = make_id(kind, domain, subject, now);
    return json_pack("{s:s, s:s, s:s}", "id", id, "kind", kind, "domain", domain);
}

static char *
finish(json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);
    char *copy = g_strdup(text);
    free(text);
    json_decref(root);
    return copy;
}

/* The sender's policy had no line for the MX: what validation-failure often means. */
static gboolean
mx_not_in_policy(const AlertGroup *group)
{
    for (guint i = 0; i < group->rows->len; i++) {
        const EvidenceFailure *row = g_ptr_array_index(group->rows, i);
        if (row->day >= group->first_day && explain_mx_not_in_policy(row))
            return TRUE;
    }
    return FALSE;
}

static void
add_figures(json_t *root, const AlertGroup *group)
{
    AlertFigures figures;
    alert_group_figures(group, &figures);
    json_t *senders = json_array();
    for (guint i = 0; i < figures.senders->len && i < LIMIT_ALERT_SENDERS; i++)
        json_array_append_new(senders, json_string(g_ptr_array_index(figures.senders, i)));
    json_object_set_new(root, "policy_type", json_string(figures.policy_type));
    json_object_set_new(root, "effect", json_string(effect_name(figures.effect)));
    json_object_set_new(root, "meaning", json_string(effect_sentence(figures.effect)));
    json_object_set_new(root, "failed_sessions", json_integer(figures.sessions));
    json_object_set_new(root, "senders", senders);
    json_object_set_new(root, "senders_in_all", json_integer(figures.senders->len));
    json_object_set_new(root, "mx_not_in_policy", json_boolean(mx_not_in_policy(group)));
    json_object_set_new(root, "trust", json_string(trust_name(figures.trust)));
    alert_figures_clear(&figures);
}

static void
add_result(json_t *root, const char *mx, const char *result_word)
{
    ResultType type = result_type_from_word(result_word);
    json_object_set_new(root, "mx", json_value_text(mx));
    json_object_set_new(root, "result_type", json_string(result_word));
    json_object_set_new(root, "explanation", json_string(result_type_explanation(type)));
    json_object_set_new(root, "remedy", json_string(result_type_remedy(type)));
    json_object_set_new(root, "clause", json_string(result_type_clause(type)));
}

char *
alert_news_group(const char *kind, const char *domain, const AlertGroup *group, gboolean again,
                 gint64 now)
{
    json_t *root = start(kind, domain, group->subject, now);
    add_result(root, group->mx, group->result_word);
    json_object_set_new(root, "again", json_boolean(again));
    json_object_set_new(root, "first_day", json_value_day(group->first_day));
    json_object_set_new(root, "last_day", json_value_day(group->last_day));
    add_figures(root, group);
    return finish(root);
}

char *
alert_news_recovered(const char *domain, const char *subject, gint32 last_day, gint64 now)
{
    json_t *root = start(NEWS_RECOVERED, domain, subject, now);
    const char *space = strchr(subject, ' '); /* a host name has none */
    g_autofree char *mx =
        g_strndup(subject, space != NULL ? (gsize)(space - subject) : strlen(subject));
    add_result(root, strcmp(mx, "-") == 0 ? NULL : mx, space != NULL ? space + 1 : "");
    json_object_set_new(root, "last_day", json_value_day(last_day));
    return finish(root);
}

char *
alert_news_sender(const char *kind, const char *domain, const char *sender, gint32 last_day,
                  gint64 now)
{
    json_t *root = start(kind, domain, sender, now);
    json_object_set_new(root, "sender", json_string(sender));
    json_object_set_new(root, "last_day", json_value_day(last_day));
    return finish(root);
}
