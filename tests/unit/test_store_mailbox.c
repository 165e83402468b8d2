/* How far mailboxes have been fetched. */
#include "test_store_fixture.h"

#define MAILBOX "imaps://u@mail.example/INBOX"
#define REPORT  "org A\nid r-1\nstart 1700006400\nentry sts a.example 1 0 -"

static void
set(Store *store, const char *mailbox, guint32 uidvalidity, guint32 uid, const char *unfinished)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *copy = g_strdup(unfinished);
    const StoreMailbox state = {uidvalidity, uid, copy};
    fixture_begin(store);
    store_set_mailbox(store, mailbox, &state, &error);
    g_assert_no_error(error);
    fixture_commit(store);
}

static void
assert_state(Store *store, const char *mailbox, guint32 uidvalidity, guint32 uid,
             const char *unfinished)
{
    g_autoptr(GError) error = NULL;
    g_auto(StoreMailbox) state = {0};
    store_get_mailbox(store, mailbox, &state, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(state.uidvalidity, ==, uidvalidity);
    g_assert_cmpuint(state.uid, ==, uid);
    g_assert_cmpstr(state.unfinished, ==, unfinished);
}

static void
test_states(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    assert_state(store, MAILBOX, 0, 0, NULL);
    set(store, MAILBOX, 7, 10, "3,5:7");
    set(store, "imaps://u@mail.example/Other", 4294967295u, 4294967295u, NULL);
    assert_state(store, MAILBOX, 7, 10, "3,5:7");
    assert_state(store, "imaps://u@mail.example/Other", 4294967295u, 4294967295u, "");
    assert_state(store, "imaps://u@mail.example/inbox", 0, 0, NULL);
    set(store, MAILBOX, 7, 20, NULL);
    assert_state(store, MAILBOX, 7, 20, "");
    /* Another fetch was faster; but the UIDs of another UIDVALIDITY begin anew. */
    set(store, MAILBOX, 7, 15, "15");
    assert_state(store, MAILBOX, 7, 20, "15");
    set(store, MAILBOX, 8, 3, NULL);
    assert_state(store, MAILBOX, 8, 3, "");
}

/* The state and the reports of a transaction are there together, or neither is. */
static void
test_with_reports(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Store *store = fixture->store;
    g_autoptr(GError) error = NULL;
    StoreMailbox state = {7, 10, NULL};
    fixture_begin(store);
    fixture_put_in(store, REPORT, TRUST_UNVERIFIED, NULL, STORE_NEW);
    g_assert_true(store_set_mailbox(store, MAILBOX, &state, &error));
    store_rollback(store);
    assert_state(store, MAILBOX, 0, 0, NULL);
    g_assert_cmpint(fixture_counts(store).reports, ==, 0);
    /* Not outside a transaction. */
    g_assert_false(store_set_mailbox(store, MAILBOX, &state, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INTERNAL);

    fixture_begin(store);
    fixture_put_in(store, REPORT, TRUST_UNVERIFIED, NULL, STORE_NEW);
    g_clear_error(&error);
    g_assert_true(store_set_mailbox(store, MAILBOX, &state, &error));
    fixture_commit(store);
    fixture_assert_rebuild_same(store);
    assert_state(store, MAILBOX, 7, 10, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/store/mailbox/states", Fixture, NULL, fixture_open, test_states, fixture_close);
    g_test_add("/store/mailbox/with-reports", Fixture, NULL, fixture_open, test_with_reports,
               fixture_close);
    return g_test_run();
}
