#include "check/dane_judge.h"

#define SHORT_LIVED_DAYS 100 /* 90 is what ACME gives */
#define SECONDS_OF_A_DAY 86400

static const DaneRecord *
record_at(const DaneVerdict *dane, guint i)
{
    return g_ptr_array_index(dane->records, i);
}

/* The record to publish for the certificate in use; NULL without one. */
static char *
make_record(const char *base, const GPtrArray *chain)
{
    g_autofree char *data = dane_suggest(g_ptr_array_index(chain, 0));
    return data == NULL ? NULL : g_strdup_printf("_25._tcp.%s. IN TLSA %s", base, data);
}

static void
judge_unusable(GPtrArray *findings, const char *subject, const DaneVerdict *dane)
{
    for (guint i = 0; i < dane->records->len; i++) {
        const DaneRecord *record = record_at(dane, i);
        if (record->unusable == NULL)
            continue;
        g_autofree char *text = dane_record_text(record, FALSE);
        const char *id = dane->usable == 0 ? "dane-unusable" : "dane-unusable-record";
        check_findings_add(findings, id, subject, "%s: %s", text, record->unusable);
    }
}

/* What makes RECORD fragile; NULL if nothing does. */
static const char *
why_fragile(const DaneRecord *record, const TlsVerdict *verdict)
{
    if (record->duplicate)
        return "the same record twice";
    if (record->matching == DANE_FULL)
        return "the data is a whole certificate or key, which makes large answers (RFC 7672 3.1)";
    gboolean short_lived =
        verdict != NULL && verdict->not_after != 0 &&
        (verdict->not_after - verdict->not_before) / SECONDS_OF_A_DAY <= SHORT_LIVED_DAYS;
    if (record->usage == DANE_EE && record->selector == DANE_CERTIFICATE && short_lived)
        return "it names the certificate, which is short-lived: each renewal breaks it; name the "
               "key (3 1 1) and keep the key";
    return NULL;
}

static void
judge_form(GPtrArray *findings, const char *subject, const DaneVerdict *dane,
           const TlsVerdict *verdict)
{
    gboolean only_sha512 = dane->usable > 0;
    for (guint i = 0; i < dane->records->len; i++) {
        const DaneRecord *record = record_at(dane, i);
        if (record->unusable != NULL)
            continue;
        only_sha512 &= record->matching == DANE_SHA512;
        const char *why = why_fragile(record, verdict);
        g_autofree char *text = dane_record_text(record, FALSE);
        if (why != NULL)
            check_findings_add(findings, "dane-form", subject, "%s: %s", text, why);
    }
    if (only_sha512)
        check_findings_add(findings, "dane-form", subject,
                           "SHA-512 alone: senders have to know SHA-256 only (RFC 6698 6)");
}

static void
judge_mismatch(GPtrArray *findings, const char *subject, const char *base, const DaneVerdict *dane,
               const GPtrArray *chain)
{
    g_autoptr(GString) fact = g_string_new(NULL);
    for (guint i = 0; i < dane->records->len; i++) {
        const DaneRecord *record = record_at(dane, i);
        if (record->unusable != NULL)
            continue;
        g_autofree char *text = dane_record_text(record, FALSE);
        g_string_append_printf(fact, "%s%s: %s", fact->len > 0 ? "; " : "", text,
                               record->refused != NULL ? record->refused
                                                       : "matches nothing the server sends");
    }
    const char *id = dane->name_refused ? "dane-ta-name" : "dane-mismatch";
    CheckFinding *finding = check_findings_add(findings, id, subject, "%s", fact->str);
    finding->copy = chain->len > 0 ? make_record(base, chain) : NULL;
}

static void
judge_stale(GPtrArray *findings, const char *subject, const DaneVerdict *dane)
{
    for (guint i = 0; i < dane->records->len; i++) {
        const DaneRecord *record = record_at(dane, i);
        g_autofree char *text = dane_record_text(record, FALSE);
        if (record->unusable == NULL && record->depth < 0)
            check_findings_add(findings, "dane-stale-record", subject,
                               "%s matches nothing the server sends", text);
    }
}

void
dane_judge(GPtrArray *findings, const char *subject, const char *base, const DaneVerdict *dane,
           const GPtrArray *chain, const TlsVerdict *verdict)
{
    judge_unusable(findings, subject, dane);
    judge_form(findings, subject, dane, verdict);
    if (dane->usable == 0 || chain == NULL)
        return;
    if (!dane->authenticated) {
        judge_mismatch(findings, subject, base, dane, chain);
        return;
    }
    judge_stale(findings, subject, dane);
    if (dane->usable == 1 && dane->by_ee)
        check_findings_add(findings, "dane-no-rollover", subject,
                           "the one record is for the key in use");
    if (dane->by_ee && verdict != NULL && tls_verdict_has(verdict, TLS_FAULT_EXPIRED))
        check_findings_add(findings, "dane-ee-expired", subject,
                           "DANE-EE looks neither at dates nor at names");
}
