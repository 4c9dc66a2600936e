#!/bin/sh
# Runs every fuzz target for so many seconds (600 by default). Needs cargo-fuzz; stable Rust will do.
set -eu
seconds=${1:-600}
cd "$(dirname "$0")/.."
sh fuzz/seed.sh
for target in sniff parse envelope receipt canonical signature xlsx; do
    RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir fuzz --sanitizer none "$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10
done
