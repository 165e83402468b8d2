/* The review as text: what an owner reads in a terminal, 80 columns. */
#include <string.h>

#include "report/render.h"
#include "report/review_document.h"
#include "report/text_table.h"

#define INDENT 2
#define GAP    2
#define NARROW 12 /* no column of texts gets narrower to make room */

typedef struct {
    GString *out;
    const RenderStyle *style;
} Page;

static const char *
ink(Tone tone)
{
    switch (tone) {
    case TONE_GOOD:
        return "\033[32m";
    case TONE_WARN:
        return "\033[33m";
    case TONE_BAD:
        return "\033[31m";
    case TONE_UNKNOWN:
        return "\033[36m";
    case TONE_DIM:
        return "\033[2m";
    case TONE_PLAIN:
        break;
    }
    return NULL;
}

static void
begin(Page *page, const char *code)
{
    if (page->style->colour && code != NULL)
        g_string_append(page->out, code);
}

static void
end(Page *page, const char *code)
{
    if (page->style->colour && code != NULL)
        g_string_append(page->out, "\033[0m");
}

static void
put_spaces(Page *page, int count)
{
    for (int i = 0; i < count; i++)
        g_string_append_c(page->out, ' ');
}

static void
put_wrapped(Page *page, Tone tone, const char *text, int column, int indent)
{
    begin(page, ink(tone));
    text_append_wrapped(page->out, text, column, indent);
    end(page, ink(tone));
}

/* ---- tables -------------------------------------------------------------------------------- */

/* Lines of a cell that is wider than its column: broken behind a space, a dot or a hyphen. */
static GPtrArray *
break_cell(const char *text, int width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const char *start = text, *stop = NULL;
    int columns = 0;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        g_autofree char *letter = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));
        int wide = text_columns(letter);
        if (columns + wide > width && at > start) {
            const char *cut = stop != NULL && stop > start ? stop : at;
            g_ptr_array_add(lines, g_strndup(start, (gsize)(cut - start)));
            start = cut;
            stop = NULL;
            g_autofree char *rest = g_strndup(start, (gsize)(at - start));
            columns = text_columns(rest);
        }
        columns += wide;
        if (strchr(" .-@/", *at) != NULL)
            stop = g_utf8_next_char(at);
    }
    g_ptr_array_add(lines, g_strdup(start));
    return lines;
}

static int
natural_width(const Block *block, guint column)
{
    int width = text_columns(block_column(block, column)->title);
    for (guint row = 0; row < block_rows(block); row++)
        width = MAX(width, text_columns(block_cell(block, row, column)->text));
    return width;
}

/* The widths of all columns; FALSE where they cannot be made to fit. */
static gboolean
fit(const Block *block, int *widths)
{
    int all = INDENT - GAP;
    for (guint i = 0; i < block->columns->len; i++) {
        widths[i] = natural_width(block, i);
        all += widths[i] + GAP;
    }
    while (all > TEXT_WIDTH) {
        guint widest = block->columns->len;
        for (guint i = 0; i < block->columns->len; i++) {
            if (!block_column(block, i)->number && widths[i] > NARROW &&
                (widest == block->columns->len || widths[i] > widths[widest]))
                widest = i;
        }
        if (widest == block->columns->len)
            return FALSE;
        widths[widest]--;
        all--;
    }
    return TRUE;
}

/* Trailing spaces say nothing. */
static void
end_line(Page *page, gsize start)
{
    gsize length = page->out->len;
    while (length > start && page->out->str[length - 1] == ' ')
        length--;
    g_string_truncate(page->out, length);
    g_string_append_c(page->out, '\n');
}

static void
put_row(Page *page, const Block *block, const int *widths, guint row)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    guint height = 1;
    for (guint i = 0; i < block->columns->len; i++) {
        GPtrArray *lines = break_cell(block_cell(block, row, i)->text, widths[i]);
        g_ptr_array_add(cells, lines);
        height = MAX(height, lines->len);
    }
    for (guint line = 0; line < height; line++) {
        gsize start = page->out->len;
        put_spaces(page, INDENT);
        for (guint i = 0; i < block->columns->len; i++) {
            const GPtrArray *lines = g_ptr_array_index(cells, i);
            const char *code = ink(block_cell(block, row, i)->tone);
            if (i > 0)
                put_spaces(page, GAP);
            begin(page, code);
            text_append_padded(page->out, line < lines->len ? g_ptr_array_index(lines, line) : "",
                               widths[i], block_column(block, i)->number);
            end(page, code);
        }
        end_line(page, start);
    }
}

static void
put_head(Page *page, const Block *block, const int *widths)
{
    gsize start = page->out->len;
    begin(page, ink(TONE_DIM));
    put_spaces(page, INDENT);
    for (guint i = 0; i < block->columns->len; i++) {
        if (i > 0)
            put_spaces(page, GAP);
        text_append_padded(page->out, block_column(block, i)->title, widths[i],
                           block_column(block, i)->number);
    }
    end(page, ink(TONE_DIM));
    end_line(page, start);
}

/* A table that is too wide, or a matrix of which most cells are empty: each cell by name. */
static void
put_listed(Page *page, const Block *block)
{
    guint keys = MAX(block->keys, 1);
    for (guint row = 0; row < block_rows(block); row++) {
        g_autoptr(GString) name = g_string_new(NULL);
        for (guint i = 0; i < keys; i++)
            g_string_append_printf(name, "%s%s", i > 0 ? " at " : "",
                                   block_cell(block, row, i)->text);
        put_spaces(page, INDENT);
        text_append_wrapped(page->out, name->str, INDENT, INDENT + 2);
        for (guint i = keys; i < block->columns->len; i++) {
            const char *value = block_cell(block, row, i)->text;
            if (*value == '\0' || (block->keys > 0 && strcmp(value, "0") == 0))
                continue;
            g_autofree char *line = g_strdup_printf("%s: %s", block_column(block, i)->title, value);
            put_spaces(page, INDENT + 4);
            text_append_wrapped(page->out, line, INDENT + 4, INDENT + 6);
        }
    }
}

static void
put_table(Page *page, const Block *block)
{
    g_autofree int *widths = g_new0(int, block->columns->len);
    if (block->text != NULL) {
        g_string_append_c(page->out, '\n');
        put_spaces(page, INDENT);
        put_wrapped(page, TONE_PLAIN, block->text, INDENT, INDENT);
    }
    if (!fit(block, widths)) {
        put_listed(page, block);
        return;
    }
    put_head(page, block, widths);
    for (guint row = 0; row < block_rows(block); row++)
        put_row(page, block, widths, row);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void
put_heading(Page *page, const Block *block)
{
    if (block->level > 1)
        g_string_append_c(page->out, '\n');
    int indent = block->level > 2 ? INDENT : 0;
    put_spaces(page, indent);
    begin(page, "\033[1m");
    text_append_wrapped(page->out, block->text, indent, indent + 2);
    end(page, "\033[1m");
}

static void
put_list(Page *page, const Block *block)
{
    if (block->text != NULL) {
        put_spaces(page, INDENT);
        text_append_wrapped(page->out, block->text, INDENT, INDENT);
    }
    for (guint i = 0; i < block->lines->len; i++) {
        put_spaces(page, INDENT);
        g_string_append(page->out, "- ");
        text_append_wrapped(page->out, g_ptr_array_index(block->lines, i), INDENT + 2, INDENT + 2);
    }
}

static void
put_verdict(Page *page, const Block *block)
{
    put_spaces(page, INDENT);
    begin(page, ink(block->tone));
    g_string_append(page->out, block->text);
    end(page, ink(block->tone));
    g_string_append(page->out, ". ");
    text_append_wrapped(page->out, g_ptr_array_index(block->lines, 0),
                        INDENT + text_columns(block->text) + 2, INDENT);
}

static void
put_block(Page *page, const Block *block)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        put_heading(page, block);
        break;
    case BLOCK_VERDICT:
        put_verdict(page, block);
        break;
    case BLOCK_TEXT:
        put_spaces(page, INDENT);
        put_wrapped(page, block->tone, block->text, INDENT, INDENT);
        break;
    case BLOCK_LIST:
        put_list(page, block);
        break;
    case BLOCK_TABLE:
        put_table(page, block);
        break;
    case BLOCK_CODE:
        for (guint i = 0; i < block->lines->len && !block->is_detail; i++)
            g_string_append_printf(page->out, "%*s%s\n", INDENT + 4, "",
                                   (const char *)g_ptr_array_index(block->lines, i));
        break;
    case BLOCK_CHART: /* its table follows */
        break;
    }
}

static void
put_piece(gpointer data, const Document *piece)
{
    Page *page = data;
    for (guint i = 0; i < piece->blocks->len; i++)
        put_block(page, g_ptr_array_index(piece->blocks, i));
    render_pass_on(page->style, page->out);
}

void
render_text(const Review *review, const RenderStyle *style, GString *out)
{
    Page page = {.out = out, .style = style};
    review_document(review, put_piece, &page);
}
