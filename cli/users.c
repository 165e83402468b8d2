#include "cli/users.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#include "cli/config.h"
#include "cli/password.h"
#include "cli/throttle.h"
#include "schema/domain_name.h"
#include "schema/limits.h"

typedef struct {
    char *name, *hash;
    char **domains; /* NULL: all */
} User;

/* A password that was right: known by a keyed digest, never by itself. */
typedef struct {
    char *name;
    gint64 until; /* monotonic microseconds */
} Verified;

struct Users {
    char *file;
    pthread_mutex_t lock; /* guards what follows; not held while a password is hashed */
    GHashTable *users;    /* name -> User */
    GHashTable *verified; /* digest -> Verified */
    Throttle *throttle;
    GStatBuf status; /* of the file as it was read */
    gint64 looked;   /* monotonic microseconds */
    char key[33];    /* of the digests; random */
    char *decoy;     /* a hash to try where the name is unknown, so that this takes as long */
};

/* ---- the file ------------------------------------------------------------------------------ */

static void
user_free(gpointer data)
{
    User *user = data;
    g_free(user->name);
    g_free(user->hash);
    g_strfreev(user->domains);
    g_free(user);
}

static void
verified_free(gpointer data)
{
    Verified *verified = data;
    g_free(verified->name);
    g_free(verified);
}

/* "a.example;b.example" normalised, NULL for "*". */
static gboolean
read_user_domains(const char *text, char ***ret_domains)
{
    g_auto(GStrv) parts = g_strsplit_set(text, ";,", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n = 0;
    *ret_domains = NULL;
    if (strcmp(text, "*") == 0)
        return TRUE;
    for (char **part = parts; *part != NULL; part++) {
        if (*g_strstrip(*part) == '\0')
            continue;
        g_autofree char *domain = domain_name_normalise(*part, -1, FALSE, NULL);
        if (domain == NULL)
            return FALSE;
        g_strv_builder_add(builder, domain);
        n++;
    }
    if (n > 0)
        *ret_domains = g_strv_builder_end(builder);
    return n > 0;
}

/* What is wrong with LINE (static), or NULL; then it is in USERS. */
static const char *
read_line(GHashTable *users, const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, ":", 4);
    char **domains = NULL;
    if (g_strv_length(fields) != 3 || *fields[0] == '\0')
        return "expected NAME:HASH:DOMAIN;DOMAIN or NAME:HASH:*";
    if (g_hash_table_contains(users, fields[0]))
        return "this name is there twice";
    if (!password_hash_is_sound(fields[1]))
        return "expected a password hash as tlsgauge dashboard-password makes it";
    if (g_hash_table_size(users) >= LIMIT_USERS)
        return "too many users";
    if (!read_user_domains(g_strstrip(fields[2]), &domains))
        return "expected domain names separated by \";\", or *, at the end";
    User *user = g_new0(User, 1);
    user->name = g_strdup(fields[0]);
    user->hash = g_strdup(fields[1]);
    user->domains = domains;
    g_hash_table_insert(users, user->name, user);
    return NULL;
}

static GHashTable *
read_users(const char *file, GStatBuf *ret_status, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GHashTable) users = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, user_free);
    if (g_stat(file, ret_status) == 0 && ret_status->st_size > (goffset)LIMIT_CONFIG_BYTES) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: not a password file", file);
        return NULL;
    }
    if (!g_file_get_contents(file, &text, &length, error))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *line = g_strstrip(lines[i]);
        const char *fault = *line == '\0' || *line == '#' ? NULL : read_line(users, line);
        if (fault != NULL) {
            g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s:%u: %s", file, i + 1, fault);
            return NULL;
        }
    }
    if (g_hash_table_size(users) == 0) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: there is no user in it", file);
        return NULL;
    }
    return g_steal_pointer(&users);
}

Users *
users_load(const char *file, GError **error)
{
    GStatBuf status = {0};
    const char *problem = password_problem();
    if (problem != NULL) {
        g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_CONTENT, "%s: %s", file, problem);
        return NULL;
    }
    GHashTable *read = read_users(file, &status, error);
    if (read == NULL)
        return NULL;
    Users *users = g_new0(Users, 1);
    users->file = g_strdup(file);
    users->users = read;
    users->status = status;
    users->looked = g_get_monotonic_time();
    users->verified = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, verified_free);
    users->throttle = throttle_new();
    users->decoy = password_hash("", &problem);
    g_autofree char *random = g_uuid_string_random();
    g_strlcpy(users->key, random, sizeof users->key);
    pthread_mutex_init(&users->lock, NULL);
    return users;
}

void
users_free(Users *users)
{
    if (users == NULL)
        return;
    g_hash_table_unref(users->users);
    g_hash_table_unref(users->verified);
    throttle_free(users->throttle);
    pthread_mutex_destroy(&users->lock);
    g_free(users->decoy);
    g_free(users->file);
    g_free(users);
}

/* Under the lock. */
static gboolean
reload(Users *users, GError **error)
{
    GStatBuf status = {0};
    GHashTable *read = read_users(users->file, &status, error);
    users->status = status; /* a broken file is complained of once */
    if (read == NULL)
        return FALSE;
    g_hash_table_unref(users->users);
    users->users = read;
    g_hash_table_remove_all(users->verified);
    return TRUE;
}

gboolean
users_reload(Users *users, GError **error)
{
    pthread_mutex_lock(&users->lock);
    gboolean ok = reload(users, error);
    pthread_mutex_unlock(&users->lock);
    return ok;
}

/* Under the lock. At most once a second. */
static void
reload_if_changed(Users *users, gint64 now)
{
    GStatBuf status;
    if (now - users->looked < G_USEC_PER_SEC)
        return;
    users->looked = now;
    if (g_stat(users->file, &status) != 0)
        return;
    if (status.st_mtim.tv_sec != users->status.st_mtim.tv_sec ||
        status.st_mtim.tv_nsec != users->status.st_mtim.tv_nsec ||
        status.st_ino != users->status.st_ino || status.st_size != users->status.st_size)
        (void)reload(users, NULL); /* the old users stay; `config check` tells what is wrong */
}

/* ---- credentials --------------------------------------------------------------------------- */

/* RFC 7617 2: Basic base64(name ":" password). */
static gboolean
read_credentials(const char *authorization, char **ret_name, char **ret_password)
{
    static const char scheme[] = "Basic ";
    gsize length = 0;
    if (authorization == NULL || g_ascii_strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return FALSE;
    g_autofree guchar *octets = g_base64_decode(authorization + strlen(scheme), &length);
    if (length == 0 || memchr(octets, '\0', length) != NULL)
        return FALSE;
    g_autofree char *text = g_strndup((const char *)octets, length);
    char *colon = strchr(text, ':');
    if (colon == NULL || colon == text)
        return FALSE;
    *ret_name = g_strndup(text, (gsize)(colon - text));
    *ret_password = g_strdup(colon + 1);
    explicit_bzero(octets, length);
    explicit_bzero(text, strlen(text));
    return TRUE;
}

static char *
digest_of(const Users *users, const char *name, const char *password)
{
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)users->key, strlen(users->key));
    g_hmac_update(hmac, (const guchar *)name, (gssize)strlen(name) + 1);
    g_hmac_update(hmac, (const guchar *)password, -1);
    char *digest = g_strdup(g_hmac_get_string(hmac));
    g_hmac_unref(hmac);
    return digest;
}

/* Under the lock. */
static gboolean
was_verified(Users *users, const char *digest, const char *name, gint64 now)
{
    const Verified *verified = g_hash_table_lookup(users->verified, digest);
    if (verified == NULL)
        return FALSE;
    if (verified->until > now && strcmp(verified->name, name) == 0)
        return TRUE;
    g_hash_table_remove(users->verified, digest);
    return FALSE;
}

/* Under the lock. */
static void
remember(Users *users, const char *digest, const char *name, gint64 now)
{
    Verified *verified = g_new(Verified, 1);
    *verified =
        (Verified){g_strdup(name), now + LIMIT_USERS_CACHE_SECONDS * (gint64)G_USEC_PER_SEC};
    if (g_hash_table_size(users->verified) >= LIMIT_USERS_CACHED)
        g_hash_table_remove_all(users->verified);
    g_hash_table_replace(users->verified, g_strdup(digest), verified);
}

/* Under the lock, which is let go while the password is hashed. */
static UsersResult
verify(Users *users, const char *name, const char *password, const char *client, gint64 now)
{
    g_autofree char *digest = digest_of(users, name, password);
    if (was_verified(users, digest, name, now))
        return USERS_KNOWN;
    if (!throttle_take(users->throttle, client, now))
        return USERS_TOO_MANY;
    const User *user = g_hash_table_lookup(users->users, name);
    g_autofree char *hash = g_strdup(user != NULL ? user->hash : users->decoy);
    gboolean known = user != NULL;
    pthread_mutex_unlock(&users->lock);
    gboolean matches = hash != NULL && password_matches(password, hash) && known;
    pthread_mutex_lock(&users->lock);
    user = g_hash_table_lookup(users->users, name); /* the file may have been read again */
    if (!matches || user == NULL || strcmp(user->hash, hash) != 0)
        return USERS_UNKNOWN;
    throttle_give_back(users->throttle, client);
    remember(users, digest, name, now);
    return USERS_KNOWN;
}

UsersResult
users_check(Users *users, const char *authorization, const char *client, UsersAccess *ret_access)
{
    g_autofree char *name = NULL, *password = NULL;
    gint64 now = g_get_monotonic_time();
    if (!read_credentials(authorization, &name, &password))
        return USERS_UNKNOWN;
    pthread_mutex_lock(&users->lock);
    reload_if_changed(users, now);
    UsersResult result = verify(users, name, password, client, now);
    if (result == USERS_KNOWN) {
        const User *user = g_hash_table_lookup(users->users, name);
        *ret_access = (UsersAccess){g_strdup(name), g_strdupv(user->domains)};
    }
    pthread_mutex_unlock(&users->lock);
    explicit_bzero(password, strlen(password));
    return result;
}

void
users_access_clear(UsersAccess *access)
{
    g_clear_pointer(&access->name, g_free);
    g_clear_pointer(&access->domains, g_strfreev);
}
