//! Every statement on the table `department`; the names and the tree stand in `party`.

use super::Department;
use crate::role::AccountId;
use store::{Result, Row, Tx};

const COLUMNS: &str =
    "d.id, p.parent_id, p.name, d.code, d.place, d.leader_id, d.phone, d.district";

/// Every department, in the order of their places; the tree is built from them.
pub fn all(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Department>> {
    let sql = format!(
        "select {COLUMNS} from department d join party p on p.id = d.id \
         order by d.place, d.id limit $1"
    );
    tx.query(&sql, &[limit.into()])?
        .iter()
        .map(department)
        .collect()
}

/// The department with this id.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Department>> {
    let sql =
        format!("select {COLUMNS} from department d join party p on p.id = d.id where d.id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(department)
        .transpose()
}

/// The id of the department with this code.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<i64>> {
    tx.query_opt("select id from department where code = $1", &[code.into()])?
        .map(|row| row.int(0))
        .transpose()
}

/// Writes a department, a new one or in the place of the one with its id.
pub fn put(tx: &mut Tx<'_>, department: &Department, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into department (id, code, place, leader_id, phone, district, created_at, \
         changed_at) values ($1, $2, $3, $4, $5, $6, $7, $7) \
         on conflict (id) do update set code = excluded.code, place = excluded.place, \
         leader_id = excluded.leader_id, phone = excluded.phone, \
         district = excluded.district, changed_at = excluded.changed_at",
        &[
            department.id.into(),
            (&department.code).into(),
            department.place.into(),
            department.leader.map(|leader| leader.0).into(),
            (&department.phone).into(),
            department.district.as_ref().into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes a department.
pub fn remove(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute("delete from department where id = $1", &[id.into()])
        .map(|_| ())
}

fn department(row: &Row) -> Result<Department> {
    Ok(Department {
        id: row.int(0)?,
        parent: row.int_opt(1)?,
        name: row.text(2)?,
        code: row.text(3)?,
        place: row.int(4)?,
        leader: row.int_opt(5)?.map(AccountId),
        phone: row.text(6)?,
        district: row.text_opt(7)?,
    })
}
