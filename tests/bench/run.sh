#!/bin/sh
# Builds Release and the baselines, and prints the table: ours, baseline, ratio. Nothing here passes
# or fails. Arguments name the parts (decode importing https deliver ...); all without.
# ROUNDS (5) and SCALE (1) in the environment make it more exact; FLUSH_US=157 makes each flush to disk
# take 157 us at least, for ours and the baseline.
set -eu
cd "$(dirname "$0")/../.."
packaging/install-packages.sh build test bench
cmake -G Ninja -B build-bench -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build-bench --target bench >/dev/null
for part in ${*:-decode importing postgresql deliver https lmtp reading dashboard growth memory soak}; do
    "${PYTHON3:-/usr/bin/python3}" "tests/bench/$part.py" build-bench
done
