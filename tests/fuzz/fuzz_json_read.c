/* fuzz_json_read.c: what the one-pass reader reads, Jansson reads as well, and as the same tree. */
#include <string.h>

#include "schema/decode-internal.h"
#include "schema/json_tree.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void assert_same(const JsonNode *a, const JsonNode *b);

static void
assert_same_children(const JsonNode *a, const JsonNode *b)
{
    for (a = a->first, b = b->first; a != NULL && b != NULL; a = a->next, b = b->next) {
        g_assert_cmpstr(a->name, ==, b->name);
        assert_same(a, b);
    }
    g_assert_true(a == NULL && b == NULL);
}

static void
assert_same(const JsonNode *a, const JsonNode *b)
{
    g_assert_cmpint(a->kind, ==, b->kind);
    g_assert_cmpuint(a->size, ==, b->size);
    if (a->kind == NODE_INTEGER)
        g_assert_cmpint(a->integer, ==, b->integer);
    else if (a->kind == NODE_STRING)
        g_assert_true(memcmp(a->text, b->text, a->size + 1) == 0);
    else if (a->kind == NODE_ARRAY || a->kind == NODE_OBJECT)
        assert_same_children(a, b);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const char *json = (const char *)data, *reason;
    g_autoptr(JsonTree) quick = json_tree_read(json, size);
    if (quick == NULL)
        return 0;
    g_assert_true(decode_scan(json, size, &reason));
    json_error_t error;
    json_t *document =
        json_loadb(json, size, JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    g_assert_nonnull(document);
    g_autoptr(JsonTree) slow = json_tree_of_jansson(document);
    assert_same(json_tree_root(quick), json_tree_root(slow));
    return 0;
}
