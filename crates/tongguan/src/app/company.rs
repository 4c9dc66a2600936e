//! Routes of the services that stand outside the API: the form of registration, and the address at which customs
//! asks for payment data.

use crate::roles::Process;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use services::ServicesApi;
use services::payment_inquiry::customs::{InquiryApi, plat_data_open};
use services::registration::http::{BODY_BYTES_MAX, Reception};
use web::shares::Shares;

/// The page of registration, and the address for customs.
pub(super) fn routes(process: &Process, api: &ServicesApi) -> Router {
    let limits = &process.config.limits;
    let config = process.config.payment_inquiry.clone();
    let (all, share) = (limits.inquiries_max, limits.inquiries_per_caller_max);
    let provider = InquiryApi::new(api.clone(), config, Shares::new("inquiries", all, share));
    page(Reception::new(api.clone())).merge(
        Router::new()
            .route("/179/{code}/platDataOpen", post(plat_data_open))
            .with_state(provider),
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
