/* alert_tell.h: the ways by which an alert is told: command, webhook, mail. */
#pragma once

#include "cli/config.h"
#include "report/alert_message.h"

/* Those that are configured, "command webhook mail"; NULL: none. Newly allocated. */
char *alert_tell_channels(const Config *config);
gboolean alert_tell_has(const char *channels, const char *channel);
/* CHANNELS without CHANNEL, NULL if none is left. Newly allocated. */
char *alert_tell_without(const char *channels, const char *channel);

/* ended by NULL */
extern const char *const alert_tell_all[];

/* Tells MESSAGE by CHANNEL, one of those that are configured; ends within alert_tell_seconds. ID is
 * the same when the same is told again. FALSE with an error: to be told again. */
gboolean alert_tell(const Config *config, const char *channel, const AlertMessage *message,
                    const char *id, GError **error);

/* How long all the channels together may take. */
guint alert_tell_seconds(const Config *config);
