#!/bin/sh
# Installs what the named sections of debian-packages.txt list and this machine lacks (Debian 12, root).
set -eu
list=$(dirname "$0")/debian-packages.txt
wanted=
for section in "$@"; do
    wanted="$wanted $(sed -n "/^\[$section\]\$/,/^\[/{s/[[:space:]]*#.*//;/^\[/d;/^\$/d;p;}" "$list")"
done
missing=
for package in $wanted; do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "these packages are missing, and only root can install them:$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
