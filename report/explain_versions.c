/* explain_versions.c: how the policy changed, as senders saw it. Part of explain_notice.h. */
#include <string.h>

#include "report/notice-internal.h"
#include "schema/day.h"
#include "schema/finding.h"
#include "schema/sts_policy.h"

#define NAME_BYTES 200

/* One version: what senders order or spell in another way is the same. */
typedef struct {
    char *key;
    StsPolicy *policy;
    gint32 first_day, last_day;
    GHashTable *senders;
} Version;

static void
version_free(gpointer data)
{
    Version *version = data;
    g_free(version->key);
    sts_policy_free(version->policy);
    g_hash_table_unref(version->senders);
    g_free(version);
}

static Version *
version_of(GPtrArray *versions, GHashTable *by_text, GHashTable *by_key, const char *text)
{
    Version *version = g_hash_table_lookup(by_text, text);
    if (version != NULL)
        return version;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    StsPolicy *policy = sts_policy_parse((const char *const *)lines, NULL);
    g_autofree char *mx = g_strjoinv(",", policy->mx);
    char *key =
        g_strdup_printf("%d %" G_GINT64_FORMAT " %s", (int)policy->mode, policy->max_age, mx);
    version = g_hash_table_lookup(by_key, key);
    if (version == NULL) {
        version = g_new0(Version, 1);
        version->key = key;
        version->policy = policy;
        version->first_day = G_MAXINT32;
        version->last_day = G_MININT32;
        version->senders = g_hash_table_new(NULL, NULL);
        g_ptr_array_add(versions, version);
        g_hash_table_insert(by_key, version->key, version);
    } else {
        g_free(key);
        sts_policy_free(policy);
    }
    g_hash_table_insert(by_text, (gpointer)text, version);
    return version;
}

static int
by_first_day(gconstpointer left, gconstpointer right)
{
    const Version *a = *(const Version *const *)left, *b = *(const Version *const *)right;
    if (a->first_day != b->first_day)
        return a->first_day < b->first_day ? -1 : 1;
    if (a->last_day != b->last_day)
        return a->last_day < b->last_day ? -1 : 1;
    return strcmp(a->key, b->key);
}

static void
tell_mx(GString *out, const char *what, char *const *mx, char *const *other)
{
    guint n = 0;
    for (; *mx != NULL; mx++) {
        if (g_strv_contains((const char *const *)other, *mx))
            continue;
        g_autofree char *name = text_printable(*mx, -1, 255);
        if (n == 0)
            g_string_append_printf(out, "%smx %s: ", out->len > 0 ? "; " : "", what);
        g_string_append_printf(out, "%s%s", n > 0 ? ", " : "", name);
        n++;
    }
}

static const char *
mode_word(StsMode mode)
{
    return mode == STS_MODE_UNKNOWN ? "not told" : sts_mode_name(mode);
}

static void
notice_change(GPtrArray *notices, const Version *before, const Version *after)
{
    gboolean mode_changed = before->policy->mode != after->policy->mode;
    Notice *notice = notice_add(notices, mode_changed ? NOTICE_MODE_CHANGED : NOTICE_POLICY_CHANGED,
                                NULL, "RFC 8461 3.2");
    notice->first_day = after->first_day;
    notice->last_day = MAX(before->last_day, after->first_day);
    notice->days = (guint)(notice->last_day - notice->first_day) + 1;
    g_autofree char *day = day_format(after->first_day);
    g_autofree char *last = day_format(before->last_day);
    g_autoptr(GString) what = g_string_new(NULL);
    if (mode_changed)
        g_string_append_printf(what, "mode %s became %s", mode_word(before->policy->mode),
                               mode_word(after->policy->mode));
    tell_mx(what, "added", after->policy->mx, before->policy->mx);
    tell_mx(what, "taken out", before->policy->mx, after->policy->mx);
    if (before->policy->max_age != after->policy->max_age)
        g_string_append_printf(what, "%smax_age %" G_GINT64_FORMAT " became %" G_GINT64_FORMAT,
                               what->len > 0 ? "; " : "", before->policy->max_age,
                               after->policy->max_age);
    notice->title = mode_changed ? g_strdup_printf("The policy went from %s to %s on %s",
                                                   mode_word(before->policy->mode),
                                                   mode_word(after->policy->mode), day)
                                 : g_strdup_printf("The policy changed on %s", day);
    notice->text = g_strdup_printf("As senders report it: %s. The older version was last applied "
                                   "on %s; %u sender%s applied the newer one.",
                                   what->str, last, g_hash_table_size(after->senders),
                                   g_hash_table_size(after->senders) == 1 ? "" : "s");
}

/* The newest day of each sender with a policy, and the version of it. */
typedef struct {
    gint32 day;
    const Version *version;
} Newest;

static void
notice_behind(GPtrArray *notices, GHashTable *newest_of, const Version *newest)
{
    GHashTableIter iterator;
    gpointer sender, value;
    g_hash_table_iter_init(&iterator, newest_of);
    while (g_hash_table_iter_next(&iterator, &sender, &value)) {
        const Newest *own = value;
        if (own->version == newest || own->day <= newest->first_day)
            continue;
        Notice *notice = notice_add(notices, NOTICE_OLD_POLICY, sender, "RFC 8461 5.1");
        g_autofree char *name = text_printable(sender, -1, NAME_BYTES);
        g_autofree char *day = day_format(own->day);
        g_autofree char *since = day_format(newest->first_day);
        notice->first_day = newest->first_day;
        notice->last_day = own->day;
        notice->days = (guint)(own->day - newest->first_day) + 1;
        notice->title = g_strdup_printf("%s still applies an older policy", name);
        notice->text = g_strdup_printf(
            "On %s, its newest day, it applied another version than the one first seen on %s. "
            "Senders keep a copy for max_age at most and look for a new id of the _mta-sts record "
            "before: see that the id changed with the policy.",
            day, since);
    }
}

void
notice_versions(GPtrArray *notices, const Evidence *evidence)
{
    g_autoptr(GPtrArray) versions = g_ptr_array_new_with_free_func(version_free);
    g_autoptr(GHashTable) by_text = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) by_key = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) newest_of = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < evidence->totals->len; i++) {
        const EvidenceTotal *row = &g_array_index(evidence->totals, EvidenceTotal, i);
        if (row->type != POLICY_TYPE_STS || row->policy == NULL)
            continue;
        Version *version = version_of(versions, by_text, by_key, row->policy);
        version->first_day = MIN(version->first_day, row->day);
        version->last_day = MAX(version->last_day, row->day);
        g_hash_table_add(version->senders, (gpointer)row->sender);
        Newest *newest = g_hash_table_lookup(newest_of, row->sender);
        if (newest == NULL) {
            newest = g_new0(Newest, 1);
            newest->day = G_MININT32;
            g_hash_table_insert(newest_of, (gpointer)row->sender, newest);
        }
        /* Of two versions on one day the one that was seen first is the older. */
        if (row->day > newest->day ||
            (row->day == newest->day && newest->version->first_day < version->first_day)) {
            newest->day = row->day;
            newest->version = version;
        }
    }
    g_ptr_array_sort(versions, by_first_day);
    for (guint i = 1; i < versions->len; i++)
        notice_change(notices, g_ptr_array_index(versions, i - 1), g_ptr_array_index(versions, i));
    if (versions->len > 1)
        notice_behind(notices, newest_of, g_ptr_array_index(versions, versions->len - 1));
}
