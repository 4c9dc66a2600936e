//! Scenarios: uploads in, receipts out, as text.

mod behaviour;
mod matches;
mod scenarios;
mod stage;
mod words;
