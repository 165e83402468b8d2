#include "report/json_writer.h"

#include "report/json_value.h"

static void
begin_line(JsonWriter *writer)
{
    g_string_append_printf(writer->out, "\n%*s", (int)(writer->depth * JSON_VALUE_INDENT), "");
}

/* To the place of the next value of the innermost. */
static void
go_on(JsonWriter *writer, const char *name)
{
    if (!writer->empty)
        g_string_append_c(writer->out, ',');
    begin_line(writer);
    if (name != NULL)
        g_string_append_printf(writer->out, "\"%s\": ", name);
    writer->empty = FALSE;
}

static void
begin(JsonWriter *writer, char bracket)
{
    guint32 bit = 1u << writer->depth++;
    g_string_append_c(writer->out, bracket);
    writer->arrays = bracket == '[' ? writer->arrays | bit : writer->arrays & ~bit;
    writer->empty = TRUE;
}

void
json_writer_begin(JsonWriter *writer, GString *out)
{
    *writer = (JsonWriter){.out = out};
    begin(writer, '{');
}

void
json_writer_object(JsonWriter *writer, const char *name)
{
    go_on(writer, name);
    begin(writer, '{');
}

void
json_writer_array(JsonWriter *writer, const char *name)
{
    go_on(writer, name);
    begin(writer, '[');
}

void
json_writer_put(JsonWriter *writer, const char *name, json_t *value)
{
    go_on(writer, name);
    json_value_embed(value, writer->depth, writer->out);
}

void
json_writer_members(JsonWriter *writer, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) json_writer_put(writer, name, json_incref(value));
    json_decref(object);
}

void
json_writer_end(JsonWriter *writer)
{
    writer->depth--;
    if (!writer->empty)
        begin_line(writer);
    g_string_append_c(writer->out, (writer->arrays >> writer->depth & 1) != 0 ? ']' : '}');
    if (writer->depth == 0)
        g_string_append_c(writer->out, '\n');
    writer->empty = FALSE;
}
