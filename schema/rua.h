/* rua.h: one URI of a TLS-RPT record: where reports are sent (RFC 8460 3). */
#pragma once

#include <glib.h>

typedef enum { RUA_MAILTO, RUA_HTTPS, RUA_BAD } RuaKind;

/* Reads one URI (RFC 6068, RFC 3986 with https). *ret_target is the domain of the address of
 * mailto:, or the host of https:, normalised and newly allocated; NULL where RUA_BAD. *ret_port is
 * the port of https:. *ret_problem says what is bad; static, NULL otherwise. */
RuaKind rua_parse(const char *uri, char **ret_target, guint *ret_port, const char **ret_problem);

/* The same place for reports: scheme and host compare without case, "%40" equals "@". */
gboolean rua_equal(const char *a, const char *b);
