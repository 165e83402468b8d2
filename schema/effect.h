/* effect.h: the one place that decides what a failure means for the switch to enforce. */
#pragma once

#include "schema/report.h"

/* DESIGN 5.8. MODE is that of the policy which the sender reports; unknown counts as testing. */
Effect effect_of(PolicyType policy_type, StsMode mode, ResultType result_type);
