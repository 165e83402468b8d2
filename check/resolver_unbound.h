/* resolver_unbound.h: the resolver of the program: libunbound, which validates DNSSEC itself. */
#pragma once

#include "check/options.h"
#include "check/resolver.h"

#define CHECK_FAULT (check_fault_quark())
GQuark check_fault_quark(void);
typedef enum {
    CHECK_FAULT_UNAVAILABLE, /* built without a library, or it cannot be loaded */
    CHECK_FAULT_RESOLVER,    /* the resolver or the trust anchor of the options is no good */
} CheckFaultCode;

/* Asks whom OPTIONS name; nothing is sent yet. Free with resolver_free. */
Resolver *resolver_unbound_new(const CheckOptions *options, GError **error);
