/* fuzz_tlsa.c: TLSA records and a chain of certificates. The first octet says how many records
 * there are; records and certificates come with two octets of length each. */
#include "check/dane.h"

#include "check/tls_verify.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const char *const names[] = {"mx1.example.org", NULL};
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    guint wanted = size > 0 ? data[0] % 8u : 0;
    for (gsize at = 1; at + 2 <= size;) {
        gsize length = MIN((gsize)data[at] << 8 | data[at + 1], size - at - 2);
        GBytes *piece = g_bytes_new(data + at + 2, length);
        g_ptr_array_add(records->len < wanted ? records : chain, piece);
        at += 2 + length;
    }
    g_autoptr(DaneVerdict) verdict = dane_verify(records, chain, names, 1700000000);
    g_assert(verdict->usable <= verdict->records->len);
    g_assert(!verdict->authenticated || (verdict->usable > 0 && chain->len > 0));
    for (guint i = 0; i < verdict->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(verdict->records, i);
        g_autofree char *text = dane_record_text(record, i % 2 == 0);
        g_assert(record->depth < (int)chain->len);
        g_assert(record->unusable == NULL || record->depth == -1);
    }
    static TlsTrust *trust; /* as the system has it; kept */
    if (trust == NULL)
        trust = tls_trust_load(NULL, NULL);
    if (trust != NULL) {
        g_autoptr(TlsVerdict) judged = tls_verify(chain, trust, names[0], 1700000000);
        g_assert(chain->len > 0 || judged->faults->len > 0);
    }
    return 0;
}
