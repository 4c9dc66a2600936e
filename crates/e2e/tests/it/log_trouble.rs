//! The log cannot be written: on a full disk, into a pipe whose reader has died, or that nobody reads.
//! The platform works on, counts what it lost, and says so.

use crate::platform::{LogTo, Place};
use crate::samples;
use crate::wait;
use ceb::Kind;

/// Messages of a run; at the level `trace` each makes lines.
const MESSAGES: u64 = 30;

fn messages_flow(to: LogTo) {
    let place = Place::new().with("TONGGUAN_NODE__LOG", "trace").logging(to);
    let platform = place.start();
    let (sender, company) = platform.company(0);
    for seed in 1..=MESSAGES {
        let id = company.accepted(samples::message(Kind::Ceb311, &sender, seed).as_bytes());
        company.until_state(&id, "settled");
        assert_eq!(company.statuses(&id), [2, 3, 120]);
    }
    wait::until("readiness", || platform.is_ready().then_some(()));
    if to != LogTo::Unread {
        wait::until("the count of lost lines", || {
            (platform.metric("tongguan_log_lines_lost_total ") > 0.0).then_some(())
        });
    }
    let steps = [
        "import.check",
        "import.dispatch",
        "import.receipt",
        "customs_box",
    ];
    for step in steps {
        let restarts = format!("tongguan_task_restarts_total{{task=\"{step}\"}} ");
        assert_eq!(platform.metric(&restarts), 0.0, "{step}");
    }
    assert_eq!(platform.process.stop(), Some(0), "it ends when told to");
}

#[test]
fn messages_flow_while_the_log_is_on_a_full_disk() {
    messages_flow(LogTo::FullDisk);
}

#[test]
fn messages_flow_while_the_reader_of_the_log_is_dead() {
    messages_flow(LogTo::DeadReader);
}

#[test]
fn messages_flow_while_nobody_reads_the_log() {
    messages_flow(LogTo::Unread);
}
