//! The rows of departments (部门): the agencies whose people work here. What people see may hang on the customs district
//! of their department, so a session reads it here; the tree is changed in the crate `back_office`.

mod sql;

use crate::account::{self, AccountId};
use store::{Result, Tx};

pub use sql::{all, by_code, by_id, put, remove};

/// A department (部门).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its id, that of its party.
    pub id: i64,
    /// The one above.
    pub parent: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its place among its neighbours, from 0.
    pub place: i64,
    /// Who leads it.
    pub leader: Option<AccountId>,
    /// Telephone of the office.
    pub phone: String,
    /// Customs district: the first two to four digits of a registration number.
    pub district: Option<String>,
}

/// The customs district of the department of an account, if it has one.
pub fn district_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<String>> {
    match account::profile(tx, account)?.department {
        Some(id) => Ok(by_id(tx, id)?.and_then(|department| department.district)),
        None => Ok(None),
    }
}
