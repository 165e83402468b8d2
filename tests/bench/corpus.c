/* corpus.c: made-up reports, the same ones for the same arguments: for the benchmarks.
 *
 *   bench_corpus FORMAT REPORTS PLACE [DOMAINS [DAYS [ALIKE [FIRST]]]]
 *
 * Of ALIKE reports in a row, all say the same under report-ids of their own: so ALIKE times the
 * reports are about the same days, domains, senders, MX hosts and failures. FIRST is the first day,
 * in days since 1970-01-01 (19358: 2023-01-01).
 *
 * FORMAT is folder (gzip files), mbox (mails), or pack (gzip members, each after its size as four
 * octets, little-endian). Senders, their habits and deviations, sizes and failure rates are like
 * those of real reports: a few senders make most of them, most reports have no failure, a few have
 * many.
 */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIRST_DAY      19358
#define FILES_A_FOLDER 1000

/* ---- chance that is the same everywhere --------------------------------------------------- */

typedef struct {
    guint64 state;
} Chance;

/* splitmix64: the next of a row that its start decides. */
static guint64
next_number(Chance *chance)
{
    guint64 z = (chance->state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static guint
below(Chance *chance, guint n)
{
    return (guint)(next_number(chance) % n);
}

/* ---- senders ------------------------------------------------------------------------------ */

/* How a sender writes. */
typedef enum { STYLE_PLAIN, STYLE_PRETTY, STYLE_DOUBLE, STYLE_EMPTY_TEXTS, STYLE_NO_CONTACT } Style;

typedef struct {
    guint share; /* of 1000 */
    Style style;
    const char *name, *domain; /* NULL: one of many small ones */
} Sender;

static const Sender senders[] = {
    {330, STYLE_PRETTY, "Example Mail Inc.", "big-mail.example"},
    {270, STYLE_DOUBLE, "Example Corporation", "corp-mail.example"},
    {90, STYLE_PLAIN, "post.example", "post.example"},
    {60, STYLE_PLAIN, "Cable Example", "cable.example"},
    {50, STYLE_EMPTY_TEXTS, "box.example", "box.example"},
    {200, STYLE_NO_CONTACT, NULL, NULL},
};
#define SMALL_SENDERS 63

/* One report in the making. */
typedef struct {
    Chance chance;
    guint64 number;
    guint domain, day;
    const Sender *sender;
    char *sender_name, *sender_domain, *policy_domain, *date;
    GString *json;
} Making;

static void
choose_sender(Making *making)
{
    guint at = below(&making->chance, 1000);
    making->sender = senders;
    while (at >= making->sender->share) {
        at -= making->sender->share;
        making->sender++;
    }
    guint small = below(&making->chance, SMALL_SENDERS);
    making->sender_name = making->sender->name != NULL
                              ? g_strdup(making->sender->name)
                              : g_strdup_printf("mx%u.small.example", small);
    making->sender_domain = making->sender->domain != NULL
                                ? g_strdup(making->sender->domain)
                                : g_strdup_printf("small%u.example", small);
}

/* ---- parts of a report -------------------------------------------------------------------- */

static void
add_policy(Making *making, gboolean tlsa)
{
    GString *json = making->json;
    const char *domain = making->policy_domain;
    if (tlsa) {
        g_string_append_printf(
            json,
            "\"policy\":{\"policy-type\":\"tlsa\",\"policy-string\":[\"[\\\"3 1 1 "
            "%064x\\\",\\\"3 1 1 %064x\\\"]\"],\"policy-domain\":\"%s\"}",
            making->domain * 7919, making->domain * 104729, domain);
        return;
    }
    g_string_append_printf(json,
                           "\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: "
                           "STSv1\",\"mode: testing\",\"mx: mx1.%s\",\"mx: mx2.%s\",\"max_age: "
                           "604800\"],\"policy-domain\":\"%s\"",
                           domain, domain, domain);
    if (making->sender->style != STYLE_DOUBLE)
        g_string_append_printf(json, ",\"mx-host\":[\"mx1.%s\",\"mx2.%s\"]", domain, domain);
    g_string_append_c(json, '}');
}

static void
add_detail(Making *making, guint sessions)
{
    static const char *const types[] = {"certificate-expired", "certificate-host-mismatch",
                                        "starttls-not-supported", "validation-failure",
                                        "sts-policy-fetch-error"};
    Chance *chance = &making->chance;
    guint mx = 1 + below(chance, 2);
    g_string_append_printf(making->json,
                           "{\"result-type\":\"%s\",\"sending-mta-ip\":\"198.51.%u.%u\","
                           "\"receiving-mx-hostname\":\"mx%u.%s\",\"receiving-ip\":\"192.0.2.%u\","
                           "\"failed-session-count\":%u",
                           types[below(chance, G_N_ELEMENTS(types))], below(chance, 4),
                           below(chance, 256), mx, making->policy_domain, mx, sessions);
    if (making->sender->style == STYLE_EMPTY_TEXTS)
        g_string_append(making->json, ",\"receiving-mx-helo\":\"\",\"additional-information\":\"\","
                                      "\"failure-reason-code\":\"\"");
    else if (below(chance, 3) == 0)
        g_string_append(making->json, ",\"failure-reason-code\":\"X509_V_ERR_CERT_HAS_EXPIRED\"");
    g_string_append_c(making->json, '}');
}

/* Most reports are free of failures, some have a few details, some many. */
static guint
choose_details(Chance *chance)
{
    guint at = below(chance, 100);
    return at < 62 ? 0 : at < 95 ? 1 + below(chance, 7) : 12 + below(chance, 36);
}

static void
add_entry(Making *making, gboolean tlsa, guint successful, guint details)
{
    GString *json = making->json;
    g_string_append_c(json, '{');
    add_policy(making, tlsa);
    g_string_append_printf(json,
                           ",\"summary\":{\"total-successful-session-count\":%u,"
                           "\"total-failure-session-count\":%u}",
                           successful, details * 3);
    if (details > 0 || making->sender->style == STYLE_DOUBLE) {
        g_string_append(json, ",\"failure-details\":[");
        for (guint i = 0; i < details; i++) {
            g_string_append(json, i > 0 ? "," : "");
            add_detail(making, 3);
        }
        g_string_append_c(json, ']');
    }
    g_string_append_c(json, '}');
}

/* As a person would have it: a line a member. Texts here hold no brackets but in the TLSA records,
 * which no sender with this style has. */
static void
make_pretty(GString *json)
{
    g_autoptr(GString) out = g_string_sized_new(json->len * 2);
    guint depth = 0;
    for (const char *at = json->str; *at != '\0'; at++) {
        depth -= *at == '}' || *at == ']';
        if (*at == '}' || *at == ']')
            g_string_append_printf(out, "\n%*s", (int)depth * 2, "");
        g_string_append_c(out, *at);
        depth += *at == '{' || *at == '[';
        if (*at == '{' || *at == '[' || *at == ',')
            g_string_append_printf(out, "\n%*s", (int)depth * 2, "");
    }
    g_string_assign(json, out->str);
}

static void
make_json(Making *making)
{
    GString *json = making->json;
    Chance *chance = &making->chance;
    guint details = choose_details(chance), successful = below(chance, 1000);
    const char *date = making->date;
    g_string_printf(json, "{\"organization-name\":\"%s\"", making->sender_name);
    g_string_append_printf(json,
                           ",\"date-range\":{\"start-datetime\":\"%sT00:00:00Z\",\"end-datetime\":"
                           "\"%sT23:59:59Z\"}",
                           date, date);
    if (making->sender->style == STYLE_NO_CONTACT)
        g_string_append(json, ",\"contact-info\":null");
    else
        g_string_append_printf(json, ",\"contact-info\":\"tls-reports@%s\"", making->sender_domain);
    g_string_append_printf(json, ",\"report-id\":\"%s_%s_%" G_GUINT64_FORMAT "\",\"policies\":[",
                           date, making->policy_domain, making->number);
    add_entry(making, FALSE, successful, details);
    if (making->sender->style == STYLE_DOUBLE) { /* the same sessions again */
        g_string_append_c(json, ',');
        add_entry(making, TRUE, successful, 0);
    }
    g_string_append(json, "]}");
    if (making->sender->style == STYLE_PRETTY)
        make_pretty(json);
}

typedef struct {
    guint64 reports, alike;
    guint domains, days, first;
} Shape;

static void
make_report(Making *making, guint64 number, const Shape *shape)
{
    guint64 content = number / shape->alike;
    making->chance.state = content * 0x2545f4914f6cdd1d + 1;
    making->number = number;
    making->domain = below(&making->chance, shape->domains);
    /* In the order of their days, as they come in. */
    making->day = (guint)(content * shape->days / MAX(shape->reports / shape->alike, content + 1));
    choose_sender(making);
    making->policy_domain = g_strdup_printf("customer%u.example", making->domain);
    g_autoptr(GDateTime) day =
        g_date_time_new_from_unix_utc((shape->first + (gint64)making->day) * 86400);
    making->date = g_date_time_format(day, "%Y-%m-%d");
    make_json(making);
}

static void
making_clear(Making *making)
{
    g_free(making->sender_name);
    g_free(making->sender_domain);
    g_free(making->policy_domain);
    g_free(making->date);
}

/* ---- out ---------------------------------------------------------------------------------- */

static GByteArray *
compress_json(const GString *json)
{
    z_stream zlib = {.next_in = (Bytef *)json->str, .avail_in = (uInt)json->len};
    if (deflateInit2(&zlib, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        g_error("zlib");
    GByteArray *out = g_byte_array_new();
    g_byte_array_set_size(out, (guint)deflateBound(&zlib, json->len));
    zlib.next_out = out->data;
    zlib.avail_out = out->len;
    if (deflate(&zlib, Z_FINISH) != Z_STREAM_END)
        g_error("zlib");
    g_byte_array_set_size(out, (guint)zlib.total_out);
    deflateEnd(&zlib);
    return out;
}

static void
write_mail(FILE *file, const Making *making, const GByteArray *gzip)
{
    fprintf(
        file,
        "From tls-reports@%s Thu Jan  1 00:00:00 1970\n"
        "Received: from out.%s (out.%s [203.0.113.7])\n"
        "\tby mx1.%s with ESMTPS id %" G_GUINT64_FORMAT "\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s1;\n"
        "\th=from:to:subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n"
        "From: <tls-reports@%s>\nTo: <reports@%s>\n"
        "Subject: Report Domain: %s Submitter: %s Report-ID: <%" G_GUINT64_FORMAT ">\n"
        "Date: Thu, 01 Jan 1970 00:00:00 +0000\nMessage-ID: <%" G_GUINT64_FORMAT "@%s>\n"
        "TLS-Report-Domain: %s\nTLS-Report-Submitter: %s\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=tlsrpt;\n\tboundary=\"=_b%" G_GUINT64_FORMAT
        "\"\n\n",
        making->sender_domain, making->sender_domain, making->sender_domain, making->policy_domain,
        making->number, making->sender_domain, making->sender_domain, making->policy_domain,
        making->policy_domain, making->sender_domain, making->number, making->number,
        making->sender_domain, making->policy_domain, making->sender_domain, making->number);
    g_autofree char *plain = g_base64_encode(gzip->data, gzip->len);
    fprintf(file,
            "--=_b%" G_GUINT64_FORMAT "\nContent-Type: text/plain; charset=us-ascii\n\n"
            "This is an aggregate TLS report from %s\n\n--=_b%" G_GUINT64_FORMAT "\n"
            "Content-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n"
            "Content-Disposition: attachment;\n\tfilename=\"%s!%s!%u!%u.json.gz\"\n\n",
            making->number, making->sender_name, making->number, making->sender_domain,
            making->policy_domain, making->day, making->day + 1);
    for (const char *at = plain; *at != '\0'; at += strnlen(at, 76))
        fprintf(file, "%.76s\n", at);
    fprintf(file, "--=_b%" G_GUINT64_FORMAT "--\n\n", making->number);
}

static void
write_pack(FILE *file, const GByteArray *gzip)
{
    guint32 size = GUINT32_TO_LE(gzip->len);
    fwrite(&size, sizeof size, 1, file);
    fwrite(gzip->data, 1, gzip->len, file);
}

static void
write_file(const char *folder, const Making *making, const GByteArray *gzip)
{
    g_autofree char *part =
        g_strdup_printf("%s/%06" G_GUINT64_FORMAT, folder, making->number / FILES_A_FOLDER);
    g_autofree char *name =
        g_strdup_printf("%s/%s!%s!%" G_GUINT64_FORMAT ".json.gz", part, making->sender_domain,
                        making->policy_domain, making->number);
    FILE *file = g_mkdir_with_parents(part, 0777) == 0 ? fopen(name, "wb") : NULL;
    if (file == NULL)
        g_error("%s: %s", name, g_strerror(errno));
    fwrite(gzip->data, 1, gzip->len, file);
    fclose(file);
}

int
main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_corpus folder|mbox|pack REPORTS PLACE "
                        "[DOMAINS [DAYS [ALIKE [FIRST]]]]\n");
        return 64;
    }
    const Shape shape = {
        .reports = g_ascii_strtoull(argv[2], NULL, 10),
        .alike = argc > 6 ? g_ascii_strtoull(argv[6], NULL, 10) : 1,
        .domains = argc > 4 ? (guint)atoi(argv[4]) : 150,
        .days = argc > 5 ? (guint)atoi(argv[5]) : 90,
        .first = argc > 7 ? (guint)atoi(argv[7]) : FIRST_DAY,
    };
    gboolean folder = strcmp(argv[1], "folder") == 0;
    FILE *file = folder ? NULL : fopen(argv[3], "wb");
    if (!folder && file == NULL)
        g_error("%s: %s", argv[3], g_strerror(errno));
    g_autoptr(GString) json = g_string_new(NULL);
    for (guint64 i = 0; i < shape.reports; i++) {
        Making making = {.json = json};
        make_report(&making, i, &shape);
        g_autoptr(GByteArray) gzip = compress_json(json);
        if (folder)
            write_file(argv[3], &making, gzip);
        else if (strcmp(argv[1], "mbox") == 0)
            write_mail(file, &making, gzip);
        else
            write_pack(file, gzip);
        making_clear(&making);
    }
    return file == NULL || fclose(file) == 0 ? 0 : 1;
}
