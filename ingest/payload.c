#include "ingest/payload.h"

#include <string.h>

#include "ingest/gunzip.h"
#include "ingest/unzip.h"
#include "schema/finding.h"

#define CLAUSE_COMPRESSION "RFC 8460 5.2"
#define CLAUSE_REPORT      "RFC 8460 4"

typedef struct {
    GPtrArray *documents;
    gsize max;   /* of one document that is not compressed */
    gsize bound; /* of all that is inflated */
    gsize left;  /* of bound */
} Opening;

static void
document_free(gpointer data)
{
    PayloadDocument *document = data;
    g_clear_pointer(&document->json, g_bytes_unref);
    g_clear_pointer(&document->member, g_bytes_unref);
    g_free(document->entry);
    g_ptr_array_unref(document->findings);
    g_free(document);
}

static PayloadDocument *
add_document(Opening *opening, const char *entry)
{
    PayloadDocument *document = g_new0(PayloadDocument, 1);
    document->outcome = OUTCOME_DEFECTIVE;
    document->findings = findings_new();
    document->entry = g_strdup(entry);
    if (entry != NULL)
        findings_add(document->findings, FINDING_DEVIATION, "zip", "", CLAUSE_COMPRESSION,
                     "the report came as a zip archive, not as gzip");
    g_ptr_array_add(opening->documents, document);
    return document;
}

PayloadKind
payload_sniff(const guint8 *data, gsize length)
{
    static const guint8 utf8_mark[] = {0xef, 0xbb, 0xbf};
    if (gunzip_sniff(data, length))
        return PAYLOAD_GZIP;
    if (unzip_sniff(data, length))
        return PAYLOAD_ZIP;
    if (length >= 2 &&
        ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff) ||
         (data[0] == '{' && data[1] == 0) || (data[0] == 0 && data[1] == '{')))
        return PAYLOAD_UTF16;
    gsize i = length >= 3 && memcmp(data, utf8_mark, 3) == 0 ? 3 : 0;
    while (i < length && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r' || data[i] == '\n'))
        i++;
    return i < length && (data[i] == '{' || data[i] == '[') ? PAYLOAD_JSON : PAYLOAD_NONE;
}

static void
refuse_too_large(const Opening *opening, PayloadDocument *document)
{
    document->outcome = OUTCOME_TOO_LARGE;
    if (opening->bound < opening->max)
        findings_add(document->findings, FINDING_DEFECT, "too-large", "", CLAUSE_COMPRESSION,
                     "it inflates to more octets than the size of the input allows");
    else
        findings_add(document->findings, FINDING_DEFECT, "too-large", "", CLAUSE_COMPRESSION,
                     "the report has more than %" G_GSIZE_FORMAT " octets", opening->max);
}

/* What the bytes look like to a person who wonders why they were not taken. */
static void
refuse_no_report(PayloadDocument *document, const guint8 *data, gsize length, const char *where)
{
    const char *what = "no JSON, gzip or zip in it";
    if (length == 0)
        what = "it is empty";
    else if (*data == '<')
        what = "it holds XML or HTML (a DMARC aggregate report?)";
    findings_add(document->findings, FINDING_DEFECT, "not-a-report", "", CLAUSE_REPORT,
                 "not a report: %s%s", where, what);
}

/* BYTES should be a JSON document by now. */
static void
take_json(const Opening *opening, PayloadDocument *document, GBytes *bytes, const char *where)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    switch (payload_sniff(data, length)) {
    case PAYLOAD_JSON:
        if (length > opening->max) {
            refuse_too_large(opening, document);
            return;
        }
        document->outcome = OUTCOME_STORED;
        document->json = g_bytes_ref(bytes);
        return;
    case PAYLOAD_UTF16:
        findings_add(document->findings, FINDING_DEFECT, "utf-16", "", "RFC 7493 2.1",
                     "the document is in UTF-16 or UTF-32, not in UTF-8");
        return;
    case PAYLOAD_GZIP:
        findings_add(document->findings, FINDING_DEFECT, "gzip-nested", "", CLAUSE_COMPRESSION,
                     "gzip in gzip in gzip");
        return;
    case PAYLOAD_ZIP:
    case PAYLOAD_NONE:
        refuse_no_report(document, data, length, where);
        return;
    }
}

/* Inflates BYTES; FALSE when a defect was recorded. */
static gboolean
inflate(Opening *opening, PayloadDocument *document, GBytes *bytes, Gunzipped *ret)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    GunzipStatus status = gunzip(data, length, opening->left, ret);
    opening->left -= MIN(ret->inflated, opening->left);
    switch (status) {
    case GUNZIP_OK:
        return TRUE;
    case GUNZIP_TRUNCATED:
        findings_add(document->findings, FINDING_DEFECT, "gzip-truncated", "", "RFC 1952 2.2",
                     "the gzip stream is cut off");
        break;
    case GUNZIP_DAMAGED:
        findings_add(document->findings, FINDING_DEFECT, "gzip-damaged", "", "RFC 1952 2.3",
                     "the gzip stream is damaged (header, data, CRC-32 or length)");
        break;
    case GUNZIP_TOO_LARGE:
        refuse_too_large(opening, document);
        break;
    case GUNZIP_NO_MEMORY:
        document->outcome = OUTCOME_UNAVAILABLE;
        findings_add(document->findings, FINDING_DEFECT, "out-of-memory", "", CLAUSE_COMPRESSION,
                     "no memory to inflate it now");
        break;
    }
    return FALSE;
}

static void
note_trailing(PayloadDocument *document, const Gunzipped *gunzipped)
{
    if (gunzipped->trailing > 0)
        findings_add(document->findings, FINDING_DEVIATION, "gzip-trailing-bytes", "",
                     "RFC 1952 2.2", "%" G_GSIZE_FORMAT " octets behind the gzip stream",
                     gunzipped->trailing);
}

static void
open_gzip(Opening *opening, PayloadDocument *document, GBytes *bytes)
{
    Gunzipped outer, inner;
    if (!inflate(opening, document, bytes, &outer))
        return;
    g_autoptr(GBytes) content = outer.bytes;
    note_trailing(document, &outer);
    gsize length;
    const guint8 *data = g_bytes_get_data(content, &length);
    if (gunzip_sniff(data, length)) {
        findings_add(document->findings, FINDING_DEVIATION, "gzip-nested", "", CLAUSE_COMPRESSION,
                     "gzip in gzip");
        if (!inflate(opening, document, content, &inner))
            return;
        g_bytes_unref(g_steal_pointer(&content));
        content = inner.bytes;
        note_trailing(document, &inner);
        outer.clean = FALSE;
    }
    if (g_bytes_get_size(content) == 0) {
        findings_add(document->findings, FINDING_DEFECT, "gzip-empty", "", CLAUSE_COMPRESSION,
                     "the gzip stream inflates to nothing");
        return;
    }
    take_json(opening, document, content, "inside the gzip: ");
    if (document->json != NULL && outer.clean)
        document->member = g_bytes_ref(bytes);
}

static gboolean
is_wanted(const guint8 *head, gsize length)
{
    PayloadKind kind = payload_sniff(head, length);
    return kind == PAYLOAD_JSON || kind == PAYLOAD_GZIP || kind == PAYLOAD_UTF16;
}

static void
open_entry(Opening *opening, const UnzipEntry *entry)
{
    PayloadDocument *document = add_document(opening, entry->name);
    switch (entry->status) {
    case UNZIP_OK: {
        gsize length;
        const guint8 *data = g_bytes_get_data(entry->bytes, &length);
        if (gunzip_sniff(data, length))
            open_gzip(opening, document, entry->bytes);
        else
            take_json(opening, document, entry->bytes, "");
        break;
    }
    case UNZIP_ENCRYPTED:
        findings_add(document->findings, FINDING_DEFECT, "zip-encrypted", "", CLAUSE_COMPRESSION,
                     "the zip entry is encrypted");
        break;
    case UNZIP_METHOD:
        findings_add(document->findings, FINDING_DEFECT, "zip-method", "", CLAUSE_COMPRESSION,
                     "the zip entry is neither stored nor deflated");
        break;
    case UNZIP_DAMAGED:
    case UNZIP_TOO_LARGE:
    case UNZIP_UNAVAILABLE:
        findings_add(document->findings, FINDING_DEFECT, "zip-damaged", "", CLAUSE_COMPRESSION,
                     "the zip entry is damaged");
        break;
    }
}

static void
open_zip(Opening *opening, GBytes *bytes)
{
    g_autoptr(GPtrArray) entries = unzip_entries_new();
    UnzipStatus status = unzip(bytes, &opening->left, is_wanted, entries);
    if (status == UNZIP_TOO_LARGE) {
        refuse_too_large(opening, add_document(opening, NULL));
        return;
    }
    if (status == UNZIP_UNAVAILABLE) {
        PayloadDocument *document = add_document(opening, NULL);
        document->outcome = OUTCOME_UNAVAILABLE;
        findings_add(document->findings, FINDING_DEFECT, "no-libzip", "", CLAUSE_COMPRESSION,
                     "a zip archive, and libzip cannot be loaded to open it");
        return;
    }
    if (status != UNZIP_OK) {
        findings_add(add_document(opening, NULL)->findings, FINDING_DEFECT, "zip-damaged", "",
                     CLAUSE_COMPRESSION, "the zip archive is damaged");
        return;
    }
    for (guint i = 0; i < entries->len; i++)
        open_entry(opening, g_ptr_array_index(entries, i));
    if (entries->len == 0)
        findings_add(add_document(opening, NULL)->findings, FINDING_DEFECT, "not-a-report", "",
                     CLAUSE_REPORT, "not a report: no JSON in the zip archive");
}

GPtrArray *
payload_open(GBytes *input, gsize max, gsize *budget)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(input, &length);
    gsize bound = gunzip_bound(length, budget != NULL ? MIN(*budget, max) : max);
    Opening opening = {
        .documents = g_ptr_array_new_with_free_func(document_free),
        .max = max,
        .bound = bound,
        .left = bound,
    };
    switch (payload_sniff(data, length)) {
    case PAYLOAD_ZIP:
        open_zip(&opening, input);
        break;
    case PAYLOAD_GZIP:
        open_gzip(&opening, add_document(&opening, NULL), input);
        break;
    case PAYLOAD_JSON:
    case PAYLOAD_UTF16:
    case PAYLOAD_NONE:
        take_json(&opening, add_document(&opening, NULL), input, "");
        break;
    }
    if (budget != NULL)
        *budget -= opening.bound - opening.left;
    return opening.documents;
}

GBytes *
payload_document_raw(const PayloadDocument *document)
{
    if (document->member != NULL)
        return g_bytes_ref(document->member);
    return gunzip_compress(document->json);
}
