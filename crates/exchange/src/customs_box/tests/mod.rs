//! Scenarios: uploads in, receipts out, as text.

mod behaviour;
mod matches;
mod scenarios;
mod setup;
mod words;
