/* look_tlsrpt.c: the record at _smtp._tls, and whether reports can arrive. Part of look.h. */
#include "check/fetch.h"
#include "check/look.h"

#include <string.h>

#include "check/rdata.h"
#include "check/txt.h"
#include "schema/domain_name.h"
#include "schema/finding.h"
#include "schema/limits.h"
#include "schema/rua.h"

#define SECONDS_A_DAY 86400

static const TxtKind kind = {
    .label = "_smtp._tls",
    .version = "v=TLSRPTv1",
    .word = "TLSRPT",
    .missing = "tlsrpt-missing",
    .multiple = "tlsrpt-multiple",
    .wrong_place = "tlsrpt-wrong-place",
    .spf_wildcard = "tlsrpt-spf-wildcard",
    .unrelated = "tlsrpt-unrelated",
};

/* ---- where the reports go -------------------------------------------------------------------- */

static gboolean
is_null_mx(const DnsAnswer *answer)
{
    for (guint i = 0; i < answer->records->len; i++) {
        guint preference;
        g_autofree char *exchange = NULL;
        if (rdata_mx(g_ptr_array_index(answer->records, i), &preference, &exchange) &&
            *exchange == '\0')
            return TRUE;
    }
    return FALSE;
}

/* DOMAIN takes mail, as far as the DNS tells. */
static void
look_at_mailto(Look *look, const char *uri, const char *domain)
{
    g_autoptr(GStrvBuilder) addresses = g_strv_builder_new();
    g_autoptr(DnsAnswer) answer = look_up(look, domain, DNS_MX);
    guint n = 0;
    if (answer->status == ANSWER_NXDOMAIN)
        look_tell(look, "tlsrpt-mailto-domain", uri, "%s does not exist", domain);
    else if (answer->status == ANSWER_DATA && is_null_mx(answer))
        look_tell(look, "tlsrpt-mailto-domain", uri, "%s has a null MX: it takes no mail", domain);
    else if (answer->status == ANSWER_NO_DATA &&
             look_up_addresses(look, domain, addresses, &n, NULL, NULL) && n == 0)
        look_tell(look, "tlsrpt-mailto-domain", uri, "%s has neither MX nor address", domain);
}

/* What a HEAD of the collector gave. A report is not sent: it would have to be a forged one. */
static void
judge_collector(Look *look, const char *uri, const Fetch *fetch)
{
    const GPtrArray *faults = fetch->verdict != NULL ? fetch->verdict->faults : NULL;
    if (faults != NULL && faults->len > 0)
        look_tell(look, "tlsrpt-https-tls", uri, "%s",
                  ((const TlsFault *)g_ptr_array_index(faults, 0))->fact);
    if (fetch->outcome == FETCH_NO_TLS)
        look_tell(look, "tlsrpt-https-tls", uri, "%s: %s", fetch->address, fetch->problem);
    else if (fetch->outcome == FETCH_UNTRIED)
        look_tell(look, "tlsrpt-untested", uri, "%s: %s", fetch->address, fetch->problem);
    else if (fetch->outcome != FETCH_ANSWERED)
        look_tell(look, "tlsrpt-https-refused", uri, "%s: %s", fetch->address, fetch->problem);
    else if (fetch->status == 404 || fetch->status == 410 || fetch->status == 401 ||
             fetch->status == 403)
        look_tell(look, "tlsrpt-https-refused", uri, "%s answers a HEAD with %u", fetch->address,
                  fetch->status)
            ->severity = CHECK_WARNING; /* it may answer a POST in another way */
}

static void
look_at_https(Look *look, const char *uri, const char *host, guint port)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n;
    gboolean answered = look_up_addresses(look, host, builder, &n, NULL, NULL);
    g_auto(GStrv) addresses = g_strv_builder_end(builder);
    if (n == 0 && answered)
        look_tell(look, "tlsrpt-https-host", uri, "%s has no address", host);
    if (n == 0)
        return;
    FetchWhat what = {.url = uri, .host = host, .port = port, .head = TRUE, .trust = look->trust};
    g_autoptr(Fetch) fetch = fetch_run(look->options, &what, addresses[0]);
    judge_collector(look, uri, fetch);
}

static gboolean
is_expected(const CheckOptions *options, const char *uri)
{
    for (char **expected = options->expect_rua; *expected != NULL; expected++) {
        if (rua_equal(*expected, uri))
            return TRUE;
    }
    return FALSE;
}

static void
look_at_rua(Look *look, const TlsrptRecord *record, const char *name)
{
    gboolean outside = FALSE, expected = look->options->expect_rua == NULL;
    for (char **uri = record->rua; *uri != NULL; uri++) {
        g_autofree char *target = NULL;
        guint port;
        const char *problem;
        RuaKind where = rua_parse(*uri, &target, &port, &problem);
        if (where == RUA_MAILTO)
            look_at_mailto(look, *uri, target);
        else if (where == RUA_HTTPS)
            look_at_https(look, *uri, target, port);
        outside = outside || where == RUA_HTTPS ||
                  !domain_name_is_below_or_equal(target, look->run->domain);
        expected = expected || is_expected(look->options, *uri);
    }
    if (!outside)
        look_tell(look, "tlsrpt-mailto-self", name, "%s", record->rua[0]);
    if (!expected)
        look_tell(look, "tlsrpt-rua-not-ours", name, "expected %s", look->options->expect_rua[0]);
}

/* ---- do they arrive? ------------------------------------------------------------------------- */

static void
look_for_reports(Look *look, const char *name)
{
    const CheckPast *past = look->past;
    gint32 today = (gint32)(look->options->now / SECONDS_A_DAY);
    gint32 quiet = (gint32)past->quiet_days;
    gint32 known = past->store_since_day;
    if (past->earlier->len > 0) {
        const CheckEarlier *first = g_ptr_array_index(past->earlier, past->earlier->len - 1);
        gint32 day = (gint32)(first->at / SECONDS_A_DAY);
        known = known < 0 ? day : MIN(known, day);
    }
    if (!past->reports_asked || known < 0 || today - known < quiet)
        return; /* too early to miss any */
    if (past->newest_report_day < 0)
        look_tell(look, "tlsrpt-no-reports", name, "none has ever come");
    else if (today - past->newest_report_day > quiet)
        look_tell(look, "tlsrpt-no-reports", name, "the newest is %d days old",
                  today - past->newest_report_day);
}

/* DANE reports name the TLSA base domain, mostly the MX host, as policy domain (RFC 8460 1.1): its
 * own record is asked for. */
static void
look_at_hosts(Look *look)
{
    const char *ours = domain_name_organisational(look->run->domain);
    for (guint i = 0; i < look->run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(look->run->hosts, i);
        if (host->tlsa != TLSA_SECURE || host->implicit ||
            strcmp(domain_name_organisational(host->tlsa_base), ours) != 0)
            continue;
        g_autofree char *name = g_strdup_printf("%s.%s", kind.label, host->tlsa_base);
        g_autoptr(DnsAnswer) answer = look_up_quietly(look, name, DNS_TXT);
        if (answer->status == ANSWER_NXDOMAIN || answer->status == ANSWER_NO_DATA)
            look_tell(look, "tlsrpt-host", name, "there is no TXT record");
    }
}

void
look_tlsrpt(Look *look)
{
    CheckRun *run = look->run;
    g_autoptr(GPtrArray) findings = findings_new();
    TxtFound found;
    txt_find(look, &kind, &found);
    if (found.text != NULL) {
        run->tlsrpt_text = text_printable(found.text, (gssize)found.length, LIMIT_TEXT_BYTES);
        run->tlsrpt = tlsrpt_record_parse(found.text, found.length, findings);
        txt_tell(look, found.name, findings);
        if (found.joint)
            look_tell(look, "tlsrpt-txt-split", found.name, "it reads \"%s\"", found.text);
    }
    if (found.any && run->null_mx)
        look_tell(look, "mx-null-records", found.name, "there is a TXT record");
    if (run->tlsrpt != NULL && !run->null_mx) {
        look_at_rua(look, run->tlsrpt, found.name);
        look_for_reports(look, found.name);
        look_at_hosts(look);
    }
    run->tlsrpt_known = found.answered;
    txt_found_clear(&found);
}
