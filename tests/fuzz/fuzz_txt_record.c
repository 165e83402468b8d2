/* fuzz_txt_record.c: any bytes as a TLS-RPT and as an MTA-STS record. */
#include "schema/txt_record.h"

#include "schema/finding.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const char *text = (const char *)data;
    g_autoptr(GPtrArray) findings = findings_new();
    g_autoptr(TlsrptRecord) tlsrpt = tlsrpt_record_parse(text, size, findings);
    g_assert(tlsrpt != NULL ? tlsrpt->rua[0] != NULL : findings->len > 0);
    g_ptr_array_set_size(findings, 0);
    g_autoptr(StsRecord) sts = sts_record_parse(text, size, findings);
    g_assert((sts == NULL) == (findings_first_defect(findings) != NULL));
    return 0;
}
