/* smtp_host.h: an MX host as a sending server meets it, on every address it has. */
#pragma once

#include "check/host.h"

/* Connects to each address of HOST, goes through STARTTLS up to QUIT (never MAIL), and judges
 * greeting, EHLO, TLS, certificate and, with TLSA_SECURE, DANE (RFC 8461 4.2, RFC 7672). Findings
 * that the DNS alone shows (no TLSA, insecure, SERVFAIL) are told elsewhere. Never fails: what
 * could not be tested is a finding. From any thread. */
CheckProbe *check_smtp_host(const CheckOptions *options, const CheckHost *host);
