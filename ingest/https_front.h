/* https_front.h: what the collector's listener and that of the pages (web.h) have in common:
 * connections with their deadlines, the certificate, and libmicrohttpd behind both. Private to
 * ingest/.
 */
#pragma once

#include "ingest/https_certificate.h"
#include "ingest/https_connections.h"

typedef struct {
    HttpsConnections *connections;
    HttpsCertificate *certificate; /* NULL: plain HTTP */
    struct MHD_Daemon *daemon;
} HttpsFront;

typedef struct {
    const char *certificate_file;               /* NULL: plain HTTP */
    const char *key_file;                       /* NULL: in certificate_file too */
    guint connections, connections_per_address; /* 0: no limit an address */
    guint timeout_seconds;                      /* without progress; a request has some of them */
    guint threads; /* that serve connections, each its own, and none more than 126; 0: one thread,
                    * any number */
    void (*log)(gpointer, const char *line); /* one line; from any thread */
    gpointer log_data;
    /* Of libmicrohttpd: flags beside those of every listener, its callbacks and their CLS, and more
     * options, up to MHD_OPTION_END. */
    unsigned flags;
    MHD_AccessHandlerCallback handle;
    MHD_RequestCompletedCallback completed;
    MHD_LogCallback complain;
    gpointer data;
    const struct MHD_OptionItem *more;
} HttpsFrontOptions;

/* Starts everything but the socket; OPTIONS are copied but for LOG_DATA and DATA. FRONT must stay
 * where it is. G_IO_ERROR or G_FILE_ERROR, whose message names the file; then https_front_stop
 * cleans up. */
gboolean https_front_start(HttpsFront *front, const HttpsFrontOptions *options, GError **error);

/* As https_certificate_reload; TRUE without a certificate. */
gboolean https_front_reload(HttpsFront *front, GError **error);

/* Ends all connections and frees what FRONT holds. Fine when it was started half or not at all. */
void https_front_stop(HttpsFront *front);
