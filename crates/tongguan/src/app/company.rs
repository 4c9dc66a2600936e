//! Routes of the services that stand outside the API: the form of registration, and the address at which customs
//! asks for payment data.

use crate::roles::House;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use services::Desk;
use services::payment_inquiry::customs::{CustomsDoor, plat_data_open};
use services::registration::http::{BODY_BYTES_MAX, Reception};
use web::shares::Shares;

/// The page of registration, and the address for customs.
pub(super) fn routes(house: &House, desk: &Desk) -> Router {
    let limits = &house.config.limits;
    let config = house.config.payment_inquiry.clone();
    let (all, share) = (limits.inquiries_max, limits.inquiries_per_caller_max);
    let door = CustomsDoor::new(desk.clone(), config, Shares::new("inquiries", all, share));
    page(Reception::new(desk.clone())).merge(
        Router::new()
            .route("/179/{code}/platDataOpen", post(plat_data_open))
            .with_state(door),
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
