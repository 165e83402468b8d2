/* body_turns.h: large inputs are judged and stored one after the other. */
#pragma once

#include <glib.h>

/* One for all roads of a process; NULL is never fine but for body_turns_free. */
typedef struct BodyTurns BodyTurns;

BodyTurns *body_turns_new(void);
/* After all who asked have left. */
void body_turns_free(BodyTurns *turns);

/* Judging a large body takes several times its size. So one is judged and stored at a time, in the
 * order in which they come; the others wait on disk. */
typedef struct {
    void (*granted)(gpointer data); /* from any thread, and under a lock: must not block, nor call
                                     * body_turn_* */
    gpointer data;
    GList link; /* private, as is the next */
    enum { TURN_NONE, TURN_WAITING, TURN_GRANTED } state;
} BodyTurn;

/* Asks for TURN, all zero but its function, which is called as soon as its time has come: perhaps
 * before this returns. FALSE when LIMIT_LARGE_BODIES_WAITING wait: then it never will. */
gboolean body_turn_ask(BodyTurns *turns, BodyTurn *turn);
gboolean body_turn_is_granted(BodyTurns *turns, const BodyTurn *turn);
/* Gives TURN back, waited for or granted; the next one is granted. TRUE when it was granted. Fine
 * when done before. */
gboolean body_turn_leave(BodyTurns *turns, BodyTurn *turn);
