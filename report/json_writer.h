/* json_writer.h: a JSON document written piece by piece: a tree of all of it would take five times
 * what is printed. Private to report/.
 *
 * It looks as json_value_print makes it. Names are plain words of ours; what is handed over as a
 * json_t is taken over.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct {
    GString *out;   /* borrowed */
    guint depth;    /* of what is open, the document included; less than 32 */
    guint32 arrays; /* bit N: what was opened at depth N is an array */
    gboolean empty; /* nothing is in the innermost yet */
} JsonWriter;

/* Begins a document, an object, at the end of OUT. */
void json_writer_begin(JsonWriter *writer, GString *out);
/* Begins an object or an array within the innermost that is open: as the member NAME of an object,
 * NULL in an array. */
void json_writer_object(JsonWriter *writer, const char *name);
void json_writer_array(JsonWriter *writer, const char *name);
/* Adds VALUE to the innermost; NAME as above. */
void json_writer_put(JsonWriter *writer, const char *name, json_t *value);
/* Adds all members of OBJECT. */
void json_writer_members(JsonWriter *writer, json_t *object);
/* Ends the innermost; of the document, the line too. */
void json_writer_end(JsonWriter *writer);
