/* json_tree.h: a JSON document as the decoder sees it, whichever reader made it. Private to
 * schema/.
 *
 * A tree comes from one of two readers. json_read.c goes once over the text and knows only what
 * regular reports hold; at the first surprise it gives up, and Jansson reads the document again,
 * more slowly and with a word for each fault. So what is read is judged in one place, and what
 * cannot be read has one judge as well.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <string.h>

#include "schema/limits.h"

typedef enum {
    NODE_NULL,
    NODE_BOOLEAN,
    NODE_INTEGER,
    NODE_REAL,
    NODE_STRING,
    NODE_ARRAY,
    NODE_OBJECT,
} NodeKind;

/* A large report has a hundred thousand nodes: no more than four words each. */
typedef struct JsonNode JsonNode;
struct JsonNode {
    NodeKind kind : 4;
    guint32 name_size : 28; /* octets of `name` */
    guint32 size;           /* octets of a string; elements or members of an array or object */
    const char *name;       /* of a member; NULL for an element */
    union {
        const char *text; /* UTF-8, ended by NUL, and may hold NUL before its end */
        gint64 integer;
        double real;
        const JsonNode *first;
    };
    const JsonNode *next; /* in its array or object, in the order of the document */
};

/* Octets of the largest document: those of a name must fit in `name_size`. */
#define JSON_TREE_MOST_BYTES LIMIT_INFLATED_BYTES
G_STATIC_ASSERT(JSON_TREE_MOST_BYTES < 1u << 28);

typedef struct JsonTree JsonTree;

/* Reads the document JSON of LENGTH octets in one pass. NULL when there is anything in it that a
 * regular report does not have, right or wrong: a number that is no short integer, a name twice, a
 * NUL, half of a surrogate pair, a syntax error, something past the limits of decode_scan, or more
 * octets than JSON_TREE_MOST_BYTES. */
JsonTree *json_tree_read(const char *json, gsize length);

/* The tree of a document that Jansson read, which is taken over. No deeper and no larger than
 * decode_scan allows. */
JsonTree *json_tree_of_jansson(json_t *document);

void json_tree_free(JsonTree *tree); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonTree, json_tree_free)

const JsonNode *json_tree_root(const JsonTree *tree);

/* For the readers: a new node of TREE, all zero, after LAST where that is not NULL. */
JsonNode *json_tree_add(JsonTree *tree, JsonNode *last);
/* For the readers: an empty tree with a copy of TEXT that may be written to; *RET_COPY has
 * JSON_TREE_PADDING more octets, NUL. TEXT may be NULL with a LENGTH of 0. */
#define JSON_TREE_PADDING 8
JsonTree *json_tree_new(const char *text, gsize length, char **ret_copy);
void json_tree_set_root(JsonTree *tree, const JsonNode *root);

/* For the readers. LENGTH is less than JSON_TREE_MOST_BYTES. */
static inline void
json_node_set_name(JsonNode *node, const char *name, gsize length)
{
    node->name = name;
    node->name_size = (guint32)length & ((1u << 28) - 1); /* the mask is for the compiler */
}

static inline gboolean
json_node_is(const JsonNode *node, NodeKind kind)
{
    return node != NULL && node->kind == kind;
}

/* The first element, and the number of them; NULL and 0 where VALUE is no array. */
static inline const JsonNode *
json_node_first(const JsonNode *value)
{
    return json_node_is(value, NODE_ARRAY) ? value->first : NULL;
}

static inline gsize
json_node_elements(const JsonNode *value)
{
    return json_node_is(value, NODE_ARRAY) ? value->size : 0;
}

/* The member NAME of OBJECT; NULL if there is none, or OBJECT is NULL or no object. Inline, so that
 * the compiler counts the octets of the name. */
static inline const JsonNode *
json_node_member(const JsonNode *object, const char *name)
{
    gsize size = strlen(name);
    const JsonNode *member = json_node_is(object, NODE_OBJECT) ? object->first : NULL;
    while (member != NULL && (member->name_size != size || memcmp(member->name, name, size) != 0))
        member = member->next;
    return member;
}
