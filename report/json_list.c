#include "report/json_list.h"

#include <string.h>

#include "report/json_value.h"

void
json_list_begin(JsonList *list, GString *out, json_t *head, const char *name)
{
    *list = (JsonList){.out = out};
    json_value_embed(head, 0, out);
    g_string_truncate(out, out->len - strlen("\n}"));
    g_string_append_printf(out, ",\n  \"%s\": [", name);
}

void
json_list_add(JsonList *list, json_t *element)
{
    g_string_append(list->out, list->n++ > 0 ? ",\n    " : "\n    ");
    json_value_embed(element, 2, list->out);
}

void
json_list_end(JsonList *list, json_t *tail)
{
    gboolean any = json_object_size(tail) > 0;
    g_autoptr(GString) members = g_string_new(NULL);
    json_value_embed(tail, 0, members);
    g_string_append(list->out, list->n > 0 ? "\n  ]" : "]");
    g_string_append(list->out, any ? "," : "\n}");
    g_string_append(list->out, any ? members->str + strlen("{") : "");
    g_string_append_c(list->out, '\n');
}
