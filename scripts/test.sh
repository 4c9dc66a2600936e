#!/bin/sh
# Everything that must be green, in the order in which it fails soonest. Run it through
# with-services.sh, which gives it a private PostgreSQL and RabbitMQ.
set -eu

say() { echo "== $*" >&2; }

: "${TONGGUAN_TEST_PG:?run me through scripts/with-services.sh}"
: "${TONGGUAN_TEST_RABBITMQ:?run me through scripts/with-services.sh}"
export TONGGUAN_TEST_FULL=1

say "format"
cargo fmt --all --check
say "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
say "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
if command -v cargo-deny >/dev/null; then
    say "dependencies"
    cargo deny check licenses bans sources
fi
say "tests"
# The whole workspace is built for the tests, the program with it: its package has tests of its own.
TONGGUAN_TEST_PROGRAM="$(realpath -m "${CARGO_TARGET_DIR:-target}")/debug/tongguan"
export TONGGUAN_TEST_PROGRAM
if command -v cargo-nextest >/dev/null; then
    cargo nextest run --workspace --locked
    cargo test --workspace --locked --doc --quiet
else
    cargo test --workspace --locked
fi
