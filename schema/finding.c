#include "schema/finding.h"

#include "schema/limits.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

static void
finding_free(gpointer data)
{
    Finding *finding = data;
    g_free(finding->pointer);
    g_free(finding->fact);
    g_free(finding);
}

GPtrArray *
findings_new(void)
{
    return g_ptr_array_new_with_free_func(finding_free);
}

/* Makes room for one more of KIND; FALSE when it has to be dropped. */
static gboolean
findings_make_room(GPtrArray *findings, FindingKind kind)
{
    if (findings->len < LIMIT_FINDINGS)
        return TRUE;
    const Finding *last = g_ptr_array_index(findings, findings->len - 1);
    if (kind == FINDING_DEVIATION || last->kind == FINDING_DEFECT)
        return FALSE;
    g_ptr_array_set_size(findings, (int)findings->len - 1);
    return TRUE;
}

void
findings_add(GPtrArray *findings, FindingKind kind, const char *code, const char *pointer,
             const char *clause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    findings_add_va(findings, kind, code, pointer, clause, format, arguments);
    va_end(arguments);
}

void
findings_add_va(GPtrArray *findings, FindingKind kind, const char *code, const char *pointer,
                const char *clause, const char *format, va_list arguments)
{
    if (!findings_make_room(findings, kind))
        return;
    char line[256]; /* enough for most facts */
    g_autofree char *longer = NULL;
    va_list again;
    va_copy(again, arguments);
    const gint length = g_vsnprintf(line, sizeof line, format, arguments);
    if (length < 0 || (gsize)length >= sizeof line)
        longer = g_strdup_vprintf(format, again);
    va_end(again);
    const char *text = longer != NULL ? longer : line;
    Finding *finding = g_new(Finding, 1);
    finding->kind = kind;
    finding->code = code;
    finding->pointer = text_printable(pointer, -1, LIMIT_FACT_BYTES);
    finding->clause = clause;
    finding->fact = text_printable(text, -1, LIMIT_FACT_BYTES);
    g_ptr_array_add(findings, finding);
}

const Finding *
findings_first_defect(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        if (finding->kind == FINDING_DEFECT)
            return finding;
    }
    return NULL;
}

/* Format characters hold the bidirectional overrides, isolates and marks. */
static gboolean
is_deceptive(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return TRUE;
    default:
        return FALSE;
    }
}

/* Appends the character at TEXT, escaped if need be; returns the bytes read. */
static gsize
append_printable(GString *out, const char *text, gsize length)
{
    guchar byte = (guchar)*text;
    if (byte >= 0x20 && byte < 0x7f) {
        g_string_append_c(out, *text);
        return 1;
    }
    gunichar c = byte < 0x80 ? (gunichar)-1 : g_utf8_get_char_validated(text, (gssize)length);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        g_string_append_printf(out, "\\x%02x", byte);
        return 1;
    }
    gsize width = (gsize)(g_utf8_next_char(text) - text);
    if (is_deceptive(c))
        g_string_append_printf(out, "\\u{%04X}", c);
    else
        g_string_append_len(out, text, (gssize)width);
    return width;
}

/* Nearly every text: nothing in it to be escaped. */
static gboolean
is_plain(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] >= 0x7f)
            return FALSE;
    }
    return TRUE;
}

char *
text_printable(const char *text, gssize length, gsize max)
{
    gsize left = text == NULL ? 0 : length < 0 ? strlen(text) : (gsize)length;
    if (left <= max && is_plain(text, left))
        return g_strndup(text != NULL ? text : "", left);
    gsize fit = 0; /* as much of the result as leaves room for the ellipsis */
    GString *out = g_string_sized_new(MIN(left, max) + 8);
    while (left > 0) {
        gsize width = append_printable(out, text, left);
        if (out->len > max) {
            g_string_truncate(out, fit);
            if (max >= strlen(ELLIPSIS))
                g_string_append(out, ELLIPSIS);
            break;
        }
        if (out->len + strlen(ELLIPSIS) <= max)
            fit = out->len;
        text += width;
        left -= width;
    }
    return g_string_free(out, FALSE);
}
