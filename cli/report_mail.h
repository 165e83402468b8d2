/* report_mail.h: a review as the weekly mail. */
#pragma once

#include "cli/command.h"
#include "report/review.h"

/* To whom, as the options of `report` say. */
typedef struct {
    char *to;            /* --mail-to */
    char *from;          /* --mail-from */
    gboolean configured; /* --mail: to [digest] mail-to */
} ReportMail;

gboolean report_mail_is_wanted(const ReportMail *options);
/* What a mail shows, ReviewPart or-ed. */
guint report_mail_parts(void);
/* Whether the addresses are sound. -1, or the exit status for what it told. */
int report_mail_check(const App *app, const ReportMail *options);
/* Sends REVIEW as text and HTML, its verdict in the subject. The exit status: 75 where trying again
 * may help, 69 where it will not. */
int report_mail_send(const App *app, const ReportMail *options, const Review *review);
