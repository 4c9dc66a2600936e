//! Check (校验): step 3. Everything that is wrong with a message is found at once.
//!
//! A turn of a lane is parsed on the thread pool, then committed in one piece: the documents with
//! their keys, the findings, the state, the event, the counts; and for a refused message the
//! platform's own receipt (a CEB900), so that the company sees it where it looks for receipts. What
//! the check itself adds to the language's rules is who sends: the message must come from the
//! company of its key, whatever `sniff` could see.

pub mod codes;
mod sender;
#[cfg(test)]
mod tests;

use crate::correction;
use crate::lane::{LaneFence, Spent, Watch};
use crate::matching::{self, TurnFacts};
use crate::message::sql::Loaded;
use crate::message::{self, Counts, DayCounts, MessageId, State, Step};
use crate::outcome;
use crate::receipt::{self, Declared, NewDocument, NewReceipt, RefusedMessage, refusal_receipt};
use crate::shared::Shared;
use crate::signature::{self, Checker, Policy, SignatureResult, SignatureTerms};
use crate::signing::step::{self as signing, LANE_BUDGET, SignedBody, WaitingSignature};
use crate::unreadable;
use ceb::matching::Known;
use ceb::{Finding, Layer, Severity, Terms};
use registry::code_table::Standing;
use registry::company::{Company, CompanyId, Directory};
use registry::module::Module;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::clock::beijing_day;
use store::{Result, Tx};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("校验").codes(codes::ALL);

/// Messages that one task of the thread pool parses.
const CHUNK: usize = 32;

/// Findings quoted in the text of the platform's receipt; all of them are in the message's answer.
const QUOTED_MAX: usize = 5;

/// What the check found out about one message.
pub(crate) struct CheckVerdict {
    pub(crate) loaded: Loaded,
    /// How the platform signed it; the bytes of `loaded` are the signed ones then.
    pub(crate) signed: Option<SignedBody>,
    /// What checking its signature found.
    pub(crate) signature: Option<SignatureResult>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) documents: Vec<NewDocument>,
    /// What is compared with other documents; of a refused message nothing is.
    pub(crate) facts: Vec<Known>,
    pub(crate) is_refused: bool,
    /// What finding it out took.
    pub(crate) spent: Spent,
}

/// Checks the messages of one turn and commits the verdicts; answers how many there were, and what
/// each that was judged took.
pub(crate) async fn step(
    shared: &Arc<Shared>,
    turn: Vec<MessageId>,
    fence: &LaneFence,
) -> Result<(usize, Vec<Spent>)> {
    check(shared, turn, (LANE_BUDGET, false), fence).await
}

/// Checks messages that have waited for a key, with more time for their signatures.
pub(crate) async fn again(
    shared: &Arc<Shared>,
    turn: Vec<MessageId>,
    budget: Duration,
) -> Result<usize> {
    // One process does this at a time, and a message that has moved on meanwhile stays as it is.
    let (n_messages, _) = check(shared, turn, (budget, true), &LaneFence::none()).await?;
    Ok(n_messages)
}

async fn check(
    shared: &Arc<Shared>,
    turn: Vec<MessageId>,
    (budget, is_retry): (Duration, bool),
    fence: &LaneFence,
) -> Result<(usize, Vec<Spent>)> {
    shared.directory.refresh().await?;
    let read = move |tx: &mut Tx<'_>| -> Result<_> {
        let loaded = message::sql::load(tx, &turn)?;
        let companies: HashSet<CompanyId> = loaded.0.iter().map(|one| one.company_id).collect();
        let companies: Vec<CompanyId> = companies.into_iter().collect();
        let policies = crate::signing::policies(tx, &companies)?;
        Ok((loaded, policies))
    };
    let ((loaded, mut unreadable), policies) = shared.db.read(read).await?;
    let is_known = |one: &Loaded| shared.directory.by_id(one.company_id).is_some();
    if !loaded.iter().all(is_known) {
        // It may have come in since.
        shared.directory.read_again().await?;
    }
    let (loaded, strays): (Vec<Loaded>, Vec<Loaded>) = loaded.into_iter().partition(is_known);
    let why = || "the row of its company is damaged or gone".to_owned();
    unreadable.extend(strays.into_iter().map(|one| (one.id, why())));
    let n_messages = loaded.len() + unreadable::hold(shared, unreadable).await?;
    let signing::Turn { ready, waiting } = signing::sign(shared, loaded, budget, is_retry).await?;
    let standing = shared.code_tables.standing(shared.clock.now_ms());
    let judges = Arc::new(Judges { standing, policies });
    let mut tasks = Vec::new();
    let mut rest = ready;
    while !rest.is_empty() {
        let chunk: Vec<(Loaded, Option<SignedBody>)> =
            rest.drain(..CHUNK.min(rest.len())).collect();
        let (shared, judges) = (Arc::clone(shared), Arc::clone(&judges));
        tasks.push(store::offload::offload(move || {
            shared.signatures.refresh(judges.standing.now_ms);
            let mut watch = Watch::start();
            let mut judged = Vec::with_capacity(chunk.len());
            for (loaded, signed) in chunk {
                let mut verdict = judge(&shared, &judges, loaded, signed);
                verdict.spent.cpu_ns = watch.lap();
                judged.push(verdict);
            }
            judged
        }));
    }
    let mut verdicts = Vec::with_capacity(n_messages);
    for task in tasks {
        // A panic in the parser is a bug; the message stays where it is and the turn fails.
        let judged = task
            .await
            .map_err(|error| store::Error::Fault(error.to_string()))?;
        verdicts.extend(judged);
    }
    let spent = verdicts.iter().map(|verdict| verdict.spent).collect();
    let now_ms = shared.clock.now_ms();
    let (writer, fence) = (Arc::clone(shared), fence.clone());
    let write = shared.db.write(move |tx| {
        fence.prove(tx)?;
        commit(tx, &writer, &verdicts, &waiting, now_ms)
    });
    let receivers = write.await?;
    shared.feed.wake(&receivers);
    shared.checked.ring();
    Ok((n_messages, spent))
}

/// What all messages of a turn are judged by.
struct Judges {
    standing: Standing,
    policies: HashMap<CompanyId, Policy>,
}

fn judge(
    shared: &Shared,
    judges: &Judges,
    mut loaded: Loaded,
    signed: Option<SignedBody>,
) -> CheckVerdict {
    let spent = Spent::of(loaded.company_id, &loaded.body);
    let Some(company) = shared.directory.by_id(loaded.company_id) else {
        let findings = vec![own_finding("找不到报文所属企业", "请联系平台运维人员")];
        return CheckVerdict {
            loaded,
            signed: None,
            signature: None,
            findings,
            documents: Vec::new(),
            facts: Vec::new(),
            is_refused: true,
            spent,
        };
    };
    let policy = judges.policies.get(&loaded.company_id).copied();
    let criteria = Criteria {
        terms: &judges
            .standing
            .terms(crate::workbook::profile(&loaded.profile)),
        signatures: &shared.signatures,
        policy: &policy.unwrap_or_default(),
        received_ms: loaded.received_ms,
        directory: &shared.directory,
    };
    let (parsed, signature) = examine(&company, criteria, &loaded.body);
    loaded.body = Vec::new();
    let is_refused = parsed.is_refused();
    let mut documents = Vec::new();
    let mut facts = Vec::new();
    if let Some(message) = &parsed.message {
        let numbered = message
            .documents
            .iter()
            .zip(1..)
            .take(usize::from(u8::MAX >> 1));
        for (document, number) in numbered {
            let id = loaded.id.document(number);
            documents.push(NewDocument::declared(message.kind, document, id, &loaded));
            if !is_refused {
                let whose = (id, loaded.company_id);
                facts.extend(matching::known(
                    &shared.context.seal,
                    message,
                    document,
                    whose,
                ));
            }
        }
    }
    if is_refused {
        // A refused document keeps its numbers for the search, but no receipt may find it.
        documents
            .iter_mut()
            .for_each(|document| document.is_refused = true);
    }
    CheckVerdict {
        loaded,
        signed,
        signature,
        findings: parsed.findings,
        documents,
        facts,
        is_refused,
        spent,
    }
}

/// What a message is judged by.
#[derive(Clone, Copy)]
pub(crate) struct Criteria<'a> {
    pub(crate) terms: &'a Terms<'a>,
    pub(crate) signatures: &'a Checker,
    /// What its company wants of signatures.
    pub(crate) policy: &'a Policy,
    /// When it was received, milliseconds since 1970.
    pub(crate) received_ms: i64,
    /// Who else is on the platform.
    pub(crate) directory: &'a Directory,
}

/// Reads a message as the pipeline does and finds everything that is wrong with it.
pub(crate) fn examine(
    company: &Company,
    criteria: Criteria<'_>,
    body: &[u8],
) -> (ceb::Parsed, Option<SignatureResult>) {
    let sniffed = match ceb::sniff(body) {
        Ok(sniffed) => sniffed,
        Err(error) => {
            let parsed = ceb::Parsed {
                message: None,
                findings: vec![own_finding(&error.text(), error.advice())],
            };
            return (parsed, None);
        }
    };
    let mut parsed = ceb::parse_under(&sniffed.inner, criteria.terms);
    let Some(message) = &parsed.message else {
        return (parsed, None);
    };
    let case = SignatureTerms {
        policy: criteria.policy,
        message,
        company,
        is_broken: parsed.is_refused(),
        received_ms: criteria.received_ms,
        directory: criteria.directory,
    };
    let (about_signature, found) = criteria.signatures.judge(&sniffed.inner, case);
    let sender = sender::foreign(message, company);
    parsed
        .findings
        .extend(sniffed.findings(criteria.terms.profile));
    parsed.findings.extend(about_signature);
    parsed.findings.extend(sender);
    (parsed, found)
}

fn own_finding(text: &str, advice: &str) -> Finding {
    Finding {
        code: codes::UNREADABLE.code,
        severity: Severity::Refuse,
        layer: Layer::Wellformed,
        path: "/".to_owned(),
        line: 1,
        value: String::new(),
        text: text.to_owned(),
        advice: advice.to_owned(),
    }
}

/// Commits a turn; answers the companies whose feed has something new.
pub(crate) fn commit(
    tx: &mut Tx<'_>,
    shared: &Shared,
    verdicts: &[CheckVerdict],
    waiting: &[WaitingSignature],
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    signing::hold(tx, shared, waiting, now_ms)?;
    let passed = verdicts.iter().filter(|verdict| !verdict.is_refused);
    let facts = passed.flat_map(|verdict| verdict.facts.iter().cloned());
    let facts = matching::look_at(tx, facts.collect())?;
    let moved = advance(tx, shared, verdicts, &facts, now_ms)?;
    let kept: Vec<&CheckVerdict> = verdicts
        .iter()
        .filter(|v| moved.contains(&v.loaded.id))
        .collect();

    keep_signed(tx, shared, &kept, now_ms)?;
    let documents: Vec<&NewDocument> = kept.iter().flat_map(|v| &v.documents).collect();
    receipt::insert_documents(tx, &documents)?;
    let all: Vec<(MessageId, Vec<Finding>)> = kept
        .iter()
        .map(|v| (v.loaded.id, all_findings(v, &facts)))
        .collect();
    let findings: Vec<(MessageId, &[Finding])> = all
        .iter()
        .map(|(id, findings)| (*id, findings.as_slice()))
        .collect();
    message::finding::insert_findings(tx, &findings)?;
    let signatures = kept
        .iter()
        .filter_map(|v| Some((v.loaded.id, v.signature.as_ref()?)));
    signature::sql::insert(tx, signatures, now_ms)?;
    message::count(tx, &shared.ids, counts(&kept, &facts, now_ms), now_ms)?;
    refresh_outcomes(tx, shared, &kept, now_ms)?;

    let mut refusals: Vec<NewReceipt> = kept
        .iter()
        .filter(|v| v.is_refused)
        .map(|v| refusal(shared, v, now_ms))
        .collect();
    refusals.extend(matching::settle(tx, shared, &facts, &moved, now_ms)?);
    let recorded = receipt::record(tx, refusals, now_ms)?;
    Ok(recorded
        .into_iter()
        .map(|receipt| receipt.company_id)
        .collect())
}

/// Moves the messages of a turn: refused ones, ones that wait for their partners, all others; each with the number of its
/// documents, so that its row is written once.
fn advance(
    tx: &mut Tx<'_>,
    shared: &Shared,
    verdicts: &[CheckVerdict],
    facts: &TurnFacts,
    now_ms: i64,
) -> Result<HashSet<MessageId>> {
    let mut by_step: BTreeMap<(State, &str, i64), Vec<MessageId>> = BTreeMap::new();
    for verdict in verdicts {
        let id = verdict.loaded.id;
        let (to, detail) = match facts.holds.get(&id) {
            _ if verdict.is_refused => (State::Refused, ""),
            Some(why) => (State::Waiting, why.as_str()),
            None => (State::Checked, ""),
        };
        let n_documents = i64::try_from(verdict.documents.len()).unwrap_or(0);
        let step = (to, detail, n_documents);
        by_step.entry(step).or_default().push(id);
    }
    let mut moved = HashSet::new();
    for ((to, detail, n_documents), ids) in by_step {
        let step = Step {
            to,
            at_ms: now_ms,
            detail,
        };
        let with = (step, Some(n_documents));
        let now = message::advance_with(tx, &shared.ids, &ids, with)?;
        if to == State::Waiting {
            let kind_of = |id: &MessageId| {
                let verdict = verdicts.iter().find(|verdict| verdict.loaded.id == *id);
                verdict.and_then(|verdict| ceb::Kind::from_code(&verdict.loaded.kind))
            };
            for moved in &now {
                let direction = kind_of(&moved.id).and_then(ceb::Kind::direction);
                if let Some(direction) = direction {
                    let who = (moved.id, moved.company_id, direction);
                    matching::hold(tx, shared, who, (detail, now_ms))?;
                }
            }
        }
        moved.extend(now.into_iter().map(|one| one.id));
    }
    Ok(moved)
}

/// Refused messages have their outcome; what was declared anew needs no action any more.
fn refresh_outcomes(
    tx: &mut Tx<'_>,
    shared: &Shared,
    kept: &[&CheckVerdict],
    now_ms: i64,
) -> Result<()> {
    let refused = kept.iter().filter(|v| v.is_refused);
    let refused = refused.map(|v| v.loaded.id).collect();
    outcome::refresh(tx, &shared.ids, &refused, now_ms)?;
    let passed = kept.iter().filter(|v| !v.is_refused);
    let ids = passed.clone().map(|v| v.loaded.id).collect();
    correction::settle(tx, &shared.ids, &ids, now_ms)?;
    let declared = passed.flat_map(|v| &v.documents);
    let declared: Vec<_> = declared.filter_map(Declared::of).collect();
    outcome::supersede(tx, &shared.ids, &declared, now_ms)
}

/// What is wrong with a message by itself, and together with others.
fn all_findings(verdict: &CheckVerdict, facts: &TurnFacts) -> Vec<Finding> {
    let together = facts.findings.get(&verdict.loaded.id);
    let mut all = verdict.findings.clone();
    all.extend(together.into_iter().flatten().cloned());
    all.truncate(ceb::finding::FINDINGS_MAX + 1);
    all
}

/// Keeps the bytes that the platform signed and that will be sent.
fn keep_signed(
    tx: &mut Tx<'_>,
    shared: &Shared,
    kept: &[&CheckVerdict],
    now_ms: i64,
) -> Result<()> {
    let mut signed = Vec::new();
    for verdict in kept.iter().filter(|v| !v.is_refused) {
        if let Some(signature) = &verdict.signed {
            let loaded = &verdict.loaded;
            signed.push((loaded.id, loaded.company_id, signature));
        }
    }
    signing::commit(tx, shared, &signed, now_ms)?;
    let waited = kept.iter().filter(|v| v.loaded.has_waited);
    let waited: Vec<MessageId> = waited.map(|v| v.loaded.id).collect();
    signing::forget(tx, &waited)
}

fn counts(kept: &[&CheckVerdict], facts: &TurnFacts, now_ms: i64) -> DayCounts {
    let day = beijing_day(now_ms);
    let mut counts = DayCounts::new();
    for verdict in kept {
        let key = (
            day.clone(),
            verdict.loaded.company_id,
            verdict.loaded.kind.clone(),
        );
        let entry: &mut Counts = counts.entry(key).or_default();
        if verdict.is_refused {
            entry.n_refused += 1;
            metrics::counter!("tongguan_messages_refused_total").increment(1);
        } else if !facts.holds.contains_key(&verdict.loaded.id) {
            entry.n_checked += 1;
        }
    }
    counts
}

/// The platform's own receipt for a message that it refuses.
fn refusal(shared: &Shared, verdict: &CheckVerdict, now_ms: i64) -> NewReceipt {
    let grave: Vec<&Finding> = verdict
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Refuse)
        .collect();
    let n_grave = grave.len();
    let mut info = if n_grave > QUOTED_MAX {
        format!("平台校验未通过，共 {n_grave} 处问题，前 {QUOTED_MAX} 处为：")
    } else {
        format!("平台校验未通过，共 {n_grave} 处问题：")
    };
    for finding in grave.iter().take(QUOTED_MAX) {
        info.push_str(&format!(
            "[{}]{}（{}）；",
            finding.code, finding.text, finding.path
        ));
    }
    let loaded = &verdict.loaded;
    let refused = RefusedMessage {
        company_id: loaded.company_id,
        id: loaded.id,
        kind: &loaded.kind,
    };
    refusal_receipt(&shared.ids, refused, info, now_ms)
}
