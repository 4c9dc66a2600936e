#!/bin/sh
# Fills fuzz/corpus with samples of every kind and with the fixtures, then lets the targets run:
#   sh fuzz/seed.sh && sh fuzz/seed.sh run 120
# Stable Rust is enough: no sanitizer, and RUSTC_BOOTSTRAP lets cargo-fuzz pass its flags.
set -eu
cd "$(dirname "$0")"
if [ "${1:-}" = run ]; then
    for target in sniff parse envelope receipt canonical signature xlsx; do
        RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none "$target" -- \
            -max_total_time="${2:-60}" -max_len=16384 -dict=fuzz.dict -timeout=5
    done
    exit 0
fi
for target in sniff parse envelope receipt canonical signature xlsx; do
    mkdir -p "corpus/$target"
    (cd .. && cargo run -q -p ceb --example write_corpus -- "fuzz/corpus/$target" "$target")
done
cp ../fixtures/signature/*.xml corpus/canonical/
cp ../fixtures/signature/*.xml corpus/signature/
