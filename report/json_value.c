#include "report/json_value.h"

#include <stdlib.h>

#include "schema/day.h"

json_t *
json_value_text(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

json_t *
json_value_day(gint32 day)
{
    g_autofree char *text = day_format(day);
    return json_string(text);
}

void
json_value_print(json_t *root, GString *out)
{
    char *text = json_dumps(root, JSON_INDENT(2));
    g_string_append_printf(out, "%s\n", text);
    free(text);
    json_decref(root);
}
