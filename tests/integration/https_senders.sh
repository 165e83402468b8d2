#!/bin/bash
# Goal: reports posted as the real sender tools post them, and through nginx, are taken and answered
# as they should; the client behind a trusted proxy is named.
set -eu
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; cat "$work"/*.log; exit 1; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
printf '[store]\nuri=%s/reports.db\n[https]\nlisten=127.0.0.1:0\ncertificate=%s\nkey=%s\n' \
    "$work" "$work/cert.pem" "$work/key.pem" > "$work/tls.conf"
printf '[store]\nuri=%s/reports.db\n[https]\nlisten=127.0.0.1:0\ntrusted-proxies=127.0.0.1\n' \
    "$work" > "$work/plain.conf"
"$PYTHON3" - "$SOURCE_DIR/tests/support" "$work" <<'PY'
import json, sys
sys.path.insert(0, sys.argv[1])
from reports import gzipped, report
for number in range(12):
    document = json.dumps(report("report-%d" % number)).encode()
    open("%s/%d.json" % (sys.argv[2], number), "wb").write(document)
    open("%s/%d.gz" % (sys.argv[2], number), "wb").write(gzipped(document))
PY
start() { # CONFIG: starts serve, sets $port
    "$TLSGAUGE" --config "$work/$1.conf" serve 2>"$work/$1.log" &
    for _ in $(seq 200); do
        if grep -q 'tlsgauge: store ' "$work/$1.log"; then # the last line of the start
            port=$(sed -n 's/.*collecting at port \([0-9]*\).*/\1/p' "$work/$1.log")
            return
        fi
        sleep 0.05
    done
    fail "serve does not start"
}
status() { curl --silent --output "$work/answer" --max-time 10 --cacert "$work/cert.pem" \
    --write-out '%{http_code}' "$@"; }
check() { [ "$2" = "$3" ] || fail "$1: $2, not $3: $(cat "$work/answer")"; }

start tls
url=https://localhost:$port/v1/tlsrpt
gz='Content-Type: application/tlsrpt+gzip'
json='Content-Type: application/tlsrpt+json'
# sys4 tlsrpt-reporter: curl --data-binary @- with a limit of ten seconds.
check tlsrpt-reporter "$(status -H "$gz" --data-binary @- "$url" < "$work/0.gz")" 201
check "the same again" "$(status -H "$gz" --data-binary @- "$url" < "$work/0.gz")" 200
check "plain JSON (Halon)" "$(status -H "$json" --data-binary "@$work/1.json" "$url")" 201
check "wrong label" "$(status -H "$json" --data-binary "@$work/2.gz" "$url")" 201
check "no label" "$(status -H 'Content-Type:' --data-binary "@$work/3.gz" "$url")" 201
check "Content-Encoding" "$(status -H "$json" -H 'Content-Encoding: gzip' --data-binary "@$work/4.gz" "$url")" 201
check chunked "$(status -H "$gz" -H 'Transfer-Encoding: chunked' --data-binary "@$work/5.gz" "$url")" 201
check Expect "$(status -H "$gz" -H 'Expect: 100-continue' --data-binary "@$work/6.gz" "$url")" 201
check HTTP/1.0 "$(status --http1.0 -H "$gz" --data-binary "@$work/7.gz" "$url")" 201
check "slash and query" "$(status -H "$gz" --data-binary "@$work/8.gz" "$url/?x=1")" 201
used=$(curl --silent --output /dev/null --cacert "$work/cert.pem" --write-out '%{num_connects}' \
    -H "$gz" --data-binary "@$work/0.gz" "$url" --next --silent --output /dev/null \
    --cacert "$work/cert.pem" --write-out '%{num_connects}' -H "$gz" --data-binary "@$work/1.gz" "$url")
check keep-alive "$used" 10
check GET "$(status "$url")" 405
check "another path" "$(status -H "$gz" --data-binary "@$work/0.gz" "https://localhost:$port/")" 404
printf 'no report' > "$work/junk"
check junk "$(status --data-binary "@$work/junk" "$url")" 400
grep -q '"type"' "$work/answer" || fail "the refusal is problem+json"
kill %1; wait %1 || fail "serve ends with 0"

# nginx in front: TLS ends there, the collector speaks plain HTTP on loopback.
start plain
front=$("$PYTHON3" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events {}
http {
    access_log off; client_body_temp_path $work/body; proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server {
        listen 127.0.0.1:$front ssl;
        ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
        location /v1/tlsrpt {
            proxy_pass http://127.0.0.1:$port;
            proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
            client_max_body_size 11m;
        }
    }
}
CONF
nginx -c "$work/nginx.conf" 2>"$work/nginx-start.log" &
for _ in $(seq 100); do [ -f "$work/nginx.pid" ] && break; sleep 0.05; done
url=https://localhost:$front/v1/tlsrpt
check "through nginx" "$(status -H "$gz" -H 'X-Forwarded-For: 198.51.100.7' --data-binary "@$work/9.gz" "$url")" 201
check "through nginx, chunked" "$(status -H "$gz" -H 'Transfer-Encoding: chunked' --data-binary "@$work/10.gz" "$url")" 201
check "junk through nginx" "$(status --data-binary "@$work/junk" "$url")" 400
"$TLSGAUGE" --config "$work/plain.conf" list --json > "$work/list"
# nginx appends the address that it sees to what the client claimed; both are loopback here, and the
# first that is not trusted is what the client claimed before its proxy.
grep -q '"source": "198.51.100.7"' "$work/list" || fail "the client is named: $(grep source "$work/list" | head -2)"
[ "$(grep -c '"report_id"' "$work/list")" = 11 ] || fail "11 reports are stored"
