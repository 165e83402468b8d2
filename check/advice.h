/* advice.h: records and policy files to copy, made from what was seen of a domain. */
#pragma once

#include "check/check.h"

/* `_smtp._tls.DOMAIN. IN TXT "v=TLSRPTv1; rua=URI,..."`. RUA (NULL: unknown) are the URIs; those of
 * a record that senders can use already are kept. Newly allocated, as all that follow. */
char *advice_tlsrpt_record(const CheckRun *run, char *const *rua);

/* `_mta-sts.DOMAIN. IN TXT "v=STSv1; id=...;"` with an id made of NOW (Unix seconds), another
 * than the published one. */
char *advice_sts_record(const CheckRun *run, gint64 now);

/* A policy file with an mx line for each live MX host, lines ended by "\n"; NULL where no MX host
 * is known. Wildcards of the present policy that cover live hosts are kept; many hosts side by side
 * get one, as those of a provider that adds more. */
char *advice_policy(const CheckRun *run, StsMode mode, gint64 max_age);

/* The policy of now, which has mx lines, in MODE and with MAX_AGE. */
char *advice_policy_again(const CheckRun *run, StsMode mode, gint64 max_age);

/* Gives the findings of RUN whose fix is a record or a file the text to copy. */
void advice_add(CheckRun *run, const CheckOptions *options);
