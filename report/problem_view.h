/* problem_view.h: problems and notices as text of 80 columns, and as JSON. */
#pragma once

#include "report/explain.h"
#include "report/explain_notice.h"
#include "report/render.h"

/* Appends PROBLEM behind INDENT columns; with IN_FULL with networks, reasons and commands (these
 * are not broken at 80 columns, so that they can be pasted). */
void problem_append_text(GString *out, const Problem *problem, const RenderStyle *style, int indent,
                         gboolean in_full);
void notice_append_text(GString *out, const Notice *notice, const RenderStyle *style, int indent);

/* One domain as explain prints it. */
typedef struct {
    const char *domain;
    gint64 failed;       /* sessions of the domain, whatever the policy type */
    GPtrArray *problems; /* of Problem */
    GPtrArray *notices;  /* of Notice */
} ExplainPage;

void render_explain_text(const ExplainPage *page, const Summary *summary, const RenderStyle *style,
                         GString *out);
/* Appends all PAGES (of ExplainPage) as one document, "tlsgauge.explain/1". */
void render_explain_json(const GArray *pages, const Summary *summary, GString *out);
