#!/bin/sh
# opensearch.sh WHAT URL INDEX: what is new of WHAT (reports, failures, totals) into an OpenSearch or
# Elasticsearch index; for cron or a systemd timer. Needs jq and curl.
#
# A document is indexed under the id of its line, so a second time does no harm. The cursor is kept
# only after the server has taken the lines: whatever breaks in between is sent again.
set -eu
what=$1 url=$2 index=$3
state=${STATE_DIRECTORY:-$HOME/.local/state/tlsgauge}
mkdir -p "$state"
cursor=$state/opensearch-$index-$what.cursor
lines=$(mktemp) answer=$(mktemp)
trap 'rm -f "$lines" "$answer"' EXIT

post() { # PATH CONTENT-TYPE, body on standard input
    # Here go --user, --cacert or --aws-sigv4 as the server wants them.
    curl -sS --fail -o "$answer" -H "Content-Type: $2" --data-binary @- "$url/$1"
}

while :; do
    after=
    [ ! -s "$cursor" ] || after=$(cat "$cursor")
    tlsgauge export --what "$what" --limit 1000 ${after:+--after "$after"} >"$lines"
    [ -s "$lines" ] || break
    jq -c --arg index "$index" '
        select(.schema != "tlsgauge.export.day/1")
        | {index: {_index: $index, _id: .id}}, .' "$lines" >"$lines.bulk"
    if [ -s "$lines.bulk" ]; then
        post _bulk application/x-ndjson <"$lines.bulk"
        if ! jq -e '.errors == false' "$answer" >/dev/null; then
            jq -c '[.items[][] | select(.error)][0]' "$answer" >&2
            exit 1
        fi
    fi
    rm -f "$lines.bulk"
    # A day that was told again: rows that it does not have any more have an older revision.
    jq -c 'select(.schema == "tlsgauge.export.day/1") | {query: {bool: {filter: [
        {term: {"schema.keyword": "tlsgauge.export.\(.what[:-1])/1"}},
        {term: {day: .day}}, {range: {revision: {lt: .revision}}}]}}}' "$lines" |
        while read -r query; do
            printf '%s\n' "$query" |
                post "$index/_delete_by_query?refresh=true&conflicts=proceed" application/json
        done
    tail -n 1 "$lines" | jq -r .cursor >"$cursor.new"
    mv "$cursor.new" "$cursor"
done
