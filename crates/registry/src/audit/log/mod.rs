//! Two views of the audit for those who look into something: who logged in (登录日志), and what people
//! did (操作日志).
//!
//! The rows are those of the audit, told with the login name and narrowed by person, time, result,
//! address and act. A person's own last logins stand on his account page ([`own_logins`]): whoever
//! sees one that was not his knows before anybody else.

pub mod http;
#[cfg(test)]
mod tests;

use super::{Filter, Row, list};
use crate::account::{self, AccountId};
use crate::login;
use crate::session::Stage;
use store::{Result as StoreResult, Tx};

/// Rows that are looked through for a person's own logins.
const OWN_LOOKS: i64 = 60;

/// Accounts that a name may stand for.
const PEOPLE_MAX: i64 = 50;

/// The accounts that somebody means by a login name, its beginning, or a person's whole name.
///
/// # Errors
/// The engine's.
pub fn people(tx: &mut Tx<'_>, text: &str) -> StoreResult<Vec<i64>> {
    let filter = account::Filter {
        text: Some(text.trim().to_owned()),
        ..account::Filter::default()
    };
    let found = account::list(tx, &filter, PEOPLE_MAX)?;
    Ok(found.into_iter().map(|account| account.id.0).collect())
}

/// Whether a row is the end of a login: a password whose second factor is still missing is none.
fn is_end(row: &Row) -> bool {
    row.act != login::IN.name
        || row.detail.ends_with(Stage::Full.chinese())
        // As it was written before.
        || row.detail.ends_with("full")
}

/// The last logins of an account and the attempts that failed, newest first.
///
/// # Errors
/// The engine's.
pub fn own_logins(tx: &mut Tx<'_>, account: AccountId, limit: usize) -> StoreResult<Vec<Row>> {
    let acts = [login::IN, login::FAILED, login::LOCKED];
    let filter = Filter {
        acts: acts.iter().map(|act| act.name.to_owned()).collect(),
        accounts: vec![account.0],
        ..Filter::default()
    };
    let mut found = list(tx, &filter, OWN_LOOKS)?;
    found.retain(is_end);
    found.truncate(limit);
    Ok(found)
}
