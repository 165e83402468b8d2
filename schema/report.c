#include "schema/report.h"

#include <string.h>

#include "schema/digest.h"

/* Octets of the day in a claim. */
#define DAY_BYTES 4

static const char *const no_strings[] = {NULL};

Report *
report_new(void)
{
    Arena *arena = arena_new();
    Report *report = arena_new_array(arena, Report, 1);
    report->organization_name = "";
    report->report_id = "";
    report->arena = arena;
    return report;
}

void
report_free(Report *report)
{
    if (report != NULL)
        arena_free(report->arena);
}

PolicyEntry *
report_new_policies(Report *report, gsize n)
{
    return arena_new_array(report->arena, PolicyEntry, n);
}

FailureDetail *
report_new_failures(Report *report, gsize n)
{
    return arena_new_array(report->arena, FailureDetail, n);
}

const char *
report_string(Report *report, const char *text, gssize length)
{
    return arena_text(report->arena, text, length < 0 ? strlen(text) : (gsize)length);
}

const char *const *
report_list(Report *report, const char *const *items, gsize n)
{
    if (n == 0)
        return no_strings;
    const char **list = arena_new_array(report->arena, const char *, n + 1);
    memcpy(list, items, n * sizeof *list);
    return list;
}

gint32
report_day(const Report *report)
{
    gint64 day = report->start / 86400;
    if (report->start % 86400 < 0)
        day--;
    return (gint32)day;
}

/* For what is written before it is read: the compiler is told to clear all others. */
#if defined(__has_attribute) && __has_attribute(uninitialized)
#define NOT_CLEARED __attribute__((uninitialized))
#else
#define NOT_CLEARED
#endif

/* What is to be hashed: of most reports no more than FIRST. */
typedef struct {
    guint8 *data, *more; /* MORE: allocated, or NULL */
    gsize length, room;
    gboolean wide; /* a number takes 8 octets, else as few as it needs */
    guint8 first[4096];
} Canon;

static void
canon_init(Canon *canon, gboolean wide)
{
    canon->data = canon->first;
    canon->more = NULL;
    canon->length = 0;
    canon->room = sizeof canon->first;
    canon->wide = wide;
}

static void
canon_append(Canon *canon, const void *data, gsize length)
{
    if (length > canon->room - canon->length) {
        canon->room = 2 * (canon->room + length);
        canon->more = g_realloc(canon->more, canon->room);
        if (canon->data == canon->first)
            memcpy(canon->more, canon->first, canon->length);
        canon->data = canon->more;
    }
    memcpy(canon->data + canon->length, data, length);
    canon->length += length;
}

/* Digits to the base of 128, the lowest first, all but the last with the highest bit; negative ones
 * between the others. */
static void
append_digits(Canon *canon, gint64 number)
{
    guint64 rest = ((guint64)number << 1) ^ (number < 0 ? G_MAXUINT64 : 0);
    guint8 digits[10];
    guint n = 0;
    if (rest <= 0x7f && canon->length < canon->room) { /* nearly every one */
        canon->data[canon->length++] = (guint8)rest;
        return;
    }
    for (; rest > 0x7f; rest >>= 7)
        digits[n++] = 0x80 | (rest & 0x7f);
    digits[n++] = (guint8)rest;
    canon_append(canon, digits, n);
}

/* Every field enters with its length before it, so that no text can look like two. */
static void
hash_number(Canon *canon, gint64 number)
{
    gint64 big_endian = GINT64_TO_BE(number);
    if (canon->wide)
        canon_append(canon, &big_endian, sizeof big_endian);
    else
        append_digits(canon, number);
}

static void
hash_text(Canon *canon, const char *text)
{
    gsize length = text == NULL ? 0 : strlen(text);
    hash_number(canon, (gint64)length);
    if (length > 0)
        canon_append(canon, text, length);
}

static void
hash_list(Canon *canon, const char *const *list)
{
    gsize n = list == NULL ? 0 : g_strv_length((char **)list);
    hash_number(canon, (gint64)n);
    for (gsize i = 0; i < n; i++)
        hash_text(canon, list[i]);
}

static void
hash_detail(Canon *canon, const FailureDetail *detail)
{
    hash_text(canon, detail->result_word);
    hash_text(canon, detail->sending_mta_ip);
    hash_text(canon, detail->mx_hostname);
    hash_text(canon, detail->mx_helo);
    hash_text(canon, detail->receiving_ip);
    hash_number(canon, detail->failed_sessions);
    hash_text(canon, detail->additional_info);
    hash_text(canon, detail->reason_code);
}

static void
hash_entry(Canon *canon, const PolicyEntry *entry)
{
    hash_text(canon, policy_entry_type_name(entry));
    hash_text(canon, entry->domain);
    hash_list(canon, entry->policy_string);
    hash_list(canon, entry->mx_host);
    hash_number(canon, entry->successful_sessions);
    hash_number(canon, entry->failed_sessions);
    hash_number(canon, (gint64)entry->n_failures);
    for (gsize i = 0; i < entry->n_failures; i++)
        hash_detail(canon, &entry->failures[i]);
}

static void
finish_sha256(Canon *canon, guint8 digest[REPORT_DIGEST_BYTES])
{
    guint8 full[DIGEST_BYTES];
    digest_sha256(canon->data, canon->length, full);
    memcpy(digest, full, REPORT_DIGEST_BYTES);
    g_free(canon->more);
}

/* Digits to the base of 128, which SQL can make as well (migrate-7): days before 1970 come first.
 */
static void
put_day(gint32 day, guint8 digits[DAY_BYTES])
{
    guint32 rest = (guint32)day + (1u << (7 * DAY_BYTES - 1));
    for (guint i = DAY_BYTES; i > 0; i--, rest >>= 7)
        digits[i - 1] = rest & 0x7f;
}

void
report_claim(const Report *report, guint8 digest[REPORT_DIGEST_BYTES])
{
    NOT_CLEARED Canon canon;
    guint8 hash[REPORT_DIGEST_BYTES];
    canon_init(&canon, TRUE);
    hash_text(&canon, "tlsgauge claim 1");
    hash_text(&canon, report->organization_name);
    hash_text(&canon, report->report_id);
    hash_number(&canon, report->start);
    finish_sha256(&canon, hash);
    put_day(report_day(report), digest);
    memcpy(digest + DAY_BYTES, hash, REPORT_DIGEST_BYTES - DAY_BYTES);
}

static void
hash_content(Canon *canon, const Report *report)
{
    hash_text(canon, report->organization_name);
    hash_text(canon, report->contact_info);
    hash_text(canon, report->report_id);
    hash_number(canon, report->start);
    hash_number(canon, report->end);
    hash_number(canon, (gint64)report->n_policies);
    for (gsize i = 0; i < report->n_policies; i++)
        hash_entry(canon, &report->policies[i]);
}

void
report_content(const Report *report, guint8 digest[REPORT_DIGEST_BYTES])
{
    NOT_CLEARED Canon canon;
    canon_init(&canon, FALSE);
    hash_text(&canon, "tlsgauge content 2");
    hash_content(&canon, report);
    digest_blake2b(canon.data, canon.length, digest, REPORT_DIGEST_BYTES);
    g_free(canon.more);
}

void
report_content_before_8(const Report *report, guint8 digest[REPORT_DIGEST_BYTES])
{
    NOT_CLEARED Canon canon;
    canon_init(&canon, TRUE);
    hash_text(&canon, "tlsgauge content 1");
    hash_content(&canon, report);
    finish_sha256(&canon, digest);
}

static const char *const type_words[] = {
    [POLICY_TYPE_STS] = "sts",
    [POLICY_TYPE_TLSA] = "tlsa",
    [POLICY_TYPE_NONE] = "no-policy-found",
};

const char *
policy_entry_type_name(const PolicyEntry *entry)
{
    if (entry->type == POLICY_TYPE_OTHER)
        return entry->type_word;
    return type_words[entry->type];
}

PolicyType
policy_type_from_word(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(type_words); i++) {
        if (g_strcmp0(word, type_words[i]) == 0)
            return (PolicyType)i;
    }
    return POLICY_TYPE_OTHER;
}
