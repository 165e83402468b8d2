#include "report/explain_pattern.h"

#include <string.h>

#include "schema/finding.h"

#define NAME_BYTES 255
#define LINES_MAX  5 /* mx lines that are told; a policy of a hundred would fill the page */

typedef enum {
    MISS_TOO_DEEP, /* "*.example.org" and a.b.example.org */
    MISS_BASE,     /* "*.example.org" and example.org */
    MISS_OTHER,
} Miss;

/* The number of labels in which two names end alike. */
static guint
common_labels(const char *a, const char *b)
{
    guint labels = 0;
    const char *left = a + strlen(a), *right = b + strlen(b);
    while (left > a && right > b && left[-1] == right[-1]) {
        left--;
        right--;
        labels += *left == '.' ? 1 : 0;
    }
    gboolean left_whole = left == a || left[-1] == '.';
    gboolean right_whole = right == b || right[-1] == '.';
    return labels + (left_whole && right_whole && *left != '.' && *left != '\0' ? 1 : 0);
}

static Miss
miss_of(const char *pattern, const char *host)
{
    if (!g_str_has_prefix(pattern, "*."))
        return MISS_OTHER;
    if (strcmp(pattern + 2, host) == 0)
        return MISS_BASE;
    return g_str_has_suffix(host, pattern + 1) ? MISS_TOO_DEEP : MISS_OTHER;
}

/* The line that nearly matches: a wildcard that fails by its one label, else the line that shares
 * most labels, two at least. NULL if there is none. */
static const char *
nearest(const StsPolicy *policy, const char *host, Miss *ret_miss)
{
    const char *best = NULL;
    guint most = 1;
    *ret_miss = MISS_OTHER;
    for (char **pattern = policy->mx; pattern != NULL && *pattern != NULL; pattern++) {
        Miss miss = miss_of(*pattern, host);
        guint labels = common_labels(*pattern, host);
        if (miss != MISS_OTHER) {
            *ret_miss = miss;
            return *pattern;
        }
        if (labels > most) {
            most = labels;
            best = *pattern;
        }
    }
    return best;
}

static void
tell_lines(const StsPolicy *policy, GString *out)
{
    guint n = g_strv_length(policy->mx);
    for (guint i = 0; i < MIN(n, LINES_MAX); i++) {
        g_autofree char *pattern = text_printable(policy->mx[i], -1, NAME_BYTES);
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", pattern);
    }
    if (n > LINES_MAX)
        g_string_append_printf(out, " and %u more", n - LINES_MAX);
}

static guint
n_labels_before(const char *host, const char *suffix)
{
    guint labels = 0;
    const char *end = host + strlen(host) - strlen(suffix);
    for (const char *c = host; c < end; c++)
        labels += *c == '.' ? 1 : 0;
    return labels + 1;
}

char *
explain_pattern_miss(const StsPolicy *policy, const char *host)
{
    Miss miss;
    const char *near = nearest(policy, host, &miss);
    g_autofree char *name = text_printable(host, -1, NAME_BYTES);
    g_autofree char *pattern = near == NULL ? NULL : text_printable(near, -1, NAME_BYTES);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "No mx line of the policy matches %s (the policy names ", name);
    tell_lines(policy, out);
    g_string_append(out, "). ");
    if (miss == MISS_TOO_DEEP)
        g_string_append_printf(out,
                               "\"%s\" comes near, but \"*.\" stands for exactly one label, and "
                               "here it would have to stand for %u.",
                               pattern, n_labels_before(host, near + 1));
    else if (miss == MISS_BASE)
        g_string_append_printf(out,
                               "\"%s\" comes near, but \"*.\" stands for exactly one label and "
                               "does not match the name without it.",
                               pattern);
    else if (near != NULL)
        g_string_append_printf(out, "\"%s\" comes nearest, but is another name.", pattern);
    else
        g_string_append(out, "None of them is like it: the sender met an MX that the policy does "
                             "not know.");
    return g_string_free(out, FALSE);
}

char *
explain_pattern_fix(const StsPolicy *policy, const char *host)
{
    Miss miss;
    (void)nearest(policy, host, &miss);
    g_autofree char *name = text_printable(host, -1, NAME_BYTES);
    const char *dot = strchr(host, '.');
    if (miss == MISS_TOO_DEEP && dot != NULL) {
        g_autofree char *parent = text_printable(dot, -1, NAME_BYTES);
        return g_strdup_printf(
            "If %s is one of your MX hosts, add \"mx: %s\" or \"mx: *%s\" to the "
            "policy, and then publish a new id in the _mta-sts record.",
            name, name, parent);
    }
    return g_strdup_printf("If %s is one of your MX hosts, add \"mx: %s\" to the policy, and then "
                           "publish a new id in the _mta-sts record. If not, see which MX record "
                           "names it.",
                           name, name);
}
