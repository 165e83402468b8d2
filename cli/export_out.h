/* export_out.h: standard output and the cursor file of an export: what is written, and how far. */
#pragma once

#include "report/export.h"

typedef enum {
    EXPORT_OUT_OPEN,
    EXPORT_OUT_STOPPED, /* SIGTERM or SIGINT */
    EXPORT_OUT_BROKEN,  /* the reader has gone */
    EXPORT_OUT_FAILED,  /* told on standard error */
} ExportOutState;

/* From now on SIGTERM and SIGINT end the export and a broken pipe is no signal. A line that an
 * export before this one left unfinished at the end of a regular file is ended. */
void export_out_begin(void);
ExportOutState export_out_state(void);

/* Writes all of LINES, waiting for a slow reader; for ExportRequest. FALSE when that must end. */
gboolean export_out_write(gpointer self, const GString *lines);

/* Waits SECONDS; FALSE as soon as the export must end. */
gboolean export_out_wait(guint seconds);

/* Reads PATH, which need not be there: then *RET_CURSOR is left as it is. FALSE (told) where it
 * cannot be read or is no cursor. */
gboolean export_out_load_cursor(const char *path, ExportCursor *ret_cursor);
/* Puts CURSOR into PATH, whole or not at all, after what was written is on disk where it goes
 * there. FALSE (told) when it cannot. */
gboolean export_out_save_cursor(const char *path, const ExportCursor *cursor);
