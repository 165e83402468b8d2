#include "cli/report_mail.h"

#include <signal.h>
#include <sysexits.h>

#include "cli/mail_send.h"
#include "cli/options.h"
#include "cli/say.h"
#include "report/render.h"

gboolean
report_mail_is_wanted(const ReportMail *options)
{
    return options->to != NULL || options->configured;
}

guint
report_mail_parts(void)
{
    /* Large mails are cut by those who show them: what is asked for with an option comes on top. */
    return REVIEW_VERDICT | REVIEW_PROBLEMS | REVIEW_TREND;
}

/* The recipients; NULL after telling what is wrong. */
static char **
recipients(const App *app, const ReportMail *options)
{
    g_autofree char *wrong = NULL;
    if (options->to == NULL)
        return g_strdupv(app->config->digest_to);
    char **to = mail_addresses(options->to, &wrong);
    if (to == NULL)
        (void)options_usage("report", "--mail-to: \"%s\" is not a mail address, USER@DOMAIN",
                            *wrong != '\0' ? wrong : options->to);
    return to;
}

/* *RET_FROM is NULL where none is set. FALSE after telling what is wrong. */
static gboolean
sender(const App *app, const ReportMail *options, char **ret_from)
{
    *ret_from =
        options->from != NULL ? mail_address(options->from) : g_strdup(app->config->digest_from);
    if (options->from == NULL || *ret_from != NULL)
        return TRUE;
    (void)options_usage("report", "--mail-from: \"%s\" is not a mail address, USER@DOMAIN",
                        options->from);
    return FALSE;
}

int
report_mail_check(const App *app, const ReportMail *options)
{
    g_autofree char *from = NULL;
    if (!report_mail_is_wanted(options))
        return options->from == NULL ? -1 : options_usage("report", "--mail-from is for --mail-to");
    if (options->to != NULL && options->configured)
        return options_usage("report", "--mail is for [digest] mail-to=, --mail-to for another");
    if (options->configured && app->config->digest_to == NULL)
        return options_usage("report", "--mail: set [digest] mail-to=, or give --mail-to");
    g_auto(GStrv) to = recipients(app, options);
    return to != NULL && sender(app, options, &from) ? -1 : EX_USAGE;
}

static char *
rendered(const Review *review,
         void (*render)(const Review *review, const RenderStyle *style, GString *out))
{
    GString *out = g_string_new(NULL);
    const RenderStyle style = {.colour = FALSE};
    render(review, &style, out);
    return g_string_free(out, FALSE);
}

int
report_mail_send(const App *app, const ReportMail *options, const Review *review)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *from = NULL;
    g_auto(GStrv) to = recipients(app, options);
    if (to == NULL || !sender(app, options, &from))
        return EX_USAGE;
    g_autofree char *subject = review_subject(review);
    g_autofree char *text = rendered(review, render_text);
    g_autofree char *html = rendered(review, render_html_mail);
    Mail mail = {
        .from = from,
        .to = (const char *const *)to,
        .subject = subject,
        .text = text,
        .html = html,
        .date = g_get_real_time() / G_USEC_PER_SEC,
    };
    (void)signal(SIGPIPE, SIG_IGN);
    if (mail_send(&app->config->mail, &mail, &error)) {
        g_autofree char *names = g_strjoinv(", ", to);
        if (app->verbose)
            say(SAY_INFO, "mail to %s: %s", names, subject);
        return EX_OK;
    }
    say(SAY_ERROR, "%s", error->message);
    return g_error_matches(error, MAIL_SEND_ERROR, MAIL_SEND_ERROR_LATER) ? EX_TEMPFAIL
                                                                          : EX_UNAVAILABLE;
}
