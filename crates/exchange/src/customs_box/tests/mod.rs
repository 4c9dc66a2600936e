//! Scenarios: uploads in, receipts out, as text.

mod behaviour;
mod scenarios;
mod stage;
mod words;
