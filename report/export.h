/* export.h: the store as a stream of JSON lines (schema/export.schema.json) that can be gone on
 * with.
 *
 * A line has the same "id" whenever it is told, so who indexes by it may hear it any number of
 * times. Reports are told in the order of arrival, and again when they change (another copy counts
 * now). Totals and failure groups are told by whole days: a day whose numbers change (a late
 * report) is told again, and its last line says which revision of it that was.
 */
#pragma once

#include <glib.h>

#include "store/store.h"

typedef enum { EXPORT_REPORTS, EXPORT_FAILURES, EXPORT_TOTALS } ExportWhat;
/* "reports"; static. FALSE for a word that is none of the three. */
const char *export_what_name(ExportWhat what);
gboolean export_what_from_name(const char *name, ExportWhat *ret_what);

/* How far an export has come. */
typedef struct {
    ExportWhat what;
    gint64 generation;  /* of the store; -1: not begun */
    gint64 report;      /* reports: told up to this id */
    StoreChange change; /* the last change that was told */
} ExportCursor;
void export_cursor_init(ExportCursor *cursor, ExportWhat what);
/* As text without spaces, newly allocated; and back, FALSE for any other text. */
char *export_cursor_text(const ExportCursor *cursor);
gboolean export_cursor_parse(const char *text, ExportCursor *ret_cursor);

typedef struct {
    StoreQuery query;   /* days, domain and sender */
    StoreDecode decode; /* for reports */
    gpointer decode_data;
    /* Gets whole lines, about a megabyte at a time. FALSE ends the export. */
    gboolean (*write)(gpointer self, const GString *lines);
    gpointer self;
} ExportRequest;

typedef struct {
    guint lines;    /* that were written */
    gboolean more;  /* there is something left to tell now */
    gboolean anew;  /* the store was rebuilt or is another one: all is told again */
    gboolean ended; /* write said so; the cursor is where it was */
} ExportStep;

/* Tells what comes next: up to LIMIT reports (0: as many as make a megabyte), or one day as a
 * whole. On TRUE the lines were written and CURSOR is behind them, unless the step says ended.
 * FALSE with STORE_ERROR; lines may have been written, and come again. */
gboolean export_step(Store *store, const ExportRequest *request, ExportCursor *cursor, guint limit,
                     ExportStep *ret_step, GError **error);
