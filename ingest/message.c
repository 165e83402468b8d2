#include "ingest/message.h"

#include <string.h>

#include "ingest/mail_trust.h"
#include "ingest/mime.h"
#include "ingest/transfer.h"
#include "schema/domain_name.h"
#include "schema/finding.h"

#define CLAUSE_MAIL "RFC 8460 5.3"
#define SNIFF_BYTES 512u

static void
part_free(gpointer data)
{
    MessagePart *part = data;
    g_clear_pointer(&part->bytes, g_bytes_unref);
    g_free(part->type);
    g_free(part->name);
    g_free(part->file_name);
    g_free(part->report_domain);
    g_free(part->submitter);
    g_free(part);
}

void
message_free(Message *message)
{
    if (message == NULL)
        return;
    g_ptr_array_unref(message->parts);
    g_free(message->type);
    g_free(message);
}

static gboolean
has_suffix(const char *name, const char *suffix)
{
    gsize n = strlen(name), m = strlen(suffix);
    return n >= m && g_ascii_strcasecmp(name + n - m, suffix) == 0;
}

/* sender!domain!begin!end (RFC 8460 5.1). DMARC reports are called so too, but end in xml. */
static gboolean
has_three_marks(const char *name)
{
    guint marks = 0;
    for (const char *p = name; *p != '\0'; p++)
        marks += *p == '!' ? 1 : 0;
    return marks >= 3;
}

static PartClaim
claim_of(const MimeLeaf *leaf)
{
    static const char *const types[] = {"application/json",
                                        "application/gzip",
                                        "application/x-gzip",
                                        "application/zip",
                                        "application/x-zip-compressed",
                                        "application/octet-stream",
                                        NULL};
    const char *name = leaf->file_name != NULL ? leaf->file_name : "";
    gboolean json = has_suffix(name, ".json") || has_suffix(name, ".json.gz");
    if (g_str_has_prefix(leaf->type, "application/tlsrpt") || (json && has_three_marks(name)))
        return PART_LABELLED;
    if (json || has_suffix(name, ".gz") || has_suffix(name, ".zip"))
        return PART_NAMED;
    return g_strv_contains(types, leaf->type) ? PART_TYPED : PART_SNIFFED;
}

static PayloadKind
sniff_as(const MimeLeaf *leaf, TransferEncoding encoding)
{
    guint8 head[SNIFF_BYTES + 8];
    gsize length = transfer_peek(leaf->body, MIN(leaf->length, SNIFF_BYTES), encoding, head);
    return payload_sniff(head, length);
}

/* The encoding in which the part makes sense: as it is labelled, or else any other. */
static PayloadKind
find_encoding(const MimeLeaf *leaf, PartClaim claim, TransferEncoding labelled,
              TransferEncoding *ret_encoding)
{
    static const TransferEncoding others[] = {TRANSFER_IDENTITY, TRANSFER_BASE64,
                                              TRANSFER_QUOTED_PRINTABLE};
    *ret_encoding = labelled;
    PayloadKind kind = sniff_as(leaf, labelled);
    for (guint i = 0; i < G_N_ELEMENTS(others) && kind == PAYLOAD_NONE; i++) {
        if (others[i] == labelled)
            continue;
        kind = sniff_as(leaf, others[i]);
        /* Prose may look like the base64 of a brace ("eyes"), hardly like that of gzip. */
        if (claim == PART_SNIFFED && kind != PAYLOAD_GZIP && kind != PAYLOAD_ZIP)
            kind = PAYLOAD_NONE;
        if (kind != PAYLOAD_NONE)
            *ret_encoding = others[i];
    }
    return kind;
}

/* Text in an unlabelled part is a report only if it begins with "{": "[External]" is prose. */
static gboolean
begins_with_brace(GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    const char *brace = memchr(data, '{', length);
    const char *bracket = memchr(data, '[', length);
    return brace != NULL && (bracket == NULL || brace < bracket);
}

static void
look_at_leaf(gpointer data, const MimeLeaf *leaf)
{
    Message *message = data;
    PartClaim claim = claim_of(leaf);
    g_autofree char *label = mail_header_value(leaf->header, "Content-Transfer-Encoding");
    TransferEncoding labelled = transfer_from_name(label), encoding;
    PayloadKind kind = find_encoding(leaf, claim, labelled, &encoding);
    if (claim == PART_SNIFFED && (kind == PAYLOAD_NONE || kind == PAYLOAD_UTF16))
        return;
    g_autoptr(GBytes) bytes = transfer_decode(leaf->owner, leaf->body, leaf->length, encoding);
    if (claim == PART_SNIFFED && kind == PAYLOAD_JSON && !begins_with_brace(bytes))
        return;
    MessagePart *part = g_new0(MessagePart, 1);
    part->claim = claim;
    part->bytes = g_steal_pointer(&bytes);
    part->kind = kind;
    part->wrong_encoding = encoding != labelled;
    part->type = g_strdup(leaf->type);
    part->file_name = g_strdup(leaf->file_name);
    part->name = leaf->file_name != NULL && leaf->file_name[0] != '\0'
                     ? g_strdup(leaf->file_name)
                     : g_strdup_printf("part %s", leaf->number);
    part->in_tlsrpt = leaf->in_tlsrpt;
    part->report_domain = mail_header_value(leaf->message, "TLS-Report-Domain");
    part->submitter = mail_header_value(leaf->message, "TLS-Report-Submitter");
    g_ptr_array_add(message->parts, part);
}

Message *
message_read(GBytes *input)
{
    Message *message = g_new0(Message, 1);
    message->parts = g_ptr_array_new_with_free_func(part_free);
    MimeShape shape;
    mime_walk(input, look_at_leaf, message, &shape);
    message->type = shape.type;
    message->leaves = shape.leaves;
    message->cut_short = shape.cut_short;
    return message;
}

static void
note(GPtrArray *findings, const char *code, const char *clause, const char *fact)
{
    findings_add(findings, FINDING_DEVIATION, code, "", clause, "%s", fact);
}

static void
note_labels(const MessagePart *part, GPtrArray *findings)
{
    static const char *const held[] = {
        [PAYLOAD_NONE] = "something else", [PAYLOAD_JSON] = "plain JSON",
        [PAYLOAD_GZIP] = "gzip",           [PAYLOAD_ZIP] = "zip",
        [PAYLOAD_UTF16] = "UTF-16",
    };
    const char *right =
        part->kind == PAYLOAD_GZIP ? "application/tlsrpt+gzip" : "application/tlsrpt+json";
    if (part->kind == PAYLOAD_ZIP || strcmp(part->type, right) != 0)
        findings_add(findings, FINDING_DEVIATION, "media-type-wrong", "", CLAUSE_MAIL,
                     "the part is labelled %s and holds %s", part->type, held[part->kind]);
    if (!part->in_tlsrpt)
        note(findings, "report-type-wrong", CLAUSE_MAIL,
             "the report is not inside multipart/report with report-type=tlsrpt");
    if (part->wrong_encoding)
        note(findings, "transfer-encoding-wrong", "RFC 2045 6",
             "the part is in another Content-Transfer-Encoding than its header says");
}

/* NAME is one that the report is about, or that it was counted for. */
static gboolean
is_about(const Report *report, const char *name)
{
    gboolean told = FALSE;
    for (gsize i = 0; i < report->n_policies; i++) {
        const PolicyEntry *entry = &report->policies[i];
        told = told || entry->domain != NULL;
        if (g_strcmp0(entry->domain, name) == 0 ||
            (entry->counts_for != NULL && g_strv_contains(entry->counts_for, name)))
            return TRUE;
    }
    return !told; /* a report that names no domain contradicts nobody */
}

static void
note_domain(const MessagePart *part, const Report *report, GPtrArray *findings)
{
    if (part->report_domain == NULL) {
        note(findings, "header-domain-missing", CLAUSE_MAIL, "there is no TLS-Report-Domain");
        return;
    }
    g_autofree char *name = domain_name_normalise(part->report_domain, -1, FALSE, NULL);
    if (name == NULL || !is_about(report, name))
        findings_add(findings, FINDING_DEVIATION, "header-domain-differs", "", "RFC 8460 5.6",
                     "TLS-Report-Domain is %s, which the report is not about", part->report_domain);
}

static void
note_submitter(const MessagePart *part, const Report *report, GPtrArray *findings)
{
    g_autofree char *contact = mail_trust_address_domain(report->contact_info);
    if (part->submitter == NULL)
        note(findings, "submitter-missing", CLAUSE_MAIL, "there is no TLS-Report-Submitter");
    if (part->submitter == NULL || contact == NULL)
        return;
    g_autofree char *name = domain_name_normalise(part->submitter, -1, FALSE, NULL);
    if (g_strcmp0(name, contact) != 0)
        findings_add(findings, FINDING_DEVIATION, "submitter-differs", "", CLAUSE_MAIL,
                     "TLS-Report-Submitter is %s, contact-info is at %s", part->submitter, contact);
}

void
message_note_deviations(const MessagePart *part, const Report *report, GPtrArray *findings)
{
    note_labels(part, findings);
    note_domain(part, report, findings);
    note_submitter(part, report, findings);
}
