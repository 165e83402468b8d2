/* fuzz_payload.c: bytes that claim to be JSON, gzip or zip. */
#include "ingest/intake.h"
#include "schema/finding.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const IntakeRules rules = {.inflated_bytes = 256u * 1024};
    const Origin origin = {.road = ROAD_HTTPS};
    g_autoptr(GBytes) input = g_bytes_new(data, size);
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_payload(&rules, &origin, input, NULL, TRUST_UNAUTHENTICATED, out);
    g_assert(out->len > 0);
    for (guint i = 0; i < out->len; i++) {
        const Judged *judged = g_ptr_array_index(out, i);
        g_assert(judged->raw != NULL);
        g_assert((judged->outcome == OUTCOME_STORED) == (judged->reason == NULL));
        if (judged->outcome != OUTCOME_STORED)
            continue;
        g_autoptr(GPtrArray) findings = findings_new();
        Report *again = intake_restore(&rules, judged->raw, judged->hint_domain, findings);
        g_assert(again != NULL);
        report_free(again);
    }
    return 0;
}
