#include "schema/domain_name.h"

#include <string.h>

#include "schema/limits.h"

static const struct {
    const char *name, *normal; /* NULL: no name */
    gboolean changed;
} names[] = {
    {"mail.example", "mail.example", FALSE},
    {"Mail.EXAMPLE", "mail.example", FALSE},
    {"mail.example.", "mail.example", TRUE},
    {"mx_1._tcp.mail.example", "mx_1._tcp.mail.example", FALSE},
    {"localhost", "localhost", FALSE},
    {"192.0.2.1", "192.0.2.1", FALSE},
    {"1234", "1234", FALSE},
    {"a--b.example", "a--b.example", FALSE},
    {"XN--BCHER-KVA.example", "xn--bcher-kva.example", FALSE},
    {"bücher.example", "xn--bcher-kva.example", TRUE},
    {"BÜCHER.Example.", "xn--bcher-kva.example", TRUE},
    {"例え.テスト", "xn--r8jz45g.xn--zckzah", TRUE},
    {"straße.example", NULL, FALSE}, /* IDNA 2003 and 2008 disagree about which domain it is */
    {"", NULL, FALSE},
    {".", NULL, FALSE},
    {"..", NULL, FALSE},
    {".example", NULL, FALSE},
    {"mail..example", NULL, FALSE},
    {"mail.example..", NULL, FALSE},
    {"mail example", NULL, FALSE},
    {" mail.example", NULL, FALSE},
    {"mail.example\n", NULL, FALSE},
    {"mail.exam\tple", NULL, FALSE},
    {"[192.0.2.1]", NULL, FALSE},
    {"2001:db8::1", NULL, FALSE},
    {"user@mail.example", NULL, FALSE},
    {"mail.example/..", NULL, FALSE},
    {"*.mail.example", NULL, FALSE},
    {"*", NULL, FALSE},
    {"b\xfc"
     "cher.example",
     NULL, FALSE},
    {"℀.example", NULL, FALSE}, /* becomes "a/c" */
};

static void
test_names(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        gboolean changed = FALSE;
        g_autofree char *name = domain_name_normalise(names[i].name, -1, FALSE, &changed);
        g_assert_cmpstr(name, ==, names[i].normal);
        g_assert_cmpint(changed, ==, names[i].changed);
        g_autofree char *again =
            name == NULL ? NULL : domain_name_normalise(name, -1, FALSE, &changed);
        g_assert_cmpstr(again, ==, names[i].normal);
    }
}

/* The short cut says just what the long way does. */
static void
test_normal(void)
{
    static const char letters[] = "aaabz09-_....A* \xc3\xbc";
    g_autoptr(GRand) chance = g_rand_new_with_seed(1);
    guint normals = 0;
    for (guint i = 0; i < 20000; i++) {
        char name[2 * LIMIT_NAME_BYTES];
        gboolean long_labels = i % 4 == 0;
        gsize length = (gsize)g_rand_int_range(chance, 0, i % 2 == 0 ? 8 : sizeof name);
        gint letter = g_rand_int_range(chance, 2, sizeof letters);
        for (gsize at = 0; at < length; at++)
            name[at] = letters[g_rand_int_range(chance, 0, long_labels ? 7 : letter)];
        for (gsize at = 1; at < length; at += (gsize)g_rand_int_range(chance, 40, 70))
            name[at] = long_labels ? '.' : name[at];
        g_autofree char *normal = domain_name_normalise(name, (gssize)length, FALSE, NULL);
        gboolean same =
            normal != NULL && strlen(normal) == length && memcmp(normal, name, length) == 0;
        g_assert_cmpint(domain_name_is_normal(name, length), ==, same);
        normals += same;
    }
    g_assert_cmpuint(normals, >, 1000);
    g_assert_cmpuint(normals, <, 19000);
}

static void
test_wildcards(void)
{
    const struct {
        const char *pattern, *normal;
    } rows[] = {
        {"*.mail.example", "*.mail.example"},
        {"*.MAIL.example.", "*.mail.example"},
        {"*.bücher.example", "*.xn--bcher-kva.example"},
        {"mail.example", "mail.example"},
        {"*.example", "*.example"},
        {"*", NULL},
        {"*.", NULL},
        {"*..", NULL},
        {"*.*.example", NULL},
        {"a.*.example", NULL},
        {"*mail.example", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = domain_name_normalise(rows[i].pattern, -1, TRUE, NULL);
        g_assert_cmpstr(name, ==, rows[i].normal);
    }
}

static char *
name_of_length(gsize length)
{
    char *name = g_strnfill(length, 'a');
    for (gsize i = 63; i < length; i += 64)
        name[i] = '.';
    return name;
}

static void
test_lengths(void)
{
    g_autofree char *fits = name_of_length(LIMIT_NAME_BYTES);
    g_autofree char *too_long = name_of_length(LIMIT_NAME_BYTES + 2);
    g_autofree char *label = g_strnfill(64, 'a');
    g_autofree char *huge = g_strnfill(1000000, 'a');
    g_autofree char *result = domain_name_normalise(fits, -1, FALSE, NULL);
    g_assert_cmpstr(result, ==, fits);
    g_assert_null(domain_name_normalise(too_long, -1, FALSE, NULL));
    g_assert_null(domain_name_normalise(label, -1, FALSE, NULL));
    g_assert_null(domain_name_normalise(huge, -1, FALSE, NULL));
    g_autofree char *part = domain_name_normalise("mail.example, other", 12, FALSE, NULL);
    g_assert_cmpstr(part, ==, "mail.example");
    /* A NUL must not end a name early and make it another's. */
    g_assert_null(domain_name_normalise("mail.example\0.evil.example", 26, FALSE, NULL));
}

static void
test_below(void)
{
    g_assert_true(domain_name_is_below_or_equal("mail.example", "mail.example"));
    g_assert_true(domain_name_is_below_or_equal("a.mail.example", "mail.example"));
    g_assert_true(domain_name_is_below_or_equal("a.b.mail.example", "example"));
    g_assert_false(domain_name_is_below_or_equal("example", "mail.example"));
    g_assert_false(domain_name_is_below_or_equal("notmail.example", "mail.example"));
    g_assert_false(domain_name_is_below_or_equal("mail.example", ""));
}

static void
test_organisational(void)
{
    const char *name = "mx1.mail.company.com";
    g_assert_cmpstr(domain_name_organisational(name), ==, "company.com");
    g_assert_true(domain_name_organisational(name) == name + strlen("mx1.mail."));
    g_assert_cmpstr(domain_name_organisational("a.company.example"), ==, "company.example");
    g_assert_cmpstr(domain_name_organisational("company.example"), ==, "company.example");
    g_assert_cmpstr(domain_name_organisational("com"), ==, "com");
    g_assert_cmpstr(domain_name_organisational(""), ==, "");
}

/* Where a list of public suffixes is at hand, "co.uk" is nobody's. */
static void
test_public_suffix(void)
{
    if (strcmp(domain_name_organisational("a.company.co.uk"), "co.uk") == 0) {
        g_test_skip("built without a list of public suffixes");
        return;
    }
    g_assert_cmpstr(domain_name_organisational("a.company.co.uk"), ==, "company.co.uk");
    g_assert_cmpstr(domain_name_organisational("co.uk"), ==, "co.uk");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain-name/normal", test_normal);
    g_test_add_func("/domain-name/names", test_names);
    g_test_add_func("/domain-name/wildcards", test_wildcards);
    g_test_add_func("/domain-name/lengths", test_lengths);
    g_test_add_func("/domain-name/below", test_below);
    g_test_add_func("/domain-name/organisational", test_organisational);
    g_test_add_func("/domain-name/public-suffix", test_public_suffix);
    return g_test_run();
}
