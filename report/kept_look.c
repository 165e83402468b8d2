#include "report/kept_look.h"

#include <string.h>

#include "report/json_value.h"
#include "schema/day.h"

static const char *const names[] = {"ok", "notice", "warning", "could-not-test", "error"};

const char *
look_severity_name(LookSeverity severity)
{
    return names[severity];
}

static LookSeverity
severity_of(const char *name)
{
    for (guint i = 0; i < LOOK_SEVERITIES; i++) {
        if (g_strcmp0(name, names[i]) == 0)
            return (LookSeverity)i;
    }
    return LOOK_OK;
}

/* ---- the document ---------------------------------------------------------------------------- */

static char *
text_at(const json_t *object, const char *key)
{
    return g_strdup(json_string_value(json_object_get(object, key)));
}

/* A date-time as Unix seconds; 0 where there is none. */
static gint64
time_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    gint64 seconds = 0;
    DatetimeOddity oddity;
    return text != NULL && datetime_parse(text, &seconds, &oddity) ? seconds : 0;
}

static void
take_finding(KeptLook *look, const json_t *object)
{
    LookFinding finding = {
        .severity = severity_of(json_string_value(json_object_get(object, "severity"))),
        .id = text_at(object, "id"),
        .subject = text_at(object, "subject"),
        .title = text_at(object, "title"),
        .fact = text_at(object, "fact"),
        .fix = text_at(object, "fix"),
    };
    look->counts[finding.severity] += finding.severity != LOOK_OK;
    g_array_append_val(look->findings, finding);
}

static int
by_weight(gconstpointer a, gconstpointer b)
{
    const LookFinding *x = a, *y = b;
    return (int)y->severity - (int)x->severity;
}

static gboolean
is_told(const LookFinding *finding)
{
    return finding->severity != LOOK_OK && finding->id != NULL && finding->subject != NULL &&
           finding->title != NULL && finding->fact != NULL;
}

static void
take_findings(KeptLook *look, const json_t *stages)
{
    size_t i, k;
    json_t *stage, *finding;
    json_array_foreach(stages, i, stage)
    {
        json_array_foreach(json_object_get(stage, "findings"), k, finding)
            take_finding(look, finding);
    }
    for (guint n = look->findings->len; n > 0; n--) {
        if (!is_told(&g_array_index(look->findings, LookFinding, n - 1)))
            g_array_remove_index(look->findings, n - 1);
    }
    g_array_sort(look->findings, by_weight);
}

static void
take_certificates(KeptLook *look, const json_t *hosts)
{
    size_t i, k;
    json_t *host, *seen;
    json_array_foreach(hosts, i, host)
    {
        LookCertificate certificate = {text_at(host, "name"), 0};
        json_array_foreach(json_object_get(host, "seen"), k, seen)
        {
            gint64 expires = time_at(seen, "certificate_expires");
            if (expires != 0 && (certificate.expires == 0 || expires < certificate.expires))
                certificate.expires = expires;
        }
        if (certificate.mx != NULL && certificate.expires != 0)
            g_array_append_val(look->certificates, certificate);
        else
            g_free(certificate.mx);
    }
}

static void
take_document(KeptLook *look, const char *text)
{
    json_t *document = json_loads(text, 0, NULL);
    take_findings(look, json_object_get(document, "stages"));
    take_certificates(look, json_object_get(document, "mx"));
    look->policy_expires = time_at(json_object_get(document, "policy"), "certificate_expires");
    json_decref(document);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void
finding_clear(gpointer data)
{
    LookFinding *finding = data;
    g_free(finding->id);
    g_free(finding->subject);
    g_free(finding->title);
    g_free(finding->fact);
    g_free(finding->fix);
}

static void
certificate_clear(gpointer data)
{
    g_free(((LookCertificate *)data)->mx);
}

static void
earlier_clear(gpointer data)
{
    g_free(((LookEarlier *)data)->policy_id);
}

static GArray *
array_new(guint size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, size);
    g_array_set_clear_func(array, clear);
    return array;
}

static gboolean
on_run(gpointer data, const StoreCheckRun *run)
{
    KeptLook *look = data;
    LookEarlier earlier = {run->at, severity_of(run->severity), g_strdup(run->policy_id)};
    if (look->history->len == 0) {
        look->at = run->at;
        look->severity = earlier.severity;
        take_document(look, run->document);
    }
    g_array_append_val(look->history, earlier);
    return TRUE;
}

gboolean
kept_look_read(Store *store, const char *domain, guint history, KeptLook **ret_look, GError **error)
{
    g_autoptr(KeptLook) look = g_new0(KeptLook, 1);
    look->findings = array_new(sizeof(LookFinding), finding_clear);
    look->certificates = array_new(sizeof(LookCertificate), certificate_clear);
    look->history = array_new(sizeof(LookEarlier), earlier_clear);
    *ret_look = NULL;
    if (!store_each_check_run(store, domain, history, on_run, look, error))
        return FALSE;
    if (look->history->len > 0)
        *ret_look = g_steal_pointer(&look);
    return TRUE;
}

void
kept_look_free(KeptLook *look)
{
    if (look == NULL)
        return;
    g_array_unref(look->findings);
    g_array_unref(look->certificates);
    g_array_unref(look->history);
    g_free(look);
}

/* ---- telling --------------------------------------------------------------------------------- */

char *
kept_look_counts(const KeptLook *look)
{
    static const struct {
        LookSeverity severity;
        const char *one, *many;
    } words[] = {
        {LOOK_ERROR, "error", "errors"},
        {LOOK_UNTESTED, "thing could not be tested", "things could not be tested"},
        {LOOK_WARNING, "warning", "warnings"},
    };
    GString *out = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        guint n = look->counts[words[i].severity];
        if (n > 0)
            g_string_append_printf(out, "%s%u %s", out->len > 0 ? ", " : "", n,
                                   n == 1 ? words[i].one : words[i].many);
    }
    if (out->len == 0)
        g_string_append(out, "nothing wrong");
    return g_string_free(out, FALSE);
}

/* A date-time; null for 0. */
static json_t *
time_to_json(gint64 seconds)
{
    g_autofree char *text = seconds == 0 ? NULL : datetime_format(seconds);
    return json_value_text(text);
}

json_t *
kept_look_to_json(const KeptLook *look)
{
    json_t *findings = json_array(), *certificates = json_array(), *history = json_array();
    for (guint i = 0; i < look->findings->len; i++) {
        const LookFinding *one = &g_array_index(look->findings, LookFinding, i);
        json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "severity",
                                                  names[one->severity], "id", one->id, "subject",
                                                  one->subject, "title", one->title, "fact",
                                                  one->fact, "fix", json_value_text(one->fix)));
    }
    for (guint i = 0; i < look->certificates->len; i++) {
        const LookCertificate *one = &g_array_index(look->certificates, LookCertificate, i);
        json_array_append_new(certificates, json_pack("{s:s, s:o}", "mx", one->mx, "expires",
                                                      time_to_json(one->expires)));
    }
    for (guint i = 0; i < look->history->len; i++) {
        const LookEarlier *one = &g_array_index(look->history, LookEarlier, i);
        json_array_append_new(history, json_pack("{s:o, s:s, s:o}", "at", time_to_json(one->at),
                                                 "severity", names[one->severity], "policy_id",
                                                 json_value_text(one->policy_id)));
    }
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "at", time_to_json(look->at), "severity",
                     names[look->severity], "findings", findings, "mx_certificates", certificates,
                     "policy_certificate_expires", time_to_json(look->policy_expires), "history",
                     history);
}
