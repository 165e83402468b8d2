/* review_data.c: the days, and how good the data are. Part of review_document.h. */
#include "report/review_document.h"
#include "schema/day.h"

static void
put_no_report(Document *document, gint32 first, gint32 last)
{
    if (first > last)
        return;
    g_autofree char *days = day_span_format(first, last);
    document_cell(document, TONE_PLAIN, days);
    for (int i = 0; i < 4; i++)
        document_cell(document, TONE_PLAIN, i == 0 ? "none" : NULL);
}

static void
put_days(Document *document, const TrendSeries *series)
{
    gint32 expected = g_array_index(series->days, ChartDay, 0).day;
    document_table(document, NULL, "Day", "#Reports", "#Successful", "#Failed", "#Failed %", NULL);
    for (guint i = 0; i < series->days->len; i++) {
        const ChartDay *day = &g_array_index(series->days, ChartDay, i);
        put_no_report(document, expected, day->day - 1);
        expected = day->day + 1;
        document_day(document, day->day);
        document_number(document, TONE_PLAIN, day->reports);
        document_number(document, TONE_PLAIN, day->successful);
        document_number(document, day->failed > 0 ? TONE_BAD : TONE_PLAIN, day->failed);
        document_share(document, day->failed, sessions_plus(day->successful, day->failed));
    }
}

void
document_trend(Document *document, const Review *review, const ReviewDomain *domain)
{
    if (!(review->parts & REVIEW_TREND) || domain->trend == NULL)
        return;
    for (guint i = 0; i < domain->trend->series->len; i++) {
        const TrendSeries *series = &g_array_index(domain->trend->series, TrendSeries, i);
        g_autofree char *title = g_strdup_printf("Sessions of %s by day: %s",
                                                 domain->summary->domain, series->policy_type);
        document_heading(document, 3, "By day: %s", series->policy_type);
        document_chart(document, series->days, title);
        put_days(document, series);
    }
}

static void
put_copies(Document *document, const QualityDomain *quality)
{
    document_line(document,
                  "Reports: %" G_GINT64_FORMAT " counted; %" G_GINT64_FORMAT
                  " further cop%s of the same content; %" G_GINT64_FORMAT
                  " cop%s of other content not counted",
                  quality->reports, quality->duplicates, quality->duplicates == 1 ? "y" : "ies",
                  quality->uncounted, quality->uncounted == 1 ? "y" : "ies");
    document_line(document,
                  "Trust: %" G_GINT64_FORMAT " verified, %" G_GINT64_FORMAT
                  " local, %" G_GINT64_FORMAT " mailed without proof, %" G_GINT64_FORMAT
                  " posted without proof",
                  quality->by_trust[TRUST_VERIFIED], quality->by_trust[TRUST_LOCAL],
                  quality->by_trust[TRUST_UNVERIFIED], quality->by_trust[TRUST_UNAUTHENTICATED]);
}

static void
put_gaps(Document *document, const QualityDomain *quality)
{
    if (quality->days == 0)
        return;
    if (quality->days_without == 0) {
        document_line(document,
                      "Days: each of the %" G_GINT64_FORMAT " that should be complete has a report",
                      quality->days);
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < quality->gaps->len; i++) {
        const QualityGap *gap = &g_array_index(quality->gaps, QualityGap, i);
        g_autofree char *days = day_span_format(gap->first, gap->last);
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", days);
    }
    document_line(document,
                  "Days: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " are without any report: %s%s",
                  quality->days_without, quality->days,
                  quality->gaps->len == QUALITY_GAPS ? "lately " : "", text->str);
}

void
document_quality(Document *document, const ReviewDomain *domain)
{
    if (domain->quality == NULL)
        return;
    document_heading(document, 3, "Quality of the data");
    document_list(document, NULL);
    put_copies(document, domain->quality);
    put_gaps(document, domain->quality);
    for (guint i = 0; i < domain->summary->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->summary->totals, SummaryTotal, i);
        document_line(document,
                      "Details (%s): %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                      " failed sessions are explained by details",
                      total->policy_type, total->failed - total->unattributed, total->failed);
    }
}

static void
put_sender(Document *document, const ConformitySender *sender)
{
    g_autofree char *text =
        g_strdup_printf("%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " report%s depart%s from "
                        "the RFC",
                        sender->sender, sender->deviating, sender->reports, plural(sender->reports),
                        sender->deviating == 1 ? "s" : "");
    document_list(document, text);
    for (guint i = 0; i < sender->deviations->len; i++) {
        const Deviation *each = &g_array_index(sender->deviations, Deviation, i);
        document_line(document,
                      "%s (%s) in %" G_GINT64_FORMAT " report%s, last in r%" G_GINT64_FORMAT
                      "%s%s: %s",
                      each->code, each->clause, each->reports, plural(each->reports), each->newest,
                      *each->pointer != '\0' ? " at " : "", each->pointer, each->fact);
    }
}

void
document_conformity(Document *document, const Review *review)
{
    const GArray *senders = conformity_senders(review->conformity);
    guint conforming = 0;
    document_heading(document, 2, "How the reports conform to RFC 8460");
    for (guint i = 0; i < senders->len; i++) {
        const ConformitySender *sender = &g_array_index(senders, ConformitySender, i);
        if (sender->deviating > 0)
            put_sender(document, sender);
        else
            conforming++;
    }
    document_text(document, TONE_PLAIN, "%u of %u sender%s conform%s in every report.", conforming,
                  senders->len, plural(senders->len), conforming == 1 ? "s" : "");
}
