//! Each thing that must never happen is seen when it does.

use super::{Ended, compare};
use crate::sql::EndedMessage;
use crate::witness::{HandedIn, SeenByAll};
use bytes::Bytes;
use ceb::Direction;
use exchange::message::MessageId;
use sha2::{Digest, Sha256};

/// Ids that node 2 makes.
const IDS: [i64; 2] = [(1 << 22) | (2 << 16), (2 << 22) | (2 << 16)];

fn body(n: usize) -> Bytes {
    Bytes::from(format!("<message>{n}</message>"))
}

/// A run in which all is well: a company has handed in two messages, each has one receipt, a job has run.
fn good() -> (SeenByAll, Ended) {
    let handed_in = |n: usize| HandedIn {
        company: 1,
        direction: Direction::Import,
        guid: format!("G{n}"),
        body: body(n),
        acknowledged: vec![MessageId(IDS[n])],
        n_tries: 1,
    };
    let message = |n: usize| EndedMessage {
        id: IDS[n],
        company: 1,
        guid: format!("G{n}"),
        state: "settled".to_owned(),
        hash: Sha256::digest(body(n)).to_vec(),
    };
    let receipt = |n: usize| (1, i64::try_from(n).unwrap() + 1, IDS[n], format!("R{n}"));
    let fact = |n: usize, state: &str| (IDS[n], format!("message.{state}"), String::new());
    let commit = |n: usize, step: &str| (IDS[n], "2.77".to_owned(), format!("import.{step}"));
    let line = |n: usize| {
        let (_, number, message, guid) = receipt(n);
        (number, message, guid)
    };
    let seen = SeenByAll {
        handed_in: vec![handed_in(0), handed_in(1)],
        at_customs: (0..2)
            .map(|n| (MessageId(IDS[n]), body(n).to_vec()))
            .collect(),
        strange: Vec::new(),
        answers: (0..2)
            .map(|n| (format!("R{n}"), "DXPENT0000000001".to_owned()))
            .collect(),
        read: [(1, vec![line(0), line(1)])].into(),
    };
    let ended = Ended {
        messages: vec![message(0), message(1)],
        receipts: vec![receipt(0), receipt(1)],
        facts: (0..2)
            .flat_map(|n| ["received", "checked", "settled"].map(|state| fact(n, state)))
            .collect(),
        runs: vec![(9, "done".to_owned())],
        effects: vec![(9, String::new(), "3 of 3".to_owned())],
        commits: (0..2)
            .flat_map(|n| ["check", "receipt"].map(|step| commit(n, step)))
            .collect(),
        counts: (2, 2),
        n_unfinished: 0,
    };
    (seen, ended)
}

/// What is found when a run in which all is well is changed so.
fn found(change: impl FnOnce(&mut SeenByAll, &mut Ended)) -> String {
    let (mut seen, mut ended) = good();
    change(&mut seen, &mut ended);
    compare(&seen, &ended).join("\n")
}

#[test]
fn nothing_is_found_where_all_is_well() {
    assert_eq!(found(|_, _| {}), "");
}

#[test]
fn a_message_that_is_lost_doubled_or_changed_is_found() {
    assert!(found(|seen, _| seen.handed_in[0].acknowledged.clear()).contains("never acknowledged"));
    assert!(found(|_, ended| ended.messages[0].hash.clear()).contains("is not stored"));
    assert!(found(|_, ended| ended.messages[0].company = 2).contains("is not stored"));
    let two = MessageId(IDS[1]);
    assert!(found(|seen, _| seen.handed_in[0].acknowledged.push(two)).contains("I3 G0"));
    assert!(found(|_, ended| ended.messages[1].guid = "G0".to_owned()).contains("stored 2 times"));
    assert!(found(|_, ended| ended.messages[1].state = "sent".to_owned()).contains("at the end"));
    assert!(found(|_, ended| ended.n_unfinished = 1).contains("stuck"));
}

#[test]
fn what_customs_saw_wrongly_is_found() {
    assert!(found(|seen, _| seen.at_customs.truncate(1)).contains("never saw"));
    assert!(found(|seen, _| seen.at_customs[0].1.push(b' ')).contains("other bytes"));
    assert!(found(|seen, _| seen.at_customs.swap(0, 1)).contains("handed in later"));
    assert!(found(|seen, _| seen.strange.push("a thing".to_owned())).contains("a thing"));
}

#[test]
fn a_receipt_that_is_lost_doubled_or_anothers_is_found() {
    assert!(found(|_, ended| ended.receipts.truncate(1)).contains("stands in no feed"));
    assert!(found(|_, ended| ended.receipts[1].3 = "R0".to_owned()).contains("stands twice"));
    let other = "DXPENT0000000002".to_owned();
    assert!(found(|seen, _| *seen.answers.get_mut("R0").unwrap() = other).contains("it went to"));
    assert!(found(|_, ended| ended.receipts[0].2 = 77).contains("not its own"));
    let skipped = found(|seen, _| drop(seen.read.get_mut(&1).unwrap().remove(0)));
    assert!(skipped.contains("saw 1 of 2"));
}

#[test]
fn facts_counts_and_states_that_differ_are_found() {
    assert!(found(|_, ended| drop(ended.facts.pop())).contains("I2 message"));
    assert!(found(|_, ended| ended.facts.push(ended.facts[5].clone())).contains("I2 message"));
    assert!(found(|_, ended| ended.counts = (2, 3)).contains("I3 counted"));
}

#[test]
fn commits_without_the_lane_or_the_job_are_found() {
    let of_other = |_: &mut SeenByAll, ended: &mut Ended| ended.commits[3].1 = "3.1".to_owned();
    assert!(found(of_other).contains("I6 node 2 committed a turn of import.receipt"));
    assert!(found(|_, ended| ended.commits[0].1.clear()).contains("I6 node 2"));
    assert!(found(|_, ended| drop(ended.commits.pop())).contains("I6 3 commits"));
    assert!(found(|_, ended| ended.effects.clear()).contains("wrote 0 times"));
    assert!(
        found(|_, ended| ended.effects.push(ended.effects[0].clone())).contains("wrote 2 times")
    );
    let overtaken = found(|_, ended| ended.effects[0].2 = "3 of 4".to_owned());
    assert!(overtaken.contains("overtaken"));
}
