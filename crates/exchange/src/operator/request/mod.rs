//! Requests to free what is stuck: the kinds of approvals, and what each does in the transaction in
//! which another person approves.

pub mod http;

use crate::message::{self, MessageId, State, Step, StoredMessage};
use crate::receipt::{self, RefusedMessage, parked, refusal_receipt};
use crate::{answer, finder, inbox, matching, outcome, signing};
use registry::access::Sight;
use registry::approval::{self, Approval, ApprovalKind, Doing, Undone};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::result::Result as StdResult;
use store::{Result, Tx};
use web::Begin;

/// Who decides: an operator who did not ask.
const DECIDERS: &[Role] = &[Role::Operator];

/// A held message is sent again.
pub const RELEASE: ApprovalKind = ApprovalKind {
    name: "message.release",
    chinese: "放行待人工处理的报文",
    deciders: DECIDERS,
    run: release,
};
/// A held message is refused by hand.
pub const REFUSE: ApprovalKind = ApprovalKind {
    name: "message.refuse",
    chinese: "人工拒收报文",
    deciders: DECIDERS,
    run: refuse,
};
/// A refused message is checked anew.
pub const RESUBMIT: ApprovalKind = ApprovalKind {
    name: "message.resubmit",
    chinese: "重新校验平台拒收的报文",
    deciders: DECIDERS,
    run: resubmit,
};
/// A parked receipt is matched again.
pub const RELEASE_RECEIPT: ApprovalKind = ApprovalKind {
    name: "receipt.release",
    chinese: "重新匹配回执",
    deciders: DECIDERS,
    run: release_receipt,
};
/// A parked receipt is nobody's here, and waits no more.
pub const DISMISS_RECEIPT: ApprovalKind = ApprovalKind {
    name: "receipt.dismiss",
    chinese: "不再处理未匹配回执",
    deciders: DECIDERS,
    run: dismiss_receipt,
};
/// The kinds of this module.
pub const KINDS: &[ApprovalKind] = &[RELEASE, REFUSE, RESUBMIT, RELEASE_RECEIPT, DISMISS_RECEIPT];

/// What a request is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Id of the message or of the parked receipt.
    pub(super) id: i64,
}

impl Payload {
    /// As it is stored with the request, and looked for.
    pub(super) fn text(id: i64) -> String {
        serde_json::to_string(&Self { id }).unwrap_or_default()
    }
}

/// The kinds that are about a message; one of them at a time.
const OF_MESSAGES: &[&str] = &[RELEASE.name, REFUSE.name, RESUBMIT.name];

/// The kinds that are about a parked receipt; one of them at a time.
const OF_RECEIPTS: &[&str] = &[RELEASE_RECEIPT.name, DISMISS_RECEIPT.name];

/// Requests that wait for another person, by what they are about: whoever looks at a list of messages
/// (or of receipts) sees what was asked for, and does not ask again.
pub(super) fn pending(
    tx: &mut Tx<'_>,
    ids: &[i64],
    is_receipt: bool,
) -> Result<BTreeMap<i64, Approval>> {
    let kinds: &[&str] = if is_receipt { OF_RECEIPTS } else { OF_MESSAGES };
    let payloads: Vec<String> = ids.iter().map(|id| Payload::text(*id)).collect();
    let found = approval::pending(tx, kinds, &payloads)?;
    Ok(found
        .into_iter()
        .filter_map(|request| {
            let payload: Payload = serde_json::from_str(&request.payload).ok()?;
            Some((payload.id, request))
        })
        .collect())
}

/// What a parked receipt is called in a request: its kind, key and status, as far as they can be read.
fn parked_title(tx: &mut Tx<'_>, id: i64) -> Result<String> {
    let newest = parked::list(tx, &Begin::after(id.saturating_add(1)), 1)?;
    let Some(found) = newest
        .into_iter()
        .find(|found| found.id == id && !found.kind.is_empty())
    else {
        return Ok(format!("未匹配回执 {id}"));
    };
    let mut title = format!("未匹配回执 {}", found.kind);
    if !found.document_key.is_empty() {
        title.push_str(&format!("，业务主键 {}", found.document_key));
    }
    let status = found.says().map(|(status, _)| i64::from(status.0));
    if let Some(status) = status.and_then(receipt::shown_status) {
        title.push_str(&format!("，状态 {status}"));
    }
    Ok(title)
}

/// Requests that are looked at when what waits is counted, the oldest first.
const ASKED_MAX: i64 = 200;

/// Of the held messages and of the parked receipts those for which somebody has asked already: they wait for
/// whoever decides, and for nobody else.
pub fn n_asked(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    let mut ids_of = |kinds: &[&str]| -> Result<BTreeSet<i64>> {
        let payloads = approval::asked_for(tx, kinds, ASKED_MAX)?.into_iter();
        let read = payloads.filter_map(|text| serde_json::from_str(&text).ok());
        Ok(read.map(|payload: Payload| payload.id).collect())
    };
    let (messages, receipts) = (ids_of(OF_MESSAGES)?, ids_of(OF_RECEIPTS)?);
    let now = outcome::sql::of_messages(tx, &messages)?;
    let held = now.values().filter(|now| now.0 == State::Held).count();
    let mut waiting: BTreeSet<i64> = super::sql::waiting_receipts(tx, &receipts)?
        .into_iter()
        .collect();
    waiting.extend(inbox::aside::among(tx, &receipts)?);
    let n_of = |n: usize| i64::try_from(n).unwrap_or(0);
    Ok((n_of(held), n_of(waiting.len())))
}

type RequestDone = Result<String, Undone>;

fn id_of(doing: &Doing<'_>) -> Result<i64, Undone> {
    let payload: StdResult<Payload, _> = serde_json::from_str(&doing.approval.payload);
    payload
        .map(|payload| payload.id)
        .map_err(|_| Undone::failed("申请的内容无法读取"))
}

fn step<'a>(doing: &Doing<'_>, to: State, detail: &'a str) -> Step<'a> {
    Step {
        to,
        at_ms: doing.context.now_ms(),
        detail,
    }
}

/// The held message that a request is about, which nobody else moves until the transaction ends.
fn held(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<StoredMessage, Undone> {
    let id = MessageId(id_of(doing)?);
    message::sql::lock(tx, id)?;
    let Some(message) = finder::find(tx, &Sight::All, id)? else {
        return Err(Undone::failed("没有这份报文"));
    };
    match message.state == State::Held {
        true => Ok(message),
        false => Err(Undone::Failed(moved_on(message.state))),
    }
}

fn moved_on(state: State) -> String {
    format!("报文现在的状态是{}", state.chinese())
}

/// Why a held message is not released; nothing when it can be.
pub(super) fn unfit(tx: &mut Tx<'_>, message: &StoredMessage) -> Result<Option<&'static str>> {
    let (_, damaged) = message::sql::load(tx, &[message.id])?;
    if !damaged.is_empty() {
        return Ok(Some(DAMAGED));
    }
    let is_unsigned = message.n_documents == 0 && signing::waits(tx, message.id)?;
    Ok(is_unsigned.then_some(UNSIGNED))
}

/// Why a damaged message is not released.
const DAMAGED: &str = "平台存储的内容已损坏，仍无法读取，原样保留；从备份恢复后可再申请放行，也可以申请拒收，由企业重新申报";

/// Why a message that waits for its signature is not released.
const UNSIGNED: &str = "报文在等待代签，签名密钥可用后自动继续，无须放行；也可以申请拒收";

/// A message that was checked is sent again; one that was held before its check is checked.
fn release(tx: &mut Tx<'_>, doing: &Doing<'_>) -> RequestDone {
    let message = held(tx, doing)?;
    if let Some(why) = unfit(tx, &message)? {
        return Err(Undone::failed(why));
    }
    let (ids, now_ms) = (&doing.context.ids, doing.context.now_ms());
    if message.n_documents == 0 {
        let why = (now_ms, "经复核放行，重新校验");
        return match message::unhold(tx, ids, message.id, why)? {
            true => Ok("；已排入校验".to_owned()),
            false => Err(Undone::Failed(moved_on(message.state))),
        };
    }
    let step = step(doing, State::Checked, "经复核放行，重新发送");
    let before = message::counted(tx, message.id)?;
    let moved = message::advance(tx, ids, &[message.id], step)?;
    if moved.is_empty() {
        return Err(Undone::Failed(moved_on(message.state)));
    }
    message::count_again(tx, ids, &moved, before, now_ms)?;
    Ok("；已排入发送".to_owned())
}

fn refuse(tx: &mut Tx<'_>, doing: &Doing<'_>) -> RequestDone {
    let message = held(tx, doing)?;
    let id = message.id;
    let step = step(doing, State::Refused, "经复核人工拒收");
    if message::advance(tx, &doing.context.ids, &[id], step)?.is_empty() {
        return Err(Undone::Failed(moved_on(message.state)));
    }
    matching::forget(tx, id)?;
    outcome::refuse(tx, &doing.context.ids, id, true, doing.context.now_ms())?;
    let info = format!("平台人工拒收：{}", doing.approval.why);
    let refused = RefusedMessage {
        company_id: message.company_id,
        id,
        kind: &message.kind,
    };
    let now_ms = doing.context.now_ms();
    let receipt = refusal_receipt(&doing.context.ids, refused, info, now_ms);
    receipt::record(tx, vec![receipt], now_ms)?;
    Ok("；已通知企业".to_owned())
}

fn resubmit(tx: &mut Tx<'_>, doing: &Doing<'_>) -> RequestDone {
    let id = MessageId(id_of(doing)?);
    let now_ms = doing.context.now_ms();
    message::sql::lock(tx, id)?;
    let found = finder::find(tx, &Sight::All, id)?;
    if found.is_some_and(|found| found.state == State::Refused && !found.needs_action) {
        return Err(Undone::failed(SETTLED));
    }
    let (_, damaged) = message::sql::load(tx, &[id])?;
    if !damaged.is_empty() {
        return Err(Undone::failed(DAMAGED));
    }
    if !message::reopen(tx, &doing.context.ids, id, now_ms, "经复核重新校验")? {
        return Err(Undone::failed("没有这份报文，或它不是平台拒收状态"));
    }
    receipt::forget_documents(tx, id)?;
    outcome::refresh(tx, &doing.context.ids, &BTreeSet::from([id]), now_ms)?;
    matching::forget(tx, id)?;
    Ok("；已排入校验".to_owned())
}

/// Why a refused message is not checked anew.
const SETTLED: &str = "企业已更正重报或登记不再处理，重新校验会造成重复申报";

fn release_receipt(tx: &mut Tx<'_>, doing: &Doing<'_>) -> RequestDone {
    let id = id_of(doing)?;
    let now_ms = doing.context.now_ms();
    match inbox::aside::release(tx, id)? {
        None => {}
        Some(Err(why)) => return Err(Undone::failed(why)),
        Some(Ok(())) => return Ok("；已重新排入处理".to_owned()),
    }
    let Some(parked) = parked::body(tx, id)? else {
        let why = match parked::waits(tx, id)? {
            true => inbox::aside::STILL,
            false => CLOSED,
        };
        return Err(Undone::failed(why));
    };
    if answer::again(tx, doing.context, parked, now_ms)?.is_empty() {
        return Err(Undone::failed("仍然找不到对应的申报，或这份回执已经登记"));
    }
    parked::found(tx, id, now_ms)?;
    Ok("；已送达企业".to_owned())
}

/// Why nothing can be done about a parked receipt any more.
const CLOSED: &str = "没有这份回执，或它已处理";

/// What the reason for dismissing a receipt says that nobody can read: nobody knows to whom it was, and both who
/// agree on it shall know that.
const SAYS_UNREAD: &str = "无法读取";

/// Why a receipt that nobody can read is not dismissed.
const UNREAD: &str = "这份回执的内容无法读取，不知道是给谁的；确已无法恢复、仍要登记为不再处理的，请在理由中写明“无法读取”";

fn says_unread(why: &str) -> bool {
    why.contains(SAYS_UNREAD)
}

/// Whether what waits among the parked receipts is one that no key opens.
fn is_unread(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(inbox::aside::is_in(tx, id)? || parked::waits(tx, id)? && parked::body(tx, id)?.is_none())
}

fn dismiss_receipt(tx: &mut Tx<'_>, doing: &Doing<'_>) -> RequestDone {
    let id = id_of(doing)?;
    if is_unread(tx, id)? && !says_unread(&doing.approval.why) {
        return Err(Undone::failed(UNREAD));
    }
    let is_aside = inbox::aside::dismiss(tx, id)?;
    match is_aside || parked::close(tx, id, doing.context.now_ms())? {
        true => Ok("；内容保留，不再列出".to_owned()),
        false => Err(Undone::failed(CLOSED)),
    }
}
