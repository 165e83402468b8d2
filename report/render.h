/* render.h: the output formats of a summary; each is one file and one row of the table. */
#pragma once

#include <glib.h>

#include "report/summary.h"

typedef struct {
    gboolean colour; /* ANSI colours: a terminal, and NO_COLOR is not set */
} RenderStyle;

typedef struct {
    const char *name; /* of --format */
    /* Appends the whole document to OUT. Foreign text is escaped for the format. */
    void (*render)(const Summary *summary, const RenderStyle *style, GString *out);
} RenderFormat;

/* NULL when there is no such format. Static. */
const RenderFormat *render_format(const char *name);
/* "text, json"; newly allocated. */
char *render_format_names(void);

/* report/render_text.c and report/render_json.c */
void render_text(const Summary *summary, const RenderStyle *style, GString *out);
void render_json(const Summary *summary, const RenderStyle *style, GString *out);
