#!/bin/bash
# Goal: `deliver` under real procmail, with the recipe of examples/mail-systems, stores a report; when it cannot, procmail falls through to the
# mailbox, and importing that mailbox later loses nothing and counts nothing twice.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[store]\nuri=%s/reports.db\n' "$work" > "$work/good.conf"
printf '[store]\nuri=%s/reports.db\nnonsense\n' "$work" > "$work/bad.conf"
for kind in good bad; do
    {
        printf 'MAILDIR=%s\nDEFAULT=%s/mailbox\nLOGFILE=%s/procmail.log\n' "$work" "$work" "$work"
        sed "s|/usr/bin/tlsgauge|$TLSGAUGE --config $work/$kind.conf|" \
            "$SOURCE_DIR/examples/mail-systems/procmailrc"
    } > "$work/$kind.rc"
done
"$PYTHON3" - "$SOURCE_DIR/tests/support" "$work" <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
from reports import mail, report
for number in range(3):
    with open("%s/%d.eml" % (sys.argv[2], number), "wb") as file:
        file.write(mail(report("report-%d" % number)))
PY
fail() { echo "FAILED: $*"; cat "$work/procmail.log"; exit 1; }
count() { "$TLSGAUGE" --config "$work/good.conf" list --json | grep -c '"report_id"' || true; }

# procmail puts a "From " line on top before it pipes.
procmail -f sender@sender.example "$work/good.rc" < "$work/0.eml" || fail "procmail ended with $?"
[ "$(count)" = 1 ] || fail "one report is stored, not $(count)"
[ ! -s "$work/mailbox" ] || fail "a delivered report is not in the mailbox as well"

procmail -f sender@sender.example "$work/bad.rc" < "$work/1.eml" || fail "procmail ended with $?"
procmail -f sender@sender.example "$work/bad.rc" < "$work/2.eml" || fail "procmail ended with $?"
[ "$(count)" = 1 ] || fail "nothing is stored with a broken configuration"
grep -q 'bad.conf:3' "$work/procmail.log" || fail "the log names file and line"
[ "$(grep -c '^From ' "$work/mailbox")" = 2 ] || fail "both messages are in the mailbox"

"$TLSGAUGE" --config "$work/good.conf" import "$work/mailbox" "$work/mailbox"
[ "$(count)" = 3 ] || fail "the mailbox is imported: 3 reports, not $(count)"
