#!/bin/bash
# Goal: includes follow the arrows of the design; a wrong include fails here as well as at the link.
set -u
cd "$SOURCE_DIR" || exit 1
declare -A may=(
    [late]="late"
    [schema]="schema"
    [ingest]="ingest schema late"
    [store]="store schema late"
    [report]="report store schema late"
    [check]="check schema late"
    [cli]="cli check report store ingest schema late"
)
status=0
for room in "${!may[@]}"; do
    for file in $(find "$room" -name '*.[ch]'); do
        while read -r included; do
            other=${included%%/*}
            case " ${may[$room]} " in
            *" $other "*) ;;
            *)
                echo "$file includes $included: $room may include only: ${may[$room]}"
                status=1
                ;;
            esac
        done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file")
    done
done
# A header that another room includes shows no type of a third library but GLib.
for header in $(find schema ingest store report check -name '*.h'); do
    users=$(grep -l "#include \"$header\"" ./*/*.c ./*/*.h 2>/dev/null | grep -v "^./${header%%/*}/")
    if [ -n "$users" ] && grep -nE '#include <(jansson|gmime|sqlite3|microhttpd|gnutls|zlib|zip|libpsl|curl|unbound|maxminddb|libpq)' "$header"; then
        echo "$header shows a third library to: $users"
        status=1
    fi
done
exit $status
