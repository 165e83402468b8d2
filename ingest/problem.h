/* problem.h: the JSON bodies of HTTP answers (RFC 9457 and a short form for success). */
#pragma once

#include <glib.h>

/* An application/problem+json document (RFC 9457 3): type "about:blank", hence TITLE is the phrase
 * of STATUS (RFC 9457 4.2.1); OUTCOME is the word of the receipt, DETAIL a sentence for people,
 * FINDINGS (of Finding, may be NULL) become an extension member, defects first, at most
 * LIMIT_PROBLEM_FINDINGS. Texts may be foreign. Newly allocated UTF-8, NUL-terminated. */
char *problem_json(unsigned status, const char *title, const char *outcome, const char *detail,
                   const GPtrArray *findings);

/* {"outcome":"stored","reference":"r12"}; without the second member where REFERENCE is NULL.
 * Newly allocated. */
char *problem_success_json(const char *outcome, const char *reference);
