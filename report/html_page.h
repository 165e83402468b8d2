/* html_page.h: a document as HTML elements, for the browser or for mail. Private to report/. */
#pragma once

#include "report/document.h"

typedef struct {
    GString *out;
    gboolean mail;                /* styles inline and bars as tables; else classes and SVG */
    const char *domain, *section; /* the newest headings, of level 2 and below; private */
} HtmlPage;

/* Appends all blocks of DOCUMENT; what surrounds them is the caller's. */
void html_page_put(HtmlPage *page, const Document *document);
