#!/bin/sh
# Sets up a Debian 12 machine, builds the dev preset (ASan, UBSan, warnings as errors) and runs
# every test. Arguments go to ctest, for example: tests/run.sh -R decode
set -eu
cd "$(dirname "$0")/.."
packaging/install-packages.sh build test
cmake --preset dev >/dev/null
cmake --build --preset dev
ctest --preset dev -j2 "$@"
