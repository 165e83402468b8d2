/* arena.h: memory for many small things that live and go together, such as all that a report
 * holds. One block serves most reports, so taking it and giving it back costs little, also when
 * the thread that frees is not the one that made it. */
#pragma once

#include <glib.h>

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena); /* NULL is fine */

/* SIZE octets, all zero, aligned for any type; they live as long as ARENA. Never NULL. */
gpointer arena_alloc(Arena *arena, gsize size);

/* N things of TYPE, all zero; the caller keeps N in bounds. */
#define arena_new_array(arena, Type, n) ((Type *)arena_alloc(arena, (n) * sizeof(Type)))

/* A copy of LENGTH octets of TEXT, ended by NUL. */
char *arena_text(Arena *arena, const char *text, gsize length);
