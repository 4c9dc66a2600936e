//! Posts (岗位): what somebody is in his department, such as head, clerk or duty officer.
//!
//! A post says nothing about rights: those come from roles. One that is disabled is offered to
//! nobody new and stays with those who have it; one that somebody has is not removed.

pub mod http;
mod sql;

use crate::department::{code, place};
use registry::access::Actor;
use registry::context::AppContext;
use registry::module::Module;
use registry::request::{codes, field, not_found, words};
use registry::{account, audit};
use store::Tx;
use web::Problem;

pub use sql::{all, by_id};

/// Posts at most.
pub const POSTS_MAX: i64 = 1000;

registry::acts! {
    /// A post was made or changed.
    pub PUT = "post.put", "新建或修改岗位";
    /// A post was removed.
    pub REMOVED = "post.remove", "删除岗位";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("岗位").acts(ACTS);

/// A post (岗位).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its place in the list.
    pub place: i64,
    /// Whether it is offered to people.
    pub is_active: bool,
    /// A remark.
    pub remark: String,
}

/// A remark: up to 200 characters, or nothing.
///
/// # Errors
/// [`codes::FIELD`] with what is wrong.
pub(crate) fn remark(text: &str) -> Result<String, Problem> {
    match text.trim() {
        "" => Ok(String::new()),
        text => words("备注", text, 200),
    }
}

fn checked(given: &Post) -> Result<Post, Problem> {
    Ok(Post {
        code: code(&given.code, 20)?,
        name: words("名称", &given.name, 40)?,
        place: place(given.place)?,
        remark: remark(&given.remark)?,
        ..given.clone()
    })
}

/// Makes a post, or changes the one with this id; the id in `given` does not count.
///
/// # Errors
/// The store's, or what is wrong.
pub fn put(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: Option<i64>,
    given: &Post,
) -> Result<i64, Problem> {
    let mut post = checked(given)?;
    if let Some(id) = id
        && by_id(tx, id)?.is_none()
    {
        return Err(not_found());
    }
    let n_max = usize::try_from(POSTS_MAX).unwrap_or(usize::MAX);
    if id.is_none() && all(tx, POSTS_MAX)?.len() >= n_max {
        return Err(field(format!("岗位最多 {POSTS_MAX} 个")));
    }
    if sql::by_code(tx, &post.code)?.is_some_and(|other| Some(other) != id) {
        return Err(Problem::new(codes::TAKEN));
    }
    post.id = id.unwrap_or_else(|| context.ids.next());
    let now_ms = context.now_ms();
    sql::put(tx, &post, now_ms)?;
    let detail = format!("{}（{}）", post.name, post.code);
    let object = format!("post:{}", post.id);
    audit::done(tx, now_ms, actor, PUT, &object, &detail)?;
    Ok(post.id)
}

/// Removes a post that nobody has.
///
/// # Errors
/// The store's, or why it stays.
pub fn remove(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
) -> Result<(), Problem> {
    let Some(found) = by_id(tx, id)? else {
        return Err(not_found());
    };
    let n_people = account::placed(tx, None, Some(id))?;
    if n_people > 0 {
        let why = format!("仍有 {n_people} 名人员在此岗位");
        return Err(Problem::new(codes::IN_USE).detail(why));
    }
    sql::remove(tx, id)?;
    let detail = format!("{}（{}）", found.name, found.code);
    let object = format!("post:{id}");
    audit::done(tx, context.now_ms(), actor, REMOVED, &object, &detail)?;
    Ok(())
}
