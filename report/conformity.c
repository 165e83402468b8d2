#include "report/conformity.h"

#include <jansson.h>
#include <string.h>

struct Conformity {
    GArray *senders;   /* of ConformitySender */
    GHashTable *index; /* name -> its place in senders */
    GStringChunk *strings;
};

Conformity *
conformity_new(void)
{
    Conformity *conformity = g_new0(Conformity, 1);
    conformity->senders = g_array_new(FALSE, TRUE, sizeof(ConformitySender));
    conformity->index = g_hash_table_new(g_str_hash, g_str_equal);
    conformity->strings = g_string_chunk_new(1024);
    return conformity;
}

static ConformitySender *
sender_for(Conformity *conformity, const char *name)
{
    gpointer at;
    if (g_hash_table_lookup_extended(conformity->index, name, NULL, &at))
        return &g_array_index(conformity->senders, ConformitySender, GPOINTER_TO_UINT(at));
    ConformitySender fresh = {
        .sender = g_string_chunk_insert_const(conformity->strings, name),
        .deviations = g_array_new(FALSE, TRUE, sizeof(Deviation)),
    };
    g_hash_table_insert(conformity->index, (gpointer)(guintptr)fresh.sender,
                        GUINT_TO_POINTER(conformity->senders->len));
    g_array_append_val(conformity->senders, fresh);
    return &g_array_index(conformity->senders, ConformitySender, conformity->senders->len - 1);
}

static const char *
member(Conformity *conformity, const json_t *finding, const char *name)
{
    const char *text = json_string_value(json_object_get(finding, name));
    return g_string_chunk_insert_const(conformity->strings, text != NULL ? text : "");
}

/* A report with several findings of one code is one report. */
static void
add_finding(Conformity *conformity, ConformitySender *sender, const json_t *finding, gint64 id)
{
    const char *code = member(conformity, finding, "code");
    for (guint i = 0; i < sender->deviations->len; i++) {
        Deviation *each = &g_array_index(sender->deviations, Deviation, i);
        if (strcmp(each->code, code) != 0)
            continue;
        each->reports += each->oldest == id ? 0 : 1;
        each->oldest = id;
        return;
    }
    Deviation fresh = {
        .code = code,
        .clause = member(conformity, finding, "clause"),
        .pointer = member(conformity, finding, "pointer"),
        .fact = member(conformity, finding, "fact"),
        .reports = 1,
        .newest = id,
        .oldest = id,
    };
    g_array_append_val(sender->deviations, fresh);
}

void
conformity_add(Conformity *conformity, const StoreReportRow *row)
{
    if (!row->counted)
        return;
    ConformitySender *sender = sender_for(conformity, row->sender);
    sender->reports++;
    if (row->deviations == 0)
        return;
    sender->deviating++;
    json_t *findings = json_loads(row->findings_json, 0, NULL);
    for (gsize i = 0; i < json_array_size(findings); i++)
        add_finding(conformity, sender, json_array_get(findings, i), row->id);
    json_decref(findings);
}

static int
by_reports(gconstpointer a, gconstpointer b)
{
    const Deviation *left = a, *right = b;
    if (left->reports != right->reports)
        return left->reports > right->reports ? -1 : 1;
    return strcmp(left->code, right->code);
}

static int
by_deviating(gconstpointer a, gconstpointer b)
{
    const ConformitySender *left = a, *right = b;
    if (left->deviating != right->deviating)
        return left->deviating > right->deviating ? -1 : 1;
    return strcmp(left->sender, right->sender);
}

const GArray *
conformity_senders(Conformity *conformity)
{
    g_hash_table_remove_all(conformity->index); /* the places change */
    for (guint i = 0; i < conformity->senders->len; i++)
        g_array_sort(g_array_index(conformity->senders, ConformitySender, i).deviations,
                     by_reports);
    g_array_sort(conformity->senders, by_deviating);
    for (guint i = 0; i < conformity->senders->len; i++) {
        const ConformitySender *each = &g_array_index(conformity->senders, ConformitySender, i);
        g_hash_table_insert(conformity->index, (gpointer)(guintptr)each->sender,
                            GUINT_TO_POINTER(i));
    }
    return conformity->senders;
}

void
conformity_free(Conformity *conformity)
{
    if (conformity == NULL)
        return;
    for (guint i = 0; i < conformity->senders->len; i++)
        g_array_unref(g_array_index(conformity->senders, ConformitySender, i).deviations);
    g_array_unref(conformity->senders);
    g_hash_table_unref(conformity->index);
    g_string_chunk_free(conformity->strings);
    g_free(conformity);
}

static gboolean
take_report(gpointer data, const StoreReportRow *row)
{
    conformity_add(data, row);
    return TRUE;
}

Conformity *
conformity_make(Store *store, const StoreQuery *query, GError **error)
{
    g_autoptr(Conformity) conformity = conformity_new();
    if (!store_each_report(store, query, 0, take_report, conformity, error))
        return NULL;
    return g_steal_pointer(&conformity);
}
