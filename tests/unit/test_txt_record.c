#include "schema/txt_record.h"

#include <string.h>

#include "schema/finding.h"
#include "schema/rua.h"

/* The codes of FINDINGS, defects with "!" before, in order of appearance. */
static char *
codes_of(const GPtrArray *findings)
{
    GString *codes = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        g_string_append_printf(codes, "%s%s%s", i > 0 ? " " : "",
                               finding->kind == FINDING_DEFECT ? "!" : "", finding->code);
    }
    return g_string_free(codes, FALSE);
}

typedef struct {
    const char *text;
    const char *kept; /* rua joined with "|", or the id; NULL: senders cannot use the record */
    const char *codes;
} Row;

static void
check_tlsrpt(const Row *row)
{
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(TlsrptRecord) record = tlsrpt_record_parse(row->text, strlen(row->text), findings);
    g_autofree char *codes = codes_of(findings);
    g_autofree char *rua = record == NULL ? NULL : g_strjoinv("|", record->rua);
    g_test_message("%s", row->text);
    g_assert_cmpstr(rua, ==, row->kept);
    g_assert_cmpstr(codes, ==, row->codes);
}

static const Row tlsrpt_rows[] = {
    {"v=TLSRPTv1; rua=mailto:r@a.example", "mailto:r@a.example", ""},
    {"v=TLSRPTv1;rua=mailto:r@a.example", "mailto:r@a.example", ""},
    {"v=TLSRPTv1; rua=mailto:r@a.example;", "mailto:r@a.example", ""},
    {"v=TLSRPTv1; rua=mailto:r@a.example ; \t", "mailto:r@a.example", ""},
    {"v=TLSRPTv1;rua=https://a.example/x?y=z", "https://a.example/x?y=z", ""},
    {"v=TLSRPTv1;rua=mailto:r@a.example , https://b.example/x",
     "mailto:r@a.example|https://b.example/x", ""},
    {"v=TLSRPTv1; rua=mailto:r%21x@a.example", "mailto:r%21x@a.example", ""},
    {"v=TLSRPTv1 ; rua=mailto:r@a.example", "mailto:r@a.example", "tlsrpt-version-space"},
    {"v=TLSRPTv1; ext_1.a-b=x:y; rua=mailto:r@a.example", "mailto:r@a.example",
     "tlsrpt-unknown-tag tlsrpt-rua-order"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; rua=mailto:s@a.example",
     "mailto:r@a.example|mailto:s@a.example", "tlsrpt-duplicate-rua"},
    {"v=TLSRPTv1; rua=mailto:r@a.example,http://b.example/", "mailto:r@a.example",
     "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; RUA=mailto:r@a.example", NULL, "tlsrpt-unknown-tag !tlsrpt-no-rua"},
    {"v=TLSRPTv1; rua=", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=r@a.example", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=mailto:r@a.example!10m", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=mailto:a.example", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=mailto:@a.example", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=https:///x", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1; rua=mailto:r@a.example mailto:s@a.example", NULL, "tlsrpt-bad-uri"},
    {"v=TLSRPTv1;", NULL, "!tlsrpt-no-rua"},
    {"v=TLSRPTv1", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1 rua=mailto:r@a.example", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1;; rua=mailto:r@a.example", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example ", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; x", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; x=", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; x=a=b", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; x=a b", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; _x=a", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; x =a", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@a.example; a23456789012345678901234567890123=a", NULL,
     "!tlsrpt-syntax"},
    {"v=TLSRPTv1; rua=mailto:r@\xc3\xa4.example", NULL, "!tlsrpt-syntax"},
    {"v=tlsrptv1; rua=mailto:r@a.example", NULL, "!tlsrpt-syntax"},
    {" v=TLSRPTv1; rua=mailto:r@a.example", NULL, "!tlsrpt-syntax"},
    {"v=TLSRPTv12; rua=mailto:r@a.example", NULL, "!tlsrpt-syntax"},
    {"", NULL, "!tlsrpt-syntax"},
};

static void
test_tlsrpt(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tlsrpt_rows); i++)
        check_tlsrpt(&tlsrpt_rows[i]);
}

static const Row sts_rows[] = {
    {"v=STSv1; id=20160831085700Z;", "20160831085700Z", ""},
    {"v=STSv1;id=1", "1", ""},
    {"v=STSv1;\tid=1 ;", "1", ""},
    {"v=STSv1; id=abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345", ""},
    {"v=STSv1; x=y; id=1", "1", "sts-dns-unknown-tag"},
    {"v=STSv1; id=1; id=2", "1", "sts-dns-duplicate-id"},
    {"v=STSv1 ; id=1", "1", "sts-dns-version-space"},
    {"v=STSv1; id=abcdefghijklmnopqrstuvwxyz0123456", NULL, "!sts-dns-bad-id"},
    {"v=STSv1; id=2026-11-22", NULL, "!sts-dns-bad-id"},
    {"v=STSv1; id=", NULL, "!sts-dns-bad-id"},
    {"v=STSv1; id=1 2", NULL, "!sts-dns-bad-id"},
    {"v=STSv1; ID=1", NULL, "sts-dns-unknown-tag !sts-dns-no-id"},
    {"v=STSv1;", NULL, "!sts-dns-no-id"},
    {"v=STSv12; id=1", NULL, "!sts-dns-syntax"},
    {"v=stsv1; id=1", NULL, "!sts-dns-syntax"},
    {"id=1; v=STSv1", NULL, "!sts-dns-syntax"},
    {"v=STSv1; id=1 ", NULL, "!sts-dns-syntax"},
    {"v=STSv1; id=1;;", NULL, "!sts-dns-syntax"},
    {"v=STSv1; id=1; mode:testing", NULL, "!sts-dns-syntax"},
    {"v=STSv1; id=1\n", NULL, "!sts-dns-syntax"},
};

static void
test_sts(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sts_rows); i++) {
        const Row *row = &sts_rows[i];
        g_autoptr(GPtrArray) findings = findings_new();
        g_autoptr(StsRecord) record = sts_record_parse(row->text, strlen(row->text), findings);
        g_autofree char *codes = codes_of(findings);
        g_test_message("%s", row->text);
        g_assert_cmpstr(record == NULL ? NULL : record->id, ==, row->kept);
        g_assert_cmpstr(codes, ==, row->codes);
    }
}

/* RFC 8460 3: records that do not begin so are discarded before they are counted. */
static void
test_begins(void)
{
    g_assert_true(txt_record_begins("v=STSv1;", 8, "v=STSv1"));
    g_assert_false(txt_record_begins("v=STSv1", 7, "v=STSv1"));
    g_assert_false(txt_record_begins("v=STSv1 ; id=1", 14, "v=STSv1"));
    g_assert_false(txt_record_begins("v=STSv12;", 9, "v=STSv1"));
}

static void
test_rua(void)
{
    g_autofree char *mail = NULL, *host = NULL;
    guint port;
    const char *problem;
    g_assert_cmpint(rua_parse("MAILTO:r%40x@A.Example?subject=a", &mail, &port, &problem), ==,
                    RUA_MAILTO);
    g_assert_cmpstr(mail, ==, "a.example");
    g_assert_cmpint(rua_parse("https://B.example:8443/x", &host, &port, &problem), ==, RUA_HTTPS);
    g_assert_cmpstr(host, ==, "b.example");
    g_assert_cmpuint(port, ==, 8443);
    g_assert_true(rua_equal("mailto:R@a.example", "MAILTO:R%40A.example"));
    g_assert_false(rua_equal("mailto:R@a.example", "mailto:r@a.example"));
    g_assert_true(rua_equal("https://a.example", "https://A.example:443/"));
    g_assert_false(rua_equal("https://a.example/x", "https://a.example/y"));
    g_assert_false(rua_equal("nothing", "nothing"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/txt_record/tlsrpt", test_tlsrpt);
    g_test_add_func("/txt_record/sts", test_sts);
    g_test_add_func("/txt_record/begins", test_begins);
    g_test_add_func("/txt_record/rua", test_rua);
    return g_test_run();
}
