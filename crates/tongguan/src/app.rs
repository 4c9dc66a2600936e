//! The wiring of the HTTP side: every module's routes, the description of the API, health, metrics.

pub mod api;
mod company;
mod describe;
pub mod descriptors;
pub mod docs;
mod host;
pub mod inside;
mod linger;
mod lists;
pub mod metrics;
pub mod openapi;
pub mod pace;
mod peer;
mod people;
mod reads;
mod serve;
mod sso;
mod wiring;

use self::api::Api;
use crate::health::Health;
use crate::roles::Process;
use crate::ui;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use exchange::customs_box::CustomsBox;
use exchange::shared::Shared;
use registry::access::Gate;
use registry::throttle::Throttle;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use web::budget::Budget;
use web::shares::Shares;
use web::{Problem, codes};

pub use inside::Inside;
pub use metrics::Metrics;
pub use serve::{bind, serve};

/// What an answer that is not a page may load: nothing. Pages say what they need themselves.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// What pages and probes need.
#[derive(Clone)]
pub struct Front {
    /// What every handler is given.
    pub shared: Arc<Shared>,
    /// The metrics.
    pub metrics: Metrics,
    /// Who sees particulars.
    pub inside: Inside,
    /// Whether this process can do its work.
    pub health: Arc<Health>,
}

/// Every route of the platform. `pages` adds the live page of the demo, which shows all companies;
/// `customs_box` the routes that steer the simulator.
///
/// # Errors
/// When a file that the settings name cannot be read.
pub fn router(
    process: &Process,
    metrics: Metrics,
    pages: bool,
    customs_box: Option<Arc<CustomsBox>>,
) -> anyhow::Result<Router> {
    let shared = &process.shared;
    let api = Api::gather();
    let gate = Gate::new(process.context.clone(), api.operations());
    let gate = Arc::new(gate.with_programs(identity::oidc::PROGRAMS));
    let throttle = Arc::new(Throttle::new(process.config.registry.address_failures_max));
    let limits = &process.config.limits;
    let (all, share) = (limits.upload_bytes_max, limits.upload_bytes_per_caller_max);
    let services = services::ServicesApi::new(
        Arc::clone(&gate),
        services::case_kinds(),
        Budget::new("uploads", all, share),
    );
    let front = Front {
        shared: Arc::clone(shared),
        metrics: metrics.clone(),
        inside: Inside::new(&process.config.http, &process.config.registry)?,
        health: Arc::clone(&process.health),
    };
    let probes = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(front);
    let site = if pages {
        ui::routes(Arc::clone(shared))
    } else {
        Router::new()
    };
    Ok(finish(
        people::routes(&gate, &throttle)
            .merge(sso::routes(process, &gate, &throttle))
            .merge(company::routes(process, &services))
            .merge(wiring::routes(api, process, services, customs_box))
            .merge(probes)
            .merge(docs::routes())
            .merge(ui::console::routes())
            .merge(ui::entry_routes())
            .merge(site),
        metrics,
        process,
    ))
}

/// Tells callers, in seconds, how long a connection may be idle: one less than it stays open, so that
/// nobody sends a request into a connection that is being closed. `idle_ms_max` is in milliseconds.
fn patience(idle_ms_max: u64) -> Option<SetResponseHeaderLayer<HeaderValue>> {
    let seconds = (idle_ms_max / 1000)
        .checked_sub(1)
        .filter(|seconds| *seconds > 0)?;
    let value = HeaderValue::from_str(&format!("timeout={seconds}")).ok()?;
    let name = HeaderName::from_static("keep-alive");
    Some(SetResponseHeaderLayer::if_not_present(name, value))
}

/// Seconds after which to come back, where an answer does not say so itself.
const COME_BACK_S: &str = "2";

/// What every answer gets, whatever the route.
fn finish(router: Router, metrics: Metrics, process: &Process) -> Router {
    let shared = &process.shared;
    let set =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    let strict = process.config.registry.is_secure().then(|| {
        set(
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        )
    });
    // One layer of many parts: each layer of a router is boxed and cloned for every request.
    let around = ServiceBuilder::new()
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::CONTENT_SECURITY_POLICY, NOTHING))
        .layer(set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=()",
        ))
        .layer(set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .option_layer(strict)
        .option_layer(patience(process.config.http.idle_ms_max))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::RETRY_AFTER,
            come_back,
        ))
        .layer(from_fn(ui::people::pages))
        .layer(from_fn_with_state(
            Arc::clone(&shared.ids),
            web::request_id::middleware,
        ))
        .layer(from_fn_with_state(metrics, metrics::observe))
        .layer(from_fn(host::check))
        .layer(from_fn_with_state(proxies(process), peer::note))
        .layer(from_fn_with_state(bodies(process), pace::bodies))
        .layer(from_fn_with_state(reads::turns(process), reads::in_turn))
        // The log has counted it, with its place.
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(codes::FAULT).into_response()
        }));
    router
        .fallback(|| async { Problem::new(codes::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::new(codes::METHOD) })
        .layer(around)
}

/// Who is told that the platform is not available is told when to come back, on a page with a form as well.
fn come_back(response: &Response) -> Option<HeaderValue> {
    let is_unavailable = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    is_unavailable.then(|| HeaderValue::from_static(COME_BACK_S))
}

/// What holds for the bodies of all requests, from the settings.
fn bodies(process: &Process) -> pace::Bodies {
    let limits = &process.config.limits;
    let (all, share) = (limits.body_bytes_max, limits.body_bytes_per_caller_max);
    pace::Bodies {
        pace: process.config.http.pace(),
        budget: Budget::new("request_bodies", all, share),
    }
}

/// What is known about proxies, from the settings.
fn proxies(process: &Process) -> peer::Proxies {
    let (http, registry) = (&process.config.http, &process.config.registry);
    peer::Proxies {
        trusted: registry.trusted_proxies.clone().into(),
        header: registry.proxy_header,
        requests: Shares::new(
            "requests",
            http.connections_max,
            http.connections_per_address_max,
        ),
    }
}

async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready when this process can do its work: the database reads and writes, the disk has room, no loop
/// stands still. To those inside it says by name what is not as it should be; the log says why.
async fn readyz(State(front): State<Front>, request: Request) -> (StatusCode, String) {
    let checks = front.health.checks().await;
    let bad: Vec<&str> = checks
        .iter()
        .filter(|check| !check.is_good)
        .map(|check| check.name.as_str())
        .collect();
    if bad.is_empty() {
        return (StatusCode::OK, "ready\n".to_owned());
    }
    let text = if front.inside.has(&request.into_parts().0) {
        format!("not ready: {}\n", bad.join(", "))
    } else {
        "not ready\n".to_owned()
    };
    (StatusCode::SERVICE_UNAVAILABLE, text)
}
