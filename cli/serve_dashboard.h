/* serve_dashboard.h: the dashboard as a listener of serve: sockets, threads, hosts, users; the
 * pages are report/dashboard/. */
#pragma once

#include "cli/config.h"
#include "cli/meter.h"

typedef struct ServeDashboard ServeDashboard;

/* Starts to listen as [dashboard] of CONFIG (which must outlive it) says, with connections of its
 * own to the store STORE_URI. METER (which must outlive it) is told at /metrics. An error names the
 * file, key or address. */
ServeDashboard *serve_dashboard_start(const Config *config, const char *store_uri, Meter *meter,
                                      GError **error);
guint16 serve_dashboard_port(const ServeDashboard *dashboard);
/* Reads certificate and password file again; keeps the old ones on error. NULL is fine. */
gboolean serve_dashboard_reload(ServeDashboard *dashboard, GError **error);
/* Ends all connections and frees. NULL is fine. */
void serve_dashboard_stop(ServeDashboard *dashboard);

/* Why [dashboard] of CONFIG would only do on a loopback address (static), or NULL. */
const char *serve_dashboard_why_loopback(const Config *config);
