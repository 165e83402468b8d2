#include "schema/txt_record.h"

#include <string.h>

#include "schema/field_name.h"
#include "schema/finding.h"
#include "schema/rua.h"

#define ID_BYTES 32

/* What the two records differ in. */
typedef struct {
    const char *version, *clause;
    const char *syntax, *version_space, *unknown; /* codes */
} Grammar;

static const Grammar tlsrpt_grammar = {"v=TLSRPTv1", "RFC 8460 3", "tlsrpt-syntax",
                                       "tlsrpt-version-space", "tlsrpt-unknown-tag"};
static const Grammar sts_grammar = {"v=STSv1", "RFC 8461 3.1", "sts-dns-syntax",
                                    "sts-dns-version-space", "sts-dns-unknown-tag"};

/* One "name=value"; borrowed from the record. */
typedef struct {
    const char *name, *value;
    gsize name_length, value_length;
} Field;

static gboolean
is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

static void
fail(GPtrArray *findings, const Grammar *grammar, const char *fact)
{
    findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause, "%s", fact);
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* 1*(%x21-3A / %x3C / %x3E-7E) */
static gboolean
is_ext_value(const char *value, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (value[i] < 0x21 || value[i] > 0x7e || value[i] == '=' || value[i] == ';')
            return FALSE;
    }
    return length > 0;
}

static gboolean
name_is(const Field *field, const char *name)
{
    return field->name_length == strlen(name) && memcmp(field->name, name, field->name_length) == 0;
}

static gboolean
read_field(const Grammar *grammar, const char *text, gsize length, Field *ret_field,
           GPtrArray *findings)
{
    const char *equals = length == 0 ? NULL : memchr(text, '=', length);
    if (length == 0) {
        fail(findings, grammar, "nothing stands between two \";\"");
        return FALSE;
    }
    if (equals == NULL) {
        findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                     "\"%.*s\" is no NAME=VALUE", (int)MIN(length, 100), text);
        return FALSE;
    }
    gsize name = (gsize)(equals - text);
    *ret_field = (Field){text, equals + 1, name, length - name - 1};
    if (field_name_is_valid(text, name))
        return TRUE;
    findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                 "\"%.*s\" is no name of a field: at most %d letters, digits, \"_\", \"-\", \".\"",
                 (int)MIN(name, 100), text, FIELD_NAME_BYTES);
    return FALSE;
}

/* The version and the delimiter after it; *at goes past them. */
static gboolean
read_version(const Grammar *grammar, const char *text, gsize length, gsize *at, GPtrArray *findings)
{
    gsize version = strlen(grammar->version);
    if (length < version || memcmp(text, grammar->version, version) != 0) {
        findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                     "it does not begin with \"%s;\"", grammar->version);
        return FALSE;
    }
    for (*at = version; *at < length && is_wsp(text[*at]); (*at)++) {
    }
    if (*at == length || text[*at] != ';') {
        findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                     "no \";\" follows \"%s\"", grammar->version);
        return FALSE;
    }
    if (*at > version)
        findings_add(findings, FINDING_DEVIATION, grammar->version_space, "", grammar->clause,
                     "the record begins \"%.*s\"", (int)(*at + 1), text);
    (*at)++;
    return TRUE;
}

static gboolean
is_plain(const Grammar *grammar, const char *text, gsize length, GPtrArray *findings)
{
    for (gsize i = 0; i < length; i++) {
        if (text[i] != '\t' && (text[i] < 0x20 || text[i] > 0x7e)) {
            findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                         "octet %" G_GSIZE_FORMAT " is 0x%02x: only US-ASCII may be in it", i + 1,
                         (guint)(guchar)text[i]);
            return FALSE;
        }
    }
    return TRUE;
}

/* version 1*(*WSP ";" *WSP field) [*WSP ";" *WSP]; the fields go to FIELDS. */
static gboolean
read_fields(const Grammar *grammar, const char *text, gsize length, GArray *fields,
            GPtrArray *findings)
{
    gsize at = 0;
    if (!is_plain(grammar, text, length, findings) ||
        !read_version(grammar, text, length, &at, findings))
        return FALSE;
    for (;;) {
        while (at < length && is_wsp(text[at]))
            at++;
        if (at == length)
            return TRUE;
        const char *semicolon = memchr(text + at, ';', length - at);
        gsize end = semicolon != NULL ? (gsize)(semicolon - text) : length;
        gsize last = end;
        while (last > at && is_wsp(text[last - 1]))
            last--;
        if (semicolon == NULL && last < end) {
            fail(findings, grammar, "white space follows the last field without a \";\"");
            return FALSE;
        }
        Field field;
        if (!read_field(grammar, text + at, last - at, &field, findings))
            return FALSE;
        g_array_append_val(fields, field);
        at = end + (semicolon != NULL ? 1 : 0);
    }
}

/* A field that only extends the record. */
static gboolean
read_extension(const Grammar *grammar, const Field *field, GStrvBuilder *unknown,
               GPtrArray *findings)
{
    if (!is_ext_value(field->value, field->value_length)) {
        findings_add(findings, FINDING_DEFECT, grammar->syntax, "", grammar->clause,
                     "the value of %.*s is empty or has \"=\" or a space in it",
                     (int)field->name_length, field->name);
        return FALSE;
    }
    g_autofree char *name = g_strndup(field->name, field->name_length);
    findings_add(findings, FINDING_DEVIATION, grammar->unknown, "", grammar->clause, "%s=%.*s",
                 name, (int)MIN(field->value_length, 200), field->value);
    g_strv_builder_add(unknown, name);
    return TRUE;
}

gboolean
txt_record_begins(const char *text, gsize length, const char *version)
{
    gsize n = strlen(version);
    return length > n && memcmp(text, version, n) == 0 && text[n] == ';';
}

/* ---- TLSRPTv1 -------------------------------------------------------------------------------- */

static void
add_rua(const char *uri, GStrvBuilder *rua, guint *good, GPtrArray *findings)
{
    g_autofree char *target = NULL;
    guint port;
    const char *problem;
    if (rua_parse(uri, &target, &port, &problem) != RUA_BAD) {
        g_strv_builder_add(rua, uri);
        (*good)++;
        return;
    }
    findings_add(findings, FINDING_DEVIATION, "tlsrpt-bad-uri", "", tlsrpt_grammar.clause,
                 "\"%s\": %s", uri, problem);
}

/* URIs separated by commas. */
static void
read_rua(const Field *field, GStrvBuilder *rua, guint *good, GPtrArray *findings)
{
    g_autofree char *value = g_strndup(field->value, field->value_length);
    g_auto(GStrv) uris = g_strsplit(value, ",", -1);
    if (*value == '\0')
        add_rua(value, rua, good, findings);
    for (char **uri = uris; *uri != NULL; uri++)
        add_rua(g_strstrip(*uri), rua, good, findings);
}

static gboolean
read_tlsrpt_fields(const GArray *fields, GStrvBuilder *rua, GStrvBuilder *unknown, guint *good,
                   GPtrArray *findings)
{
    guint seen = 0, first = 0;
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index(fields, Field, i);
        if (name_is(field, "rua")) {
            first = seen++ == 0 ? i : first;
            read_rua(field, rua, good, findings);
        } else if (!read_extension(&tlsrpt_grammar, field, unknown, findings)) {
            return FALSE;
        }
    }
    if (seen == 0)
        findings_add(findings, FINDING_DEFECT, "tlsrpt-no-rua", "", tlsrpt_grammar.clause,
                     "there is no field \"rua=\" (in small letters)");
    if (seen > 1)
        findings_add(findings, FINDING_DEVIATION, "tlsrpt-duplicate-rua", "", tlsrpt_grammar.clause,
                     "there are %u", seen);
    if (seen > 0 && first > 0)
        findings_add(findings, FINDING_DEVIATION, "tlsrpt-rua-order", "", tlsrpt_grammar.clause,
                     "%u other fields stand before it", first);
    return *good > 0;
}

TlsrptRecord *
tlsrpt_record_parse(const char *text, gsize length, GPtrArray *findings)
{
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(Field));
    g_autoptr(GStrvBuilder) rua = g_strv_builder_new();
    g_autoptr(GStrvBuilder) unknown = g_strv_builder_new();
    guint good = 0;
    if (!read_fields(&tlsrpt_grammar, text, length, fields, findings) ||
        !read_tlsrpt_fields(fields, rua, unknown, &good, findings))
        return NULL;
    TlsrptRecord *record = g_new0(TlsrptRecord, 1);
    record->rua = g_strv_builder_end(rua);
    record->unknown = g_strv_builder_end(unknown);
    return record;
}

void
tlsrpt_record_free(TlsrptRecord *record)
{
    if (record == NULL)
        return;
    g_strfreev(record->rua);
    g_strfreev(record->unknown);
    g_free(record);
}

/* ---- STSv1 ----------------------------------------------------------------------------------- */

static gboolean
read_id(const Field *field, char **ret_id, GPtrArray *findings)
{
    gboolean good = field->value_length > 0 && field->value_length <= ID_BYTES;
    for (gsize i = 0; good && i < field->value_length; i++)
        good = g_ascii_isalnum(field->value[i]);
    if (good)
        *ret_id = g_strndup(field->value, field->value_length);
    else
        findings_add(findings, FINDING_DEFECT, "sts-dns-bad-id", "", sts_grammar.clause,
                     "id is \"%.*s\"", (int)MIN(field->value_length, 200), field->value);
    return good;
}

StsRecord *
sts_record_parse(const char *text, gsize length, GPtrArray *findings)
{
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(Field));
    g_autoptr(GStrvBuilder) unknown = g_strv_builder_new();
    g_autofree char *id = NULL;
    if (!read_fields(&sts_grammar, text, length, fields, findings))
        return NULL;
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index(fields, Field, i);
        if (!name_is(field, "id")) {
            if (!read_extension(&sts_grammar, field, unknown, findings))
                return NULL;
        } else if (id != NULL) { /* RFC 8461 3.2: all but the first are ignored */
            findings_add(findings, FINDING_DEVIATION, "sts-dns-duplicate-id", "",
                         sts_grammar.clause, "id=%s counts, id=%.*s does not", id,
                         (int)MIN(field->value_length, 200), field->value);
        } else if (!read_id(field, &id, findings)) {
            return NULL;
        }
    }
    if (id == NULL) {
        findings_add(findings, FINDING_DEFECT, "sts-dns-no-id", "", sts_grammar.clause,
                     "there is no field \"id=\" (in small letters)");
        return NULL;
    }
    StsRecord *record = g_new0(StsRecord, 1);
    record->id = g_steal_pointer(&id);
    record->unknown = g_strv_builder_end(unknown);
    return record;
}

void
sts_record_free(StsRecord *record)
{
    if (record == NULL)
        return;
    g_free(record->id);
    g_strfreev(record->unknown);
    g_free(record);
}
