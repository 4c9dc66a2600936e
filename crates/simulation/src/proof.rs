//! The proof: what must hold after every run, whatever went wrong.
//!
//! - I1: what was acknowledged is stored, once, as it was handed in.
//! - I2: the state of a message and the facts that tell of it agree.
//! - I3: what ran twice counts once: messages, receipts, counts, runs of jobs.
//! - I4: customs saw the bytes that the company handed in.
//! - I5: each receipt stands in the feed of the company whose message it answers, and in no other.
//! - I6: a turn is committed only by the process that has its lanes; a lane keeps its order.
//! - I7: each answer of customs that has a home is there, whatever came torn, twice or late beside it.
//! - A reader of a feed has seen everything up to where he is.

#[cfg(test)]
mod tests;

use crate::sql::{self, EndedMessage, RUN};
use crate::surroundings::Surroundings;
use crate::witness::SeenByAll;
use ceb::Direction;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// What is stored at the end.
struct Ended {
    messages: Vec<EndedMessage>,
    receipts: Vec<(i64, i64, i64, String)>,
    facts: Vec<(i64, String, String)>,
    runs: Vec<(i64, String)>,
    effects: Vec<(i64, String, String)>,
    commits: Vec<(i64, String, String)>,
    counts: (i64, i64),
    n_unfinished: i64,
}

fn ended(tx: &mut Tx<'_>) -> Result<Ended> {
    Ok(Ended {
        messages: sql::messages(tx)?,
        receipts: sql::receipts(tx)?,
        facts: sql::facts(tx, "message.%")?,
        runs: sql::runs(tx)?,
        effects: sql::facts(tx, RUN)?,
        commits: sql::lane_commits(tx)?,
        counts: sql::counts(tx)?,
        n_unfinished: sql::unfinished(tx)?,
    })
}

/// Whether everything has come home and been counted.
pub(crate) fn is_at_rest(around: &Surroundings) -> bool {
    let seen = around.witness.seen();
    let n_read: usize = seen.read.values().map(Vec::len).sum();
    if n_read != seen.answers.len() {
        return false;
    }
    let Ok(ended) = around.store.look(ended) else {
        return false;
    };
    let n_messages = i64::try_from(ended.messages.len()).unwrap_or(-1);
    let n_receipts = i64::try_from(ended.receipts.len()).unwrap_or(-1);
    ended.n_unfinished == 0
        && ended.messages.iter().all(|one| one.state == "settled")
        && n_read == ended.receipts.len()
        && seen.answers.len() == ended.receipts.len()
        && ended.counts == (n_messages, n_receipts)
}

/// What must never happen and did.
pub(crate) fn faults(around: &Surroundings) -> Vec<String> {
    match around.store.look(ended) {
        Ok(ended) => compare(&around.witness.seen(), &ended),
        Err(error) => vec![format!("the database cannot be read: {error}")],
    }
}

fn compare(seen: &SeenByAll, ended: &Ended) -> Vec<String> {
    let mut faults = Vec::new();
    stored(seen, ended, &mut faults);
    at_customs(seen, ended, &mut faults);
    order(seen, &mut faults);
    feeds(seen, ended, &mut faults);
    states(ended, &mut faults);
    lanes(ended, &mut faults);
    runs(ended, &mut faults);
    faults
}

/// I1, I3: everything that was acknowledged is there, once, as it was handed in.
fn stored(seen: &SeenByAll, ended: &Ended, faults: &mut Vec<String>) {
    for one in &seen.handed_in {
        let guid = &one.guid;
        match one.acknowledged.as_slice() {
            [] => faults.push(format!(
                "I1 {guid} was never acknowledged ({} tries)",
                one.n_tries
            )),
            [id] => {
                let hash = Sha256::digest(&one.body);
                let found = ended.messages.iter().find(|message| message.id == id.0);
                let is_same = found.is_some_and(|message| {
                    message.company == one.company
                        && message.guid == *guid
                        && message.hash == hash.as_slice()
                });
                if !is_same {
                    faults.push(format!(
                        "I1 {guid} was acknowledged as {id} and is not stored"
                    ));
                }
            }
            many => faults.push(format!("I3 {guid} was acknowledged as {many:?}")),
        }
        let stored = ended.messages.iter();
        let n_stored = stored
            .filter(|message| message.company == one.company && message.guid == *guid)
            .count();
        if n_stored > 1 {
            faults.push(format!("I3 {guid} is stored {n_stored} times"));
        }
    }
    let open = ended.messages.iter().filter(|one| one.state != "settled");
    faults.extend(open.map(|one| format!("I1 {} is {} at the end", one.id, one.state)));
    if ended.n_unfinished > 0 {
        faults.push(format!(
            "{} messages or answers are stuck",
            ended.n_unfinished
        ));
    }
}

/// I4: customs saw the bytes of every message.
fn at_customs(seen: &SeenByAll, ended: &Ended, faults: &mut Vec<String>) {
    faults.extend(
        seen.strange
            .iter()
            .map(|what| format!("I4 customs saw {what}")),
    );
    for message in &ended.messages {
        let at_customs = seen.at_customs.iter().find(|(id, _)| id.0 == message.id);
        let handed_in = seen.handed_in.iter().find(|one| one.guid == message.guid);
        match (at_customs, handed_in) {
            (None, _) => faults.push(format!("I1 customs never saw {}", message.id)),
            (Some((_, bytes)), Some(one)) if *bytes != one.body => {
                faults.push(format!("I4 customs saw other bytes of {}", message.id));
            }
            (Some(_), None) => faults.push(format!("I4 nobody handed in {}", message.id)),
            (Some(_), Some(_)) => {}
        }
    }
}

/// I6: of each company and direction customs saw first what was handed in first.
fn order(seen: &SeenByAll, faults: &mut Vec<String>) {
    let place = |id: i64| seen.at_customs.iter().position(|(one, _)| one.0 == id);
    let mut last: BTreeMap<(i64, bool), usize> = BTreeMap::new();
    for one in &seen.handed_in {
        let Some(place) = one.acknowledged.first().and_then(|id| place(id.0)) else {
            continue;
        };
        let lane = (one.company, one.direction == Direction::Import);
        let before = last.insert(lane, place);
        if before.is_some_and(|before| before > place) {
            faults.push(format!(
                "I6 customs saw {} after what company {} handed in later",
                one.guid, one.company
            ));
        }
    }
}

/// I3, I5, I7: each answer of customs stands once in the feed of its company; its reader has seen all of it, in order.
fn feeds(seen: &SeenByAll, ended: &Ended, faults: &mut Vec<String>) {
    let mut in_feeds = BTreeSet::new();
    for (company, number, message, guid) in &ended.receipts {
        if !in_feeds.insert(guid) {
            faults.push(format!("I3 receipt {guid} stands twice"));
        }
        let account = seen.answers.get(guid);
        if account.is_none_or(|account| *account != format!("DXPENT{company:010}")) {
            faults.push(format!(
                "I5 receipt {guid} in the feed of company {company}: it went to {account:?}"
            ));
        }
        let owner = ended.messages.iter().find(|one| one.id == *message);
        if owner.is_none_or(|owner| owner.company != *company) {
            faults.push(format!(
                "I5 receipt {number} of company {company} answers {message}, which is not its own"
            ));
        }
    }
    for guid in seen.answers.keys().filter(|guid| !in_feeds.contains(guid)) {
        faults.push(format!("I7 the answer {guid} of customs stands in no feed"));
    }
    let companies: BTreeSet<i64> = ended.receipts.iter().map(|one| one.0).collect();
    for company in companies {
        let own = ended.receipts.iter().filter(|one| one.0 == company);
        let stored: Vec<(i64, i64, String)> =
            own.map(|one| (one.1, one.2, one.3.clone())).collect();
        let read = seen.read.get(&company).cloned().unwrap_or_default();
        if read != stored {
            faults.push(format!(
                "the reader of company {company} saw {} of {} receipts, or in another order",
                read.len(),
                stored.len()
            ));
        }
    }
}

/// I2, I3: the facts of a message tell each of its states once, and the last one is where it stands; the counts agree.
fn states(ended: &Ended, faults: &mut Vec<String>) {
    for message in &ended.messages {
        let own = ended
            .facts
            .iter()
            .filter(|(subject, ..)| *subject == message.id);
        let states: Vec<&str> = own
            .filter_map(|(_, kind, _)| kind.strip_prefix("message."))
            .collect();
        let is_once = states.iter().collect::<BTreeSet<_>>().len() == states.len();
        if !is_once || states.last() != Some(&message.state.as_str()) {
            faults.push(format!(
                "I2 message {} is {}, its facts say {states:?}",
                message.id, message.state
            ));
        }
    }
    let n_messages = i64::try_from(ended.messages.len()).unwrap_or(-1);
    let n_receipts = i64::try_from(ended.receipts.len()).unwrap_or(-1);
    if ended.counts != (n_messages, n_receipts) {
        faults.push(format!(
            "I3 counted: {:?} sent and receipts; there are {:?}",
            ended.counts,
            (n_messages, n_receipts)
        ));
    }
}

/// I6: who committed the check of a message, or its first answer, had its lane.
fn lanes(ended: &Ended, faults: &mut Vec<String>) {
    if ended.commits.len() != ended.messages.len() * 2 {
        faults.push(format!(
            "I6 {} commits of check and answer for {} messages",
            ended.commits.len(),
            ended.messages.len()
        ));
    }
    for (event, owner, step) in &ended.commits {
        let node = store::id::node_of(*event);
        let has_lane = owner
            .split_once('.')
            .is_some_and(|(number, _)| number == node.to_string());
        if !has_lane {
            faults.push(format!(
                "I6 node {node} committed a turn of {step}, whose lane {owner} has"
            ));
        }
    }
}

/// Every job once: a run that says it is done has done its work once; none writes after another one has its job.
fn runs(ended: &Ended, faults: &mut Vec<String>) {
    for (run, result) in &ended.runs {
        let n_effects = ended.effects.iter().filter(|(of, ..)| of == run).count();
        if n_effects > 1 || result == "done" && n_effects != 1 {
            faults.push(format!(
                "a run of a job that is {result:?} wrote {n_effects} times"
            ));
        }
    }
    for (run, _, detail) in &ended.effects {
        let is_own = detail
            .split_once(" of ")
            .is_some_and(|(number, held)| number == held);
        if !is_own {
            faults.push(format!(
                "run {run} of a job wrote when it was overtaken ({detail})"
            ));
        }
    }
}
