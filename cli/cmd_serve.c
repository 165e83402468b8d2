/* serve: the collector: HTTPS, LMTP and the dashboard in front, one writer behind, until SIGTERM.
 */
#include <glib-unix.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/alert_watch.h"
#include "cli/heap.h"
#include "cli/intake_store.h"
#include "cli/meter.h"
#include "cli/notify.h"
#include "cli/options.h"
#include "cli/prune.h"
#include "cli/say.h"
#include "cli/serve_dashboard.h"
#include "ingest/https.h"
#include "ingest/lmtp.h"

/* Requests that wait for their commit get this long to be answered when we are told to stop. */
#define GRACE_SECONDS 20
/* Between two looks for memory that can be given back. */
#define HEAP_SECONDS  1

typedef struct {
    GMainLoop *loop;
    HttpsServer *https; /* NULL where it is not configured, as are the next ones */
    LmtpServer *lmtp;
    ServeDashboard *dashboard;
    char *folder;     /* for large inputs on their way in; NULL: that for temporary files */
    BodyTurns *turns; /* in which all roads judge them */
} Serve;

static gboolean
on_stop(gpointer data)
{
    Serve *serve = data;
    say(SAY_INFO, "stopping: no new connections, open requests are answered");
    notify_systemd("STOPPING=1");
    if (serve->https != NULL)
        https_drain(serve->https);
    g_main_loop_quit(serve->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_reload(gpointer data)
{
    Serve *serve = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) dashboard_error = NULL;
    if (serve->https == NULL && serve->dashboard == NULL)
        return G_SOURCE_CONTINUE;
    notify_systemd("RELOADING=1");
    if (serve->https != NULL && !https_reload_certificate(serve->https, &error))
        say(SAY_ERROR, "the certificate in use stays: %s", error->message);
    else if (serve->https != NULL)
        say(SAY_INFO, "certificate read again");
    if (!serve_dashboard_reload(serve->dashboard, &dashboard_error))
        say(SAY_ERROR, "dashboard: what is in use stays: %s", dashboard_error->message);
    else if (serve->dashboard != NULL)
        say(SAY_INFO, "dashboard: certificate and users read again");
    notify_systemd("READY=1");
    return G_SOURCE_CONTINUE;
}

static void
on_log(gpointer data, const char *line)
{
    say(SAY_INFO, "%s: %s", (const char *)data, line);
}

static gboolean
on_heap(gpointer data)
{
    (void)data;
    heap_give_back();
    return G_SOURCE_CONTINUE;
}

static void
run_loop(Serve *serve)
{
    serve->loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGTERM, on_stop, serve);
    g_unix_signal_add(SIGINT, on_stop, serve);
    g_unix_signal_add(SIGHUP, on_reload, serve);
    g_timeout_add_seconds(HEAP_SECONDS, on_heap, NULL);
    notify_systemd("READY=1");
    g_main_loop_run(serve->loop);
    g_main_loop_unref(serve->loop);
}

static gboolean
start_https(Serve *serve, const Config *config, const Sink *sink, GError **error)
{
    HttpsOptions options = {
        .listen = config->https_listen,
        .listen_fd = -1,
        .certificate_file = config->https_certificate,
        .key_file = config->https_key,
        .path = config->https_path,
        .connections = config->connections,
        .connections_per_address = config->connections_per_address,
        .timeout_seconds = config->timeout_seconds,
        .proxies = config->https_proxies,
        .folder = serve->folder,
        .turns = serve->turns,
        .judges = config->https_threads,
    };
    if (config->https_listen == NULL)
        return TRUE;
    serve->https = https_start(&options, &config->rules, sink, on_log, (gpointer) "https", error);
    if (serve->https != NULL)
        say(SAY_INFO, "collecting at port %u, path %s", https_port(serve->https),
            config->https_path);
    return serve->https != NULL;
}

static gboolean
start_lmtp(Serve *serve, const Config *config, const Sink *sink, GError **error)
{
    LmtpOptions options = {
        .listen = config->lmtp_listen,
        .socket_mode = config->lmtp_mode,
        .socket_group = config->lmtp_group,
        .timeout_seconds = config->timeout_seconds,
        .folder = serve->folder,
        .turns = serve->turns,
    };
    if (config->lmtp_listen == NULL)
        return TRUE;
    serve->lmtp = lmtp_start(&options, &config->rules, sink, on_log, (gpointer) "lmtp", error);
    if (serve->lmtp != NULL && lmtp_port(serve->lmtp) != 0)
        say(SAY_INFO, "LMTP at port %u", lmtp_port(serve->lmtp));
    else if (serve->lmtp != NULL)
        say(SAY_INFO, "LMTP at %s", config->lmtp_listen);
    return serve->lmtp != NULL;
}

static gboolean
start_dashboard(Serve *serve, const Config *config, const char *store_uri, Meter *meter,
                GError **error)
{
    if (config->dashboard_listen == NULL)
        return TRUE;
    serve->dashboard = serve_dashboard_start(config, store_uri, meter, error);
    if (serve->dashboard != NULL)
        say(SAY_INFO, "dashboard at port %u, path %s/", serve_dashboard_port(serve->dashboard),
            config->dashboard_prefix != NULL ? config->dashboard_prefix : "");
    return serve->dashboard != NULL;
}

static int
serve(App *app)
{
    const Config *config = app->config;
    g_autoptr(GError) error = NULL;
    signal(SIGPIPE, SIG_IGN);
    store_set_cache(app->store, (gint64)config->cache_bytes / 2);
    Writer *writer = writer_start(app->store);
    AlertWatch *watch = alert_watch_start(config, app->store_uri);
    PruneWatch *retention = prune_watch_start(config, app->store_uri);
    Sink *store_sink = intake_store_sink_new(writer, FALSE);
    Meter *meter = meter_new(alert_watch_sink(watch, store_sink));
    const Sink *sink = meter_sink(meter);
    Serve state = {.folder = store_uri_folder(app->store_uri), .turns = body_turns_new()};
    int status = EX_OK;
    if (start_https(&state, config, sink, &error) && start_lmtp(&state, config, sink, &error) &&
        start_dashboard(&state, config, app->store_uri, meter, &error)) {
        g_autofree char *store = store_uri_shown(app->store_uri);
        say(SAY_INFO, "store %s", store);
        run_loop(&state);
    } else {
        say(SAY_ERROR, "%s", error->message);
        status = EX_CONFIG;
    }
    prune_watch_stop(retention);
    serve_dashboard_stop(state.dashboard);
    gboolean all_closed = lmtp_stop(state.lmtp, GRACE_SECONDS);
    https_stop(state.https, GRACE_SECONDS);
    writer_stop(writer);
    if (!all_closed) /* a thread that hangs on its client may still come to use the sinks */
        return status;
    if (!alert_watch_stop(watch))
        _exit(status); /* it uses the configuration; all that was taken is on disk */
    body_turns_free(state.turns);
    g_free(state.folder);
    meter_free(meter);
    intake_store_sink_free(store_sink);
    return status;
}

int
cmd_serve(App *app, int argc, char **argv)
{
    int status = options_parse("serve", NULL, &argc, &argv);
    if (status < 0 && argc > 1)
        status = options_usage("serve", "unexpected argument \"%s\"", argv[1]);
    if (status < 0 && app->config->https_listen == NULL && app->config->lmtp_listen == NULL &&
        app->config->dashboard_listen == NULL)
        status = options_usage("serve", "nothing to listen on: set listen= of [https], [lmtp] or "
                                        "[dashboard]");
    if (status >= 0)
        return status;
    heap_stay_small(app->config->https_threads);
    store_share_caches((gint64)app->config->cache_bytes);
    status = command_open_store(app);
    return status >= 0 ? status : serve(app);
}
