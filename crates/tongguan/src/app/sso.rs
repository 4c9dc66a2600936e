//! The routes of single sign-on: CAS for other systems, and who those are.

use crate::roles::House;
use axum::Router;
use axum::routing::{get, put};
use registry::access::Gate;
use registry::cas::{Cas, Courier, farewell};
use registry::login::Throttle;
use registry::relying_party::http::PartyDesk;
use std::sync::Arc;
use tokio::sync::Notify;

/// The CAS server at `/cas`, and the list of relying parties.
pub(super) fn routes(house: &House, gate: &Arc<Gate>, throttle: &Arc<Throttle>) -> Router {
    let parties = Router::new()
        .route(
            "/api/v1/relying-parties",
            get(registry::relying_party::http::relying_parties),
        )
        .route(
            "/api/v1/relying-parties/{name}",
            put(registry::relying_party::http::put_relying_party)
                .delete(registry::relying_party::http::remove_relying_party),
        )
        .with_state(PartyDesk {
            gate: Arc::clone(gate),
        });
    let courier = match Courier::new(&house.config.registry.sso_ca_file) {
        Ok(courier) => courier,
        Err(error) => {
            // The rest of the platform works without it; `doctor` and this line say why.
            tracing::error!(%error, "single sign-on is off");
            return parties;
        }
    };
    let cas = Arc::new(Cas {
        gate: Arc::clone(gate),
        throttle: Arc::clone(throttle),
        courier,
        ended: Arc::new(Notify::new()),
    });
    tokio::spawn(farewell::run(Arc::clone(&cas), house.stop.subscribe()));
    parties.merge(cas_routes(cas))
}

fn cas_routes(cas: Arc<Cas>) -> Router {
    use registry::cas::http as cas_http;
    Router::new()
        .route(
            "/cas/login",
            get(cas_http::login_page).post(cas_http::login_try),
        )
        .route("/cas/logout", get(cas_http::logout))
        .route("/cas/validate", get(cas_http::validate))
        .route("/cas/serviceValidate", get(cas_http::service_validate))
        .route("/cas/proxyValidate", get(cas_http::proxy_validate))
        .route(
            "/cas/p3/serviceValidate",
            get(cas_http::p3_service_validate),
        )
        .route("/cas/p3/proxyValidate", get(cas_http::p3_proxy_validate))
        .route("/cas/proxy", get(cas_http::proxy_ticket))
        .with_state(cas)
}
