//! The wiring of the HTTP side: every room's routes, the description of the API, health, metrics.

pub mod docs;
pub mod limits;
pub mod metrics;

use crate::roles::House;
use crate::ui;
use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use exchange::customs_box::CustomsBox;
use exchange::customs_box::http::Stage;
use exchange::downlink::http::Tap;
use exchange::intake::Intake;
use exchange::intake::http::Door;
use exchange::pipeline::Shared;
use exchange::query::http::Desk;
use registry::api_key::Authenticator;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use web::{Problem, codes};

pub use metrics::Metrics;

/// How long open requests (a long poll waits for minutes) may go on when the process is to stop.
const GRACE: Duration = Duration::from_secs(5);

/// What pages and probes need.
#[derive(Clone)]
pub struct Front {
    /// The foundations.
    pub shared: Arc<Shared>,
    /// The metrics.
    pub metrics: Metrics,
}

/// The description of the API (接口描述), OpenAPI 3.1.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "通关 Tongguan API",
        description = "跨境电商综试区线上综合服务平台：申报报文提交、查询与回执领取。\n\n\
            提交的报文在应答 202 之前已逐字节落盘；重复提交相同内容得到第一次的应答。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        exchange::intake::http::submit,
        exchange::intake::http::submit_batch,
        exchange::query::http::messages,
        exchange::query::http::message,
        exchange::query::http::xml,
        exchange::downlink::http::receipts,
        exchange::customs_box::http::inject,
        exchange::customs_box::http::outage
    ),
    components(schemas(Problem)),
    tags(
        (name = "messages", description = "报文：提交与查询"),
        (name = "receipts", description = "回执：领取"),
        (name = "customs-box", description = "海关模拟器：仅演示环境")
    ),
    modifiers(&BearerKey)
)]
pub struct ApiDoc;

struct BearerKey;

impl utoipa::Modify for BearerKey {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        openapi
            .components
            .get_or_insert_default()
            .add_security_scheme("key", scheme);
    }
}

/// Every route of the platform. `pages` adds the live page of the demo, which shows all companies;
/// `customs_box` the routes that steer the simulator.
pub fn router(
    house: &House,
    metrics: Metrics,
    pages: bool,
    customs_box: Option<Arc<CustomsBox>>,
) -> Router {
    let shared = &house.shared;
    let authenticator = Arc::new(Authenticator::new(
        shared.db.clone(),
        Arc::clone(&shared.clock),
    ));
    let intake = Arc::new(house.config.intake.clone());
    let door = Arc::new(Door {
        authenticator: Arc::clone(&authenticator),
        intake: Intake::start(
            shared.db.clone(),
            Arc::clone(&shared.ids),
            Arc::clone(&shared.accepted),
        ),
        ids: Arc::clone(&shared.ids),
        clock: Arc::clone(&shared.clock),
        room: Door::room(&intake),
        config: intake,
    });
    let stage = customs_box.map(|customs_box| Stage {
        authenticator: Arc::clone(&authenticator),
        db: shared.db.clone(),
        customs_box,
    });
    let desk = Desk {
        authenticator: Arc::clone(&authenticator),
        db: shared.db.clone(),
    };
    let tap = Tap {
        authenticator,
        db: shared.db.clone(),
        feed: Arc::clone(&shared.feed),
        clock: Arc::clone(&shared.clock),
    };
    let front = Front {
        shared: Arc::clone(shared),
        metrics: metrics.clone(),
    };
    let api = api_routes(door, desk, tap);
    let probes = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(front.clone());
    let site = if pages {
        ui::routes(front)
    } else {
        ui::closed_routes()
    };
    let stage = stage.map_or_else(Router::new, steering);
    finish(
        api.merge(stage)
            .merge(probes)
            .merge(docs::routes())
            .merge(site),
        metrics,
        shared,
    )
}

fn api_routes(door: Arc<Door>, desk: Desk, tap: Tap) -> Router {
    Router::new()
        .route("/api/v1/messages", post(exchange::intake::http::submit))
        .route(
            "/api/v1/messages:batch",
            post(exchange::intake::http::submit_batch),
        )
        .with_state(door)
        .merge(
            Router::new()
                .route("/api/v1/messages", get(exchange::query::http::messages))
                .route("/api/v1/messages/{id}", get(exchange::query::http::message))
                .route("/api/v1/messages/{id}/xml", get(exchange::query::http::xml))
                .with_state(desk),
        )
        .route(
            "/api/v1/receipts",
            get(exchange::downlink::http::receipts).with_state(tap),
        )
}

fn steering(stage: Stage) -> Router {
    Router::new()
        .route(
            "/api/v1/customs-box/receipts",
            post(exchange::customs_box::http::inject),
        )
        .route(
            "/api/v1/customs-box/outage",
            post(exchange::customs_box::http::outage),
        )
        .with_state(stage)
}

/// What every answer gets, whatever the route.
fn finish(router: Router, metrics: Metrics, shared: &Arc<Shared>) -> Router {
    let set =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    // One layer of many parts: each layer of a router is boxed and cloned for every request.
    let around = ServiceBuilder::new()
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(from_fn_with_state(
            Arc::clone(&shared.ids),
            web::request_id::middleware,
        ))
        .layer(from_fn_with_state(metrics, metrics::observe))
        .layer(CatchPanicLayer::custom(|_| {
            ::metrics::counter!("tongguan_panics_total").increment(1);
            Problem::new(codes::FAULT).into_response()
        }));
    router
        .fallback(|| async { Problem::new(codes::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::new(codes::METHOD) })
        .layer(around)
}

/// Serves until the house is told to stop; answers when the last request is done.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(
    house: &House,
    router: Router,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let listen = &house.config.http.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("无法监听 {listen}（端口是否已被占用？可用 --listen 改换）"))?;
    let address = listener.local_addr()?;
    let listener = limits::Limited::new(listener, house.config.http.connections_max);
    let mut stop = house.stop.subscribe();
    ready(address);
    let mut told = house.stop.subscribe();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error means that the house is gone, which is a reason to stop as well.
        let _ = stop.wait_for(|stop| *stop).await;
    });
    tokio::select! {
        served = serving => served?,
        () = async {
            let _ = told.wait_for(|stop| *stop).await;
            house.shared.clock.sleep(GRACE).await;
        } => tracing::warn!("some requests were still open and were cut off"),
    }
    Ok(())
}

async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready when the database answers.
async fn readyz(State(front): State<Front>) -> Result<&'static str, (StatusCode, String)> {
    match front
        .shared
        .db
        .read(|tx| tx.query_opt("select 1", &[]).map(|_| ()))
        .await
    {
        Ok(()) => Ok("ready\n"),
        Err(error) => Err((
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ready: {error}\n"),
        )),
    }
}
