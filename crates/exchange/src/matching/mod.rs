//! Matching (三单对碰): what documents of several messages and companies say together.
//!
//! 1. With the commit of the check, the facts of every document that passed are kept (`match_fact`), and
//!    the document is compared with what is known: `look` reads all of it with a statement for each
//!    kind of number, `ceb::matching` compares. Whatever arrives first, both sides are informed: the one
//!    that arrives in its own findings, the one that was there by findings added to it.
//! 2. What a company is told follows its [`MatchingPolicy`]. Under `hold`, a list whose partners are missing or
//!    differ waits (`hold`) in the state `Waiting`, until they fit, its company lets it go, or the
//!    time is over.
//! 3. `personal` keeps what a person has bought in a year, by keyed hash.
//! 4. `notified` learns from receipts: refused documents do not count, accepted cancels and refunds give
//!    back, a tax bill is compared with the estimate.
//!
//! Partners belong to other companies. A company is told that values differ, its own value, and of the
//! other's what customs would tell (amounts, codes, names of goods); nothing about a person. Personal
//! values stand here as masks and keyed hashes ([`registry::seal`]).

pub mod codes;
mod hold;
pub mod http;
mod look;
pub(crate) mod personal;
pub(crate) mod retention;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod notified;

use crate::message::{self, MessageId};
use crate::receipt::NewReceipt;
use crate::shared::Shared;
use ceb::code::matching as code;
use ceb::matching::{Difference, Facts, Known, Part, is_compared, limit};
use ceb::{Finding, Severity};
use registry::company::CompanyId;
use registry::module::Module;
use registry::seal::Seal;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use store::event::Event;
use store::{Result, Tx};

pub use ceb::matching::within;
pub(crate) use hold::{expire, hold};
pub(crate) use look::Look;
pub(crate) use notified::learn;
pub(crate) use sql::pack_older;

registry::parameters! {
    /// How long a list waits for its partners at most.
    pub HOLD_MINUTES = "matching.hold_minutes", "清单等待配套单证的时间", number(1, 4320, "分钟"), plain, Fixed(60),
        "企业选择“不齐先等待”时，清单最多等待多久，之后照常发送。";
}

registry::acts! {
    /// A company changed its policy.
    pub POLICY_SET = "matching.policy", "变更对碰策略";
    /// A waiting list was let go.
    pub RELEASED = "matching.release", "放行待对碰清单";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("三单对碰")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .codes(codes::ALL);

/// Purpose of the keyed hash of personal values.
const PURPOSE: &str = "matching";

/// Codes of the rules between order, payment, waybill and list, for which a list may be held.
const TRADE_CODES: std::ops::RangeInclusive<&str> = "TG-E1901"..="TG-E1911";

/// What a company wants to happen when documents do not fit (对碰策略).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum MatchingPolicy {
    /// Nothing is told (不对碰).
    Off,
    /// Findings are reported, the message goes on (只提示).
    #[default]
    Warn,
    /// A list waits (不齐先等待).
    Hold,
}

impl MatchingPolicy {
    /// Every policy.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The policy with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Off => "不对碰",
            Self::Warn => "只提示",
            Self::Hold => "不齐先等待",
        }
    }
}

/// The name for people of an event of this module; empty for others.
pub(crate) fn event_name(kind: &str) -> &'static str {
    match kind {
        "matching.told" => "对碰差异",
        "matching.tax" => "税单与测算不一致",
        _ => "",
    }
}

/// The facts of a document as the platform keeps them; none of a draft, or of what is not compared.
pub(crate) fn known(
    seal: &Seal,
    message: &ceb::Message,
    document: &ceb::Document,
    (id, owner): (i64, CompanyId),
) -> Option<Known> {
    let is_draft = document.head.get("appStatus") == Some("1");
    if is_draft || !is_compared(message.kind) {
        return None;
    }
    let hash = |text: &str| seal.keyed_hash(PURPOSE, text);
    let facts = Facts::of(message.kind, document, &hash);
    let key = ceb::key::of_document(message.kind, document).map(|key| key.text);
    Some(Known::fresh(id, owner.0, key, facts))
}

/// What a turn's documents brought to light.
#[derive(Default)]
pub(crate) struct TurnFacts {
    /// Findings by message of the turn.
    pub(crate) findings: BTreeMap<MessageId, Vec<Finding>>,
    /// Messages of the turn that wait, and for what.
    pub(crate) holds: BTreeMap<MessageId, String>,
    /// By message of the turn: findings for messages that were there before.
    others: BTreeMap<MessageId, Vec<(MessageId, CompanyId, Finding)>>,
    /// By message of the turn: lists that were there before and may have waited for it.
    lists: BTreeMap<MessageId, BTreeSet<MessageId>>,
    /// By message of the turn: messages with an earlier version of one of its lists.
    replaced: BTreeMap<MessageId, BTreeSet<MessageId>>,
}

/// Keeps the facts of a turn's documents and compares them with all that is known. What it found is
/// written by [`settle`], for the messages that the turn really moved.
pub(crate) fn look_at(tx: &mut Tx<'_>, fresh: Vec<Known>) -> Result<TurnFacts> {
    let mut facts = TurnFacts::default();
    if fresh.is_empty() {
        return Ok(facts);
    }
    let rows: Vec<sql::NewRow<'_>> = fresh
        .iter()
        .map(|known| sql::NewRow {
            known,
            own_key: look::own_key(known),
            amount: personal::amount(&known.facts),
        })
        .collect();
    let inserted = sql::insert(tx, &rows)?;
    drop(rows);
    let own_keys: BTreeSet<String> = fresh
        .iter()
        .filter(|known| known.facts.person_key().is_some())
        .filter_map(look::own_key)
        .collect();
    let new: Vec<i64> = fresh.iter().map(|known| known.id).collect();
    let mut look = Look::around(tx, fresh, &inserted)?;
    let owners = look.board.iter().map(|known| known.owner).collect();
    let policies = sql::policies(tx, &owners)?;
    let policy = |owner: i64| {
        policies
            .get(&owner)
            .map_or(MatchingPolicy::Warn, |found| found.0)
    };
    for id in &new {
        let Some(known) = look.board.get(*id).cloned() else {
            continue;
        };
        let used = look.used(&known);
        judge(&look, &known, used, &policy, &new, &mut facts);
    }
    personal::recount(tx, &own_keys)?;
    Ok(facts)
}

fn judge(
    look: &Look,
    known: &Known,
    used: i64,
    policy: &dyn Fn(i64) -> MatchingPolicy,
    new: &[i64],
    facts: &mut TurnFacts,
) {
    let message = MessageId::of_document(known.id);
    let Some(judgement) = look.board.judge(known.id) else {
        return;
    };
    let is_list = known.facts.part() == Part::Inventory;
    let own = policy(known.owner);
    if own != MatchingPolicy::Off {
        let mut differences = judgement.differences.clone();
        if known.facts.person_key().is_some() {
            differences.extend(limit::judge(&known.facts, personal::yuan(used)));
        }
        let number = number(known.id);
        name_earlier(&mut differences, judgement.used_by, message);
        let found = differences
            .iter()
            .map(|difference| difference.finding(&known.facts, number));
        facts.findings.entry(message).or_default().extend(found);
    }
    if own == MatchingPolicy::Hold
        && is_list
        && let Some(why) = why(&judgement)
    {
        let notified = facts.holds.entry(message).or_default();
        add_reason(notified, &why);
    }
    for partner in &judgement.partners {
        let Some(other) = look
            .board
            .get(partner.id)
            .filter(|_| !new.contains(&partner.id))
        else {
            continue;
        };
        let home = MessageId::of_document(other.id);
        if other.facts.part() == Part::Inventory {
            facts.lists.entry(message).or_default().insert(home);
        }
        if policy(other.owner) == MatchingPolicy::Off || matches!(other.status, Some(800 | 899)) {
            continue;
        }
        let notified = look.board.because_of(other.id, known.id);
        let notified = notified.iter().map(|difference| {
            let finding = difference.finding(&other.facts, number(other.id));
            (home, CompanyId(other.owner), finding)
        });
        facts.others.entry(message).or_default().extend(notified);
    }
    if is_list {
        let versions = look.board.versions(known).into_iter();
        let earlier = versions.filter(|one| one.owner == known.owner && one.id < known.id);
        let earlier = earlier.map(|one| MessageId::of_document(one.id));
        facts.replaced.entry(message).or_default().extend(earlier);
    }
}

/// Names the document that has the business key already. Within one message the check has said so.
fn name_earlier(differences: &mut Vec<Difference>, used_by: Option<i64>, own: MessageId) {
    let Some(earlier) = used_by else { return };
    let message = MessageId::of_document(earlier);
    if message == own {
        differences.retain(|one| one.code.id != code::KEY_USED.id);
        return;
    }
    for one in differences.iter_mut() {
        if one.code.id == code::KEY_USED.id {
            let place = format!(
                "（受理号 {} 第 {} 份）",
                message.acceptance_no(),
                number(earlier)
            );
            one.text.push_str(&place);
        }
    }
}

/// The number of a document in its message, from 1.
fn number(id: i64) -> usize {
    usize::try_from(id - MessageId::of_document(id).0).unwrap_or(1)
}

/// What a list waits for, if it must.
fn why(judgement: &ceb::matching::Judgement) -> Option<String> {
    let mut notified = String::new();
    if !judgement.missing.is_empty() {
        let names: Vec<&str> = judgement
            .missing
            .iter()
            .map(|part| part.chinese())
            .collect();
        add_reason(&mut notified, &format!("缺少{}", names.join("、")));
    }
    let grave = judgement.differences.iter().filter(|difference| {
        difference.code.severity == Severity::Warn && TRADE_CODES.contains(&difference.code.id)
    });
    for difference in grave {
        add_reason(&mut notified, difference.code.title);
    }
    (!notified.is_empty()).then_some(notified)
}

/// Adds to a list of reasons, each once.
fn add_reason(notified: &mut String, reason: &str) {
    if notified.split('；').any(|one| one == reason) {
        return;
    }
    if !notified.is_empty() {
        notified.push('；');
    }
    notified.push_str(reason);
}

/// Writes what [`look_at`] found for the messages that were moved: who waits, who is informed, who may go
/// on. Answers the receipts of lists that a newer one replaced.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    shared: &Shared,
    facts: &TurnFacts,
    moved: &HashSet<MessageId>,
    now_ms: i64,
) -> Result<Vec<NewReceipt>> {
    let is_moved = |id: &MessageId| moved.contains(id);
    let mut others: BTreeMap<MessageId, Vec<Finding>> = BTreeMap::new();
    let mut events = BTreeMap::new();
    for (_, notified) in facts.others.iter().filter(|(id, _)| is_moved(id)) {
        for (home, company, finding) in notified {
            events.insert(*home, (*company, finding.text.clone()));
            others.entry(*home).or_default().push(finding.clone());
        }
    }
    if !others.is_empty() {
        message::finding::append_findings(tx, &others)?;
        let events: Vec<Event> = events
            .into_iter()
            .map(|(home, (company, text))| Event {
                id: shared.ids.next(),
                at_ms: now_ms,
                kind: "matching.told".to_owned(),
                company_id: Some(company.0),
                subject_id: home.0,
                detail: text,
            })
            .collect();
        store::event::append(tx, &events)?;
    }
    let of_moved = |map: &BTreeMap<MessageId, BTreeSet<MessageId>>| -> BTreeSet<MessageId> {
        let of = map.iter().filter(|(id, _)| is_moved(id));
        of.flat_map(|(_, ids)| ids.iter().copied()).collect()
    };
    let replaced = hold::replace(tx, shared, &of_moved(&facts.replaced), now_ms)?;
    hold::wake(tx, shared, &of_moved(&facts.lists), now_ms)?;
    Ok(replaced)
}

/// Forgets the documents of a message that is not sent after all.
pub(crate) fn forget(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    let lists = sql::of_message(tx, id)?;
    let ids: BTreeSet<i64> = lists.iter().map(|kept| kept.known.id).collect();
    let own_keys = lists
        .iter()
        .filter(|kept| kept.person_key.is_some())
        .filter_map(|kept| look::own_key(&kept.known))
        .collect();
    // Taken out of the total first: what is gone cannot be reckoned with.
    sql::withdraw(tx, &ids)?;
    personal::recount(tx, &own_keys)?;
    sql::forget(tx, id)
}
