/* fuzz_sts_policy_text.c: any bytes as a policy file. */
#include "schema/sts_policy_text.h"

#include "schema/finding.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    gboolean usable;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(StsPolicy) policy =
        sts_policy_text_parse((const char *)data, size, findings, &usable);
    g_assert(usable == (findings_first_defect(findings) == NULL));
    /* What is usable by the grammar can be read by the lenient reader too. */
    g_assert(!usable || (policy->mode != STS_MODE_UNKNOWN && policy->max_age >= 0));
    g_assert(!usable || policy->mode == STS_MODE_NONE || policy->mx[0] != NULL);
    return 0;
}
