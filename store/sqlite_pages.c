/* sqlite_pages.c: pages come and go in thousands whenever another connection has written. Between
 * all that a process allocates they would leave holes; a block for each connection (PCACHE_INITSZ)
 * would be given to each temporary table too; and SQLITE_CONFIG_PAGECACHE writes to every page of
 * its block at the start. */
#include "store/sqlite_pages.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/mman.h>

/* A page that nobody has, while it is free. */
typedef struct Slot {
    struct Slot *next;
} Slot;

/* pthread: ThreadSanitizer knows it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Slot *given_back;  /* under the lock; the last one first, for it is the warmest */
static guint8 *never_had; /* under the lock; from here on to the end of the block */

/* Set once. */
static guint8 *block, *block_end;
static int page_least, slot_bytes; /* a page is larger than the one, and not than the other */
static sqlite3_mem_methods heap;

static gboolean
is_page(const void *memory)
{
    const guint8 *at = memory;
    return at >= block && at < block_end;
}

/* NULL: the block is full. */
static void *
take_page(void)
{
    pthread_mutex_lock(&lock);
    void *page = given_back;
    if (page != NULL) {
        given_back = given_back->next;
    } else if (never_had < block_end) {
        page = never_had;
        never_had += slot_bytes;
    }
    pthread_mutex_unlock(&lock);
    return page;
}

static void
give_page(void *page)
{
    Slot *slot = page;
    pthread_mutex_lock(&lock);
    slot->next = given_back;
    given_back = slot;
    pthread_mutex_unlock(&lock);
}

/* ---- as SQLite calls them -------------------------------------------------------------- */

static void *
allocate(int bytes)
{
    void *page = bytes > page_least && bytes <= slot_bytes ? take_page() : NULL;
    return page != NULL ? page : heap.xMalloc(bytes);
}

static void
release(void *memory)
{
    if (is_page(memory))
        give_page(memory);
    else
        heap.xFree(memory);
}

static int
size_of(void *memory)
{
    return is_page(memory) ? slot_bytes : heap.xSize(memory);
}

static void *
resize(void *memory, int bytes)
{
    if (!is_page(memory))
        return heap.xRealloc(memory, bytes);
    if (bytes <= slot_bytes)
        return memory;
    void *larger = heap.xMalloc(bytes);
    if (larger != NULL) {
        memcpy(larger, memory, (gsize)slot_bytes);
        give_page(memory);
    }
    return larger;
}

/* Octets of the address space that become memory one by one; NULL if there is no room. */
static guint8 *
reserve(gsize bytes)
{
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED)
        return NULL;
#ifdef MADV_NOHUGEPAGE
    (void)madvise(room, bytes, MADV_NOHUGEPAGE); /* else they come by two megabytes */
#endif
    return room;
}

void
sqlite_pages_share(gsize bytes, gsize page_bytes)
{
    int header = 0; /* of SQLite, behind each page */
    if (sqlite3_config(SQLITE_CONFIG_PCACHE_HDRSZ, &header) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap) != SQLITE_OK)
        return; /* all is as well without, with the holes */
    /* As SQLite rounds. */
    gsize slot = (page_bytes + (gsize)header + 7) & ~(gsize)7, n = bytes / slot;
    guint8 *room = n > 0 ? reserve(n * slot) : NULL;
    if (room == NULL)
        return;
    sqlite3_mem_methods ours = heap;
    ours.xMalloc = allocate;
    ours.xFree = release;
    ours.xSize = size_of;
    ours.xRealloc = resize;
    page_least = (int)page_bytes;
    slot_bytes = (int)slot;
    block = never_had = room;
    block_end = room + n * slot;
    /* No page may come in a block of another size. */
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK)
        (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}
