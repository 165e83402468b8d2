/* render.h: the output formats of a review; each is one file and one row of the table. */
#pragma once

#include <glib.h>

#include "report/review.h"

typedef struct {
    gboolean colour; /* ANSI colours: a terminal, and NO_COLOR is not set */
    /* Takes out of OUT what is in it so far: the document of many domains is long. NULL: OUT gets
     * all of it. */
    void (*pass_on)(gpointer data, GString *out);
    gpointer pass_on_data;
} RenderStyle;

/* For the renderers, at the end of each domain. */
void render_pass_on(const RenderStyle *style, GString *out);

typedef struct {
    const char *name; /* of --format */
    guint parts;      /* ReviewPart, or-ed: what it shows without being asked for more */
    /* Appends the whole document to OUT. Foreign text is escaped for the format. */
    void (*render)(const Review *review, const RenderStyle *style, GString *out);
} RenderFormat;

/* NULL when there is no such format. Static. */
const RenderFormat *render_format(const char *name);
/* "text, json"; newly allocated. */
char *render_format_names(void);

/* One file each. The colour matters to text alone. */
void render_text(const Review *review, const RenderStyle *style, GString *out);
void render_json(const Review *review, const RenderStyle *style, GString *out);
/* One row a failure group (RFC 4180), safe to open in a spreadsheet: no cell begins a formula. */
void render_csv(const Review *review, const RenderStyle *style, GString *out);
void render_markdown(const Review *review, const RenderStyle *style, GString *out);
/* One file that stands alone: no script, nothing loaded from elsewhere; dark, light and print. */
void render_html(const Review *review, const RenderStyle *style, GString *out);
/* The HTML part of a mail: styles inline, tables, bars as cells of a table, no SVG. */
void render_html_mail(const Review *review, const RenderStyle *style, GString *out);
