/* whatif.h: a policy that is not published yet, held against what senders reported. */
#pragma once

#include <glib.h>

#include "report/evidence.h"
#include "schema/sts_policy.h"

/* Failed sessions that the candidate, in mode enforce, would have held back; alike but for the
 * reason. */
typedef struct {
    const char *sender;
    gint32 day;
    const char *mx; /* NULL if none was named */
    const char *result_word;
    gboolean mx_unmatched; /* no pattern of the candidate matches the MX */
    gint64 sessions;
} WhatIfHeld;

typedef struct {
    GPtrArray *unmatched; /* of char *: MX hosts that senders met and no pattern matches; sorted */
    GPtrArray *matched;   /* those that one matches */
    GArray *held;         /* of WhatIfHeld, by sender, day, MX */
    gint64 held_sessions;
    gint64 mended_sessions; /* validation failures at an MX that the old policy lacked and the
                             * candidate names */
    gint64 sts_sessions;    /* in the window, for comparison */
} WhatIf;

/* The DAYS before today. Only failures name an MX, so an MX without any is not judged. The result
 * borrows from EVIDENCE. Free with whatif_free. */
WhatIf *whatif_replay(const Evidence *evidence, guint days, const StsPolicy *candidate);
void whatif_free(WhatIf *whatif); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WhatIf, whatif_free)
