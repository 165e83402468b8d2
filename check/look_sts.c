/* look_sts.c: the record at _mta-sts. Part of look.h. */
#include "check/look.h"

#include "check/txt.h"
#include "schema/finding.h"
#include "schema/limits.h"

#define SECONDS_A_DAY 86400

static const TxtKind kind = {
    .label = "_mta-sts",
    .version = "v=STSv1",
    .word = "STSv",
    .missing = "sts-dns-missing",
    .multiple = "sts-dns-multiple",
    .wrong_place = "sts-dns-wrong-place",
    .spf_wildcard = "sts-dns-spf-wildcard",
    .unrelated = "sts-dns-unrelated",
};

void
look_sts_record(Look *look)
{
    CheckRun *run = look->run;
    g_autoptr(GPtrArray) findings = findings_new();
    TxtFound found;
    txt_find(look, &kind, &found);
    if (found.text != NULL) {
        run->sts_text = text_printable(found.text, (gssize)found.length, LIMIT_TEXT_BYTES);
        run->sts = sts_record_parse(found.text, found.length, findings);
        txt_tell(look, found.name, findings);
    }
    if (found.any && found.aliased)
        look_tell(look, "sts-dns-cname", found.name, "it is an alias");
    if (run->sts != NULL && found.ttl > SECONDS_A_DAY)
        look_tell(look, "sts-dns-ttl", found.name, "its TTL is %u seconds", found.ttl);
    if (found.any && run->null_mx)
        look_tell(look, "mx-null-records", found.name, "there is a TXT record");
    look->record_there = found.any;
    run->sts_known = found.answered;
    txt_found_clear(&found);
}
