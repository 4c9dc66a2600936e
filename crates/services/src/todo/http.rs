//! `GET /api/v1/todos`.

use super::list;
use crate::Desk;
use axum::Json;
use axum::extract::State as Held;
use registry::access::{By, Gate, Routes};
use registry::approval::Kind;
use registry::role::Role;
use serde::Serialize;
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::{Page, Problem};

registry::operations! {
    ReadTodos = reads(
        "todos",
        "查看待办",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Applicant, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<TodoDesk> {
    registry::routes!(todos)
}

/// What the route needs.
#[derive(Clone)]
pub struct TodoDesk {
    /// The desk with the kinds of cases.
    pub desk: Desk,
    /// The kinds of approvals.
    pub approvals: Arc<[Kind]>,
}

impl registry::access::HasGate for TodoDesk {
    fn gate(&self) -> &Gate {
        &self.desk.gate
    }
}

/// Something that waits for the caller (待办).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TodoView {
    /// `rejected`, `faulty`, `refused` (messages: `GET /api/v1/messages?needsAction=true&outcome=…`),
    /// `approvals`, `cases_review`, `cases_approve`, `cases_supplement`, `cases_returned`, `docking`, `held`,
    /// `parked`, `unknown_codes`, `payment_inquiries`, `keys` or `agents`.
    pub kind: &'static str,
    /// What it is, for people.
    pub title: &'static str,
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
    Held(todo): Held<TodoDesk>,
) -> Result<Json<Page<TodoView>>, Problem> {
    let now_ms = todo.desk.ground().now_ms();
    let (cases, approvals) = (Arc::clone(&todo.desk.kinds), Arc::clone(&todo.approvals));
    let found = todo
        .desk
        .ground()
        .read(move |tx| list(tx, &actor, (&cases, &approvals), now_ms))
        .await?;
    let items = found
        .into_iter()
        .map(|todo| TodoView {
            kind: todo.kind,
            title: todo.chinese,
            count: todo.count,
            overdue: todo.overdue,
            due_at: todo.due_at.map(beijing_rfc3339),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}
