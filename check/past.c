#include "check/past.h"

static void
earlier_free(gpointer data)
{
    CheckEarlier *earlier = data;
    g_free(earlier->policy_id);
    g_free(earlier->policy);
    g_free(earlier);
}

static void
reported_free(gpointer data)
{
    CheckReported *reported = data;
    g_free(reported->sender);
    g_free(reported->policy);
    g_free(reported);
}

CheckPast *
check_past_new(void)
{
    CheckPast *past = g_new0(CheckPast, 1);
    past->earlier = g_ptr_array_new_with_free_func(earlier_free);
    past->reported = g_ptr_array_new_with_free_func(reported_free);
    past->newest_report_day = past->store_since_day = -1;
    return past;
}

void
check_past_free(CheckPast *past)
{
    if (past == NULL)
        return;
    g_ptr_array_unref(past->earlier);
    g_ptr_array_unref(past->reported);
    g_free(past);
}

void
check_past_add(CheckPast *past, gint64 at, const char *policy_id, const char *policy)
{
    CheckEarlier *earlier = g_new0(CheckEarlier, 1);
    *earlier = (CheckEarlier){at, g_strdup(policy_id), g_strdup(policy)};
    g_ptr_array_add(past->earlier, earlier);
}

void
check_past_add_reported(CheckPast *past, const char *sender, const char *policy, gint32 day)
{
    CheckReported *reported = g_new0(CheckReported, 1);
    *reported = (CheckReported){g_strdup(sender), g_strdup(policy), day};
    g_ptr_array_add(past->reported, reported);
}
