#ifdef HAVE_LIBUNBOUND

#include "late/unbound.h"

#include "late/load.h"

static LateUnbound functions;

static char *
load(void)
{
    const LateSymbol symbols[] = {
        {"ub_ctx_create", &functions.ctx_create},
        {"ub_ctx_delete", &functions.ctx_delete},
        {"ub_ctx_set_option", &functions.ctx_set_option},
        {"ub_ctx_set_fwd", &functions.ctx_set_fwd},
        {"ub_ctx_resolvconf", &functions.ctx_resolvconf},
        {"ub_ctx_add_ta_file", &functions.ctx_add_ta_file},
        {"ub_ctx_async", &functions.ctx_async},
        {"ub_resolve_async", &functions.resolve_async},
        {"ub_fd", &functions.fd},
        {"ub_process", &functions.process},
        {"ub_resolve_free", &functions.resolve_free},
        {"ub_strerror", &functions.strerror},
        {0},
    };
    return late_load(LIBUNBOUND_SONAME, symbols);
}

const LateUnbound *
late_unbound(const char **ret_problem)
{
    static LateOnce once;
    return late_once(&once, load, ret_problem) ? &functions : NULL;
}

#endif
