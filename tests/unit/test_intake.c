#include "ingest/intake.h"

#include <string.h>

#include "ingest/gunzip.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define REPORT(domain)                                                                             \
    "{\"organization-name\":\"Sender Inc.\",\"date-range\":{\"start-datetime\":"                   \
    "\"2026-03-01T00:00:00Z\",\"end-datetime\":\"2026-03-01T23:59:59Z\"},"                         \
    "\"contact-info\":\"tls@sender.example\",\"report-id\":\"opaque\",\"policies\":[{"             \
    "\"policy\":{\"policy-type\":\"no-policy-found\"" domain "},\"summary\":{"                     \
    "\"total-successful-session-count\":12,\"total-failure-session-count\":0}}]}"
#define ABOUT(name) ",\"policy-domain\":\"" name "\""

static const Origin origin = {.road = ROAD_FILE, .source = "here", .received = 1772420400};

static GBytes *
text_bytes(const char *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static GPtrArray *
new_results(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)judged_free);
}

/* The one Judged of a bare input. */
static Judged *
payload(const IntakeRules *rules, GBytes *input, const char *file_name, Trust trust)
{
    g_autoptr(GPtrArray) out = new_results();
    intake_payload(rules, &origin, input, file_name, trust, out);
    g_assert_cmpuint(out->len, ==, 1);
    return g_ptr_array_steal_index(out, 0);
}

static void
test_stored(void)
{
    const IntakeRules rules = {0};
    g_autoptr(GBytes) input = text_bytes(REPORT(ABOUT("Receiver.example")));
    g_autoptr(Judged) judged = payload(&rules, input, NULL, TRUST_UNAUTHENTICATED);
    g_assert_cmpint(judged->outcome, ==, OUTCOME_STORED);
    g_assert_cmpint(judged->trust, ==, TRUST_UNAUTHENTICATED);
    g_assert_cmpint(judged->road, ==, ROAD_FILE);
    g_assert_cmpstr(judged->source, ==, "here");
    g_assert_cmpint(judged->received, ==, origin.received);
    g_assert_cmpuint(judged->full_size, ==, g_bytes_get_size(input));
    g_assert_cmpstr(judged->report->policies[0].counts_for[0], ==, "receiver.example");
    g_assert_null(judged->hint_domain);
    g_assert_null(judged->reason);
    g_assert_null(judged->part);
    g_assert_false(judged->is_message);
    g_assert_cmpuint(judged->findings->len, ==, 0);
}

/* What is kept comes back as it was, with what the road told about it. */
static void
test_restore(void)
{
    const IntakeRules rules = {0};
    g_autoptr(GBytes) input = text_bytes(REPORT(""));
    g_autoptr(Judged) judged =
        payload(&rules, input, "sender.example!receiver.example!1!2.json", TRUST_LOCAL);
    g_assert_cmpint(judged->outcome, ==, OUTCOME_STORED);
    g_assert_cmpstr(judged->hint_domain, ==, "receiver.example");

    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) report = intake_restore(&rules, judged->raw, judged->hint_domain, findings);
    g_assert_nonnull(report);
    guint8 before[REPORT_DIGEST_BYTES], after[REPORT_DIGEST_BYTES];
    report_content(judged->report, before);
    report_content(report, after);
    g_assert_cmpmem(before, sizeof before, after, sizeof after);
    g_assert_cmpstr(report->policies[0].counts_for[0], ==, "receiver.example");

    g_autoptr(Report) without = intake_restore(&rules, judged->raw, NULL, findings);
    g_assert_null(without); /* nothing tells its domain any more */
    g_assert_nonnull(findings_first_defect(findings));
}

/* A report that compresses better than any bomb came uncompressed: it must come back. */
static void
test_restore_ratio(void)
{
    const IntakeRules rules = {0};
    g_autofree char *spaces = g_strnfill(5u * 1024 * 1024, ' ');
    g_autofree char *text = g_strconcat(REPORT(ABOUT("receiver.example")), spaces, NULL);
    g_autoptr(GBytes) input = text_bytes(text);
    g_autoptr(Judged) judged = payload(&rules, input, NULL, TRUST_LOCAL);
    g_assert_cmpint(judged->outcome, ==, OUTCOME_STORED);
    g_assert_cmpuint(g_bytes_get_size(judged->raw) * LIMIT_INFLATE_RATIO, <, strlen(text));
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(Report) report = intake_restore(&rules, judged->raw, NULL, findings);
    g_assert_nonnull(report);
}

static void
test_restore_damaged(void)
{
    const IntakeRules rules = {0};
    g_autoptr(GBytes) raw = text_bytes("\x1f\x8b no more");
    g_autoptr(GPtrArray) findings = findings_new();
    g_assert_null(intake_restore(&rules, raw, NULL, findings));
    g_assert_cmpstr(findings_first_defect(findings)->code, ==, "raw-damaged");
    g_autofree char *reason = NULL;
    g_assert_null(intake_inflate(raw, 1000, &reason));
    g_assert_nonnull(reason);
}

static void
test_inflate(void)
{
    g_autoptr(GBytes) text = text_bytes("0123456789");
    g_autoptr(GBytes) raw = gunzip_compress(text);
    g_autofree char *reason = NULL;
    g_autoptr(GBytes) whole = intake_inflate(raw, 10, &reason);
    g_assert_true(g_bytes_equal(whole, text));
    g_assert_null(reason);
    g_assert_null(intake_inflate(raw, 9, &reason));
    g_assert_nonnull(reason);
}

static void
check_refused(const Judged *judged, Outcome outcome, const char *code, const char *reason)
{
    g_assert_cmpint(judged->outcome, ==, outcome);
    g_assert_cmpstr(judged->reason_code, ==, code);
    g_assert_cmpstr(judged->reason, ==, reason);
}

static void
test_defective(void)
{
    const IntakeRules rules = {0};
    g_autoptr(GBytes) input = text_bytes("{\"report-id\": \033[31m}");
    g_autoptr(Judged) judged = payload(&rules, input, NULL, TRUST_LOCAL);
    g_assert_cmpint(judged->outcome, ==, OUTCOME_DEFECTIVE);
    g_assert_cmpstr(judged->reason_code, ==, "json-syntax");
    g_assert_null(strchr(judged->reason, '\033')); /* reasons go to terminals */
    g_assert_null(judged->report);
    g_assert_true(judged->raw == input);
}

static void
test_not_a_report(void)
{
    const IntakeRules rules = {0};
    static const char *const inputs[] = {"", "hello\n", "\x89PNG\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(GBytes) input = text_bytes(inputs[i]);
        g_autoptr(GPtrArray) out = new_results();
        intake_any(&rules, &origin, input, NULL, out);
        g_assert_cmpuint(out->len, ==, 1);
        check_refused(g_ptr_array_index(out, 0), OUTCOME_DEFECTIVE, "not-a-report",
                      i == 0 ? "not a report: it is empty"
                             : "not a report: no JSON, gzip or zip in it");
    }
}

static void
test_foreign(void)
{
    g_autoptr(GHashTable) accept = g_hash_table_new(g_str_hash, g_str_equal);
    const IntakeRules rules = {.accept = accept};
    g_hash_table_add(accept, (gpointer) "mine.example");
    g_autoptr(GBytes) input = text_bytes(REPORT(ABOUT("receiver.example")));
    g_autoptr(Judged) judged = payload(&rules, input, NULL, TRUST_LOCAL);
    check_refused(judged, OUTCOME_FOREIGN, "foreign-domain",
                  "about receiver.example, which is not in [domains] accept");
    g_assert_true(judged->raw == input); /* quarantine keeps what came, not what was made of it */
    g_assert_nonnull(judged->report);
}

static void
test_minimum(void)
{
    const IntakeRules rules = {.minimum = TRUST_VERIFIED};
    g_autoptr(GBytes) input = text_bytes(REPORT(ABOUT("receiver.example")));
    g_autoptr(Judged) posted = payload(&rules, input, NULL, TRUST_UNAUTHENTICATED);
    g_autoptr(Judged) local = payload(&rules, input, NULL, TRUST_LOCAL);
    check_refused(posted, OUTCOME_UNTRUSTED, "untrusted",
                  "RFC 8460 3: the report is unauthenticated, and [trust] minimum is verified");
    g_assert_cmpint(local->outcome, ==, OUTCOME_STORED);
}

static void
test_too_large(void)
{
    const IntakeRules rules = {.payload_bytes = 100000, .inflated_bytes = 200000};
    g_autofree char *text = g_strnfill(200001, ' ');
    text[0] = '{';
    g_autoptr(GBytes) large = text_bytes(text), packed = gunzip_compress(large);
    g_autoptr(Judged) plain = payload(&rules, large, NULL, TRUST_LOCAL);
    check_refused(plain, OUTCOME_TOO_LARGE, "too-large",
                  "RFC 8460 5.2: the input has more than 100000 octets");
    g_assert_cmpuint(plain->full_size, ==, 200001);
    g_assert_cmpuint(g_bytes_get_size(plain->raw), ==, LIMIT_QUARANTINE_CUT_BYTES);
    g_autoptr(Judged) inflated = payload(&rules, packed, NULL, TRUST_LOCAL);
    check_refused(inflated, OUTCOME_TOO_LARGE, "too-large",
                  "RFC 8460 5.2: the report has more than 200000 octets");
    g_assert_true(g_bytes_equal(inflated->raw, packed));
}

/* Told by the first octets: a message is judged as mail, a bare report is the operator's. */
static void
test_any(void)
{
    const IntakeRules rules = {0};
    static const struct {
        const char *text;
        gboolean is_message;
        Trust trust;
    } inputs[] = {
        {REPORT(ABOUT("receiver.example")), FALSE, TRUST_LOCAL},
        {"From: a@sender.example\n\n" REPORT(ABOUT("receiver.example")), TRUE, TRUST_UNVERIFIED},
        {"From a@b Mon Mar  2 03:00:00 2026\nContent-Type: application/json\n\n" REPORT(
             ABOUT("receiver.example")),
         TRUE, TRUST_UNVERIFIED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(GBytes) input = text_bytes(inputs[i].text);
        g_autoptr(GPtrArray) out = new_results();
        intake_any(&rules, &origin, input, NULL, out);
        g_assert_cmpuint(out->len, ==, 1);
        const Judged *judged = g_ptr_array_index(out, 0);
        g_assert_cmpint(judged->outcome, ==, OUTCOME_STORED);
        g_assert_cmpint(judged->is_message, ==, inputs[i].is_message);
        g_assert_cmpint(judged->trust, ==, inputs[i].trust);
    }
}

/* Results are appended: those that were there stay. */
static void
test_appends(void)
{
    const IntakeRules rules = {0};
    g_autoptr(GPtrArray) out = new_results();
    g_autoptr(GBytes) report = text_bytes(REPORT(ABOUT("receiver.example")));
    g_autoptr(GBytes) mail = text_bytes("From: a@b.example\n\nno report\n");
    intake_any(&rules, &origin, report, NULL, out);
    intake_any(&rules, &origin, mail, NULL, out);
    intake_any(&rules, &origin, mail, NULL, out);
    g_assert_cmpuint(out->len, ==, 3);
    g_assert_cmpint(((Judged *)g_ptr_array_index(out, 0))->outcome, ==, OUTCOME_STORED);
    g_assert_cmpint(((Judged *)g_ptr_array_index(out, 2))->outcome, ==, OUTCOME_DEFECTIVE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/intake/stored", test_stored);
    g_test_add_func("/intake/restore", test_restore);
    g_test_add_func("/intake/restore-ratio", test_restore_ratio);
    g_test_add_func("/intake/restore-damaged", test_restore_damaged);
    g_test_add_func("/intake/inflate", test_inflate);
    g_test_add_func("/intake/defective", test_defective);
    g_test_add_func("/intake/not-a-report", test_not_a_report);
    g_test_add_func("/intake/foreign", test_foreign);
    g_test_add_func("/intake/minimum", test_minimum);
    g_test_add_func("/intake/too-large", test_too_large);
    g_test_add_func("/intake/any", test_any);
    g_test_add_func("/intake/appends", test_appends);
    return g_test_run();
}
