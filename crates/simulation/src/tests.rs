//! The simulator finds nothing in many runs, does the same for the same seed, and finds what is broken on purpose.

use crate::{Sabotage, SeedResult, SimulationReport, run};
use std::sync::Mutex;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The runs of these seeds, in their order.
fn results(seeds: std::ops::Range<u64>) -> Vec<SeedResult> {
    let all = Mutex::new(Vec::new());
    let keep = |one: &SeedResult| {
        all.lock().unwrap().push(one.clone());
        true
    };
    run(seeds, threads(), Sabotage::Nothing, keep).unwrap();
    let mut all = all.into_inner().unwrap();
    all.sort_by_key(|one| one.seed);
    all
}

/// What was found until the first fault.
fn first_fault(broken: Sabotage) -> SimulationReport {
    run(0..300, threads(), broken, |one| one.faults.is_empty()).unwrap()
}

#[test]
fn two_thousand_seeds_find_nothing() {
    let report = run(0..2000, threads(), Sabotage::Nothing, |_| true).unwrap();
    assert_eq!(report.failed, []);
    assert_eq!(report.n_runs, 2000);
    assert!(
        report.n_killed > 1000 && report.n_messages > 8_000,
        "{report:?}"
    );
}

#[test]
fn the_same_seed_does_the_same() {
    let once = results(0..30);
    assert_eq!(once, results(0..30));
    assert_ne!(once[0].trace, once[1].trace);
}

#[test]
fn a_queue_that_is_acknowledged_before_its_messages_are_stored_is_found() {
    let found = &first_fault(Sabotage::QueueAcknowledgedFirst).failed;
    assert!(!found.is_empty());
}

#[test]
fn a_store_that_answers_before_its_commit_is_found() {
    let found = &first_fault(Sabotage::StoreAcknowledgedFirst).failed;
    assert!(found[0].faults[0].contains("is not stored"), "{found:?}");
}

#[test]
fn a_run_of_a_job_that_commits_without_its_fence_is_found() {
    let found = &first_fault(Sabotage::JobsWithoutFence).failed;
    assert!(found[0].faults[0].contains("overtaken"), "{found:?}");
}

#[test]
fn a_turn_that_commits_after_its_lanes_were_taken_over_is_found() {
    let found = &first_fault(Sabotage::LanesWithoutFence).failed;
    assert!(found[0].faults[0].starts_with("I6 node"), "{found:?}");
}
