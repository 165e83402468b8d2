#include "ingest/authres.h"

#include <string.h>

/* "ID: RESULT d=D i=I; ..." of what was read, or "(none)". */
static char *
describe(const char *field)
{
    g_autoptr(Authres) authres = authres_parse(field, strlen(field));
    if (authres == NULL)
        return g_strdup("(none)");
    GString *text = g_string_new(authres->authserv_id);
    for (guint i = 0; i < authres->dkim->len; i++) {
        const AuthresDkim *dkim = g_ptr_array_index(authres->dkim, i);
        g_string_append_printf(text, "; %s d=%s i=%s", dkim->result,
                               dkim->header_d != NULL ? dkim->header_d : "-",
                               dkim->header_i != NULL ? dkim->header_i : "-");
    }
    return g_string_free(text, FALSE);
}

typedef struct {
    const char *name, *field, *wanted;
} Case;

/* The first are the examples of RFC 8601 appendix B. */
static const Case cases[] = {
    {"rfc-none", "example.org 1; none", "example.org"},
    {"rfc-spf", "example.com; spf=pass smtp.mailfrom=example.net", "example.com"},
    {"rfc-several",
     "example.com;\r\n          auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
     "          spf=pass smtp.mailfrom=example.net",
     "example.com"},
    {"rfc-two-signatures",
     "example.com;\r\n dkim=pass reason=\"good signature\"\r\n"
     "   header.i=@mail-router.example.net;\r\n dkim=fail reason=\"bad signature\"\r\n"
     "   header.i=@newyork.example.com",
     "example.com; pass d=- i=@mail-router.example.net; fail d=- i=@newyork.example.com"},
    {"rfc-comments",
     "foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for "
     "it) fail\r\n    policy (A dot can go here) . (like that) expired\r\n    (this surprised me) "
     "= "
     "(as I wasn't expecting it) 1362471462",
     "foo.example.net; fail d=- i=-"},
    {"comment-with-semicolon",
     "mx.example; dkim=pass (2048-bit key; unprotected) header.d=a.example",
     "mx.example; pass d=a.example i=-"},
    {"comment-nested", "mx.example; dkim=pass (a (b; \\) c) ; d) header.d=a.example",
     "mx.example; pass d=a.example i=-"},
    {"comment-with-a-result", "mx.example; spf=none (; dkim=pass header.d=evil.example)",
     "mx.example"},
    {"quoted-with-a-result",
     "mx.example; dkim=fail reason=\"; dkim=pass header.d=evil.example\" header.d=a.example",
     "mx.example; fail d=a.example i=-"},
    {"quoted-pair", "mx.example; dkim=pass header.i=\"a\\\"; dkim=fail\"@a.example",
     "mx.example; pass d=- i=a\"; dkim=fail@a.example"},
    {"quoted-id", "\"MX.Example\"; dkim=pass header.d=\"a.example\"",
     "mx.example; pass d=a.example i=-"},
    {"case", "MX.example; DKIM=Pass Header.D=A.Example", "mx.example; pass d=A.Example i=-"},
    {"first-property-counts", "mx.example; dkim=pass header.d=a.example header.d=b.example",
     "mx.example; pass d=a.example i=-"},
    {"base64-unquoted",
     "mx.example; dkim=pass header.b=aB/+c= header.d=a.example header.a=rsa-sha256",
     "mx.example; pass d=a.example i=-"},
    {"value-on-next-line", "mx.example; spf=pass smtp.mailfrom=\r\n\tx+y@b.example; dkim=none",
     "mx.example; none d=- i=-"},
    {"empty-value", "mx.example; spf=none smtp.mailfrom=; dkim=pass header.d=a.example",
     "mx.example; pass d=a.example i=-"},
    {"unknown-ptype", "mx.example; dkim=pass xheader.d=a.example policy.d=b.example",
     "mx.example; pass d=- i=-"},
    {"unknown-method",
     "mx.example; x-dkim=pass header.d=a.example; dkim-adsp=pass header.d=b.example", "mx.example"},
    {"arc-is-not-dkim", "mx.example; arc=pass header.d=a.example", "mx.example"},
    {"method-version", "mx.example; dkim/1=pass header.d=a.example; dkim/2=pass header.d=b.example",
     "mx.example; pass d=a.example i=-"},
    {"field-version", "mx.example 2; dkim=pass header.d=a.example", "(none)"},
    {"no-semicolon", "mx.example dkim=pass header.d=a.example", "(none)"},
    {"no-id", "; dkim=pass header.d=a.example", "(none)"},
    {"result-for-id", "dkim=pass header.d=a.example; mx.example", "(none)"},
    {"empty", "", "(none)"},
    {"white-space", " \r\n\t ", "(none)"},
    {"trailing-semicolon", "mx.example; dkim=pass header.d=a.example;",
     "mx.example; pass d=a.example i=-"},
    {"garbage-ends-it",
     "mx.example; dkim=pass header.d=a.example; ???; dkim=pass header.d=b.example",
     "mx.example; pass d=a.example i=-"},
    {"garbage-property", "mx.example; dkim=pass d=a.example header.d=b.example",
     "mx.example; pass d=- i=-"},
    {"open-comment", "mx.example; dkim=pass (header.d=a.example", "mx.example; pass d=- i=-"},
    {"open-quote", "mx.example; dkim=pass header.d=\"a.example; dkim=fail",
     "mx.example; pass d=- i=-"},
    {"open-id", "\"mx.example; dkim=pass", "(none)"},
    {"lone-backslash", "mx.example; dkim=pass (\\", "mx.example; pass d=- i=-"},
};

static void
run_case(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *text = describe(c->field);
    g_assert_cmpstr(text, ==, c->wanted);
}

/* A field that is cut anywhere tells nothing that the whole does not. */
static void
test_cut_anywhere(void)
{
    static const char field[] = "mx.example (c); dkim=pass (x;y) header.d=a.example; dkim=fail";
    for (gsize n = 0; n < strlen(field); n++) {
        g_autofree char *copy = g_memdup2(field, n);
        g_autoptr(Authres) authres = authres_parse(copy, n);
        if (authres == NULL || authres->dkim->len == 0)
            continue;
        const AuthresDkim *dkim = g_ptr_array_index(authres->dkim, 0);
        g_assert_true(g_str_has_prefix("pass", dkim->result));
        g_assert_true(dkim->header_d == NULL || g_str_has_prefix("a.example", dkim->header_d));
    }
}

/* A name that goes on behind a NUL must not pass for the name before it. */
static void
test_nul(void)
{
    static const char field[] = "mx.example; dkim=pass header.d=a.example\0.evil.example";
    g_autoptr(Authres) authres = authres_parse(field, sizeof field - 1);
    g_assert_nonnull(authres);
    g_assert_cmpuint(authres->dkim->len, ==, 1);
    const AuthresDkim *dkim = g_ptr_array_index(authres->dkim, 0);
    g_assert_null(dkim->header_d);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/authres/case/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], run_case);
    }
    g_test_add_func("/authres/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/authres/nul", test_nul);
    return g_test_run();
}
