#include "ingest/imap.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/imap_link.h"
#include "ingest/imap_name.h"
#include "ingest/imap_reader.h"
#include "ingest/imap_response.h"
#include "schema/limits.h"

#define BUFFER_BYTES 65536u

struct Imap {
    ImapLink *link;
    ImapReader *reader;
    guint tag;        /* of the last command */
    guint can;        /* of ImapCan */
    gsize at, length; /* what is still unread in buffer */
    char buffer[BUFFER_BYTES];
};

/* ---- commands -------------------------------------------------------------------------- */

/* Also called with the tagged response, which may tell more in its code. */
typedef void (*OnResponse)(gpointer data, const ImapResponse *response);

static gboolean
next_response(Imap *imap, guint seconds, ImapResponse *ret_response, GError **error)
{
    for (;;) {
        gsize used;
        ImapRead read =
            imap_reader_feed(imap->reader, imap->buffer + imap->at, imap->length - imap->at, &used);
        imap->at += used;
        if (read == IMAP_READ_RESPONSE) {
            imap_response_read(imap_reader_text(imap->reader), imap_reader_literals(imap->reader),
                               ret_response);
            return TRUE;
        }
        if (read == IMAP_READ_BROKEN) {
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST,
                        "the server sends what is beyond all measure");
            return FALSE;
        }
        imap->at = 0;
        imap->length = 0;
        if (!imap_link_receive(imap->link, imap->buffer, sizeof imap->buffer, seconds,
                               &imap->length, error))
            return FALSE;
    }
}

/* Fills ERROR for the tagged response to COMMAND, unless that is OK. */
static gboolean
check_status(const ImapResponse *response, const char *command, GError **error)
{
    if (response->says == IMAP_SAYS_OK)
        return TRUE;
    gboolean known = response->says == IMAP_SAYS_NO || response->says == IMAP_SAYS_BAD;
    g_set_error(error, IMAP_ERROR, known ? IMAP_ERROR_REFUSED : IMAP_ERROR_LOST,
                "the server answers %s with %s: %s%s%s%s", command,
                response->says == IMAP_SAYS_NO    ? "NO"
                : response->says == IMAP_SAYS_BAD ? "BAD"
                                                  : "something unknown",
                response->code != NULL ? "[" : "", response->code != NULL ? response->code : "",
                response->code != NULL ? "] " : "", response->text != NULL ? response->text : "");
    return FALSE;
}

/* The responses up to the tagged one. */
static gboolean
read_answers(Imap *imap, const char *command, guint seconds, OnResponse func, gpointer data,
             GError **error)
{
    g_autofree char *tag = g_strdup_printf("t%u", imap->tag);
    g_autofree char *name = g_strndup(command, strcspn(command, "\"0123456789"));
    g_strchomp(name);
    for (guint n = 0; n < LIMIT_IMAP_RESPONSES; n++) {
        g_auto(ImapResponse) response = {.says = IMAP_SAYS_OTHER};
        if (!next_response(imap, seconds, &response, error))
            return FALSE;
        gboolean ended = g_strcmp0(response.tag, tag) == 0;
        if (func != NULL && (ended || response.tag == NULL))
            func(data, &response);
        if (ended)
            return check_status(&response, name, error);
        if (response.says == IMAP_SAYS_BYE) {
            g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the server says good-bye: %s",
                        response.text);
            return FALSE;
        }
    }
    g_set_error(error, IMAP_ERROR, IMAP_ERROR_LOST, "the server answers %s without end", name);
    return FALSE;
}

static gboolean run(Imap *imap, guint seconds, OnResponse func, gpointer data, GError **error,
                    const char *format, ...) G_GNUC_PRINTF(6, 7);

static gboolean
run(Imap *imap, guint seconds, OnResponse func, gpointer data, GError **error, const char *format,
    ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    /* All that is foreign went through imap_name_quote or imap_set_valid. */
    g_assert(strpbrk(command, "\r\n") == NULL);
    g_autofree char *line = g_strdup_printf("t%u %s\r\n", ++imap->tag, command);
    return imap_link_send(imap->link, line, strlen(line), error) &&
           read_answers(imap, command, seconds, func, data, error);
}

/* ---- opening --------------------------------------------------------------------------- */

static void
on_capability(gpointer data, const ImapResponse *response)
{
    guint *can = data;
    if (response->says == IMAP_SAYS_CAPABILITY)
        *can |= response->can;
}

Imap *
imap_open(const ImapUrl *url, const ImapLogin *login, GError **error)
{
    if (login->plain && (url->tls || !imap_url_is_loopback(url))) {
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT,
                    "a login without TLS is for imap:// on this machine only "
                    "(localhost, 127.0.0.1, [::1])");
        return NULL;
    }
    ImapLink *link = imap_link_open(url, login, error);
    if (link == NULL)
        return NULL;
    g_autoptr(Imap) imap = g_new0(Imap, 1);
    imap->link = link;
    imap->reader = imap_reader_new(login->message_bytes);
    if (!run(imap, LIMIT_IMAP_IDLE_SECONDS, on_capability, &imap->can, error, "CAPABILITY"))
        return NULL;
    return g_steal_pointer(&imap);
}

void
imap_close(Imap *imap)
{
    if (imap == NULL)
        return;
    /* Said for good manners; the answer is not waited for. */
    (void)imap_link_send(imap->link, "t0 LOGOUT\r\n", 11, NULL);
    imap_link_close(imap->link);
    imap_reader_free(imap->reader);
    g_free(imap);
}

/* ---- folders --------------------------------------------------------------------------- */

/* A folder as a word of a command; NULL (and an error) where it cannot be one. */
static char *
quote(const char *folder, GError **error)
{
    char *quoted = imap_name_quote(folder);
    if (quoted == NULL)
        g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT, "\"%s\" cannot be the name of a folder",
                    folder);
    return quoted;
}

static void
on_folder(gpointer data, const ImapResponse *response)
{
    ImapFolder *folder = data;
    if (response->says != IMAP_SAYS_OK)
        return;
    if (imap_response_code_is(response, "UIDVALIDITY"))
        folder->uidvalidity = imap_response_code_number(response, "UIDVALIDITY");
    else if (imap_response_code_is(response, "UIDNEXT"))
        folder->uidnext = imap_response_code_number(response, "UIDNEXT");
    else if (imap_response_code_is(response, "PERMANENTFLAGS"))
        folder->read_only |= strstr(response->code, "()") != NULL;
    else if (imap_response_code_is(response, "READ-ONLY"))
        folder->read_only = TRUE;
}

gboolean
imap_select(Imap *imap, const char *folder, gboolean write, ImapFolder *ret_folder, GError **error)
{
    ImapFolder selected = {0};
    g_autofree char *quoted = quote(folder, error);
    if (quoted == NULL || !run(imap, LIMIT_IMAP_IDLE_SECONDS, on_folder, &selected, error, "%s %s",
                               write ? "SELECT" : "EXAMINE", quoted))
        return FALSE;
    *ret_folder = selected;
    return TRUE;
}

gboolean
imap_check_folder(Imap *imap, const char *folder, GError **error)
{
    g_autofree char *quoted = quote(folder, error);
    return quoted != NULL &&
           run(imap, LIMIT_IMAP_IDLE_SECONDS, NULL, NULL, error, "STATUS %s (UIDNEXT)", quoted);
}

/* ---- messages -------------------------------------------------------------------------- */

static void
on_search(gpointer data, const ImapResponse *response)
{
    GArray *uids = data;
    if (response->says == IMAP_SAYS_SEARCH && response->uids->len > 0 &&
        uids->len < LIMIT_IMAP_CANDIDATES)
        g_array_append_vals(uids, response->uids->data, response->uids->len);
}

static int
compare_uids(const void *a, const void *b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Sorts, and drops what came twice or is below FIRST: "9:*" always finds the last message too. */
static void
tidy_uids(GArray *uids, guint32 first)
{
    guint kept = 0;
    g_array_sort(uids, compare_uids);
    for (guint i = 0; i < uids->len; i++) {
        guint32 uid = g_array_index(uids, guint32, i);
        if (uid >= first && (kept == 0 || uid != g_array_index(uids, guint32, kept - 1)))
            g_array_index(uids, guint32, kept++) = uid;
    }
    g_array_set_size(uids, kept);
}

GArray *
imap_search_reports(Imap *imap, guint32 first, GError **error)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    if (!run(imap, LIMIT_IMAP_SEARCH_SECONDS, on_search, uids, error,
             "UID SEARCH UID %u:* UNDELETED OR HEADER \"TLS-Report-Domain\" \"\" "
             "OR SUBJECT \"Report Domain:\" HEADER \"Content-Type\" \"tlsrpt\"",
             first))
        return NULL;
    tidy_uids(uids, first);
    return g_steal_pointer(&uids);
}

/* What one FETCH is for. */
typedef struct {
    gboolean bodies;
    ImapMessageFunc func;
    gpointer data;
} Fetching;

static void
on_fetch(gpointer data, const ImapResponse *response)
{
    const Fetching *fetching = data;
    gboolean whole =
        fetching->bodies ? response->has_body : response->has_flags && response->has_size;
    /* Servers tell of flags that change meanwhile, by the same response. */
    if (response->says != IMAP_SAYS_FETCH || response->uid == 0 || !whole)
        return;
    const ImapMessage message = {
        .uid = response->uid,
        .seen = response->seen,
        .deleted = response->deleted,
        .size = response->size,
        .body = response->body,
    };
    fetching->func(fetching->data, &message);
}

static gboolean
check_set(const char *set, GError **error)
{
    if (imap_set_valid(set))
        return TRUE;
    g_set_error(error, IMAP_ERROR, IMAP_ERROR_CANNOT, "\"%s\" is no set of messages", set);
    return FALSE;
}

static gboolean
fetch(Imap *imap, const char *set, const char *items, Fetching fetching, GError **error)
{
    return check_set(set, error) && run(imap, LIMIT_IMAP_IDLE_SECONDS, on_fetch, &fetching, error,
                                        "UID FETCH %s (%s)", set, items);
}

gboolean
imap_survey(Imap *imap, const char *set, ImapMessageFunc func, gpointer data, GError **error)
{
    return fetch(imap, set, "UID FLAGS RFC822.SIZE", (Fetching){FALSE, func, data}, error);
}

gboolean
imap_fetch(Imap *imap, const char *set, ImapMessageFunc func, gpointer data, GError **error)
{
    return fetch(imap, set, "UID BODY.PEEK[]", (Fetching){TRUE, func, data}, error);
}

/* ---- what changes the mailbox ---------------------------------------------------------- */

static gboolean
add_flag(Imap *imap, const char *set, const char *flag, GError **error)
{
    return check_set(set, error) && run(imap, LIMIT_IMAP_IDLE_SECONDS, NULL, NULL, error,
                                        "UID STORE %s +FLAGS.SILENT (%s)", set, flag);
}

gboolean
imap_mark_seen(Imap *imap, const char *set, GError **error)
{
    return add_flag(imap, set, "\\Seen", error);
}

gboolean
imap_can_remove(const Imap *imap, gboolean moving)
{
    return (imap->can & (moving ? IMAP_CAN_UIDPLUS | IMAP_CAN_MOVE : IMAP_CAN_UIDPLUS)) != 0;
}

gboolean
imap_delete(Imap *imap, const char *set, GError **error)
{
    return add_flag(imap, set, "\\Deleted", error) &&
           (!imap_can_remove(imap, FALSE) ||
            run(imap, LIMIT_IMAP_IDLE_SECONDS, NULL, NULL, error, "UID EXPUNGE %s", set));
}

gboolean
imap_move(Imap *imap, const char *set, const char *folder, GError **error)
{
    g_autofree char *quoted = quote(folder, error);
    if (quoted == NULL || !check_set(set, error))
        return FALSE;
    if ((imap->can & IMAP_CAN_MOVE) != 0)
        return run(imap, LIMIT_IMAP_IDLE_SECONDS, NULL, NULL, error, "UID MOVE %s %s", set, quoted);
    return run(imap, LIMIT_IMAP_IDLE_SECONDS, NULL, NULL, error, "UID COPY %s %s", set, quoted) &&
           imap_delete(imap, set, error);
}
