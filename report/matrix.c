#include "report/matrix.h"

#include <string.h>

typedef struct {
    const char *word;
    gint64 sessions;
} Column;

static int
by_sessions_column(gconstpointer a, gconstpointer b)
{
    const Column *left = a, *right = b;
    if (left->sessions != right->sessions)
        return left->sessions > right->sessions ? -1 : 1;
    return strcmp(left->word, right->word);
}

static int
by_sessions_row(gconstpointer a, gconstpointer b)
{
    const MatrixRow *left = a, *right = b;
    if (left->sessions != right->sessions)
        return left->sessions > right->sessions ? -1 : 1;
    int order = strcmp(left->sender, right->sender);
    return order != 0 ? order : g_strcmp0(left->mx, right->mx);
}

static gboolean
is_of(const SummaryFailure *failure, const char *policy_type)
{
    return failure->sessions > 0 && strcmp(failure->policy_type, policy_type) == 0;
}

/* The result types of POLICY_TYPE in their order. */
static GPtrArray *
columns_of(const SummaryDomain *domain, const char *policy_type)
{
    g_autoptr(GArray) columns = g_array_new(FALSE, FALSE, sizeof(Column));
    for (guint i = 0; i < domain->failures->len; i++) {
        const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
        if (!is_of(failure, policy_type))
            continue;
        guint at = 0;
        while (at < columns->len &&
               strcmp(g_array_index(columns, Column, at).word, failure->result_type) != 0)
            at++;
        if (at == columns->len) {
            Column fresh = {failure->result_type, 0};
            g_array_append_val(columns, fresh);
        }
        Column *column = &g_array_index(columns, Column, at);
        column->sessions = sessions_plus(column->sessions, failure->sessions);
    }
    g_array_sort(columns, by_sessions_column);
    GPtrArray *words = g_ptr_array_new();
    for (guint i = 0; i < columns->len; i++)
        g_ptr_array_add(words, (gpointer)(guintptr)g_array_index(columns, Column, i).word);
    return words;
}

static guint
column_at(const GPtrArray *words, const char *word)
{
    guint at = 0;
    while (strcmp(g_ptr_array_index(words, at), word) != 0)
        at++;
    return at;
}

static MatrixRow *
row_for(GArray *rows, GHashTable *index, const SummaryFailure *failure, guint columns)
{
    /* A unit separator is in no host name, and a NULL is not an empty one. */
    char *key =
        g_strconcat(failure->sender, "\x1f", failure->mx != NULL ? "=" : "-", failure->mx, NULL);
    gpointer at;
    if (g_hash_table_lookup_extended(index, key, NULL, &at)) {
        g_free(key);
        return &g_array_index(rows, MatrixRow, GPOINTER_TO_UINT(at));
    }
    MatrixRow fresh = {failure->sender, failure->mx, g_new0(gint64, columns), 0};
    g_hash_table_insert(index, key, GUINT_TO_POINTER(rows->len));
    g_array_append_val(rows, fresh);
    return &g_array_index(rows, MatrixRow, rows->len - 1);
}

GArray *
matrix_make(const SummaryDomain *domain)
{
    GArray *matrix = g_array_new(FALSE, FALSE, sizeof(MatrixTable));
    for (guint i = 0; i < domain->totals->len; i++) {
        const char *type = g_array_index(domain->totals, SummaryTotal, i).policy_type;
        MatrixTable table = {type, columns_of(domain, type), NULL};
        if (table.results->len == 0) {
            g_ptr_array_unref(table.results);
            continue;
        }
        g_autoptr(GHashTable) index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        table.rows = g_array_new(FALSE, FALSE, sizeof(MatrixRow));
        for (guint j = 0; j < domain->failures->len; j++) {
            const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, j);
            if (!is_of(failure, type))
                continue;
            MatrixRow *row = row_for(table.rows, index, failure, table.results->len);
            gint64 *cell = &row->cells[column_at(table.results, failure->result_type)];
            *cell = sessions_plus(*cell, failure->sessions);
            row->sessions = sessions_plus(row->sessions, failure->sessions);
        }
        g_array_sort(table.rows, by_sessions_row);
        g_array_append_val(matrix, table);
    }
    return matrix;
}

void
matrix_free(GArray *matrix)
{
    for (guint i = 0; matrix != NULL && i < matrix->len; i++) {
        MatrixTable *table = &g_array_index(matrix, MatrixTable, i);
        for (guint j = 0; j < table->rows->len; j++)
            g_free(g_array_index(table->rows, MatrixRow, j).cells);
        g_array_unref(table->rows);
        g_ptr_array_unref(table->results);
    }
    if (matrix != NULL)
        g_array_unref(matrix);
}
