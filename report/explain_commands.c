/* explain_commands.c: what to run to see it with one's own eyes. */
#include <gio/gio.h>

#include "report/explain-internal.h"
#include "report/shell.h"

#define HOSTS_MAX 3 /* MX hosts that commands are given for; the others are alike */

/* openssl of Debian 12 (3.0). -verify_return_error would end before the certificate is shown. */
static const char starttls[] =
    "openssl s_client -starttls smtp -connect %h:25 -servername %h -verify_hostname %h -brief "
    "</dev/null";
static const char starttls_6[] =
    "openssl s_client -6 -starttls smtp -connect %h:25 -servername %h -verify_hostname %h -brief "
    "</dev/null";
static const char certificate[] =
    "openssl s_client -starttls smtp -connect %h:25 -servername %h </dev/null 2>/dev/null | "
    "openssl x509 -noout -issuer -subject -dates -ext subjectAltName";
static const char chain[] =
    "openssl s_client -starttls smtp -connect %h:25 -servername %h -showcerts </dev/null";
static const char addresses[] = "dig +noall +answer %h A %h AAAA";
static const char mx_records[] = "dig +noall +answer %d MX";
static const char sts_record[] = "dig +noall +answer _mta-sts.%d TXT";
static const char policy[] = "curl -sS -i https://mta-sts.%d/.well-known/mta-sts.txt";
static const char policy_4[] = "curl -sS -i -4 https://mta-sts.%d/.well-known/mta-sts.txt";
static const char policy_6[] = "curl -sS -i -6 https://mta-sts.%d/.well-known/mta-sts.txt";
static const char policy_certificate[] =
    "openssl s_client -connect mta-sts.%d:443 -servername mta-sts.%d -verify_hostname mta-sts.%d "
    "-brief </dev/null";
static const char tlsa[] = "delv _25._tcp.%h TLSA";
static const char dnssec[] = "delv %d MX; delv %h A";
static const char key_digest[] =
    "openssl s_client -starttls smtp -connect %h:25 -servername %h </dev/null 2>/dev/null | "
    "openssl "
    "x509 -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256";

static const char *const none[] = {NULL};
static const char *const for_starttls[] = {addresses, starttls, starttls_6, NULL};
static const char *const for_name[] = {addresses, certificate, starttls, NULL};
static const char *const for_trust[] = {addresses, starttls, chain, NULL};
static const char *const for_validation[] = {starttls, certificate, NULL};
static const char *const for_dane[] = {tlsa, key_digest, starttls, NULL};
static const char *const for_tlsa[] = {tlsa, key_digest, NULL};
static const char *const for_dnssec[] = {dnssec, tlsa, NULL};
static const char *const for_policy_lines[] = {mx_records, policy, sts_record, NULL};
static const char *const for_fetch[] = {sts_record, policy_4, policy_6, NULL};
static const char *const for_policy_file[] = {sts_record, policy, NULL};
static const char *const for_policy_certificate[] = {policy_certificate, policy, NULL};
static const char *const for_domain[] = {mx_records, sts_record, policy, NULL};

static const char *const *
formats_of(const Problem *problem)
{
    if (problem->not_in_policy)
        return for_policy_lines;
    switch (result_type_from_word(problem->result_type)) {
    case RESULT_STARTTLS_NOT_SUPPORTED:
        return for_starttls;
    case RESULT_CERTIFICATE_EXPIRED:
    case RESULT_CERTIFICATE_HOST_MISMATCH:
        return for_name;
    case RESULT_CERTIFICATE_NOT_TRUSTED:
        return for_trust;
    case RESULT_VALIDATION_FAILURE:
        return problem->effect == EFFECT_DANE ? for_dane : for_validation;
    case RESULT_TLSA_INVALID:
    case RESULT_DANE_REQUIRED:
        return for_tlsa;
    case RESULT_DNSSEC_INVALID:
        return for_dnssec;
    case RESULT_STS_POLICY_FETCH_ERROR:
        return for_fetch;
    case RESULT_STS_POLICY_INVALID:
        return for_policy_file;
    case RESULT_STS_WEBPKI_INVALID:
        return for_policy_certificate;
    case RESULT_OTHER:
        break;
    }
    return none;
}

static void
add_once(Problem *problem, const char *format, const char *host, const char *domain)
{
    g_autofree char *command = shell_command(format, host, domain);
    if (command != NULL &&
        !g_ptr_array_find_with_equal_func(problem->commands, command, g_str_equal, NULL))
        g_ptr_array_add(problem->commands, g_steal_pointer(&command));
}

static gboolean
is_of_certificate(const char *const *formats)
{
    return formats == for_name || formats == for_trust;
}

/* All failures that tell an address met one: what is presented there, whatever the others of HOST
 * present. */
static void
add_for_address(Problem *problem, const char *host)
{
    if (problem->addresses->len != 1 || host == NULL)
        return;
    const char *foreign = g_array_index(problem->addresses, ProblemShare, 0).name;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(foreign);
    if (address == NULL)
        return;
    g_autofree char *text = g_inet_address_to_string(address);
    gboolean is_6 = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
    g_autofree char *format = g_strdup_printf(
        "openssl s_client -starttls smtp -connect %s%s%s:25 -servername %%h </dev/null 2>/dev/null "
        "| openssl x509 -noout -issuer -subject -dates -ext subjectAltName",
        is_6 ? "[" : "", text, is_6 ? "]" : "");
    add_once(problem, format, host, NULL);
}

static void
add_all(Problem *problem, const char *const *formats, const char *host, const char *domain)
{
    for (; *formats != NULL; formats++)
        add_once(problem, *formats, host, domain);
}

void
explain_commands(Problem *problem)
{
    const char *domain = shell_host(problem->domain);
    const char *const *formats = formats_of(problem);
    gboolean any = FALSE;
    for (guint i = 0; i < MIN(problem->mxs->len, HOSTS_MAX); i++) {
        const char *host = shell_host(g_array_index(problem->mxs, ProblemShare, i).name);
        any = any || host != NULL;
        add_all(problem, formats, host, domain);
        if (is_of_certificate(formats) && problem->mxs->len == 1)
            add_for_address(problem, host);
    }
    /* Without an MX that can be named: which there are. */
    if (!any && problem->commands->len == 0 && formats != none)
        add_all(problem, for_domain, NULL, domain);
}
