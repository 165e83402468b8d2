/* review_document.h: a review as a document (document.h). Private to report/. */
#pragma once

#include "report/document.h"
#include "report/review.h"

/* A piece of the document, which is gone after the call. */
typedef void (*ReviewPieceFunc)(gpointer data, const Document *piece);
/* All of REVIEW, piece by piece: what stands before the domains, each domain, and what stands
 * behind them. The pieces of many domains would take ten times what is printed of them. */
void review_document(const Review *review, ReviewPieceFunc func, gpointer data);

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
