#include "check/options.h"

#include <gio/gio.h>
#include <string.h>

#include "schema/domain_name.h"
#include "schema/limits.h"

typedef struct {
    char *host;          /* normalised name or canonical address; NULL: any */
    char *address;       /* NULL: stays */
    guint port, to_port; /* 0: any; stays */
} ConnectTo;

static void
connect_to_free(gpointer data)
{
    ConnectTo *row = data;
    g_free(row->host);
    g_free(row->address);
    g_free(row);
}

CheckOptions *
check_options_new(void)
{
    CheckOptions *options = g_new0(CheckOptions, 1);
    options->resolver = g_strdup("system");
    options->connect_to = g_ptr_array_new_with_free_func(connect_to_free);
    options->now = g_get_real_time() / G_USEC_PER_SEC;
    options->ehlo = g_strdup(g_get_host_name());
    options->smtp_port = 25;
    options->dns_ms = LIMIT_CHECK_DNS_MS;
    options->connect_ms = 10000;
    options->reply_ms = 30000;
    options->fetch_ms = 60000;
    options->smtp = options->ipv6 = TRUE;
    return options;
}

void
check_options_free(CheckOptions *options)
{
    if (options == NULL)
        return;
    g_free(options->resolver);
    g_free(options->trust_anchor);
    g_free(options->ca_file);
    g_ptr_array_unref(options->connect_to);
    g_free(options->ehlo);
    g_strfreev(options->expect_rua);
    g_strfreev(options->expect_mx);
    g_free(options);
}

/* The part of *TEXT up to the next ":", "[...]" without its brackets; *TEXT goes past the ":". NULL
 * where a bracket is not closed or, unless LAST, no ":" follows. */
static char *
take_part(const char **text, gboolean last)
{
    const char *at = *text;
    gboolean bracket = *at == '[';
    const char *end = bracket ? strchr(at, ']') : at + strcspn(at, ":");
    if (end == NULL)
        return NULL;
    char *part =
        bracket ? g_strndup(at + 1, (gsize)(end - at - 1)) : g_strndup(at, (gsize)(end - at));
    end += bracket ? 1 : 0;
    if (*end != (last ? '\0' : ':')) {
        g_free(part);
        return NULL;
    }
    *text = last ? end : end + 1;
    return part;
}

/* "192.0.2.1" as inet_ntop writes it; NULL where TEXT is no address. */
static char *
canonical_address(const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    return address == NULL ? NULL : g_inet_address_to_string(address);
}

static gboolean
read_port(const char *text, guint *ret_port)
{
    guint64 port = 0;
    if (*text != '\0' && !g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
        return FALSE;
    *ret_port = (guint)port;
    return TRUE;
}

gboolean
check_options_connect_to(CheckOptions *options, const char *text)
{
    g_autofree char *host = take_part(&text, FALSE);
    g_autofree char *port = host == NULL ? NULL : take_part(&text, FALSE);
    g_autofree char *address = port == NULL ? NULL : take_part(&text, FALSE);
    g_autofree char *to_port = address == NULL ? NULL : take_part(&text, TRUE);
    guint from, to;
    if (to_port == NULL || !read_port(port, &from) || !read_port(to_port, &to))
        return FALSE;
    g_autofree char *name = canonical_address(host);
    if (name == NULL && *host != '\0')
        name = domain_name_normalise(host, -1, FALSE, NULL);
    g_autofree char *target = canonical_address(address);
    if ((name == NULL && *host != '\0') || (target == NULL && *address != '\0'))
        return FALSE;
    ConnectTo *row = g_new0(ConnectTo, 1);
    *row = (ConnectTo){g_steal_pointer(&name), g_steal_pointer(&target), from, to};
    g_ptr_array_add(options->connect_to, row);
    return TRUE;
}

char *
check_options_endpoint(const CheckOptions *options, const char *host, const char *address,
                       guint *port)
{
    for (guint i = 0; i < options->connect_to->len; i++) {
        const ConnectTo *row = g_ptr_array_index(options->connect_to, i);
        if (row->host != NULL && g_strcmp0(row->host, host) != 0 && strcmp(row->host, address) != 0)
            continue;
        if (row->port != 0 && row->port != *port)
            continue;
        *port = row->to_port != 0 ? row->to_port : *port;
        return g_strdup(row->address != NULL ? row->address : address);
    }
    return g_strdup(address);
}
