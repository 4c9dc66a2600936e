//! Unknown codes (未知回执代码): what customs said and the dictionary does not have.
//!
//! Each new receipt with such a code (or with several) is counted in the transaction that records it, so once and not
//! again when it is delivered twice; a batch touches each code once, in order, so that two batches
//! cannot wait for each other in a circle. What is kept of the text has no personal data.
//!
//! An operator writes down what the code means and what to do. The answer is part of every
//! explanation of that code and kind from then on, of old receipts too; it can be withdrawn. Both
//! acts are audited.

pub mod http;
mod sql;
#[cfg(test)]
mod tests;

use crate::receipt::{Explained, NewReceipt, explain, kind_of};
use ceb::explain::Resubmit;
use registry::access::Actor;
use registry::approval;
use registry::audit::{self, AuditedAct};
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::id::IdMaker;
use store::{Result, Tx};
use web::Problem;

pub use sql::n_open;

/// Longest text kept of a status that cannot be read, in characters.
const CODE_CHARS_MAX: usize = 40;

/// Digits of a status; longer numbers are none, and may be somebody's.
const STATUS_DIGITS_MAX: usize = 7;

/// Longest text kept as a sample, in characters.
const SAMPLE_CHARS_MAX: usize = 200;

/// Longest meaning and longest advice, in characters.
pub const ANSWER_CHARS_MAX: usize = 500;

registry::acts! {
    /// A code was explained.
    pub ANSWER = "unknown_code.answer", "解释未知回执代码";
    /// An explanation was withdrawn.
    pub WITHDRAW = "unknown_code.withdraw", "撤回回执代码的解释";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("未知回执代码")
    .acts(ACTS)
    .codes(codes::ALL)
    .todos(&[waits]);

/// Codes that wait for an explanation of the operators.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    if !asking.has(&[Role::Operator]) {
        return Ok(Vec::new());
    }
    let count = n_open(tx)?;
    Ok(vec![Todo::plain(
        "unknown_codes",
        ["待解释的回执代码", "Receipt codes to explain"],
        count,
    )])
}

/// Codes of this module.
pub mod codes {
    web::codes! {
        INCOMPLETE = "TG-R4660", 400, "解释不完整或有误", "The explanation is incomplete or not valid",
            "解释一个回执代码须写明含义、怎么办（各 2 至 500 个字符，换行按空格计，不含控制字符和不可见字符）和\
                  是否重报。",
            "请按 detail 补全或改正后再提交。",
            "An explanation of a receipt code must give a meaning and advice (2 to 500 characters each; line breaks \
                  count as spaces; no control characters or invisible characters) and say whether to declare again.",
            "Complete or correct it as the detail says and submit again.";
        NOT_ANSWERED = "TG-R4661", 409, "该代码还没有解释", "The code has no explanation yet",
            "要撤回的解释不存在，可能已被他人撤回。",
            "请刷新列表后再看。",
            "There is no such explanation to withdraw; someone else may have withdrawn it.",
            "Reload the list.";
    }
}

/// Code and declared kind.
pub(crate) type UnknownCodeKey = (String, String);

/// The operators' answers by code and kind.
pub(crate) type Answers = HashMap<UnknownCodeKey, Answer>;

/// What an operator wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) meaning: String,
    pub(crate) advice: String,
    pub(crate) resubmit: String,
}

impl Answer {
    /// Whether the company is to do something.
    pub(crate) fn wants_act(&self) -> bool {
        let is_quiet = [Resubmit::Nothing, Resubmit::Wait].map(Resubmit::name);
        !is_quiet.contains(&self.resubmit.as_str())
    }
}

/// A code that the dictionary does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownCode {
    pub(crate) id: i64,
    pub(crate) code: String,
    pub(crate) kind: String,
    pub(crate) n_seen: i64,
    pub(crate) first_at: i64,
    pub(crate) last_at: i64,
    pub(crate) sample: String,
    pub(crate) answer: Option<Answer>,
    pub(crate) answered_by: Option<String>,
    pub(crate) answered_at: Option<i64>,
}

/// How often a code was seen in a batch, and a text with it.
pub(super) struct CodeSeen {
    pub(super) n_seen: i64,
    pub(super) sample: String,
}

/// Counts the unknown codes of receipts that are new.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    recorded: &[NewReceipt],
    now_ms: i64,
) -> Result<()> {
    let mut seen: BTreeMap<UnknownCodeKey, CodeSeen> = BTreeMap::new();
    for receipt in recorded {
        let (info, xml) = (&receipt.return_info, &receipt.xml);
        let kind = kind_of(&receipt.kind, xml);
        // A text can name several codes; each counts once a receipt.
        let codes: BTreeSet<String> = match receipt.return_status {
            status if status == i64::from(ceb::receipt::STATUS_UNREADABLE.0) => unreadable(receipt)
                .as_deref()
                .map(code_of)
                .into_iter()
                .collect(),
            status => {
                let explained = explain(&receipt.kind, status, info, xml);
                explained.unknown_codes().map(str::to_owned).collect()
            }
        };
        for code in codes {
            let key = (code, kind.clone());
            let entry = seen.entry(key).or_insert_with(|| CodeSeen {
                n_seen: 0,
                sample: ceb::personal::masked_text(info)
                    .chars()
                    .take(SAMPLE_CHARS_MAX)
                    .collect(),
            });
            entry.n_seen += 1;
        }
    }
    if seen.is_empty() {
        return Ok(());
    }
    let n_seen: i64 = seen.values().map(|seen| seen.n_seen).sum();
    metrics::counter!("tongguan_receipts_unknown_code_total")
        .increment(u64::try_from(n_seen).unwrap_or(0));
    sql::count(tx, || ids.next(), &seen, now_ms)
}

/// What stands as status in an answer to a declaration where none can be read: nothing follows for the
/// document then, and somebody must look. Tax bills and results have no status of their own.
fn unreadable(receipt: &NewReceipt) -> Option<String> {
    let kind = ceb::Kind::from_code(&receipt.kind)?;
    kind.spec().head.field("returnStatus")?;
    let split = ceb::receipt::split(receipt.xml.as_bytes()).ok()?;
    Some(split.entries.into_iter().next()?.status_text)
}

/// Under what a status that cannot be read is counted. It may be anything, personal data included where
/// columns have shifted, so that only figures are shown as they came.
fn code_of(text: &str) -> String {
    let is_status = |part: &str| {
        let digits = part.trim_start_matches(['-', '+']);
        digits.len() <= STATUS_DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match text {
        "" => "（空）".to_owned(),
        text if text.chars().count() <= CODE_CHARS_MAX && text.split('，').all(is_status) => {
            text.to_owned()
        }
        _ => "（无法识别）".to_owned(),
    }
}

/// The answers to these codes.
pub(crate) fn answers(tx: &mut Tx<'_>, keys: &BTreeSet<UnknownCodeKey>) -> Result<Answers> {
    if keys.is_empty() {
        return Ok(Answers::new());
    }
    sql::answers(tx, keys)
}

/// What operators have said of statuses; of other codes nothing follows for a document.
pub(crate) fn explained(tx: &mut Tx<'_>) -> Result<Explained> {
    let answers = sql::all_answers(tx)?.into_iter();
    let of_status = answers.filter_map(|((code, kind), answer)| {
        let status = status_of(&code)?;
        Some(((kind, status), answer.wants_act()))
    });
    Ok(of_status.collect())
}

/// The status that a code is, if it is one and not that of a text.
pub(crate) fn status_of(code: &str) -> Option<i64> {
    code.parse().ok().filter(|status| *status > 0)
}

/// Brings an answer into form: meaning and advice each on one line.
fn formed(answer: &Answer) -> Result<Answer, Problem> {
    let wrong = |why: String| Problem::new(codes::INCOMPLETE).detail(why);
    let line = |what: &str, text: &str| {
        let line = approval::one_line(text).map_err(|why| wrong(format!("{what}：{why}")))?;
        match (2..=ANSWER_CHARS_MAX).contains(&line.chars().count()) {
            true => Ok(line),
            false => Err(wrong(format!("{what}应为 2 至 {ANSWER_CHARS_MAX} 个字符"))),
        }
    };
    let formed = Answer {
        meaning: line("含义", &answer.meaning)?,
        advice: line("怎么办", &answer.advice)?,
        resubmit: answer.resubmit.clone(),
    };
    match Resubmit::from_name(&formed.resubmit) {
        Some(_) => Ok(formed),
        None => Err(wrong("是否重报未填写或不是可选的值".to_owned())),
    }
}

/// Writes an answer down.
pub(crate) fn put_answer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: i64,
    answer: &Answer,
    now_ms: i64,
) -> Result<UnknownCode, Problem> {
    let answer = formed(answer)?;
    if sql::find(tx, id)?.is_none() {
        return Err(Problem::new(web::codes::NOT_FOUND));
    }
    sql::set_answer(tx, id, Some((&answer, &actor.name)), now_ms)?;
    finish(tx, actor, ANSWER, id, now_ms)
}

/// Withdraws an answer.
pub(crate) fn withdraw_answer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: i64,
    now_ms: i64,
) -> Result<UnknownCode, Problem> {
    match sql::find(tx, id)? {
        None => return Err(Problem::new(web::codes::NOT_FOUND)),
        Some(known) if known.answer.is_none() => return Err(Problem::new(codes::NOT_ANSWERED)),
        Some(_) => sql::set_answer(tx, id, None, now_ms)?,
    }
    finish(tx, actor, WITHDRAW, id, now_ms)
}

/// Audits an act and answers the code as it is now.
fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    act: AuditedAct,
    id: i64,
    now_ms: i64,
) -> Result<UnknownCode, Problem> {
    let Some(code) = sql::find(tx, id)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    let answer = code.answer.as_ref();
    let meaning = answer.map_or("", |answer| answer.meaning.as_str());
    let detail = format!("{} {}；{meaning}", code.kind, code.code);
    audit::done(
        tx,
        now_ms,
        actor,
        act,
        &format!("unknown_code:{id}"),
        &detail,
    )?;
    Ok(code)
}
