/* intern_many.c: texts and policies interned many at once. Part of intern.h. */
#include <string.h>

#include "schema/digest.h"
#include "schema/sts_policy.h"
#include "store/intern-internal.h"

/* N new ids, by the statement NAME. */
static GArray *
new_ids(Intern *intern, const char *name, guint n, GError **error)
{
    gboolean row = TRUE;
    g_autoptr(GArray) ids = g_array_sized_new(FALSE, FALSE, sizeof(gint64), n);
    g_autoptr(Statement) give = statement_get(intern->statements, name, error);
    if (give == NULL)
        return NULL;
    statement_int(give, 1, n);
    while (ids->len < n) {
        if (!statement_step(give, &row, error))
            return NULL;
        if (!row) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "%s gives too few", name);
            return NULL;
        }
        gint64 id = statement_get_int(give, 0);
        g_array_append_val(ids, id);
    }
    return g_steal_pointer(&ids);
}

/* Those of TEXTS that are worth it and not remembered, each once. (What is no UTF-8 may become the
 * same text in the database.) */
static GPtrArray *
unknown_names(const Intern *intern, const GPtrArray *texts)
{
    gint64 id;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *unknown = g_ptr_array_new();
    for (guint i = 0; i < texts->len; i++) {
        char *text = g_ptr_array_index(texts, i);
        if (*text != '\0' && !intern_recall(intern->names, text, &id) &&
            strlen(text) < INTERN_REMEMBERED_BYTES && g_utf8_validate(text, -1, NULL) &&
            g_hash_table_add(seen, text))
            g_ptr_array_add(unknown, text);
    }
    return unknown;
}

/* Remembers those of NAMES that are there; the others go into MISSING. */
static gboolean
find_names(Intern *intern, const GPtrArray *names, GPtrArray *missing, GError **error)
{
    gboolean row;
    g_autoptr(Statement) find = statement_get(intern->statements, "name_find", error);
    for (guint i = 0; i < names->len; i++) {
        if (find == NULL ||
            !statement_ask(statement_text(find, 1, g_ptr_array_index(names, i)), error))
            return FALSE;
    }
    for (guint i = 0; i < names->len; i++) {
        char *text = g_ptr_array_index(names, i);
        if (!statement_answer(find, error) || !statement_step(find, &row, error))
            return FALSE;
        if (row)
            intern_remember(intern, intern->names, text, statement_get_int(find, 0));
        else
            g_ptr_array_add(missing, text);
    }
    return TRUE;
}

gboolean
intern_expect_names(Intern *intern, const GPtrArray *texts, GError **error)
{
    g_autoptr(GPtrArray) missing = g_ptr_array_new();
    if (!statement_can_ask(intern->statements))
        return TRUE;
    g_autoptr(GPtrArray) unknown = unknown_names(intern, texts);
    if (unknown->len < 2)
        return TRUE;
    if (!find_names(intern, unknown, missing, error))
        return FALSE;
    if (missing->len == 0)
        return TRUE;
    g_autoptr(GArray) ids = new_ids(intern, "name_ids", missing->len, error);
    for (guint i = 0; i < missing->len; i++) {
        g_autoptr(Statement) add =
            ids == NULL ? NULL : statement_get(intern->statements, "transfer_write_name", error);
        if (add == NULL)
            return FALSE;
        gint64 id = g_array_index(ids, gint64, i);
        statement_int(add, 1, id);
        statement_text(add, 2, g_ptr_array_index(missing, i));
        if (!statement_add(add, error))
            return FALSE;
        intern_remember(intern, intern->names, g_ptr_array_index(missing, i), id);
    }
    return TRUE;
}

/* A policy that is looked for, by its lines as the sender wrote them. */
typedef struct {
    char *lines;
    StsPolicy *policy;
    guint8 digest[DIGEST_BYTES];
    gint64 id; /* INTERN_NONE: not found */
} Wanted;

static void
wanted_free(gpointer data)
{
    Wanted *wanted = data;
    sts_policy_free(wanted->policy);
    g_free(wanted->lines);
    g_free(wanted);
}

/* Those of ENTRIES that say something and are not remembered, each way of writing once. */
static GPtrArray *
unknown_policies(Intern *intern, const GPtrArray *entries)
{
    gint64 id;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GPtrArray *unknown = g_ptr_array_new_with_free_func(wanted_free);
    for (guint i = 0; i < entries->len; i++) {
        const PolicyEntry *entry = g_ptr_array_index(entries, i);
        if (entry->policy_string == NULL || entry->policy_string[0] == NULL)
            continue;
        const char *lines = intern_policy_lines(intern, entry);
        if (intern_recall(intern->policies, lines, &id) ||
            strlen(lines) >= INTERN_REMEMBERED_BYTES || g_hash_table_contains(seen, lines))
            continue;
        Wanted *wanted = g_new0(Wanted, 1);
        wanted->lines = g_strdup(lines);
        wanted->policy = sts_policy_parse(entry->policy_string, entry->mx_host);
        g_hash_table_add(seen, wanted->lines);
        g_ptr_array_add(unknown, wanted);
    }
    return unknown;
}

static gboolean
find_policies(Intern *intern, const GPtrArray *all, GError **error)
{
    gboolean row;
    g_autoptr(Statement) find = statement_get(intern->statements, "policy_find", error);
    for (guint i = 0; i < all->len; i++) {
        Wanted *wanted = g_ptr_array_index(all, i);
        const char *canonical = wanted->policy->canonical;
        digest_sha256(canonical, strlen(canonical), wanted->digest);
        if (find == NULL ||
            !statement_ask(statement_blob(find, 1, wanted->digest, INTERN_DIGEST_BYTES), error))
            return FALSE;
    }
    for (guint i = 0; i < all->len; i++) {
        Wanted *wanted = g_ptr_array_index(all, i);
        if (!statement_answer(find, error) || !statement_step(find, &row, error))
            return FALSE;
        if (row)
            wanted->id = statement_get_int(find, 0);
    }
    return TRUE;
}

static gboolean
add_policy(Intern *intern, const Wanted *wanted, GError **error)
{
    g_autoptr(Statement) add = statement_get(intern->statements, "transfer_write_policy", error);
    if (add == NULL)
        return FALSE;
    statement_int(add, 1, wanted->id);
    statement_blob(add, 2, wanted->digest, INTERN_DIGEST_BYTES);
    statement_text(add, 3, wanted->policy->canonical);
    statement_text(add, 4, sts_mode_name(wanted->policy->mode));
    return statement_add(add, error);
}

/* One that several lines say is added once. */
static gboolean
add_policies(Intern *intern, const GPtrArray *all, guint n, GError **error)
{
    g_autoptr(GHashTable) added = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GArray) ids = n > 0 ? new_ids(intern, "policy_ids", n, error) : NULL;
    if (n > 0 && ids == NULL)
        return FALSE;
    for (guint i = 0; i < all->len; i++) {
        Wanted *wanted = g_ptr_array_index(all, i);
        const char *canonical = wanted->policy->canonical;
        const Wanted *same = g_hash_table_lookup(added, canonical);
        if (wanted->id == INTERN_NONE && *canonical != '\0' && same != NULL) {
            wanted->id = same->id;
        } else if (wanted->id == INTERN_NONE && *canonical != '\0') {
            wanted->id = g_array_index(ids, gint64, --n);
            if (!add_policy(intern, wanted, error))
                return FALSE;
            g_hash_table_insert(added, (gpointer)canonical, wanted);
        }
        intern_remember(intern, intern->policies, wanted->lines, wanted->id);
    }
    return TRUE;
}

gboolean
intern_expect_policies(Intern *intern, const GPtrArray *entries, GError **error)
{
    guint missing = 0;
    if (!statement_can_ask(intern->statements))
        return TRUE;
    g_autoptr(GPtrArray) unknown = unknown_policies(intern, entries);
    if (unknown->len < 2)
        return TRUE;
    if (!find_policies(intern, unknown, error))
        return FALSE;
    for (guint i = 0; i < unknown->len; i++) {
        const Wanted *wanted = g_ptr_array_index(unknown, i);
        missing += wanted->id == INTERN_NONE && *wanted->policy->canonical != '\0';
    }
    return add_policies(intern, unknown, missing, error);
}
