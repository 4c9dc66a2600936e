//! The API: the routes of every module, gathered by what they need. A module that is not here is neither served
//! nor described, and nobody can be allowed to call it.

use super::describe;
use back_office::administration;
use back_office::archive::http::ArchiveApi;
use back_office::job::http::JobApi;
use exchange::api::ApiState;
use exchange::customs_box::http::SimulatorApi;
use exchange::export::http::Exports;
use exchange::export::list::http::Lists;
use exchange::intake::http::SubmitState;
use exchange::live::http::Live;
use exchange::receipt_feed::http::FeedState;
use identity::relying_party::http::RelyingPartyApi;
use identity::session::SessionApi;
use registry::access::Routes;
use registry::approval::http::ApprovalApi;
use registry::role::Operation;
use registry::todo::http::TodoApi;
use std::sync::Arc;
use utoipa::openapi::OpenApi;

/// Longest JSON body of routes that take no files, in bytes: a notice is the longest.
const JSON_BYTES_MAX: usize = 64 << 10;

/// Longest body of the export of a list: its columns and their words.
const LIST_BYTES_MAX: usize = 256 << 10;

/// The routes of the API (接口), by what they need.
pub(super) struct Api {
    pub(super) administration: Routes<administration::AdministrationApi>,
    pub(super) sessions: Routes<SessionApi>,
    pub(super) approvals: Routes<ApprovalApi>,
    pub(super) jobs: Routes<JobApi>,
    pub(super) archive: Routes<ArchiveApi>,
    pub(super) parties: Routes<RelyingPartyApi>,
    pub(super) intake: Routes<Arc<SubmitState>>,
    pub(super) declarations: Routes<ApiState>,
    pub(super) receipts: Routes<FeedState>,
    pub(super) events: Routes<Live>,
    pub(super) exports: Routes<Exports>,
    pub(super) lists: Routes<Lists>,
    pub(super) customs_box: Routes<SimulatorApi>,
    pub(super) services: Routes<services::ServicesApi>,
    pub(super) todos: Routes<TodoApi>,
}

impl Api {
    /// Every route.
    pub(super) fn gather() -> Self {
        Self {
            administration: administration().body_limit(JSON_BYTES_MAX),
            sessions: identity::session::routes().body_limit(JSON_BYTES_MAX),
            approvals: registry::approval::http::routes(),
            jobs: back_office::job::http::routes().body_limit(JSON_BYTES_MAX),
            archive: back_office::archive::http::routes().body_limit(JSON_BYTES_MAX),
            parties: identity::relying_party::http::routes(),
            intake: intake(),
            declarations: declarations().body_limit(JSON_BYTES_MAX),
            receipts: exchange::receipt_feed::http::routes(),
            events: exchange::live::http::routes(),
            exports: exchange::export::http::routes(),
            lists: exchange::export::list::http::routes().body_limit(LIST_BYTES_MAX),
            customs_box: exchange::customs_box::http::routes(),
            services: services().body_limit(JSON_BYTES_MAX).merge(
                services::payment_inquiry::http::routes()
                    .body_limit(services::payment_inquiry::http::BODY_BYTES_MAX),
            ),
            todos: registry::todo::http::routes(),
        }
    }

    /// Every operation, with its module's others.
    fn parts(&self) -> [(&[&'static Operation], &OpenApi); 15] {
        fn part<S: Clone + Send + Sync + 'static>(
            routes: &Routes<S>,
        ) -> (&[&'static Operation], &OpenApi) {
            (routes.operations(), routes.description())
        }
        let Self {
            administration,
            sessions,
            approvals,
            jobs,
            archive,
            parties,
            intake,
            declarations,
            receipts,
            events,
            exports,
            lists,
            customs_box,
            services,
            todos,
        } = self;
        [
            part(intake),
            part(declarations),
            part(receipts),
            part(events),
            part(exports),
            part(lists),
            part(customs_box),
            part(services),
            part(todos),
            part(sessions),
            part(approvals),
            part(parties),
            part(administration),
            part(jobs),
            part(archive),
        ]
    }

    /// What the routes ask for.
    pub(super) fn operations(&self) -> Vec<&'static Operation> {
        self.parts()
            .into_iter()
            .flat_map(|(operations, _)| operations.iter().copied())
            .collect()
    }
}

/// Every operation of the API.
pub fn operations() -> Vec<&'static Operation> {
    Api::gather().operations()
}

/// The description of the API (接口描述), OpenAPI 3.1.
pub fn description() -> OpenApi {
    let api = Api::gather();
    let mut whole = describe::frame();
    for (_, part) in api.parts() {
        whole.merge(part.clone());
    }
    describe::complete(&mut whole, &api.operations());
    whole
}

fn administration() -> Routes<administration::AdministrationApi> {
    back_office::user::http::routes()
        .merge(back_office::user::state::http::routes())
        .merge(back_office::grant::http::routes())
        .merge(back_office::grant::custom::http::routes())
        .merge(back_office::department::http::routes())
        .merge(back_office::post::http::routes())
        .merge(back_office::dictionary::http::routes())
        .merge(back_office::dictionary::entry::http::routes())
        .merge(back_office::notice::http::routes())
        .merge(back_office::notice::editing::http::routes())
        .merge(back_office::notice::readers::http::routes())
        .merge(back_office::parameter::http::routes())
        .merge(back_office::log::audit::routes())
        .merge(back_office::log::http::routes())
}

fn intake() -> Routes<Arc<SubmitState>> {
    exchange::submit::routes()
        .merge(exchange::correction::http::routes())
        .merge(exchange::preflight::http::routes())
        .merge(exchange::clinic::routes())
        .merge(exchange::tax::http::routes())
        .merge(exchange::workbook::http::routes())
}

fn declarations() -> Routes<ApiState> {
    exchange::query::http::routes()
        .merge(exchange::archived::http::routes())
        .merge(exchange::unmask::http::routes())
        .merge(exchange::outcome::http::routes())
        .merge(exchange::matching::http::routes())
        .merge(exchange::rehearsal::http::routes())
        .merge(exchange::story::http::routes())
        .merge(exchange::overview::http::routes())
        .merge(exchange::operator::http::routes())
        .merge(exchange::operator::request::http::routes())
        .merge(exchange::unknown_code::http::routes())
        .merge(exchange::operator::explain::http::routes())
        .merge(exchange::signing::http::routes())
        .merge(exchange::signing::staff::http::routes())
}

fn services() -> Routes<services::ServicesApi> {
    services::case_file::http::routes()
        .merge(services::case_file::attachment::http::routes())
        .merge(services::company_card::http::routes())
        .merge(services::member::http::routes())
        .merge(services::key::http::routes())
        .merge(services::agent::http::routes())
        .merge(services::docking::http::routes())
}
