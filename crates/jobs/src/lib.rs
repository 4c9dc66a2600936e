//! F2 定时任务: what the platform does by itself, once for all its processes.
//!
//! - [`runner`]: looks for what is due, claims it, and runs several jobs at once.
//! - [`lease`]: claims, renewals, ends, and what people ask for (run now, cancel), as transactions.
//! - [`turn`]: what a run is given: how it tells how far it is, and hears that it should stop.
//! - [`fence`]: what a run commits, it commits through its fence.
//! - [`job`], [`schedule`], [`calendar`]: what a job is, when it is due, which days are working days.
//!
//! A claim is a lease that a heartbeat renews for as long as the run takes: a job of hours runs once. When a process dies
//! its run is noted as lost, and another process takes over after the lease. A process that was only paused, and wakes up
//! after another took over, finds another number in the row: nothing that it writes through its fence is kept.
//!
//! The modules stand from high to low: each uses only those after it.

#[cfg(test)]
mod tests;
pub mod runner;
pub mod lease;
pub mod job;
pub mod turn;
pub mod fence;
mod sql;
pub mod schedule;
pub mod calendar;
pub mod config;

pub use job::{Job, JobFailure, JobFuture, JobLimits, JobWords};
pub use schedule::Schedule;
