#include "cli/plan_parts.h"

#include <string.h>

#include "check/advice.h"

void
plan_choose(Plan *plan, PlanStep step, const char *why)
{
    plan->step = step;
    g_free(plan->why);
    plan->why = g_strdup(why);
}

/* ---- lists ----------------------------------------------------------------------------------- */

void
plan_action(Plan *plan, PlanActionKind kind, const char *name, char *copy, const char *format, ...)
{
    PlanAction *action = g_new0(PlanAction, 1);
    va_list arguments;
    va_start(arguments, format);
    *action = (PlanAction){.kind = kind,
                           .text = g_strdup_vprintf(format, arguments),
                           .name = g_strdup(name),
                           .copy = copy};
    va_end(arguments);
    g_ptr_array_add(plan->actions, action);
}

void
plan_verify(Plan *plan, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(plan->verify, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void
plan_note(Plan *plan, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_ptr_array_add(plan->notes, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

void
plan_block(Plan *plan, char *what, char *fix)
{
    PlanBlocker *blocker = g_new0(PlanBlocker, 1);
    *blocker = (PlanBlocker){what, fix};
    g_ptr_array_add(plan->blockers, blocker);
}

/* ---- findings -------------------------------------------------------------------------------- */

guint
plan_block_findings(Plan *plan, const CheckRun *run, CheckSeverity severity, CheckStage first,
                    CheckStage last)
{
    guint n = 0;
    for (CheckStage stage = first; stage <= last; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++) {
            const CheckFinding *finding = g_ptr_array_index(findings, i);
            if (finding->severity != severity)
                continue;
            const char *fix = finding->fix != NULL ? finding->fix : finding->kind->fix;
            plan_block(plan,
                       g_strdup_printf("%s: %s (%s; %s)", finding->subject, finding->kind->title,
                                       finding->fact, finding->kind->id),
                       *fix != '\0' ? g_strdup(fix) : NULL);
            n++;
        }
    }
    return n;
}

gboolean
plan_has(const CheckRun *run, CheckSeverity severity, CheckStage first, CheckStage last)
{
    for (CheckStage stage = first; stage <= last; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++) {
            if (((const CheckFinding *)g_ptr_array_index(findings, i))->severity == severity)
                return TRUE;
        }
    }
    return FALSE;
}

gboolean
plan_has_finding(const CheckRun *run, const char *id)
{
    const GPtrArray *findings = run->stages[check_stage_of(id)].findings;
    for (guint i = 0; i < findings->len; i++) {
        if (strcmp(((const CheckFinding *)g_ptr_array_index(findings, i))->kind->id, id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* ---- what to publish ------------------------------------------------------------------------- */

void
plan_publish_record(Plan *plan, const PlanInput *input)
{
    g_autofree char *name = g_strdup_printf("_mta-sts.%s", plan->domain);
    gboolean replaces =
        input->run->sts_text != NULL || plan_has_finding(input->run, "sts-dns-multiple");
    g_autofree char *what = g_strdup_printf(
        replaces ? "put this record in place of what stands at %s" : "publish this record at %s",
        name);
    gboolean first = plan->actions->len == 0;
    if (first)
        *what = g_ascii_toupper(*what);
    plan_action(plan, PLAN_ACTION_RECORD, name, advice_sts_record(input->run, plan->at), "%s%s.",
                first ? "" : "When the file is served at every address, ", what);
    plan_verify(plan, "dig +short TXT %s", name);
    plan_verify(plan, "tlsgauge check --keep %s", plan->domain);
}

void
plan_publish(Plan *plan, const PlanInput *input, char *body)
{
    g_autofree char *url =
        g_strdup_printf("https://mta-sts.%s/.well-known/mta-sts.txt", plan->domain);
    plan_action(plan, PLAN_ACTION_FILE, url, body,
                "Serve this file at %s as text/plain: no redirect, no password.", url);
    plan_verify(plan, "curl -si %s", url);
    plan_publish_record(plan, input);
}

void
plan_relief(Plan *plan, const PlanInput *input)
{
    guint first = plan->actions->len;
    g_ptr_array_set_size(plan->verify, 0);
    plan_publish(plan, input, advice_policy_again(input->run, STS_MODE_TESTING, PLAN_TESTING_AGE));
    for (guint i = first; i < plan->actions->len; i++)
        ((PlanAction *)g_ptr_array_index(plan->actions, i))->relief = TRUE;
}

/* ---- the policy host ------------------------------------------------------------------------- */

/* A record for each address of WEB, or an alias. */
static void
publish_host(Plan *plan, const char *host, char *const *web)
{
    for (; *web != NULL; web++) {
        gboolean address = g_hostname_is_ip_address(*web);
        const char *type = !address ? "CNAME" : strchr(*web, ':') != NULL ? "AAAA" : "A";
        plan_action(plan, PLAN_ACTION_RECORD, host,
                    g_strdup_printf("%s. IN %s %s%s", host, type, *web, address ? "" : "."),
                    "Give the policy host its address.");
    }
}

void
plan_host(Plan *plan, const PlanInput *input)
{
    g_autofree char *host = g_strdup_printf("mta-sts.%s", plan->domain);
    if (input->web != NULL)
        publish_host(plan, host, input->web);
    else
        plan_action(plan, PLAN_ACTION_DO, host, NULL,
                    "Give %s A and AAAA records of your web server, unless it has them (--web "
                    "ADDRESS writes them here), and a certificate of a public CA for that name.",
                    host);
    plan_action(plan, PLAN_ACTION_SERVER, host,
                g_strdup_printf("server {\n"
                                "    listen 443 ssl;\n"
                                "    listen [::]:443 ssl;\n"
                                "    server_name %s;\n"
                                "    ssl_certificate /etc/letsencrypt/live/%s/fullchain.pem;\n"
                                "    ssl_certificate_key /etc/letsencrypt/live/%s/privkey.pem;\n"
                                "    location = /.well-known/mta-sts.txt {\n"
                                "        root /var/www/%s;\n"
                                "        default_type text/plain;\n"
                                "    }\n"
                                "}\n",
                                host, host, host, host),
                "Let a web server answer for it with a certificate of a public CA; for nginx:");
    plan_verify(plan, "dig +short A %s; dig +short AAAA %s", host, host);
}
