#include "check/finding.h"

#include <stdarg.h>
#include <string.h>

#include "schema/finding.h"
#include "schema/limits.h"

const CheckKind check_kinds[] = {
#define CHECK_FINDING(id, severity, clause, result_type, title, fix)                               \
    {id, severity, clause, result_type, title, fix},
#include "check/findings.def"
#undef CHECK_FINDING
    {0},
};

const CheckKind *
check_kind(const char *id)
{
    for (const CheckKind *kind = check_kinds; kind->id != NULL; kind++) {
        if (strcmp(kind->id, id) == 0)
            return kind;
    }
    return NULL;
}

static void
finding_free(gpointer data)
{
    CheckFinding *finding = data;
    g_free(finding->subject);
    g_free(finding->fact);
    g_free(finding->fix);
    g_free(finding->copy);
    g_free(finding);
}

GPtrArray *
check_findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

CheckFinding *
check_findings_add(GPtrArray *findings, const char *id, const char *subject, const char *format,
                   ...)
{
    const CheckKind *kind = check_kind(id);
    g_return_val_if_fail(kind != NULL, NULL);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *fact = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    CheckFinding *finding = g_new0(CheckFinding, 1);
    finding->kind = kind;
    finding->severity = kind->severity;
    finding->subject = text_printable(subject, -1, LIMIT_FACT_BYTES);
    finding->fact = text_printable(fact, -1, LIMIT_FACT_BYTES);
    g_ptr_array_add(findings, finding);
    return finding;
}

CheckSeverity
check_findings_worst(const GPtrArray *findings)
{
    CheckSeverity worst = CHECK_OK;
    for (guint i = 0; i < findings->len; i++)
        worst = MAX(worst, ((const CheckFinding *)g_ptr_array_index(findings, i))->severity);
    return worst;
}

const char *
check_severity_name(CheckSeverity severity)
{
    static const char *const names[] = {"ok", "notice", "warning", "could-not-test", "error"};
    return names[severity];
}
