//! Every statement on the table `post`.

use super::Post;
use store::{Result, Row, Tx};

const COLUMNS: &str = "id, code, name, place, state, remark";

/// Every post, in the order of their places.
pub fn all(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Post>> {
    let sql = format!("select {COLUMNS} from post order by place, id limit $1");
    tx.query(&sql, &[limit.into()])?.iter().map(post).collect()
}

/// The post with this id.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Post>> {
    let sql = format!("select {COLUMNS} from post where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(post)
        .transpose()
}

pub(super) fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<i64>> {
    tx.query_opt("select id from post where code = $1", &[code.into()])?
        .map(|row| row.int(0))
        .transpose()
}

pub(super) fn put(tx: &mut Tx<'_>, post: &Post, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into post (id, code, name, place, state, remark, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $7) \
         on conflict (id) do update set code = excluded.code, name = excluded.name, \
         place = excluded.place, state = excluded.state, remark = excluded.remark, \
         changed_at = excluded.changed_at",
        &[
            post.id.into(),
            (&post.code).into(),
            (&post.name).into(),
            post.place.into(),
            (if post.is_active { "active" } else { "disabled" }).into(),
            (&post.remark).into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn remove(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let n_removed = tx.execute("delete from post where id = $1", &[id.into()])?;
    Ok(n_removed > 0)
}

fn post(row: &Row) -> Result<Post> {
    Ok(Post {
        id: row.int(0)?,
        code: row.text(1)?,
        name: row.text(2)?,
        place: row.int(3)?,
        is_active: row.text(4)? == "active",
        remark: row.text(5)?,
    })
}
