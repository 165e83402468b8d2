#!/bin/bash
# Goal: systemd understands every unit that is installed, each timer has its service, and the commands in
# the units and in the cron file are ones that the program knows.
set -eu
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0
for unit in "$SOURCE_DIR"/packaging/*.service "$SOURCE_DIR"/packaging/*.timer; do
    # The program is not installed where the units expect it, nor is the manual.
    sed -e "s#/usr/bin/tlsgauge#$TLSGAUGE#" -e '/^Documentation=/d' "$unit" >"$folder/${unit##*/}"
done
for timer in "$folder"/*.timer; do
    [ -e "${timer%.timer}.service" ] || { echo "${timer##*/} has no service"; status=1; }
done
# Units of the machine itself are loaded as well: only what is said of ours counts.
said=$(systemd-analyze verify "$folder"/*.service "$folder"/*.timer 2>&1 | grep tlsgauge || true)
[ -z "$said" ] || { echo "$said"; status=1; }
while read -r line; do
    read -ra words <<<"$line"
    # With an option that does not exist a command gets so far as to say just that.
    told=$("$TLSGAUGE" "${words[@]}" --no-such-option 2>&1 || true)
    [[ $told == *"--no-such-option"* && $told != *"no command"* ]] || { echo "$line: $told"; status=1; }
    "$TLSGAUGE" --config /dev/null --store "$folder/none.db" "${words[0]}" --help >"$folder/help"
    for word in "${words[@]:1}"; do
        [[ $word != --* ]] || grep -q -e "$word" "$folder/help" || { echo "$line: no $word"; status=1; }
    done
done < <(sed -n -e 's/^ExecStart=\/usr\/bin\/tlsgauge //p' "$SOURCE_DIR"/packaging/*.service
         sed -n 's/.*\/usr\/bin\/tlsgauge //p' "$SOURCE_DIR"/packaging/tlsgauge.cron)
exit $status
