/* intake.h: the front door of ingest: bytes in, judged reports out. */
#pragma once

#include "ingest/judged.h"

/* Each appends at least one Judged to OUT (owned by it): every input leaves a trace. None fails.
 * INPUT is borrowed and may be kept by reference. full_size is that of INPUT: a caller that had to
 * cut it (files.h) sets it afterwards. */

/* Octets that one message may have by RULES, or by default. */
gsize intake_message_limit(const IntakeRules *rules);

/* A bare report: JSON, gzip or zip, told by its bytes (RFC 8460 5.4 labels are not believed).
 * FILE_NAME may be NULL. TRUST is that of the road. */
void intake_payload(const IntakeRules *rules, const Origin *origin, GBytes *input,
                    const char *file_name, Trust trust, GPtrArray *out);

/* A mail message (RFC 8460 5.3), with or without an mbox "From " line on top. Trust is read from
 * its Authentication-Results. */
void intake_message(const IntakeRules *rules, const Origin *origin, GBytes *input, GPtrArray *out);

/* A message of more octets than intake_message_limit, of which only HEAD was kept. */
void intake_message_too_large(const IntakeRules *rules, const Origin *origin, GBytes *head,
                              GPtrArray *out);

/* Either, told by the first bytes; a bare report is TRUST_LOCAL. For pipes and files. */
void intake_any(const IntakeRules *rules, const Origin *origin, GBytes *input,
                const char *file_name, GPtrArray *out);

/* The gzip'd JSON of a stored report back to a judged report, by today's RULES (rebuild, show).
 * HINT_DOMAIN as it was stored, or NULL. NULL with findings where it cannot be decoded. */
Report *intake_restore(const IntakeRules *rules, GBytes *raw, const char *hint_domain,
                       GPtrArray *findings);

/* Inflates a stored raw report for showing it; NULL and a reason (newly allocated) on failure. */
GBytes *intake_inflate(GBytes *raw, gsize max, char **ret_reason);
