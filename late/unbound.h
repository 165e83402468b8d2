/* unbound.h: libunbound, loaded only when it is needed (load.h). */
#pragma once

#include <glib.h>
#include <unbound.h>

/* The functions that are used, with the types of unbound.h. */
typedef struct {
    struct ub_ctx *(*ctx_create)(void);
    void (*ctx_delete)(struct ub_ctx *context);
    int (*ctx_set_option)(struct ub_ctx *context, const char *option, const char *value);
    int (*ctx_set_fwd)(struct ub_ctx *context, const char *address);
    int (*ctx_resolvconf)(struct ub_ctx *context, const char *file);
    int (*ctx_add_ta_file)(struct ub_ctx *context, const char *file);
    int (*ctx_async)(struct ub_ctx *context, int threads);
    int (*resolve_async)(struct ub_ctx *context, const char *name, int type, int class, void *data,
                         ub_callback_type callback, int *ret_id);
    int (*fd)(struct ub_ctx *context);
    int (*process)(struct ub_ctx *context);
    void (*resolve_free)(struct ub_result *result);
    const char *(*strerror)(int code);
} LateUnbound;

/* Loads libunbound once; from any thread. NULL where it cannot be loaded; then *ret_problem says
 * why (static). The table is never freed. */
const LateUnbound *late_unbound(const char **ret_problem);
