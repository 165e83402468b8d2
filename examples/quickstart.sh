#!/bin/bash
# The main job from nothing, on Debian 12: installs what is needed, builds build/tlsgauge, starts a
# collector with a throw-away certificate, posts a report over TLS, pipes a mail, imports a folder,
# prints the summary. Ends by itself and leaves nothing running; the store is in a temporary folder.
set -eu
cd "$(dirname "$0")/.."

packaging/install-packages.sh build example
if [ ! -f build/build.ninja ]; then
    cmake --preset release >/dev/null
fi
cmake --build --preset release

work=$(mktemp -d)
server=
cleanup() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT

echo "==> a throw-away certificate and a configuration"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
cat > "$work/tlsgauge.conf" <<CONF
[store]
uri=$work/reports.db
[domains]
accept=example.org
[trust]
authserv-ids=mx1.example.org
[https]
listen=127.0.0.1:0
certificate=$work/certificate.pem
key=$work/key.pem
CONF
tlsgauge() { build/tlsgauge --config "$work/tlsgauge.conf" "$@"; }
tlsgauge config check

echo "==> the collector"
build/tlsgauge --config "$work/tlsgauge.conf" serve 2>"$work/serve.log" &
server=$!
port=
for _ in $(seq 100); do
    port=$(sed -n 's/.*collecting at port \([0-9]*\).*/\1/p' "$work/serve.log")
    [ -n "$port" ] && break
    kill -0 "$server" 2>/dev/null || { cat "$work/serve.log"; exit 1; }
    sleep 0.1
done
[ -n "$port" ] || { cat "$work/serve.log"; exit 1; }

echo "==> a gzip report by HTTPS, as a sender posts it"
gzip -c examples/https/isp-2026-11-19.json > "$work/report.json.gz"
curl --silent --show-error --fail --cacert "$work/certificate.pem" \
    -H 'Content-Type: application/tlsrpt+gzip' --data-binary "@$work/report.json.gz" \
    "https://localhost:$port/v1/tlsrpt"
echo

echo "==> a report by mail, as procmail or an MTA pipes it"
tlsgauge --verbose deliver < examples/mail/bigmail-2026-11-19.eml

echo "==> a folder of reports"
tlsgauge import examples/reports/

echo "==> the summary"
tlsgauge report
