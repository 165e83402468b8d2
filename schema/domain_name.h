/* domain_name.h: names in the one form in which tlsgauge compares them. */
#pragma once

#include <glib.h>

/* NAME as lower-case A-labels without trailing dot (RFC 8460 4.4, RFC 5890), newly allocated;
 * NULL if it is not a host or domain name (empty, over LIMIT_NAME_BYTES, bad characters, a label
 * over 63 bytes). U-labels are converted; those with sharp s, final sigma or a joiner are no names
 * here, because IDNA 2003 and 2008 take them for different domains. "_" is allowed; a leading "*."
 * label is kept when ALLOW_WILDCARD. A name of one label is a name. *ret_changed (may be NULL)
 * says whether a U-label had to be converted or a trailing dot taken off; case alone is no
 * change. */
char *domain_name_normalise(const char *name, gssize length, gboolean allow_wildcard,
                            gboolean *ret_changed);

/* NAME, without a wildcard, is just what domain_name_normalise makes of it, as names nearly always
 * are. */
gboolean domain_name_is_normal(const char *name, gsize length);

/* PARENT equals NAME or is above it, label by label. Both normalised. */
gboolean domain_name_is_below_or_equal(const char *name, const char *parent);

/* The organisational domain (registrable domain by the public suffix list where libpsl and a
 * list are present, else the last two labels). Borrowed from NAME, which is normalised; NAME
 * itself where it is a public suffix. */
const char *domain_name_organisational(const char *name);

/* Names below NAME, which is normalised, belong to different owners: "com", "co.uk". Without libpsl
 * and a list: it has a single label. */
gboolean domain_name_is_public_suffix(const char *name);
