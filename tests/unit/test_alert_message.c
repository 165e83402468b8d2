/* What is told of alerts, also where the store was damaged. */
#include "report/alert_message.h"

#include <string.h>

#include "schema/limits.h"

static const char *
variable(const AlertMessage *message, const char *name)
{
    g_autofree char *full = g_strdup_printf("TLSGAUGE_ALERT_%s", name);
    return g_environ_getenv(message->environment, full);
}

static AlertMessage *
make(const char *const *news)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (; *news != NULL; news++)
        g_ptr_array_add(list, (gpointer)*news);
    return alert_message_make(list, 1700000000);
}

/* What holds mail back today comes before what would, silence and good news. */
static void
test_order(void)
{
    static const char *const news[] = {
        "{\"kind\":\"recovered\",\"domain\":\"a.example\",\"mx\":\"mx1.a.example\",\"result_type\":"
        "\"x\"}",
        "{\"kind\":\"silent\",\"domain\":\"a.example\",\"sender\":\"S\",\"last_day\":\"2026-11-"
        "01\"}",
        "{\"kind\":\"failing\",\"domain\":\"a.example\",\"effect\":\"would-block\",\"result_type\":"
        "\"big\","
        "\"mx\":null,\"failed_sessions\":900,\"senders\":[\"S\"],\"senders_in_all\":1}",
        "{\"kind\":\"failing\",\"domain\":\"a.example\",\"effect\":\"blocked\",\"result_type\":"
        "\"worst\","
        "\"mx\":\"mx1.a.example\",\"failed_sessions\":1,\"again\":true,"
        "\"senders\":[\"A\",\"B\",\"C\",\"D\"],\"senders_in_all\":12}",
        NULL};
    g_autoptr(AlertMessage) message = make(news);
    g_assert_cmpstr(message->subject, ==,
                    "a.example: fails again: worst at mx1.a.example (1 sessions), and 3 more");
    const char *worst = strstr(message->text, "worst"), *big = strstr(message->text, "big, no MX");
    const char *silent = strstr(message->text, "no reports from S since 2026-11-01");
    const char *recovered = strstr(message->text, "recovered: x at mx1.a.example");
    g_assert_true(worst < big && big < silent && silent < recovered && worst != NULL);
    g_assert_cmpstr(variable(message, "SENDER"), ==, "A, B, C and 9 more");
    g_assert_cmpstr(variable(message, "COUNT"), ==, "4");
    g_assert_cmpstr(variable(message, "FAILED_SESSIONS"), ==, "1");
    g_assert_cmpstr(variable(message, "SUBJECT"), ==, message->subject);
}

/* Names that strangers chose move no cursor and start no line. */
static void
test_hostile(void)
{
    static const char *const news[] = {
        "{\"kind\":\"failing\",\"domain\":\"a.example\",\"mx\":\"m\\nx\",\"result_type\":"
        "\"w\\u001b[2J\\r\\nBcc: "
        "x\",\"senders\":[\"\\u202eS\\n\",7],\"senders_in_all\":2,\"failed_sessions\":1}",
        NULL};
    g_autoptr(AlertMessage) message = make(news);
    g_assert_null(strpbrk(message->subject, "\r\n\x1b"));
    g_assert_null(strpbrk(message->text, "\r\x1b"));
    g_assert_null(strstr(message->text, "\nBcc"));
    g_assert_null(strstr(message->text, "\xe2\x80\xae"));
    for (char **pair = message->environment; *pair != NULL; pair++)
        g_assert_true(
            strpbrk(*pair, "\r\x1b") == NULL &&
            (strchr(*pair, '\n') == NULL || g_str_has_prefix(*pair, "TLSGAUGE_ALERT_TEXT=")));
}

/* Rows that another hand wrote: what cannot be read is left out, and nothing breaks. */
static void
test_damaged(void)
{
    static const char *const news[] = {"",  "{", "[1]", "7", "{}", "{\"kind\":5,\"senders\":\"x\"}",
                                       NULL};
    g_autoptr(AlertMessage) message = make(news);
    g_assert_cmpstr(variable(message, "COUNT"), ==, "2");
    static const char *const none[] = {"no JSON", NULL};
    g_autoptr(AlertMessage) sample = make(none);
    g_assert_nonnull(strstr(sample->subject, "test of the alerts"));
}

static void
test_many(void)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < LIMIT_ALERTS_TOLD + 5; i++)
        g_ptr_array_add(list,
                        g_strdup_printf("{\"kind\":\"silent\",\"domain\":\"d%u.example\"}", i));
    g_autoptr(AlertMessage) message = alert_message_make(list, 1700000000);
    g_assert_nonnull(strstr(message->text, "And 5 more"));
    g_assert_nonnull(strstr(message->json, "\"more\": 5"));
    g_assert_true(g_str_has_suffix(message->subject, ", and 24 more"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alert-message/order", test_order);
    g_test_add_func("/alert-message/hostile", test_hostile);
    g_test_add_func("/alert-message/damaged", test_damaged);
    g_test_add_func("/alert-message/many", test_many);
    return g_test_run();
}
