#include "cli/config_mailbox.h"

#include <string.h>

#include "ingest/imap_name.h"
#include "ingest/imap_url.h"

#define PREFIX     "fetch "
#define NAME_BYTES 64u

gboolean
config_mailbox_is_section(const char *section)
{
    return g_str_has_prefix(section, PREFIX);
}

static gboolean
is_name(const char *text)
{
    gsize length = strlen(text);
    for (const char *p = text; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("._-", *p) == NULL)
            return FALSE;
    }
    return length > 0 && length <= NAME_BYTES;
}

gboolean
config_mailbox_enter(Config *config, const char *section, const char *place)
{
    const char *name = section + strlen(PREFIX);
    if (!is_name(name))
        return FALSE;
    if (config->mailboxes == NULL)
        config->mailboxes =
            g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))config_mailbox_free);
    for (guint i = 0; i < config->mailboxes->len; i++) {
        ConfigMailbox *mailbox = g_ptr_array_index(config->mailboxes, i);
        if (strcmp(mailbox->name, name) == 0) {
            config->entered = mailbox;
            return TRUE;
        }
    }
    ConfigMailbox *mailbox = g_new0(ConfigMailbox, 1);
    mailbox->name = g_strdup(name);
    mailbox->place = g_strdup(place);
    g_ptr_array_add(config->mailboxes, mailbox);
    config->entered = mailbox;
    return TRUE;
}

char *
config_mailbox_fault(const ConfigMailbox *mailbox)
{
    const char *fault;
    guint secrets = (mailbox->password_file != NULL) + (mailbox->credential != NULL) +
                    (mailbox->oauth_command != NULL);
    if (mailbox->url == NULL)
        return g_strdup("expected url=");
    g_autoptr(ImapUrl) url = imap_url_parse(mailbox->url, &fault);
    if (url == NULL)
        return g_strdup_printf("expected imaps://USER@HOST[:PORT][/FOLDER]: %s", fault);
    if (secrets != 1)
        return g_strdup_printf("expected one of password-file, credential and oauth-command, got "
                               "%s",
                               secrets == 0 ? "none" : "several");
    if (mailbox->credential != NULL &&
        (strchr(mailbox->credential, '/') != NULL || mailbox->credential[0] == '.'))
        return g_strdup("expected the name of a credential, not a path");
    if (mailbox->move_to != NULL && mailbox->remove)
        return g_strdup("expected move-to or delete, got both");
    if (mailbox->insecure_plain && (url->tls || !imap_url_is_loopback(url)))
        return g_strdup("insecure-plain is for imap:// to this machine only (localhost, "
                        "127.0.0.1, [::1])");
    if (mailbox->move_to == NULL)
        return NULL;
    g_autofree char *target = imap_name_quote(mailbox->move_to);
    if (target == NULL || strcmp(mailbox->move_to, url->folder) == 0)
        return g_strdup("expected another folder of the same user in move-to");
    return NULL;
}

gboolean
config_mailbox_check_all(const Config *config, GError **error)
{
    for (guint i = 0; config->mailboxes != NULL && i < config->mailboxes->len; i++) {
        const ConfigMailbox *mailbox = g_ptr_array_index(config->mailboxes, i);
        g_autofree char *fault = config_mailbox_fault(mailbox);
        if (fault != NULL) {
            g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: [fetch %s]: %s",
                        mailbox->place, mailbox->name, fault);
            return FALSE;
        }
    }
    return TRUE;
}

void
config_mailbox_free(ConfigMailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    g_free(mailbox->name);
    g_free(mailbox->place);
    g_free(mailbox->url);
    g_free(mailbox->password_file);
    g_free(mailbox->credential);
    g_free(mailbox->oauth_command);
    g_free(mailbox->ca_file);
    g_free(mailbox->move_to);
    g_free(mailbox);
}
