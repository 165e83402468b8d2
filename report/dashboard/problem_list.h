/* problem_list.h: failures explained, and what else the reports tell. Private to the dashboard. */
#pragma once

#include "report/dashboard/page.h"
#include "report/explain.h"
#include "report/explain_notice.h"

/* PROBLEMS (of Problem), each with cause, scope, course, fix and commands. EVIDENCE tells whether
 * one is new. */
void problem_list(Page *page, const GPtrArray *problems, const Evidence *evidence);
/* NOTICES (of Notice); nothing where there are none. */
void notice_list(Page *page, const GPtrArray *notices);
