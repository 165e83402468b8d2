#!/bin/sh
# Builds Release and the baselines, and prints the figures: ours, baseline, difference or ratio.
# Nothing here passes or fails.
set -eu
cd "$(dirname "$0")/../.."
packaging/install-packages.sh build test
cmake -G Ninja -B build-bench -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build-bench --target tlsgauge bench_empty >/dev/null
exec "${PYTHON3:-/usr/bin/python3}" tests/bench/deliver.py build-bench
