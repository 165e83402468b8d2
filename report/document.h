/* document.h: a review as headings, sentences and tables, written once for all formats that people
 * read. Private to report/: review_document.c fills it, render_*.c print it.
 *
 * All text in it is printable (control and bidirectional characters are escaped where it is put
 * in); what a format gives a meaning, its renderer escapes.
 */
#pragma once

#include <glib.h>

#include "report/chart.h"

typedef enum { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_UNKNOWN, TONE_DIM } Tone;

typedef struct {
    char *title;
    gboolean number; /* right-aligned */
} Column;

typedef struct {
    char *text;
    Tone tone;
    gboolean unbroken;  /* a date: stays on one line */
    gint64 part, whole; /* whole above 0: a share, drawn as a bar where there is room */
} Cell;

typedef enum {
    BLOCK_HEADING, /* text; level 1 is the title of all, 2 a domain */
    BLOCK_VERDICT, /* text: the word; lines: the sentence after it */
    BLOCK_TEXT,
    BLOCK_LIST,  /* lines; text may be a sentence before them */
    BLOCK_CODE,  /* lines, verbatim: records, commands */
    BLOCK_TABLE, /* text: the caption; may be NULL */
    BLOCK_CHART, /* text: the title; days */
} BlockKind;

typedef struct {
    BlockKind kind;
    int level;
    gboolean is_detail; /* code that `explain` prints too: only where there is room */
    Tone tone;
    char *text;
    GPtrArray *lines;   /* of char * */
    GPtrArray *columns; /* of Column */
    GPtrArray *cells;   /* of Cell, row by row */
    guint keys; /* not 0: the columns after so many are one dimension ("matrix"), their cells may be
                 * listed one a line where they do not fit side by side */
    const GArray *days; /* of ChartDay; borrowed */
} Block;

typedef struct {
    GPtrArray *blocks; /* of Block */
} Document;

Document *document_new(void);
void document_free(Document *document); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

void document_heading(Document *document, int level, const char *format, ...) G_GNUC_PRINTF(3, 4);
void document_verdict(Document *document, Tone tone, const char *word, const char *sentence);
void document_text(Document *document, Tone tone, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Begin a block; lines or cells are appended to the newest one. TEXT may be NULL. */
void document_list(Document *document, const char *text);
void document_code(Document *document, gboolean is_detail);
void document_line(Document *document, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The titles end with NULL; one that begins with '#' is that of a column of numbers. */
void document_table(Document *document, const char *caption, ...) G_GNUC_NULL_TERMINATED;
/* One more column for the table just begun. */
void document_column(Document *document, const char *title, gboolean number);
/* The newest table is a matrix with so many key columns. */
void document_keys(Document *document, guint keys);
/* The next cell; NULL is told as "-". */
void document_cell(Document *document, Tone tone, const char *text);
void document_number(Document *document, Tone tone, gint64 number);
void document_day(Document *document, gint32 day);
/* PART of WHOLE as a percentage, with a bar where there is room. */
void document_share(Document *document, gint64 part, gint64 whole);

void document_chart(Document *document, const GArray *days, const char *title);

/* Rows of the table BLOCK, and one of its cells. */
guint block_rows(const Block *block);
const Cell *block_cell(const Block *block, guint row, guint column);
const Column *block_column(const Block *block, guint column);
