/* dashboard-password: a line for the password file of the dashboard. */
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/password.h"
#include "cli/say.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

/* A line of standard input, without echo where that is a terminal; NULL where there is none. */
static char *
read_line(const char *prompt)
{
    struct termios before, quiet;
    gboolean terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    g_autoptr(GString) line = g_string_new(NULL);
    char octet;
    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        g_printerr("%s: ", prompt);
    }
    while (line->len <= LIMIT_SECRET_BYTES && read(STDIN_FILENO, &octet, 1) == 1 && octet != '\n')
        g_string_append_c(line, octet);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        g_printerr("\n");
    }
    if (line->len == 0 || memchr(line->str, '\0', line->len) != NULL ||
        !g_utf8_validate(line->str, (gssize)line->len, NULL))
        return NULL;
    return g_strdup(g_strchomp(line->str));
}

/* The password, asked for twice at a terminal. */
static char *
read_password(void)
{
    g_autofree char *password = read_line("Password");
    if (password == NULL || *password == '\0') {
        say(SAY_ERROR, "expected a password on standard input, text in UTF-8");
        return NULL;
    }
    if (!isatty(STDIN_FILENO))
        return g_steal_pointer(&password);
    g_autofree char *again = read_line("Again");
    if (g_strcmp0(password, again) == 0)
        return g_steal_pointer(&password);
    say(SAY_ERROR, "these are two different passwords");
    return NULL;
}

/* "a.example;b.example" of the arguments, "*" where there are none; NULL where one is no name. */
static char *
domains_of(int argc, char **argv)
{
    GString *domains = g_string_new(argc == 0 ? "*" : NULL);
    for (int i = 0; i < argc; i++) {
        g_autofree char *domain = domain_name_normalise(argv[i], -1, FALSE, NULL);
        if (domain == NULL) {
            (void)options_usage("dashboard-password", "\"%s\" is not a domain name", argv[i]);
            g_string_free(domains, TRUE);
            return NULL;
        }
        g_string_append_printf(domains, "%s%s", i > 0 ? ";" : "", domain);
    }
    return g_string_free(domains, FALSE);
}

int
cmd_dashboard_password(App *app, int argc, char **argv)
{
    const char *problem = NULL;
    int status = options_parse("dashboard-password", NULL, &argc, &argv);
    (void)app;
    if (status < 0 && argc < 2)
        status = options_usage("dashboard-password", "expected a name, and the domains to be seen");
    if (status < 0 && (*argv[1] == '\0' || *argv[1] == '#' || strpbrk(argv[1], ": \t\n") != NULL ||
                       !g_utf8_validate(argv[1], -1, NULL)))
        status = options_usage("dashboard-password",
                               "a name has no \":\" and no space, and does not begin with \"#\"");
    if (status >= 0)
        return status;
    g_autofree char *domains = domains_of(argc - 2, argv + 2);
    if (domains == NULL)
        return EX_USAGE;
    g_autofree char *password = read_password();
    if (password == NULL)
        return EX_DATAERR;
    g_autofree char *hash = password_hash(password, &problem);
    if (hash == NULL) {
        say(SAY_ERROR, "%s", problem);
        return EX_UNAVAILABLE;
    }
    g_autofree char *line = g_strdup_printf("%s:%s:%s\n", argv[1], hash, domains);
    return say_output(line, -1) ? EX_OK : EX_IOERR;
}
