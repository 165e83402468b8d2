/* intake_message.c: the mail road of intake.h. */
#include "ingest/intake.h"

#include <string.h>

#include "ingest/examine.h"
#include "ingest/gunzip.h"
#include "ingest/mail_header.h"
#include "ingest/message.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define CLAUSE_MAIL "RFC 8460 5.3"

/* The work on one message. */
typedef struct {
    Examination examination;
    gsize max;         /* octets of one report */
    gsize budget;      /* octets that all parts together may still inflate to */
    guint reports;     /* documents looked at, against LIMIT_REPORTS_PER_MESSAGE */
    GPtrArray *out;    /* of Judged: what is told in any case */
    Judged *no_report; /* the first part that is no report at all; told if nothing else is */
} MailWork;

static void
add_results(MailTrust *trust, MailHeader header)
{
    gsize position = 0, length;
    const char *value;
    while (mail_header_next(header, "Authentication-Results", &position, &value, &length))
        mail_trust_add_results(trust, value, length);
    position = 0;
    while (mail_header_next(header, "DKIM-Signature", &position, &value, &length))
        mail_trust_add_signature(trust, value, length);
}

/* By the header of the outer message alone: what is inside a forward is anybody's text. */
static MailTrust *
read_trust(const IntakeRules *rules, GBytes *input)
{
    gsize length, body;
    const char *data = g_bytes_get_data(input, &length);
    if (rules->authserv_ids == NULL || length == 0)
        return mail_trust_new(NULL, NULL);
    gsize start = mail_header_start(data, length);
    MailHeader header = mail_header_read(data + start, length - start, &body);
    g_autofree char *from = mail_header_from_domain(header);
    MailTrust *trust = mail_trust_new(rules->authserv_ids, from);
    add_results(trust, header);
    return trust;
}

static gboolean
holds(GBytes *json, const char *word)
{
    gsize length;
    const char *data = g_bytes_get_data(json, &length);
    return memmem(data, length, word, strlen(word)) != NULL;
}

/* JUDGED is not even a broken report, so that a message with a report in another part need not be
 * told of it: an attachment of another kind, a text that happens to begin with a brace. */
static gboolean
is_no_report(const MessagePart *part, const PayloadDocument *document, const Judged *judged)
{
    if (judged->report != NULL || part->claim == PART_LABELLED ||
        judged->outcome == OUTCOME_UNAVAILABLE)
        return FALSE;
    if (part->claim == PART_SNIFFED || strcmp(judged->reason_code, "not-a-report") == 0)
        return TRUE;
    return document->json != NULL && !holds(document->json, "\"policies\"") &&
           !holds(document->json, "\"report-id\"");
}

/* JUDGED does not even claim to be a report: by no label, no header field, no name in it. A DMARC
 * report, which shares the subject of RFC 8460 5.3, is such a one, a damaged zip of it included. */
static gboolean
is_stray(const MessagePart *part, const PayloadDocument *document, const Judged *judged)
{
    if (judged->report != NULL || judged->outcome == OUTCOME_UNAVAILABLE ||
        part->claim == PART_LABELLED || part->in_tlsrpt)
        return FALSE;
    if (strcmp(judged->reason_code, "not-a-report") == 0)
        return TRUE;
    return part->report_domain == NULL &&
           (document->json == NULL ||
            (!holds(document->json, "\"policies\"") && !holds(document->json, "\"report-id\"")));
}

static void
take_document(MailWork *work, const MessagePart *part, const PayloadDocument *document)
{
    const Hints hints = {
        .report_domain = part->report_domain,
        .file_name = document->entry != NULL ? document->entry : part->file_name,
    };
    g_autofree char *name = document->entry == NULL
                                ? g_strdup(part->name)
                                : g_strdup_printf("%s: %s", part->name, document->entry);
    Judged *judged = examine_document(&work->examination, document, &hints, name);
    if (judged->report != NULL)
        message_note_deviations(part, judged->report, judged->findings);
    judged->is_stray = is_stray(part, document, judged);
    if (!is_no_report(part, document, judged))
        g_ptr_array_add(work->out, judged);
    else if (work->no_report == NULL)
        work->no_report = judged;
    else
        judged_free(judged);
}

/* FALSE when the message holds more reports than are taken from one. */
static gboolean
take_part(MailWork *work, const MessagePart *part)
{
    g_autoptr(GPtrArray) documents = payload_open(part->bytes, work->max, &work->budget);
    for (guint i = 0; i < documents->len; i++) {
        if (work->reports++ == LIMIT_REPORTS_PER_MESSAGE)
            return FALSE;
        take_document(work, part, g_ptr_array_index(documents, i));
    }
    return TRUE;
}

static Judged *
refuse_message(const Examination *examination, const Message *message)
{
    g_autofree char *type = text_printable(message->type, -1, LIMIT_NAME_BYTES);
    Judged *judged;
    const char *more = message->cut_short ? "; not all of its parts were looked at" : "";
    if (message->leaves <= 1)
        judged = examine_refuse(examination, OUTCOME_DEFECTIVE, "not-a-report", CLAUSE_MAIL,
                                "not a report: a %s message without an attachment%s", type, more);
    else
        judged = examine_refuse(examination, OUTCOME_DEFECTIVE, "not-a-report", CLAUSE_MAIL,
                                "not a report: a %s message of %u parts, none of them JSON, gzip "
                                "or zip%s",
                                type, message->leaves, more);
    judged->is_stray = TRUE;
    return judged;
}

static void
take_parts(MailWork *work, const Message *message)
{
    guint before = work->out->len;
    gboolean all = TRUE;
    for (guint i = 0; i < message->parts->len && all; i++)
        all = take_part(work, g_ptr_array_index(message->parts, i));
    if (!all)
        g_ptr_array_add(work->out,
                        examine_refuse(&work->examination, OUTCOME_DEFECTIVE, "too-many-reports",
                                       CLAUSE_MAIL,
                                       "more than %u reports in one message: the rest is not taken",
                                       LIMIT_REPORTS_PER_MESSAGE));
    if (work->out->len == before)
        g_ptr_array_add(work->out, work->no_report != NULL
                                       ? g_steal_pointer(&work->no_report)
                                       : refuse_message(&work->examination, message));
    judged_free(work->no_report);
}

gsize
intake_message_limit(const IntakeRules *rules)
{
    return examine_limit(rules->message_bytes, LIMIT_MESSAGE_BYTES);
}

void
intake_message_too_large(const IntakeRules *rules, const Origin *origin, GBytes *head,
                         GPtrArray *out)
{
    g_autoptr(MailTrust) trust = read_trust(rules, head);
    const Examination examination = {
        .rules = rules, .origin = origin, .input = head, .is_message = TRUE, .mail = trust};
    g_ptr_array_add(out, examine_refuse(&examination, OUTCOME_TOO_LARGE, "too-large", CLAUSE_MAIL,
                                        "the message has more than %" G_GSIZE_FORMAT " octets",
                                        intake_message_limit(rules)));
}

void
intake_message(const IntakeRules *rules, const Origin *origin, GBytes *input, GPtrArray *out)
{
    if (g_bytes_get_size(input) > intake_message_limit(rules)) {
        intake_message_too_large(rules, origin, input, out);
        return;
    }
    g_autoptr(MailTrust) trust = read_trust(rules, input);
    gsize max = examine_limit(rules->inflated_bytes, LIMIT_INFLATED_BYTES);
    MailWork work = {
        .examination =
            {.rules = rules, .origin = origin, .input = input, .is_message = TRUE, .mail = trust},
        .max = max,
        .budget = gunzip_bound(g_bytes_get_size(input), max),
        .out = out,
    };
    g_autoptr(Message) message = message_read(input);
    take_parts(&work, message);
}
