/* fuzz_mail_plain.c: the quick reader of header fields against GMime, on any header. */
#include "ingest/mail_header.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    gsize body;
    MailHeader header = mail_header_read((const char *)data, size, &body);
    g_auto(MailContent) quick = {0};
    g_auto(MailContent) any = {0};
    mail_header_content(header, "text/plain", &quick);
    mail_header_content_any(header, "text/plain", &any);
    g_assert_cmpstr(quick.type, ==, any.type);
    g_assert_cmpstr(quick.boundary, ==, any.boundary);
    g_assert_cmpstr(quick.file_name, ==, any.file_name);
    g_assert_cmpint(quick.is_tlsrpt, ==, any.is_tlsrpt);
    g_autofree char *quick_from = mail_header_from_domain(header);
    g_autofree char *any_from = mail_header_from_domain_any(header);
    g_assert_cmpstr(quick_from, ==, any_from);
    return 0;
}
