/* empty.c: the baseline of deliver: starts GMime and SQLite and does nothing with them. */
#include <gmime/gmime.h>
#include <sqlite3.h>

int
main(void)
{
    g_mime_init();
    int status = sqlite3_initialize();
    g_mime_shutdown();
    return status;
}
