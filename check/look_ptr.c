/* look_ptr.c: the names of the addresses of the MX hosts (RFC 1035 3.5, RFC 3596 2.5). Part of
 * look.h. */
#include "check/look.h"

#include <gio/gio.h>

#include "check/rdata.h"
#include "schema/limits.h"

/* "1.2.0.192.in-addr.arpa" of "192.0.2.1". */
static char *
reverse_name(const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    const guint8 *octets = g_inet_address_to_bytes(address);
    gboolean v6 = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
    GString *name = g_string_new(NULL);
    for (gsize i = g_inet_address_get_native_size(address); i-- > 0;) {
        if (v6)
            g_string_append_printf(name, "%x.%x.", octets[i] & 0xf, octets[i] >> 4);
        else
            g_string_append_printf(name, "%u.", octets[i]);
    }
    g_string_append(name, v6 ? "ip6.arpa" : "in-addr.arpa");
    return g_string_free(name, FALSE);
}

/* NAME has ADDRESS. *ret_known is FALSE where that could not be asked. */
static gboolean
leads_back(Look *look, const char *name, const char *address, gboolean *ret_known)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n;
    *ret_known = look_up_addresses(look, name, builder, &n, NULL, NULL);
    g_auto(GStrv) addresses = g_strv_builder_end(builder);
    return g_strv_contains((const char *const *)addresses, address);
}

static void
judge_names(Look *look, const char *subject, const char *address, const DnsAnswer *answer)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < MIN(answer->records->len, LIMIT_CHECK_PTR_NAMES); i++) {
        g_autofree char *name = rdata_name(g_ptr_array_index(answer->records, i));
        gboolean known = TRUE;
        if (name != NULL && (leads_back(look, name, address, &known) || !known))
            return; /* what could not be asked has been told */
        g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                               name != NULL ? name : "?");
    }
    look_tell(look, "mx-fcrdns", subject, "its name is %s, which has another address or none",
              names->str);
}

static void
look_address(Look *look, const CheckHost *host, const char *address)
{
    g_autofree char *reverse = reverse_name(address);
    g_autofree char *subject = g_strdup_printf("%s [%s]", host->name, address);
    g_autoptr(DnsAnswer) answer = look_up(look, reverse, DNS_PTR);
    if (answer->status == ANSWER_DATA)
        judge_names(look, subject, address, answer);
    else if (answer->status == ANSWER_NO_DATA || answer->status == ANSWER_NXDOMAIN)
        look_tell(look, "mx-ptr", subject, "there is no PTR record at %s", reverse);
}

void
look_names(Look *look)
{
    for (guint i = 0; i < look->run->hosts->len; i++) {
        const CheckHost *host = g_ptr_array_index(look->run->hosts, i);
        for (char **address = host->addresses; *address != NULL; address++)
            look_address(look, host, *address);
    }
}
