//! The step between arrival and check: what came unsigned from a company that asks for it is signed.
//!
//! A turn of a lane is signed together, each message by the key of its company, within a budget: a
//! card that signs four messages in a second must not hold up the lanes of everybody else. What is not
//! done in time waits for its next try; so does what comes after it from the same company, so that
//! messages keep their order.

use super::document::{Unfit, prepare};
use super::{SigningKey, sql};
use crate::keyring::Card;
use crate::keyring::provider::{Method, SigningFault, SigningResult as Signed};
use crate::message::sql::Loaded;
use crate::message::{self, MessageId, State, Step};
use crate::shared::Shared;
use crate::signature::Policy;
use ceb::Kind;
use ceb::spec::SignatureDuty;
use futures_util::future::join_all;
use registry::company::CompanyId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::event::Event;
use store::pack::{PackDictionary, Packed};
use store::{Result, Tx};

/// What the signatures of one turn may cost a lane.
pub(crate) const LANE_BUDGET: Duration = Duration::from_millis(300);

/// First pause before a message is tried again, in milliseconds; it doubles each time.
const PAUSE_MS: i64 = 1000;

/// Longest pause, in milliseconds.
pub(super) const PAUSE_MS_MAX: i64 = 300_000;

/// Pause after what a person must put right, in milliseconds: the card is shut meanwhile.
const LASTING_MS: i64 = 600_000;

/// What is said of a message whose turn has not come.
const IN_LINE: &str = "等待平台代签：前面还有报文在使用同一密钥";

/// A message's signature, made and not yet committed.
#[derive(Debug, Clone)]
pub(crate) struct SignedBody {
    key_id: i64,
    serial: String,
    method: Method,
    /// The signed bytes as they are stored.
    packed: Packed,
}

/// A message that could not be signed now.
pub(crate) struct WaitingSignature {
    id: MessageId,
    company_id: CompanyId,
    reason: String,
    next_at: i64,
}

/// What came of a turn.
pub(crate) struct Turn {
    /// To be checked, with the signature in them if there is one now.
    pub(crate) ready: Vec<(Loaded, Option<SignedBody>)>,
    /// To be tried again.
    pub(crate) waiting: Vec<WaitingSignature>,
}

/// Who signs for whom, as it stands now.
struct SigningRules {
    policies: HashMap<CompanyId, Policy>,
    keys: HashMap<CompanyId, SigningKey>,
    tries: HashMap<MessageId, i64>,
    /// Companies of which older messages wait already.
    in_line: HashSet<CompanyId>,
}

/// Signs what is to be signed of a turn.
pub(crate) async fn sign(
    shared: &Arc<Shared>,
    loaded: Vec<Loaded>,
    budget: Duration,
    is_retry: bool,
) -> Result<Turn> {
    let rules = rules(shared, &loaded, is_retry).await?;
    let (mine, others): (Vec<Loaded>, Vec<Loaded>) = loaded
        .into_iter()
        .partition(|one| rules.policies.contains_key(&one.company_id) && !one.is_signed_here);
    let mut turn = Turn {
        ready: others.into_iter().map(|one| (one, None)).collect(),
        waiting: Vec::new(),
    };
    if mine.is_empty() {
        return Ok(turn);
    }
    let signing = mine
        .iter()
        .map(|one| async { tokio::time::timeout(budget, sign_one(shared, &rules, one)).await });
    let outcomes = join_all(signing).await;
    let now_ms = shared.clock.now_ms();
    for (mut one, outcome) in mine.into_iter().zip(outcomes) {
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(_) => Err((IN_LINE.to_owned(), 0)),
        };
        match outcome {
            Ok(Some((body, signed))) => {
                one.body = body;
                turn.ready.push((one, Some(signed)));
            }
            Ok(None) => turn.ready.push((one, None)),
            Err((reason, pause_ms)) => turn.waiting.push(WaitingSignature {
                id: one.id,
                company_id: one.company_id,
                reason,
                next_at: now_ms + pause_ms,
            }),
        }
    }
    turn.ready.sort_by_key(|(one, _)| one.id);
    Ok(turn)
}

async fn rules(shared: &Arc<Shared>, loaded: &[Loaded], is_retry: bool) -> Result<SigningRules> {
    let ids: Vec<MessageId> = loaded.iter().map(|one| one.id).collect();
    let mut companies: Vec<CompanyId> = loaded.iter().map(|one| one.company_id).collect();
    companies.sort_unstable();
    companies.dedup();
    let read = move |tx: &mut Tx<'_>| {
        let mut policies = sql::policies(tx, &companies)?;
        policies.retain(|_, policy| policy.platform_signs);
        let (mut keys, mut in_line) = (HashMap::new(), HashSet::new());
        for company in policies.keys() {
            if let Some(key) = sql::active_key(tx, *company)? {
                keys.insert(*company, key);
            }
            if !is_retry && sql::n_waiting(tx, *company)? > 0 {
                in_line.insert(*company);
            }
        }
        let tries = if policies.is_empty() {
            HashMap::new()
        } else {
            sql::tries(tx, &ids)?
        };
        Ok(SigningRules {
            policies,
            keys,
            tries,
            in_line,
        })
    };
    shared.db.read(read).await
}

type SigningOutcome = std::result::Result<Option<(Vec<u8>, SignedBody)>, (String, i64)>;

async fn sign_one(shared: &Shared, rules: &SigningRules, one: &Loaded) -> SigningOutcome {
    let duty = Kind::from_code(&one.kind).map(|kind| kind.spec().signature);
    let Ok(sniffed) = ceb::sniff(&one.body) else {
        return Ok(None);
    };
    // What must not have a signature gets none; what cannot be read is the check's business.
    if duty.is_none_or(|duty| duty == SignatureDuty::None) {
        return Ok(None);
    }
    let pause = |fault: &SigningFault| {
        let n_tries = rules.tries.get(&one.id).copied().unwrap_or(0).clamp(0, 20);
        let pause_ms = match fault {
            fault if fault.is_lasting() => LASTING_MS,
            _ => (PAUSE_MS << n_tries).min(PAUSE_MS_MAX),
        };
        (format!("平台代签未完成：{fault}"), pause_ms)
    };
    let Some(key) = rules.keys.get(&one.company_id) else {
        let fault = SigningFault::Settings("企业还没有登记代签密钥，请联系平台运维人员".to_owned());
        return Err(pause(&fault));
    };
    let Some(card) = shared.keyring.card(&key.name) else {
        let fault = SigningFault::Settings(format!("本进程的配置中没有密钥 {}", key.name));
        return Err(pause(&fault));
    };
    if key.valid_to < shared.clock.now_ms() {
        let fault = SigningFault::Settings("代签证书已过期，请更新证书后重新登记密钥".to_owned());
        return Err(pause(&fault));
    }
    if rules.in_line.contains(&one.company_id) {
        return Err((IN_LINE.to_owned(), 0));
    }
    let policy = rules.policies.get(&one.company_id).copied();
    let method = policy.unwrap_or_default().method(key.family);
    let signed = sign_document(card, &sniffed.inner, method, &key.certificate).await;
    let signed = signed.map_err(|fault| pause(&fault))?;
    let Some(body) = signed else { return Ok(None) };
    let packed = Packed::of(&body, PackDictionary::of(&one.kind));
    let packed = packed.map_err(|error| (format!("平台代签未完成：{error}"), PAUSE_MS))?;
    let signature = SignedBody {
        key_id: key.id,
        serial: key.serial.clone(),
        method,
        packed,
    };
    Ok(Some((body, signature)))
}

/// Signs a document; nothing when it has a signature already or cannot be read.
pub(crate) async fn sign_document(
    card: &Card,
    document: &[u8],
    method: Method,
    certificate_der: &[u8],
) -> Signed<Option<Vec<u8>>> {
    let prepared = match prepare(document, method, certificate_der) {
        Ok(prepared) => prepared,
        Err(Unfit::Document) => return Ok(None),
        Err(Unfit::Certificate) => return Err(SigningFault::Settings("证书无法解析".to_owned())),
    };
    let signature = card.sign(prepared.to_be_signed(), method).await?;
    Ok(Some(prepared.finish(&signature)))
}

/// Commits the signatures of messages that really moved, in the transaction of their verdicts.
pub(crate) fn commit(
    tx: &mut Tx<'_>,
    shared: &Shared,
    signed: &[(MessageId, CompanyId, &SignedBody)],
    now_ms: i64,
) -> Result<()> {
    for (id, company, signature) in signed {
        let row = (signature.key_id, signature.method.name());
        message::signed::insert_signed(tx, *id, row, (&signature.packed, now_ms))?;
        let event = Event {
            id: shared.ids.next(),
            at_ms: now_ms,
            kind: "message.signed".to_owned(),
            company_id: Some(company.0),
            subject_id: id.0,
            detail: format!(
                "平台代签 {}，证书 {}",
                signature.method.name(),
                signature.serial
            ),
        };
        store::event::append(tx, &[event])?;
    }
    Ok(())
}

/// Holds the messages that could not be signed, with the reason, and notes when to try again.
pub(crate) fn hold(
    tx: &mut Tx<'_>,
    shared: &Shared,
    waiting: &[WaitingSignature],
    now_ms: i64,
) -> Result<()> {
    for one in waiting {
        let step = Step {
            to: State::Held,
            at_ms: now_ms,
            detail: &one.reason,
        };
        message::advance(tx, &shared.ids, &[one.id], step)?;
        let when = (one.reason.as_str(), now_ms, one.next_at);
        sql::wait(tx, (one.id, one.company_id), when)?;
    }
    Ok(())
}

/// Forgets that messages waited: they have their verdict.
pub(crate) fn forget(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<()> {
    sql::forget(tx, messages)
}
