#!/bin/sh
# kafka.sh WHAT BROKER TOPIC: what is new of WHAT (reports, failures, totals) into a Kafka topic; for
# cron or a systemd timer. Needs jq and kcat.
#
# The id of a line is the key of its message, so a compacted topic keeps one message a document. The
# cursor is kept only after the broker has taken the messages. (kcat 1.7 reads its input in blocks and
# would leave lines of `tlsgauge export --follow` lying until a block is full.)
set -eu
what=$1 broker=$2 topic=$3
state=${STATE_DIRECTORY:-$HOME/.local/state/tlsgauge}
mkdir -p "$state"
cursor=$state/kafka-$topic-$what.cursor
lines=$(mktemp)
trap 'rm -f "$lines" "$lines.keyed"' EXIT

while :; do
    after=
    [ ! -s "$cursor" ] || after=$(cat "$cursor")
    tlsgauge export --what "$what" --limit 1000 ${after:+--after "$after"} >"$lines"
    [ -s "$lines" ] || break
    jq -r '[.id, tojson] | join("\t")' "$lines" >"$lines.keyed"
    kcat -P -b "$broker" -t "$topic" -K '\t' -X message.max.bytes=4000000 \
        -X message.timeout.ms=60000 <"$lines.keyed"
    tail -n 1 "$lines" | jq -r .cursor >"$cursor.new"
    mv "$cursor.new" "$cursor"
done
