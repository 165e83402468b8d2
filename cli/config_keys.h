/* config_keys.h: every key that the configuration knows: one table, its setters, its help. */
#pragma once

#include "cli/config.h"

typedef struct ConfigKey ConfigKey;
struct ConfigKey {
    const char *section;
    const char *key; /* NULL: any key (a host name in [mx]) */
    /* Reads VALUE into CONFIG; FALSE when it is not what EXPECTED says. NAME is the key. */
    gboolean (*set)(Config *config, const ConfigKey *row, const char *name, const char *value);
    gsize offset;     /* of the member, for the setters that serve several keys */
    guint64 min, max; /* for numbers */
    const char *expected;
};

/* Ended by a row without a section. */
extern const ConfigKey config_keys[];
