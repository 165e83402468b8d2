#include "cli/live_gate.h"

char *
live_gate_line(const CheckFinding *finding)
{
    return g_strdup_printf("%s: %s (%s; %s)", finding->subject, finding->kind->title, finding->fact,
                           finding->kind->id);
}

/* Appends the findings of SEVERITY as lines. */
static void
collect(const CheckRun *run, CheckSeverity severity, GPtrArray *lines)
{
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        const GPtrArray *findings = run->stages[stage].findings;
        for (guint i = 0; i < findings->len; i++) {
            const CheckFinding *finding = g_ptr_array_index(findings, i);
            if (finding->severity == severity)
                g_ptr_array_add(lines, live_gate_line(finding));
        }
    }
}

static guint
count(const CheckRun *run, CheckSeverity severity)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    collect(run, severity, lines);
    return lines->len;
}

void
live_gate_add(Readiness *readiness, const CheckRun *run)
{
    GPtrArray *evidence = g_ptr_array_new_with_free_func(g_free);
    guint errors = count(run, CHECK_ERROR), untested = count(run, CHECK_UNTESTABLE);
    guint warnings = count(run, CHECK_WARNING);
    g_autofree char *command = g_strdup_printf("run: tlsgauge check %s", run->domain);
    if (errors > 0) {
        collect(run, CHECK_ERROR, evidence);
        readiness_add_live(
            readiness, GATE_FAIL,
            g_strdup_printf("the live look finds %u error%s", errors, errors == 1 ? "" : "s"),
            evidence, g_steal_pointer(&command));
    } else if (untested > 0) {
        collect(run, CHECK_UNTESTABLE, evidence);
        readiness_add_live(readiness, GATE_UNKNOWN,
                           g_strdup("the live look could not test all that decides"), evidence,
                           g_steal_pointer(&command));
    } else {
        collect(run, CHECK_WARNING, evidence);
        readiness_add_live(
            readiness, GATE_PASS,
            g_strdup_printf("the live look finds no error%s", warnings > 0 ? ", but warnings" : ""),
            evidence, warnings > 0 ? g_steal_pointer(&command) : NULL);
    }
}
