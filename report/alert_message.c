#include "report/alert_message.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/alert_news.h"
#include "report/json_value.h"
#include "report/text_table.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define NAME_BYTES    200
#define VALUE_BYTES   1000
/* "Sessions:" and two spaces. */
#define LABEL_COLUMNS 11

/* ---- the members of one ------------------------------------------------------------------ */

/* The text member NAME, printable; "" where there is none. */
static char *
member(const json_t *alert, const char *name)
{
    const char *text = json_string_value(json_object_get(alert, name));
    return text_printable(text != NULL ? text : "", -1, VALUE_BYTES);
}

static gboolean
is_kind(const json_t *alert, const char *kind)
{
    return g_strcmp0(json_string_value(json_object_get(alert, "kind")), kind) == 0;
}

static int
gravity(const json_t *alert)
{
    static const char *const effects[] = {"blocked", "would-block", "policy-unreadable"};
    if (is_kind(alert, NEWS_SILENT))
        return 10;
    if (is_kind(alert, NEWS_RECOVERED))
        return 11;
    if (!is_kind(alert, NEWS_FAILING))
        return 12;
    const char *effect = json_string_value(json_object_get(alert, "effect"));
    for (guint i = 0; i < G_N_ELEMENTS(effects); i++) {
        if (g_strcmp0(effect, effects[i]) == 0)
            return (int)i;
    }
    return G_N_ELEMENTS(effects);
}

static int
gravest_first(gconstpointer a, gconstpointer b)
{
    const json_t *left = *(const json_t *const *)a, *right = *(const json_t *const *)b;
    int order = gravity(left) - gravity(right);
    json_int_t more = json_integer_value(json_object_get(right, "failed_sessions")) -
                      json_integer_value(json_object_get(left, "failed_sessions"));
    return order != 0 ? order : (more > 0) - (more < 0);
}

/* ---- in words ---------------------------------------------------------------------------- */

/* "certificate-expired at mx1.example.org" */
static char *
group_name(const json_t *alert)
{
    g_autofree char *word = member(alert, "result_type");
    g_autofree char *mx = member(alert, "mx");
    return *mx == '\0' ? g_strdup_printf("%s, no MX named", word)
                       : g_strdup_printf("%s at %s", word, mx);
}

static char *
headline(const json_t *alert)
{
    g_autofree char *domain = member(alert, "domain");
    g_autofree char *last_day = member(alert, "last_day");
    g_autofree char *sender = member(alert, "sender");
    g_autofree char *group = group_name(alert);
    if (is_kind(alert, NEWS_FAILING))
        return g_strdup_printf(
            "%s: %s: %s (%" G_GINT64_FORMAT " sessions)", domain,
            json_is_true(json_object_get(alert, "again")) ? "fails again" : "new failure", group,
            (gint64)json_integer_value(json_object_get(alert, "failed_sessions")));
    if (is_kind(alert, NEWS_RECOVERED))
        return g_strdup_printf("%s: recovered: %s", domain, group);
    if (is_kind(alert, NEWS_SILENT))
        return g_strdup_printf("%s: no reports from %s since %s", domain, sender, last_day);
    if (is_kind(alert, NEWS_RETURNED))
        return g_strdup_printf("%s: %s reports again", domain, sender);
    return g_strdup_printf("%s: test of the alerts", domain);
}

/* "  LABEL     TEXT", the lines of TEXT one below the other. */
static void append_item(GString *out, const char *label, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void
append_item(GString *out, const char *label, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    int indent = *label != '\0' ? 2 + LABEL_COLUMNS : 2;
    g_string_append_printf(out, "  %-*s", indent - 2, label);
    text_append_wrapped(out, text, indent, indent);
}

/* "Google Inc., Microsoft and 3 more" */
static char *
sender_names(const json_t *alert)
{
    GString *names = g_string_new(NULL);
    const json_t *senders = json_object_get(alert, "senders");
    gint64 all = json_integer_value(json_object_get(alert, "senders_in_all"));
    size_t shown = MIN(json_array_size(senders), 3);
    for (size_t i = 0; i < shown; i++) {
        const char *name = json_string_value(json_array_get(senders, i));
        g_autofree char *printable = text_printable(name != NULL ? name : "", -1, NAME_BYTES);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", printable);
    }
    if (all > (gint64)shown)
        g_string_append_printf(names, " and %" G_GINT64_FORMAT " more", all - (gint64)shown);
    return g_string_free(names, FALSE);
}

static void
describe_failing(GString *out, const json_t *alert)
{
    g_autofree char *first = member(alert, "first_day"), *last = member(alert, "last_day");
    g_autofree char *type = member(alert, "policy_type"), *meaning = member(alert, "meaning");
    g_autofree char *explanation = member(alert, "explanation");
    g_autofree char *remedy = member(alert, "remedy"), *clause = member(alert, "clause");
    g_autofree char *domain = member(alert, "domain"), *trust = member(alert, "trust");
    g_autofree char *senders = sender_names(alert);
    gboolean one_day = strcmp(first, last) == 0;
    append_item(out, "Sessions:", "%" G_GINT64_FORMAT " failed (%s), %s%s%s",
                (gint64)json_integer_value(json_object_get(alert, "failed_sessions")), type, first,
                one_day ? "" : " to ", one_day ? "" : last);
    append_item(out, "Seen by:", "%s (reports: %s)", senders, trust);
    append_item(out, "Effect:", "%s", meaning);
    if (json_is_true(json_object_get(alert, "mx_not_in_policy")))
        append_item(out, "Cause:",
                    "The policy that was applied has no mx line for this MX. (RFC "
                    "8461 4.1; \"*.\" stands for exactly one label)");
    else
        append_item(out, "Cause:", "%s (%s)", explanation, clause);
    append_item(out, "Do:", "%s", remedy);
    append_item(out, "Look:", "tlsgauge explain --since %s %s", first, domain);
}

static void
describe(GString *out, const json_t *alert)
{
    g_autofree char *head = headline(alert);
    g_autofree char *last = member(alert, "last_day");
    g_string_append_printf(out, "%s\n", head);
    if (is_kind(alert, NEWS_FAILING)) {
        describe_failing(out, alert);
    } else if (is_kind(alert, NEWS_RECOVERED)) {
        append_item(out, "", "Last seen on %s; later reports of its senders are free of it.", last);
    } else if (is_kind(alert, NEWS_SILENT)) {
        append_item(out, "",
                    "It reported on most days before. See that its mail still arrives, and "
                    "is not in quarantine or in a spam folder.");
    } else if (is_kind(alert, NEWS_RETURNED)) {
        append_item(out, "", "Its last report before was of %s.", last);
    } else {
        append_item(out, "", "Nothing happened: somebody tries how alerts are told.");
    }
    g_string_append_c(out, '\n');
}

/* ---- the message ------------------------------------------------------------------------- */

static json_t *
list_of(const GPtrArray *alerts)
{
    json_t *list = json_array();
    for (guint i = 0; i < alerts->len && i < LIMIT_ALERTS_TOLD; i++)
        json_array_append(list, g_ptr_array_index(alerts, i));
    return list;
}

static char *
json_of(const GPtrArray *alerts, const char *subject, gint64 now)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *time = datetime_format(now);
    guint more = alerts->len > LIMIT_ALERTS_TOLD ? alerts->len - LIMIT_ALERTS_TOLD : 0;
    json_t *root = json_object();
    json_object_set_new(root, "schema", json_string("tlsgauge.alerts/1"));
    json_object_set_new(root, "time", json_string(time));
    json_object_set_new(root, "subject", json_string(subject));
    json_object_set_new(root, "alerts", list_of(alerts));
    json_object_set_new(root, "more", json_integer(more));
    json_value_print(root, out);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
text_of(const GPtrArray *alerts)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < alerts->len && i < LIMIT_ALERTS_TOLD; i++)
        describe(out, g_ptr_array_index(alerts, i));
    if (alerts->len > LIMIT_ALERTS_TOLD)
        g_string_append_printf(out, "And %u more; see: tlsgauge alerts list\n\n",
                               alerts->len - LIMIT_ALERTS_TOLD);
    g_string_append(out,
                    "-- \nSent by tlsgauge; days are UTC. What is told is set in its [alerts].\n");
    return g_string_free(out, FALSE);
}

static void
add_variable(GStrvBuilder *builder, const char *name, const char *value)
{
    g_autofree char *pair = g_strdup_printf("TLSGAUGE_ALERT_%s=%s", name, value);
    g_strv_builder_add(builder, pair);
}

static char **
environment_of(const GPtrArray *alerts, const AlertMessage *message)
{
    static const char *const members[] = {"kind",        "domain",    "mx",
                                          "result_type", "first_day", "last_day",
                                          "policy_type", "effect",    "id"};
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const json_t *first = g_ptr_array_index(alerts, 0);
    g_autofree char *count = g_strdup_printf("%u", alerts->len);
    g_autofree char *sessions = g_strdup_printf(
        "%" G_GINT64_FORMAT, (gint64)json_integer_value(json_object_get(first, "failed_sessions")));
    g_autofree char *sender =
        is_kind(first, NEWS_FAILING) ? sender_names(first) : member(first, "sender");
    add_variable(builder, "SENDER", sender);
    add_variable(builder, "SUBJECT", message->subject);
    add_variable(builder, "TEXT", message->text);
    add_variable(builder, "COUNT", count);
    add_variable(builder, "FAILED_SESSIONS", sessions);
    for (guint i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *name = g_ascii_strup(members[i], -1);
        g_autofree char *value = member(first, members[i]);
        add_variable(builder, name, value);
    }
    return g_strv_builder_end(builder);
}

static AlertMessage *
make(GPtrArray *alerts, gint64 now)
{
    AlertMessage *message = g_new0(AlertMessage, 1);
    g_ptr_array_sort(alerts, gravest_first);
    message->subject = headline(g_ptr_array_index(alerts, 0));
    if (alerts->len > 1) {
        g_autofree char *first = message->subject;
        message->subject = g_strdup_printf("%s, and %u more", first, alerts->len - 1);
    }
    message->text = text_of(alerts);
    message->json = json_of(alerts, message->subject, now);
    message->environment = environment_of(alerts, message);
    return message;
}

static GPtrArray *
new_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))json_decref);
}

AlertMessage *
alert_message_sample(gint64 now)
{
    g_autoptr(GPtrArray) alerts = new_list();
    g_ptr_array_add(alerts, json_pack("{s:s, s:s, s:s}", "id", "0000000000000000", "kind", "test",
                                      "domain", "example.org"));
    return make(alerts, now);
}

AlertMessage *
alert_message_make(const GPtrArray *news, gint64 now)
{
    g_autoptr(GPtrArray) alerts = new_list();
    for (guint i = 0; i < news->len; i++) {
        json_t *alert = json_loads(g_ptr_array_index(news, i), 0, NULL);
        if (json_is_object(alert))
            g_ptr_array_add(alerts, alert);
        else
            json_decref(alert);
    }
    return alerts->len > 0 ? make(alerts, now) : alert_message_sample(now);
}

void
alert_message_free(AlertMessage *message)
{
    if (message == NULL)
        return;
    g_free(message->subject);
    g_free(message->text);
    g_free(message->json);
    g_strfreev(message->environment);
    g_free(message);
}
