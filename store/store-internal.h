/* store-internal.h: the struct behind store.h, for the files of store/ alone. */
#pragma once

#include "store/changes.h"
#include "store/counter.h"
#include "store/daily_sums.h"
#include "store/driver.h"
#include "store/intern.h"
#include "store/statement.h"
#include "store/store.h"

typedef enum { TRANSACTION_NONE, TRANSACTION_READ, TRANSACTION_WRITE } Transaction;

typedef struct Claims Claims;

struct Store {
    const Driver *driver;
    DriverConnection *connection;
    StatementCache *statements;
    Transaction transaction;
    guint views; /* store_begin_read without its end yet */
    /* A step of the transaction failed half-way: nothing of it may be committed. */
    gboolean spoilt;
    Counters seen;      /* as of the last store_others_wrote */
    Counters counters;  /* as of the open write transaction, as are */
    Changes *changes;   /* these */
    Claims *claims;     /* these */
    DailySums *sums;    /* these, not written yet */
    gint64 last_report; /* and the highest number of a report, or -1: not asked yet */
    Intern *intern;
    StoreDecode decode;
    gpointer decode_data;
};

/* Fails unless a write transaction is open and sound. */
gboolean store_check_writing(const Store *store, GError **error);
/* Before the roll-ups are read, which may be in a write transaction: writes what waits in sums, and
 * the days that changed, by which rows may be looked up. */
gboolean store_write_sums(Store *store, GError **error);

/* The path in the URI of a file, borrowed from it; NULL for any other scheme. */
const char *store_uri_path(const char *uri);
