#include "cli/plan_parts.h"

/* ---- the table ------------------------------------------------------------------------------- */

static const struct {
    const char *name, *title;
    int exit;
} steps[] = {
    [PLAN_NO_MAIL] = {"none", "Nothing to roll out", 0},
    [PLAN_LOOK_AGAIN] = {"look-again", "Look again when all can be looked at", 3},
    [PLAN_MEND] = {"mend", "Mend this first", 2},
    [PLAN_WAIT] = {"wait", "Wait", 1},
    [PLAN_REPORTS] = {"tls-rpt", "Ask for reports", 0},
    [PLAN_TESTING] = {"testing", "Publish a policy in mode testing", 0},
    [PLAN_RECORD] = {"record", "Publish the record of the policy", 0},
    [PLAN_ENFORCE] = {"enforce", "Switch to enforce", 0},
    [PLAN_LENGTHEN] = {"max-age", "Let senders keep the policy longer", 0},
    [PLAN_DONE] = {"done", "Nothing: the rollout is complete", 0},
    [PLAN_MODE_NONE] = {"mode-none", "Take the policy back: mode none", 0},
    [PLAN_EXPIRE] = {"expire", "Wait until no sender holds the old policy", 1},
    [PLAN_REMOVE] = {"remove", "Remove what is left", 0},
    [PLAN_GONE] = {"gone", "Nothing: there is no MTA-STS here", 0},
};

const char *
plan_step_name(PlanStep step)
{
    return steps[step].name;
}

const char *
plan_step_title(PlanStep step)
{
    return steps[step].title;
}

int
plan_exit(PlanStep step)
{
    return steps[step].exit;
}

/* ---- what is there --------------------------------------------------------------------------- */

static char *
state_of(const CheckRun *run)
{
    if (!run->exists)
        return g_strdup("The domain does not exist.");
    GString *text = g_string_new(NULL);
    g_string_append(text, run->tlsrpt != NULL ? "TLS-RPT: senders are asked for reports."
                          : run->tlsrpt_known ? "TLS-RPT: no record that senders can use."
                                              : "TLS-RPT: could not be looked up.");
    if (run->sts == NULL)
        g_string_append(text, run->sts_known ? " MTA-STS: no record that senders can use."
                                             : " MTA-STS: could not be looked up.");
    else if (!run->policy_usable)
        g_string_append_printf(text, " MTA-STS: id %s, but no policy that senders can use.",
                               run->sts->id);
    else
        g_string_append_printf(text, " MTA-STS: mode %s, max_age %" G_GINT64_FORMAT ", id %s.",
                               sts_mode_name(run->policy->mode), run->policy->max_age,
                               run->sts->id);
    return g_string_free(text, FALSE);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void
action_free(gpointer data)
{
    PlanAction *action = data;
    g_free(action->text);
    g_free(action->name);
    g_free(action->copy);
    g_free(action);
}

static void
blocker_free(gpointer data)
{
    PlanBlocker *blocker = data;
    g_free(blocker->what);
    g_free(blocker->fix);
    g_free(blocker);
}

Plan *
plan_make(const PlanInput *input)
{
    const CheckRun *run = input->run;
    Plan *plan = g_new0(Plan, 1);
    plan->domain = g_strdup(run->domain);
    plan->at = run->at;
    plan->back = input->back;
    plan->state = state_of(run);
    plan->blockers = g_ptr_array_new_with_free_func(blocker_free);
    plan->actions = g_ptr_array_new_with_free_func(action_free);
    plan->verify = g_ptr_array_new_with_free_func(g_free);
    plan->notes = g_ptr_array_new_with_free_func(g_free);
    if (!run->exists)
        plan_choose(plan, PLAN_NO_MAIL,
                    "No mail can be sent to it: see that the name is spelled right and delegated.");
    else if (input->back)
        plan_go_back(plan, input);
    else if (run->null_mx)
        plan_choose(plan, PLAN_NO_MAIL, "The domain takes no mail (null MX, RFC 7505).");
    else
        plan_go_forward(plan, input);
    return plan;
}

void
plan_free(Plan *plan)
{
    if (plan == NULL)
        return;
    g_free(plan->domain);
    g_free(plan->state);
    g_free(plan->why);
    g_free(plan->then);
    g_ptr_array_unref(plan->blockers);
    g_ptr_array_unref(plan->actions);
    g_ptr_array_unref(plan->verify);
    g_ptr_array_unref(plan->notes);
    g_free(plan);
}
