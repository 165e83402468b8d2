/* prepare.h: what the store needs to know of a report and can work out without a database, so that
 * the thread that decodes does it and not the one that writes. Private to store/.
 */
#pragma once

#include "schema/report.h"
#include "store/sender.h"
#include "store/store.h"

struct StorePrepared {
    guint8 claim[REPORT_DIGEST_BYTES], content[REPORT_DIGEST_BYTES];
    Sender sender;             /* its texts, and those below, are in the block of this */
    const char *counts_for;    /* NULL: a domain name is not normalised, a defect of ours */
    gint64 successful, failed; /* sums over the entries, at most G_MAXINT64 */
    const char *findings;      /* as the store keeps them */
    const char *codes;         /* of them, as findings_codes has it; NULL for none */
};
