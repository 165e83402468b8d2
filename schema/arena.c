#include "schema/arena.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

/* With what malloc keeps of its own, a little below a round number: most reports fit. */
#define BLOCK_BYTES (2 * 1024 - 32)
/* Blocks double up to here: those of a large report are few, and go back to the system when it
 * goes (cli/heap.h) instead of leaving holes between what stays. */
#define MOST_BYTES  (64 * 1024)

typedef struct Block Block;
struct Block {
    Block *next;
    alignas(max_align_t) char octets[];
};

struct Arena {
    Block *blocks;  /* the newest first, but for those that hold one large thing */
    char *at, *end; /* what is free of the newest */
    gsize room;     /* of the newest */
};

/* The first block holds the arena itself. */
Arena *
arena_new(void)
{
    Block *block = g_malloc(BLOCK_BYTES);
    Arena *arena = (Arena *)(gpointer)block->octets;
    block->next = NULL;
    arena->blocks = block;
    arena->at = block->octets + sizeof *arena;
    arena->end = (char *)block + BLOCK_BYTES;
    arena->room = BLOCK_BYTES - sizeof(Block);
    return arena;
}

void
arena_free(Arena *arena)
{
    if (arena == NULL)
        return;
    for (Block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        g_free(block);
    }
}

/* A new block with room for SIZE octets, and what becomes of the room. */
static char *
add_block(Arena *arena, gsize size)
{
    gboolean alone = size > arena->room / 2;
    gsize room = alone ? size : MIN(arena->room * 2, MOST_BYTES);
    Block *block = g_malloc(sizeof(Block) + room);
    if (alone) { /* the one in use still has room for small things */
        block->next = arena->blocks->next;
        arena->blocks->next = block;
        return block->octets;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    arena->room = room;
    arena->at = block->octets + size;
    arena->end = block->octets + room;
    return block->octets;
}

gpointer
arena_alloc(Arena *arena, gsize size)
{
    gsize over = (guintptr)arena->at % alignof(max_align_t);
    gsize gap = over > 0 ? alignof(max_align_t) - over : 0;
    char *start;
    if (gap + size <= (gsize)(arena->end - arena->at)) {
        start = arena->at + gap;
        arena->at = start + size;
    } else {
        start = add_block(arena, size);
    }
    return memset(start, 0, size);
}

char *
arena_text(Arena *arena, const char *text, gsize length)
{
    char *start;
    if (length < (gsize)(arena->end - arena->at)) {
        start = arena->at;
        arena->at += length + 1;
    } else {
        start = add_block(arena, length + 1);
    }
    if (length > 0)
        memcpy(start, text, length);
    start[length] = '\0';
    return start;
}
