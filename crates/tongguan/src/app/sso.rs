//! The routes of single sign-on: CAS and `OpenID` Connect for other systems.

use crate::gather;
use crate::roles::Process;
use axum::Router;
use axum::routing::{get, post};
use identity::cas::Cas;
use identity::courier::Courier;
use identity::farewell;
use identity::oidc::Oidc;
use registry::access::Gate;
use registry::throttle::Throttle;
use std::sync::Arc;
use tokio::sync::Notify;

/// The CAS server at `/cas` and the provider at `/oauth2`.
pub(super) fn routes(process: &Process, gate: &Arc<Gate>, throttle: &Arc<Throttle>) -> Router {
    let courier = match Courier::new(&process.config.registry.sso_ca_file) {
        Ok(courier) => courier,
        Err(error) => {
            // The rest of the platform works without it; `doctor` and this line say why.
            tracing::error!(%error, "single sign-on is off");
            return Router::new();
        }
    };
    let cas = Arc::new(Cas {
        gate: Arc::clone(gate),
        throttle: Arc::clone(throttle),
        courier,
        ended: Arc::new(Notify::new()),
        follow: gather::FOLLOW,
    });
    let oidc = Arc::new(Oidc {
        gate: Arc::clone(gate),
        throttle: Throttle::new(process.config.registry.address_failures_max),
        ended: Arc::clone(&cas.ended),
    });
    // One loop tells the services and the clients.
    let (telling, stop) = (Arc::clone(&cas), process.stop.subscribe());
    let _task = process.tasks.start(
        "logout.tell",
        farewell::ROUND_MAX,
        stop.clone(),
        move |pulse| farewell::run(Arc::clone(&telling), stop.clone(), pulse),
    );
    cas_routes(cas).merge(oidc_routes(oidc))
}

fn cas_routes(cas: Arc<Cas>) -> Router {
    use identity::cas::http as cas_http;
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

fn oidc_routes(oidc: Arc<Oidc>) -> Router {
    use identity::oidc::http as oidc_http;
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(oidc_http::discovery),
        )
        .route("/oauth2/jwks", get(oidc_http::jwks))
        .route(
            "/oauth2/authorize",
            get(oidc_http::authorize).post(oidc_http::authorize_form),
        )
        .route("/oauth2/token", post(oidc_http::token))
        .route("/oauth2/revoke", post(oidc_http::revoke))
        .route("/oauth2/introspect", post(oidc_http::introspect))
        .route(
            "/oauth2/userinfo",
            get(oidc_http::userinfo).post(oidc_http::userinfo_form),
        )
        .route(
            "/oauth2/logout",
            get(oidc_http::logout).post(oidc_http::logout_form),
        )
        .with_state(oidc)
}
