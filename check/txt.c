#include "check/txt.h"

#include <string.h>

#include "check/rdata.h"
#include "schema/finding.h"

/* One record; owned by the list that it stands in. */
typedef struct {
    char *text;
    gsize length;
    gboolean joint;
} Text;

static void
text_free(gpointer data)
{
    Text *text = data;
    g_free(text->text);
    g_free(text);
}

static GPtrArray *
read_texts(const DnsAnswer *answer)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(text_free);
    for (guint i = 0; i < answer->records->len; i++) {
        Text text = {0};
        text.text = rdata_txt(g_ptr_array_index(answer->records, i), &text.length, &text.joint);
        if (text.text != NULL)
            g_ptr_array_add(texts, g_memdup2(&text, sizeof text));
    }
    return texts;
}

/* It means to be one, though it may be misspelt. */
static gboolean
means(const Text *text, const char *word)
{
    g_autofree char *upper = g_ascii_strup(text->text, (gssize)text->length);
    g_autofree char *wanted = g_ascii_strup(word, -1);
    const char *at = strstr(upper, wanted);
    return at != NULL && at - upper <= 8; /* "v = TLSRPTv1", not a word in some sentence */
}

static gboolean
is_spf(const Text *text)
{
    return g_ascii_strncasecmp(text->text, "v=spf1", 6) == 0;
}

/* The same kind of record where nobody looks. */
static void
look_at_apex(Look *look, const TxtKind *kind, const char *name)
{
    g_autoptr(DnsAnswer) answer = look_up_quietly(look, look->run->domain, DNS_TXT);
    g_autoptr(GPtrArray) texts = read_texts(answer);
    for (guint i = 0; i < texts->len; i++) {
        const Text *text = g_ptr_array_index(texts, i);
        if (txt_record_begins(text->text, text->length, kind->version)) {
            look_tell(look, kind->wrong_place, look->run->domain, "\"%s\" belongs at %s",
                      text->text, name);
            return;
        }
    }
    look_tell(look, kind->missing, name, "there is no TXT record");
}

/* None of TEXTS, of which there are some, means to be one. */
static void
tell_strangers(Look *look, const TxtKind *kind, const char *name, const GPtrArray *texts)
{
    const Text *first = g_ptr_array_index(texts, 0);
    for (guint i = 0; i < texts->len; i++) {
        const Text *text = g_ptr_array_index(texts, i);
        if (is_spf(text)) {
            look_tell(look, kind->spf_wildcard, name, "\"%s\"", text->text);
            return;
        }
    }
    look_tell(look, kind->unrelated, name, "\"%s\"", first->text);
    look_tell(look, kind->missing, name, "none of its %u TXT records is one", texts->len);
}

/* The one of TEXTS that counts; NULL when there is none. */
static const Text *
choose(Look *look, const TxtKind *kind, const GPtrArray *texts, TxtFound *found)
{
    const Text *exact = NULL, *meant = NULL, *other = NULL;
    guint n_exact = 0, n_meant = 0;
    for (guint i = 0; i < texts->len; i++) {
        const Text *text = g_ptr_array_index(texts, i);
        if (txt_record_begins(text->text, text->length, kind->version)) {
            exact = text;
            n_exact++;
        } else if (means(text, kind->word)) {
            meant = text;
            n_meant++;
        } else {
            other = text;
        }
    }
    found->any = n_exact + n_meant > 0;
    if (n_exact > 1) {
        look_tell(look, kind->multiple, found->name, "there are %u", n_exact);
        return NULL;
    }
    if (found->any && other != NULL)
        look_tell(look, kind->unrelated, found->name, "\"%s\"", other->text);
    if (n_exact == 1 && n_meant > 0)
        look_tell(look, kind->unrelated, found->name, "\"%s\" is discarded", meant->text);
    return exact != NULL ? exact : meant;
}

void
txt_find(Look *look, const TxtKind *kind, TxtFound *ret_found)
{
    *ret_found = (TxtFound){.name = g_strdup_printf("%s.%s", kind->label, look->run->domain)};
    g_autoptr(DnsAnswer) answer = look_up(look, ret_found->name, DNS_TXT);
    ret_found->answered = answer->status != ANSWER_BOGUS && answer->status != ANSWER_FAILED;
    ret_found->aliased = answer->canonical != NULL;
    ret_found->ttl = answer->ttl;
    if (!ret_found->answered)
        return;
    g_autoptr(GPtrArray) texts = read_texts(answer);
    const Text *text = choose(look, kind, texts, ret_found);
    if (text != NULL) {
        ret_found->text = g_memdup2(text->text, text->length + 1);
        ret_found->length = text->length;
        ret_found->joint = text->joint;
    } else if (!ret_found->any && look->run->null_mx) {
        return; /* it takes no mail: nothing is missed */
    } else if (!ret_found->any && texts->len > 0) {
        tell_strangers(look, kind, ret_found->name, texts);
    } else if (!ret_found->any) {
        look_at_apex(look, kind, ret_found->name);
    }
}

void
txt_found_clear(TxtFound *found)
{
    g_free(found->name);
    g_free(found->text);
}

void
txt_tell(Look *look, const char *subject, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);
        gboolean placed = g_str_has_prefix(finding->pointer, "line ");
        look_tell(look, finding->code, subject, "%s%s%s", placed ? finding->pointer : "",
                  placed ? ": " : "", finding->fact);
    }
}
