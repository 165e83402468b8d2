/* dane_judge.h: what the TLSA records of an MX mean for what it sends. No network. */
#pragma once

#include "check/dane.h"
#include "check/finding.h"
#include "check/tls_verify.h"

/* Appends what is wrong or fragile. BASE is the name that the records belong to. CHAIN and VERDICT
 * are what the server showed and how it was judged; NULL where it came to no handshake: then the
 * records are looked at alone. */
void dane_judge(GPtrArray *findings, const char *subject, const char *base, const DaneVerdict *dane,
                const GPtrArray *chain, const TlsVerdict *verdict);
