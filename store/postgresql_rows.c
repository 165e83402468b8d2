/* postgresql_rows.c: the parameters of one statement many times over: an array a parameter, in the
 * binary form of the server (array_recv), so that all go as one statement. */
#ifdef HAVE_LIBPQ

#include <string.h>

#include "store/postgresql-internal.h"

/* More go in several statements: both ends hold all of one in memory. */
#define ROWS_AT_ONCE  250
#define BYTES_AT_ONCE (4u * 1024 * 1024)

static const struct {
    const char *type;
    guint32 oid; /* of pg_type: never changes */
} kinds[] = {
    [POSTGRESQL_NUMBER] = {"BIGINT", 20},
    [POSTGRESQL_TEXT] = {"TEXT", 25},
    [POSTGRESQL_BLOB] = {"BYTEA", 17},
};

struct PostgresqlRows {
    DriverConnection *connection;
    char *sql; /* for one row */
    PostgresqlMany text;
    int n;
    guint rows;
    gsize bytes;
    PostgresqlKind kinds[DRIVER_PARAMETERS];
    GByteArray *columns[DRIVER_PARAMETERS];
    gboolean has_null[DRIVER_PARAMETERS];
    DriverStatement *statement; /* for all of them; NULL: not prepared yet */
};

/* Before the elements of an array of one dimension. */
typedef struct {
    guint32 dimensions, has_null, type, length, first;
} Header;

PostgresqlRows *
postgresql_rows_new(DriverConnection *connection, const char *sql, int n, PostgresqlMany text)
{
    PostgresqlRows *rows = g_new0(PostgresqlRows, 1);
    rows->connection = connection;
    rows->sql = g_strdup(sql);
    rows->text = text;
    rows->n = n;
    for (int i = 0; i < n; i++)
        rows->columns[i] = g_byte_array_new();
    postgresql_rows_forget(rows);
    return rows;
}

void
postgresql_rows_free(PostgresqlRows *rows)
{
    if (rows == NULL)
        return;
    postgresql_finalize(rows->statement);
    for (int i = 0; i < rows->n; i++)
        g_byte_array_unref(rows->columns[i]);
    g_free(rows->sql);
    g_free(rows);
}

void
postgresql_rows_forget(PostgresqlRows *rows)
{
    rows->rows = 0;
    rows->bytes = 0;
    for (int i = 0; i < rows->n; i++) {
        g_byte_array_set_size(rows->columns[i], sizeof(Header));
        rows->has_null[i] = FALSE;
    }
}

guint
postgresql_rows_count(const PostgresqlRows *rows)
{
    return rows->rows;
}

gboolean
postgresql_rows_full(const PostgresqlRows *rows)
{
    return rows->rows >= ROWS_AT_ONCE || rows->bytes >= BYTES_AT_ONCE;
}

/* DATA as an element of an array; NULL is NULL. */
static void
append(GByteArray *column, const void *data, guint length)
{
    const guint32 told = data != NULL ? GUINT32_TO_BE(length) : G_MAXUINT32;
    g_byte_array_append(column, (const guint8 *)&told, sizeof told);
    if (data != NULL)
        g_byte_array_append(column, data, length);
}

void
postgresql_rows_add(PostgresqlRows *rows, const PostgresqlValue *values)
{
    for (int i = 0; i < rows->n; i++) {
        const PostgresqlValue *value = &values[i];
        const gint64 number = GINT64_TO_BE(value->number);
        gboolean is_number = value->kind == POSTGRESQL_NUMBER;
        const void *data = is_number ? &number : value->data;
        guint length = is_number ? sizeof number : (guint)value->length;
        rows->kinds[i] = value->kind;
        rows->has_null[i] = rows->has_null[i] || data == NULL;
        append(rows->columns[i], data, length);
        rows->bytes += length;
    }
    rows->rows++;
}

static gboolean
prepare(PostgresqlRows *rows, GError **error)
{
    const char *types[DRIVER_PARAMETERS];
    if (rows->statement != NULL)
        return TRUE;
    for (int i = 0; i < rows->n; i++)
        types[i] = kinds[rows->kinds[i]].type;
    g_autofree char *sql = rows->text(rows->sql, types, rows->n);
    if (sql == NULL)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INTERNAL, "not an INSERT of one row: %s",
                    rows->sql);
    else
        rows->statement = postgresql_prepare(rows->connection, sql, error);
    return rows->statement != NULL;
}

DriverStatement *
postgresql_rows_bind(PostgresqlRows *rows, GError **error)
{
    if (!prepare(rows, error))
        return NULL;
    for (int i = 0; i < rows->n; i++) {
        const Header header = {GUINT32_TO_BE(1), GUINT32_TO_BE(rows->has_null[i] ? 1 : 0),
                               GUINT32_TO_BE(kinds[rows->kinds[i]].oid), GUINT32_TO_BE(rows->rows),
                               GUINT32_TO_BE(1)};
        memcpy(rows->columns[i]->data, &header, sizeof header);
        postgresql_bind_blob(rows->statement, i + 1, rows->columns[i]->data, rows->columns[i]->len);
    }
    return rows->statement;
}

#endif
