#include "store/sender.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/finding.h"
#include "schema/limits.h"

/* The organisational domain of NAME (LENGTH octets), or NULL if it is no domain name. */
static char *
organisational(const char *name, gssize length)
{
    g_autofree char *normal = domain_name_normalise(name, length, FALSE, NULL);
    return normal == NULL ? NULL : g_strdup(domain_name_organisational(normal));
}

/* Of an address in whatever dress: "a@b.example", "mailto:a@b.example", "Name <a@b.example>". */
static char *
contact_domain(const Report *report)
{
    const char *at = report->contact_info == NULL ? NULL : strrchr(report->contact_info, '@');
    if (at == NULL)
        return NULL;
    return organisational(at + 1, (gssize)strcspn(at + 1, "<>()[],;:?\"' \t\r\n"));
}

static char *
verified_domain(Trust trust, const char *authenticated_by)
{
    if (trust != TRUST_VERIFIED || authenticated_by == NULL)
        return NULL;
    return organisational(authenticated_by, -1);
}

/* Nearly every name: ASCII, words with one space between them. */
static gboolean
is_collapsed(const char *text)
{
    gboolean gap = TRUE;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~' || (gap && *c == ' '))
            return FALSE;
        gap = *c == ' ';
    }
    return !gap;
}

/* White space of any kind as single spaces, none at the ends. */
static char *
collapse(const char *text)
{
    if (is_collapsed(text))
        return g_strdup(text);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    gboolean gap = FALSE;
    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        if (g_unichar_isspace(character)) {
            gap = out->len > 0;
            continue;
        }
        if (gap)
            g_string_append_c(out, ' ');
        gap = FALSE;
        g_string_append_unichar(out, character);
    }
    return g_string_free(out, FALSE);
}

/* Only we say by whom a sender is vouched for. */
static void
disarm(char *name)
{
    for (char *via = strstr(name, " (via "); via != NULL; via = strstr(via, " (via "))
        via[1] = '[';
}

static void
identify(Sender *sender, const Report *report, Trust trust, const char *authenticated_by)
{
    g_autofree char *line = collapse(report->organization_name);
    g_autofree char *name = text_printable(line, -1, LIMIT_TEXT_BYTES);
    g_autofree char *verified = verified_domain(trust, authenticated_by);
    g_autofree char *contact = contact_domain(report);
    const char *domain = verified != NULL ? verified : contact;

    disarm(name);
    if (*name == '\0')
        sender->name = g_strdup(domain != NULL ? domain : "(unnamed)");
    else if (verified != NULL && contact != NULL && strcmp(verified, contact) != 0)
        sender->name = g_strdup_printf("%s (via %s)", name, verified);
    else
        sender->name = g_steal_pointer(&name);
    sender->domain = g_strdup(domain != NULL ? domain : "");
}

/* ---- what a thread has identified last ----------------------------------------------------- */

/* A few senders make most of the reports, and say the same of themselves in each. */
#define KNOWN_SENDERS 64
/* Longer texts are not kept: somebody's fancy should take no memory for long. */
#define KNOWN_BYTES   256

typedef struct {
    char *organization_name, *contact_info,
        *authenticated_by; /* as told; the last two may be NULL */
    Sender sender;
} Known;

static void
known_clear(Known *known)
{
    g_clear_pointer(&known->organization_name, g_free);
    g_clear_pointer(&known->contact_info, g_free);
    g_clear_pointer(&known->authenticated_by, g_free);
    g_clear_pointer(&known->sender.name, g_free);
    g_clear_pointer(&known->sender.domain, g_free);
}

static void
known_free(gpointer data)
{
    Known *known = data;
    for (guint i = 0; i <= KNOWN_SENDERS; i++)
        known_clear(&known[i]);
    g_free(known);
}

static gboolean
is_short(const char *text)
{
    return text == NULL || strlen(text) < KNOWN_BYTES;
}

/* What this thread knows: a table of KNOWN_SENDERS, and behind it the last one that was too long
 * for it. */
static Known *
own_senders(void)
{
    static GPrivate own = G_PRIVATE_INIT(known_free);
    Known *known = g_private_get(&own);
    if (known == NULL) {
        known = g_new0(Known, KNOWN_SENDERS + 1);
        g_private_set(&own, known);
    }
    return known;
}

static guint
place_of(const char *organization_name, const char *contact_info)
{
    guint hash = g_str_hash(organization_name);
    if (contact_info != NULL)
        hash ^= g_str_hash(contact_info);
    return hash % KNOWN_SENDERS;
}

static gboolean
known_is(const Known *known, const Report *report, const char *authenticated_by)
{
    return g_strcmp0(known->organization_name, report->organization_name) == 0 &&
           g_strcmp0(known->contact_info, report->contact_info) == 0 &&
           g_strcmp0(known->authenticated_by, authenticated_by) == 0;
}

const Sender *
sender_of(const Report *report, Trust trust, const char *authenticated_by)
{
    Known *known = own_senders();
    if (trust != TRUST_VERIFIED)
        authenticated_by = NULL;
    if (!is_short(report->organization_name) || !is_short(report->contact_info) ||
        !is_short(authenticated_by)) {
        known += KNOWN_SENDERS;
        known_clear(known);
        identify(&known->sender, report, trust, authenticated_by);
        return &known->sender;
    }
    known += place_of(report->organization_name, report->contact_info);
    if (!known_is(known, report, authenticated_by)) {
        known_clear(known);
        identify(&known->sender, report, trust, authenticated_by);
        known->organization_name = g_strdup(report->organization_name);
        known->contact_info = g_strdup(report->contact_info);
        known->authenticated_by = g_strdup(authenticated_by);
    }
    return &known->sender;
}

gboolean
sender_is(const char *sender, const char *wanted)
{
    gsize length = strlen(wanted);
    return strncmp(sender, wanted, length) == 0 &&
           (sender[length] == '\0' || g_str_has_prefix(sender + length, " (via "));
}
