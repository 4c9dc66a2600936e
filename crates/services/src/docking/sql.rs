//! Every statement on the tables `docking` and `docking_step`.

use super::{Docking, DockingRecord, DockingStage};
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use store::{Error, Result, Row, Tx, Value};

const COLUMNS: &str =
    "company_id, channel, stage, person, next_step, due_day, changed_at, n_changes";

/// What the board is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct DockingFilter {
    /// Stage.
    pub stage: Option<DockingStage>,
    /// Channel.
    pub channel: Option<String>,
    /// Company.
    pub company: Option<i64>,
    /// Only what is due before this Beijing day and not live.
    pub due_before: Option<String>,
    /// Only what comes after this company and channel: the next page.
    pub after: Option<(i64, String)>,
}

pub(super) fn begin(tx: &mut Tx<'_>, company: CompanyId, channel: &str, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into docking (company_id, channel, stage, person, next_step, due_day, changed_at, \
         n_changes) values ($1, $2, 'registered', '', '', '', $3, 0) on conflict do nothing",
        &[company.0.into(), channel.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn put(tx: &mut Tx<'_>, docking: &Docking) -> Result<()> {
    tx.execute(
        "insert into docking (company_id, channel, stage, person, next_step, due_day, changed_at, \
         n_changes) values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict (company_id, channel) do update set stage = excluded.stage, \
         person = excluded.person, next_step = excluded.next_step, due_day = excluded.due_day, \
         changed_at = excluded.changed_at, n_changes = excluded.n_changes",
        &[
            docking.company.0.into(),
            (&docking.channel).into(),
            docking.stage.name().into(),
            (&docking.person).into(),
            (&docking.next_step).into(),
            (&docking.due_day).into(),
            docking.changed_at.into(),
            docking.n_changes.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    docking: &Docking,
    account: i64,
    step: &DockingRecord,
) -> Result<()> {
    tx.execute(
        "insert into docking_step (company_id, channel, number, at_ms, from_stage, to_stage, \
         account_id, name, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            docking.company.0.into(),
            (&docking.channel).into(),
            docking.n_changes.into(),
            step.at_ms.into(),
            (&step.from).into(),
            (&step.to).into(),
            account.into(),
            (&step.name).into(),
            (&step.note).into(),
        ],
    )
    .map(|_| ())
}

/// How far a company is with a channel.
pub fn find(tx: &mut Tx<'_>, company: CompanyId, channel: &str) -> Result<Option<Docking>> {
    let sql = format!("select {COLUMNS} from docking where company_id = $1 and channel = $2");
    tx.query_opt(&sql, &[company.0.into(), channel.into()])?
        .as_ref()
        .map(docking)
        .transpose()
}

/// How far a company is with each channel.
pub fn of_company(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<Docking>> {
    let sql = format!("select {COLUMNS} from docking where company_id = $1 order by channel");
    tx.query(&sql, &[company.0.into()])?
        .iter()
        .map(docking)
        .collect()
}

/// The board, by company and channel, of the companies in sight.
pub fn list(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &DockingFilter,
    limit: i64,
) -> Result<Vec<Docking>> {
    let mut args: Vec<Value<'_>> = vec![limit.into()];
    let mut and = visible(sight, "company_id", &mut args);
    if let Some(stage) = filter.stage {
        args.push(stage.name().into());
        and.push_str(&format!(" and stage = ${}", args.len()));
    }
    if let Some(channel) = &filter.channel {
        args.push(channel.into());
        and.push_str(&format!(" and channel = ${}", args.len()));
    }
    if let Some(company) = filter.company {
        args.push(company.into());
        and.push_str(&format!(" and company_id = ${}", args.len()));
    }
    if let Some(due_before) = &filter.due_before {
        args.push(due_before.into());
        and.push_str(&format!(
            " and due_day <> '' and due_day < ${} and stage <> 'live'",
            args.len()
        ));
    }
    if let Some((company, channel)) = &filter.after {
        args.extend([(*company).into(), channel.into()]);
        let n = args.len();
        and.push_str(&format!(" and (company_id, channel) > (${}, ${n})", n - 1));
    }
    let sql =
        format!("select {COLUMNS} from docking where {and} order by company_id, channel limit $1");
    tx.query(&sql, &args)?.iter().map(docking).collect()
}

/// How many dockings of the companies in sight are in each stage.
pub fn counts(tx: &mut Tx<'_>, sight: &Sight) -> Result<Vec<(DockingStage, i64)>> {
    let mut args: Vec<Value<'_>> = Vec::new();
    let visible = visible(sight, "company_id", &mut args);
    let sql = format!("select stage, count(*) from docking where {visible} group by stage");
    tx.query(&sql, &args)?
        .iter()
        .map(|row| Ok((stage(&row.text(0)?)?, row.int(1)?)))
        .collect()
}

/// How many dockings of the companies in sight should have been done before a Beijing day and are
/// not live.
pub fn overdue(tx: &mut Tx<'_>, sight: &Sight, day: &str) -> Result<i64> {
    let mut args: Vec<Value<'_>> = vec![day.into()];
    let visible = visible(sight, "company_id", &mut args);
    let sql = format!(
        "select count(*) from docking where due_day <> '' and due_day < $1 and stage <> 'live' \
         and {visible}"
    );
    tx.query_opt(&sql, &args)?.map_or(Ok(0), |row| row.int(0))
}

/// The moves of a docking, newest first.
pub fn steps(
    tx: &mut Tx<'_>,
    company: CompanyId,
    channel: &str,
    limit: i64,
) -> Result<Vec<DockingRecord>> {
    tx.query(
        "select at_ms, from_stage, to_stage, name, note from docking_step \
         where company_id = $1 and channel = $2 order by number desc limit $3",
        &[company.0.into(), channel.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        Ok(DockingRecord {
            at_ms: row.int(0)?,
            from: row.text(1)?,
            to: row.text(2)?,
            name: row.text(3)?,
            note: row.text(4)?,
        })
    })
    .collect()
}

fn stage(name: &str) -> Result<DockingStage> {
    DockingStage::from_name(name)
        .ok_or_else(|| Error::Fault(format!("no stage of docking: {name}")))
}

fn docking(row: &Row) -> Result<Docking> {
    Ok(Docking {
        company: CompanyId(row.int(0)?),
        channel: row.text(1)?,
        stage: stage(&row.text(2)?)?,
        person: row.text(3)?,
        next_step: row.text(4)?,
        due_day: row.text(5)?,
        changed_at: row.int(6)?,
        n_changes: row.int(7)?,
    })
}
