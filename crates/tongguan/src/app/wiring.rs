//! What the routes of the API need, made from the settings, and the routes with it.

use super::api::Api;
use crate::gather;
use crate::roles::House;
use axum::Router;
use back_office::administration;
use back_office::job::http::JobDesk;
use exchange::api::ApiState;
use exchange::customs_box::CustomsBox;
use exchange::customs_box::http::Stage;
use exchange::export::http::Exports;
use exchange::export::list::http::Lists;
use exchange::intake::Intake;
use exchange::intake::http::SubmitState;
use exchange::live::http::Live;
use exchange::receipt_feed::http::FeedState;
use identity::relying_party::http::PartyDesk;
use identity::session::SessionDesk;
use registry::access::Gate;
use registry::approval::http::ApprovalDesk;
use registry::company::Directory;
use registry::todo::http::TodoDesk;
use std::sync::Arc;
use web::shares::Shares;

/// Every route of the API; `customs_box` adds those that steer the simulator.
pub(super) fn routes(
    api: Api,
    house: &House,
    services: services::Desk,
    customs_box: Option<Arc<CustomsBox>>,
) -> Router {
    let gate = &services.gate;
    let (shared, limits) = (&house.shared, &house.config.limits);
    let api_state = ApiState {
        gate: Arc::clone(gate),
        shared: Arc::clone(shared),
    };
    // One and the same for all kinds of exports.
    let exports = Exports {
        api: api_state.clone(),
        turns: Shares::new("exports", limits.exports_max, limits.exports_per_caller_max),
    };
    let stage = customs_box.map(|customs_box| Stage {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        customs_box,
    });
    let routes = api
        .intake
        .with_state(submit_state(house, gate))
        .merge(api.receipts.with_state(feed_state(house, gate)))
        .merge(api.events.with_state(live(house, api_state.clone())))
        .merge(api.declarations.with_state(api_state))
        .merge(api.exports.with_state(exports.clone()))
        .merge(stage.map_or_else(Router::new, |stage| api.customs_box.with_state(stage)))
        .merge(api.todos.with_state(TodoDesk {
            gate: Arc::clone(gate),
            counters: gather::todos(),
            approvals: gather::kinds(),
        }))
        .merge(api.administration.with_state(administration::Desk {
            gate: Arc::clone(gate),
            acts: gather::acts(),
        }))
        .merge(api.sessions.with_state(SessionDesk {
            gate: Arc::clone(gate),
        }))
        .merge(api.jobs.with_state(JobDesk {
            gate: Arc::clone(gate),
            jobs: house.jobs().into(),
        }))
        .merge(api.approvals.with_state(ApprovalDesk {
            gate: Arc::clone(gate),
            kinds: gather::kinds(),
        }))
        .merge(api.parties.with_state(PartyDesk {
            gate: Arc::clone(gate),
        }))
        .merge(api.services.with_state(services));
    let lists = Lists {
        exports,
        paths: Arc::new(super::lists::paths()),
        routes: routes.clone(),
    };
    routes.merge(api.lists.with_state(lists))
}

fn submit_state(house: &House, gate: &Arc<Gate>) -> Arc<SubmitState> {
    let shared = &house.shared;
    let config = Arc::new(house.config.intake.clone());
    Arc::new(SubmitState {
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
    })
}

fn feed_state(house: &House, gate: &Arc<Gate>) -> FeedState {
    let (shared, limits) = (&house.shared, &house.config.limits);
    FeedState {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        feed: Arc::clone(&shared.feed),
        clock: Arc::clone(&shared.clock),
        polls: Shares::new("polls", limits.polls_max, limits.polls_per_caller_max),
        stop: house.stop.subscribe(),
    }
}

fn live(house: &House, api: ApiState) -> Live {
    let limits = &house.config.limits;
    Live {
        api,
        room: Shares::new("streams", limits.streams_max, limits.streams_per_caller_max),
        stop: house.stop.subscribe(),
        counts: exchange::live::http::Counts::default(),
    }
}
