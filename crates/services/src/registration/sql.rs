//! Every statement on the table `registration`.

use store::{Result, Tx};

/// What an open application holds for its company.
pub(super) struct Held<'a> {
    /// The case.
    pub(super) case: i64,
    /// Credit code.
    pub(super) credit_code: &'a str,
    /// Customs registration number.
    pub(super) customs_code: &'a str,
    /// DXP id; may be empty.
    pub(super) dxp_id: &'a str,
    /// From which address it came.
    pub(super) address: &'a str,
}

pub(super) fn insert(tx: &mut Tx<'_>, held: &Held<'_>, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into registration (case_id, credit_code, customs_code, dxp_id, is_open, address, \
         created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            held.case.into(),
            held.credit_code.into(),
            held.customs_code.into(),
            held.dxp_id.into(),
            true.into(),
            held.address.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Whether an open application has one of the codes.
pub(super) fn is_open(tx: &mut Tx<'_>, credit_code: &str, customs_code: &str) -> Result<bool> {
    let found = tx.query_opt(
        "select case_id from registration where is_open = true and credit_code = $1 union all \
         select case_id from registration where is_open = true and customs_code = $2",
        &[credit_code.into(), customs_code.into()],
    )?;
    Ok(found.is_some())
}

pub(super) fn close(tx: &mut Tx<'_>, case: i64) -> Result<()> {
    tx.execute(
        "update registration set is_open = $2 where case_id = $1",
        &[case.into(), false.into()],
    )
    .map(|_| ())
}

/// Applications from an address since a moment.
pub(super) fn n_since(tx: &mut Tx<'_>, address: &str, since_ms: i64) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from registration where address = $1 and created_at > $2",
        &[address.into(), since_ms.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}
