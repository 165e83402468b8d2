/* result_type.h: the result types of RFC 8460 4.3 and what each failure means for enforce. */
#pragma once

#include <glib.h>

/* X(enumerator, word, RFC 8460 section, explanation, remedy) in result_types.def */
typedef enum {
#define RESULT_TYPE(id, word, section, explanation, remedy) id,
#include "schema/result_types.def"
#undef RESULT_TYPE
    RESULT_OTHER /* a word that the registry does not have; kept verbatim beside it */
} ResultType;

/* The mode of the MTA-STS policy that the sender applied (RFC 8461 5). */
typedef enum { STS_MODE_UNKNOWN, STS_MODE_NONE, STS_MODE_TESTING, STS_MODE_ENFORCE } StsMode;

/* What a failure means for the switch to enforce (DESIGN 5.8). */
typedef enum {
    EFFECT_WOULD_BLOCK,       /* under enforce this sender would not have delivered */
    EFFECT_POLICY_UNREADABLE, /* the sender could not use the policy */
    EFFECT_BLOCKED,           /* mail is being held back today */
    EFFECT_DANE,              /* the sender already enforces DANE */
    EFFECT_NO_POLICY,         /* the sender applied no policy */
    EFFECT_UNKNOWN,           /* a policy type that the RFC does not have */
} Effect;

/* The registered word ("certificate-expired"), "" for RESULT_OTHER. Static. */
const char *result_type_word(ResultType type);
/* RESULT_OTHER for a word that is not registered (comparison is exact: §4.3 words). */
ResultType result_type_from_word(const char *word);
/* "RFC 8460 4.3.1", plain words, and what to do; static, never NULL. */
const char *result_type_clause(ResultType type);
const char *result_type_explanation(ResultType type);
const char *result_type_remedy(ResultType type);

/* "testing"; NULL for STS_MODE_UNKNOWN. Static. */
const char *sts_mode_name(StsMode mode);
StsMode sts_mode_from_name(const char *name);

/* The "effect" word of the JSON summary ("would-block") and a short sentence. Static. */
const char *effect_name(Effect effect);
const char *effect_sentence(Effect effect);
