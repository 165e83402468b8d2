/* review_document.h: a review as a document (document.h). Private to report/. */
#pragma once

#include "report/document.h"
#include "report/review.h"

/* All of REVIEW, which must outlive the result. Free with document_free. */
Document *review_document(const Review *review);

/* The parts of one domain, one file each group. */
void document_changes(Document *document, const Review *review, const ReviewDomain *domain);
void document_problems(Document *document, const ReviewDomain *domain);
void document_totals(Document *document, const SummaryDomain *domain);
void document_senders(Document *document, const SummaryDomain *domain);
void document_failures(Document *document, const Review *review, const ReviewDomain *domain);
void document_trend(Document *document, const Review *review, const ReviewDomain *domain);
void document_quality(Document *document, const ReviewDomain *domain);
/* And that of the senders of all domains. */
void document_conformity(Document *document, const Review *review);

/* The tone of a failure with EFFECT. */
Tone effect_tone(Effect effect);
/* "s" unless NUMBER is 1. */
const char *plural(gint64 number);
