#include "report/export.h"

#include <stdio.h>
#include <string.h>

#include "report/export_line.h"
#include "report/summary.h"

/* Lines are handed on in pieces of about this size, so memory does not grow with the store. */
#define PIECE_BYTES (1024u * 1024)

/* ---- the cursor ---------------------------------------------------------------------------- */

static const char *const whats[] = {"reports", "failures", "totals"};

const char *
export_what_name(ExportWhat what)
{
    return whats[what];
}

gboolean
export_what_from_name(const char *name, ExportWhat *ret_what)
{
    for (guint i = 0; i < G_N_ELEMENTS(whats); i++) {
        if (g_strcmp0(name, whats[i]) == 0) {
            *ret_what = (ExportWhat)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
export_cursor_init(ExportCursor *cursor, ExportWhat what)
{
    *cursor = (ExportCursor){.what = what, .generation = -1, .change = STORE_CHANGE_NONE};
}

char *
export_cursor_text(const ExportCursor *cursor)
{
    return g_strdup_printf("1:%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":%" G_GINT64_FORMAT,
                           whats[cursor->what], cursor->generation, cursor->report,
                           cursor->change.revision, cursor->change.key);
}

gboolean
export_cursor_parse(const char *text, ExportCursor *ret_cursor)
{
    ExportCursor cursor;
    gint64 *const numbers[] = {&cursor.generation, &cursor.report, &cursor.change.revision,
                               &cursor.change.key};
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    if (g_strv_length(parts) != 2 + G_N_ELEMENTS(numbers) || strcmp(parts[0], "1") != 0 ||
        !export_what_from_name(parts[1], &cursor.what))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (!g_ascii_string_to_signed(parts[2 + i], 10, G_MININT64, G_MAXINT64, numbers[i], NULL))
            return FALSE;
    }
    *ret_cursor = cursor;
    return TRUE;
}

/* ---- one step ------------------------------------------------------------------------------ */

typedef struct {
    const ExportRequest *request;
    ExportCursor *cursor; /* as it will be */
    ExportStep *step;
    GString *lines;  /* that are not written yet */
    gint64 revision; /* of the day */
    gint64 wanted;   /* the one report that is asked for, 0 for all */
    guint told;      /* reports */
    gboolean full;   /* a piece is full: the walk ended before its end */
    union {
        ExportTotal total;
        ExportFailure failure;
    } group; /* the present one, whose texts are in strings; without a domain there is none */
    GStringChunk *strings;
} Run;

static gboolean
flush(Run *run)
{
    if (run->lines->len > 0 && !run->request->write(run->request->self, run->lines))
        run->step->ended = TRUE;
    g_string_truncate(run->lines, 0);
    return !run->step->ended;
}

/* The store is not the one that the cursor is of, or has been rebuilt: ids may have another
 * meaning. Days need only the revision, which a rebuild raises for all of them. */
static void
check_place(Run *run, const StorePosition *now)
{
    ExportCursor *cursor = run->cursor;
    gboolean reports = cursor->what == EXPORT_REPORTS, begun = cursor->generation >= 0;
    gboolean other = cursor->generation > now->generation ||
                     cursor->change.revision > now->revision || cursor->report > now->last_report ||
                     (reports && cursor->generation != now->generation);
    if (!begun || other) {
        run->step->anew = begun;
        export_cursor_init(cursor, cursor->what);
        /* What changed before is told as it is now by the walk over all reports. */
        if (reports)
            cursor->change = (StoreChange){now->revision, G_MAXINT64};
    }
    cursor->generation = now->generation;
}

/* ---- reports ------------------------------------------------------------------------------- */

static gboolean
on_report(gpointer data, const StoreReportRow *row)
{
    Run *run = data;
    const ExportRequest *request = run->request;
    if (run->wanted != 0 && row->id != run->wanted)
        return FALSE;
    g_autoptr(Report) report = request->decode(request->decode_data, row->raw, row->hint_domain);
    if (run->wanted == 0)
        run->cursor->report = row->id;
    g_autofree char *cursor = export_cursor_text(run->cursor);
    export_line_report(run->lines, row, report, cursor);
    run->step->lines++;
    run->told++;
    run->full = run->lines->len >= PIECE_BYTES;
    return !run->full;
}

/* The reports that changed since they were told, up to LIMIT. */
static gboolean
tell_changed(Store *store, Run *run, guint limit, GError **error)
{
    StoreChange change;
    gboolean found = TRUE;
    while (!run->full && run->told < limit) {
        if (!store_next_change(store, STORE_CHANGE_REPORT, &run->cursor->change, 1, G_MAXINT64,
                               &change, &found, error))
            return FALSE;
        if (!found)
            return TRUE;
        run->cursor->change = change;
        run->wanted = change.key;
        if (!store_each_report_after(store, &run->request->query, change.key - 1, 1, on_report, run,
                                     error))
            return FALSE;
    }
    run->step->more = TRUE;
    return TRUE;
}

static gboolean
step_reports(Store *store, Run *run, const StorePosition *now, guint limit, GError **error)
{
    if (!store_each_report_after(store, &run->request->query, run->cursor->report, limit, on_report,
                                 run, error))
        return FALSE;
    if (run->full || (limit > 0 && run->told >= limit)) {
        run->step->more = TRUE;
        return TRUE;
    }
    /* Those that the filter left out need not be looked at again. */
    run->cursor->report = MAX(run->cursor->report, now->last_report);
    return tell_changed(store, run, limit > 0 ? limit : G_MAXUINT, error);
}

/* ---- days ---------------------------------------------------------------------------------- */

static gboolean
line_done(Run *run)
{
    run->step->lines++;
    g_string_chunk_clear(run->strings);
    return run->lines->len < PIECE_BYTES || flush(run);
}

static gboolean
end_total(Run *run)
{
    if (run->group.total.domain == NULL)
        return TRUE;
    export_line_total(run->lines, &run->group.total, run->revision);
    memset(&run->group, 0, sizeof run->group);
    return line_done(run);
}

/* Rows of one group follow each other. */
static gboolean
on_total(gpointer data, const StoreTotal *row)
{
    Run *run = data;
    ExportTotal *total = &run->group.total;
    if (total->domain != NULL &&
        (strcmp(total->domain, row->domain) != 0 || strcmp(total->sender, row->sender) != 0 ||
         strcmp(total->policy_type, row->policy_type) != 0) &&
        !end_total(run))
        return FALSE;
    if (total->domain == NULL) {
        total->day = row->day;
        total->domain = g_string_chunk_insert(run->strings, row->domain);
        total->sender = g_string_chunk_insert(run->strings, row->sender);
        total->policy_type = g_string_chunk_insert(run->strings, row->policy_type);
    }
    total->reports = sessions_plus(total->reports, row->reports);
    total->successful = sessions_plus(total->successful, row->successful);
    total->failed = sessions_plus(total->failed, row->failed);
    total->detailed = sessions_plus(total->detailed, row->detailed);
    total->reports_by_trust[row->trust] += row->reports;
    return TRUE;
}

static gboolean
end_failure(Run *run)
{
    if (run->group.failure.domain == NULL)
        return TRUE;
    export_line_failure(run->lines, &run->group.failure, run->revision);
    memset(&run->group, 0, sizeof run->group);
    return line_done(run);
}

static gboolean
is_same_failure(const ExportFailure *group, const StoreFailure *row)
{
    return strcmp(group->domain, row->domain) == 0 && strcmp(group->sender, row->sender) == 0 &&
           strcmp(group->policy_type, row->policy_type) == 0 && group->mode == row->mode &&
           g_strcmp0(group->mx, row->mx) == 0 &&
           strcmp(group->result_word, row->result_word) == 0 &&
           g_strcmp0(group->reason, row->reason) == 0;
}

static const char *
keep(Run *run, const char *text)
{
    return text == NULL ? NULL : g_string_chunk_insert(run->strings, text);
}

static gboolean
on_failure(gpointer data, const StoreFailure *row)
{
    Run *run = data;
    ExportFailure *group = &run->group.failure;
    if (group->domain != NULL && !is_same_failure(group, row) && !end_failure(run))
        return FALSE;
    if (group->domain == NULL)
        *group = (ExportFailure){
            .day = row->day,
            .domain = keep(run, row->domain),
            .sender = keep(run, row->sender),
            .policy_type = keep(run, row->policy_type),
            .mode = row->mode,
            .mx = keep(run, row->mx),
            .result_word = keep(run, row->result_word),
            .reason = keep(run, row->reason),
        };
    group->sessions = sessions_plus(group->sessions, row->sessions);
    group->sessions_by_trust[row->trust] =
        sessions_plus(group->sessions_by_trust[row->trust], row->sessions);
    return TRUE;
}

static gboolean
tell_day(Store *store, Run *run, const StoreQuery *query, GError **error)
{
    if (run->cursor->what == EXPORT_TOTALS)
        return store_each_total(store, query, on_total, run, error) && (end_total(run), TRUE);
    return store_each_failure(store, query, on_failure, run, error) && (end_failure(run), TRUE);
}

static gboolean
step_day(Store *store, Run *run, GError **error)
{
    StoreQuery query = run->request->query;
    StoreChange change;
    gboolean found;
    if (!store_next_change(store, STORE_CHANGE_DAY, &run->cursor->change, query.since_day,
                           query.until_day, &change, &found, error))
        return FALSE;
    if (!found)
        return TRUE;
    run->step->more = TRUE; /* perhaps: the next step will see */
    run->revision = change.revision;
    query.since_day = query.until_day = (gint32)change.key;
    if (!tell_day(store, run, &query, error))
        return FALSE;
    if (run->step->ended)
        return TRUE;
    run->cursor->change = change;
    g_autofree char *cursor = export_cursor_text(run->cursor);
    export_line_day(run->lines, whats[run->cursor->what], query.since_day, &query, run->step->lines,
                    change.revision, cursor);
    run->step->lines++;
    return TRUE;
}

/* ---- all ----------------------------------------------------------------------------------- */

static gboolean
tell(Store *store, Run *run, guint limit, GError **error)
{
    StorePosition now;
    if (!store_position(store, &now, error))
        return FALSE;
    check_place(run, &now);
    return run->cursor->what == EXPORT_REPORTS ? step_reports(store, run, &now, limit, error)
                                               : step_day(store, run, error);
}

gboolean
export_step(Store *store, const ExportRequest *request, ExportCursor *cursor, guint limit,
            ExportStep *ret_step, GError **error)
{
    ExportCursor then = *cursor;
    ExportStep step = {0};
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(GStringChunk) strings = g_string_chunk_new(1024);
    Run run = {
        .request = request, .cursor = &then, .step = &step, .lines = lines, .strings = strings};
    /* One view, so that no line is of another state of the store than its cursor says. It is given
     * back before a slow reader can hold it, but for a day of more than a piece. */
    if (!store_begin_read(store, error))
        return FALSE;
    gboolean ok = tell(store, &run, limit, error);
    store_end_read(store);
    if (!ok)
        return FALSE;
    if (!step.ended && flush(&run))
        *cursor = then;
    *ret_step = step;
    return TRUE;
}
