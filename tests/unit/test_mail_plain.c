#include "ingest/mail_plain.h"

#include <string.h>

static void
check_slice(const MailSlice *slice, const char *wanted)
{
    g_autofree char *text = slice->at == NULL ? NULL : g_strndup(slice->at, slice->length);
    g_assert_cmpstr(text, ==, wanted);
}

static void
test_type(void)
{
    static const char value[] = " Multipart/Report; report-type=tlsrpt;\r\n\tBOUNDARY=\"=_b 1\" ;"
                                " charset=utf-8; name=a!b!1!2.json;\r\n";
    MailPlain plain;
    g_assert_true(mail_plain_read(value, strlen(value), TRUE, &plain));
    check_slice(&plain.type, "Multipart/Report");
    check_slice(&plain.report_type, "tlsrpt");
    check_slice(&plain.boundary, "=_b 1");
    check_slice(&plain.name, "a!b!1!2.json");
    check_slice(&plain.file_name, NULL);
}

static void
test_disposition(void)
{
    static const char value[] = " attachment;\n filename=\"a.example!b.example!1!2.json.gz\"\n";
    MailPlain plain;
    g_assert_true(mail_plain_read(value, strlen(value), FALSE, &plain));
    check_slice(&plain.type, "attachment");
    check_slice(&plain.file_name, "a.example!b.example!1!2.json.gz");
    check_slice(&plain.name, NULL);
}

/* What has more than one reading is GMime's. */
static void
test_left_alone(void)
{
    static const char *const types[] = {
        "",
        "text",
        "text/",
        "/plain",
        "text /plain",
        "text/plain (a comment)",
        "text/plain charset=utf-8",
        "text/plain;; name=a.json",
        "text/plain; name",
        "text/plain; name=",
        "text/plain; name=\"\"",
        "text/plain; name =a.json",
        "text/plain; name= a.json",
        "text/plain; name=a b.json",
        "text/plain; name=\"a.json",
        "text/plain; name=\"a.json\" x",
        "text/plain; name=\"a\\\".json\"",
        "text/plain; name=\"a\tb.json\"",
        "text/plain; name=\"a\r\n b.json\"",
        "text/plain; name=\"=?utf-8?q?a=2Ejson?=\"",
        "text/plain; name=caf\xc3\xa9.json",
        "text/plain; name=\"caf\xc3\xa9.json\"",
        "text/plain; name*=utf-8''a.json",
        "text/plain; name*0=a; name*1=.json",
        "text/plain; name=a.json; NAME=b.json",
        "multipart/mixed; boundary=a=b",
        "multipart/mixed; boundary='a'",
        "text/pl\rain",
    };
    MailPlain plain;
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (mail_plain_read(types[i], strlen(types[i]), TRUE, &plain))
            g_error("taken as plain: %s", types[i]);
    }
    g_assert_false(mail_plain_read("text/plain; name=a\0b", 20, TRUE, &plain));
    g_assert_false(mail_plain_read("text/plain", strlen("text/plain"), FALSE, &plain));
}

static void
test_from(void)
{
    static const char *const values[] = {
        " tls@Sender.example\r\n",
        " TLS Reports <tls@Sender.example>\n",
        " <tls@Sender.example>",
        " \"Reports, TLS (x@y)\"\n <a.b+c_d@Sender.example> ",
    };
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        MailSlice domain;
        g_assert_true(mail_plain_from(values[i], strlen(values[i]), &domain));
        check_slice(&domain, "Sender.example");
    }
}

static void
test_from_left_alone(void)
{
    static const char *const values[] = {
        "",
        "nobody",
        "a@",
        "@b.example",
        "a@b.example, c@d.example",
        "<a@b.example>, <c@d.example>",
        "<a@b.example> c@d.example",
        "<a@b.example",
        "<<a@b.example>>",
        "a@b.example <c@d.example>",
        "a@b.example (comment)",
        "(comment) a@b.example",
        "\"a\"@b.example",
        "\"x\" y <a@b.example>",
        "\"x<y\" <a@b.example>",
        "\"a\\\"b\" <a@b.example>",
        "=?utf-8?q?a?= <a@b.example>",
        "group: a@b.example;",
        "<@r.example:a@b.example>",
        "a@[192.0.2.1]",
        "a@xn--bcher-kva.example",
        "a@b\xc3\xbc.example",
        "a..b@b.example",
        ".a@b.example",
        "a@b..example",
        "a@b.example.",
        "a@b@c.example",
    };
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        MailSlice domain;
        if (mail_plain_from(values[i], strlen(values[i]), &domain))
            g_error("taken as plain: %s", values[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-plain/type", test_type);
    g_test_add_func("/mail-plain/disposition", test_disposition);
    g_test_add_func("/mail-plain/left-alone", test_left_alone);
    g_test_add_func("/mail-plain/from", test_from);
    g_test_add_func("/mail-plain/from-left-alone", test_from_left_alone);
    return g_test_run();
}
