/* test_message.c: every folder of cases/mail/ holds input.eml and expected. "expected" has the
 * rules in its first lines ("authserv-ids ID", "accept DOMAIN DOMAIN", "minimum TRUST"), an empty
 * line, and then all that intake_message makes of the message: one block a report. */
#include "ingest/intake.h"

#include <string.h>

#include "ingest/message.h"
#include "schema/finding.h"
#include "schema/limits.h"

static void
set_rule(IntakeRules *rules, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    if (strcmp(words[0], "authserv-ids") == 0) {
        rules->authserv_ids = g_strdupv(words + 1);
    } else if (strcmp(words[0], "accept") == 0) {
        rules->accept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        for (char **word = words + 1; *word != NULL; word++)
            g_hash_table_add(rules->accept, g_strdup(*word));
    } else if (strcmp(words[0], "minimum") == 0) {
        g_assert_true(trust_from_name(words[1], &rules->minimum));
    } else {
        g_error("unknown rule: %s", line);
    }
}

static void
rules_clear(IntakeRules *rules)
{
    g_strfreev(rules->authserv_ids);
    if (rules->accept != NULL)
        g_hash_table_unref(rules->accept);
}

static void
append_report(GString *text, const Report *report)
{
    gint64 successful = 0, failed = 0;
    for (gsize i = 0; i < report->n_policies; i++) {
        successful += report->policies[i].successful_sessions;
        failed += report->policies[i].failed_sessions;
    }
    g_string_append_printf(
        text, "  report %s successful %" G_GINT64_FORMAT " failed %" G_GINT64_FORMAT "\n",
        report->report_id, successful, failed);
}

static void
append_judged(GString *text, const Judged *judged)
{
    g_string_append(text, receipt_for(judged->outcome)->word);
    g_string_append_printf(text, " %s\n", judged->reason_code != NULL ? judged->reason_code : "-");
    if (judged->part != NULL)
        g_string_append_printf(text, "  part %s\n", judged->part);
    g_string_append_printf(text, "  trust %s %s\n", trust_name(judged->trust),
                           judged->authenticated_by != NULL ? judged->authenticated_by : "-");
    if (judged->report != NULL)
        append_report(text, judged->report);
    if (judged->hint_domain != NULL)
        g_string_append_printf(text, "  hint %s\n", judged->hint_domain);
    if (judged->reason != NULL)
        g_string_append_printf(text, "  reason %s\n", judged->reason);
    for (guint i = 0; i < judged->findings->len; i++) {
        const Finding *finding = g_ptr_array_index(judged->findings, i);
        g_string_append_printf(text, "  %s %s\n",
                               finding->kind == FINDING_DEFECT ? "defect" : "deviation",
                               finding->code);
    }
}

/* What holds for every Judged of a message, whatever it is. */
static void
check_invariants(const Judged *judged, GBytes *input)
{
    g_assert_true(judged->is_message);
    g_assert_cmpstr(judged->source, ==, "case");
    g_assert_cmpint(judged->received, ==, 1772420400);
    g_assert_cmpuint(judged->full_size, ==, g_bytes_get_size(input));
    g_assert_true((judged->authenticated_by != NULL) == (judged->trust == TRUST_VERIFIED));
    if (judged->outcome == OUTCOME_STORED) {
        g_autofree char *why = NULL;
        g_autoptr(GBytes) json = intake_inflate(judged->raw, LIMIT_INFLATED_BYTES, &why);
        g_assert_nonnull(json);
        g_assert_null(judged->reason);
        g_assert_null(judged->reason_code);
    } else {
        g_assert_true(g_bytes_equal(judged->raw, input));
        g_assert_nonnull(judged->reason);
        g_assert_nonnull(judged->reason_code);
    }
}

static char *
take_in(const IntakeRules *rules, GBytes *input)
{
    const Origin origin = {.road = ROAD_PIPE, .source = "case", .received = 1772420400};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    GString *text = g_string_new(NULL);
    intake_message(rules, &origin, input, out);
    for (guint i = 0; i < out->len; i++) {
        check_invariants(g_ptr_array_index(out, i), input);
        append_judged(text, g_ptr_array_index(out, i));
    }
    return g_string_free(text, FALSE);
}

static GBytes *
read_case(const char *name, const char *file)
{
    g_autofree char *path = g_build_filename(TEST_DIR, "cases/mail", name, file, NULL);
    char *data = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &data, &length, NULL));
    return g_bytes_new_take(data, length);
}

static void
run_case(gconstpointer data)
{
    const char *name = data;
    g_autoptr(GBytes) input = read_case(name, "input.eml");
    g_autoptr(GBytes) expected = read_case(name, "expected");
    const char *text = g_bytes_get_data(expected, NULL); /* NUL-terminated: read as contents */
    IntakeRules rules = {0};
    while (*text != '\n') {
        g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
        set_rule(&rules, line);
        text += strlen(line) + 1;
    }
    g_autofree char *result = take_in(&rules, input);
    if (g_test_verbose())
        g_test_message("%s", result);
    g_assert_cmpstr(result, ==, text + 1);
    rules_clear(&rules);
}

static void
add_cases(void)
{
    g_autofree char *folder = g_build_filename(TEST_DIR, "cases/mail", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_strdup_printf("/message/case/%s", name);
        if (name[0] != '.')
            g_test_add_data_func_full(path, g_strdup(name), run_case, g_free);
    }
}

/* A message built of hostile repetition, as large as is taken. */
static GBytes *
hostile(const char *start, const char *repeated)
{
    GString *text = g_string_new(start);
    while (text->len + strlen(repeated) <= LIMIT_MESSAGE_BYTES)
        g_string_append(text, repeated);
    return g_string_free_to_bytes(text);
}

/* GMime's own parser takes gigabytes, minutes or its stack for each of these. */
static void
test_hostile_structure(void)
{
    static const char multipart[] =
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";
    static const char *const messages[][2] = {
        {multipart, "--b\n\n"},
        {multipart, "--b"},
        {"", "a:b\n"},
        {"From: ", "a:"},
        {"From: ", "("},
        {"From: ", "a@b.example,"},
        {"Content-Type: text/plain", ";a=b"},
        {"Content-Type: text/plain", ";a*0=b"},
        {"Content-Type: multipart/mixed;\n \xd1\x9c\xd1\x9c=\"\xd1\x9c\"; boundary=b\n\n", "--b\n"},
        {"", "Content-Type: message/rfc822\n\n"},
        {"Authentication-Results: mx.receiver.example", "; dkim=pass (("},
        {"Authentication-Results: mx.receiver.example; dkim=pass header.i=", "\"\\\""},
        {"Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\n", "H4sI"},
        {"Content-Type: application/tlsrpt+json\n\n", "{\"a\":["},
    };
    char *ids[] = {(char *)"mx.receiver.example", NULL};
    const IntakeRules rules = {.authserv_ids = ids};
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(GBytes) input = hostile(messages[i][0], messages[i][1]);
        g_autofree char *result = take_in(&rules, input);
        g_assert_true(g_str_has_prefix(result, "defective "));
        g_assert_null(strstr(result, "trust verified"));
    }
}

static void
test_too_large(void)
{
    const Origin origin = {.road = ROAD_PIPE};
    const IntakeRules rules = {.message_bytes = 100000};
    GString *text = g_string_new("From: a@sender.example\n\n");
    while (text->len < 100001)
        g_string_append_c(text, 'x');
    g_autoptr(GBytes) input = g_string_free_to_bytes(text);
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_message(&rules, &origin, input, out);
    g_assert_cmpuint(out->len, ==, 1);
    const Judged *judged = g_ptr_array_index(out, 0);
    g_assert_cmpint(judged->outcome, ==, OUTCOME_TOO_LARGE);
    g_assert_cmpuint(judged->full_size, ==, 100001);
    g_assert_cmpuint(g_bytes_get_size(judged->raw), ==, LIMIT_QUARANTINE_CUT_BYTES);
    g_assert_cmpstr(judged->reason, ==, "RFC 8460 5.3: the message has more than 100000 octets");
}

/* A part past the limit is not looked at, and the message is told so. */
static void
test_too_many_parts(void)
{
    const IntakeRules rules = {0};
    for (guint n = LIMIT_MIME_PARTS - 2; n < LIMIT_MIME_PARTS; n++) {
        GString *text = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
        for (guint i = 0; i < n; i++)
            g_string_append(text, "--b\n\ntext\n");
        g_string_append(text, "--b\nContent-Type: application/tlsrpt+json\n\n{}\n--b--\n");
        g_autoptr(GBytes) input = g_string_free_to_bytes(text);
        g_autofree char *result = take_in(&rules, input);
        /* The multipart is one of the parts that are counted. */
        gboolean all = n + 2 <= LIMIT_MIME_PARTS;
        g_assert_true((strstr(result, "part part ") != NULL) == all);
        g_assert_true((strstr(result, "not all of its parts") == NULL) == all);
    }
}

/* Past the limit the message is told about as a whole, and nothing that was taken is lost. */
static void
test_too_many_reports(void)
{
    static const char part[] =
        "--b\nContent-Type: application/tlsrpt+json\n\n"
        "{\"organization-name\":\"S\",\"date-range\":{\"start-datetime\":\"2026-03-01T00:00:00Z\","
        "\"end-datetime\":\"2026-03-01T23:59:59Z\"},\"contact-info\":\"a@sender.example\","
        "\"report-id\":\"r%u\",\"policies\":[]}\n";
    GString *text = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
    for (guint i = 0; i < LIMIT_REPORTS_PER_MESSAGE + 2; i++)
        g_string_append_printf(text, part, i);
    g_autoptr(GBytes) input = g_string_free_to_bytes(text);
    const IntakeRules rules = {0};
    const Origin origin = {.road = ROAD_PIPE};
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
    intake_message(&rules, &origin, input, out);
    g_assert_cmpuint(out->len, ==, LIMIT_REPORTS_PER_MESSAGE + 1);
    for (guint i = 0; i < LIMIT_REPORTS_PER_MESSAGE; i++) {
        g_autofree char *id = g_strdup_printf("r%u", i);
        const Judged *judged = g_ptr_array_index(out, i);
        g_assert_cmpint(judged->outcome, ==, OUTCOME_STORED);
        g_assert_cmpstr(judged->report->report_id, ==, id);
    }
    const Judged *last = g_ptr_array_index(out, LIMIT_REPORTS_PER_MESSAGE);
    g_assert_cmpint(last->outcome, ==, OUTCOME_DEFECTIVE);
    g_assert_cmpstr(last->reason_code, ==, "too-many-reports");
}

/* Cut anywhere, a message is still told about, and never taken for another report. */
static void
test_cut_anywhere(void)
{
    g_autoptr(GBytes) whole = read_case("google-success-crlf", "input.eml");
    const IntakeRules rules = {0};
    for (gsize n = 0; n < g_bytes_get_size(whole); n++) {
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, n);
        g_autofree char *result = take_in(&rules, cut);
        if (g_str_has_prefix(result, "stored"))
            g_assert_nonnull(strstr(result, "successful 12 failed 0"));
        else
            g_assert_true(g_str_has_prefix(result, "defective "));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_cases();
    g_test_add_func("/message/hostile-structure", test_hostile_structure);
    g_test_add_func("/message/too-large", test_too_large);
    g_test_add_func("/message/too-many-parts", test_too_many_parts);
    g_test_add_func("/message/too-many-reports", test_too_many_reports);
    g_test_add_func("/message/cut-anywhere", test_cut_anywhere);
    return g_test_run();
}
