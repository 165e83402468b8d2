#include "report/conformity.h"

#include <jansson.h>
#include <string.h>

struct Conformity {
    GArray *senders;   /* of ConformitySender */
    GHashTable *index; /* name -> its place in senders, while it is made */
    GStringChunk *strings;
};

static Conformity *
conformity_new(void)
{
    Conformity *conformity = g_new0(Conformity, 1);
    conformity->senders = g_array_new(FALSE, TRUE, sizeof(ConformitySender));
    conformity->index = g_hash_table_new(g_str_hash, g_str_equal);
    conformity->strings = g_string_chunk_new(1024);
    return conformity;
}

static ConformitySender *
sender_at(const Conformity *conformity, guint i)
{
    return &g_array_index(conformity->senders, ConformitySender, i);
}

static ConformitySender *
sender_for(Conformity *conformity, const char *name)
{
    gpointer at;
    if (g_hash_table_lookup_extended(conformity->index, name, NULL, &at))
        return sender_at(conformity, GPOINTER_TO_UINT(at));
    ConformitySender fresh = {
        .sender = g_string_chunk_insert_const(conformity->strings, name),
        .deviations = g_array_new(FALSE, TRUE, sizeof(Deviation)),
    };
    g_hash_table_insert(conformity->index, (gpointer)(guintptr)fresh.sender,
                        GUINT_TO_POINTER(conformity->senders->len));
    g_array_append_val(conformity->senders, fresh);
    return sender_at(conformity, conformity->senders->len - 1);
}

/* ---- from the roll-ups --------------------------------------------------------------------- */

static gboolean
take_tally(gpointer data, const StoreTally *tally)
{
    if (tally->reports > 0)
        sender_for(data, tally->sender)->reports += tally->reports;
    return TRUE;
}

static Deviation *
deviation_for(Conformity *conformity, ConformitySender *sender, const char *code)
{
    for (guint i = 0; i < sender->deviations->len; i++) {
        Deviation *each = &g_array_index(sender->deviations, Deviation, i);
        if (strcmp(each->code, code) == 0)
            return each;
    }
    Deviation fresh = {.code = g_string_chunk_insert_const(conformity->strings, code),
                       .clause = "",
                       .pointer = "",
                       .fact = "the report that has it is not kept any more",
                       .oldest = G_MAXINT64};
    g_array_append_val(sender->deviations, fresh);
    return &g_array_index(sender->deviations, Deviation, sender->deviations->len - 1);
}

static gboolean
take_deviation(gpointer data, const StoreDeviation *deviation)
{
    Conformity *conformity = data;
    ConformitySender *sender = sender_for(conformity, deviation->sender);
    g_auto(GStrv) codes = g_strsplit(deviation->codes, " ", -1);
    sender->deviating += deviation->reports;
    for (guint i = 0; codes[i] != NULL; i++) {
        Deviation *each = deviation_for(conformity, sender, codes[i]);
        each->reports += deviation->reports;
        each->oldest = MIN(each->oldest, deviation->oldest);
        if (deviation->newest <= each->newest)
            continue;
        each->newest = deviation->newest;
        each->newest_day = deviation->newest_day;
    }
    return TRUE;
}

/* ---- from the newest reports ----------------------------------------------------------------- */

static const char *
member(Conformity *conformity, const json_t *finding, const char *name)
{
    const char *text = json_string_value(json_object_get(finding, name));
    return g_string_chunk_insert_const(conformity->strings, text != NULL ? text : "");
}

/* The first finding of its code says what it is. */
static void
describe(Conformity *conformity, Deviation *deviation, const json_t *findings)
{
    gsize i;
    json_t *finding;
    json_array_foreach(findings, i, finding)
    {
        const char *code = json_string_value(json_object_get(finding, "code"));
        if (g_strcmp0(code, deviation->code) != 0)
            continue;
        deviation->clause = member(conformity, finding, "clause");
        deviation->pointer = member(conformity, finding, "pointer");
        deviation->fact = member(conformity, finding, "fact");
        return;
    }
}

static gboolean
describe_all(Conformity *conformity, Store *store, const ConformitySender *sender, GError **error)
{
    for (guint i = 0; i < sender->deviations->len; i++) {
        g_autofree char *text = NULL;
        Deviation *each = &g_array_index(sender->deviations, Deviation, i);
        if (!store_get_findings(store, each->newest, each->newest_day, &text, error))
            return FALSE;
        json_t *findings = text != NULL ? json_loads(text, 0, NULL) : NULL;
        describe(conformity, each, findings);
        json_decref(findings);
    }
    return TRUE;
}

/* ---- all of it ------------------------------------------------------------------------------- */

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

static gboolean
fill(Conformity *conformity, Store *store, const StoreQuery *query, GError **error)
{
    if (!store_each_tally(store, query, FALSE, take_tally, conformity, error) ||
        !store_each_deviation(store, query, take_deviation, conformity, error))
        return FALSE;
    for (guint i = 0; i < conformity->senders->len; i++) {
        if (!describe_all(conformity, store, sender_at(conformity, i), error))
            return FALSE;
        g_array_sort(sender_at(conformity, i)->deviations, by_reports);
    }
    g_array_sort(conformity->senders, by_deviating);
    return TRUE;
}

Conformity *
conformity_make(Store *store, const StoreQuery *query, GError **error)
{
    g_autoptr(Conformity) conformity = conformity_new();
    if (!store_begin_read(store, error))
        return NULL;
    gboolean ok = fill(conformity, store, query, error);
    store_end_read(store);
    return ok ? g_steal_pointer(&conformity) : NULL;
}

const GArray *
conformity_senders(const Conformity *conformity)
{
    return conformity->senders;
}

gint64
conformity_reports(const Conformity *conformity)
{
    gint64 reports = 0;
    for (guint i = 0; i < conformity->senders->len; i++)
        reports += sender_at(conformity, i)->reports;
    return reports;
}

void
conformity_free(Conformity *conformity)
{
    if (conformity == NULL)
        return;
    for (guint i = 0; i < conformity->senders->len; i++)
        g_array_unref(sender_at(conformity, i)->deviations);
    g_array_unref(conformity->senders);
    g_hash_table_unref(conformity->index);
    g_string_chunk_free(conformity->strings);
    g_free(conformity);
}
