/* test_store_tally.h: items for a writer, and a tally of what became of them. */
#pragma once

#include <pthread.h>

#include "store/writer.h"
#include "test_store_fixture.h"

/* What became of the items, by way of their callbacks. POSIX locks, which ThreadSanitizer sees. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    guint results[WRITER_UNAVAILABLE + 1];
    guint answered, freed;
    int last_code; /* of the last error */
    gint64 last_id;
    gboolean hold; /* callbacks for what was written wait while it is set */
    guint held;
    GArray *order; /* numbers of the items in the order of their answers */
    guint reenter; /* items to put from the next callback */
    Writer *writer;
} Tally;

typedef struct {
    Tally *tally;
    guint number;
    Report *report;
    GBytes *raw;
    StoreReport item;
    StoreQuarantine quarantine;
} Owner;

static inline void
tally_init(Tally *tally)
{
    memset(tally, 0, sizeof *tally);
    pthread_mutex_init(&tally->lock, NULL);
    pthread_cond_init(&tally->changed, NULL);
    tally->order = g_array_new(FALSE, FALSE, sizeof(guint));
}

static inline void
tally_clear(Tally *tally)
{
    pthread_mutex_destroy(&tally->lock);
    pthread_cond_destroy(&tally->changed);
    g_array_unref(tally->order);
}

static inline void put_text(Writer *writer, Tally *tally, const char *text, Trust trust,
                            guint number, gsize bytes, gboolean wait);

static inline void
on_done(gpointer data, WriterResult result, gint64 id, const GError *error)
{
    Owner *owner = data;
    Tally *tally = owner->tally;
    guint reenter;
    g_assert_true((error != NULL) == (result == WRITER_UNAVAILABLE));
    g_assert_true((id == 0) == (result == WRITER_UNAVAILABLE));
    pthread_mutex_lock(&tally->lock);
    tally->held++;
    pthread_cond_broadcast(&tally->changed);
    while (tally->hold && result != WRITER_UNAVAILABLE)
        pthread_cond_wait(&tally->changed, &tally->lock);
    tally->results[result]++;
    tally->answered++;
    tally->last_id = id;
    tally->last_code = error != NULL ? error->code : -1;
    g_array_append_val(tally->order, owner->number);
    reenter = tally->reenter;
    tally->reenter = 0;
    pthread_cond_broadcast(&tally->changed);
    pthread_mutex_unlock(&tally->lock);
    for (guint i = 0; i < reenter; i++)
        put_text(tally->writer, tally, "org X\nid again\nstart 1700006400\n", TRUST_LOCAL, 0, 1,
                 TRUE);
}

static inline void
free_owner(gpointer data)
{
    Owner *owner = data;
    pthread_mutex_lock(&owner->tally->lock);
    owner->tally->freed++;
    pthread_mutex_unlock(&owner->tally->lock);
    report_free(owner->report);
    g_bytes_unref(owner->raw);
    g_free(owner);
}

static inline void
put_owner(Writer *writer, Owner *owner, gsize bytes, gboolean wait)
{
    WriterItem item = {.bytes = bytes,
                       .done = on_done,
                       .done_data = owner,
                       .owner = owner,
                       .free_owner = free_owner};
    if (owner->report != NULL)
        item.report = &owner->item;
    else
        item.quarantine = &owner->quarantine;
    writer_put(writer, &item, wait);
}

static inline void
put_text(Writer *writer, Tally *tally, const char *text, Trust trust, guint number, gsize bytes,
         gboolean wait)
{
    Owner *owner = g_new0(Owner, 1);
    owner->tally = tally;
    owner->number = number;
    owner->report = fixture_report(text);
    owner->raw = g_bytes_new(text, strlen(text));
    owner->item =
        (StoreReport){.report = owner->report, .raw = owner->raw, .trust = trust, .road = "https"};
    put_owner(writer, owner, bytes, wait);
}

static inline void
put_number(Writer *writer, Tally *tally, guint number, gboolean wait)
{
    g_autofree char *text = g_strdup_printf(
        "org A\nid %u\nstart 1700006400\nentry sts a.example 1 0 testing:1\n", number);
    put_text(writer, tally, text, TRUST_UNAUTHENTICATED, number, strlen(text), wait);
}

static inline void
put_quarantine(Writer *writer, Tally *tally, const char *text)
{
    Owner *owner = g_new0(Owner, 1);
    owner->tally = tally;
    owner->raw = g_bytes_new(text, strlen(text));
    owner->quarantine = (StoreQuarantine){.reason_code = "json-syntax",
                                          .outcome = "defective",
                                          .reason = "no JSON",
                                          .bytes = owner->raw,
                                          .full_size = strlen(text),
                                          .road = "https"};
    put_owner(writer, owner, strlen(text), TRUE);
}

static inline void
wait_for(Tally *tally, guint answered)
{
    pthread_mutex_lock(&tally->lock);
    while (tally->answered < answered)
        pthread_cond_wait(&tally->changed, &tally->lock);
    pthread_mutex_unlock(&tally->lock);
}

/* Lets the writer thread stand in a callback, so that all that is put now waits in the queue. */
static inline void
hold(Writer *writer, Tally *tally)
{
    pthread_mutex_lock(&tally->lock);
    tally->hold = TRUE;
    guint held = tally->held;
    pthread_mutex_unlock(&tally->lock);
    put_number(writer, tally, 999999, TRUE);
    pthread_mutex_lock(&tally->lock);
    while (tally->held == held)
        pthread_cond_wait(&tally->changed, &tally->lock);
    pthread_mutex_unlock(&tally->lock);
}

static inline void
release(Tally *tally)
{
    pthread_mutex_lock(&tally->lock);
    tally->hold = FALSE;
    pthread_cond_broadcast(&tally->changed);
    pthread_mutex_unlock(&tally->lock);
}
