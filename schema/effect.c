#include "schema/effect.h"

static const struct {
    const char *name, *sentence;
} effects[] = {
    [EFFECT_WOULD_BLOCK] = {"would-block", "would not be delivered under enforce"},
    [EFFECT_POLICY_UNREADABLE] = {"policy-unreadable", "the sender could not use the policy"},
    [EFFECT_BLOCKED] = {"blocked", "mail is being held back today"},
    [EFFECT_DANE] = {"dane", "DANE fails already; the switch changes nothing"},
    [EFFECT_NO_POLICY] = {"no-policy", "the sender applied no policy"},
    [EFFECT_UNKNOWN] = {"unknown", "no policy type that RFC 8460 knows"},
};

const char *
effect_name(Effect effect)
{
    return effects[effect].name;
}

const char *
effect_sentence(Effect effect)
{
    return effects[effect].sentence;
}

/* The failures of an MTA-STS policy. DANE words in it mean that the sender tried DANE first, which
 * MTA-STS must not override (RFC 8461 2). Mode none is as if there were no policy (RFC 8461 5). */
static Effect
effect_of_sts(StsMode mode, ResultType result_type)
{
    if (mode == STS_MODE_NONE)
        return EFFECT_NO_POLICY;
    switch (result_type) {
    case RESULT_TLSA_INVALID:
    case RESULT_DNSSEC_INVALID:
    case RESULT_DANE_REQUIRED:
        return EFFECT_DANE;
    case RESULT_STS_POLICY_FETCH_ERROR:
    case RESULT_STS_POLICY_INVALID:
    case RESULT_STS_WEBPKI_INVALID:
        return EFFECT_POLICY_UNREADABLE;
    case RESULT_STARTTLS_NOT_SUPPORTED:
    case RESULT_CERTIFICATE_HOST_MISMATCH:
    case RESULT_CERTIFICATE_EXPIRED:
    case RESULT_CERTIFICATE_NOT_TRUSTED:
    case RESULT_VALIDATION_FAILURE:
    case RESULT_OTHER:
        break;
    }
    return mode == STS_MODE_ENFORCE ? EFFECT_BLOCKED : EFFECT_WOULD_BLOCK;
}

Effect
effect_of(PolicyType policy_type, StsMode mode, ResultType result_type)
{
    switch (policy_type) {
    case POLICY_TYPE_STS:
        return effect_of_sts(mode, result_type);
    case POLICY_TYPE_TLSA:
        return EFFECT_DANE;
    case POLICY_TYPE_NONE:
        return EFFECT_NO_POLICY;
    case POLICY_TYPE_OTHER:
        break;
    }
    return EFFECT_UNKNOWN;
}
