/* kept_look.h: the newest look at a live domain that `check` kept, read back for pages and metrics.
 */
#pragma once

#include <jansson.h>

#include "store/check_run.h"

/* In the order of weight; the words are those that the store has. */
typedef enum {
    LOOK_OK,
    LOOK_NOTICE,
    LOOK_WARNING,
    LOOK_UNTESTED,
    LOOK_ERROR,
    LOOK_SEVERITIES
} LookSeverity;

typedef struct {
    LookSeverity severity;
    char *id, *subject, *title, *fact;
    char *fix; /* NULL: nothing to do */
} LookFinding;

typedef struct {
    char *mx;
    gint64 expires; /* Unix seconds: the first of the certificates at its addresses */
} LookCertificate;

/* One look before it, or itself. */
typedef struct {
    gint64 at; /* Unix seconds */
    LookSeverity severity;
    char *policy_id; /* NULL: no usable record */
} LookEarlier;

typedef struct {
    gint64 at; /* Unix seconds */
    LookSeverity severity;
    guint counts[LOOK_SEVERITIES]; /* of findings; LOOK_OK stays 0 */
    GArray *findings;              /* of LookFinding: the worst first, without LOOK_OK */
    GArray *certificates;          /* of LookCertificate: MX hosts that showed one */
    gint64 policy_expires;         /* certificate of the policy host; 0: none was seen */
    GArray *history;               /* of LookEarlier: the newest first, itself included */
} KeptLook;

/* The newest look at DOMAIN with at most HISTORY (at least 1) looks behind it. *ret_look is NULL
 * where none was kept. What cannot be read of its document is left out. FALSE with STORE_ERROR. */
gboolean kept_look_read(Store *store, const char *domain, guint history, KeptLook **ret_look,
                        GError **error);
void kept_look_free(KeptLook *look); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeptLook, kept_look_free)

/* "could-not-test"; static. */
const char *look_severity_name(LookSeverity severity);
/* "2 errors, 1 warning"; "nothing wrong". Newly allocated. */
char *kept_look_counts(const KeptLook *look);

/* The whole of it for a page that is JSON. */
json_t *kept_look_to_json(const KeptLook *look);
