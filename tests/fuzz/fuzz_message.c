/* fuzz_message.c: a mail message, with an authserv-id that it may claim to know. */
#include "ingest/intake.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static char id[] = "mx.receiver.example";
    char *ids[] = {id, NULL};
    const IntakeRules rules = {.authserv_ids = ids, .inflated_bytes = 256u * 1024};
    const Origin origin = {.road = ROAD_PIPE};
    g_autoptr(GBytes) input = g_bytes_new(data, size);
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_message(&rules, &origin, input, out);
    g_assert(out->len > 0);
    for (guint i = 0; i < out->len; i++) {
        const Judged *judged = g_ptr_array_index(out, i);
        g_assert(judged->raw != NULL && judged->is_message);
        g_assert((judged->outcome == OUTCOME_STORED) == (judged->reason == NULL));
        g_assert((judged->trust == TRUST_VERIFIED) == (judged->authenticated_by != NULL));
    }
    return 0;
}
