/* migrate.h: brings a database to the schema of this program. Private to store/. */
#pragma once

#include "store/driver.h"

/* Script i brings version i to i + 1; script 0 makes an empty database version 1. */
typedef struct {
    const char *const *scripts;
    int n;
    /* What a script cannot do, after the last of them and in their transaction, where the database
     * had version FROM (above 0) before. NULL: nothing. */
    gboolean (*finish)(const Driver *driver, DriverConnection *connection, int from,
                       GError **error);
} MigrateSteps;

/* The steps of this program, in the words of DRIVER: schema.sql, then migrate-2.sql, migrate-3.sql
 * ... What a database has beyond NAME.sql stands in NAME-DRIVER.sql and follows on it. The texts
 * live as long as the program. */
MigrateSteps migrate_steps(const Driver *driver);

/* STORE_WRITE: runs what is missing, in order, in one transaction: all or nothing.
 * STORE_READ changes nothing and fails with STORE_ERROR_NOT_FOUND on an empty database.
 * STORE_ERROR_NEWER_SCHEMA for a version past the last step. */
gboolean migrate_run(const Driver *driver, DriverConnection *connection, MigrateSteps steps,
                     StoreMode mode, GError **error);
