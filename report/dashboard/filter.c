#include "report/dashboard/filter.h"

#include <stdarg.h>
#include <string.h>

#include "schema/day.h"
#include "schema/domain_name.h"
#include "schema/limits.h"
#include "schema/report.h"

#define DEFAULT_DAYS 30
#define MAX_PAIRS    16

/* ---- reading ------------------------------------------------------------------------------- */

/* A value as it came to what FILTER keeps; FALSE where it makes no sense. */
typedef gboolean (*ReadValue)(Filter *filter, const char *value);

static gboolean
read_host(char **member, const char *value)
{
    g_free(*member);
    *member = domain_name_normalise(value, -1, FALSE, NULL);
    return *member != NULL;
}

static gboolean
read_domain(Filter *filter, const char *value)
{
    return read_host(&filter->domain, value);
}

static gboolean
read_mx(Filter *filter, const char *value)
{
    /* What senders put there is not always a host name; such text is kept in lower case. */
    if (!read_host(&filter->mx, value))
        filter->mx = g_utf8_strdown(value, -1);
    return TRUE;
}

static gboolean
read_sender(Filter *filter, const char *value)
{
    g_free(filter->sender);
    filter->sender = g_strdup(value);
    return TRUE;
}

static gboolean
read_result(Filter *filter, const char *value)
{
    g_free(filter->result);
    filter->result = g_strdup(value);
    return TRUE;
}

static gboolean
read_policy_type(Filter *filter, const char *value)
{
    if (policy_type_from_word(value) == POLICY_TYPE_OTHER)
        return FALSE;
    g_free(filter->policy_type);
    filter->policy_type = g_strdup(value);
    return TRUE;
}

static gboolean
read_since(Filter *filter, const char *value)
{
    filter->dated = TRUE;
    return day_parse(value, &filter->since);
}

static gboolean
read_until(Filter *filter, const char *value)
{
    filter->dated = TRUE;
    return day_parse(value, &filter->until);
}

static gboolean
read_days(Filter *filter, const char *value)
{
    guint64 days;
    if (!g_ascii_string_to_unsigned(value, 10, 1, LIMIT_DASHBOARD_DAYS, &days, NULL))
        return FALSE;
    filter->days = (guint)days;
    return TRUE;
}

/* "12", "r12" or "q12". */
static gboolean
read_number(gint64 *member, const char *value)
{
    guint64 number;
    if (*value == 'r' || *value == 'q')
        value++;
    if (!g_ascii_string_to_unsigned(value, 10, 1, G_MAXINT64, &number, NULL))
        return FALSE;
    *member = (gint64)number;
    return TRUE;
}

static gboolean
read_id(Filter *filter, const char *value)
{
    return read_number(&filter->id, value);
}

static gboolean
read_before(Filter *filter, const char *value)
{
    return read_number(&filter->before, value);
}

static const struct {
    const char *name;
    ReadValue read;
    const char *expected;
} parameters[] = {
    {"domain", read_domain, "a domain name"},
    {"sender", read_sender, "the name of a sender"},
    {"mx", read_mx, "the name of a host"},
    {"result", read_result, "a result type"},
    {"policy-type", read_policy_type, "sts, tlsa or no-policy-found"},
    {"since", read_since, "a day as YYYY-MM-DD"},
    {"until", read_until, "a day as YYYY-MM-DD"},
    {"days", read_days, "a number of days from 1 to 400"},
    {"id", read_id, "an id like r12"},
    {"before", read_before, "an id like r12"},
};

/* FALSE and a sentence in *ret_problem where a value makes no sense. A form sends a field that is
 * empty, so no value is no filter; names that are not known are left to others. */
static gboolean
read_pair(Filter *filter, const char *name, const char *value, char **ret_problem)
{
    for (guint i = 0; *value != '\0' && i < G_N_ELEMENTS(parameters); i++) {
        if (strcmp(parameters[i].name, name) != 0)
            continue;
        if (strlen(value) <= LIMIT_DASHBOARD_VALUE_BYTES && parameters[i].read(filter, value))
            return TRUE;
        *ret_problem = g_strdup_printf("%s: expected %s.", name, parameters[i].expected);
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_parameters(Filter *filter, const char *query, char **ret_problem)
{
    GUriParamsIter iterator;
    g_autoptr(GError) error = NULL;
    char *name, *value;
    gboolean ok = TRUE;
    g_uri_params_iter_init(&iterator, query, -1, "&", G_URI_PARAMS_WWW_FORM);
    while (ok && g_uri_params_iter_next(&iterator, &name, &value, &error)) {
        ok = read_pair(filter, name, value, ret_problem);
        g_free(name);
        g_free(value);
    }
    if (error == NULL)
        return ok;
    *ret_problem = g_strdup("The part of the address after \"?\" is not encoded rightly.");
    return FALSE;
}

/* The path without prefix and ".json"; it is compared as it came, because all our paths are plain
 * letters: what is encoded is none of them. */
static void
read_path(Filter *filter, const char *target, const char *prefix)
{
    gsize length = strcspn(target, "?#");
    gsize prefix_length = strlen(prefix);
    g_autofree char *path = g_strndup(target, length);
    const char *rest = path;
    if (prefix_length > 0 && strncmp(path, prefix, prefix_length) == 0 &&
        (path[prefix_length] == '/' || path[prefix_length] == '\0'))
        rest += prefix_length;
    filter->json = g_str_has_suffix(rest, ".json");
    filter->path = g_strndup(rest, strlen(rest) - (filter->json ? strlen(".json") : 0));
}

static gboolean
settle_period(Filter *filter, gint32 today, char **ret_problem)
{
    gint32 days = (gint32)(filter->days != 0 ? filter->days : DEFAULT_DAYS);
    if (filter->until == G_MAXINT32)
        filter->until =
            filter->since == G_MININT32
                ? today
                : MAX(filter->since, MIN(today, filter->since + LIMIT_DASHBOARD_DAYS - 1));
    if (filter->since == G_MININT32)
        filter->since = filter->until - days + 1;
    if (filter->since <= filter->until && filter->until - filter->since < LIMIT_DASHBOARD_DAYS)
        return TRUE;
    *ret_problem =
        g_strdup_printf(filter->since > filter->until ? "The first day is after the last one."
                                                      : "A page covers %d days at most.",
                        LIMIT_DASHBOARD_DAYS);
    return FALSE;
}

gboolean
filter_parse(const char *target, const char *prefix, gint32 today, Filter *filter,
             char **ret_problem)
{
    *filter = (Filter){.since = G_MININT32, .until = G_MAXINT32};
    const char *query = strchr(target, '?');
    gboolean ok = TRUE;
    if (strlen(target) > LIMIT_DASHBOARD_TARGET_BYTES) {
        *ret_problem = g_strdup("The address is too long.");
        ok = FALSE;
    }
    read_path(filter, ok ? target : "/", prefix);
    ok = ok && (query == NULL || read_parameters(filter, query + 1, ret_problem)) &&
         settle_period(filter, today, ret_problem);
    if (!ok) { /* for the links of the page that says so */
        filter->until = today;
        filter->since = today - DEFAULT_DAYS + 1;
        filter->dated = FALSE;
        filter->days = 0;
    }
    return ok;
}

void
filter_clear(Filter *filter)
{
    g_clear_pointer(&filter->path, g_free);
    g_clear_pointer(&filter->domain, g_free);
    g_clear_pointer(&filter->mx, g_free);
    g_clear_pointer(&filter->sender, g_free);
    g_clear_pointer(&filter->result, g_free);
    g_clear_pointer(&filter->policy_type, g_free);
}

void
filter_query(const Filter *filter, StoreQuery *query)
{
    store_query_init(query);
    query->since_day = filter->since;
    query->until_day = filter->until;
    query->domain = filter->domain;
    query->sender = filter->sender;
    query->mx = filter->mx;
    query->result_word = filter->result;
    if (filter->policy_type != NULL)
        query->policy_type = (int)policy_type_from_word(filter->policy_type);
}

/* ---- writing ------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *value;
} Pair;

static const char *
override_of(const Pair *pairs, guint n, const char *name, const char *value)
{
    for (guint i = 0; i < n; i++) {
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    }
    return value;
}

static void
append_pair(GString *link, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_printf(link, "%c%s=", strchr(link->str, '?') == NULL ? '?' : '&', name);
    g_string_append_uri_escaped(link, value, NULL, FALSE);
}

char *
filter_link(const Filter *filter, const char *prefix, const char *path, ...)
{
    Pair pairs[MAX_PAIRS];
    guint n = 0;
    va_list arguments;
    va_start(arguments, path);
    for (const char *name; n < MAX_PAIRS && (name = va_arg(arguments, const char *)) != NULL; n++)
        pairs[n] = (Pair){name, va_arg(arguments, const char *)};
    va_end(arguments);

    g_autofree char *since = filter->dated ? day_format(filter->since) : NULL;
    g_autofree char *until = filter->dated ? day_format(filter->until) : NULL;
    g_autofree char *days = filter->days != 0 ? g_strdup_printf("%u", filter->days) : NULL;
    const Pair kept[] = {
        {"domain", filter->domain},
        {"sender", filter->sender},
        {"mx", filter->mx},
        {"result", filter->result},
        {"policy-type", filter->policy_type},
        {"since", since},
        {"until", until},
        {"days", days},
    };
    GString *link = g_string_new(prefix);
    g_string_append(link, path);
    for (guint i = 0; i < n; i++) { /* what no filter has: id, before */
        gboolean is_filter = FALSE;
        for (guint j = 0; j < G_N_ELEMENTS(kept); j++)
            is_filter = is_filter || strcmp(pairs[i].name, kept[j].name) == 0;
        if (!is_filter)
            append_pair(link, pairs[i].name, pairs[i].value);
    }
    for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
        append_pair(link, kept[i].name, override_of(pairs, n, kept[i].name, kept[i].value));
    return g_string_free(link, FALSE);
}
