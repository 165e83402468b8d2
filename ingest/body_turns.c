#include "ingest/body_turns.h"

#include <pthread.h>

#include "schema/limits.h"

struct BodyTurns {
    pthread_mutex_t lock; /* pthread: ThreadSanitizer knows it */
    GQueue waiting;       /* of BodyTurn */
    BodyTurn *granted;    /* NULL: nobody's turn */
};

BodyTurns *
body_turns_new(void)
{
    BodyTurns *turns = g_new0(BodyTurns, 1);
    pthread_mutex_init(&turns->lock, NULL);
    g_queue_init(&turns->waiting);
    return turns;
}

void
body_turns_free(BodyTurns *turns)
{
    if (turns == NULL)
        return;
    pthread_mutex_destroy(&turns->lock);
    g_free(turns);
}

/* Under the lock. */
static void
grant_next(BodyTurns *turns)
{
    GList *link = turns->granted == NULL ? g_queue_pop_head_link(&turns->waiting) : NULL;
    if (link == NULL)
        return;
    turns->granted = link->data;
    turns->granted->state = TURN_GRANTED;
    turns->granted->granted(turns->granted->data);
}

gboolean
body_turn_ask(BodyTurns *turns, BodyTurn *turn)
{
    pthread_mutex_lock(&turns->lock);
    gboolean fits = turns->waiting.length < LIMIT_LARGE_BODIES_WAITING;
    if (fits) {
        turn->link.data = turn;
        turn->state = TURN_WAITING;
        g_queue_push_tail_link(&turns->waiting, &turn->link);
        grant_next(turns);
    }
    pthread_mutex_unlock(&turns->lock);
    return fits;
}

gboolean
body_turn_is_granted(BodyTurns *turns, const BodyTurn *turn)
{
    pthread_mutex_lock(&turns->lock);
    gboolean granted = turn->state == TURN_GRANTED;
    pthread_mutex_unlock(&turns->lock);
    return granted;
}

gboolean
body_turn_leave(BodyTurns *turns, BodyTurn *turn)
{
    pthread_mutex_lock(&turns->lock);
    gboolean granted = turn->state == TURN_GRANTED;
    if (turn->state == TURN_WAITING)
        g_queue_unlink(&turns->waiting, &turn->link);
    turn->state = TURN_NONE;
    if (granted) {
        turns->granted = NULL;
        grant_next(turns);
    }
    pthread_mutex_unlock(&turns->lock);
    return granted;
}
