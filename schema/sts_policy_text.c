#include "schema/sts_policy_text.h"

#include <string.h>

#include "schema/domain_name.h"
#include "schema/field_name.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define CLAUSE        "RFC 8461 3.2"
#define MAX_AGE       31557600 /* RFC 8461 3.2: the greatest */
#define SECONDS_A_DAY 86400
#define LABEL_BYTES   63

/* What has been seen of the file. */
typedef struct {
    GPtrArray *findings;
    gboolean usable;
    guint line;               /* from 1 */
    guint version, mode, age; /* how often each field came */
    guint n_mx;
    gboolean no_mx_needed; /* mode: none */
    gboolean leaving;      /* so it is, wherever that stands: a short max_age is right then */
    GHashTable *mx;        /* normalised patterns seen */
} Reading;

static void G_GNUC_PRINTF(4, 5)
    tell(Reading *reading, FindingKind kind, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *fact = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *place =
        reading->line == 0 ? g_strdup("") : g_strdup_printf("line %u", reading->line);
    findings_add(reading->findings, kind, code, place, CLAUSE, "%s", fact);
    if (kind == FINDING_DEFECT)
        reading->usable = FALSE;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* RFC 5321 4.1.2 Domain, in A-labels; what is wrong with it, or NULL. Static. */
static const char *
domain_fault(const char *name)
{
    gsize label = 0;
    if (strlen(name) > LIMIT_NAME_BYTES)
        return "it is longer than a name can be";
    if (g_hostname_is_ip_address(name))
        return "it is an address";
    for (const char *at = name;; at++) {
        if (*at == '.' || *at == '\0') {
            if (label == 0)
                return *at == '\0' && at > name ? "it ends in a dot" : "it has an empty label";
            if (label > LABEL_BYTES)
                return "it has a label of more than 63 characters";
            if (at[-1] == '-')
                return "it has a label that ends in \"-\"";
            if (*at == '\0')
                return NULL;
            label = 0;
            continue;
        }
        if ((guchar)*at >= 0x80)
            return "it has other than ASCII letters in it: write its A-labels (xn--...)";
        if (*at == '*')
            return "\"*\" may only stand as the whole first label";
        if (!g_ascii_isalnum(*at) && (*at != '-' || label == 0))
            return "it has a character that no host name has";
        label++;
    }
}

static void
read_mx(Reading *reading, const char *value)
{
    gboolean wildcard = g_str_has_prefix(value, "*.");
    const char *domain = wildcard ? value + 2 : value;
    const char *fault = *domain == '.'            ? "a wildcard is written \"*.\" and a domain"
                        : strcmp(value, "*") == 0 ? "\"*\" alone is no pattern"
                                                  : domain_fault(domain);
    reading->n_mx++;
    if (fault != NULL) {
        tell(reading, FINDING_DEFECT, "sts-policy-bad-mx", "mx: %s: %s", value, fault);
        return;
    }
    g_autofree char *normal = g_ascii_strdown(value, -1);
    if (wildcard && domain_name_is_public_suffix(normal + 2))
        tell(reading, FINDING_DEVIATION, "sts-policy-wide-mx",
             "mx: %s covers every domain below %s", value, domain);
    if (!g_hash_table_add(reading->mx, g_steal_pointer(&normal)))
        tell(reading, FINDING_DEVIATION, "sts-policy-duplicate-mx", "mx: %s", value);
}

static void
read_max_age(Reading *reading, const char *value)
{
    gsize digits = strspn(value, "0123456789");
    if (digits == 0 || value[digits] != '\0' || digits > 10) {
        tell(reading, FINDING_DEFECT, "sts-policy-max-age",
             "max_age: %s is not a number of at most ten digits", value);
        return;
    }
    guint64 age = g_ascii_strtoull(value, NULL, 10);
    if (age > MAX_AGE)
        tell(reading, FINDING_DEVIATION, "sts-policy-max-age-large", "max_age: %s", value);
    else if (reading->leaving)
        return; /* RFC 8461 8.3 */
    else if (age < SECONDS_A_DAY)
        tell(reading, FINDING_DEVIATION, "sts-policy-max-age-short", "max_age: %s", value);
    else if (age < 7 * SECONDS_A_DAY)
        tell(reading, FINDING_DEVIATION, "sts-policy-max-age-low", "max_age: %s", value);
}

static void
read_mode(Reading *reading, const char *value)
{
    StsMode mode = sts_mode_from_name(value);
    reading->no_mx_needed = mode == STS_MODE_NONE;
    if (mode == STS_MODE_UNKNOWN)
        tell(reading, FINDING_DEFECT, "sts-policy-mode", "mode: %s is no mode", value);
    else if (mode == STS_MODE_NONE)
        tell(reading, FINDING_DEVIATION, "sts-policy-none", "mode: none");
    else if (mode == STS_MODE_TESTING)
        tell(reading, FINDING_DEVIATION, "sts-policy-testing", "mode: testing");
}

static void
read_version(Reading *reading, const char *value)
{
    if (strcmp(value, "STSv1") != 0)
        tell(reading, FINDING_DEFECT, "sts-policy-version", "version: %s is not STSv1", value);
    else if (reading->line != 1)
        tell(reading, FINDING_DEVIATION, "sts-policy-version-order", "it is on line %u",
             reading->line);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Of a doubled field all but the first are ignored (RFC 8461 3.2). */
static gboolean
is_first(Reading *reading, guint *seen, const char *name)
{
    if ((*seen)++ == 0)
        return TRUE;
    tell(reading, FINDING_DEVIATION, "sts-policy-duplicate", "%s stands there a second time", name);
    return FALSE;
}

static void
read_field(Reading *reading, const char *name, const char *value)
{
    if (strcmp(name, "version") == 0) {
        if (is_first(reading, &reading->version, name))
            read_version(reading, value);
    } else if (strcmp(name, "mode") == 0) {
        if (is_first(reading, &reading->mode, name))
            read_mode(reading, value);
    } else if (strcmp(name, "max_age") == 0) {
        if (is_first(reading, &reading->age, name))
            read_max_age(reading, value);
    } else if (strcmp(name, "mx") == 0) {
        read_mx(reading, value);
    } else if (!field_name_is_valid(name, strlen(name))) {
        tell(reading, FINDING_DEFECT, "sts-policy-syntax", "\"%s\" is no name of a field", name);
    } else if (*value == '\0') {
        tell(reading, FINDING_DEFECT, "sts-policy-syntax", "%s has no value", name);
    } else {
        tell(reading, FINDING_DEVIATION, "sts-policy-unknown", "%s: %s", name, value);
    }
}

/* LINE is without its end, and is changed. */
static void
read_line(Reading *reading, char *line)
{
    for (const char *at = line; *at != '\0'; at++) {
        if ((guchar)*at < 0x20 && *at != '\t') {
            tell(reading, FINDING_DEFECT, "sts-policy-syntax", "there is a control character: %s",
                 line);
            return;
        }
    }
    for (gsize n = strlen(line); n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
        line[n - 1] = '\0';
    char *colon = strchr(line, ':');
    if (*line == '\0') {
        tell(reading, FINDING_DEFECT, "sts-policy-blank", "there is nothing on it");
        return;
    }
    if (colon == NULL) {
        tell(reading, FINDING_DEFECT, "sts-policy-syntax", "\"%s\" is no NAME: VALUE", line);
        return;
    }
    *colon = '\0';
    read_field(reading, line, colon + 1 + strspn(colon + 1, " \t"));
}

/* The whole file as text; FALSE where it is none and its lines mean nothing. */
static gboolean
is_text(Reading *reading, const char *body, gsize length)
{
    const char *end;
    if (length >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0) {
        tell(reading, FINDING_DEFECT, "sts-policy-not-text", "it begins with a byte order mark");
        return FALSE;
    }
    if (memchr(body, '\0', length) != NULL || !g_utf8_validate(body, (gssize)length, &end)) {
        tell(reading, FINDING_DEFECT, "sts-policy-not-text",
             "it has octets that are neither US-ASCII nor UTF-8");
        return FALSE;
    }
    gsize start = strspn(body, " \t\r\n");
    if (body[start] == '<') {
        tell(reading, FINDING_DEFECT, "sts-policy-html", "it begins with \"%.60s\"", body + start);
        return FALSE;
    }
    return TRUE;
}

static void
tell_missing(Reading *reading)
{
    reading->line = 0;
    if (reading->version == 0)
        tell(reading, FINDING_DEFECT, "sts-policy-version", "there is no version line");
    if (reading->mode == 0)
        tell(reading, FINDING_DEFECT, "sts-policy-mode", "there is no mode line");
    if (reading->age == 0)
        tell(reading, FINDING_DEFECT, "sts-policy-max-age", "there is no max_age line");
    if (reading->n_mx == 0 && !reading->no_mx_needed)
        tell(reading, FINDING_DEFECT, "sts-policy-no-mx", "there is no mx line");
}

StsPolicy *
sts_policy_text_parse(const char *body, gsize length, GPtrArray *findings, gboolean *ret_usable)
{
    g_autofree char *text = g_strndup(body, length); /* ended; cut at a NUL, which is no text */
    g_autoptr(GHashTable) mx = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reading reading = {.findings = findings, .usable = TRUE, .mx = mx};
    char *line = is_text(&reading, text, length) ? text : NULL;
    /* An element of its own after it: a single one would be split at semicolons. */
    const char *const lines[] = {line != NULL ? text : "", "", NULL};
    StsPolicy *policy = sts_policy_parse(lines, NULL);
    gboolean any = line != NULL;
    reading.leaving = policy->mode == STS_MODE_NONE;
    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
            if (end > line && end[-1] == '\r')
                end[-1] = '\0';
        }
        if (++reading.line > LIMIT_LIST_ITEMS) {
            tell(&reading, FINDING_DEFECT, "sts-policy-syntax", "there are more than %u lines",
                 LIMIT_LIST_ITEMS);
            break;
        }
        read_line(&reading, line);
        line = end == NULL ? NULL : end + 1;
    }
    if (any)
        tell_missing(&reading);
    *ret_usable = reading.usable;
    return policy;
}
