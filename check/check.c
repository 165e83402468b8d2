#include "check/check.h"

#include <string.h>

#include "check/advice.h"
#include "check/look.h"
#include "schema/limits.h"

static CheckRun *
run_new(const CheckOptions *options, const char *domain)
{
    CheckRun *run = g_new0(CheckRun, 1);
    run->domain = g_strdup(domain);
    run->at = options->now;
    run->exists = TRUE; /* until the DNS says otherwise */
    run->hosts = g_ptr_array_new_with_free_func((GDestroyNotify)check_host_free);
    run->probes = g_ptr_array_new_with_free_func((GDestroyNotify)check_probe_free);
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++)
        run->stages[stage].findings = check_findings_new();
    return run;
}

void
check_run_free(CheckRun *run)
{
    if (run == NULL)
        return;
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++)
        g_ptr_array_unref(run->stages[stage].findings);
    g_ptr_array_unref(run->hosts);
    g_ptr_array_unref(run->probes);
    g_free(run->tlsrpt_text);
    tlsrpt_record_free(run->tlsrpt);
    g_free(run->sts_text);
    sts_record_free(run->sts);
    g_clear_pointer(&run->policy_body, g_bytes_unref);
    sts_policy_free(run->policy);
    sts_policy_free(run->unannounced);
    g_free(run->domain);
    g_free(run);
}

/* Takes one part; its time is that of STAGE. */
static void
take(Look *look, CheckStage stage, void (*part)(Look *look))
{
    gint64 start = g_get_monotonic_time();
    part(look);
    look->run->stages[stage].elapsed_ms += (guint)((g_get_monotonic_time() - start) / 1000);
}

static void
take_all(Look *look)
{
    CheckRun *run = look->run;
    run->stages[STAGE_DNS].ran = TRUE;
    take(look, STAGE_DNS, look_dns);
    if (!run->exists || look->silent)
        return;
    if (look->options->all_ns)
        take(look, STAGE_DNS, look_name_servers);
    if (look->options->ptr)
        take(look, STAGE_DNS, look_names);
    look->trust = tls_trust_load(look->options->ca_file, NULL);
    run->stages[STAGE_DANE].ran = run->hosts->len > 0;
    take(look, STAGE_DANE, look_tlsa);
    run->stages[STAGE_TLSRPT].ran = run->stages[STAGE_STS_RECORD].ran = TRUE;
    take(look, STAGE_TLSRPT, look_tlsrpt);
    take(look, STAGE_STS_RECORD, look_sts_record);
    take(look, STAGE_STS_HTTPS, look_policy);
    take(look, STAGE_CROSS, look_cross);
    take(look, STAGE_SMTP, look_smtp);
}

CheckRun *
check_domain(const CheckOptions *options, Resolver *resolver, const CheckPast *past,
             const char *domain)
{
    gint64 start = g_get_monotonic_time();
    g_autoptr(CheckPast) nothing = past == NULL ? check_past_new() : NULL;
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Look look = {
        .options = options,
        .resolver = resolver,
        .past = past != NULL ? past : nothing,
        .run = run_new(options, domain),
        .told = told,
        .dns_left_us = (gint64)options->dns_ms * LIMIT_CHECK_DNS_WAITS * 1000,
    };
    take_all(&look);
    advice_add(look.run, options);
    tls_trust_free(look.trust);
    look.run->elapsed_ms = (guint)((g_get_monotonic_time() - start) / 1000);
    return look.run;
}

/* ---- all runs together ----------------------------------------------------------------------- */

/* Counts the addresses of RUN that were tried, and those that gave any sign of life. */
static void
count_reached(const CheckRun *run, guint *tried, guint *alive)
{
    for (guint i = 0; i < run->probes->len; i++) {
        const CheckProbe *probe = g_ptr_array_index(run->probes, i);
        for (guint k = 0; k < probe->seen->len; k++) {
            const CheckSeen *seen = g_ptr_array_index(probe->seen, k);
            *tried += seen->reach != REACH_NOT_TRIED;
            *alive += seen->reach == REACH_REFUSED || seen->reach == REACH_REACHED;
        }
    }
}

static void
replace_unreached(CheckRun *run)
{
    GPtrArray *findings = run->stages[STAGE_SMTP].findings;
    guint n = 0;
    for (guint i = findings->len; i > 0; i--) {
        const CheckFinding *finding = g_ptr_array_index(findings, i - 1);
        if (strcmp(finding->kind->id, "smtp-connect") == 0) {
            g_ptr_array_remove_index(findings, i - 1);
            n++;
        }
    }
    if (n > 0)
        check_findings_add(findings, "smtp-blocked", "SMTP from here",
                           "no address of any MX host gave an answer");
}

void
check_runs_settle(GPtrArray *runs)
{
    guint tried = 0, alive = 0;
    for (guint i = 0; i < runs->len; i++)
        count_reached(g_ptr_array_index(runs, i), &tried, &alive);
    for (guint i = 0; tried > 0 && alive == 0 && i < runs->len; i++)
        replace_unreached(g_ptr_array_index(runs, i));
}

CheckSeverity
check_run_worst(const CheckRun *run)
{
    CheckSeverity worst = CHECK_OK;
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++)
        worst = MAX(worst, check_findings_worst(run->stages[stage].findings));
    return worst;
}

int
check_exit(CheckSeverity worst)
{
    switch (worst) {
    case CHECK_WARNING:
        return 1;
    case CHECK_ERROR:
        return 2;
    case CHECK_UNTESTABLE:
        return 3;
    case CHECK_OK:
    case CHECK_NOTICE:
        break;
    }
    return 0;
}
