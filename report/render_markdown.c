/* The review as Markdown (CommonMark with the tables of GFM). */
#include <string.h>

#include "report/render.h"
#include "report/review_document.h"

/* TEXT with all that Markdown, or HTML within it, gives a meaning escaped. AT_START: a line may
 * begin here, where more has one. */
static void
put_text(GString *out, const char *text, gboolean at_start)
{
    gboolean in_number = at_start;
    for (const char *at = text; *at != '\0'; at++) {
        gboolean is_link =
            (*at == ':' && at[1] == '/') ||
            (*at == '.' && at - text >= 3 && g_ascii_strncasecmp(at - 3, "www", 3) == 0);
        gboolean is_mark = (at == text && at_start && strchr("-+=", *at) != NULL) ||
                           (in_number && at > text && (*at == '.' || *at == ')'));
        in_number = in_number && g_ascii_isdigit(*at);
        if (*at == '<')
            g_string_append(out, "&lt;");
        else if (*at == '>')
            g_string_append(out, "&gt;");
        else if (*at == '&')
            g_string_append(out, "&amp;");
        else {
            if (is_link || is_mark || strchr("\\`*_[]|#~@!$", *at) != NULL)
                g_string_append_c(out, '\\');
            g_string_append_c(out, *at);
        }
    }
}

static void
put_table(GString *out, const Block *block)
{
    if (block->text != NULL) {
        put_text(out, block->text, TRUE);
        g_string_append(out, "\n\n");
    }
    for (guint i = 0; i < block->columns->len; i++) {
        g_string_append(out, "| ");
        put_text(out, block_column(block, i)->title, FALSE);
        g_string_append_c(out, ' ');
    }
    g_string_append(out, "|\n");
    for (guint i = 0; i < block->columns->len; i++)
        g_string_append(out, block_column(block, i)->number ? "| ---: " : "| --- ");
    g_string_append(out, "|\n");
    for (guint row = 0; row < block_rows(block); row++) {
        for (guint i = 0; i < block->columns->len; i++) {
            g_string_append(out, "| ");
            put_text(out, block_cell(block, row, i)->text, FALSE);
            g_string_append_c(out, ' ');
        }
        g_string_append(out, "|\n");
    }
    g_string_append_c(out, '\n');
}

static void
put_list(GString *out, const Block *block)
{
    if (block->text != NULL) {
        put_text(out, block->text, TRUE);
        g_string_append(out, "\n\n");
    }
    for (guint i = 0; i < block->lines->len; i++) {
        g_string_append(out, "- ");
        put_text(out, g_ptr_array_index(block->lines, i), TRUE);
        g_string_append_c(out, '\n');
    }
    if (block->lines->len > 0)
        g_string_append_c(out, '\n');
}

static void
put_block(GString *out, const Block *block)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        for (int i = 0; i < block->level; i++)
            g_string_append_c(out, '#');
        g_string_append_c(out, ' ');
        put_text(out, block->text, TRUE);
        g_string_append(out, "\n\n");
        break;
    case BLOCK_VERDICT:
        g_string_append(out, "**");
        put_text(out, block->text, FALSE);
        g_string_append(out, ".** ");
        put_text(out, g_ptr_array_index(block->lines, 0), FALSE);
        g_string_append(out, "\n\n");
        break;
    case BLOCK_TEXT:
        put_text(out, block->text, TRUE);
        g_string_append(out, "\n\n");
        break;
    case BLOCK_LIST:
        put_list(out, block);
        break;
    case BLOCK_CODE:
        /* A comment keeps a list before it from taking the code in. */
        g_string_append(out, "<!-- -->\n\n");
        for (guint i = 0; i < block->lines->len; i++)
            g_string_append_printf(out, "    %s\n",
                                   (const char *)g_ptr_array_index(block->lines, i));
        g_string_append_c(out, '\n');
        break;
    case BLOCK_TABLE:
        put_table(out, block);
        break;
    case BLOCK_CHART: /* its table follows */
        break;
    }
}

typedef struct {
    const RenderStyle *style;
    GString *out;
} Page;

static void
put_piece(gpointer data, const Document *piece)
{
    const Page *page = data;
    for (guint i = 0; i < piece->blocks->len; i++)
        put_block(page->out, g_ptr_array_index(piece->blocks, i));
    render_pass_on(page->style, page->out);
}

void
render_markdown(const Review *review, const RenderStyle *style, GString *out)
{
    Page page = {style, out};
    review_document(review, put_piece, &page);
}
