/* test_store_report.h: reports in a few words.
 *
 * A report is written as lines, and these lines are also its "raw" form, so that a store can decode
 * it again without any other part of the program:
 *
 *   org Google Inc.
 *   contact tls@google.com                          (optional)
 *   id r-1
 *   start 1700006400
 *   entry sts a.example,b.example 10 2 testing:1    type, counts for (- none), good, failed, policy
 *   fail mx1.a.example certificate-expired - 2      MX, result type, reason, sessions (- none)
 *   finding date-no-zone /date-range                code, pointer: a deviation that it came with
 *
 * The policy "testing:1" is an STS policy of that mode with the MX mx1.a.example; "-" is none.
 */
#pragma once

#include <glib.h>
#include <string.h>

#include "schema/finding.h"
#include "schema/report.h"

#define DAY0        G_GINT64_CONSTANT(1700006400) /* 2023-11-15T00:00:00Z, day 19676 */
#define DAY0_NUMBER 19676

static inline const char *
fixture_optional(Report *report, const char *word)
{
    return g_str_equal(word, "-") ? NULL : report_string(report, word, -1);
}

static inline const char *const *
fixture_policy(Report *report, const char *word)
{
    const char *lines[4];
    g_auto(GStrv) parts = g_strsplit(word, ":", 2);
    if (parts[1] == NULL)
        return report_list(report, NULL, 0);
    g_autofree char *mode = g_strdup_printf("mode: %s", parts[0]);
    g_autofree char *mx = g_strdup_printf("mx: mx%s.a.example", parts[1]);
    lines[0] = "version: STSv1";
    lines[1] = report_string(report, mode, -1);
    lines[2] = report_string(report, mx, -1);
    lines[3] = "max_age: 86400";
    return report_list(report, lines, 4);
}

static inline void
fixture_add_entry(Report *report, const PolicyEntry *entry)
{
    PolicyEntry *policies = report_new_policies(report, report->n_policies + 1);
    for (gsize i = 0; i < report->n_policies; i++)
        policies[i] = report->policies[i];
    policies[report->n_policies++] = *entry;
    report->policies = policies;
}

static inline void
fixture_entry(Report *report, char **words)
{
    PolicyEntry entry = {0};
    g_auto(GStrv) domains = g_strsplit(words[2], ",", -1);
    gsize n = g_str_equal(words[2], "-") ? 0 : g_strv_length(domains);
    g_autofree const char **kept = g_new0(const char *, n + 1);
    for (gsize i = 0; i < n; i++)
        kept[i] = report_string(report, domains[i], -1);
    entry.type_word = report_string(report, words[1], -1);
    entry.type = policy_type_from_word(words[1]);
    entry.domain = n > 0 ? kept[0] : NULL;
    entry.counts_for = report_list(report, kept, n);
    entry.successful_sessions = g_ascii_strtoll(words[3], NULL, 10);
    entry.failed_sessions = g_ascii_strtoll(words[4], NULL, 10);
    entry.policy_string = fixture_policy(report, words[5]);
    entry.mx_host = report_list(report, NULL, 0);
    fixture_add_entry(report, &entry);
}

static inline void
fixture_failure(Report *report, char **words)
{
    PolicyEntry *entry = &report->policies[report->n_policies - 1];
    FailureDetail detail = {0};
    detail.mx_hostname = fixture_optional(report, words[1]);
    detail.result_word = g_str_equal(words[2], "-") ? "" : report_string(report, words[2], -1);
    detail.result_type = result_type_from_word(detail.result_word);
    detail.reason_code = fixture_optional(report, words[3]);
    detail.failed_sessions = g_ascii_strtoll(words[4], NULL, 10);
    FailureDetail *failures = report_new_failures(report, entry->n_failures + 1);
    for (gsize i = 0; i < entry->n_failures; i++)
        failures[i] = entry->failures[i];
    failures[entry->n_failures++] = detail;
    entry->failures = failures;
}

/* FALSE for a line that is none of those above. */
static inline gboolean
fixture_line(Report *report, const char *line)
{
    const char *rest = strchr(line, ' ');
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint n = g_strv_length(words);
    if (rest == NULL)
        return *line == '\0';
    if (g_str_equal(words[0], "org"))
        report->organization_name = report_string(report, rest + 1, -1);
    else if (g_str_equal(words[0], "contact"))
        report->contact_info = report_string(report, rest + 1, -1);
    else if (g_str_equal(words[0], "id"))
        report->report_id = report_string(report, rest + 1, -1);
    else if (g_str_equal(words[0], "start"))
        report->start = g_ascii_strtoll(rest + 1, NULL, 10);
    else if (g_str_equal(words[0], "entry") && n == 6)
        fixture_entry(report, words);
    else if (g_str_equal(words[0], "fail") && n == 5 && report->n_policies > 0)
        fixture_failure(report, words);
    else
        return g_str_equal(words[0], "finding") && n == 3;
    return TRUE;
}

static inline GPtrArray *
fixture_findings(const char *text)
{
    GPtrArray *findings = findings_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        if (g_str_has_prefix(lines[i], "finding "))
            findings_add(findings, FINDING_DEVIATION, g_intern_string(words[1]), words[2],
                         "RFC 8460 4.4", "%s at %s", words[1], words[2]);
    }
    return findings;
}

/* NULL where TEXT is no such report. */
static inline Report *
fixture_report(const char *text)
{
    g_autoptr(Report) report = report_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (!g_utf8_validate(text, -1, NULL))
        return NULL;
    for (guint i = 0; lines[i] != NULL; i++) {
        if (!fixture_line(report, lines[i]))
            return NULL;
    }
    report->end = report->start + 86399;
    return g_steal_pointer(&report);
}

static inline Report *
fixture_decode(gpointer calls, GBytes *raw, G_GNUC_UNUSED const char *hint_domain)
{
    gsize length;
    const char *data = g_bytes_get_data(raw, &length);
    g_autofree char *text = g_strndup(data, length);
    if (calls != NULL)
        ++*(guint *)calls;
    return fixture_report(text);
}
