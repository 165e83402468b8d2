#include "check/resolver_unbound.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/finding.h"
#include "schema/limits.h"
#ifdef HAVE_LIBUNBOUND
#include "late/unbound.h"
#endif

G_DEFINE_QUARK(tlsgauge - check - fault, check_fault)

#ifndef HAVE_LIBUNBOUND

Resolver *
resolver_unbound_new(G_GNUC_UNUSED const CheckOptions *options, GError **error)
{
    g_set_error(error, CHECK_FAULT, CHECK_FAULT_UNAVAILABLE,
                "this program was built without libunbound");
    return NULL;
}

#else

#define CLASS_IN       1
#define RCODE_SERVFAIL 2
#define RCODE_NXDOMAIN 3
/* Of Debian's dns-root-data. */
#define ROOT_ANCHOR    "/usr/share/dns/root.key"

typedef struct {
    Resolver base;
    const LateUnbound *unbound;
    struct ub_ctx *context; /* shared by all threads, with its cache */
} Unbound;

static void
unbound_free(Resolver *resolver)
{
    Unbound *self = (Unbound *)resolver;
    if (self->context != NULL)
        self->unbound->ctx_delete(self->context);
    g_free(self);
}

/* The name at the end of the CNAMEs where it is not NAME. */
static char *
canonical_name(const struct ub_result *result, const char *name)
{
    g_autofree char *canonical = result->canonname == NULL
                                     ? NULL
                                     : domain_name_normalise(result->canonname, -1, FALSE, NULL);
    return canonical == NULL || g_ascii_strcasecmp(canonical, name) == 0
               ? NULL
               : g_steal_pointer(&canonical);
}

static AnswerStatus
status_of(const struct ub_result *result)
{
    if (result->havedata)
        return ANSWER_DATA;
    if (result->nxdomain || result->rcode == RCODE_NXDOMAIN)
        return ANSWER_NXDOMAIN;
    return result->rcode == 0 ? ANSWER_NO_DATA : ANSWER_FAILED;
}

static DnsAnswer *
answer_of(const struct ub_result *result, const char *name)
{
    DnsAnswer *answer = dns_answer_new(status_of(result));
    if (result->bogus) {
        answer->status = ANSWER_BOGUS;
        answer->problem = text_printable(result->why_bogus != NULL ? result->why_bogus : "", -1,
                                         LIMIT_FACT_BYTES);
    } else if (answer->status == ANSWER_FAILED) {
        answer->problem = result->rcode == RCODE_SERVFAIL
                              ? g_strdup("no answer, or SERVFAIL")
                              : g_strdup_printf("the answer has rcode %d", result->rcode);
    }
    if (result->havedata) {
        answer->ttl = (guint32)MAX(result->ttl, 0);
        for (int i = 0; result->data[i] != NULL; i++)
            g_ptr_array_add(answer->records, g_bytes_new(result->data[i], (gsize)result->len[i]));
    }
    answer->secure = result->secure != 0;
    answer->canonical = canonical_name(result, name);
    return answer;
}

static DnsAnswer *
unbound_lookup(Resolver *resolver, const char *name, DnsType type)
{
    Unbound *self = (Unbound *)resolver;
    struct ub_result *result = NULL;
    int code = self->unbound->resolve(self->context, name, (int)type, CLASS_IN, &result);
    if (code != 0) {
        DnsAnswer *answer = dns_answer_new(ANSWER_FAILED);
        answer->problem = g_strdup(self->unbound->strerror(code));
        return answer;
    }
    DnsAnswer *answer = answer_of(result, name);
    self->unbound->resolve_free(result);
    return answer;
}

static int
set_server(Unbound *self, const char *server)
{
    if (strcmp(server, "iterate") == 0)
        return 0;
    if (strcmp(server, "system") == 0)
        return self->unbound->ctx_resolvconf(self->context, NULL);
    return self->unbound->ctx_set_fwd(self->context, server);
}

/* 0, or what went wrong. */
static int
set_up(Unbound *self, const CheckOptions *options)
{
    static const struct {
        const char *option, *value;
    } settings[] = {
        {"do-not-query-localhost:", "no"}, /* the forwarder may be on this machine */
        {"module-config:", "validator iterator"},
        {"val-clean-additional:", "yes"},
        {"qname-minimisation:", "yes"},
        /* A name server that is silent is given up after some ten seconds, not minutes. */
        {"infra-cache-max-rtt:", "4000"},
        {"outbound-msg-retry:", "3"},
        {"infra-keep-probing:", "no"},
        {"cache-max-ttl:", "604800"}, /* a TTL is told as it was published, up to a week */
        {"verbosity:", "0"},
        {"use-syslog:", "no"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) /* an older library may not know one */
        (void)self->unbound->ctx_set_option(self->context, settings[i].option, settings[i].value);
    return set_server(self, options->resolver);
}

static gboolean
set_anchor(Unbound *self, const CheckOptions *options, GError **error)
{
    const char *file = options->trust_anchor;
    if (file == NULL)
        file = ROOT_ANCHOR;
    /* Without an anchor nothing is secure, and that is told as could-not-test. */
    if (options->trust_anchor == NULL && !g_file_test(file, G_FILE_TEST_EXISTS))
        return TRUE;
    int code = g_file_test(file, G_FILE_TEST_EXISTS)
                   ? self->unbound->ctx_add_ta_file(self->context, file)
                   : -1;
    if (code == 0)
        return TRUE;
    g_set_error(error, CHECK_FAULT, CHECK_FAULT_RESOLVER, "cannot read the trust anchor %s", file);
    return FALSE;
}

Resolver *
resolver_unbound_new(const CheckOptions *options, GError **error)
{
    const char *problem;
    const LateUnbound *unbound = late_unbound(&problem);
    if (unbound == NULL) {
        g_set_error(error, CHECK_FAULT, CHECK_FAULT_UNAVAILABLE, "%s", problem);
        return NULL;
    }
    Unbound *self = g_new0(Unbound, 1);
    *self = (Unbound){{unbound_lookup, unbound_free}, unbound, unbound->ctx_create()};
    g_autoptr(Resolver) resolver = &self->base;
    int code = self->context == NULL ? -2 : set_up(self, options);
    if (code != 0) {
        g_set_error(error, CHECK_FAULT, CHECK_FAULT_RESOLVER, "cannot use the resolver %s: %s",
                    options->resolver, unbound->strerror(code));
        return NULL;
    }
    return set_anchor(self, options, error) ? g_steal_pointer(&resolver) : NULL;
}

#endif
