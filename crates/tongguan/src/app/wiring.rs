//! What the routes of the API need, made from the settings, and the routes with it.

use super::api::Api;
use crate::gather;
use crate::roles::Process;
use axum::Router;
use back_office::administration;
use back_office::archive::http::ArchiveApi;
use back_office::job::http::JobApi;
use exchange::api::ApiState;
use exchange::customs_box::CustomsBox;
use exchange::customs_box::http::SimulatorApi;
use exchange::export::http::Exports;
use exchange::export::list::http::Lists;
use exchange::intake::Intake;
use exchange::intake::http::SubmitState;
use exchange::live::http::Live;
use exchange::receipt_feed::http::FeedState;
use identity::relying_party::http::RelyingPartyApi;
use identity::session::SessionApi;
use registry::access::Gate;
use registry::approval::http::ApprovalApi;
use registry::company::Directory;
use registry::todo::http::TodoApi;
use std::sync::Arc;
use web::shares::Shares;

/// Every route of the API; `customs_box` adds those that steer the simulator.
pub(super) fn routes(
    api: Api,
    process: &Process,
    services: services::ServicesApi,
    customs_box: Option<Arc<CustomsBox>>,
) -> Router {
    let gate = &services.gate;
    let (shared, limits) = (&process.shared, &process.config.limits);
    let api_state = ApiState {
        gate: Arc::clone(gate),
        shared: Arc::clone(shared),
    };
    // One and the same for all kinds of exports.
    let exports = Exports {
        api: api_state.clone(),
        turns: Shares::new("exports", limits.exports_max, limits.exports_per_caller_max),
    };
    let stage = customs_box.map(|customs_box| SimulatorApi {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        customs_box,
    });
    let routes = api
        .intake
        .with_state(submit_state(process, gate))
        .merge(api.receipts.with_state(feed_state(process, gate)))
        .merge(api.events.with_state(live(process, api_state.clone())))
        .merge(api.declarations.with_state(api_state))
        .merge(api.exports.with_state(exports.clone()))
        .merge(stage.map_or_else(Router::new, |stage| api.customs_box.with_state(stage)))
        .merge(api.todos.with_state(TodoApi {
            gate: Arc::clone(gate),
            counters: gather::todos(&shared.archive),
            approvals: gather::kinds(),
        }))
        .merge(
            api.administration
                .with_state(administration::AdministrationApi {
                    gate: Arc::clone(gate),
                    acts: gather::acts(),
                }),
        )
        .merge(api.sessions.with_state(SessionApi {
            gate: Arc::clone(gate),
        }))
        .merge(api.jobs.with_state(JobApi {
            gate: Arc::clone(gate),
            jobs: process.jobs().into(),
        }))
        .merge(api.archive.with_state(ArchiveApi {
            gate: Arc::clone(gate),
            archive: Arc::clone(&shared.archive),
            jobs: process.jobs().into(),
        }))
        .merge(api.approvals.with_state(ApprovalApi {
            gate: Arc::clone(gate),
            kinds: gather::kinds(),
        }))
        .merge(api.parties.with_state(RelyingPartyApi {
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

fn submit_state(process: &Process, gate: &Arc<Gate>) -> Arc<SubmitState> {
    let shared = &process.shared;
    let config = Arc::new(process.config.intake.clone());
    Arc::new(SubmitState {
        gate: Arc::clone(gate),
        intake: Intake::start(
            &process.context,
            Arc::clone(&shared.accepted),
            &process.tasks,
            &process.stop.subscribe(),
        ),
        ids: Arc::clone(&shared.ids),
        clock: Arc::clone(&shared.clock),
        signatures: Arc::clone(&shared.signatures),
        directory: Arc::new(Directory::new(shared.db.clone(), Arc::clone(&shared.clock))),
        budget: config.budget(),
        forms: config.turns(),
        config,
    })
}

fn feed_state(process: &Process, gate: &Arc<Gate>) -> FeedState {
    let (shared, limits) = (&process.shared, &process.config.limits);
    FeedState {
        gate: Arc::clone(gate),
        db: shared.db.clone(),
        feed: Arc::clone(&shared.feed),
        clock: Arc::clone(&shared.clock),
        polls: Shares::new("polls", limits.polls_max, limits.polls_per_caller_max),
        stop: process.stop.subscribe(),
    }
}

fn live(process: &Process, api: ApiState) -> Live {
    let limits = &process.config.limits;
    Live {
        api,
        places: Shares::new("streams", limits.streams_max, limits.streams_per_caller_max),
        stop: process.stop.subscribe(),
        counts: exchange::live::http::LiveCounts::default(),
        hub: process.live.clone(),
    }
}
