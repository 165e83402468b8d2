/* mail_plain.h: a quick reader of the plain shape that nearly all structured field values have
 * (RFC 2045 5.1, RFC 2183 2). It says nothing about any other: GMime knows the whole grammar, and
 * what senders make of it. What it does accept, GMime reads in the same way (fuzz_mail_plain). */
#pragma once

#include <glib.h>

/* A piece of the value. */
typedef struct {
    const char *at; /* NULL: not there */
    gsize length;
} MailSlice;

/* A Content-Type or Content-Disposition. */
typedef struct {
    MailSlice type; /* "application/json", "attachment": as it is written */
    MailSlice boundary;
    MailSlice file_name; /* filename= */
    MailSlice name;
    MailSlice report_type;
} MailPlain;

/* VALUE as it came, folded or not. IS_TYPE: a Content-Type, which has a "/". FALSE at the first
 * surprise: a comment, a backslash, an encoded word, a parameter in pieces or in a charset
 * (RFC 2231), one that is told twice, an empty or unquoted odd value, what is not ASCII. */
gboolean mail_plain_read(const char *value, gsize length, gboolean is_type, MailPlain *ret);

/* The domain of the one address of a From field, "Name <local@domain>" or "local@domain", as it is
 * written; FALSE at the first surprise, as above. */
gboolean mail_plain_from(const char *value, gsize length, MailSlice *ret_domain);
