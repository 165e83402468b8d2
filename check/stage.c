/* stage.c: the stages of check.h by name. */
#include "check/check.h"

#include <string.h>

static const struct {
    const char *name, *title;
    const char *prefixes[4]; /* of ids */
} stages[CHECK_STAGES] = {
    [STAGE_DNS] = {"dns", "DNS and MX", {"dns-", "mx-"}},
    [STAGE_TLSRPT] = {"tlsrpt", "TLS-RPT record", {"tlsrpt-"}},
    [STAGE_STS_RECORD] = {"sts-dns", "MTA-STS record", {"sts-dns-"}},
    [STAGE_STS_HTTPS] = {"sts-https", "Policy host", {"sts-https-"}},
    [STAGE_STS_POLICY] = {"sts-policy", "Policy file", {"sts-policy-"}},
    [STAGE_CROSS] = {"cross", "Policy, MX, history", {"sts-", "rollout-"}},
    [STAGE_SMTP] = {"smtp", "MX hosts", {"smtp-", "tls-", "cert-"}},
    [STAGE_DANE] = {"dane", "DANE", {"dane-"}},
};

const char *
check_stage_name(CheckStage stage)
{
    return stages[stage].name;
}

const char *
check_stage_title(CheckStage stage)
{
    return stages[stage].title;
}

CheckStage
check_stage_of(const char *id)
{
    for (CheckStage stage = 0; stage < CHECK_STAGES; stage++) {
        for (const char *const *prefix = stages[stage].prefixes; *prefix != NULL; prefix++) {
            if (g_str_has_prefix(id, *prefix))
                return stage;
        }
    }
    g_assert_not_reached(); /* ids are ours: a test walks the table */
}
