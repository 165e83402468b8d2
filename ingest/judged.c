#include "ingest/judged.h"

static const char *const roads[] = {
    [ROAD_PIPE] = "pipe", [ROAD_FILE] = "file", [ROAD_HTTPS] = "https",
    [ROAD_LMTP] = "lmtp", [ROAD_IMAP] = "imap",
};

const char *
road_name(Road road)
{
    return roads[road];
}

gboolean
road_from_name(const char *name, Road *ret_road)
{
    for (guint i = 0; i < G_N_ELEMENTS(roads); i++) {
        if (g_strcmp0(name, roads[i]) == 0) {
            *ret_road = (Road)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
judged_free(Judged *judged)
{
    if (judged == NULL)
        return;
    if (judged->prepared != NULL)
        judged->prepared_free(judged->prepared);
    report_free(judged->report);
    if (judged->raw != NULL)
        g_bytes_unref(judged->raw);
    if (judged->findings != NULL)
        g_ptr_array_unref(judged->findings);
    g_free(judged->authenticated_by);
    g_free(judged->hint_domain);
    g_free(judged->reason);
    g_free(judged->source);
    g_free(judged->part);
    g_free(judged);
}
