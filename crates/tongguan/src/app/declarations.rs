//! The routes of the exchange: submission, forms, queries, receipts, the simulator.

use crate::roles::House;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use exchange::customs_box::CustomsBox;
use exchange::customs_box::http::Stage;
use exchange::downlink::http::Tap;
use exchange::export::http::Exports;
use exchange::intake::Intake;
use exchange::intake::http::Door;
use exchange::live::http::Live;
use exchange::query::http::Desk;
use registry::access::Gate;
use registry::company::Directory;
use std::sync::Arc;
use web::shares::Shares;

/// Longest JSON body of the desks, in bytes: a reason is the longest that they take.
const DESK_BYTES_MAX: usize = 64 << 10;

/// Every route of the exchange; `customs_box` adds those that steer the simulator.
pub(super) fn routes(
    house: &House,
    gate: &Arc<Gate>,
    exporting: Exports,
    customs_box: Option<Arc<CustomsBox>>,
) -> Router {
    let (shared, limits) = (&house.shared, &house.config.limits);
    let config = Arc::new(house.config.intake.clone());
    let door = Arc::new(Door {
        gate: Arc::clone(gate),
        intake: Intake::start(
            &house.ground,
            Arc::clone(&shared.accepted),
            &house.tasks,
            &house.stop.subscribe(),
        ),
        ids: Arc::clone(&shared.ids),
        clock: Arc::clone(&shared.clock),
        signatures: Arc::clone(&shared.signatures),
        directory: Arc::new(Directory::new(shared.db.clone(), Arc::clone(&shared.clock))),
        room: config.room(),
        forms: config.turns(),
        config,
    });
    let tap = Tap {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        feed: Arc::clone(&shared.feed),
        clock: Arc::clone(&shared.clock),
        polls: Shares::new("polls", limits.polls_max, limits.polls_per_caller_max),
        stop: house.stop.subscribe(),
    };
    let desk = Desk {
        gate: Arc::clone(gate),
        shared: Arc::clone(shared),
    };
    let stage = customs_box.map(|customs_box| Stage {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        customs_box,
    });
    let live = Live {
        desk: desk.clone(),
        room: Shares::new("streams", limits.streams_max, limits.streams_per_caller_max),
        stop: house.stop.subscribe(),
        counts: exchange::live::http::Counts::default(),
    };
    intake(door)
        .merge(desks(desk))
        .merge(exports(exporting))
        .merge(
            Router::new()
                .route("/api/v1/events", get(exchange::live::http::events))
                .with_state(live),
        )
        .merge(
            Router::new()
                .route("/api/v1/receipts", get(exchange::downlink::http::receipts))
                .with_state(tap),
        )
        .merge(stage.map_or_else(Router::new, steering))
}

fn intake(door: Arc<Door>) -> Router {
    Router::new()
        .route("/api/v1/messages", post(exchange::intake::http::submit))
        .route(
            "/api/v1/messages:batch",
            post(exchange::intake::http::submit_batch),
        )
        .route(
            "/api/v1/preflight",
            post(exchange::preflight::http::preflight),
        )
        .route(
            "/api/v1/signature-clinic",
            post(exchange::signature::http::signature_clinic),
        )
        .route(
            "/api/v1/tax-estimate",
            post(exchange::tax::http::tax_estimate),
        )
        .route(
            "/api/v1/templates/{kind}",
            get(exchange::workbook::http::template),
        )
        .route(
            "/api/v1/workbook-report",
            post(exchange::workbook::http::workbook_report),
        )
        .merge(corrections())
        .with_state(door)
}

fn corrections() -> Router<Arc<Door>> {
    Router::new()
        .route(
            "/api/v1/messages/{id}/correction",
            get(exchange::correction::http::correction)
                .post(exchange::correction::http::submit_correction),
        )
        .route(
            "/api/v1/messages/{id}/correction/check",
            post(exchange::correction::http::check_correction),
        )
        .route(
            "/api/v1/messages/{id}/correction/xml",
            post(exchange::correction::http::correction_xml),
        )
        .route(
            "/api/v1/corrections",
            post(exchange::correction::http::submit_corrections),
        )
        .route(
            "/api/v1/corrections/workbook",
            post(exchange::correction::http::correction_workbook),
        )
}

fn desks(desk: Desk) -> Router {
    Router::new()
        .route("/api/v1/messages", get(exchange::query::http::messages))
        .route("/api/v1/messages/{id}", get(exchange::query::http::message))
        .route("/api/v1/messages/{id}/xml", get(exchange::query::http::xml))
        .route(
            "/api/v1/messages/{id}/unmask",
            post(exchange::unmask::http::unmask),
        )
        .route(
            "/api/v1/messages/{id}/dismiss",
            post(exchange::outcome::http::dismiss_message),
        )
        .route(
            "/api/v1/messages/{id}/release-match",
            post(exchange::matching::http::release_match),
        )
        .route(
            "/api/v1/matching-policy",
            get(exchange::matching::http::matching_policy)
                .put(exchange::matching::http::set_matching_policy),
        )
        .route("/api/v1/search", get(exchange::query::http::search))
        .route(
            "/api/v1/rehearsal",
            get(exchange::rehearsal::http::rehearsal),
        )
        .route(
            "/api/v1/stories/{documentId}",
            get(exchange::story::http::story),
        )
        .route("/api/v1/home", get(exchange::overview::http::home))
        .route(
            "/api/v1/statistics",
            get(exchange::overview::http::statistics),
        )
        .merge(operator())
        .merge(signing())
        .layer(DefaultBodyLimit::max(DESK_BYTES_MAX))
        .with_state(desk)
}

fn operator() -> Router<Desk> {
    Router::new()
        .route(
            "/api/v1/operator/pipeline",
            get(exchange::operator::http::pipeline),
        )
        .route(
            "/api/v1/operator/stuck",
            get(exchange::operator::http::stuck),
        )
        .route(
            "/api/v1/operator/parked",
            get(exchange::operator::http::parked),
        )
        .route(
            "/api/v1/operator/unknown-codes",
            get(exchange::unknown_code::http::unknown_codes),
        )
        .route(
            "/api/v1/operator/unknown-codes/{id}/answer",
            put(exchange::unknown_code::http::answer_unknown_code)
                .delete(exchange::unknown_code::http::withdraw_unknown_code),
        )
        .route(
            "/api/v1/operator/messages/{id}/release",
            post(exchange::operator::request::http::release_message),
        )
        .route(
            "/api/v1/operator/messages/{id}/resubmit",
            post(exchange::operator::request::http::resubmit_message),
        )
        .route(
            "/api/v1/operator/parked/{id}/release",
            post(exchange::operator::request::http::release_parked),
        )
}

fn signing() -> Router<Desk> {
    Router::new()
        .route("/api/v1/signing", get(exchange::signing::http::signing))
        .route(
            "/api/v1/signing/consent",
            put(exchange::signing::http::signing_consent),
        )
        .route(
            "/api/v1/signing/policies/{company}",
            put(exchange::signing::http::ask_signing_policy),
        )
        .route(
            "/api/v1/signing/keys",
            get(exchange::signing::desk::http::signing_keys)
                .post(exchange::signing::desk::http::ask_signing_key),
        )
        .route(
            "/api/v1/signing/keys/{id}",
            delete(exchange::signing::desk::http::remove_signing_key),
        )
        .route(
            "/api/v1/signing/keys/{id}/test",
            post(exchange::signing::desk::http::test_signing_key),
        )
}

fn exports(exports: Exports) -> Router {
    Router::new()
        .route(
            "/api/v1/exports/messages",
            get(exchange::export::http::export_messages),
        )
        .route(
            "/api/v1/exports/receipts",
            get(exchange::export::http::export_receipts),
        )
        .with_state(exports)
}

fn steering(stage: Stage) -> Router {
    Router::new()
        .route(
            "/api/v1/customs-box/receipts",
            post(exchange::customs_box::http::inject),
        )
        .route(
            "/api/v1/customs-box/outage",
            post(exchange::customs_box::http::outage)
                .get(exchange::customs_box::http::outage_state),
        )
        .with_state(stage)
}
