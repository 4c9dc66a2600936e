//! `GET /api/v1/todos`.

use super::{Asking, Counter, list};
use crate::access::{By, Gate, HasGate, Routes};
use crate::approval::ApprovalKind;
use crate::role::Role;
use axum::Json;
use axum::extract::State as Held;
use serde::Serialize;
use std::sync::Arc;
use store::Tx;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{Page, Problem};

crate::operations! {
    ReadTodos = reads(
        "todos",
        "查看待办",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Applicant, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<TodoApi> {
    crate::routes!(todos)
}

/// What the route needs.
#[derive(Clone)]
pub struct TodoApi {
    /// Who may ask.
    pub gate: Arc<Gate>,
    /// What the modules count.
    pub counters: Arc<[Arc<Counter>]>,
    /// The kinds of approvals.
    pub approvals: Arc<[ApprovalKind]>,
}

impl HasGate for TodoApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// Something that waits for the caller (待办).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TodoView {
    /// `rejected`, `faulty`, `refused` (messages: `GET /api/v1/messages?needsAction=true&outcome=…`),
    /// `approvals`, `cases_review`, `cases_approve`, `cases_supplement`, `cases_returned`, `docking`, `held`,
    /// `parked`, `unknown_codes`, `payment_inquiries`, `keys`, `agents`, `archive_broken` or `archive_overdue`.
    pub kind: &'static str,
    /// What it is, in Chinese.
    pub title: &'static str,
    /// What it is, in English.
    pub title_en: &'static str,
    /// How many.
    pub count: i64,
    /// How many of them are late.
    pub overdue: i64,
    /// When the first is due, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
}

/// What waits for the caller (待办), the most pressing kinds first; all on one page.
#[utoipa::path(
    get, path = "/api/v1/todos", tag = "overview",
    responses(
        (status = 200, body = Page<TodoView>)
    )
)]
async fn todos(
    By { actor, .. }: By<ReadTodos>,
    Held(todo): Held<TodoApi>,
) -> Result<Json<Page<TodoView>>, Problem> {
    let context = &todo.gate.context;
    let (now_ms, known) = (context.now_ms(), todo.clone());
    let read = move |tx: &mut Tx<'_>| {
        let asking = Asking {
            actor: &actor,
            approvals: &known.approvals,
            now_ms,
        };
        list(tx, &known.counters, &asking)
    };
    let found = context.read(read).await?;
    let items = found
        .into_iter()
        .map(|todo| TodoView {
            kind: todo.kind,
            title: todo.title[0],
            title_en: todo.title[1],
            count: todo.count,
            overdue: todo.overdue,
            due_at: todo.due_at.map(beijing_rfc3339),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}
