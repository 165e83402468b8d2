#include "report/document.h"

#include <stdarg.h>

#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"

#define CELL_BYTES 512  /* of a foreign name: printed at most */
#define TEXT_BYTES 4096 /* of a sentence */

static void
column_free(gpointer data)
{
    Column *column = data;
    g_free(column->title);
    g_free(column);
}

static void
cell_free(gpointer data)
{
    Cell *cell = data;
    g_free(cell->text);
    g_free(cell);
}

static void
block_free(gpointer data)
{
    Block *block = data;
    g_free(block->text);
    g_ptr_array_unref(block->lines);
    g_ptr_array_unref(block->columns);
    g_ptr_array_unref(block->cells);
    g_free(block);
}

Document *
document_new(void)
{
    Document *document = g_new0(Document, 1);
    document->blocks = g_ptr_array_new_with_free_func(block_free);
    return document;
}

void
document_free(Document *document)
{
    if (document == NULL)
        return;
    g_ptr_array_unref(document->blocks);
    g_free(document);
}

static char *
printable(const char *format, va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    return text_printable(text, -1, TEXT_BYTES);
}

/* TEXT is taken over. */
static Block *
add(Document *document, BlockKind kind, char *text)
{
    Block *block = g_new0(Block, 1);
    block->kind = kind;
    block->text = text;
    block->lines = g_ptr_array_new_with_free_func(g_free);
    block->columns = g_ptr_array_new_with_free_func(column_free);
    block->cells = g_ptr_array_new_with_free_func(cell_free);
    g_ptr_array_add(document->blocks, block);
    return block;
}

static Block *
newest(const Document *document)
{
    return g_ptr_array_index(document->blocks, document->blocks->len - 1);
}

static char *
printable_or_null(const char *text)
{
    return text == NULL ? NULL : text_printable(text, -1, TEXT_BYTES);
}

void
document_heading(Document *document, int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Block *block = add(document, BLOCK_HEADING, printable(format, arguments));
    va_end(arguments);
    block->level = level;
}

void
document_verdict(Document *document, Tone tone, const char *word, const char *sentence)
{
    Block *block = add(document, BLOCK_VERDICT, printable_or_null(word));
    block->tone = tone;
    g_ptr_array_add(block->lines, text_printable(sentence, -1, TEXT_BYTES));
}

void
document_text(Document *document, Tone tone, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    Block *block = add(document, BLOCK_TEXT, printable(format, arguments));
    va_end(arguments);
    block->tone = tone;
}

void
document_list(Document *document, const char *text)
{
    add(document, BLOCK_LIST, printable_or_null(text));
}

void
document_code(Document *document, gboolean is_detail)
{
    add(document, BLOCK_CODE, NULL)->is_detail = is_detail;
}

void
document_line(Document *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(newest(document)->lines, printable(format, arguments));
    va_end(arguments);
}

void
document_table(Document *document, const char *caption, ...)
{
    va_list titles;
    va_start(titles, caption);
    add(document, BLOCK_TABLE, printable_or_null(caption));
    for (const char *title; (title = va_arg(titles, const char *)) != NULL;)
        document_column(document, *title == '#' ? title + 1 : title, *title == '#');
    va_end(titles);
}

void
document_column(Document *document, const char *title, gboolean number)
{
    Column *column = g_new0(Column, 1);
    column->title = text_printable(title, -1, CELL_BYTES);
    column->number = number;
    g_ptr_array_add(newest(document)->columns, column);
}

void
document_keys(Document *document, guint keys)
{
    newest(document)->keys = keys;
}

/* TEXT is taken over. */
static Cell *
add_cell(Document *document, Tone tone, char *text)
{
    Cell *cell = g_new0(Cell, 1);
    cell->text = text;
    cell->tone = tone;
    g_ptr_array_add(newest(document)->cells, cell);
    return cell;
}

void
document_cell(Document *document, Tone tone, const char *text)
{
    add_cell(document, tone, text_printable(text != NULL ? text : "-", -1, CELL_BYTES));
}

void
document_number(Document *document, Tone tone, gint64 number)
{
    add_cell(document, tone, g_strdup_printf("%" G_GINT64_FORMAT, number));
}

void
document_day(Document *document, gint32 day)
{
    add_cell(document, TONE_PLAIN, day_format(day))->unbroken = TRUE;
}

void
document_share(Document *document, gint64 part, gint64 whole)
{
    Cell *cell = add_cell(document, TONE_PLAIN, text_percent(part, whole));
    cell->part = part;
    cell->whole = whole;
}

void
document_chart(Document *document, const GArray *days, const char *title)
{
    Block *block = add(document, BLOCK_CHART, printable_or_null(title));
    block->days = days;
}

guint
block_rows(const Block *block)
{
    return block->columns->len == 0 ? 0 : block->cells->len / block->columns->len;
}

const Cell *
block_cell(const Block *block, guint row, guint column)
{
    return g_ptr_array_index(block->cells, row * block->columns->len + column);
}

const Column *
block_column(const Block *block, guint column)
{
    return g_ptr_array_index(block->columns, column);
}
