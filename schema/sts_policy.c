#include "schema/sts_policy.h"

#include "schema/domain_name.h"
#include "schema/limits.h"

#include <string.h>

/* What the lines told, before it is put into one order. */
typedef struct {
    GPtrArray *lines; /* trimmed, not empty */
    GPtrArray *mx;    /* normalised */
    GPtrArray *odd;   /* the values of mx lines that are no pattern */
    char *version, *mode, *max_age;
} Reading;

static void
reading_clear(Reading *reading)
{
    g_ptr_array_unref(reading->lines);
    g_ptr_array_unref(reading->mx);
    g_ptr_array_unref(reading->odd);
    g_free(reading->version);
    g_free(reading->mode);
    g_free(reading->max_age);
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
sort_unique(GPtrArray *texts)
{
    g_ptr_array_sort(texts, compare_texts);
    for (guint i = texts->len; i > 1; i--) {
        if (strcmp(texts->pdata[i - 1], texts->pdata[i - 2]) == 0)
            g_ptr_array_remove_index(texts, i - 1);
    }
}

static void
split_element(GPtrArray *lines, const char *element, const char *separators)
{
    while (*element != '\0' && lines->len < LIMIT_LIST_ITEMS) {
        gsize length = strcspn(element, separators);
        char *line = g_strstrip(g_strndup(element, length));
        if (*line != '\0')
            g_ptr_array_add(lines, line);
        else
            g_free(line);
        element += length;
        element += strspn(element, separators);
    }
}

/* RFC 8460 4 still speaks of one text with semicolons, 4.4 of an array: a single element may
 * therefore be the whole policy. */
static void
split_elements(GPtrArray *lines, const char *const *elements)
{
    const char *separators = elements[0] != NULL && elements[1] == NULL ? "\r\n;" : "\r\n";
    for (; *elements != NULL; elements++)
        split_element(lines, *elements, separators);
}

static void
add_mx(Reading *reading, const char *pattern)
{
    char *normal = domain_name_normalise(pattern, -1, TRUE, NULL);
    if (normal != NULL)
        g_ptr_array_add(reading->mx, normal);
    else if (*pattern != '\0')
        g_ptr_array_add(reading->odd, g_strdup(pattern));
}

/* RFC 8461 3.2: of a doubled field all but the first are ignored, unknown ones too. */
static void
take_field(Reading *reading, const char *key, gsize length, const char *value)
{
    char **first = NULL;
    if (length == 7 && memcmp(key, "version", length) == 0)
        first = &reading->version;
    else if (length == 4 && memcmp(key, "mode", length) == 0)
        first = &reading->mode;
    else if (length == 7 && memcmp(key, "max_age", length) == 0)
        first = &reading->max_age;
    else if (length == 2 && memcmp(key, "mx", length) == 0)
        add_mx(reading, value);
    if (first != NULL && *first == NULL)
        *first = g_strdup(value);
}

static void
take_fields(Reading *reading)
{
    for (guint i = 0; i < reading->lines->len; i++) {
        const char *line = reading->lines->pdata[i];
        const char *colon = strchr(line, ':');
        if (colon == NULL)
            continue;
        gsize length = (gsize)(colon - line);
        while (length > 0 && g_ascii_isspace(line[length - 1]))
            length--;
        const char *value = colon + 1;
        while (g_ascii_isspace(*value))
            value++;
        take_field(reading, line, length, value);
    }
}

/* RFC 8461 3.2: 1*10DIGIT. */
static gint64
read_max_age(const char *text)
{
    gsize digits = text == NULL ? 0 : strspn(text, "0123456789");
    if (digits == 0 || digits > 10 || text[digits] != '\0')
        return -1;
    return (gint64)g_ascii_strtoull(text, NULL, 10);
}

static void
add_line(GString *out, const char *key, const char *value)
{
    if (out->len > 0)
        g_string_append_c(out, '\n');
    g_string_append(out, key);
    g_string_append(out, value);
}

static char *
canonical_policy(const Reading *reading, gint64 max_age)
{
    GString *out = g_string_new(NULL);
    if (reading->version != NULL)
        add_line(out, "version: ", reading->version);
    if (reading->mode != NULL)
        add_line(out, "mode: ", reading->mode);
    if (max_age >= 0) {
        g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, max_age);
        add_line(out, "max_age: ", seconds);
    } else if (reading->max_age != NULL) {
        add_line(out, "max_age: ", reading->max_age);
    }
    for (guint i = 0; i < reading->mx->len; i++)
        add_line(out, "mx: ", reading->mx->pdata[i]);
    for (guint i = 0; i < reading->odd->len; i++)
        add_line(out, "mx: ", reading->odd->pdata[i]);
    return g_string_free(out, FALSE);
}

/* "3 1 1 HEX" (RFC 8460 4.5): the case of the hex and the spaces in it mean nothing. */
static gboolean
is_tlsa(char *const *words)
{
    guint n = g_strv_length((char **)words);
    for (guint i = 0; i < n; i++) {
        const char *allowed = i < 3 ? "0123456789" : "0123456789abcdefABCDEF";
        if (words[i][strspn(words[i], allowed)] != '\0')
            return FALSE;
    }
    return n >= 4;
}

/* LINE with single spaces, a TLSA record in lower case and its hex in one piece. */
static char *
canonical_line(const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\f", -1);
    guint kept = 0;
    for (guint i = 0; words[i] != NULL; i++) {
        if (*words[i] != '\0')
            words[kept++] = words[i];
        else
            g_free(words[i]);
    }
    words[kept] = NULL;
    if (!is_tlsa(words))
        return g_strjoinv(" ", words);
    g_autofree char *data = g_strjoinv("", words + 3);
    g_autofree char *text = g_strjoin(" ", words[0], words[1], words[2], data, NULL);
    return g_ascii_strdown(text, -1);
}

static char *
canonical_lines(const Reading *reading)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < reading->lines->len; i++)
        g_ptr_array_add(lines, canonical_line(reading->lines->pdata[i]));
    sort_unique(lines);
    for (guint i = 0; i < lines->len; i++)
        add_line(out, "", lines->pdata[i]);
    return g_string_free(out, FALSE);
}

static gboolean
is_sts(const Reading *reading)
{
    return reading->version != NULL || reading->mode != NULL;
}

StsPolicy *
sts_policy_parse(const char *const *lines, const char *const *mx_host)
{
    Reading reading = {
        .lines = g_ptr_array_new_with_free_func(g_free),
        .mx = g_ptr_array_new_with_free_func(g_free),
        .odd = g_ptr_array_new_with_free_func(g_free),
    };
    split_elements(reading.lines, lines);
    take_fields(&reading);
    if (reading.mx->len == 0 && reading.odd->len == 0) {
        for (gsize i = 0; mx_host != NULL && mx_host[i] != NULL && i < LIMIT_LIST_ITEMS; i++)
            add_mx(&reading, mx_host[i]);
    }
    sort_unique(reading.mx);
    sort_unique(reading.odd);

    StsPolicy *policy = g_new0(StsPolicy, 1);
    policy->mode = sts_mode_from_name(reading.mode);
    policy->max_age = read_max_age(reading.max_age);
    policy->canonical =
        is_sts(&reading) ? canonical_policy(&reading, policy->max_age) : canonical_lines(&reading);
    policy->mx = g_new0(char *, reading.mx->len + 1);
    for (guint i = 0; i < reading.mx->len; i++)
        policy->mx[i] = g_steal_pointer(&reading.mx->pdata[i]);
    reading_clear(&reading);
    return policy;
}

void
sts_policy_free(StsPolicy *policy)
{
    if (policy == NULL)
        return;
    g_strfreev(policy->mx);
    g_free(policy->canonical);
    g_free(policy);
}

gboolean
mx_pattern_matches(const char *pattern, const char *host)
{
    if (!g_str_has_prefix(pattern, "*."))
        return strcmp(pattern, host) == 0;
    const char *dot = strchr(host, '.');
    return dot != NULL && dot > host && strcmp(pattern + 1, dot) == 0;
}

gboolean
sts_policy_names(const StsPolicy *policy, const char *host)
{
    for (char **pattern = policy->mx; pattern != NULL && *pattern != NULL; pattern++) {
        if (mx_pattern_matches(*pattern, host))
            return TRUE;
    }
    return FALSE;
}
