/* web.h: a listener for pages that are only looked at (the dashboard): GET and HEAD, no bodies.
 *
 * It stands beside the collector's own listener (https.h) and shares its accepting, deadlines and
 * certificate renewal with it, but no thread: what happens here delays no report.
 */
#pragma once

#include <glib.h>

typedef struct WebServer WebServer;

typedef struct {
    const char *listen;           /* as of HttpsOptions */
    const char *why_loopback;     /* why only loopback addresses will do; NULL: any will */
    const char *certificate_file; /* NULL: plain HTTP */
    const char *key_file;         /* NULL: in certificate_file too */
    guint threads;                /* that answer requests */
    guint connections, connections_per_address; /* 0: no limit an address */
    guint timeout_seconds;
    const GPtrArray *proxies; /* of our own, whose X-Forwarded-For is believed, or NULL */
} WebOptions;

/* A request as it came: nothing is decoded. Optional fields are NULL where they are missing. */
typedef struct {
    const char *method;
    const char *target; /* path and query */
    const char *host, *accept, *authorization, *if_none_match;
    const char *client;   /* address of who asks, as text */
    gboolean on_loopback; /* the address that is listened on is a loopback one */
} WebRequest;

typedef struct {
    guint status;
    GBytes *body;      /* NULL: none */
    GPtrArray *fields; /* of char *: names and values in turn */
} WebAnswer;

/* Adds a header field. */
void web_answer_field(WebAnswer *answer, const char *name, const char *value);

/* Fills ANSWER, which comes with no fields; must be right for HEAD as well, whose body is left
 * out. Called in several threads at once. */
typedef void (*WebHandler)(gpointer data, const WebRequest *request, WebAnswer *answer);

/* Starts to listen; HANDLER may be called before this returns. OPTIONS are copied but for the
 * proxies, which must outlive the server. LOG as of https_start. G_IO_ERROR or G_FILE_ERROR; the
 * message names the file or the address. */
WebServer *web_start(const WebOptions *options, WebHandler handler, gpointer handler_data,
                     void (*log)(gpointer, const char *line), gpointer log_data, GError **error);

/* The port that is listened on. */
guint16 web_port(const WebServer *server);

/* As https_reload_certificate. */
gboolean web_reload_certificate(WebServer *server, GError **error);

/* Ends all connections and frees. NULL is fine. */
void web_stop(WebServer *server);
