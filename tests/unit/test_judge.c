#include "ingest/judge.h"

#include "schema/finding.h"

typedef struct {
    Report *report;
    GPtrArray *findings;
    IntakeRules rules;
    char *hint;
} Fixture;

static void
set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->report = report_new();
    fixture->report->report_id = "opaque";
    fixture->findings = findings_new();
    fixture->rules = (IntakeRules){0};
    fixture->hint = NULL;
}

static void
tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    report_free(fixture->report);
    g_ptr_array_unref(fixture->findings);
    g_clear_pointer(&fixture->rules.accept, g_hash_table_unref);
    g_clear_pointer(&fixture->rules.mx_domains, g_hash_table_unref);
    g_free(fixture->hint);
}

static void
add_entry(Fixture *fixture, PolicyType type, const char *domain)
{
    Report *report = fixture->report;
    PolicyEntry *policies = report_new_policies(report, report->n_policies + 1);
    for (gsize i = 0; i < report->n_policies; i++)
        policies[i] = report->policies[i];
    policies[report->n_policies++] = (PolicyEntry){.type = type, .domain = domain};
    report->policies = policies;
}

static void
accept_domain(Fixture *fixture, const char *domain)
{
    if (fixture->rules.accept == NULL)
        fixture->rules.accept = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(fixture->rules.accept, (gpointer)domain);
}

static void
serve(Fixture *fixture, const char *mx, char **domains)
{
    if (fixture->rules.mx_domains == NULL)
        fixture->rules.mx_domains = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(fixture->rules.mx_domains, (gpointer)mx, domains);
}

static Outcome
judge(Fixture *fixture, const char *header, const char *file_name)
{
    const Hints hints = {header, file_name};
    return judge_domains(&fixture->rules, fixture->report, &hints, fixture->findings,
                         &fixture->hint);
}

/* What entry INDEX counts for: "a.example b.example", "" for nothing. */
static void
check_counts(const Fixture *fixture, gsize index, const char *wanted)
{
    g_autofree char *joined = g_strjoinv(" ", (char **)fixture->report->policies[index].counts_for);
    g_assert_cmpstr(joined, ==, wanted);
}

static void
test_plain(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_entry(fixture, POLICY_TYPE_STS, "a.example");
    add_entry(fixture, POLICY_TYPE_OTHER, "b.example");
    g_assert_cmpint(judge(fixture, "header.example", NULL), ==, OUTCOME_STORED);
    check_counts(fixture, 0, "a.example");
    check_counts(fixture, 1, "b.example");
    g_assert_null(fixture->hint); /* the report is the authority (RFC 8460 5.6) */
    g_assert_cmpuint(fixture->findings->len, ==, 0);
}

static void
test_accept(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_entry(fixture, POLICY_TYPE_STS, "a.example");
    add_entry(fixture, POLICY_TYPE_STS, "b.example");
    add_entry(fixture, POLICY_TYPE_STS, "sub.a.example");
    accept_domain(fixture, "a.example");
    g_assert_cmpint(judge(fixture, NULL, NULL), ==, OUTCOME_STORED);
    check_counts(fixture, 0, "a.example");
    check_counts(fixture, 1, "");
    check_counts(fixture, 2, "");
}

static void
test_foreign(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_entry(fixture, POLICY_TYPE_STS, "b.example");
    accept_domain(fixture, "a.example");
    g_assert_cmpint(judge(fixture, "a.example", NULL), ==, OUTCOME_FOREIGN);
    check_counts(fixture, 0, "");
}

static void
test_no_entries(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    accept_domain(fixture, "a.example");
    g_assert_cmpint(judge(fixture, NULL, NULL), ==, OUTCOME_STORED);
}

/* A DANE report is about the MX host (RFC 8460 1.1), or about the domain (Microsoft). */
static void
test_mx_domains(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static char *served[] = {(char *)"a.example", (char *)"b.example", NULL};
    serve(fixture, "mx1.a.example", served);
    accept_domain(fixture, "a.example");
    accept_domain(fixture, "b.example");
    add_entry(fixture, POLICY_TYPE_TLSA, "mx1.a.example");
    add_entry(fixture, POLICY_TYPE_TLSA, "a.example");
    add_entry(fixture, POLICY_TYPE_STS, "mx1.a.example");
    add_entry(fixture, POLICY_TYPE_TLSA, "mx2.a.example");
    g_assert_cmpint(judge(fixture, NULL, NULL), ==, OUTCOME_STORED);
    check_counts(fixture, 0, "a.example b.example");
    check_counts(fixture, 1, "a.example");
    check_counts(fixture, 2, "");
    check_counts(fixture, 3, "");
}

static void
test_mx_domains_accepted_in_part(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static char *served[] = {(char *)"a.example", (char *)"b.example", NULL};
    serve(fixture, "mx1.a.example", served);
    accept_domain(fixture, "b.example");
    add_entry(fixture, POLICY_TYPE_TLSA, "mx1.a.example");
    g_assert_cmpint(judge(fixture, NULL, NULL), ==, OUTCOME_STORED);
    check_counts(fixture, 0, "b.example");
}

typedef struct {
    const char *name, *header, *file_name, *report_id;
    const char *wanted; /* NULL: nothing tells it */
} Hint;

static const Hint hints[] = {
    {"header", " Receiver.Example. ", "s.example!file.example!1!2.json", "x_id.example",
     "receiver.example"},
    {"bad-header", "not a name", "s.example!file.example!1!2.json", "x_id.example", "file.example"},
    {"file-name", NULL, "s.example!file.example!1!2.json.gz", "x_id.example", "file.example"},
    {"file-name-with-id", NULL, "s.example!File.Example!1!2!001.json", "", "file.example"},
    {"file-name-with-folder", NULL, "a/b!c/s.example!file.example!1!2.json", "", "file.example"},
    {"file-name-without-times", NULL, "s.example!file.example!x!y.json", "", NULL},
    {"file-name-too-short", NULL, "s.example!file.example.json", "", NULL},
    {"file-name-one-label", NULL, "s!file!1!2.json", "", NULL},
    {"id-google", NULL, NULL, "2022-09-15T00:00:00Z_id.example", "id.example"},
    {"id-postfix", NULL, NULL, "2025-09-20T00:00:00Z_idx1_id.example", "id.example"},
    {"id-microsoft", NULL, NULL, "133944884956529435+id.example", "id.example"},
    {"id-microsoft-empty", NULL, NULL, "133944884956529435+", NULL},
    {"id-message-id", NULL, NULL, "2022.09.15T00.00.00Z+id.example@sender.example", "id.example"},
    {"id-mox", NULL, NULL, "20250920.id.example@sender.example", "id.example"},
    {"id-mox-without-domain", NULL, NULL, "20250920@sender.example", NULL},
    {"id-not-the-submitter", NULL, NULL, "735ff.e317+bf22029@sender.example", NULL},
    {"id-stalwart", NULL, NULL, "1737000000_12345678901234567890", NULL},
    {"id-number", NULL, NULL, "report_1.2", NULL},
    {"id-uuid", NULL, NULL, "5065427c-23d3-47ca-b6e0-946ea0e8c4be", NULL},
    {"id-dots-alone", NULL, NULL, "20250920.id.example", NULL},
    {"id-empty", NULL, NULL, "", NULL},
};

static void
test_hint(Fixture *fixture, gconstpointer data)
{
    const Hint *hint = data;
    fixture->report->report_id = hint->report_id;
    add_entry(fixture, POLICY_TYPE_NONE, NULL);
    add_entry(fixture, POLICY_TYPE_NONE, NULL);
    Outcome outcome = judge(fixture, hint->header, hint->file_name);
    g_assert_cmpstr(fixture->hint, ==, hint->wanted);
    g_assert_cmpuint(fixture->findings->len, ==, 1);
    const Finding *finding = g_ptr_array_index(fixture->findings, 0);
    g_assert_cmpstr(finding->pointer, ==, "/policies/0/policy/policy-domain");
    if (hint->wanted != NULL) {
        g_assert_cmpint(outcome, ==, OUTCOME_STORED);
        check_counts(fixture, 0, hint->wanted);
        check_counts(fixture, 1, hint->wanted);
        g_assert_cmpstr(finding->code, ==, "policy-domain-inferred");
    } else {
        g_assert_cmpint(outcome, ==, OUTCOME_DEFECTIVE);
        g_assert_cmpstr(finding->code, ==, "policy-domain-unknown");
        g_assert_cmpint(finding->kind, ==, FINDING_DEFECT);
    }
}

/* A hint stands in where a domain is missing, and nowhere else. */
static void
test_hint_for_one_entry(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_entry(fixture, POLICY_TYPE_STS, "a.example");
    add_entry(fixture, POLICY_TYPE_NONE, NULL);
    accept_domain(fixture, "b.example");
    g_assert_cmpint(judge(fixture, "b.example", NULL), ==, OUTCOME_STORED);
    check_counts(fixture, 0, "");
    check_counts(fixture, 1, "b.example");
    g_assert_cmpstr(fixture->hint, ==, "b.example");
}

static void
test_no_hints_at_all(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->report->report_id = "x_id.example";
    add_entry(fixture, POLICY_TYPE_NONE, NULL);
    g_assert_cmpint(
        judge_domains(&fixture->rules, fixture->report, NULL, fixture->findings, &fixture->hint),
        ==, OUTCOME_STORED);
    check_counts(fixture, 0, "id.example");
}

static void
add(const char *path, void (*func)(Fixture *, gconstpointer), gconstpointer data)
{
    g_test_add(path, Fixture, data, set_up, func, tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/judge/plain", test_plain, NULL);
    add("/judge/accept", test_accept, NULL);
    add("/judge/foreign", test_foreign, NULL);
    add("/judge/no-entries", test_no_entries, NULL);
    add("/judge/mx-domains", test_mx_domains, NULL);
    add("/judge/mx-domains-accepted-in-part", test_mx_domains_accepted_in_part, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(hints); i++) {
        g_autofree char *path = g_strdup_printf("/judge/hint/%s", hints[i].name);
        add(path, test_hint, &hints[i]);
    }
    add("/judge/hint-for-one-entry", test_hint_for_one_entry, NULL);
    add("/judge/no-hints-at-all", test_no_hints_at_all, NULL);
    return g_test_run();
}
