/* html_page.h: a document as HTML elements, for the browser or for mail. Private to report/. */
#pragma once

#include "report/document.h"

typedef struct {
    GString *out;
    gboolean mail; /* styles inline and bars as tables; else classes and SVG */
} HtmlPage;

/* Appends all blocks of DOCUMENT; what surrounds them is the caller's. */
void html_page_put(HtmlPage *page, const Document *document);
