#include "report/problem_json.h"

#include "report/json_value.h"

static json_t *
shares_to_json(const GArray *shares, const char *name)
{
    json_t *array = json_array();
    for (guint i = 0; i < shares->len; i++) {
        const ProblemShare *share = &g_array_index(shares, ProblemShare, i);
        json_t *object = json_object();
        json_object_set_new(object, name, json_value_text(share->name));
        json_object_set_new(object, "sessions", json_integer(share->sessions));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *
problem_to_json(const Problem *problem)
{
    json_t *object = json_object(), *commands = json_array();
    for (guint i = 0; i < problem->commands->len; i++)
        json_array_append_new(commands, json_string(g_ptr_array_index(problem->commands, i)));
    json_object_set_new(object, "title", json_value_text(problem->title));
    json_object_set_new(object, "policy_type", json_value_text(problem->policy_type));
    json_object_set_new(object, "result_type", json_value_text(problem->result_type));
    json_object_set_new(object, "effect", json_string(effect_name(problem->effect)));
    json_object_set_new(object, "sessions", json_integer(problem->sessions));
    json_object_set_new(object, "first_day", json_value_day(problem->first_day));
    json_object_set_new(object, "last_day", json_value_day(problem->last_day));
    json_object_set_new(object, "days", json_integer(problem->days));
    json_object_set_new(object, "ended", json_boolean(problem->ended));
    json_object_set_new(object, "course_kind",
                        json_string(problem_course_name(problem->course_kind)));
    json_object_set_new(object, "points_to", json_string(problem_place_name(problem->place)));
    json_object_set_new(object, "rare", json_boolean(problem->rare));
    json_object_set_new(object, "summed_problems", json_integer(problem->more));
    json_object_set_new(object, "mx_not_in_policy", json_boolean(problem->not_in_policy));
    json_object_set_new(object, "mxs", shares_to_json(problem->mxs, "mx"));
    json_object_set_new(object, "senders", shares_to_json(problem->senders, "sender"));
    json_object_set_new(object, "reasons", shares_to_json(problem->reasons, "reason"));
    json_object_set_new(object, "networks", shares_to_json(problem->networks, "network"));
    json_object_set_new(object, "network_count", json_integer(problem->n_networks));
    json_object_set_new(object, "networks_partial", json_boolean(problem->networks_partial));
    json_object_set_new(object, "mx_addresses", shares_to_json(problem->addresses, "address"));
    json_object_set_new(object, "cause", json_value_text(problem->cause));
    json_object_set_new(object, "scope", json_value_text(problem->scope));
    json_object_set_new(object, "course", json_value_text(problem->course));
    json_object_set_new(object, "likely", json_value_text(problem->likely));
    json_object_set_new(object, "fix", json_value_text(problem->fix));
    json_object_set_new(object, "commands", commands);
    json_object_set_new(object, "clause", json_string(problem->clause));
    return object;
}

json_t *
problems_to_json(const GPtrArray *problems)
{
    json_t *array = json_array();
    for (guint i = 0; i < problems->len; i++)
        json_array_append_new(array, problem_to_json(g_ptr_array_index(problems, i)));
    return array;
}

static json_t *
notice_to_json(const Notice *notice)
{
    json_t *object = json_object();
    json_object_set_new(object, "kind", json_string(notice_kind_name(notice->kind)));
    json_object_set_new(object, "sender", json_value_text(notice->sender));
    json_object_set_new(object, "first_day", json_value_day(notice->first_day));
    json_object_set_new(object, "last_day", json_value_day(notice->last_day));
    json_object_set_new(object, "days", json_integer(notice->days));
    json_object_set_new(object, "title", json_value_text(notice->title));
    json_object_set_new(object, "text", json_value_text(notice->text));
    json_object_set_new(object, "clause", json_string(notice->clause));
    return object;
}

json_t *
notices_to_json(const GPtrArray *notices)
{
    json_t *array = json_array();
    for (guint i = 0; i < notices->len; i++)
        json_array_append_new(array, notice_to_json(g_ptr_array_index(notices, i)));
    return array;
}
