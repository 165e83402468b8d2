/* json_list.h: a JSON document with one long array, written element by element: a tree of all of it
 * would take five times what is printed. Private to report/.
 *
 * It looks as json_value_print makes it. What is handed over as a json_t is taken over.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct {
    GString *out; /* borrowed */
    guint n;      /* elements so far */
} JsonList;

/* Appends the members of HEAD, of which there must be one, and begins the array NAME, a plain
 * word. */
void json_list_begin(JsonList *list, GString *out, json_t *head, const char *name);
void json_list_add(JsonList *list, json_t *element);
/* Ends the array, and the document behind the members of TAIL. */
void json_list_end(JsonList *list, json_t *tail);
