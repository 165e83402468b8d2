#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/say.h"
#include "schema/day.h"
#include "schema/domain_name.h"

#define SECONDS_PER_DAY 86400

int
options_parse(const char *command, const GOptionEntry *entries, int *argc, char ***argv)
{
    const Command *row = command_find(command);
    g_autofree char *title = g_strdup_printf("%s — %s", row->arguments, row->summary);
    g_autoptr(GOptionContext) context = g_option_context_new(title);
    g_autofree char *program = g_strdup_printf("tlsgauge %s", command);
    g_autoptr(GError) error = NULL;
    gboolean help = FALSE;
    const GOptionEntry help_entry[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Print this help", NULL}, {0}};
    g_option_context_set_help_enabled(context, FALSE); /* GLib's own would call exit */
    g_option_context_add_main_entries(context, help_entry, NULL);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    g_set_prgname(program);
    gboolean ok = g_option_context_parse(context, argc, argv, &error);
    g_autofree char *text = help ? g_option_context_get_help(context, TRUE, NULL) : NULL;
    g_set_prgname("tlsgauge");
    if (!ok)
        return options_usage(command, "%s", error->message);
    if (help)
        return say_output(text, -1) ? EX_OK : EX_IOERR;
    return -1;
}

int
options_usage(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say(SAY_ERROR, "%s: %s (see: tlsgauge %s --help)", command, text, command);
    return EX_USAGE;
}

void
options_default_value(int argc, char **argv, const char *option, const char *value)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) != 0 || (i + 1 < argc && *argv[i + 1] != '-'))
            continue;
        g_autofree char *text = g_strconcat(option, "=", value, NULL);
        argv[i] = (char *)(guintptr)g_intern_string(text);
    }
}

gint32
options_today(void)
{
    return (gint32)(g_get_real_time() / G_USEC_PER_SEC / SECONDS_PER_DAY);
}

/* TEXT as a UTC day, see options_filter. */
static gboolean
read_day(const char *text, gint32 today, gint32 *ret_day)
{
    gsize length = strlen(text);
    if (day_parse(text, ret_day))
        return TRUE;
    if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
        *ret_day = *text == 't' ? today : today - 1;
        return TRUE;
    }
    if (length > 1 && text[length - 1] == 'd') {
        g_autofree char *digits = g_strndup(text, length - 1);
        guint64 days;
        if (g_ascii_string_to_unsigned(digits, 10, 1, 36500, &days, NULL)) {
            *ret_day = today - (gint32)days + 1;
            return TRUE;
        }
    }
    return FALSE;
}

int
options_now(const char *command, const char *text, gint32 *ret_today)
{
    gint32 today = options_today();
    *ret_today = today;
    if (text != NULL && !read_day(text, today, ret_today))
        return options_usage(command, "--now: expected YYYY-MM-DD, today or yesterday");
    return -1;
}

gboolean
options_id(const char *text, char prefix, gint64 *ret_id)
{
    guint64 id;
    if (*text == prefix)
        text++;
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &id, NULL))
        return FALSE;
    *ret_id = (gint64)id;
    return TRUE;
}

int
options_store_exit(const GError *error)
{
    if (error->domain != STORE_ERROR)
        return EX_SOFTWARE;
    switch ((StoreErrorCode)error->code) {
    case STORE_ERROR_BUSY:
    case STORE_ERROR_FULL:
        return EX_TEMPFAIL;
    case STORE_ERROR_NOT_FOUND:
        return EX_NOINPUT;
    case STORE_ERROR_NOT_EMPTY:
        return EX_CANTCREAT;
    case STORE_ERROR_BAD_URI:
    case STORE_ERROR_NEWER_SCHEMA:
    case STORE_ERROR_NOT_OURS:
        return EX_CONFIG;
    case STORE_ERROR_IO:
    case STORE_ERROR_CORRUPT:
        return EX_IOERR;
    case STORE_ERROR_INTERNAL:
        break;
    }
    return EX_SOFTWARE;
}

/* A domain or host given by the operator, in the stored form. */
static int
normalise(const char *command, const char *option, const char *text, GStringChunk *strings,
          const char **ret_name)
{
    if (text == NULL)
        return -1;
    g_autofree char *name = domain_name_normalise(text, -1, FALSE, NULL);
    if (name == NULL)
        return options_usage(command, "--%s: \"%s\" is not a host or domain name", option, text);
    *ret_name = g_string_chunk_insert(strings, name);
    return -1;
}

static int
read_days(const char *command, const FilterOptions *options, gint32 today, StoreQuery *query)
{
    if (options->since != NULL && !read_day(options->since, today, &query->since_day))
        return options_usage(
            command, "--since: expected YYYY-MM-DD, today, yesterday or a number of days like 7d");
    if (options->until != NULL && !read_day(options->until, today, &query->until_day))
        return options_usage(
            command, "--until: expected YYYY-MM-DD, today, yesterday or a number of days like 7d");
    if (query->since_day > query->until_day)
        return options_usage(command, "--since is after --until");
    return -1;
}

int
options_filter(const char *command, const FilterOptions *options, gint32 today, StoreQuery *query,
               GStringChunk *strings)
{
    store_query_init(query);
    int status = read_days(command, options, today, query);
    if (status < 0)
        status = normalise(command, "domain", options->domain, strings, &query->domain);
    if (status < 0 && options->mx != NULL) {
        /* What senders put there is not always a host name; such text is kept in lower case. */
        g_autofree char *name = domain_name_normalise(options->mx, -1, FALSE, NULL);
        g_autofree char *lower = g_utf8_strdown(options->mx, -1);
        query->mx = g_string_chunk_insert(strings, name != NULL ? name : lower);
    }
    if (status >= 0)
        return status;
    query->sender = options->sender;
    query->result_word = options->result;
    if (options->policy_type != NULL) {
        PolicyType type = policy_type_from_word(options->policy_type);
        if (type == POLICY_TYPE_OTHER)
            return options_usage(command, "--policy-type: expected sts, tlsa or no-policy-found");
        query->policy_type = (int)type;
    }
    return -1;
}

void
options_end_today(const FilterOptions *options, gint32 today, StoreQuery *query)
{
    gint32 day;
    if (options->since != NULL && options->until == NULL && !day_parse(options->since, &day))
        query->until_day = today;
}

void
options_filter_clear(FilterOptions *options)
{
    g_free(options->domain);
    g_free(options->since);
    g_free(options->until);
    g_free(options->sender);
    g_free(options->mx);
    g_free(options->result);
    g_free(options->policy_type);
}
