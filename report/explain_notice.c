#include "report/explain_notice.h"

#include <string.h>

#include "report/explain-internal.h"
#include "report/notice-internal.h"
#include "report/regular.h"
#include "schema/day.h"
#include "schema/finding.h"

#define NAME_BYTES   200
#define REGULAR_DAYS 28 /* in which a sender has to be regular, as in readiness */

static const char *const kind_names[] = {
    [NOTICE_POLICY_LOST] = "policy-lost",
    [NOTICE_POLICY_MISSED] = "policy-missed",
    [NOTICE_SILENT] = "silent",
    [NOTICE_UNATTRIBUTED] = "unattributed",
    [NOTICE_OLD_POLICY] = "old-policy",
    [NOTICE_MODE_CHANGED] = "mode-changed",
    [NOTICE_POLICY_CHANGED] = "policy-changed",
    [NOTICE_DOUBLE_REPORT] = "double-report",
    [NOTICE_OVERLAP] = "overlap",
    [NOTICE_POLICY_NEVER_SEEN] = "policy-never-seen",
};

const char *
notice_kind_name(NoticeKind kind)
{
    return kind_names[kind];
}

static void
notice_free(gpointer data)
{
    Notice *notice = data;
    g_free(notice->sender);
    g_free(notice->title);
    g_free(notice->text);
    g_free(notice);
}

Notice *
notice_add(GPtrArray *notices, NoticeKind kind, const char *sender, const char *clause)
{
    Notice *notice = g_new0(Notice, 1);
    notice->kind = kind;
    notice->sender = g_strdup(sender);
    notice->clause = clause;
    notice->first_day = G_MAXINT32;
    notice->last_day = G_MININT32;
    g_ptr_array_add(notices, notice);
    return notice;
}

/* ---- one sender ---------------------------------------------------------------------------- */

/* A day of a sender. */
typedef struct {
    gint32 day;
    gboolean has_sts, has_tlsa, has_none;
    gint64 sts_good, sts_bad, tlsa_good, tlsa_bad;
} SenderDay;

static void
take_total(SenderDay *day, const EvidenceTotal *row)
{
    switch (row->type) {
    case POLICY_TYPE_STS:
        day->has_sts = TRUE;
        day->sts_good = sessions_plus(day->sts_good, row->successful);
        day->sts_bad = sessions_plus(day->sts_bad, row->failed);
        break;
    case POLICY_TYPE_TLSA:
        day->has_tlsa = TRUE;
        day->tlsa_good = sessions_plus(day->tlsa_good, row->successful);
        day->tlsa_bad = sessions_plus(day->tlsa_bad, row->failed);
        break;
    case POLICY_TYPE_NONE:
        day->has_none = TRUE;
        break;
    case POLICY_TYPE_OTHER:
        break;
    }
}

static int
by_day(gconstpointer left, gconstpointer right)
{
    const SenderDay *a = left, *b = right;
    return a->day < b->day ? -1 : a->day > b->day;
}

/* The days of the sender whose totals are N rows from ROWS on, one element each. */
static GArray *
days_of(const EvidenceTotal *rows, guint n)
{
    g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(SenderDay));
    GArray *days = g_array_new(FALSE, TRUE, sizeof(SenderDay));
    for (guint i = 0; i < n; i++) {
        SenderDay day = {.day = rows[i].day};
        take_total(&day, &rows[i]);
        g_array_append_val(all, day);
    }
    g_array_sort(all, by_day);
    for (guint i = 0; i < all->len; i++) {
        const SenderDay *each = &g_array_index(all, SenderDay, i);
        SenderDay *last = days->len == 0 ? NULL : &g_array_index(days, SenderDay, days->len - 1);
        if (last == NULL || last->day != each->day) {
            g_array_append_val(days, *each);
            continue;
        }
        last->has_sts |= each->has_sts;
        last->has_tlsa |= each->has_tlsa;
        last->has_none |= each->has_none;
        last->sts_good = sessions_plus(last->sts_good, each->sts_good);
        last->sts_bad = sessions_plus(last->sts_bad, each->sts_bad);
        last->tlsa_good = sessions_plus(last->tlsa_good, each->tlsa_good);
        last->tlsa_bad = sessions_plus(last->tlsa_bad, each->tlsa_bad);
    }
    return days;
}

static void
span_days(Notice *notice, gint32 day)
{
    notice->first_day = MIN(notice->first_day, day);
    notice->last_day = MAX(notice->last_day, day);
    notice->days++;
}

/* The days that have no-policy-found and no sts, from FROM to UNTIL. Drops the notice without one.
 */
static gboolean
span_unseen(GPtrArray *notices, Notice *notice, const GArray *days, gint32 from, gint32 until)
{
    for (guint i = 0; i < days->len; i++) {
        const SenderDay *day = &g_array_index(days, SenderDay, i);
        if (day->has_none && !day->has_sts && day->day >= from && day->day <= until)
            span_days(notice, day->day);
    }
    gboolean any = notice->days > 0;
    if (!any)
        g_ptr_array_remove(notices, notice);
    return any;
}

static void
notice_never_seen(GPtrArray *notices, const char *sender, const char *name, const GArray *days)
{
    Notice *notice = notice_add(notices, NOTICE_POLICY_NEVER_SEEN, sender, "RFC 8460 4.2.2");
    for (guint i = 0; i < days->len; i++) {
        if (g_array_index(days, SenderDay, i).has_none)
            span_days(notice, g_array_index(days, SenderDay, i).day);
    }
    notice->title = g_strdup_printf("%s never sees the policy", name);
    notice->text =
        g_strdup_printf("It reports no-policy-found on %u day%s and no policy on any: it does no "
                        "MTA-STS, so enforce neither protects nor holds back its mail.",
                        notice->days, notice->days == 1 ? "" : "s");
}

static void
notice_lost(GPtrArray *notices, const char *sender, const char *name, const GArray *days,
            gint32 first_seen, gint32 last_seen)
{
    Notice *lost = notice_add(notices, NOTICE_POLICY_LOST, sender, "RFC 8461 3.1");
    g_autofree char *seen = day_format(last_seen);
    gint32 newest = g_array_index(days, SenderDay, days->len - 1).day;
    /* On the last days: who reports no-policy-found once and then nothing may do so by chance. */
    if (span_unseen(notices, lost, days, last_seen + 1, newest)) {
        g_autofree char *since = day_format(lost->first_day);
        lost->title = g_strdup_printf("%s lost the policy", name);
        lost->text = g_strdup_printf(
            "It applied the policy until %s and reports no-policy-found since %s (%u day%s): see "
            "that the _mta-sts record still resolves and the policy can be fetched from its "
            "network. Under enforce its mail would go unprotected.",
            seen, since, lost->days, lost->days == 1 ? "" : "s");
    }
    Notice *missed = notice_add(notices, NOTICE_POLICY_MISSED, sender, "RFC 8461 3.1");
    if (span_unseen(notices, missed, days, first_seen, last_seen)) {
        g_autofree char *first = day_format(missed->first_day);
        g_autofree char *last = day_format(missed->last_day);
        missed->title = g_strdup_printf("%s missed the policy on %u day%s", name, missed->days,
                                        missed->days == 1 ? "" : "s");
        missed->text = g_strdup_printf(
            "Between days with the policy it reports no-policy-found alone, %s to %s: the record "
            "or the policy could not be had then, and it has no copy for the whole max_age.",
            first, last);
    }
}

static void
notice_visibility(GPtrArray *notices, const char *sender, const char *name, const GArray *days,
                  gboolean others_see)
{
    gint32 first_seen = G_MAXINT32, last_seen = G_MININT32;
    gboolean none = FALSE;
    for (guint i = 0; i < days->len; i++) {
        const SenderDay *day = &g_array_index(days, SenderDay, i);
        none = none || day->has_none;
        if (day->has_sts) {
            first_seen = MIN(first_seen, day->day);
            last_seen = MAX(last_seen, day->day);
        }
    }
    if (!none)
        return;
    if (last_seen == G_MININT32) {
        if (others_see)
            notice_never_seen(notices, sender, name, days);
        return;
    }
    notice_lost(notices, sender, name, days, first_seen, last_seen);
}

static void
notice_double(GPtrArray *notices, const char *sender, const char *name, const GArray *days)
{
    Notice *notice = notice_add(notices, NOTICE_DOUBLE_REPORT, sender, "RFC 8460 4");
    guint both = 0;
    for (guint i = 0; i < days->len; i++) {
        const SenderDay *day = &g_array_index(days, SenderDay, i);
        if (!day->has_sts || !day->has_tlsa)
            continue;
        both++;
        /* One session may fail under one policy and not under the other. */
        gint64 sessions = sessions_plus(day->sts_good, day->sts_bad);
        if (sessions > 0 && sessions == sessions_plus(day->tlsa_good, day->tlsa_bad))
            span_days(notice, day->day);
    }
    if (notice->days == 0 || notice->days * 2 < both) {
        g_ptr_array_remove(notices, notice);
        return;
    }
    notice->title = g_strdup_printf("%s reports its sessions twice", name);
    g_autofree char *when =
        notice->days < both ? g_strdup_printf("On %u of the %u days with both", notice->days, both)
        : both == 1         ? g_strdup("On the only day with both")
                            : g_strdup("On every day with both");
    notice->text = g_strdup_printf("%s it tells as many sessions under tlsa as under sts: the same "
                                   "ones, once for each policy. "
                                   "They are shown apart and never added.",
                                   when);
}

static void
notice_silence(GPtrArray *notices, const char *sender, const char *name, const GArray *days,
               gint32 silent_since)
{
    gint32 last = g_array_index(days, SenderDay, days->len - 1).day;
    g_autoptr(GArray) plain = g_array_new(FALSE, FALSE, sizeof(gint32));
    for (guint i = 0; i < days->len; i++)
        g_array_append_val(plain, g_array_index(days, SenderDay, i).day);
    if (last >= silent_since || !regular_is(plain, last + 1 - REGULAR_DAYS, last + 1))
        return;
    Notice *notice = notice_add(notices, NOTICE_SILENT, sender, "RFC 8460 4.1");
    g_autofree char *day = day_format(last);
    notice->first_day = notice->last_day = last;
    notice->days = 1;
    notice->title = g_strdup_printf("%s is silent since %s", name, day);
    notice->text =
        g_strdup("It reported on most days before. Either it sends no more mail here, or "
                 "its reports do not arrive: look into quarantine and spam folders.");
}

/* Failed sessions without details, or with too many, under each policy type. */
static void
notice_gaps(GPtrArray *notices, const char *sender, const char *name, const EvidenceTotal *rows,
            guint n)
{
    for (guint i = 0, end; i < n; i = end) {
        gint64 gap = 0;
        gint32 first = G_MAXINT32, last = G_MININT32;
        guint days = 0;
        for (end = i; end < n && rows[end].type_word == rows[i].type_word; end++) {
            gap = sessions_plus(gap, rows[end].failed - rows[end].detailed);
            if (rows[end].failed == rows[end].detailed)
                continue;
            days += rows[end].day != last ? 1 : 0;
            first = MIN(first, rows[end].day);
            last = MAX(last, rows[end].day);
        }
        if (gap == 0)
            continue;
        g_autofree char *type = text_printable(rows[i].type_word, -1, 40);
        Notice *notice = notice_add(notices, gap > 0 ? NOTICE_UNATTRIBUTED : NOTICE_OVERLAP, sender,
                                    gap > 0 ? "RFC 8460 4.4" : "RFC 8460 4");
        notice->first_day = first;
        notice->last_day = last;
        notice->days = days;
        notice->title =
            gap > 0 ? g_strdup_printf("%s: %" G_GINT64_FORMAT " failed session%s without a detail",
                                      name, gap, gap == 1 ? "" : "s")
                    : g_strdup_printf("%s: details overlap by %" G_GINT64_FORMAT " session%s", name,
                                      -gap, gap == -1 ? "" : "s");
        notice->text =
            gap > 0 ? g_strdup_printf("Under %s it counts them as failed and does not tell how: "
                                      "what enforce would do to them is not known.",
                                      type)
                    : g_strdup_printf("Under %s one session may fail in several ways and is then "
                                      "told several times: the totals count it once.",
                                      type);
    }
}

/* ---- all ----------------------------------------------------------------------------------- */

static gboolean
anybody_reports(const Evidence *evidence, PolicyType type)
{
    for (guint i = 0; i < evidence->totals->len; i++) {
        if (g_array_index(evidence->totals, EvidenceTotal, i).type == type)
            return TRUE;
    }
    return FALSE;
}

static void
notice_nobody(GPtrArray *notices, const Evidence *evidence)
{
    Notice *notice = notice_add(notices, NOTICE_POLICY_NEVER_SEEN, NULL, "RFC 8461 3.1");
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        notice->first_day = MIN(notice->first_day, row->day);
        notice->last_day = MAX(notice->last_day, row->day);
    }
    notice->days = (guint)(notice->last_day - notice->first_day) + 1;
    notice->title = g_strdup("Nobody sees an MTA-STS policy");
    notice->text = g_strdup("No sender reports one. Publish a policy in mode testing and its "
                            "_mta-sts record; if both are there, look at them by tlsgauge check.");
}

static int
by_kind_and_sender(gconstpointer left, gconstpointer right)
{
    const Notice *a = *(const Notice *const *)left, *b = *(const Notice *const *)right;
    if (a->kind != b->kind)
        return (int)a->kind - (int)b->kind;
    if (a->first_day != b->first_day && a->sender == NULL && b->sender == NULL)
        return a->first_day < b->first_day ? -1 : 1;
    return g_strcmp0(a->sender, b->sender);
}

static void
drop_unasked(GPtrArray *notices, const StoreQuery *query)
{
    for (guint i = notices->len; query->sender != NULL && i > 0; i--) {
        const Notice *notice = g_ptr_array_index(notices, i - 1);
        if (notice->sender == NULL || !explain_is_sender(notice->sender, query->sender))
            g_ptr_array_remove_index(notices, i - 1);
    }
}

GPtrArray *
explain_notices(const Evidence *evidence, const StoreQuery *query, guint silence_days)
{
    g_autoptr(GPtrArray) notices = g_ptr_array_new_with_free_func(notice_free);
    const EvidenceTotal *rows = (const EvidenceTotal *)(const void *)evidence->totals->data;
    guint n = evidence->totals->len;
    gboolean seen = anybody_reports(evidence, POLICY_TYPE_STS);
    for (guint i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && rows[end].sender == rows[i].sender;)
            end++;
        g_autoptr(GArray) days = days_of(rows + i, end - i);
        g_autofree char *name = text_printable(rows[i].sender, -1, NAME_BYTES);
        notice_visibility(notices, rows[i].sender, name, days, seen);
        notice_double(notices, rows[i].sender, name, days);
        notice_silence(notices, rows[i].sender, name, days, evidence->today - (gint32)silence_days);
        notice_gaps(notices, rows[i].sender, name, rows + i, end - i);
    }
    if (!seen && anybody_reports(evidence, POLICY_TYPE_NONE))
        notice_nobody(notices, evidence);
    notice_versions(notices, evidence);
    drop_unasked(notices, query);
    g_ptr_array_sort(notices, by_kind_and_sender);
    return g_steal_pointer(&notices);
}
