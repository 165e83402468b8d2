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

/* libunbound works in a thread of its own and hands answers to whoever calls ub_process: one of the
 * threads that wait, which takes those of the others in, too. */
typedef struct {
    Resolver base;
    const LateUnbound *unbound;
    struct ub_ctx *context; /* shared by all threads, with its cache */
    GMutex lock;
    GCond progress;      /* answers came, or nobody watches any more */
    gboolean watched;    /* a thread watches for answers */
    GPtrArray *given_up; /* of Question: libunbound may still answer them */
} Unbound;

typedef struct {
    Unbound *unbound;
    char *name;
    DnsAnswer *answer; /* NULL while there is none */
} Question;

static void
question_free(gpointer data)
{
    Question *question = data;
    dns_answer_free(question->answer);
    g_free(question->name);
    g_free(question);
}

static void
unbound_free(Resolver *resolver)
{
    Unbound *self = (Unbound *)resolver;
    if (self->context != NULL)
        self->unbound->ctx_delete(self->context); /* ends its thread */
    g_ptr_array_unref(self->given_up);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->progress);
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
no_answer(char *problem)
{
    DnsAnswer *answer = dns_answer_new(ANSWER_FAILED);
    answer->problem = problem;
    return answer;
}

/* Called out of ub_process, in the thread that watches. */
static void
on_answer(void *data, int code, struct ub_result *result)
{
    Question *question = data;
    Unbound *self = question->unbound;
    DnsAnswer *answer = code == 0 ? answer_of(result, question->name)
                                  : no_answer(g_strdup(self->unbound->strerror(code)));
    self->unbound->resolve_free(result);
    g_mutex_lock(&self->lock);
    question->answer = answer;
    g_mutex_unlock(&self->lock);
}

/* Watches for answers to anyone's questions until some came or END. Called and left locked. */
static void
watch(Unbound *self, gint64 end)
{
    gint64 left_ms = (end - g_get_monotonic_time()) / 1000 + 1;
    GPollFD fd = {.fd = self->unbound->fd(self->context), .events = G_IO_IN};
    self->watched = TRUE;
    g_mutex_unlock(&self->lock);
    if (g_poll(&fd, 1, (gint)MAX(left_ms, 0)) > 0)
        (void)self->unbound->process(self->context);
    g_mutex_lock(&self->lock);
    self->watched = FALSE;
    g_cond_broadcast(&self->progress);
}

/* NULL where no answer came within WAIT_MS; then QUESTION belongs to SELF. */
static DnsAnswer *
wait_for(Unbound *self, Question *question, guint wait_ms)
{
    gint64 end = g_get_monotonic_time() + (gint64)wait_ms * 1000;
    g_mutex_lock(&self->lock);
    while (question->answer == NULL && g_get_monotonic_time() < end) {
        if (self->watched)
            (void)g_cond_wait_until(&self->progress, &self->lock, end);
        else
            watch(self, end);
    }
    DnsAnswer *answer = g_steal_pointer(&question->answer);
    if (answer == NULL)
        g_ptr_array_add(self->given_up, question);
    g_mutex_unlock(&self->lock);
    if (answer != NULL)
        question_free(question);
    return answer;
}

static DnsAnswer *
unbound_lookup(Resolver *resolver, const char *name, DnsType type, guint wait_ms)
{
    Unbound *self = (Unbound *)resolver;
    Question *question = g_new0(Question, 1);
    *question = (Question){self, g_strdup(name), NULL};
    int id, code = self->unbound->resolve_async(self->context, name, (int)type, CLASS_IN, question,
                                                on_answer, &id);
    if (code != 0) {
        question_free(question);
        return no_answer(g_strdup(self->unbound->strerror(code)));
    }
    DnsAnswer *answer = wait_for(self, question, wait_ms);
    return answer != NULL ? answer
                          : no_answer(g_strdup_printf("no answer within %.3g s", wait_ms / 1e3));
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
set_up(Unbound *self, const char *server)
{
    static const struct {
        const char *option, *value;
    } settings[] = {
        {"do-not-query-localhost:", "no"}, /* the forwarder may be on this machine */
        {"module-config:", "validator iterator"},
        {"val-clean-additional:", "yes"},
        {"unblock-lan-zones:", "yes"}, /* PTR of addresses that are for tests or a LAN: asked for */
        {"qname-minimisation:", "yes"},
        /* A name server that is silent is given up after some ten seconds, not minutes. */
        {"infra-cache-max-rtt:", "4000"},
        {"outbound-msg-retry:", "3"},
        {"infra-keep-probing:", "no"},
        {"cache-max-ttl:", "604800"}, /* a TTL is told as it was published, up to a week */
        {"verbosity:", "0"},
        {"use-syslog:", "no"},
    };
    int code = self->unbound->ctx_async(self->context, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) /* an older library may not know one */
        (void)self->unbound->ctx_set_option(self->context, settings[i].option, settings[i].value);
    return code != 0 ? code : set_server(self, server);
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

static Resolver *unbound_of_server(const Resolver *resolver, const char *address, guint port);

/* Asks SERVER. What could not be done goes to *ret_code, and the context is of no use. */
static Unbound *
unbound_new(const LateUnbound *unbound, const char *server, int *ret_code)
{
    Unbound *self = g_new0(Unbound, 1);
    *self = (Unbound){.base = {unbound_lookup, unbound_of_server, unbound_free},
                      .unbound = unbound,
                      .context = unbound->ctx_create(),
                      .given_up = g_ptr_array_new_with_free_func(question_free)};
    g_mutex_init(&self->lock);
    g_cond_init(&self->progress);
    *ret_code = self->context == NULL ? UB_NOMEM : set_up(self, server);
    return self;
}

static Resolver *
unbound_of_server(const Resolver *resolver, const char *address, guint port)
{
    g_autofree char *server = g_strdup_printf("%s@%u", address, port);
    int code;
    Unbound *self = unbound_new(((const Unbound *)resolver)->unbound, server, &code);
    if (code == 0)
        return &self->base;
    unbound_free(&self->base);
    return NULL;
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
    int code;
    Unbound *self = unbound_new(unbound, options->resolver, &code);
    g_autoptr(Resolver) resolver = &self->base;
    if (code != 0) {
        g_set_error(error, CHECK_FAULT, CHECK_FAULT_RESOLVER, "cannot use the resolver %s: %s",
                    options->resolver, unbound->strerror(code));
        return NULL;
    }
    return set_anchor(self, options, error) ? g_steal_pointer(&resolver) : NULL;
}

#endif
