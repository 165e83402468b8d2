#include "schema/trust.h"

static const char *const names[] = {
    [TRUST_UNAUTHENTICATED] = "unauthenticated",
    [TRUST_UNVERIFIED] = "unverified",
    [TRUST_VERIFIED] = "verified",
    [TRUST_LOCAL] = "local",
};

int
trust_rank(Trust trust)
{
    switch (trust) {
    case TRUST_VERIFIED:
    case TRUST_LOCAL:
        return 2;
    case TRUST_UNVERIFIED:
        return 1;
    case TRUST_UNAUTHENTICATED:
        break;
    }
    return 0;
}

const char *
trust_name(Trust trust)
{
    return names[trust];
}

gboolean
trust_from_name(const char *name, Trust *ret_trust)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_strcmp0(name, names[i]) == 0) {
            *ret_trust = (Trust)i;
            return TRUE;
        }
    }
    return FALSE;
}
