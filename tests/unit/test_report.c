#include "schema/report.h"

#include <string.h>

static const char *const lines[] = {"version: STSv1", "mode: testing"};

static Report *
sample(void)
{
    Report *report = report_new();
    report->organization_name = report_string(report, "Sender Example", -1);
    report->contact_info = report_string(report, "tls@sender.example", -1);
    report->report_id = report_string(report, "id-1", -1);
    report->start = 1740787200;
    report->end = 1740873599;
    report->policies = report_new_policies(report, 1);
    report->n_policies = 1;
    PolicyEntry *entry = report->policies;
    entry->type = POLICY_TYPE_STS;
    entry->type_word = "sts";
    entry->domain = report_string(report, "mail.example", -1);
    entry->policy_string = report_list(report, lines, G_N_ELEMENTS(lines));
    entry->mx_host = report_list(report, NULL, 0);
    entry->counts_for = report_list(report, NULL, 0);
    entry->successful_sessions = 5;
    entry->failed_sessions = 2;
    entry->failures = report_new_failures(report, 1);
    entry->n_failures = 1;
    entry->failures->result_type = RESULT_CERTIFICATE_EXPIRED;
    entry->failures->result_word = "certificate-expired";
    entry->failures->mx_hostname = "mx1.mail.example";
    entry->failures->failed_sessions = 2;
    return report;
}

typedef void (*Change)(Report *report);

static void
change_nothing(Report *report)
{
    (void)report;
}
static void
change_organization(Report *r)
{
    r->organization_name = "Sender";
}
static void
change_contact(Report *r)
{
    r->contact_info = NULL;
}
static void
change_id(Report *r)
{
    r->report_id = "id-2";
}
static void
change_start(Report *r)
{
    r->start++;
}
static void
change_end(Report *r)
{
    r->end++;
}
static void
change_type(Report *r)
{
    r->policies->type = POLICY_TYPE_TLSA;
}
static void
change_domain(Report *r)
{
    r->policies->domain = NULL;
}
static void
change_lines(Report *r)
{
    r->policies->policy_string = report_list(r, lines, 1);
}
static void
change_mx(Report *r)
{
    r->policies->mx_host = report_list(r, lines, 1);
}
static void
change_successful(Report *r)
{
    r->policies->successful_sessions++;
}
static void
change_failed(Report *r)
{
    r->policies->failed_sessions++;
}
static void
change_details(Report *r)
{
    r->policies->n_failures = 0;
}
static void
change_entries(Report *r)
{
    r->n_policies = 0;
}
static void
change_word(Report *r)
{
    r->policies->failures->result_word = "other";
}
static void
change_sending(Report *r)
{
    r->policies->failures->sending_mta_ip = "192.0.2.1";
}
static void
change_receiving(Report *r)
{
    r->policies->failures->receiving_ip = "192.0.2.1";
}
static void
change_host(Report *r)
{
    r->policies->failures->mx_hostname = NULL;
}
static void
change_helo(Report *r)
{
    r->policies->failures->mx_helo = "192.0.2.1";
}
static void
change_info(Report *r)
{
    r->policies->failures->additional_info = "192.0.2.1";
}
static void
change_reason(Report *r)
{
    r->policies->failures->reason_code = "192.0.2.1";
}
static void
change_sessions(Report *r)
{
    r->policies->failures->failed_sessions++;
}
/* The same letters, with the border between two fields moved. */
static void
change_border(Report *r)
{
    r->organization_name = "Sender Exampl";
    r->contact_info = "etls@sender.example";
}
static void
change_claim_border(Report *r)
{
    r->organization_name = "Sender Examplei";
    r->report_id = "d-1";
}

static const Change changes[] = {
    change_nothing,    change_organization, change_contact, change_id,           change_start,
    change_end,        change_type,         change_domain,  change_lines,        change_mx,
    change_successful, change_failed,       change_details, change_entries,      change_word,
    change_sending,    change_receiving,    change_host,    change_helo,         change_info,
    change_reason,     change_sessions,     change_border,  change_claim_border,
};

/* Whatever changes in a report, its content is another one than all the others here. */
static void
test_content(void)
{
    guint8 digests[G_N_ELEMENTS(changes)][REPORT_DIGEST_BYTES];
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(Report) report = sample();
        changes[i](report);
        report_content(report, digests[i]);
        for (guint k = 0; k < i; k++) {
            g_test_message("changes %u and %u", k, i);
            g_assert_true(memcmp(digests[i], digests[k], REPORT_DIGEST_BYTES) != 0);
        }
    }
}

static gboolean
same_content(const Report *a, const Report *b)
{
    guint8 one[REPORT_DIGEST_BYTES], two[REPORT_DIGEST_BYTES];
    report_content(a, one);
    report_content(b, two);
    return memcmp(one, two, sizeof one) == 0;
}

static void
test_content_ignores(void)
{
    g_autoptr(Report) a = sample();
    g_autoptr(Report) b = sample();
    b->policies->failures->reason_code = "";
    b->policies->failures->sending_mta_ip = "";
    b->policies->counts_for = report_list(b, lines, 2);
    g_assert_true(same_content(a, b));
}

static void
test_claim(void)
{
    g_autoptr(Report) report = sample();
    guint8 wanted[REPORT_DIGEST_BYTES];
    report_claim(report, wanted);
    for (guint i = 1; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(Report) other = sample();
        guint8 digest[REPORT_DIGEST_BYTES];
        changes[i](other);
        report_claim(other, digest);
        gboolean identity = changes[i] == change_organization || changes[i] == change_id ||
                            changes[i] == change_start || changes[i] == change_border ||
                            changes[i] == change_claim_border;
        g_test_message("change %u", i);
        g_assert_true((memcmp(digest, wanted, sizeof digest) != 0) == identity);
    }
}

/* They stand in the order of their days, those before 1970 and those of all years as well. */
static void
test_claim_order(void)
{
    static const gint64 starts[] = {
        G_GINT64_CONSTANT(-62135596800), -86401, -1, 0, 86399, 86400, 1740787200,
        G_GINT64_CONSTANT(253402214400)};
    guint8 before[REPORT_DIGEST_BYTES] = {0};
    gint32 day_before = G_MININT32;
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        g_autoptr(Report) report = sample();
        guint8 digest[REPORT_DIGEST_BYTES];
        report->start = starts[i];
        report_claim(report, digest);
        g_assert_true((memcmp(digest, before, 4) > 0) == (report_day(report) > day_before));
        g_assert_cmpint(memcmp(digest, before, 4), >=, 0);
        memcpy(before, digest, sizeof before);
        day_before = report_day(report);
    }
}

static void
test_day(void)
{
    const struct {
        gint64 start;
        gint32 day;
    } rows[] = {{0, 0},       {86399, 0},   {86400, 1},          {-1, -1},
                {-86400, -1}, {-86401, -2}, {1740787200, 20148}, {1740787199, 20147}};
    g_autoptr(Report) report = report_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        report->start = rows[i].start;
        g_assert_cmpint(report_day(report), ==, rows[i].day);
    }
}

static void
test_type_names(void)
{
    PolicyEntry other = {.type = POLICY_TYPE_OTHER, .type_word = "dane-lite"};
    PolicyEntry none = {.type = POLICY_TYPE_NONE, .type_word = "no-policy-found"};
    g_assert_cmpstr(policy_entry_type_name(&other), ==, "dane-lite");
    g_assert_cmpstr(policy_entry_type_name(&none), ==, "no-policy-found");
    g_assert_cmpint(policy_type_from_word("sts"), ==, POLICY_TYPE_STS);
    g_assert_cmpint(policy_type_from_word("tlsa"), ==, POLICY_TYPE_TLSA);
    g_assert_cmpint(policy_type_from_word("no-policy-found"), ==, POLICY_TYPE_NONE);
    g_assert_cmpint(policy_type_from_word("STS"), ==, POLICY_TYPE_OTHER);
    g_assert_cmpint(policy_type_from_word(""), ==, POLICY_TYPE_OTHER);
}

static void
test_strings(void)
{
    g_autoptr(Report) report = report_new();
    const char *text = report_string(report, "abcdef", 3);
    const char *const *empty = report_list(report, NULL, 0);
    const char *const *list = report_list(report, lines, 2);
    g_assert_cmpstr(text, ==, "abc");
    g_assert_null(empty[0]);
    g_assert_cmpstr(list[1], ==, "mode: testing");
    g_assert_null(list[2]);
    g_assert_cmpstr(report->organization_name, ==, "");
    report_free(NULL);
}

/* The digests of a report that is too long for one piece; worked out by another program. They stand
 * in every store, and must never change. */
static void
test_content_large(void)
{
    static const guint8 expected[] = {0x71, 0x7e, 0xbf, 0x4a, 0x25, 0x79, 0x68, 0xaf,
                                      0xa6, 0xb6, 0x7b, 0xc3, 0x1c, 0x81, 0x02, 0xb0};
    static const guint8 before_8[] = {0x29, 0x93, 0x0f, 0x83, 0xa1, 0x06, 0x6c, 0xc8,
                                      0xf2, 0x8a, 0x84, 0x5e, 0x1d, 0x62, 0xcd, 0x42};
    guint8 digest[REPORT_DIGEST_BYTES];
    g_autoptr(Report) report = sample();
    PolicyEntry *entry = report->policies;
    report->organization_name = "Large Inc.";
    report->contact_info = NULL;
    report->report_id = "large-1";
    report->start = 1459468800;
    report->end = 1459555199;
    entry->domain = "a.example";
    entry->policy_string = entry->mx_host;
    entry->successful_sessions = 7;
    entry->failed_sessions = entry->n_failures = 3000;
    entry->failures = report_new_failures(report, entry->n_failures);
    for (guint i = 0; i < entry->n_failures; i++) {
        g_autofree char *mx = g_strdup_printf("mx%u.a.example", i);
        g_autofree char *reason = g_strdup_printf("reason %u", i * i);
        entry->failures[i] = (FailureDetail){.result_word = "certificate-expired",
                                             .mx_hostname = report_string(report, mx, -1),
                                             .failed_sessions = 1,
                                             .reason_code = report_string(report, reason, -1)};
    }
    report_content(report, digest);
    g_assert_cmpmem(digest, sizeof digest, expected, sizeof expected);
    report_content_before_8(report, digest);
    g_assert_cmpmem(digest, sizeof digest, before_8, sizeof before_8);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/content", test_content);
    g_test_add_func("/report/content-ignores", test_content_ignores);
    g_test_add_func("/report/content-large", test_content_large);
    g_test_add_func("/report/claim", test_claim);
    g_test_add_func("/report/claim-order", test_claim_order);
    g_test_add_func("/report/day", test_day);
    g_test_add_func("/report/type-names", test_type_names);
    g_test_add_func("/report/strings", test_strings);
    return g_test_run();
}
