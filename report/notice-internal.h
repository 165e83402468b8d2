/* notice-internal.h: shared by the files of explain_notice. */
#pragma once

#include "report/explain_notice.h"

/* A new one at the end of NOTICES, its days empty. */
Notice *notice_add(GPtrArray *notices, NoticeKind kind, const char *sender, const char *clause);

/* Versions of the policy, and who still applies an older one. explain_versions.c. */
void notice_versions(GPtrArray *notices, const Evidence *evidence);
