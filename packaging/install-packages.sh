#!/bin/sh
# Installs what the named sections of debian-packages.txt list and this machine lacks (Debian 12, root):
#   install-packages.sh SECTION...
# Or fetches packages that cannot be installed beside others, and unpacks each into FOLDER/PACKAGE:
#   install-packages.sh unpack SECTION FOLDER
set -eu
list=$(dirname "$0")/debian-packages.txt
names() { sed -n "/^\[$1\]\$/,/^\[/{s/[[:space:]]*#.*//;/^\[/d;/^\$/d;p;}" "$list"; }

unpack() {
    folder=$2
    mkdir -p "$folder"
    exec 9>"$folder/lock" # tests run side by side
    flock 9
    for package in $(names "$1"); do
        [ ! -d "$folder/$package" ] || continue
        fetched=$(mktemp -d)
        fetch() (cd "$fetched" && apt-get -qq -o APT::Sandbox::User=root download "$package")
        fetch || { apt-get update -qq && fetch; } || { rm -r "$fetched" && exit 1; }
        dpkg -x "$fetched/${package}_"*.deb "$folder/$package.part"
        mv "$folder/$package.part" "$folder/$package"
        rm -r "$fetched"
    done
}

if [ "${1-}" = unpack ]; then
    unpack "$2" "$3"
    exit 0
fi
wanted=
for section in "$@"; do
    wanted="$wanted $(names "$section")"
done
missing=
for package in $wanted; do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    # Node.org's own packages have npm inside and conflict with Debian's.
    [ "$state" = "install ok installed" ] || command -v "$package" >/dev/null ||
        missing="$missing $package"
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
