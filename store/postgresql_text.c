/* postgresql_text.c: the text of a statement: its placeholders, and the same for many rows at once.
 */
#ifdef HAVE_LIBPQ

#include <string.h>

#include "store/postgresql-internal.h"

/* What follows a quoted text or a comment at SQL, or SQL itself where there is none. */
static const char *
skip_quoted(const char *sql)
{
    const char *end = NULL;
    if (*sql == '\'' || *sql == '"')
        end = strchr(sql + 1, *sql);
    else if (g_str_has_prefix(sql, "--"))
        return sql + strcspn(sql, "\n");
    else if (g_str_has_prefix(sql, "/*") && (end = strstr(sql + 2, "*/")) != NULL)
        end++;
    return end != NULL ? end + 1 : sql;
}

int
postgresql_text_parameters(const char *sql)
{
    int highest = 0;
    gboolean blank = TRUE;
    while (*sql != '\0') {
        const char *next = skip_quoted(sql);
        if (next != sql) {
            sql = next;
            continue;
        }
        if (*sql == '$') {
            guint64 number = g_ascii_strtoull(sql + 1, NULL, 10);
            if (!g_ascii_isdigit(sql[1]) || number < 1 || number > DRIVER_PARAMETERS)
                return -1;
            highest = MAX(highest, (int)number);
        }
        blank = blank && (g_ascii_isspace(*sql) || *sql == ';');
        sql++;
    }
    return blank ? -1 : highest;
}

/* Appends SQL up to END, with the columns of "one" in place of the placeholders. */
static void
append_columns(GString *text, const char *sql, const char *end)
{
    while (sql < end) {
        const char *next = skip_quoted(sql);
        if (next == sql && *sql == '$')
            g_string_append(text, "one.p");
        else
            g_string_append_len(text, sql, MAX(next - sql, 1));
        sql = MAX(next, sql + 1);
    }
}

/* unnest of a parameter a column, as "one". */
static void
append_rows(GString *text, const char *const *types, int n, gboolean numbered)
{
    g_string_append(text, "unnest(");
    for (int i = 0; i < n; i++) {
        /* As our columns are, so that they can be compared. */
        const char *collation = g_str_equal(types[i], "TEXT") ? " COLLATE \"C\"" : "";
        g_string_append_printf(text, "%s$%d::%s[]%s", i > 0 ? ", " : "", i + 1, types[i],
                               collation);
    }
    g_string_append(text, numbered ? ") WITH ORDINALITY AS one (" : ") AS one (");
    for (int i = 0; i < n; i++)
        g_string_append_printf(text, "%sp%d", i > 0 ? ", " : "", i + 1);
    g_string_append(text, numbered ? ", number)" : ")");
}

/* The bracket that closes the one at OPEN; NULL where there is none. */
static const char *
closing(const char *open)
{
    int depth = 0;
    for (const char *sql = open; *sql != '\0'; sql++) {
        sql = skip_quoted(sql);
        depth += (*sql == '(') - (*sql == ')');
        if (depth == 0)
            return sql;
        if (*sql == '\0')
            break;
    }
    return NULL;
}

char *
postgresql_text_insert(const char *sql, const char *const *types, int n)
{
    const char *values = strstr(sql, "VALUES (");
    const char *open = values != NULL ? strchr(values, '(') : NULL;
    const char *close = open != NULL ? closing(open) : NULL;
    if (close == NULL)
        return NULL;
    GString *text = g_string_new_len(sql, values - sql);
    g_string_append(text, "SELECT ");
    append_columns(text, open + 1, close);
    g_string_append(text, " FROM ");
    append_rows(text, types, n, FALSE);
    g_string_append(text, close + 1);
    return g_string_free(text, FALSE);
}

char *
postgresql_text_select(const char *sql, const char *const *types, int n)
{
    GString *text = g_string_new("SELECT one.number, found.* FROM ");
    append_rows(text, types, n, TRUE);
    g_string_append(text, " CROSS JOIN LATERAL (");
    append_columns(text, sql, sql + strlen(sql));
    g_string_append(text, "\n) AS found ORDER BY one.number");
    return g_string_free(text, FALSE);
}

#endif
