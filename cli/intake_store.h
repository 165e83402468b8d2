/* intake_store.h: where ingest and store meet: a judged input becomes a stored report or a
 * quarantine entry. */
#pragma once

#include "ingest/sink.h"
#include "store/writer.h"

/* Stores ITEM (borrowed) inside an open transaction and says what became of it: OUTCOME_DUPLICATE
 * for content that is there already. On FALSE nothing of ITEM is in the transaction. A report with
 * too many differing copies of its identity goes to quarantine as DEFECTIVE. *ret_id (may be NULL)
 * gets the id of the report or quarantine entry. */
gboolean intake_store_put(Store *store, const Judged *item, Outcome *ret_outcome, gint64 *ret_id,
                          GError **error);

/* A sink that queues to WRITER. With WAIT it blocks while the queue is full (import), else it
 * answers UNAVAILABLE (servers). Free with intake_store_sink_free after the writer has stopped. */
Sink *intake_store_sink_new(Writer *writer, gboolean wait);
void intake_store_sink_free(Sink *sink);

/* A StoreDecode by DATA, which is an IntakeRules. */
Report *intake_store_decode(gpointer data, GBytes *raw, const char *hint_domain);
/* Lets STORE decode its raw reports by RULES (which must outlive it). */
void intake_store_set_decoder(Store *store, const IntakeRules *rules);
