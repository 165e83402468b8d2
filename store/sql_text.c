#include "store/sql_text.h"

#include <gio/gio.h>
#include <string.h>

#define FOLDER "/store/sql"
#define MARK   "-- name: "

/* Made by glib-compile-resources. Naming it keeps the linker from leaving its object out. */
GResource *store_sql_get_resource(void);

/* file name -> text, and statement name (of a file for one driver: "name driver") -> text; filled
 * once, read by all threads. */
typedef struct {
    GHashTable *scripts, *statements;
} Texts;

/* "postgresql" of "summary-postgresql.sql"; NULL for a file that is for all. */
static char *
driver_of(const char *file)
{
    const char *mark = strrchr(file, '-');
    if (mark == NULL || g_ascii_isdigit(mark[1])) /* migrate-2.sql */
        return NULL;
    return g_strndup(mark + 1, strcspn(mark + 1, "."));
}

/* Cuts "-- name: foo" sections out of a file. A file without one has no statements. */
static void
read_statements(GHashTable *statements, const char *text, const char *driver)
{
    const char *mark = g_str_has_prefix(text, MARK) ? text : strstr(text, "\n" MARK);
    while (mark != NULL) {
        const char *name = strstr(mark, MARK) + strlen(MARK);
        const char *body = name + strcspn(name, "\n");
        const char *next = strstr(body, "\n" MARK);
        g_autofree char *plain = g_strstrip(g_strndup(name, (gsize)(body - name)));
        char *key = driver != NULL ? g_strdup_printf("%s %s", plain, driver) : g_strdup(plain);
        char *sql =
            g_strstrip(next != NULL ? g_strndup(body, (gsize)(next - body)) : g_strdup(body));
        if (!g_hash_table_insert(statements, key, sql))
            g_error("two SQL statements are named %s", key);
        mark = next;
    }
}

static gpointer
read_texts(G_GNUC_UNUSED gpointer nothing)
{
    GResource *resource = store_sql_get_resource();
    g_auto(GStrv) files = g_resource_enumerate_children(resource, FOLDER, 0, NULL);
    Texts *texts = g_new0(Texts, 1);

    texts->scripts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    texts->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; files != NULL && files[i] != NULL; i++) {
        g_autofree char *path = g_strconcat(FOLDER "/", files[i], NULL);
        g_autoptr(GBytes) bytes = g_resource_lookup_data(resource, path, 0, NULL);
        gsize length;
        const char *data = g_bytes_get_data(bytes, &length);
        char *text = g_strndup(data, length);
        g_autofree char *driver = driver_of(files[i]);
        g_hash_table_insert(texts->scripts, g_strdup(files[i]), text);
        read_statements(texts->statements, text, driver);
    }
    return texts;
}

static const Texts *
texts(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, read_texts, NULL);
}

const char *
sql_text_script(const char *file)
{
    const char *text = g_hash_table_lookup(texts()->scripts, file);
    if (text == NULL)
        g_error("no SQL script %s", file);
    return text;
}

gboolean
sql_text_has_script(const char *file)
{
    return g_hash_table_contains(texts()->scripts, file);
}

const char *
sql_text_statement(const char *name, const char *driver)
{
    g_autofree char *own = g_strdup_printf("%s %s", name, driver);
    const char *text = g_hash_table_lookup(texts()->statements, own);
    if (text == NULL)
        text = g_hash_table_lookup(texts()->statements, name);
    if (text == NULL)
        g_error("no SQL statement %s", name);
    return text;
}

char **
sql_text_names(void)
{
    GList *keys = g_hash_table_get_keys(texts()->statements);
    char **names = g_new0(char *, g_list_length(keys) + 1);
    guint n = 0;
    keys = g_list_sort(keys, (GCompareFunc)strcmp);
    for (GList *key = keys; key != NULL; key = key->next) {
        if (strchr(key->data, ' ') == NULL)
            names[n++] = g_strdup(key->data);
    }
    g_list_free(keys);
    return names;
}
