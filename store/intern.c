#include <string.h>

#include "schema/digest.h"
#include "schema/limits.h"
#include "schema/sts_policy.h"
#include "store/intern-internal.h"

/* Eight octets at a time: g_str_hash, which goes by single ones, took a thirtieth of what storing a
 * report takes. */
static guint
hash_text(gconstpointer key)
{
    const char *text = key;
    gsize left = strlen(text);
    guint64 hash = left, word;
    for (; left >= sizeof word; left -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = (hash ^ word) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, text, left);
    hash = (hash ^ word) * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15);
    return (guint)(hash >> 32);
}

Intern *
intern_new(StatementCache *statements)
{
    Intern *intern = g_new0(Intern, 1);
    intern->statements = statements;
    intern->names = g_hash_table_new_full(hash_text, g_str_equal, g_free, g_free);
    intern->policies = g_hash_table_new_full(hash_text, g_str_equal, g_free, g_free);
    intern->lines = g_string_new(NULL);
    return intern;
}

void
intern_free(Intern *intern)
{
    if (intern == NULL)
        return;
    g_hash_table_destroy(intern->names);
    g_hash_table_destroy(intern->policies);
    g_string_free(intern->lines, TRUE);
    g_free(intern);
}

void
intern_forget(Intern *intern)
{
    g_hash_table_remove_all(intern->names);
    g_hash_table_remove_all(intern->policies);
    intern->bytes = 0;
}

gboolean
intern_recall(GHashTable *table, const char *text, gint64 *ret_id)
{
    const gint64 *id = g_hash_table_lookup(table, text);
    if (id != NULL)
        *ret_id = *id;
    return id != NULL;
}

/* The texts are foreign: what is remembered of them has a bound, and starts anew past it. */
void
intern_remember(Intern *intern, GHashTable *table, const char *text, gint64 id)
{
    gsize bytes = strlen(text) + 64; /* and about what the table adds */
    if (bytes > INTERN_REMEMBERED_BYTES)
        return;
    if (intern->bytes + bytes > LIMIT_INTERN_BYTES)
        intern_forget(intern);
    intern->bytes += bytes;
    g_hash_table_insert(table, g_strdup(text), g_memdup2(&id, sizeof id));
}

gboolean
intern_name(Intern *intern, const char *text, gint64 *ret_id, GError **error)
{
    gint64 id = INTERN_NONE;
    gboolean found;

    if (text == NULL || *text == '\0') {
        *ret_id = INTERN_NONE;
        return TRUE;
    }
    if (intern_recall(intern->names, text, ret_id))
        return TRUE;
    g_autoptr(Statement) find = statement_get(intern->statements, "name_find", error);
    if (find == NULL || !statement_value(statement_text(find, 1, text), &id, &found, error))
        return FALSE;
    if (!found) {
        g_autoptr(Statement) add = statement_get(intern->statements, "name_add", error);
        if (add == NULL || !statement_insert(statement_text(add, 1, text), &id, error))
            return FALSE;
    }
    intern_remember(intern, intern->names, text, id);
    *ret_id = id;
    return TRUE;
}

/* Ends a line, and the lines of the policy: UTF-8, which decoded text is, has neither byte. */
#define LINE_END   '\xff'
#define POLICY_END '\xfe'

static void
append_line(GString *lines, const char *line)
{
    g_string_append(lines, line);
    g_string_append_c(lines, LINE_END);
}

const char *
intern_policy_lines(Intern *intern, const PolicyEntry *entry)
{
    GString *lines = intern->lines;
    if (lines->allocated_len > INTERN_REMEMBERED_BYTES) { /* of a policy beyond all measure */
        g_string_free(lines, TRUE);
        lines = intern->lines = g_string_new(NULL);
    }
    g_string_truncate(lines, 0);
    for (const char *const *line = entry->policy_string; *line != NULL; line++)
        append_line(lines, *line);
    g_string_append_c(lines, POLICY_END);
    for (const char *const *mx = entry->mx_host; mx != NULL && *mx != NULL; mx++)
        append_line(lines, *mx);
    return lines->str;
}

static gboolean
store_policy(Intern *intern, const StsPolicy *policy, gint64 *ret_id, GError **error)
{
    guint8 digest[DIGEST_BYTES];
    gboolean found;
    digest_sha256(policy->canonical, strlen(policy->canonical), digest);

    g_autoptr(Statement) find = statement_get(intern->statements, "policy_find", error);
    if (find == NULL || !statement_value(statement_blob(find, 1, digest, INTERN_DIGEST_BYTES),
                                         ret_id, &found, error))
        return FALSE;
    if (found)
        return TRUE;
    g_autoptr(Statement) add = statement_get(intern->statements, "policy_add", error);
    if (add == NULL)
        return FALSE;
    statement_blob(add, 1, digest, INTERN_DIGEST_BYTES);
    statement_text(add, 2, policy->canonical);
    statement_text(add, 3, sts_mode_name(policy->mode));
    return statement_insert(add, ret_id, error);
}

gboolean
intern_policy(Intern *intern, const PolicyEntry *entry, gint64 *ret_id, GError **error)
{
    if (entry->policy_string == NULL || entry->policy_string[0] == NULL) {
        *ret_id = INTERN_NONE;
        return TRUE;
    }
    const char *lines = intern_policy_lines(intern, entry);
    if (intern_recall(intern->policies, lines, ret_id))
        return TRUE;
    gint64 id = INTERN_NONE;
    g_autoptr(StsPolicy) policy = sts_policy_parse(entry->policy_string, entry->mx_host);
    if (*policy->canonical != '\0' && !store_policy(intern, policy, &id, error))
        return FALSE;
    intern_remember(intern, intern->policies, lines, id);
    *ret_id = id;
    return TRUE;
}
