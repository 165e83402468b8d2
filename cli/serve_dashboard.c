#include "cli/serve_dashboard.h"

#include <gio/gio.h>
#include <string.h>

#include "cli/intake_store.h"
#include "cli/metrics_page.h"
#include "cli/say.h"
#include "cli/store_pool.h"
#include "cli/users.h"
#include "ingest/intake.h"
#include "ingest/web.h"
#include "report/dashboard/dashboard.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define SECONDS_PER_DAY 86400
#define RETRY_SECONDS   "30"

struct ServeDashboard {
    const Config *config;
    DashboardContext context;
    StorePool *stores;
    MetricsPage *metrics;
    Users *users; /* NULL: whoever reaches the listener sees all */
    WebServer *web;
};

/* Sent with every answer. The pages need nothing but their style sheet and run no script. */
static const char *const security_fields[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
     "frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "interest-cohort=()"},
    {"Vary", "Accept, Authorization"},
};

/* ---- what the pages ask for ---------------------------------------------------------------- */

static Report *
decode(gpointer data, GBytes *raw, const char *hint_domain)
{
    const Config *config = data;
    g_autoptr(GPtrArray) findings = findings_new();
    return intake_restore(&config->rules, raw, hint_domain, findings);
}

static GBytes *
inflate(gpointer data, GBytes *raw)
{
    g_autofree char *reason = NULL;
    (void)data;
    return intake_inflate(raw, LIMIT_INFLATED_BYTES * 8, &reason);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void
send_answer(WebAnswer *web, DashboardAnswer *answer)
{
    web->status = answer->status;
    for (guint i = 0; i < G_N_ELEMENTS(security_fields); i++)
        web_answer_field(web, security_fields[i][0], security_fields[i][1]);
    web_answer_field(web, "Cache-Control", answer->etag != NULL ? "no-cache" : "no-store");
    web_answer_field(web, "Content-Type", answer->type);
    if (answer->etag != NULL)
        web_answer_field(web, "ETag", answer->etag);
    if (answer->location != NULL)
        web_answer_field(web, "Location", answer->location);
    if (answer->status == 503 || answer->status == 429)
        web_answer_field(web, "Retry-After", RETRY_SECONDS);
    web->body = g_string_free_to_bytes(g_steal_pointer(&answer->body));
    dashboard_answer_clear(answer);
}

static void
refuse(const ServeDashboard *dashboard, const DashboardRequest *request, WebAnswer *web,
       guint status, const char *title, const char *sentence)
{
    DashboardAnswer answer;
    dashboard_refuse(&dashboard->context, request, status, title, sentence, &answer);
    send_answer(web, &answer);
}

static void
answer_page(ServeDashboard *dashboard, const DashboardRequest *request, WebAnswer *web)
{
    g_autoptr(GError) error = NULL;
    DashboardAnswer answer;
    Store *store = store_pool_take(dashboard->stores, &error);
    if (store == NULL) {
        say(SAY_WARNING, "dashboard: %s", error->message);
        refuse(dashboard, request, web, 503, "Not available now", "The store cannot be opened.");
        return;
    }
    intake_store_set_decoder(store, &dashboard->config->rules);
    dashboard_answer(&dashboard->context, store, request, &answer);
    store_pool_give(dashboard->stores, store, answer.status == 503);
    send_answer(web, &answer);
}

/* The senders and counts of all domains: not for users who see only some. */
static void
answer_metrics(ServeDashboard *dashboard, const DashboardRequest *request, WebAnswer *web)
{
    g_autoptr(GError) error = NULL;
    if (request->domains != NULL) {
        refuse(dashboard, request, web, 403, "Not for you",
               "The metrics tell of all domains; you may see only some.");
        return;
    }
    g_autofree char *text = metrics_page_render(dashboard->metrics, &error);
    if (text == NULL) {
        say(SAY_WARNING, "dashboard: %s", error->message);
        refuse(dashboard, request, web, 503, "Not available now", "The store cannot be read.");
        return;
    }
    DashboardAnswer answer = {
        .status = 200, .type = METRICS_PAGE_CONTENT_TYPE, .body = g_string_new(text)};
    send_answer(web, &answer);
}

/* What is asked for by a path of its own; everything else is a page. */
static const struct {
    const char *path; /* below the prefix; NULL: any */
    void (*answer)(ServeDashboard *dashboard, const DashboardRequest *request, WebAnswer *web);
} routes[] = {
    {"/metrics", answer_metrics},
    {NULL, answer_page},
};

static gboolean
is_at(const ServeDashboard *dashboard, const char *target, const char *path)
{
    gsize prefix = strlen(dashboard->context.prefix);
    gsize length = strcspn(target, "?");
    if (strncmp(target, dashboard->context.prefix, prefix) == 0 && prefix < length) {
        target += prefix;
        length -= prefix;
    }
    return strlen(path) == length && strncmp(target, path, length) == 0;
}

/* ---- who may ask --------------------------------------------------------------------------- */

/* The name in a Host field, without port and brackets; newly allocated. */
static char *
name_of_host(const char *host)
{
    const char *colon = strrchr(host, ':');
    const char *bracket = strrchr(host, ']');
    gboolean port =
        colon != NULL && (bracket == NULL ? strchr(host, ':') == colon : colon > bracket);
    g_autofree char *name = port ? g_strndup(host, (gsize)(colon - host)) : g_strdup(host);
    if (*name == '[' && g_str_has_suffix(name, "]"))
        return g_strndup(name + 1, strlen(name) - 2);
    return g_ascii_strdown(name, -1);
}

/* A page of elsewhere can make a browser on this machine ask us under a name of its own, which it
 * lets point to 127.0.0.1 (DNS rebinding), and read the answer: so only known names are answered.
 * Beyond loopback there are users, whose passwords a browser does not send to other names. */
static gboolean
host_is_ours(const ServeDashboard *dashboard, const WebRequest *request)
{
    char **hosts = dashboard->config->dashboard_hosts;
    const char *host = request->host;
    if (!request->on_loopback && hosts == NULL)
        return TRUE;
    if (host == NULL)
        return FALSE;
    g_autofree char *name = name_of_host(host);
    if (hosts != NULL && g_strv_contains((const char *const *)hosts, name))
        return TRUE;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(name);
    return strcmp(name, "localhost") == 0 ||
           (address != NULL && g_inet_address_get_is_loopback(address));
}

/* FALSE when WEB holds the answer. */
static gboolean
let_in(const ServeDashboard *dashboard, const WebRequest *web_request,
       const DashboardRequest *request, UsersAccess *access, WebAnswer *web)
{
    switch (dashboard->users == NULL ? USERS_KNOWN
                                     : users_check(dashboard->users, web_request->authorization,
                                                   web_request->client, access)) {
    case USERS_KNOWN:
        return TRUE;
    case USERS_UNKNOWN:
        web_answer_field(web, "WWW-Authenticate", "Basic realm=\"tlsgauge\", charset=\"UTF-8\"");
        refuse(dashboard, request, web, 401, "Who are you?",
               "These pages are shown to those who have a name and a password.");
        return FALSE;
    case USERS_TOO_MANY:
        break;
    }
    refuse(dashboard, request, web, 429, "Too many wrong passwords",
           "Wait a minute before you try again.");
    return FALSE;
}

static void
handle(gpointer data, const WebRequest *web_request, WebAnswer *web)
{
    ServeDashboard *dashboard = data;
    g_auto(UsersAccess) access = {0};
    DashboardRequest request = {
        .target = web_request->target,
        .accept = web_request->accept,
        .if_none_match = web_request->if_none_match,
        .domains = (const char *const[]){NULL},
        .today = (gint32)(g_get_real_time() / G_USEC_PER_SEC / SECONDS_PER_DAY),
    };
    if (strcmp(web_request->method, "GET") != 0 && strcmp(web_request->method, "HEAD") != 0) {
        web_answer_field(web, "Allow", "GET, HEAD");
        refuse(dashboard, &request, web, 405, "Only for looking",
               "These pages change nothing, so they are only asked for by GET.");
        return;
    }
    if (!host_is_ours(dashboard, web_request)) {
        refuse(dashboard, &request, web, 421, "Not under this name",
               "The dashboard does not answer under the name that it was asked by; hosts= of "
               "[dashboard] tells which names are its own.");
        return;
    }
    if (!let_in(dashboard, web_request, &request, &access, web))
        return;
    request.user = access.name;
    request.domains = (const char *const *)access.domains;
    for (guint i = 0; i < G_N_ELEMENTS(routes); i++) {
        if (routes[i].path == NULL || is_at(dashboard, request.target, routes[i].path)) {
            routes[i].answer(dashboard, &request, web);
            return;
        }
    }
}

/* ---- the listener -------------------------------------------------------------------------- */

static void
on_log(gpointer data, const char *line)
{
    (void)data;
    say(SAY_INFO, "dashboard: %s", line);
}

const char *
serve_dashboard_why_loopback(const Config *config)
{
    if (config->dashboard_users == NULL)
        return "without users= the dashboard shows everything to whoever reaches it, so it listens "
               "on loopback only; give users=, certificate= and key=, or listen on 127.0.0.1 or "
               "[::1]";
    if (config->dashboard_certificate == NULL)
        return "without certificate= passwords would cross the network in the clear, so the "
               "dashboard listens on loopback only, for a proxy in front; give certificate= and "
               "key=, or listen on 127.0.0.1 or [::1]";
    return NULL;
}

ServeDashboard *
serve_dashboard_start(const Config *config, const char *store_uri, Meter *meter, GError **error)
{
    WebOptions options = {
        .listen = config->dashboard_listen,
        .why_loopback = serve_dashboard_why_loopback(config),
        .certificate_file = config->dashboard_certificate,
        .key_file = config->dashboard_key,
        .threads = LIMIT_DASHBOARD_THREADS,
        .connections = LIMIT_DASHBOARD_CONNECTIONS,
        .connections_per_address =
            config->dashboard_certificate != NULL ? LIMIT_DASHBOARD_CONNECTIONS_PER_ADDRESS : 0,
        .timeout_seconds = LIMIT_DASHBOARD_TIMEOUT_SECONDS,
        .proxies = config->https_proxies,
    };
    ServeDashboard *dashboard = g_new0(ServeDashboard, 1);
    dashboard->config = config;
    dashboard->context = (DashboardContext){
        .prefix = config->dashboard_prefix != NULL ? config->dashboard_prefix : "",
        .rules = &config->readiness,
        .cache = overview_cache_new(),
        .accept = config->rules.accept,
        .as_database = config->as_database,
        .decode = decode,
        .decode_data = (gpointer)config,
        .inflate = inflate,
    };
    dashboard->stores = store_pool_new(store_uri, config_cache_beside(config));
    dashboard->metrics = metrics_page_new(config, store_uri, meter);
    if (config->dashboard_users != NULL)
        dashboard->users = users_load(config->dashboard_users, error);
    if (config->dashboard_users == NULL || dashboard->users != NULL)
        dashboard->web = web_start(&options, handle, dashboard, on_log, NULL, error);
    if (dashboard->web != NULL)
        return dashboard;
    serve_dashboard_stop(dashboard);
    return NULL;
}

guint16
serve_dashboard_port(const ServeDashboard *dashboard)
{
    return web_port(dashboard->web);
}

gboolean
serve_dashboard_reload(ServeDashboard *dashboard, GError **error)
{
    return dashboard == NULL ||
           (web_reload_certificate(dashboard->web, error) &&
            (dashboard->users == NULL || users_reload(dashboard->users, error)));
}

void
serve_dashboard_stop(ServeDashboard *dashboard)
{
    if (dashboard == NULL)
        return;
    web_stop(dashboard->web);
    metrics_page_free(dashboard->metrics);
    store_pool_free(dashboard->stores);
    overview_cache_free(dashboard->context.cache);
    users_free(dashboard->users);
    g_free(dashboard);
}
