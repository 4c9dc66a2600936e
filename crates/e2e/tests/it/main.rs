//! The whole platform from outside: the real program runs as a process, and the tests are its
//! companies, its customs, its operators and its bad days.
//!
//! Begin with `one_message`: it tells the life of a declaration. `TONGGUAN_TEST_PG` adds
//! PostgreSQL, `TONGGUAN_TEST_RABBITMQ` the broker; with `TONGGUAN_TEST_FULL=1` both are demanded.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of a test"
)]

mod apache;
mod browser;
mod http;
mod platform;
mod proxy;
mod python;
mod replicas;
mod samples;
mod traveller;
mod wait;

mod bad_input;
mod cli;
mod cli_outcome;
mod code_tables;
mod console;
mod customs_trouble;
mod duplicates;
mod edge;
mod every_kind;
mod exports;
mod failover;
mod foreign;
mod generated;
mod kill;
mod lanes;
mod lists;
mod log_secrets;
mod log_trouble;
mod node_trouble;
mod nodes;
mod oidc;
mod onboarding;
mod one_message;
mod payment;
mod people;
mod preflight;
mod rabbitmq;
mod rights;
mod scan;
mod shares;
mod signing;
mod slow;
mod sso;
mod standard;
mod standby;
mod store_trouble;
mod strangers;
mod vault;
