//! The routes of the officers: users, roles, sessions, audit, jobs.

use super::gather;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use registry::access::Gate;
use registry::administration::Desk;
use registry::job::Job;
use registry::job::http::JobDesk;
use registry::session::http::SessionDesk;
use std::sync::Arc;
use utoipa::OpenApi;

/// Longest JSON body of the officers' desks, in bytes: a notice is the longest.
const BODY_BYTES_MAX: usize = 64 << 10;

/// The officers' part of the description.
#[derive(OpenApi)]
#[openapi(
    paths(
        registry::user::http::users,
        registry::user::http::user,
        registry::user::http::create_user,
        registry::user::http::change_user,
        registry::user::http::unmask_user,
        registry::user::state::http::enable_user,
        registry::user::state::http::disable_user,
        registry::user::state::http::unlock_user,
        registry::user::state::http::reset_user,
        registry::user::state::http::link_user,
        registry::user::state::http::ask_factor_reset,
        registry::grant::http::grants,
        registry::grant::http::ask_grant,
        registry::grant::http::ask_revoke,
        registry::grant::http::roles,
        registry::grant::custom::http::ask_role,
        registry::grant::custom::http::ask_role_removal,
        registry::grant::custom::http::operations,
        registry::department::http::departments,
        registry::department::http::create_department,
        registry::department::http::change_department,
        registry::department::http::remove_department,
        registry::department::http::ask_department_district,
        registry::dictionary::http::dictionaries,
        registry::dictionary::http::create_dictionary,
        registry::dictionary::http::change_dictionary,
        registry::dictionary::http::remove_dictionary,
        registry::dictionary::entry::http::dictionary_entries,
        registry::dictionary::entry::http::dictionary_search,
        registry::dictionary::entry::http::export_dictionary,
        registry::dictionary::entry::http::create_dictionary_entry,
        registry::dictionary::entry::http::change_dictionary_entry,
        registry::dictionary::entry::http::remove_dictionary_entry,
        registry::notice::http::notices,
        registry::notice::http::notice_bell,
        registry::notice::http::notice,
        registry::notice::http::read_notice,
        registry::notice::desk::http::notice_desk,
        registry::notice::desk::http::create_notice,
        registry::notice::desk::http::change_notice,
        registry::notice::desk::http::remove_notice,
        registry::notice::desk::http::ask_notice,
        registry::notice::desk::http::withdraw_notice,
        registry::notice::readers::http::notice_readers,
        registry::parameter::http::parameters,
        registry::parameter::http::parameter_changes,
        registry::parameter::http::set_parameter,
        registry::post::http::posts,
        registry::post::http::create_post,
        registry::post::http::change_post,
        registry::post::http::remove_post,
        registry::session::http::online_users,
        registry::session::http::kick,
        registry::audit::http::audit_rows,
        registry::audit::http::audit_verify,
        registry::audit::http::audit_export,
        registry::audit::http::audit_acts,
        registry::audit::log::http::login_log,
        registry::audit::log::http::operation_log,
        registry::audit::log::http::export_login_log,
        registry::audit::log::http::export_operation_log,
        registry::job::http::jobs,
        registry::job::http::job_runs,
        registry::job::http::run_job
    ),
    tags(
        (name = "administration", description = "系统管理：用户、授权、会话与任务"),
        (name = "audit", description = "安全审计")
    )
)]
pub(super) struct AdministrationDoc;

/// Every route of the officers.
pub(super) fn routes(gate: &Arc<Gate>, jobs: &[Job]) -> Router {
    let desk = Desk {
        gate: Arc::clone(gate),
        acts: gather::ACTS,
    };
    let job_desk = JobDesk {
        gate: Arc::clone(gate),
        jobs: Arc::from(jobs),
    };
    users()
        .merge(rights())
        .merge(super::back_office::routes())
        .merge(audit())
        .with_state(desk)
        .merge(sessions(gate))
        .merge(job_routes().with_state(job_desk))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

fn users() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/users",
            get(registry::user::http::users).post(registry::user::http::create_user),
        )
        .route(
            "/api/v1/users/{id}",
            get(registry::user::http::user).put(registry::user::http::change_user),
        )
        .route(
            "/api/v1/users/{id}/unmask",
            post(registry::user::http::unmask_user),
        )
        .route(
            "/api/v1/users/{id}/enable",
            post(registry::user::state::http::enable_user),
        )
        .route(
            "/api/v1/users/{id}/disable",
            post(registry::user::state::http::disable_user),
        )
        .route(
            "/api/v1/users/{id}/unlock",
            post(registry::user::state::http::unlock_user),
        )
        .route(
            "/api/v1/users/{id}/reset",
            post(registry::user::state::http::reset_user),
        )
        .route(
            "/api/v1/users/{id}/link",
            post(registry::user::state::http::link_user),
        )
        .route(
            "/api/v1/users/{id}/factors/reset",
            post(registry::user::state::http::ask_factor_reset),
        )
}

fn rights() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/grants",
            get(registry::grant::http::grants).post(registry::grant::http::ask_grant),
        )
        .route(
            "/api/v1/grants/{id}/revoke",
            post(registry::grant::http::ask_revoke),
        )
        .route("/api/v1/roles", get(registry::grant::http::roles))
        .route(
            "/api/v1/roles/{name}",
            put(registry::grant::custom::http::ask_role),
        )
        .route(
            "/api/v1/roles/{name}/remove",
            post(registry::grant::custom::http::ask_role_removal),
        )
        .route(
            "/api/v1/operations",
            get(registry::grant::custom::http::operations),
        )
}

fn audit() -> Router<Desk> {
    Router::new()
        .route("/api/v1/audit", get(registry::audit::http::audit_rows))
        .route(
            "/api/v1/audit/verify",
            get(registry::audit::http::audit_verify),
        )
        .route(
            "/api/v1/audit/export",
            get(registry::audit::http::audit_export),
        )
        .route("/api/v1/audit/acts", get(registry::audit::http::audit_acts))
}

fn sessions(gate: &Arc<Gate>) -> Router {
    Router::new()
        .route(
            "/api/v1/sessions",
            get(registry::session::http::online_users),
        )
        .route(
            "/api/v1/sessions/{id}/kick",
            post(registry::session::http::kick),
        )
        .with_state(SessionDesk {
            gate: Arc::clone(gate),
        })
}

fn job_routes() -> Router<JobDesk> {
    Router::new()
        .route("/api/v1/jobs", get(registry::job::http::jobs))
        .route(
            "/api/v1/jobs/{name}/runs",
            get(registry::job::http::job_runs),
        )
        .route(
            "/api/v1/jobs/{name}/run",
            post(registry::job::http::run_job),
        )
}
