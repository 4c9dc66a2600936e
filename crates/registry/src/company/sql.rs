//! Every statement on the table `company`.

use super::{Company, CompanyId, Former};
use store::unreadable::{DAMAGED, read_or, readable};
use store::{Result, Row, Tx};

const COLUMNS: &str = "id, credit_code, customs_code, name, dxp_id, roles, profile, weight, \
                       suspended, created_at";

pub(super) fn insert(tx: &mut Tx<'_>, company: &Company) -> Result<()> {
    tx.execute(
        "insert into company (id, credit_code, customs_code, name, dxp_id, roles, profile, weight, \
         suspended, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            company.id.0.into(),
            (&company.credit_code).into(),
            (&company.customs_code).into(),
            (&company.name).into(),
            (&company.dxp_id).into(),
            (&company.roles.join(",")).into(),
            (&company.profile).into(),
            company.weight.into(),
            company.suspended.into(),
            company.created_at.into(),
        ],
    )
    .map(|_| ())
}

/// Whether a constraint, as the engine names it, is the primary key.
pub(super) fn is_key(constraint: &str) -> bool {
    constraint == "company_pkey" || constraint.ends_with("company.id")
}

pub(super) fn taken(tx: &mut Tx<'_>, company: &Company) -> Result<bool> {
    let found = tx.query_opt(
        "select id from company where (credit_code = $1 or customs_code = $2 or dxp_id = $3) \
         and id <> $4",
        &[
            (&company.credit_code).into(),
            (&company.customs_code).into(),
            (&company.dxp_id).into(),
            company.id.0.into(),
        ],
    )?;
    Ok(found.is_some())
}

pub(super) fn correct(tx: &mut Tx<'_>, company: &Company, now_ms: i64) -> Result<()> {
    // Answers to what is at customs come under the id that it was handed over with.
    tx.execute(
        "insert into company_former_dxp (dxp_id, company_id, until_ms) \
         select dxp_id, id, cast($3 as bigint) from company where id = $1 and dxp_id <> $2 \
         on conflict (dxp_id, company_id) do update set until_ms = excluded.until_ms",
        &[company.id.0.into(), (&company.dxp_id).into(), now_ms.into()],
    )?;
    tx.execute(
        "update company set credit_code = $2, customs_code = $3, name = $4, dxp_id = $5, \
         roles = $6 where id = $1",
        &[
            company.id.0.into(),
            (&company.credit_code).into(),
            (&company.customs_code).into(),
            (&company.name).into(),
            (&company.dxp_id).into(),
            (&company.roles.join(",")).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn set_profile(tx: &mut Tx<'_>, id: CompanyId, profile: &str) -> Result<()> {
    tx.execute(
        "update company set profile = $2 where id = $1",
        &[id.0.into(), profile.into()],
    )
    .map(|_| ())
}

/// Every company, oldest first. One whose row is damaged is told and left out: the others go on, and its own messages
/// are held until it can be read.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Company>> {
    let rows = tx.query(&format!("select {COLUMNS} from company order by id"), &[])?;
    readable(&rows, "company", company)
}

/// The company with this id as it is shown: of one whose row is damaged what can be read.
pub fn shown(tx: &mut Tx<'_>, id: CompanyId) -> Result<Option<Company>> {
    let sql = format!("select {COLUMNS} from company where id = $1");
    let row = tx.query_opt(&sql, &[id.0.into()])?;
    row.map(|row| read_or(&row, "company", company, readable_of))
        .transpose()
}

fn readable_of(row: &Row, id: i64) -> Company {
    let text = |column| row.text(column).unwrap_or_else(|_| DAMAGED.to_owned());
    Company {
        id: CompanyId(id),
        credit_code: text(1),
        customs_code: text(2),
        name: text(3),
        dxp_id: text(4),
        roles: Vec::new(),
        profile: text(6),
        weight: 1,
        // Not known to be in good standing.
        suspended: row.bool(8).unwrap_or(true),
        created_at: row.int(9).unwrap_or_default(),
    }
}

/// The company with this id.
pub fn by_id(tx: &mut Tx<'_>, id: CompanyId) -> Result<Option<Company>> {
    let sql = format!("select {COLUMNS} from company where id = $1");
    tx.query_opt(&sql, &[id.0.into()])?
        .as_ref()
        .map(company)
        .transpose()
}

/// The company with this credit code, customs registration number or DXP id.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Company>> {
    let sql = format!(
        "select {COLUMNS} from company where credit_code = $1 or customs_code = $1 or dxp_id = $1"
    );
    tx.query_opt(&sql, &[code.into()])?
        .as_ref()
        .map(company)
        .transpose()
}

/// The companies that had a DXP id before, by the id.
pub(super) fn former_dxp_ids(tx: &mut Tx<'_>) -> Result<Vec<(String, Former)>> {
    let rows = tx.query(
        "select company_id, until_ms, dxp_id from company_former_dxp",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(2)?, former(row)?)))
        .collect()
}

/// The companies that had this DXP id before.
pub fn formerly(tx: &mut Tx<'_>, dxp_id: &str) -> Result<Vec<Former>> {
    let rows = tx.query(
        "select company_id, until_ms from company_former_dxp where dxp_id = $1",
        &[dxp_id.into()],
    )?;
    rows.iter().map(former).collect()
}

fn former(row: &Row) -> Result<Former> {
    Ok(Former {
        company_id: CompanyId(row.int(0)?),
        until_ms: row.int_opt(1)?,
    })
}

/// The companies that an envelope to this DXP id is meant for: the one whose it is; where it is nobody's
/// any more, those whose it was.
pub fn addressed(tx: &mut Tx<'_>, dxp_id: &str) -> Result<Vec<CompanyId>> {
    const STATEMENTS: [&str; 2] = [
        "select id from company where dxp_id = $1",
        "select company_id from company_former_dxp where dxp_id = $1",
    ];
    for statement in STATEMENTS {
        let rows = tx.query(statement, &[dxp_id.into()])?;
        if !rows.is_empty() {
            return rows.iter().map(|row| row.int(0).map(CompanyId)).collect();
        }
    }
    Ok(Vec::new())
}

fn company(row: &Row) -> Result<Company> {
    Ok(Company {
        id: CompanyId(row.int(0)?),
        credit_code: row.text(1)?,
        customs_code: row.text(2)?,
        name: row.text(3)?,
        dxp_id: row.text(4)?,
        roles: row
            .text(5)?
            .split(',')
            .filter(|r| !r.is_empty())
            .map(str::to_owned)
            .collect(),
        profile: row.text(6)?,
        weight: u32::try_from(row.int(7)?).unwrap_or(1),
        suspended: row.bool(8)?,
        created_at: row.int(9)?,
    })
}

/// The condition that the company whose id is in `column` is registered in the customs district
/// of argument `district`, which is as long as argument `length` says.
pub(crate) fn in_district(column: &str, length: usize, district: usize) -> String {
    format!(
        "exists (select 1 from company seen where seen.id = {column} \
         and substr(seen.customs_code, 1, cast(${length} as integer)) = ${district})"
    )
}
