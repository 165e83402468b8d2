/* render_ready.h: the verdict for people and for programs. */
#pragma once

#include <glib.h>

#include "report/next_step.h"
#include "report/readiness.h"
#include "report/render.h"
#include "report/whatif.h"

/* One domain with all that belongs to it; whatif may be NULL. */
typedef struct {
    const Readiness *readiness;
    const NextStep *step;
    const WhatIf *whatif;
} ReadyPage;

/* Appends one domain as text of 80 columns. */
void render_ready_text(const ReadyPage *page, const RenderStyle *style, GString *out);
/* Appends all PAGES (of ReadyPage) as one document, "tlsgauge.ready/1". */
void render_ready_json(const GArray *pages, GString *out);
