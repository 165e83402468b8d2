/* The password file, and who is let in. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/password.h"
#include "cli/users.h"

static char *
write_file(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("users-XXXXXX", &path, &error);
    g_assert_no_error(error);
    close(fd);
    g_assert_true(g_file_set_contents(path, text, -1, &error));
    return path;
}

static UsersResult
ask(Users *users, const char *pair, UsersAccess *access)
{
    g_autofree char *octets = g_base64_encode((const guchar *)pair, strlen(pair));
    g_autofree char *value = g_strconcat("basic ", octets, NULL);
    return users_check(users, value, "192.0.2.1", access);
}

static void
test_let_in(void)
{
    const char *problem = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *hash = password_hash("pass:word \xc3\xa9", &problem);
    g_assert_true(g_str_has_prefix(hash, "$y$"));
    g_autofree char *text =
        g_strdup_printf("# users\n\nadmin:%s:*\nalice:%s: A.example ;b.example;\n", hash, hash);
    g_autofree char *file = write_file(text);
    Users *users = users_load(file, &error);
    g_assert_no_error(error);
    g_auto(UsersAccess) admin = {0}, alice = {0}, nobody = {0};
    g_assert_cmpint(ask(users, "admin:pass:word \xc3\xa9", &admin), ==, USERS_KNOWN);
    g_assert_null(admin.domains);
    g_assert_cmpint(ask(users, "alice:pass:word \xc3\xa9", &alice), ==, USERS_KNOWN);
    g_assert_cmpstr(alice.name, ==, "alice");
    g_autofree char *domains = g_strjoinv(" ", alice.domains);
    g_assert_cmpstr(domains, ==, "a.example b.example");
    g_assert_cmpint(ask(users, "alice:pass:word", &nobody), ==, USERS_UNKNOWN);
    g_assert_cmpint(ask(users, "bob:", &nobody), ==,
                    USERS_UNKNOWN); /* the decoy's password is "" */
    g_assert_cmpint(ask(users, ":x", &nobody), ==, USERS_UNKNOWN);
    g_assert_cmpint(ask(users, "alice", &nobody), ==, USERS_UNKNOWN);
    g_assert_cmpint(users_check(users, NULL, "192.0.2.1", &nobody), ==, USERS_UNKNOWN);
    g_assert_null(nobody.name);
    users_free(users);
    g_unlink(file);
}

static void
test_faults(void)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"", "there is no user in it"},
        {"a\n", ":1: expected NAME:HASH:DOMAIN"},
        {"#\na:$y$x:*:x\n", ":2: expected NAME:HASH:DOMAIN"},
        {"a:secret:*\n", ":1: expected a password hash"},
        {"a::*\n", ":1: expected a password hash"},
        {"a:$1$md5$x:*\n", ":1: expected a password hash"},
        {"a:$6$s$x:\n", ":1: expected domain names"},
        {"a:$6$s$x:a..b\n", ":1: expected domain names"},
        {"a:$6$s$x:*\na:$6$s$x:*\n", ":2: this name is there twice"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *file = write_file(cases[i].text);
        g_assert_null(users_load(file, &error));
        g_assert_nonnull(strstr(error->message, file));
        g_assert_nonnull(strstr(error->message, cases[i].said));
        g_unlink(file);
    }
}

/* A hash of another maker: openssl passwd -6 -salt saltstring. */
static void
test_known_hash(void)
{
    static const char hash[] = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnI"
                               "FNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    g_assert_true(password_matches("Hello world!", hash));
    g_assert_false(password_matches("Hello world", hash));
    g_assert_false(password_matches("", ""));
    g_assert_false(password_matches("", "*"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (password_problem() != NULL) {
        g_test_message("%s", password_problem());
        return 0;
    }
    g_test_add_func("/users/let-in", test_let_in);
    g_test_add_func("/users/faults", test_faults);
    g_test_add_func("/users/known-hash", test_known_hash);
    return g_test_run();
}
