#include "schema/json_tree.h"

#include <string.h>

#include "schema/arena.h"

/* Nodes that come with the tree: those of a report with some policies and failures. */
#define FIRST_NODES      192
/* And at most in a block beyond them: what is not used of it is memory all the same. */
#define MOST_NODES       2048
/* Octets of text that a tree has room for when it is kept for the next report. */
#define SPARE_TEXT_BYTES ((gsize)8 * 1024)

struct JsonTree {
    const JsonNode *root;
    json_t *document; /* whose texts the nodes show; NULL if they are in `text` */
    char *text;
    gsize text_room;
    Arena *more; /* nodes beyond the first; NULL for none */
    JsonNode *free_nodes;
    gsize n_free, n_block;
    JsonNode first[FIRST_NODES];
};

static void
discard(gpointer data)
{
    JsonTree *tree = data;
    g_free(tree->text);
    g_free(tree);
}

/* The tree that this thread read last: making one costs a tenth of a report. */
static GPrivate spare = G_PRIVATE_INIT(discard);

/* One with room for SIZE octets of text; nothing else is set. */
static JsonTree *
take_spare(gsize size)
{
    JsonTree *tree = g_private_get(&spare);
    if (tree != NULL) {
        g_private_set(&spare, NULL);
    } else {
        tree = g_malloc(sizeof *tree);
        tree->text = NULL;
        tree->text_room = 0;
    }
    if (size > tree->text_room) {
        g_free(tree->text);
        tree->text_room = MAX(size, SPARE_TEXT_BYTES);
        tree->text = g_malloc(tree->text_room);
    }
    return tree;
}

JsonTree *
json_tree_new(const char *text, gsize length, char **ret_copy)
{
    /* Not cleared: a node is, when it is given out. */
    JsonTree *tree = take_spare(length + JSON_TREE_PADDING);
    tree->root = NULL;
    tree->document = NULL;
    if (length > 0)
        memcpy(tree->text, text, length);
    memset(tree->text + length, 0, JSON_TREE_PADDING);
    tree->more = NULL;
    tree->free_nodes = tree->first;
    tree->n_free = tree->n_block = FIRST_NODES;
    *ret_copy = tree->text;
    return tree;
}

void
json_tree_free(JsonTree *tree)
{
    if (tree == NULL)
        return;
    arena_free(tree->more);
    json_decref(tree->document);
    if (tree->text_room == SPARE_TEXT_BYTES && g_private_get(&spare) == NULL)
        g_private_set(&spare, tree);
    else
        discard(tree);
}

JsonNode *
json_tree_add(JsonTree *tree, JsonNode *last)
{
    if (tree->n_free == 0) {
        tree->n_block = MIN(tree->n_block * 2, MOST_NODES);
        if (tree->more == NULL)
            tree->more = arena_new();
        tree->free_nodes = arena_new_array(tree->more, JsonNode, tree->n_block);
        tree->n_free = tree->n_block;
    }
    JsonNode *node = tree->free_nodes++;
    tree->n_free--;
    *node = (JsonNode){0};
    if (last != NULL)
        last->next = node;
    return node;
}

void
json_tree_set_root(JsonTree *tree, const JsonNode *root)
{
    tree->root = root;
}

const JsonNode *
json_tree_root(const JsonTree *tree)
{
    return tree->root;
}

/* ---- from Jansson ---------------------------------------------------------------------- */

static void copy_value(JsonTree *tree, const json_t *value, JsonNode *node);

static void
copy_elements(JsonTree *tree, const json_t *array, JsonNode *node)
{
    JsonNode *last = NULL;
    node->size = (guint32)json_array_size(array);
    for (gsize i = 0; i < node->size; i++) {
        last = json_tree_add(tree, last);
        if (i == 0)
            node->first = last;
        copy_value(tree, json_array_get(array, i), last);
    }
}

static void
copy_members(JsonTree *tree, json_t *object, JsonNode *node)
{
    const char *name;
    json_t *value;
    JsonNode *last = NULL;
    node->size = (guint32)json_object_size(object);
    json_object_foreach(object, name, value)
    {
        gboolean first = last == NULL;
        last = json_tree_add(tree, last);
        if (first)
            node->first = last;
        json_node_set_name(last, name, strlen(name));
        copy_value(tree, value, last);
    }
}

static void
copy_value(JsonTree *tree, const json_t *value, JsonNode *node)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        node->kind = NODE_OBJECT;
        copy_members(tree, (json_t *)value, node);
        break;
    case JSON_ARRAY:
        node->kind = NODE_ARRAY;
        copy_elements(tree, value, node);
        break;
    case JSON_STRING:
        node->kind = NODE_STRING;
        node->text = json_string_value(value);
        node->size = (guint32)json_string_length(value);
        break;
    case JSON_INTEGER:
        node->kind = NODE_INTEGER;
        node->integer = json_integer_value(value);
        break;
    case JSON_REAL:
        node->kind = NODE_REAL;
        node->real = json_real_value(value);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        node->kind = NODE_BOOLEAN;
        break;
    case JSON_NULL:
        break;
    }
}

JsonTree *
json_tree_of_jansson(json_t *document)
{
    char *copy;
    JsonTree *tree = json_tree_new(NULL, 0, &copy);
    JsonNode *root = json_tree_add(tree, NULL);
    tree->document = document;
    tree->root = root;
    copy_value(tree, document, root);
    return tree;
}
