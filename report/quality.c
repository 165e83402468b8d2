#include "report/quality.h"

/* Reports of a day come on the next one, some a day later. */
#define DAYS_TO_COME 2

struct Quality {
    GHashTable *domains; /* name -> QualityDomain */
};

static void
domain_free(gpointer data)
{
    QualityDomain *domain = data;
    g_free((gpointer)(guintptr)domain->domain);
    g_array_unref(domain->gaps);
    g_free(domain);
}

static QualityDomain *
domain_for(Quality *quality, const char *name)
{
    QualityDomain *domain = g_hash_table_lookup(quality->domains, name);
    if (domain == NULL) {
        domain = g_new0(QualityDomain, 1);
        domain->domain = g_strdup(name);
        domain->gaps = g_array_new(FALSE, FALSE, sizeof(QualityGap));
        g_hash_table_insert(quality->domains, (gpointer)(guintptr)domain->domain, domain);
    }
    return domain;
}

static gboolean
take_tally(gpointer data, const StoreTally *tally)
{
    QualityDomain *domain = domain_for(data, tally->domain);
    domain->reports += tally->reports;
    domain->duplicates += tally->duplicates;
    domain->uncounted += tally->uncounted;
    domain->by_trust[tally->trust] += tally->reports;
    if (trust_rank(tally->trust) < trust_rank(TRUST_VERIFIED))
        domain->untrusted += tally->reports;
    return TRUE;
}

Quality *
quality_make(Store *store, const StoreQuery *query, GError **error)
{
    g_autoptr(Quality) quality = g_new0(Quality, 1);
    quality->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, domain_free);
    if (!store_each_tally(store, query, TRUE, take_tally, quality, error))
        return NULL;
    return g_steal_pointer(&quality);
}

static void
add_gap(QualityDomain *domain, gint32 first, gint32 last)
{
    QualityGap gap = {first, last};
    if (first > last)
        return;
    domain->days_without += (gint64)last - first + 1;
    if (domain->gaps->len == QUALITY_GAPS)
        g_array_remove_index(domain->gaps, 0);
    g_array_append_val(domain->gaps, gap);
}

static int
by_number(gconstpointer a, gconstpointer b)
{
    gint32 left = *(const gint32 *)a, right = *(const gint32 *)b;
    return left < right ? -1 : left > right;
}

/* The days with a report of whatever policy type, ascending, some perhaps twice. */
static GArray *
days_of(const TrendDomain *trend)
{
    GArray *days = g_array_new(FALSE, FALSE, sizeof(gint32));
    for (guint i = 0; trend != NULL && i < trend->series->len; i++) {
        const GArray *series = g_array_index(trend->series, TrendSeries, i).days;
        for (guint j = 0; j < series->len; j++)
            g_array_append_val(days, g_array_index(series, ChartDay, j).day);
    }
    g_array_sort(days, by_number);
    return days;
}

void
quality_gaps(Quality *quality, const Summary *summary, const Trend *trend, gint32 today)
{
    gint32 until = MIN(summary->until, today - 1 - DAYS_TO_COME);
    if (!summary->any || until < summary->since)
        return;
    for (guint i = 0; i < summary->domains->len; i++) {
        const char *name = g_array_index(summary->domains, SummaryDomain, i).domain;
        QualityDomain *domain = domain_for(quality, name);
        g_autoptr(GArray) days = days_of(trend_domain(trend, name));
        gint32 expected = summary->since;
        domain->days = (gint64)until - summary->since + 1;
        for (guint j = 0; j < days->len; j++) {
            gint32 day = g_array_index(days, gint32, j);
            if (day > until)
                break;
            add_gap(domain, expected, day - 1);
            expected = day + 1;
        }
        add_gap(domain, expected, until);
    }
}

const QualityDomain *
quality_domain(Quality *quality, const char *domain)
{
    return domain_for(quality, domain);
}

void
quality_free(Quality *quality)
{
    if (quality == NULL)
        return;
    g_hash_table_unref(quality->domains);
    g_free(quality);
}
