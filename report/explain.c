#include "report/explain.h"

#include "schema/sts_policy.h"

gboolean
explain_mx_not_in_policy(const EvidenceFailure *failure)
{
    if (failure->policy == NULL || failure->mx == NULL ||
        result_type_from_word(failure->result_word) != RESULT_VALIDATION_FAILURE)
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(failure->policy, "\n", -1);
    g_autoptr(StsPolicy) policy = sts_policy_parse((const char *const *)lines, NULL);
    return policy->mx != NULL && policy->mx[0] != NULL && !sts_policy_names(policy, failure->mx);
}
