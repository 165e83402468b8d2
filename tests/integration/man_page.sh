#!/bin/bash
# Goal: the man page is sound, and names every command and every configuration key that there is.
set -eu
mandoc -Tlint -W warning "$SOURCE_DIR/doc/tlsgauge.1"
text=$(mandoc -T ascii "$SOURCE_DIR/doc/tlsgauge.1" | sed 's/.\x08//g')
status=0
for command in $("$TLSGAUGE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
    grep -qw "$command" <<<"$text" || { echo "not in the man page: $command"; status=1; }
done
for key in $(sed -n -e 's/^    *\(TEXT(\|{\)"[a-z]*", "\([a-z-]*\)".*/\2/p' \
    -e 's/^    *\(MAILBOX\|ALERT_KEY\)("\([a-z-]*\)".*/\2/p' "$SOURCE_DIR/cli/config_keys.c"); do
    tr -s ' \n' ' ' <<<"$text" | grep -qe "$key" || { echo "not in the man page: $key"; status=1; }
done
exit $status
