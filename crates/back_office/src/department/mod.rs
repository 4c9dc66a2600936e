//! Departments (部门): the tree of the agencies whose people work here.
//!
//! A department is a party of the kind `agency` with a code, a place among its neighbours, a leader
//! and a telephone. The tree has at most [`DEPTH_MAX`] levels and no circles: a department moves
//! with all that is below it, or not at all. One that has people or parts of its own stays.
//!
//! A department may have a customs district (关区). A role that was granted with the sight of the
//! department sees the companies of that district, so that whoever changes the district changes
//! what people see: it is asked for, and the security administrator decides. For the same reason a
//! person who holds such a role stays where he is until it is taken back ([`crate::user`]).

pub mod http;
#[cfg(test)]
mod tests;

use registry::access::Actor;
use registry::account::{self, AccountId};
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::context::AppContext;
use registry::request::{codes, field, not_found, words};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Error, Result as StoreResult, Tx};
use web::Problem;

use registry::department as rows;
use registry::module::Module;

pub use registry::department::{Department, all, by_id};

/// Levels of the tree at most.
pub const DEPTH_MAX: usize = 6;

/// Departments at most: the tree is read as a whole.
pub const DEPARTMENTS_MAX: i64 = 1000;

/// Largest place among neighbours.
const PLACE_MAX: i64 = 100_000;

registry::acts! {
    /// A department was made or changed.
    pub PUT = "department.put", "新建或修改部门";
    /// A department was removed.
    pub REMOVED = "department.remove", "删除部门";
    /// The customs district of a department was changed.
    pub DISTRICT_SET = "department.district", "变更部门关区";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("部门").acts(ACTS).approvals(KINDS);

/// Changes the customs district of a department, and with it what its people see.
pub const DISTRICT: ApprovalKind = ApprovalKind {
    name: "department.district",
    chinese: "变更部门关区（数据范围）",
    deciders: &[Role::SecurityAdmin],
    run: set_district,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[DISTRICT];

/// A department as it is typed.
#[derive(Debug, Clone, Default)]
pub struct DepartmentDetails {
    /// The one above.
    pub parent: Option<i64>,
    /// Name, 1 to 40 characters.
    pub name: String,
    /// Code, 1 to 20 letters, digits, `-` and `_`.
    pub code: String,
    /// Place among its neighbours.
    pub place: i64,
    /// Who leads it.
    pub leader: Option<i64>,
    /// Telephone of the office.
    pub phone: String,
}

/// Ids by the one above.
type Children = BTreeMap<Option<i64>, Vec<i64>>;

fn children(departments: &[Department]) -> Children {
    let mut children = Children::new();
    for department in departments {
        children
            .entry(department.parent)
            .or_default()
            .push(department.id);
    }
    children
}

/// The ids of a department and of all below it, top first, with their levels from 1.
fn below(children: &Children, root: i64) -> Vec<(i64, usize)> {
    let mut found = Vec::new();
    let mut waiting = vec![(root, 1)];
    while let Some((id, level)) = waiting.pop() {
        found.push((id, level));
        // A circle cannot be made; if there were one, this would still end.
        if level <= DEPTH_MAX {
            let parts = children.get(&Some(id)).into_iter().flatten().rev();
            waiting.extend(parts.map(|part| (*part, level + 1)));
        }
    }
    found
}

/// The departments in the order in which the tree is read, each with its level from 1.
pub fn in_order(departments: Vec<Department>) -> Vec<(Department, usize)> {
    let children = children(&departments);
    let tops = children.get(&None).cloned().unwrap_or_default();
    let order: Vec<(i64, usize)> = tops.iter().flat_map(|top| below(&children, *top)).collect();
    let mut by_id: BTreeMap<i64, Department> = departments.into_iter().map(|d| (d.id, d)).collect();
    order
        .into_iter()
        .filter_map(|(id, level)| Some((by_id.remove(&id)?, level)))
        .collect()
}

/// The ids of a department and of all below it.
pub fn subtree(tx: &mut Tx<'_>, root: i64) -> StoreResult<Vec<i64>> {
    let children = children(&all(tx, DEPARTMENTS_MAX)?);
    let found = below(&children, root).into_iter();
    Ok(found.map(|(id, _)| id).collect())
}

/// A code of a department, post or entry: letters, digits, `-`, `_` and `.`.
///
/// # Errors
/// [`codes::FIELD`] with what is wrong.
pub(crate) fn code(text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    let is_code = (1..=max).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if is_code {
        Ok(text.to_owned())
    } else {
        Err(field(format!(
            "编码应为 1 至 {max} 个字符，只含字母、数字、点、横线和下划线"
        )))
    }
}

/// A place in an order.
///
/// # Errors
/// [`codes::FIELD`] when it is out of range.
pub(crate) fn place(place: i64) -> Result<i64, Problem> {
    if (0..=PLACE_MAX).contains(&place) {
        Ok(place)
    } else {
        Err(field(format!("排序应为 0 至 {PLACE_MAX}")))
    }
}

fn phone(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let is_phone = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+- ".contains(&b));
    if text.len() <= 20 && is_phone {
        Ok(text.to_owned())
    } else {
        Err(field("电话应为至多 20 位数字"))
    }
}

/// Whether a department, with all that is below it, may stand below `parent`.
fn fits(departments: &[Department], id: Option<i64>, parent: i64) -> Result<(), Problem> {
    let children = children(departments);
    let mut level = 0;
    let mut above = Some(parent);
    while let Some(up) = above {
        if Some(up) == id {
            return Err(field("不能移到本部门或其下级部门之下"));
        }
        let found = departments.iter().find(|department| department.id == up);
        let Some(found) = found else {
            return Err(field("没有这个上级部门"));
        };
        level += 1;
        above = found.parent.filter(|_| level <= DEPTH_MAX);
    }
    let levels = |id| {
        below(&children, id)
            .into_iter()
            .map(|(_, level)| level)
            .max()
    };
    let height = id.and_then(levels).unwrap_or(1);
    if level + height > DEPTH_MAX {
        return Err(field(format!("部门最多 {DEPTH_MAX} 级")));
    }
    Ok(())
}

fn checked(given: &DepartmentDetails) -> Result<DepartmentDetails, Problem> {
    Ok(DepartmentDetails {
        name: words("名称", &given.name, 40)?,
        code: code(&given.code, 20)?,
        place: place(given.place)?,
        phone: phone(&given.phone)?,
        ..given.clone()
    })
}

/// Makes a department, or changes and moves the one with this id.
///
/// # Errors
/// The store's, or what is wrong.
pub fn put(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: Option<i64>,
    given: &DepartmentDetails,
) -> Result<i64, Problem> {
    let given = checked(given)?;
    let departments = all(tx, DEPARTMENTS_MAX)?;
    let old = departments.iter().find(|known| Some(known.id) == id);
    if id.is_some() && old.is_none() {
        return Err(not_found());
    }
    let n_max = usize::try_from(DEPARTMENTS_MAX).unwrap_or(usize::MAX);
    if id.is_none() && departments.len() >= n_max {
        return Err(field(format!("部门最多 {DEPARTMENTS_MAX} 个")));
    }
    if let Some(parent) = given.parent
        && let Err(problem) = fits(&departments, id, parent)
    {
        return Err(problem);
    }
    if rows::by_code(tx, &given.code)?.is_some_and(|other| Some(other) != id) {
        return Err(Problem::new(codes::TAKEN));
    }
    let leader = given.leader.map(AccountId);
    if let Some(leader) = leader
        && !account::by_id(tx, leader)?.is_some_and(|found| found.is_staff())
    {
        return Err(field("负责人应为工作人员"));
    }
    let department = Department {
        id: id.unwrap_or_else(|| context.ids.next()),
        parent: given.parent,
        name: given.name,
        code: given.code,
        place: given.place,
        leader,
        phone: given.phone,
        district: old.and_then(|old| old.district.clone()),
    };
    let now_ms = context.now_ms();
    account::put_agency(
        tx,
        department.id,
        &department.name,
        department.parent,
        now_ms,
    )?;
    rows::put(tx, &department, now_ms)?;
    let above = departments
        .iter()
        .find(|known| Some(known.id) == department.parent);
    let above = above.map_or("无", |above| above.name.as_str());
    let detail = format!("{}（{}），上级 {above}", department.name, department.code);
    let object = format!("department:{}", department.id);
    audit::done(tx, now_ms, actor, PUT, &object, &detail)?;
    Ok(department.id)
}

/// Removes a department that has neither people nor parts.
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
    let n_parts = subtree(tx, id)?.len() - 1;
    let n_people = account::placed(tx, Some(id), None)?;
    if n_parts > 0 || n_people > 0 {
        let why = format!("仍有 {n_people} 名人员、{n_parts} 个下级部门");
        return Err(Problem::new(codes::IN_USE).detail(why));
    }
    rows::remove(tx, id)?;
    account::remove_agency(tx, id)?;
    let detail = format!("{}（{}）", found.name, found.code);
    let object = format!("department:{id}");
    audit::done(tx, context.now_ms(), actor, REMOVED, &object, &detail)?;
    Ok(())
}

/// What an approval of [`DISTRICT`] carries.
#[derive(Debug, Serialize, Deserialize)]
struct DistrictWish {
    department: i64,
    district: Option<String>,
}

/// The function of [`DISTRICT`].
fn set_district(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let wish: DistrictWish = serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(error.to_string()))?;
    let Some(mut department) = by_id(tx, wish.department)? else {
        return Err(Undone::failed("没有这个部门"));
    };
    let was = std::mem::replace(&mut department.district, wish.district);
    let now_ms = doing.context.now_ms();
    rows::put(tx, &department, now_ms)?;
    let shown = |district: Option<&String>| district.map_or("无", String::as_str).to_owned();
    let detail = format!(
        "{}：{} → {}",
        department.name,
        shown(was.as_ref()),
        shown(department.district.as_ref())
    );
    let object = format!("department:{}", department.id);
    audit::done(tx, now_ms, doing.actor, DISTRICT_SET, &object, &detail)?;
    Ok(detail)
}
