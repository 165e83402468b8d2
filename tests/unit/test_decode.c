/* test_decode.c: every folder of cases/decode/ holds input.json and expected. "expected" has one
 * line a finding, "deviation CODE POINTER" or "defect CODE POINTER" (all of them, none more), then
 * lines "/PATH VALUE" that must be true of the decoded report, and lines "says TEXT" that must be
 * what one finding says in full: pointer, clause, fact. */
#include "schema/decode.h"

#include <string.h>

#include "schema/day.h"
#include "schema/limits.h"

typedef struct {
    GPtrArray *findings;
    Report *report;
    GPtrArray *facts;  /* "/PATH VALUE" */
    GPtrArray *listed; /* "deviation CODE POINTER", sorted */
    GPtrArray *said;   /* "POINTER: CLAUSE: FACT" */
} Outcome;

static void G_GNUC_PRINTF(3, 4)
    add_fact(Outcome *outcome, const char *value, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *path = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = value == NULL ? g_strdup("(none)") : text_printable(value, -1, 4096);
    g_ptr_array_add(outcome->facts, g_strdup_printf("%s %s", path, text));
}

static void
add_number(Outcome *outcome, gint64 number, const char *path, const char *member)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    add_fact(outcome, text, "%s/%s", path, member);
}

static void
add_list(Outcome *outcome, const char *const *list, const char *path, const char *member)
{
    gint64 n = 0;
    for (; list[n] != NULL; n++)
        add_fact(outcome, list[n], "%s/%s/%" G_GINT64_FORMAT, path, member, n);
    add_number(outcome, n, path, member);
}

static void
add_failure(Outcome *outcome, const FailureDetail *failure, const char *path)
{
    gboolean registered = failure->result_type != RESULT_OTHER;
    add_fact(outcome, failure->result_word, "%s/result", path);
    add_fact(outcome, registered ? "yes" : "no", "%s/registered", path);
    add_fact(outcome, failure->sending_mta_ip, "%s/sending-ip", path);
    add_fact(outcome, failure->receiving_ip, "%s/receiving-ip", path);
    add_fact(outcome, failure->mx_hostname, "%s/mx", path);
    add_fact(outcome, failure->mx_helo, "%s/helo", path);
    add_fact(outcome, failure->additional_info, "%s/info", path);
    add_fact(outcome, failure->reason_code, "%s/reason", path);
    add_number(outcome, failure->failed_sessions, path, "sessions");
}

static void
add_entry(Outcome *outcome, const PolicyEntry *entry, gsize index)
{
    g_autofree char *path = g_strdup_printf("/policies/%" G_GSIZE_FORMAT, index);
    add_fact(outcome, policy_entry_type_name(entry), "%s/type", path);
    add_fact(outcome, entry->domain, "%s/domain", path);
    add_list(outcome, entry->policy_string, path, "policy-string");
    add_list(outcome, entry->mx_host, path, "mx-host");
    add_list(outcome, entry->counts_for, path, "counts-for");
    add_number(outcome, entry->successful_sessions, path, "successful");
    add_number(outcome, entry->failed_sessions, path, "failed");
    add_number(outcome, (gint64)entry->n_failures, path, "failures");
    for (gsize i = 0; i < entry->n_failures; i++) {
        g_autofree char *detail = g_strdup_printf("%s/failures/%" G_GSIZE_FORMAT, path, i);
        add_failure(outcome, &entry->failures[i], detail);
    }
}

static void
add_report(Outcome *outcome)
{
    const Report *report = outcome->report;
    g_autofree char *start = datetime_format(report->start);
    g_autofree char *end = datetime_format(report->end);
    add_fact(outcome, report->organization_name, "/organization-name");
    add_fact(outcome, report->contact_info, "/contact-info");
    add_fact(outcome, report->report_id, "/report-id");
    add_fact(outcome, start, "/start");
    add_fact(outcome, end, "/end");
    add_number(outcome, (gint64)report->n_policies, "", "policies");
    for (gsize i = 0; i < report->n_policies; i++)
        add_entry(outcome, &report->policies[i], i);
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
decode_into(Outcome *outcome, const char *json, gsize length)
{
    outcome->findings = findings_new();
    outcome->facts = g_ptr_array_new_with_free_func(g_free);
    outcome->listed = g_ptr_array_new_with_free_func(g_free);
    outcome->said = g_ptr_array_new_with_free_func(g_free);
    outcome->report = report_decode(json, length, outcome->findings);
    for (guint i = 0; i < outcome->findings->len; i++) {
        const Finding *finding = outcome->findings->pdata[i];
        g_autofree char *line =
            g_strdup_printf("%s %s %s", finding->kind == FINDING_DEFECT ? "defect" : "deviation",
                            finding->code, finding->pointer);
        g_ptr_array_add(outcome->listed, g_strdup(g_strchomp(line)));
        g_ptr_array_add(outcome->said, g_strdup_printf("%s: %s: %s", finding->pointer,
                                                       finding->clause, finding->fact));
    }
    g_ptr_array_sort(outcome->listed, compare_lines);
    if (outcome->report != NULL)
        add_report(outcome);
}

static void
outcome_clear(Outcome *outcome)
{
    g_ptr_array_unref(outcome->findings);
    g_ptr_array_unref(outcome->facts);
    g_ptr_array_unref(outcome->listed);
    g_ptr_array_unref(outcome->said);
    report_free(outcome->report);
}

static void
require(const GPtrArray *lines, const char *wanted)
{
    if (g_ptr_array_find_with_equal_func((GPtrArray *)lines, wanted, g_str_equal, NULL))
        return;
    g_test_fail();
    g_test_message("not so: %s", wanted);
    for (guint i = 0; i < lines->len; i++)
        g_test_message("    it is: %s", (const char *)lines->pdata[i]);
}

static void
require_findings(const Outcome *outcome, const GPtrArray *wanted)
{
    for (guint i = 0; i < MAX(wanted->len, outcome->listed->len); i++) {
        const char *want = i < wanted->len ? wanted->pdata[i] : "(nothing)";
        const char *have = i < outcome->listed->len ? outcome->listed->pdata[i] : "(nothing)";
        g_assert_cmpstr(have, ==, want);
    }
}

static void
run_case(gconstpointer data)
{
    const char *name = data;
    g_autofree char *input = g_build_filename(TEST_DIR, "cases/decode", name, "input.json", NULL);
    g_autofree char *expected = g_build_filename(TEST_DIR, "cases/decode", name, "expected", NULL);
    g_autofree char *json = NULL, *text = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(input, &json, &length, NULL));
    g_assert_true(g_file_get_contents(expected, &text, NULL, NULL));

    Outcome outcome;
    decode_into(&outcome, json, length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) findings = g_ptr_array_new();
    gboolean defect = FALSE;
    guint checked = 0;
    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "says "))
            require(outcome.said, *line + strlen("says "));
        else if (**line == '/')
            require(outcome.facts, *line);
        else if (**line != '\0')
            g_ptr_array_add(findings, *line);
        defect = defect || g_str_has_prefix(*line, "defect ");
        checked += **line != '\0';
    }
    g_ptr_array_sort(findings, compare_lines);
    require_findings(&outcome, findings);
    g_assert_true((outcome.report == NULL) == defect);
    g_assert_cmpuint(checked, >, 0);
    outcome_clear(&outcome);
}

static void
add_cases(void)
{
    g_autofree char *folder = g_build_filename(TEST_DIR, "cases/decode", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_strdup_printf("/decode/case/%s", name);
        g_test_add_data_func_full(path, g_strdup(name), run_case, g_free);
    }
}

/* REPEATED many times between HEAD and TAIL must end in the one defect CODE. */
static void
refuse_repeated(const char *head, const char *repeated, gsize times, const char *tail,
                const char *code)
{
    g_autoptr(GString) json = g_string_new(head);
    for (gsize i = 0; i < times; i++)
        g_string_append(json, repeated);
    g_string_append(json, tail);
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_null(report_decode(json->str, json->len, findings));
    g_assert_nonnull(findings_first_defect(findings));
    g_assert_cmpstr(findings_first_defect(findings)->code, ==, code);
}

static void
test_bombs(void)
{
    const gsize most = LIMIT_INFLATED_BYTES / 4;
    refuse_repeated("", "[", most, "", "json-too-complex");
    refuse_repeated("", "{\"a\":", most / 5, "", "json-too-complex");
    refuse_repeated("[", "{},", most / 3, "{}]", "json-too-complex");
    refuse_repeated("[", "0,", most / 2, "0]", "json-too-complex");
    refuse_repeated("", "]", most, "", "json-syntax");
    refuse_repeated("{\"", "a", LIMIT_INFLATED_BYTES, "\":1}", "json-too-complex");
    refuse_repeated("\"", "\\", most, "", "json-truncated");
    refuse_repeated("{\"a\":", "1", most, "}", "json-number-overflow");
    refuse_repeated("{\"report-id\":\"", "\\u0000", most / 6, "\"}", "report-id-too-long");
}

#define HEAD                                                                                       \
    "{\"organization-name\":\"S\",\"contact-info\":\"a@s.example\",\"report-id\":\"1\","           \
    "\"date-range\":{\"start-datetime\":\"2025-03-01T00:00:00Z\","                                 \
    "\"end-datetime\":\"2025-03-01T23:59:59Z\"},\"policies\":[{\"policy\":{\"policy-type\":"       \
    "\"sts\",\"policy-domain\":\"mail.example\"},\"summary\":{\"total-successful-session-count\""  \
    ":0,\"total-failure-session-count\":9},\"failure-details\":["

static void
test_failure_details_limit(void)
{
    refuse_repeated(HEAD, "{\"failed-session-count\":1},", LIMIT_FAILURE_DETAILS, "{}]}]}",
                    "failure-details-too-many");
    g_autoptr(GString) json = g_string_new(HEAD);
    for (gsize i = 1; i < LIMIT_FAILURE_DETAILS; i++)
        g_string_append(json, "{\"failed-session-count\":1},");
    g_string_append(json, "{\"failed-session-count\":1}]}]}");
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) report = report_decode(json->str, json->len, findings);
    g_assert_nonnull(report);
    g_assert_cmpuint(report->policies[0].n_failures, ==, LIMIT_FAILURE_DETAILS);
    g_assert_cmpuint(findings->len, ==, LIMIT_FINDINGS);
}

/* A defect at the end of a document full of deviations is not lost. */
static void
test_defect_behind_deviations(void)
{
    g_autoptr(GString) json = g_string_new(HEAD);
    for (gsize i = 0; i < 2 * LIMIT_FINDINGS; i++)
        g_string_append(json, "{\"failed-session-count\":1},");
    g_string_append(json, "{\"failed-session-count\":-1}]}]}");
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_null(report_decode(json->str, json->len, findings));
    g_assert_cmpstr(findings_first_defect(findings)->code, ==, "count-negative");
    g_assert_cmpuint(findings->len, ==, LIMIT_FINDINGS);
}

/* The documented rule: NULL exactly when a defect was appended, whatever stood there before. */
static void
test_findings_of_others(void)
{
    const char *json =
        HEAD "{\"result-type\":\"validation-failure\",\"failed-session-count\":9}]}]}";
    g_autoptr(GPtrArray) findings = findings_new();
    findings_add(findings, FINDING_DEFECT, "of-others", "", "RFC 1", "fact");
    g_autoptr(Report) report = report_decode(json, strlen(json), findings);
    g_assert_nonnull(report);
}

/* Two copies that differ in white space, member order and unknown members are one content. */
static void
test_content_of_copies(void)
{
    const char *a = HEAD "{\"result-type\":\"validation-failure\",\"failed-session-count\":9}]}]}";
    const char *b =
        HEAD "\n {\"failed-session-count\" : 9,\"x\":[],\"result-type\":\"validation-failure\","
             "\"receiving-ip\":\"\"}]}],\"y\":1}";
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) one = report_decode(a, strlen(a), findings);
    g_autoptr(Report) two = report_decode(b, strlen(b), findings);
    guint8 content[2][REPORT_DIGEST_BYTES];
    report_content(one, content[0]);
    report_content(two, content[1]);
    g_assert_cmpmem(content[0], REPORT_DIGEST_BYTES, content[1], REPORT_DIGEST_BYTES);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    add_cases();
    g_test_add_func("/decode/bombs", test_bombs);
    g_test_add_func("/decode/failure-details-limit", test_failure_details_limit);
    g_test_add_func("/decode/defect-behind-deviations", test_defect_behind_deviations);
    g_test_add_func("/decode/findings-of-others", test_findings_of_others);
    g_test_add_func("/decode/content-of-copies", test_content_of_copies);
    return g_test_run();
}
