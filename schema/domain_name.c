#include "schema/domain_name.h"

#include "schema/limits.h"

#include <string.h>
#ifdef HAVE_LIBPSL
#include <libpsl.h>
#endif

#define LABEL_BYTES 63 /* RFC 1035 2.3.4 */

/* IDNA 2003, which GLib speaks, maps sharp s, final sigma and the joiners to other names than
 * IDNA 2008 (RFC 5894 7.2). Rather no name than another domain's. */
static gboolean
is_ambiguous(gunichar c)
{
    return c == 0x00df || c == 0x03c2 || c == 0x200c || c == 0x200d;
}

/* U-labels to A-labels; NULL if that cannot be done. */
static char *
to_ascii(const char *name, gsize length)
{
    if (!g_utf8_validate_len(name, length, NULL))
        return NULL;
    g_autofree char *text = g_strndup(name, length);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (is_ambiguous(g_utf8_get_char(p)))
            return NULL;
    }
    return g_hostname_to_ascii(text);
}

static gboolean
is_plain_ascii(const char *name, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if ((guchar)name[i] >= 0x80)
            return FALSE;
    }
    return TRUE;
}

static void
lower_ascii(char *name)
{
    for (char *p = name; *p != '\0'; p++) {
        if (*p >= 'A' && *p <= 'Z') /* g_ascii_tolower is a call */
            *p = (char)(*p + ('a' - 'A'));
    }
}

gboolean
domain_name_is_normal(const char *name, gsize length)
{
    gsize label = 0;
    if (length > LIMIT_NAME_BYTES)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        char c = name[i];
        if (c == '.' ? label == 0
                     : (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
            return FALSE;
        label = c == '.' ? 0 : label + 1;
        if (label > LABEL_BYTES)
            return FALSE;
    }
    return label > 0;
}

char *
domain_name_normalise(const char *name, gssize length, gboolean allow_wildcard,
                      gboolean *ret_changed)
{
    gsize left = length < 0 ? strlen(name) : (gsize)length;
    gsize wildcard = allow_wildcard && left > 2 && memcmp(name, "*.", 2) == 0 ? 2 : 0;
    /* A character of a U-label has up to four bytes, and at least one in the A-label. */
    if (left == 0 || left > LIMIT_NAME_BYTES * 4 || memchr(name, '\0', left) != NULL)
        return NULL;
    gboolean dot = name[left - 1] == '.';
    const char *rest = name + wildcard;
    gsize n = left - wildcard - (dot ? 1 : 0);
    gboolean ascii = is_plain_ascii(rest, n);
    g_autofree char *labels = ascii ? g_strndup(rest, n) : to_ascii(rest, n);
    gsize size = labels != NULL ? strlen(labels) : 0;
    if (size == 0 || size + wildcard > LIMIT_NAME_BYTES)
        return NULL;
    lower_ascii(labels);
    if (!domain_name_is_normal(labels, size))
        return NULL;
    if (ret_changed != NULL)
        *ret_changed = dot || !ascii;
    return wildcard > 0 ? g_strconcat("*.", labels, NULL) : g_steal_pointer(&labels);
}

gboolean
domain_name_is_below_or_equal(const char *name, const char *parent)
{
    gsize n = strlen(name), m = strlen(parent);
    if (n < m || strcmp(name + n - m, parent) != 0)
        return FALSE;
    return n == m || (m > 0 && name[n - m - 1] == '.');
}

static const char *
last_two_labels(const char *name)
{
    const char *start = name;
    for (const char *dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        if (strchr(dot + 1, '.') != NULL)
            start = dot + 1;
    }
    return start;
}

#ifdef HAVE_LIBPSL
static gpointer
load_suffixes(G_GNUC_UNUSED gpointer data)
{
    psl_ctx_t *suffixes = psl_latest(NULL);
    return suffixes != NULL ? suffixes : (gpointer)psl_builtin();
}

/* NULL where there is no list. */
static const psl_ctx_t *
suffix_list(void)
{
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, load_suffixes, NULL);
}

const char *
domain_name_organisational(const char *name)
{
    const psl_ctx_t *suffixes = suffix_list();
    if (suffixes == NULL)
        return last_two_labels(name);
    const char *registrable = psl_registrable_domain(suffixes, name);
    return registrable != NULL ? registrable : name;
}

gboolean
domain_name_is_public_suffix(const char *name)
{
    const psl_ctx_t *suffixes = suffix_list();
    return suffixes == NULL ? strchr(name, '.') == NULL : psl_is_public_suffix(suffixes, name);
}
#else
const char *
domain_name_organisational(const char *name)
{
    return last_two_labels(name);
}

gboolean
domain_name_is_public_suffix(const char *name)
{
    return strchr(name, '.') == NULL;
}
#endif
