//! The routes of the services for companies: registration, cases, ledger, people, keys, agents,
//! docking, and what waits for whom.

use super::gather;
use crate::roles::House;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use registry::access::Gate;
use services::Desk;
use services::payment_inquiry::customs::{CustomsDoor, plat_data_open};
use services::registration::http::{BODY_BYTES_MAX, Reception};
use services::todo::http::TodoDesk;
use std::sync::Arc;
use web::room::Room;
use web::shares::Shares;

/// Largest body of a request that carries no file, in bytes: 64 KiB.
const JSON_BYTES_MAX: usize = 64 * 1024;

/// The page of registration, and the API of cases and ledger.
pub(super) fn routes(house: &House, gate: &Arc<Gate>) -> Router {
    let limits = &house.config.limits;
    let (all, share) = (limits.upload_bytes_max, limits.upload_bytes_per_caller_max);
    let desk = Desk::new(Arc::clone(gate), Room::new("uploads", all, share));
    let config = house.config.payment_inquiry.clone();
    let (all, share) = (limits.inquiries_max, limits.inquiries_per_caller_max);
    let door = CustomsDoor::new(desk.clone(), config, Shares::new("inquiries", all, share));
    let todo = TodoDesk {
        desk: desk.clone(),
        approvals: gather::kinds(),
    };
    page(Reception::new(desk.clone()))
        .merge(cases(desk.clone()))
        .merge(ledger(desk.clone()))
        .merge(payments(desk))
        .merge(
            Router::new()
                .route("/179/{code}/platDataOpen", post(plat_data_open))
                .with_state(door),
        )
        .merge(
            Router::new()
                .route("/api/v1/todos", get(services::todo::http::todos))
                .with_state(todo),
        )
}

fn page(reception: Reception) -> Router {
    use services::registration::http as registration;
    Router::new()
        .route(
            "/register",
            get(registration::register_page).post(registration::register),
        )
        .route(
            "/register/sample-licence.pdf",
            get(registration::sample_licence),
        )
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(reception)
}

fn payments(desk: Desk) -> Router {
    Router::new()
        .route(
            "/api/v1/payment-data",
            get(services::payment_inquiry::http::payment_data)
                .post(services::payment_inquiry::http::submit_payment_data),
        )
        .route(
            "/api/v1/payment-data/{id}",
            get(services::payment_inquiry::http::payment_datum),
        )
        .route(
            "/api/v1/payment-data/{id}/unmask",
            post(services::payment_inquiry::http::unmask_payment),
        )
        .route(
            "/api/v1/payment-inquiries",
            get(services::payment_inquiry::http::payment_inquiries),
        )
        .route(
            "/api/v1/payment-inquiries/{id}/resend",
            post(services::payment_inquiry::http::resend_payment),
        )
        .layer(DefaultBodyLimit::max(
            services::payment_inquiry::http::BODY_BYTES_MAX,
        ))
        .with_state(desk)
}

fn cases(desk: Desk) -> Router {
    Router::new()
        .route(
            "/api/v1/cases",
            get(services::case_file::http::cases).post(services::case_file::http::open_case),
        )
        .route("/api/v1/cases/{id}", get(services::case_file::http::case))
        .route(
            "/api/v1/cases/{id}/attachments",
            post(services::case_file::http::attach),
        )
        .route(
            "/api/v1/cases/{id}/unmask",
            post(services::case_file::http::unmask_case),
        )
        .route(
            "/api/v1/cases/{id}/{act}",
            post(services::case_file::http::act_on_case),
        )
        .route(
            "/api/v1/attachments/{id}",
            get(services::case_file::http::attachment),
        )
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .with_state(desk)
}

fn ledger(desk: Desk) -> Router {
    Router::new()
        .route(
            "/api/v1/companies",
            get(services::company_ledger::http::companies),
        )
        .route(
            "/api/v1/companies/{id}",
            get(services::company_ledger::http::company),
        )
        .route(
            "/api/v1/companies/{id}/profile",
            put(services::company_ledger::http::set_company_profile),
        )
        .route("/api/v1/menu", get(services::company_ledger::http::menu))
        .route(
            "/api/v1/members",
            get(services::member::http::members).post(services::member::http::add_member),
        )
        .route(
            "/api/v1/members/{id}",
            put(services::member::http::change_member)
                .delete(services::member::http::remove_member),
        )
        .route(
            "/api/v1/members/{id}/link",
            post(services::member::http::link_member),
        )
        .route(
            "/api/v1/keys",
            get(services::key::http::keys).post(services::key::http::issue_key),
        )
        .route("/api/v1/keys/{id}", delete(services::key::http::revoke_key))
        .route(
            "/api/v1/agents",
            get(services::agent::http::agents).post(services::agent::http::add_agent),
        )
        .route(
            "/api/v1/agents/{id}",
            delete(services::agent::http::remove_agent),
        )
        .route("/api/v1/docking", get(services::docking::http::docking))
        .route(
            "/api/v1/docking/{company}/{channel}",
            put(services::docking::http::set_docking),
        )
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .with_state(desk)
}
