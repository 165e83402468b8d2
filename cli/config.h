/* config.h: the configuration file, the TLSGAUGE_* variables, the defaults (DESIGN section 3). */
#pragma once

#include <glib.h>

#include "ingest/judged.h"

typedef struct {
    char *file;        /* that was read; NULL if there was none */
    char *store_uri;   /* [store] uri, else the default place */
    IntakeRules rules; /* [domains] [mx] [trust] [limits] */
    char *https_listen, *https_certificate, *https_key, *https_path;
    GPtrArray *https_proxies; /* of proxies.h; NULL for none */
    char *lmtp_listen, *lmtp_group;
    guint lmtp_mode;                                             /* 0: default */
    guint connections, connections_per_address, timeout_seconds; /* [limits]; 0: default */
} Config;

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
typedef enum { CONFIG_ERROR_FILE, CONFIG_ERROR_CONTENT } ConfigErrorCode;

/* Reads PATH, or with NULL $TLSGAUGE_CONFIG, or /etc/tlsgauge/tlsgauge.conf where that exists; then
 * the environment on top: TLSGAUGE_STORE, and TLSGAUGE_<SECTION>_<KEY> for every key. The error
 * names file, line and what was expected; an unknown key also the nearest known one. Free with
 * config_free. */
Config *config_load(const char *path, GError **error);
void config_free(Config *config); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
