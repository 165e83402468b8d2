/* pq.h: libpq, loaded with the first PostgreSQL store (load.h). */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

/* The functions that are used, with the types of libpq-fe.h. */
typedef struct {
    PGconn *(*connectdbParams)(const char *const *keywords, const char *const *values,
                               int expand_dbname);
    void (*reset)(PGconn *handle);
    void (*finish)(PGconn *handle);
    PGPing (*pingParams)(const char *const *keywords, const char *const *values, int expand_dbname);
    ConnStatusType (*status)(const PGconn *handle);
    PGTransactionStatusType (*transactionStatus)(const PGconn *handle);
    const char *(*parameterStatus)(const PGconn *handle, const char *name);
    int (*serverVersion)(const PGconn *handle);
    char *(*errorMessage)(const PGconn *handle);
    PQnoticeProcessor (*setNoticeProcessor)(PGconn *handle, PQnoticeProcessor func, void *data);
    PGresult *(*exec)(PGconn *handle, const char *sql);
    int (*sendQueryParams)(PGconn *handle, const char *sql, int n, const Oid *types,
                           const char *const *values, const int *lengths, const int *formats,
                           int result_format);
    int (*sendPrepare)(PGconn *handle, const char *name, const char *sql, int n, const Oid *types);
    int (*sendQueryPrepared)(PGconn *handle, const char *name, int n, const char *const *values,
                             const int *lengths, const int *formats, int result_format);
    int (*setSingleRowMode)(PGconn *handle);
    PGresult *(*getResult)(PGconn *handle);
    int (*enterPipelineMode)(PGconn *handle);
    int (*exitPipelineMode)(PGconn *handle);
    int (*pipelineSync)(PGconn *handle);
    ExecStatusType (*resultStatus)(const PGresult *result);
    char *(*resultErrorMessage)(const PGresult *result);
    char *(*resultErrorField)(const PGresult *result, int field);
    char *(*cmdStatus)(PGresult *result);
    int (*ntuples)(const PGresult *result);
    int (*nfields)(const PGresult *result);
    char *(*getvalue)(const PGresult *result, int row, int column);
    int (*getlength)(const PGresult *result, int row, int column);
    int (*getisnull)(const PGresult *result, int row, int column);
    unsigned char *(*unescapeBytea)(const unsigned char *text, size_t *ret_length);
    void (*freemem)(void *memory);
    void (*clear)(PGresult *result);
} LatePq;

/* Loads libpq once; from any thread. NULL where it cannot be loaded; then *ret_problem says why
 * (static). The table is never freed. */
const LatePq *late_pq(const char **ret_problem);
