#include "store/row_copy.h"

#include <string.h>

typedef struct {
    gint64 number;
    char *text;
    GBytes *bytes;
} Cell;

struct RowCopy {
    const char *types;
    Cell *cells;
};

RowCopy *
row_copy_new(Statement *statement, const char *types)
{
    RowCopy *copy = g_new0(RowCopy, 1);
    copy->types = types;
    copy->cells = g_new0(Cell, strlen(types));
    for (int i = 0; types[i] != '\0'; i++) {
        Cell *cell = &copy->cells[i];
        if (types[i] == 'i')
            cell->number = statement_get_int(statement, i);
        else if (types[i] == 't')
            cell->text = g_strdup(statement_get_optional(statement, i));
        else
            cell->bytes = statement_get_bytes(statement, i);
    }
    return copy;
}

void
row_copy_free(RowCopy *copy)
{
    if (copy == NULL)
        return;
    for (gsize i = 0; copy->types[i] != '\0'; i++) {
        g_free(copy->cells[i].text);
        g_clear_pointer(&copy->cells[i].bytes, g_bytes_unref);
    }
    g_free(copy->cells);
    g_free(copy);
}

void
row_copy_set_int(RowCopy *copy, int column, gint64 value)
{
    copy->cells[column].number = value;
}

void
row_copy_set_text(RowCopy *copy, int column, const char *text)
{
    g_free(copy->cells[column].text);
    copy->cells[column].text = g_strdup(text);
}

void
row_copy_set_bytes(RowCopy *copy, int column, GBytes *bytes)
{
    g_clear_pointer(&copy->cells[column].bytes, g_bytes_unref);
    copy->cells[column].bytes = g_bytes_ref(bytes);
}

void
row_copy_bind(const RowCopy *copy, Statement *statement)
{
    for (int i = 0; copy->types[i] != '\0'; i++) {
        const Cell *cell = &copy->cells[i];
        if (copy->types[i] == 'i')
            statement_int(statement, i + 1, cell->number);
        else if (copy->types[i] == 't')
            statement_text(statement, i + 1, cell->text);
        else
            statement_bytes(statement, i + 1, cell->bytes);
    }
}
