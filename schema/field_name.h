/* field_name.h: names of extension fields, the same in TLS-RPT and MTA-STS. */
#pragma once

#include <glib.h>

#define FIELD_NAME_BYTES 32

/* (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".") (RFC 8460 3, RFC 8461 3.1 and 3.2). */
gboolean field_name_is_valid(const char *name, gsize length);
