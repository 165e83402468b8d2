/* fuzz_authres.c: one Authentication-Results field, and a DKIM-Signature of the same text. */
#include "ingest/authres.h"

#include "ingest/mail_trust.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static char id[] = "mx.receiver.example";
    char *ids[] = {id, NULL};
    const char *text = (const char *)data;
    g_autoptr(Authres) authres = authres_parse(text, size);
    for (guint i = 0; authres != NULL && i < authres->dkim->len; i++)
        g_assert(((AuthresDkim *)g_ptr_array_index(authres->dkim, i))->result != NULL);

    g_autoptr(MailTrust) trust = mail_trust_new(ids, "sender.example");
    mail_trust_add_results(trust, text, size);
    mail_trust_add_signature(trust, text, size);
    g_autofree char *by = NULL;
    if (mail_trust_judge(trust, NULL, &by) == TRUST_VERIFIED)
        g_assert(g_str_equal(by, "sender.example"));
    return 0;
}
