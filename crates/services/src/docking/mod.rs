//! Docking 对接进度: how far a company is on its way onto the platform, channel by channel.
//!
//! 已登记 → 资料已发 → 开发中 → 联调 → 试运行 → 正式. The people who help the companies move the stages and
//! note who does what next and until when; each move is kept. What the platform knows by itself
//! stands beside: when the first message was accepted, the first receipt came, the first document
//! was settled. A company without a DXP ID of its own cannot go live.

pub mod codes;
pub mod http;
mod sql;
#[cfg(test)]
mod tests;

use registry::access::Actor;
use registry::audit;
use registry::company::{Company, CompanyId};
use registry::context::AppContext;
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use store::clock::beijing_day;
use store::{Result, Tx};
use web::Problem;

pub use sql::{DockingFilter, counts, find, list, of_company, overdue, steps};

registry::acts! {
    /// A stage was moved.
    pub MOVED = "docking.move", "更新对接进度";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("对接进度")
    .acts(ACTS)
    .codes(codes::ALL)
    .todos(&[waits]);

/// Connections that should be ready by now.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    if !asking.has(&[Role::BureauClerk, Role::Operator, Role::CompanyAdmin]) {
        return Ok(Vec::new());
    }
    let today = beijing_day(asking.now_ms);
    let count = overdue(tx, &asking.actor.sight, &today)?;
    Ok(vec![Todo {
        overdue: count,
        ..Todo::plain(
            "docking",
            ["到期未完成的对接", "Onboarding past its due date"],
            count,
        )
    }])
}

/// The ways to connect.
pub const CHANNELS: [(&str, &str); 3] = [
    ("http", "HTTP 接口"),
    ("mq", "消息队列"),
    ("excel", "Excel 导入"),
];

/// A stage of docking (对接阶段).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum DockingStage {
    /// In the ledger (已登记).
    Registered,
    /// Has the standard and a key (资料已发).
    Materials,
    /// Is programming (开发中).
    Developing,
    /// Tests with us (联调).
    Testing,
    /// First real declarations (试运行).
    Trial,
    /// In daily use (正式).
    Live,
}

impl DockingStage {
    /// Every stage, in order.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Registered => "已登记",
            Self::Materials => "资料已发",
            Self::Developing => "开发中",
            Self::Testing => "联调",
            Self::Trial => "试运行",
            Self::Live => "正式",
        }
    }
}

/// How far a company is with one channel (对接进度).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docking {
    /// The company.
    pub company: CompanyId,
    /// `http`, `mq` or `excel`.
    pub channel: String,
    /// How far.
    pub stage: DockingStage,
    /// Who looks after it.
    pub person: String,
    /// What comes next.
    pub next_step: String,
    /// Until which Beijing day; may be empty.
    pub due_day: String,
    /// When it was last changed, milliseconds since 1970-01-01 UTC.
    pub changed_at: i64,
    /// Changes so far.
    pub n_changes: i64,
}

/// A move that was made (对接记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockingRecord {
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The stage before; empty at the beginning.
    pub from: String,
    /// The stage after.
    pub to: String,
    /// Who.
    pub name: String,
    /// What he noted.
    pub note: String,
}

/// Begins the docking of a channel, unless it has begun.
pub fn begin(tx: &mut Tx<'_>, company: CompanyId, channel: &str, now_ms: i64) -> Result<()> {
    sql::begin(tx, company, channel, now_ms)
}

/// What somebody wants a docking to be.
#[derive(Debug, Clone)]
pub struct DockingMove {
    /// How far.
    pub stage: DockingStage,
    /// Who looks after it.
    pub person: String,
    /// What comes next.
    pub next_step: String,
    /// Until which Beijing day; may be empty.
    pub due_day: String,
    /// What he notes.
    pub note: String,
}

/// Moves a docking, in the transaction of the caller.
///
/// # Errors
/// The store's, or why not.
pub fn set(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    company: &Company,
    channel: &str,
    wanted: &DockingMove,
) -> Result<Docking, Problem> {
    if wanted.stage == DockingStage::Live && crate::company_ledger::is_provisional(&company.dxp_id)
    {
        return Err(Problem::new(codes::NO_DXP));
    }
    let now_ms = context.now_ms();
    crate::company_ledger::lock(tx, company.id, now_ms)?;
    let before = find(tx, company.id, channel)?;
    let next = Docking {
        company: company.id,
        channel: channel.to_owned(),
        stage: wanted.stage,
        person: wanted.person.clone(),
        next_step: wanted.next_step.clone(),
        due_day: wanted.due_day.clone(),
        changed_at: now_ms,
        n_changes: before.as_ref().map_or(0, |before| before.n_changes) + 1,
    };
    sql::put(tx, &next)?;
    let step = DockingRecord {
        at_ms: now_ms,
        from: before.map_or("", |before| before.stage.name()).to_owned(),
        to: next.stage.name().to_owned(),
        name: actor.name.clone(),
        note: wanted.note.clone(),
    };
    sql::insert_step(tx, &next, actor.who.id().unwrap_or(0), &step)?;
    let object = format!("company:{}", company.id.0);
    let detail = format!("{channel} → {}", next.stage.chinese());
    audit::done(tx, now_ms, actor, MOVED, &object, &detail)?;
    Ok(next)
}
