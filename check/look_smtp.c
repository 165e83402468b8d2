/* look_smtp.c: all MX hosts at a time. Part of look.h. */
#include "check/look.h"

#include "check/parallel.h"
#include "check/smtp_host.h"
#include "schema/limits.h"

typedef struct {
    const CheckOptions *options;
    const CheckHost *host;
    CheckProbe *probe;
} Task;

static void
run_task(gpointer item)
{
    Task *task = item;
    task->probe = check_smtp_host(task->options, task->host);
}

/* Its findings go to their stages; the probe keeps what was seen. */
static void
take_findings(CheckRun *run, CheckProbe *probe)
{
    while (probe->findings->len > 0) {
        CheckFinding *finding = g_ptr_array_steal_index(probe->findings, 0);
        g_ptr_array_add(run->stages[check_stage_of(finding->kind->id)].findings, finding);
    }
}

void
look_smtp(Look *look)
{
    CheckRun *run = look->run;
    guint n = run->hosts->len;
    if (!look->options->smtp || n == 0)
        return;
    run->stages[STAGE_SMTP].ran = TRUE;
    g_autofree Task *tasks = g_new0(Task, n);
    for (guint i = 0; i < n; i++) {
        CheckHost *host = g_ptr_array_index(run->hosts, i);
        host->without_sts = run->sts == NULL || run->policy == NULL;
        tasks[i] = (Task){look->options, host, NULL};
    }
    parallel_run(run_task, tasks, n, sizeof *tasks, LIMIT_CHECK_HOSTS_AT_A_TIME);
    for (guint i = 0; i < n; i++) {
        take_findings(run, tasks[i].probe);
        g_ptr_array_add(run->probes, tasks[i].probe);
    }
}
