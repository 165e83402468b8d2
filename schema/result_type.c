#include "schema/result_type.h"

typedef struct {
    const char *word, *clause, *explanation, *remedy;
} ResultTypeRow;

static const ResultTypeRow rows[] = {
#define RESULT_TYPE(id, word, section, explanation, remedy)                                        \
    [id] = {word, "RFC 8460 " section, explanation, remedy},
#include "schema/result_types.def"
#undef RESULT_TYPE
    [RESULT_OTHER] = {"", "RFC 8460 4.3", "The sender used a word that RFC 8460 does not define.",
                      "Read the failure reason code and the additional information, where given, "
                      "or ask the sender what its word means."},
};

static const char *const mode_names[] = {
    [STS_MODE_UNKNOWN] = NULL,
    [STS_MODE_NONE] = "none",
    [STS_MODE_TESTING] = "testing",
    [STS_MODE_ENFORCE] = "enforce",
};

const char *
result_type_word(ResultType type)
{
    return rows[type].word;
}

ResultType
result_type_from_word(const char *word)
{
    for (guint i = 0; i < RESULT_OTHER; i++) {
        if (g_strcmp0(word, rows[i].word) == 0)
            return (ResultType)i;
    }
    return RESULT_OTHER;
}

const char *
result_type_clause(ResultType type)
{
    return rows[type].clause;
}

const char *
result_type_explanation(ResultType type)
{
    return rows[type].explanation;
}

const char *
result_type_remedy(ResultType type)
{
    return rows[type].remedy;
}

const char *
sts_mode_name(StsMode mode)
{
    return mode_names[mode];
}

StsMode
sts_mode_from_name(const char *name)
{
    for (guint i = STS_MODE_NONE; i < G_N_ELEMENTS(mode_names); i++) {
        if (g_strcmp0(name, mode_names[i]) == 0)
            return (StsMode)i;
    }
    return STS_MODE_UNKNOWN;
}
