/* maxminddb.h: libmaxminddb, loaded with the first database (load.h). */
#pragma once

#include <glib.h>
#include <maxminddb.h>

typedef struct {
    int (*open)(const char *filename, uint32_t flags, MMDB_s *database);
    void (*close)(MMDB_s *database);
    MMDB_lookup_result_s (*lookup_string)(const MMDB_s *database, const char *address,
                                          int *address_fault, int *status);
    int (*aget_value)(MMDB_entry_s *start, MMDB_entry_data_s *data, const char *const *path);
    const char *(*strerror)(int status);
} LateMaxMindDb;

/* Loads libmaxminddb once; from any thread. NULL where it cannot be loaded; then *ret_problem says
 * why (static). Never freed. */
const LateMaxMindDb *late_maxminddb(const char **ret_problem);
