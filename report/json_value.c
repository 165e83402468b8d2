#include "report/json_value.h"

#include <stdlib.h>
#include <string.h>

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

typedef struct {
    GString *out;
    guint spaces; /* behind each line end */
} Embedding;

/* A line end comes alone, and no text of JSON holds one. */
static int
append(const char *text, size_t length, void *data)
{
    const Embedding *embedding = data;
    g_string_append_len(embedding->out, text, (gssize)length);
    for (guint i = 0; length == 1 && *text == '\n' && i < embedding->spaces; i++)
        g_string_append_c(embedding->out, ' ');
    return 0;
}

void
json_value_embed(json_t *root, guint depth, GString *out)
{
    /* Right to its place: of a long text json_dumps makes three copies. */
    Embedding embedding = {out, depth * JSON_VALUE_INDENT};
    json_dump_callback(root, append, &embedding, JSON_INDENT(JSON_VALUE_INDENT) | JSON_ENCODE_ANY);
    json_decref(root);
}

void
json_value_print(json_t *root, GString *out)
{
    json_value_embed(root, 0, out);
    g_string_append_c(out, '\n');
}

void
json_value_line(json_t *root, GString *out)
{
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    /* DEL is the one control character that JSON lets stand; it can only be within a text. */
    for (const char *rest = text; *rest != '\0';) {
        gsize length = strcspn(rest, "\x7f");
        g_string_append_len(out, rest, (gssize)length);
        rest += length;
        if (*rest != '\0') {
            g_string_append(out, "\\u007f");
            rest++;
        }
    }
    g_string_append_c(out, '\n');
    free(text);
    json_decref(root);
}
