/* crypt.h: libcrypt, loaded only where the dashboard has users (load.h). */
#pragma once

#include <crypt.h>
#include <glib.h>

typedef struct {
    char *(*crypt_rn)(const char *phrase, const char *setting, void *data, int size);
    char *(*gensalt_rn)(const char *prefix, unsigned long count, const char *random_bytes,
                        int n_random_bytes, char *output, int output_size);
} LateCrypt;

/* Loads libcrypt once; from any thread. NULL where it cannot be loaded; then *ret_problem says why
 * (static). The table is never freed. */
const LateCrypt *late_crypt(const char **ret_problem);
