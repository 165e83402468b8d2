/* mail_header.h: the header of a message or of a MIME part, over its own bytes (RFC 5322 2.2).
 *
 * Nothing is copied but the values that are asked for, and those are bounded before GMime, which
 * knows their grammar, sees them. */
#pragma once

#include <glib.h>

/* Header fields from the first to the last; without the empty line behind them. Borrowed. */
typedef struct {
    const char *start;
    gsize length;
} MailHeader;

/* Offset of the first header field: empty lines and mbox "From " and ">From " lines before it are
 * passed over. */
gsize mail_header_start(const char *data, gsize length);

/* DATA begins like a message: with an mbox "From " line or a header field. */
gboolean mail_header_sniff(const char *data, gsize length);

/* The header at the start of DATA (see mail_header_start), of which at most LIMIT_HEADER_BYTES are
 * looked at later. *RET_BODY is the offset of what follows the empty line; of DATA itself where no
 * header field is. */
MailHeader mail_header_read(const char *data, gsize length, gsize *ret_body);

/* The raw value, folded as it came, of the next field called NAME at or behind *POSITION, which
 * starts at 0 and moves on. FALSE: no more. */
gboolean mail_header_next(MailHeader header, const char *name, gsize *position,
                          const char **ret_value, gsize *ret_length);

/* The value of the first field called NAME, unfolded, stripped, cut at LIMIT_FIELD_VALUE_BYTES;
 * newly allocated; NULL if there is none. */
char *mail_header_value(MailHeader header, const char *name);

/* The normalised domain of the one address in From; NULL where there is none, or more than one. */
char *mail_header_from_domain(MailHeader header);

/* The same, always by GMime: what the quick reader is held against (fuzz_mail_plain). */
char *mail_header_from_domain_any(MailHeader header);

/* What Content-Type and Content-Disposition say. */
typedef struct {
    char *type;         /* "multipart/report", lower-case; never NULL */
    char *boundary;     /* NULL if there is none */
    char *file_name;    /* filename=, else name=; foreign text; NULL if there is none */
    gboolean is_tlsrpt; /* report-type=tlsrpt */
} MailContent;

/* DEFAULT_TYPE is what holds without a Content-Type. Free with mail_header_content_clear. */
void mail_header_content(MailHeader header, const char *default_type, MailContent *ret_content);
/* The same, always by GMime: what the quick reader is held against (fuzz_mail_plain). */
void mail_header_content_any(MailHeader header, const char *default_type, MailContent *ret_content);
void mail_header_content_clear(MailContent *content);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailContent, mail_header_content_clear)
