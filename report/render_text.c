/* The text summary: what an owner reads in a rollout review, 80 columns. */
#include <string.h>

#include "report/render.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"

#define NAME_BYTES 512 /* of a foreign name, printed at most */

typedef struct {
    GString *out;
    gboolean colour;
} Page;

typedef enum { PLAIN, BOLD, DIM, RED, YELLOW, GREEN } Ink;
static const char *const ink_codes[] = {"",         "\033[1m",  "\033[2m",
                                        "\033[31m", "\033[33m", "\033[32m"};

static void
put(Page *page, Ink ink, const char *text)
{
    if (page->colour && ink != PLAIN)
        g_string_append_printf(page->out, "%s%s\033[0m", ink_codes[ink], text);
    else
        g_string_append(page->out, text);
}

static void
put_padded(Page *page, Ink ink, const char *text, int width, gboolean right)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    text_append_padded(cell, text, width, right);
    put(page, ink, cell->str);
}

static void
put_number(Page *page, Ink ink, gint64 number, int width)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    put_padded(page, ink, text, width, TRUE);
}

static void
put_day(Page *page, gint32 day)
{
    g_autofree char *text = day_format(day);
    g_string_append_printf(page->out, "  %s", text);
}

/* A foreign name as the first cell of a row. */
static void
put_name(Page *page, const char *name, int indent, int width)
{
    g_autofree char *printable = text_printable(name, -1, NAME_BYTES);
    text_append_name(page->out, printable, indent, width);
}

static void
put_cell(Page *page, const char *text, int width)
{
    g_autofree char *printable = text_printable(text, -1, NAME_BYTES);
    text_append_cell(page->out, printable, width);
}

static Ink
effect_ink(Effect effect)
{
    switch (effect) {
    case EFFECT_WOULD_BLOCK:
    case EFFECT_BLOCKED:
        return RED;
    case EFFECT_POLICY_UNREADABLE:
        return YELLOW;
    case EFFECT_DANE:
    case EFFECT_NO_POLICY:
    case EFFECT_UNKNOWN:
        break;
    }
    return PLAIN;
}

static void
put_rate(Page *page, gint64 successful, gint64 failed)
{
    g_autofree char *percent = text_percent(failed, successful + failed);
    put_padded(page, PLAIN, percent, 9, TRUE);
}

static void
put_totals(Page *page, const SummaryDomain *domain)
{
    put(page, DIM,
        "  Policy type        Reports   Successful       Failed  Failed %   Unattributed\n");
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        put_name(page, total->policy_type, 2, 16);
        put_number(page, PLAIN, total->reports, 10);
        put_number(page, PLAIN, total->successful, 13);
        put_number(page, total->failed > 0 ? RED : GREEN, total->failed, 13);
        put_rate(page, total->successful, total->failed);
        put_number(page, PLAIN, total->unattributed, 15);
        g_string_append_c(page->out, '\n');
    }
}

static void
put_trust(Page *page, const SummaryDomain *domain)
{
    /* Per policy type, because a report with two types would count twice in a sum. */
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        gint64 weak = total->reports_by_trust[TRUST_UNVERIFIED] +
                      total->reports_by_trust[TRUST_UNAUTHENTICATED];
        if (weak == 0)
            continue;
        g_autofree char *type = text_printable(total->policy_type, -1, 40);
        g_autofree char *line =
            g_strdup_printf("  %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                            " report%s not verified (%" G_GINT64_FORMAT
                            " by mail, %" G_GINT64_FORMAT " by HTTPS)\n",
                            type, weak, total->reports, total->reports == 1 ? "" : "s",
                            total->reports_by_trust[TRUST_UNVERIFIED],
                            total->reports_by_trust[TRUST_UNAUTHENTICATED]);
        put(page, DIM, line);
    }
}

static void
put_gap(Page *page, const SummaryDomain *domain)
{
    for (guint i = 0; i < domain->totals->len; i++) {
        const SummaryTotal *total = &g_array_index(domain->totals, SummaryTotal, i);
        if (total->unattributed == 0)
            continue;
        g_autofree char *type = text_printable(total->policy_type, -1, 40);
        g_autofree char *line =
            total->unattributed > 0
                ? g_strdup_printf("  %s: %" G_GINT64_FORMAT
                                  " failed sessions have no detail (unattributed)\n",
                                  type, total->unattributed)
                : g_strdup_printf("  %s: details overlap, %" G_GINT64_FORMAT
                                  " more than there are failed sessions\n",
                                  type, -total->unattributed);
        put(page, DIM, line);
    }
}

static void
put_senders(Page *page, const SummaryDomain *domain)
{
    put(page, BOLD, "\n  Senders\n");
    put(page, DIM,
        "  Sender                Policy type    Successful   Failed  Failed %  Newest day\n");
    for (guint i = 0; i < domain->senders->len; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        put_name(page, sender->sender, 2, 21);
        g_string_append_c(page->out, ' ');
        put_cell(page, sender->policy_type, 15);
        put_number(page, PLAIN, sender->successful, 10);
        put_number(page, sender->failed > 0 ? RED : PLAIN, sender->failed, 9);
        put_rate(page, sender->successful, sender->failed);
        put_day(page, sender->newest_day);
        g_string_append_c(page->out, '\n');
    }
}

/* Senders that see little but the delivery of their own report mail. */
static void
put_loops(Page *page, const SummaryDomain *domain)
{
    for (guint i = 0; i < domain->senders->len; i++) {
        const SummarySender *sender = &g_array_index(domain->senders, SummarySender, i);
        if (sender->loop_days == 0)
            continue;
        g_autofree char *name = text_printable(sender->sender, -1, 60);
        g_autofree char *line = g_strdup_printf(
            "  %s:\n    %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
            " days show one session only, that of its own report mail: no coverage\n",
            name, sender->loop_days, sender->days);
        put(page, DIM, line);
    }
}

/* One line of the two failure tables: what is alike in its two first columns. */
typedef struct {
    const char *name; /* sender or MX */
    const char *result_type;
    Effect effect;
    gint64 sessions;
    gint32 first_day, last_day;
} Line;

static const char *
line_name(const SummaryFailure *failure, gboolean by_mx)
{
    if (!by_mx)
        return failure->sender;
    return failure->mx != NULL ? failure->mx : "(no MX named)";
}

static int
by_key(gconstpointer a, gconstpointer b)
{
    const Line *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order == 0)
        order = strcmp(left->result_type, right->result_type);
    return order != 0 ? order : (int)left->effect - (int)right->effect;
}

static int
by_name_then_sessions(gconstpointer a, gconstpointer b)
{
    const Line *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    if (left->sessions != right->sessions)
        return left->sessions > right->sessions ? -1 : 1;
    return by_key(a, b);
}

static GArray *
lines_of(const SummaryDomain *domain, gboolean by_mx)
{
    g_autoptr(GArray) single = g_array_new(FALSE, TRUE, sizeof(Line));
    for (guint i = 0; i < domain->failures->len; i++) {
        const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
        Line line = {line_name(failure, by_mx), failure->result_type, failure->effect,
                     failure->sessions,         failure->first_day,   failure->last_day};
        g_array_append_val(single, line);
    }
    g_array_sort(single, by_key);

    GArray *lines = g_array_new(FALSE, TRUE, sizeof(Line));
    for (guint i = 0; i < single->len; i++) {
        const Line *each = &g_array_index(single, Line, i);
        Line *last = lines->len == 0 ? NULL : &g_array_index(lines, Line, lines->len - 1);
        if (last == NULL || by_key(last, each) != 0) {
            g_array_append_val(lines, *each);
            continue;
        }
        last->sessions = sessions_plus(last->sessions, each->sessions);
        last->first_day = MIN(last->first_day, each->first_day);
        last->last_day = MAX(last->last_day, each->last_day);
    }
    g_array_sort(lines, by_name_then_sessions);
    return lines;
}

static void
put_failure_table(Page *page, const SummaryDomain *domain, gboolean by_mx)
{
    g_autoptr(GArray) lines = lines_of(domain, by_mx);
    put(page, BOLD, by_mx ? "\n  Failures by MX\n" : "\n  Failures by sender\n");
    put(page, DIM,
        by_mx ? "  MX                  Failure                   Sessions  First day   Last day\n"
              : "  Sender              Failure                   Sessions  First day   Last day\n");
    const char *previous = NULL;
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        gboolean again = previous != NULL && strcmp(previous, line->name) == 0;
        put_name(page, again ? "" : line->name, 2, 19);
        g_string_append_c(page->out, ' ');
        put_cell(page, line->result_type[0] != '\0' ? line->result_type : "(none given)", 25);
        put_number(page, effect_ink(line->effect), line->sessions, 9);
        put_day(page, line->first_day);
        put_day(page, line->last_day);
        g_string_append_c(page->out, '\n');
        previous = line->name;
    }
}

static void
put_effects(Page *page, const SummaryDomain *domain)
{
    put(page, BOLD, "\n  What the failures mean for enforce\n");
    for (int effect = EFFECT_WOULD_BLOCK; effect <= EFFECT_UNKNOWN; effect++) {
        gint64 sessions = 0;
        for (guint i = 0; i < domain->failures->len; i++) {
            const SummaryFailure *failure = &g_array_index(domain->failures, SummaryFailure, i);
            if ((int)failure->effect == effect)
                sessions = sessions_plus(sessions, failure->sessions);
        }
        if (sessions == 0)
            continue;
        g_string_append(page->out, "  ");
        put_padded(page, effect_ink((Effect)effect), effect_name((Effect)effect), 18, FALSE);
        put_number(page, PLAIN, sessions, 9);
        g_string_append_printf(page->out, "  %s\n", effect_sentence((Effect)effect));
    }
}

static void
put_domain(Page *page, const Summary *summary, const SummaryDomain *domain)
{
    g_string_append_c(page->out, '\n');
    g_autofree char *name = text_printable(domain->domain, -1, NAME_BYTES);
    put(page, BOLD, name);
    g_string_append_c(page->out, '\n');
    put_totals(page, domain);
    put_gap(page, domain);
    put_trust(page, domain);
    put_senders(page, domain);
    put_loops(page, domain);
    if (domain->failures->len > 0) {
        put_failure_table(page, domain, FALSE);
        put_failure_table(page, domain, TRUE);
        put_effects(page, domain);
    } else if (!summary->filtered) {
        put(page, GREEN, "\n  No failure details.\n");
    } else {
        g_string_append(page->out, "\n  No failure matches the filter.\n");
    }
}

void
render_text(const Summary *summary, const RenderStyle *style, GString *out)
{
    Page page = {.out = out, .colour = style->colour};
    if (summary->any) {
        g_autofree char *since = day_format(summary->since);
        g_autofree char *until = day_format(summary->until);
        g_autofree char *title =
            g_strdup_printf("TLS reports, %s to %s (UTC days)\n", since, until);
        put(&page, BOLD, title);
    } else {
        g_string_append(out, "No report is stored yet.\n");
    }
    if (summary->filtered)
        put(&page, DIM,
            "Failures are filtered; totals and senders are not (successes name no MX).\n");
    for (guint i = 0; i < summary->domains->len; i++)
        put_domain(&page, summary, &g_array_index(summary->domains, SummaryDomain, i));
    if (summary->any && summary->domains->len == 0)
        g_string_append(out, "\nNothing in this period matches.\n");
    if (summary->quarantined > 0)
        g_string_append_printf(out,
                               "\nIn quarantine, not counted: %" G_GINT64_FORMAT
                               " (see: tlsgauge quarantine list)\n",
                               summary->quarantined);
}
