//! Every statement on the tables `case_file`, `case_step`, `attachment` and `attachment_body`.

use super::attachment::hash_of;
use super::{Attachment, CaseFile, CaseId, CaseState, CaseStep};
use registry::access::{Sight, visible};
use registry::role::AccountId;
use std::collections::BTreeMap;
use store::unreadable::{DAMAGED, read_or, report};
use store::{Error, Result, Row, Tx, Value};
use web::{Begin, ListRows, OrderBy, PagePlace, SortKey, Total};

const COLUMNS: &str = "id, kind, title, state, company_id, subject, form, private_sealed, \
                       applied_by, applied_name, applied_at, proposed_by, decided_by, changed_at, \
                       due_at, n_days_left, n_steps, n_attachments";

/// What is seen of the cases.
#[derive(Debug, Clone)]
pub struct Sees {
    /// Whose own applications are seen.
    pub account: i64,
    /// The company acted for: own applications for others are not seen meanwhile.
    pub company: Option<i64>,
    /// Whose companies' cases are seen beside.
    pub sight: Sight,
}

/// What a list of cases is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Kind.
    pub kind: Option<String>,
    /// State.
    pub state: Option<CaseState>,
    /// Company.
    pub company: Option<i64>,
    /// Number of the case, or a part of its title.
    pub text: Option<String>,
    /// Only cases that are not final.
    pub is_open: bool,
    /// Only cases whose due date is before this moment.
    pub due_before: Option<i64>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<CaseOrder>,
}

web::orders! {
    /// Orders of the cases (办件排序).
    pub enum CaseOrder {
        /// The newest first.
        Newest = "newest" by Id,
        /// The oldest first.
        Oldest = "oldest" by Id,
        /// The most urgent first; those that are closed, which nothing is due for, at the end.
        Due = "due" by Number,
    }
}

/// When a case is due, with those that are closed after all others; an index has the same expression.
const DUE: &str = "coalesce(due_at, 9223372036854775807)";

pub(super) fn insert(tx: &mut Tx<'_>, case: &CaseFile) -> Result<()> {
    let form = serde_json::to_string(&case.form).map_err(|e| Error::Fault(e.to_string()))?;
    let private = case.private.as_deref();
    tx.execute(
        "insert into case_file (id, kind, title, state, company_id, subject, form, private_sealed, \
         applied_by, applied_name, applied_at, changed_at, due_at, n_days_left, n_steps, \
         n_attachments) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, 0)",
        &[
            case.id.0.into(),
            (&case.kind).into(),
            (&case.title).into(),
            case.state.name().into(),
            case.company.into(),
            (&case.subject).into(),
            (&form).into(),
            private.map_or(Value::Null, Value::Bytes),
            case.applied_by.0.into(),
            (&case.applied_name).into(),
            case.applied_at.into(),
            case.due_at.into(),
            case.n_days_left.into(),
            case.n_steps.into(),
        ],
    )
    .map(|_| ())
}

/// Writes the next state unless somebody was faster: the state and the number of steps decide.
pub(super) fn advance(tx: &mut Tx<'_>, from: &CaseFile, to: &CaseFile) -> Result<bool> {
    let n_changed = tx.execute(
        "update case_file set state = $1, proposed_by = $2, decided_by = $3, changed_at = $4, \
         due_at = $5, n_days_left = $6, n_steps = $7 \
         where id = $8 and state = $9 and n_steps = $10",
        &[
            to.state.name().into(),
            to.proposed_by.map(|a| a.0).into(),
            to.decided_by.map(|a| a.0).into(),
            to.changed_at.into(),
            to.due_at.into(),
            to.n_days_left.into(),
            to.n_steps.into(),
            from.id.0.into(),
            from.state.name().into(),
            from.n_steps.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Notes the company that a case made.
pub fn set_company(tx: &mut Tx<'_>, case: CaseId, company: i64) -> Result<()> {
    tx.execute(
        "update case_file set company_id = $2 where id = $1",
        &[case.0.into(), company.into()],
    )
    .map(|_| ())
}

pub(super) fn is_open(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<bool> {
    let found = tx.query_opt(
        "select id from case_file where kind = $1 and subject = $2 and due_at is not null",
        &[kind.into(), subject.into()],
    )?;
    Ok(found.is_some())
}

pub(super) fn insert_step(tx: &mut Tx<'_>, case: CaseId, step: &CaseStep) -> Result<()> {
    tx.execute(
        "insert into case_step (case_id, number, at_ms, act, from_state, to_state, side, \
         account_id, name, remark) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            case.0.into(),
            step.number.into(),
            step.at_ms.into(),
            (&step.act).into(),
            (&step.from).into(),
            step.to.name().into(),
            (&step.side).into(),
            step.account.0.into(),
            (&step.name).into(),
            (&step.remark).into(),
        ],
    )
    .map(|_| ())
}

/// The condition by which a statement shows what is seen.
fn seen<'a>(sees: &'a Sees, args: &mut Vec<Value<'a>>) -> String {
    args.push(sees.account.into());
    let account = args.len();
    args.push(sees.company.unwrap_or(0).into());
    let company = args.len();
    let visible = visible(&sees.sight, "company_id", args);
    // Who applies is no company yet: those who see everybody see him.
    let nobody = if sees.sight == Sight::All {
        "1 = 1"
    } else {
        "1 = 0"
    };
    format!(
        "((applied_by = ${account} and (company_id is null or company_id = ${company})) \
         or (company_id is not null and {visible}) or (company_id is null and {nobody}))"
    )
}

/// The case with this id, if it is seen.
pub fn find(tx: &mut Tx<'_>, sees: &Sees, id: CaseId) -> Result<Option<CaseFile>> {
    let mut args: Vec<Value<'_>> = vec![id.0.into()];
    let seen = seen(sees, &mut args);
    let sql = format!("select {COLUMNS} from case_file where id = $1 and {seen}");
    tx.query_opt(&sql, &args)?.as_ref().map(case).transpose()
}

/// A part of a title, as it is looked for.
fn like_of(filter: &CaseFilter) -> Option<String> {
    let text = filter.text.as_deref()?;
    let plain = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    Some(format!("%{plain}%"))
}

/// The cases that are seen under a filter, whose text is here as it is looked for as well.
fn rows<'a>(sees: &'a Sees, filter: &'a CaseFilter, like: Option<&'a str>) -> ListRows<'a> {
    let mut rows = ListRows::seen("from case_file", |args| seen(sees, args));
    rows.and_indexed("company_id = ?", filter.company);
    rows.and_indexed("due_at < ?", filter.due_before);
    rows.and_indexed("state = ?", filter.state.map(CaseState::name));
    rows.and("kind = ?", filter.kind.as_deref());
    if let (Some(text), Some(like)) = (&filter.text, like) {
        let id = text.parse::<i64>().unwrap_or(-1);
        rows.and_with(|args| {
            args.extend([id.into(), like.into()]);
            let n = args.len();
            format!("(id = ${} or title like ${n} escape '\\')", n - 1)
        });
    }
    if filter.is_open {
        rows.and_indexed_plain("due_at is not null");
    }
    rows
}

/// A page of the cases that are seen.
pub fn list(
    tx: &mut Tx<'_>,
    sees: &Sees,
    filter: &CaseFilter,
    limit: i64,
) -> Result<Vec<CaseFile>> {
    let begin = &filter.begin;
    let by = match begin.order {
        CaseOrder::Newest => OrderBy::id("id", true),
        CaseOrder::Oldest => OrderBy::id("id", false),
        CaseOrder::Due => OrderBy::key(DUE, "id", false),
    };
    let like = like_of(filter);
    let found =
        rows(sees, filter, like.as_deref()).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found
        .iter()
        .map(|row| read_or(row, "case_file", case, readable))
        .collect()
}

/// How many cases are seen under a filter.
pub(super) fn total(tx: &mut Tx<'_>, sees: &Sees, filter: &CaseFilter) -> Result<Total> {
    let like = like_of(filter);
    rows(sees, filter, like.as_deref()).count(tx)
}

/// The place of a case in an order of the list.
pub(super) fn place(case: &CaseFile, order: CaseOrder) -> PagePlace {
    let key = match order {
        CaseOrder::Newest | CaseOrder::Oldest => None,
        CaseOrder::Due => Some(SortKey::Number(case.due_at.unwrap_or(i64::MAX))),
    };
    PagePlace { key, id: case.id.0 }
}

/// How many of the cases that are seen wait in these states of these kinds: all, those due before
/// `now_ms`, and when the first is due. `but` is one who may not act on what he proposed or applied
/// for himself.
pub(super) fn count_waiting(
    tx: &mut Tx<'_>,
    sees: &Sees,
    (kinds, states): (&[&'static str], &[CaseState]),
    but: Option<i64>,
    now_ms: i64,
) -> Result<(i64, i64, Option<i64>)> {
    let mut args: Vec<Value<'_>> = vec![now_ms.into()];
    let mut and = seen(sees, &mut args);
    let mut place = |value: &'static str| {
        args.push(value.into());
        format!("${}", args.len())
    };
    let states: Vec<String> = states.iter().map(|state| place(state.name())).collect();
    let kinds: Vec<String> = kinds.iter().map(|kind| place(kind)).collect();
    and.push_str(&format!(
        " and state in ({}) and kind in ({})",
        states.join(", "),
        kinds.join(", ")
    ));
    if let Some(but) = but {
        args.push(but.into());
        let n = args.len();
        and.push_str(&format!(
            " and applied_by <> ${n} and coalesce(proposed_by, 0) <> ${n}"
        ));
    }
    let sql = format!(
        "select count(*), count(*) filter (where due_at < $1), min(due_at) from case_file \
         where due_at is not null and {and}"
    );
    let row = tx.query_opt(&sql, &args)?;
    row.map_or(Ok((0, 0, None)), |row| {
        Ok((row.int(0)?, row.int(1)?, row.int_opt(2)?))
    })
}

/// How many of the cases of these kinds that are seen were returned since a moment and not applied for again: no newer
/// one is about the same, or, while there is no company yet, of the same person.
pub(super) fn count_returned(
    tx: &mut Tx<'_>,
    sees: &Sees,
    kinds: &[&'static str],
    since_ms: i64,
) -> Result<i64> {
    let mut args: Vec<Value<'_>> = vec![since_ms.into()];
    let seen = seen(sees, &mut args);
    let mut place = |value: &'static str| {
        args.push(value.into());
        format!("${}", args.len())
    };
    let kinds: Vec<String> = kinds.iter().map(|kind| place(kind)).collect();
    let sql = format!(
        "select count(*) from case_file where state = 'returned' and changed_at >= $1 \
         and kind in ({}) and {seen} and not exists (select 1 from case_file later \
         where later.id > case_file.id and later.kind = case_file.kind \
         and (later.company_id = case_file.company_id and later.subject = case_file.subject \
         or case_file.company_id is null and later.applied_by = case_file.applied_by))",
        kinds.join(", ")
    );
    let row = tx.query_opt(&sql, &args)?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The steps of a case, oldest first.
pub fn steps(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<CaseStep>> {
    tx.query(
        "select number, at_ms, act, from_state, to_state, side, account_id, name, remark \
         from case_step where case_id = $1 order by number",
        &[case.0.into()],
    )?
    .iter()
    .map(|row| {
        Ok(CaseStep {
            number: row.int(0)?,
            at_ms: row.int(1)?,
            act: row.text(2)?,
            from: row.text(3)?,
            to: state(&row.text(4)?)?,
            side: row.text(5)?,
            account: AccountId(row.int(6)?),
            name: row.text(7)?,
            remark: row.text(8)?,
        })
    })
    .collect()
}

/// Counts one more attachment, unless there are `most` already.
pub(super) fn count_attachment(tx: &mut Tx<'_>, case: &CaseFile, most: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update case_file set n_attachments = n_attachments + 1 \
         where id = $1 and n_attachments < $2 and state = $3",
        &[case.id.0.into(), most.into(), case.state.name().into()],
    )?;
    Ok(n_changed > 0)
}

/// Keeps an attachment with its bytes.
pub(crate) fn attach_body(tx: &mut Tx<'_>, attached: &Attachment, bytes: &[u8]) -> Result<()> {
    tx.execute(
        "insert into attachment (id, case_id, document, name, media, n_bytes, hash, added_by, \
         added_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            attached.id.into(),
            attached.case.0.into(),
            (&attached.document).into(),
            (&attached.name).into(),
            (&attached.media).into(),
            attached.n_bytes.into(),
            (&attached.hash).into(),
            attached.added_by.0.into(),
            attached.added_at.into(),
        ],
    )?;
    tx.execute(
        "insert into attachment_body (attachment_id, body) values ($1, $2)",
        &[attached.id.into(), bytes.into()],
    )
    .map(|_| ())
}

const ATTACHMENT: &str = "id, case_id, document, name, media, n_bytes, hash, added_by, added_at";

/// The attachments of a case, oldest first.
pub fn attachments(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Attachment>> {
    let sql = format!("select {ATTACHMENT} from attachment where case_id = $1 order by id");
    tx.query(&sql, &[case.0.into()])?
        .iter()
        .map(attachment)
        .collect()
}

/// An attachment of a case that is seen, with the bytes that were handed in: [`Error::Damaged`] where they are not
/// those any more, which is reported.
pub fn body(tx: &mut Tx<'_>, sees: &Sees, id: i64) -> Result<Option<(Attachment, Vec<u8>)>> {
    let sql = format!("select {ATTACHMENT} from attachment where id = $1");
    let Some(row) = tx.query_opt(&sql, &[id.into()])? else {
        return Ok(None);
    };
    let attached = attachment(&row)?;
    if find(tx, sees, attached.case)?.is_none() {
        return Ok(None);
    }
    let found = tx.query_opt(
        "select body from attachment_body where attachment_id = $1",
        &[id.into()],
    )?;
    let bytes = found.map_or(Ok(Vec::new()), |row| row.bytes(0))?;
    if hash_of(&bytes) != attached.hash {
        let why = "the bytes of an attachment are not those that were handed in";
        report(("attachment", (id, 0)), why);
        return Err(Error::Damaged(why.to_owned()));
    }
    Ok(Some((attached, bytes)))
}

fn attachment(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.int(0)?,
        case: CaseId(row.int(1)?),
        document: row.text(2)?,
        name: row.text(3)?,
        media: row.text(4)?,
        n_bytes: row.int(5)?,
        hash: row.text(6)?,
        added_by: AccountId(row.int(7)?),
        added_at: row.int(8)?,
    })
}

fn state(name: &str) -> Result<CaseState> {
    CaseState::from_name(name).ok_or_else(|| Error::Damaged(format!("no state of cases: {name}")))
}

/// What can be read of a damaged case, for a list; who opens it is told that it is damaged.
fn readable(row: &Row, id: i64) -> CaseFile {
    let text = |column| row.text(column).unwrap_or_default();
    let int = |column| row.int(column).unwrap_or_default();
    let may = |column| row.int_opt(column).ok().flatten();
    let known = row.text(3).and_then(|name| state(&name));
    CaseFile {
        id: CaseId(id),
        kind: text(1),
        title: DAMAGED.to_owned(),
        // One that waits: somebody must see to it.
        state: known.unwrap_or(CaseState::Applied),
        company: may(4),
        subject: text(5),
        form: BTreeMap::new(),
        // Whether there are personal data decides whose name is masked: where that is unknown, there are.
        private: row.bytes_opt(7).unwrap_or_else(|_| Some(Vec::new())),
        applied_by: AccountId(int(8)),
        applied_name: text(9),
        applied_at: int(10),
        proposed_by: may(11).map(AccountId),
        decided_by: may(12).map(AccountId),
        changed_at: int(13),
        due_at: may(14),
        n_days_left: int(15),
        n_steps: int(16),
        n_attachments: int(17),
    }
}

fn case(row: &Row) -> Result<CaseFile> {
    let form: BTreeMap<String, String> = serde_json::from_str(&row.text(6)?)
        .map_err(|error| Error::Damaged(format!("a stored form is not JSON: {error}")))?;
    Ok(CaseFile {
        id: CaseId(row.int(0)?),
        kind: row.text(1)?,
        title: row.text(2)?,
        state: state(&row.text(3)?)?,
        company: row.int_opt(4)?,
        subject: row.text(5)?,
        form,
        private: row.bytes_opt(7)?,
        applied_by: AccountId(row.int(8)?),
        applied_name: row.text(9)?,
        applied_at: row.int(10)?,
        proposed_by: row.int_opt(11)?.map(AccountId),
        decided_by: row.int_opt(12)?.map(AccountId),
        changed_at: row.int(13)?,
        due_at: row.int_opt(14)?,
        n_days_left: row.int(15)?,
        n_steps: row.int(16)?,
        n_attachments: row.int(17)?,
    })
}
