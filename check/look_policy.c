/* look_policy.c: the policy host and the policy file (RFC 8461 3.2, 3.3). Part of look.h. */
#include "check/look.h"

#include <string.h>

#include "check/fetch.h"
#include "check/txt.h"
#include "schema/finding.h"
#include "schema/limits.h"
#include "schema/sts_policy_text.h"

#define SECONDS_A_DAY 86400
#define SOON_DAYS     14
#define URGENT_DAYS   3
#define SLOW_MS       5000

typedef struct {
    Look *look;
    char *host, *url;
    char **addresses;
    const TlsTrust *trust;
    GPtrArray *fetches; /* of Fetch, one an address */
} Policy;

/* The same fault at several addresses is one finding about all of them. */
static CheckFinding *
tell_at(Policy *policy, const char *id, const Fetch *fetch, const char *fact)
{
    GPtrArray *findings = policy->look->run->stages[STAGE_STS_HTTPS].findings;
    g_autofree char *printable = text_printable(fact, -1, LIMIT_FACT_BYTES);
    for (guint i = 0; i < findings->len; i++) {
        CheckFinding *finding = g_ptr_array_index(findings, i);
        if (strcmp(finding->kind->id, id) == 0 && strcmp(finding->fact, printable) == 0) {
            char *subject = g_strdup_printf("%s [%s]", finding->subject, fetch->address);
            g_free(finding->subject);
            finding->subject = subject;
            return finding;
        }
    }
    g_autofree char *subject = g_strdup_printf("%s [%s]", policy->host, fetch->address);
    return look_tell(policy->look, id, subject, "%s", fact);
}

/* ---- the certificate ------------------------------------------------------------------------- */

static void
judge_expiry(Policy *policy, const Fetch *fetch)
{
    gint64 left = fetch->verdict->chain_after - policy->look->options->now;
    if (tls_verdict_has(fetch->verdict, TLS_FAULT_EXPIRED) || left > SOON_DAYS * SECONDS_A_DAY ||
        left < 0)
        return;
    g_autofree char *fact = g_strdup_printf("in %d days", (int)(left / SECONDS_A_DAY));
    CheckFinding *finding = tell_at(policy, "sts-https-cert-soon", fetch, fact);
    if (left < URGENT_DAYS * SECONDS_A_DAY)
        finding->severity = CHECK_ERROR;
}

static void
judge_certificate(Policy *policy, const Fetch *fetch)
{
    CheckRun *run = policy->look->run;
    const TlsVerdict *verdict = fetch->verdict;
    if (verdict == NULL)
        return;
    for (guint i = 0; i < verdict->faults->len; i++) {
        const TlsFault *fault = g_ptr_array_index(verdict->faults, i);
        g_autofree char *id = g_strdup_printf("sts-https-cert-%s", tls_fault_word(fault->kind));
        tell_at(policy, id, fetch, fault->fact);
    }
    if (verdict->not_after == 0)
        return;
    judge_expiry(policy, fetch);
    if (run->policy_not_after == 0 || verdict->not_after < run->policy_not_after)
        run->policy_not_after = verdict->not_after;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void
judge_type(Policy *policy, const Fetch *fetch)
{
    const char *type = fetch->type != NULL ? fetch->type : "";
    g_autofree char *media = g_strstrip(g_ascii_strdown(type, (gssize)strcspn(type, ";")));
    if (strcmp(media, "text/plain") != 0)
        tell_at(policy, "sts-https-type", fetch, *type != '\0' ? type : "there is no Content-Type");
}

static void
judge_status(Policy *policy, const Fetch *fetch)
{
    g_autofree char *fact = fetch->location != NULL
                                ? g_strdup_printf("%u, to %s", fetch->status, fetch->location)
                                : g_strdup_printf("it answers %u", fetch->status);
    if (fetch->status / 100 == 3)
        tell_at(policy, "sts-https-redirect", fetch, fact);
    else if (fetch->status == 401 || fetch->status == 403 || fetch->status == 407)
        tell_at(policy, "sts-https-auth", fetch, fact);
    else if (fetch->status != 200)
        tell_at(policy, "sts-https-status", fetch, fact);
    else
        judge_type(policy, fetch);
}

static void
judge_answer(Policy *policy, const Fetch *fetch)
{
    switch (fetch->outcome) {
    case FETCH_ANSWERED:
        judge_status(policy, fetch);
        break;
    case FETCH_UNTRIED:
        tell_at(policy, "sts-https-untested", fetch, fetch->problem);
        break;
    case FETCH_REFUSED:
        tell_at(policy, "sts-https-connect", fetch, fetch->problem);
        break;
    case FETCH_NO_TLS:
        tell_at(policy, "sts-https-tls", fetch, fetch->problem);
        break;
    case FETCH_TIMEOUT:
        tell_at(policy, "sts-https-timeout", fetch, fetch->problem);
        break;
    case FETCH_TOO_LARGE:
        tell_at(policy, "sts-https-size", fetch, "the body is longer");
        break;
    }
    if (fetch->outcome == FETCH_ANSWERED && fetch->elapsed_ms > SLOW_MS) {
        g_autofree char *fact = g_strdup_printf("the answer took %u s", fetch->elapsed_ms / 1000);
        tell_at(policy, "sts-https-slow", fetch, fact);
    }
    judge_certificate(policy, fetch);
}

/* Some addresses that cannot be reached are a warning as long as others can. */
static void
weigh_connections(Policy *policy)
{
    const GPtrArray *findings = policy->look->run->stages[STAGE_STS_HTTPS].findings;
    gboolean any = FALSE;
    for (guint i = 0; i < policy->fetches->len; i++) {
        const Fetch *fetch = g_ptr_array_index(policy->fetches, i);
        any = any || fetch->outcome == FETCH_ANSWERED;
    }
    for (guint i = 0; any && i < findings->len; i++) {
        CheckFinding *finding = g_ptr_array_index(findings, i);
        if (strcmp(finding->kind->id, "sts-https-connect") == 0)
            finding->severity = CHECK_WARNING;
    }
}

/* Nobody answers at 443: is it served by plain HTTP? Then that is the fault. */
static gboolean
is_http_only(Policy *policy)
{
    for (guint i = 0; i < policy->fetches->len; i++) {
        const Fetch *fetch = g_ptr_array_index(policy->fetches, i);
        if (fetch->outcome != FETCH_REFUSED)
            return FALSE;
    }
    g_autofree char *url = g_strdup_printf("http%s", policy->url + strlen("https"));
    const FetchWhat what = {.url = url, .host = policy->host, .port = 80};
    g_autoptr(Fetch) fetch = fetch_run(policy->look->options, &what, policy->addresses[0]);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(fetch->body, NULL), g_bytes_get_size(fetch->body));
    if (fetch->status != 200 || strstr(text, "STSv1") == NULL)
        return FALSE;
    tell_at(policy, "sts-https-http-only", fetch, url);
    return TRUE;
}

/* ---- the file -------------------------------------------------------------------------------- */

static gboolean
has_policy(const Fetch *fetch)
{
    return fetch->outcome == FETCH_ANSWERED && fetch->status == 200;
}

/* The first file that came; another address with another file is told. */
static const Fetch *
choose_file(Policy *policy)
{
    const Fetch *first = NULL;
    for (guint i = 0; i < policy->fetches->len; i++) {
        const Fetch *fetch = g_ptr_array_index(policy->fetches, i);
        if (!has_policy(fetch))
            continue;
        if (first == NULL)
            first = fetch;
        else if (!g_bytes_equal(first->body, fetch->body))
            look_tell(policy->look, "sts-https-differs", policy->host,
                      "[%s] and [%s] serve different files", first->address, fetch->address);
    }
    return first;
}

static void
read_file(Policy *policy, const Fetch *fetch)
{
    CheckRun *run = policy->look->run;
    g_autoptr(GPtrArray) findings = findings_new();
    gsize length;
    const char *body = g_bytes_get_data(fetch->body, &length);
    run->policy_body = g_bytes_ref(fetch->body);
    run->policy = sts_policy_text_parse(body, length, findings, &run->policy_usable);
    /* Without a verdict nobody knows whether a sender would believe the host. */
    run->policy_usable =
        run->policy_usable && fetch->verdict != NULL && fetch->verdict->faults->len == 0;
    run->stages[STAGE_STS_POLICY].ran = TRUE;
    txt_tell(policy->look, policy->url, findings);
}

static void
fetch_all(Policy *policy)
{
    const FetchWhat what = {
        .url = policy->url, .host = policy->host, .port = 443, .trust = policy->trust};
    for (char **address = policy->addresses; *address != NULL; address++) {
        if (policy->look->options->ipv6 || strchr(*address, ':') == NULL)
            g_ptr_array_add(policy->fetches, fetch_run(policy->look->options, &what, *address));
    }
}

static void
look_at_file(Policy *policy)
{
    fetch_all(policy);
    gboolean http_only = policy->fetches->len > 0 && is_http_only(policy);
    for (guint i = 0; !http_only && i < policy->fetches->len; i++)
        judge_answer(policy, g_ptr_array_index(policy->fetches, i));
    weigh_connections(policy);
    const Fetch *file = choose_file(policy);
    if (file != NULL)
        read_file(policy, file);
}

/* No record says that there is a policy: is one served all the same? */
static void
look_without_record(Policy *policy)
{
    fetch_all(policy);
    for (guint i = 0; i < policy->fetches->len; i++) {
        const Fetch *fetch = g_ptr_array_index(policy->fetches, i);
        gboolean usable = FALSE;
        g_autoptr(GPtrArray) findings = findings_new();
        g_autoptr(StsPolicy) parsed = sts_policy_text_parse(
            g_bytes_get_data(fetch->body, NULL), g_bytes_get_size(fetch->body), findings, &usable);
        if (has_policy(fetch) && usable) {
            look_tell(policy->look, "sts-record-gone", policy->url, "mode %s is served there",
                      sts_mode_name(parsed->mode));
            if (fetch->verdict != NULL && fetch->verdict->faults->len == 0)
                policy->look->run->unannounced = g_steal_pointer(&parsed);
            return;
        }
    }
}

void
look_policy(Look *look)
{
    CheckRun *run = look->run;
    if (!run->sts_known || run->null_mx)
        return;
    Policy policy = {.look = look, .trust = look->trust};
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n;
    policy.host = g_strdup_printf("mta-sts.%s", run->domain);
    policy.url = g_strdup_printf("https://%s/.well-known/mta-sts.txt", policy.host);
    policy.fetches = g_ptr_array_new_with_free_func((GDestroyNotify)fetch_free);
    gboolean answered = look_up_addresses(look, policy.host, builder, &n, NULL, NULL);
    policy.addresses = g_strv_builder_end(builder);
    run->stages[STAGE_STS_HTTPS].ran = look->record_there;
    if (look->record_there && look->trust == NULL)
        look_tell(look, "sts-https-untested", policy.host,
                  "there are no trusted CAs here: its certificate cannot be judged");
    if (!look->record_there)
        look_without_record(&policy);
    else if (n > 0)
        look_at_file(&policy);
    else if (answered)
        look_tell(look, "sts-https-dns", policy.host, "it has neither A nor AAAA records");
    g_ptr_array_unref(policy.fetches);
    g_strfreev(policy.addresses);
    g_free(policy.url);
    g_free(policy.host);
}
