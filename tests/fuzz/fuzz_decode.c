/* fuzz_decode.c: any bytes as a report, and what is asked of a report that could be read. */
#include "schema/decode.h"
#include "schema/effect.h"
#include "schema/sts_policy.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
look_at(const Report *report)
{
    guint8 digest[REPORT_DIGEST_BYTES];
    report_claim(report, digest);
    report_content(report, digest);
    for (gsize i = 0; i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        g_autoptr(StsPolicy) policy = sts_policy_parse(entry->policy_string, entry->mx_host);
        for (gsize k = 0; k < entry->n_failures; k++)
            effect_name(effect_of(entry->type, policy->mode, entry->failures[k].result_type));
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) report = report_decode((const char *)data, size, findings);
    g_assert((report == NULL) == (findings_first_defect(findings) != NULL));
    if (report != NULL)
        look_at(report);
    return 0;
}
