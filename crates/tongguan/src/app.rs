//! The wiring of the HTTP side: every room's routes, the description of the API, health, metrics.

mod administration;
mod back_office;
mod company;
mod declarations;
pub mod describe;
pub mod descriptors;
pub mod docs;
pub mod english;
pub mod gather;
mod host;
pub mod inside;
mod linger;
mod lists;
pub mod metrics;
pub mod pace;
mod peer;
mod people;
mod reads;
mod serve;
mod sso;

use self::describe::Everywhere;
use crate::health::Health;
use crate::roles::House;
use crate::ui;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::get;
use exchange::customs_box::CustomsBox;
use exchange::export::http::Exports;
use exchange::pipeline::Shared;
use registry::access::Gate;
use registry::login::Throttle;
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use web::room::Room;
use web::shares::Shares;
use web::{Problem, codes};

pub use inside::Inside;
pub use metrics::Metrics;
pub use serve::serve;

/// What an answer that is not a page may load: nothing. Pages say what they need themselves.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// What pages and probes need.
#[derive(Clone)]
pub struct Front {
    /// The foundations.
    pub shared: Arc<Shared>,
    /// The metrics.
    pub metrics: Metrics,
    /// Who sees particulars.
    pub inside: Inside,
    /// Whether this process can do its work.
    pub health: Arc<Health>,
}

/// The description of the API (接口描述), OpenAPI 3.1.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "通关 Tongguan API",
        description = "跨境电商综试区线上综合服务平台：申报报文提交、查询与回执领取。\n\n\
            提交的报文在应答 202 之前已安全保存；重复提交相同内容得到第一次的应答。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        exchange::intake::http::submit,
        exchange::intake::http::submit_batch,
        exchange::query::http::messages,
        exchange::query::http::message,
        exchange::query::http::xml,
        exchange::query::http::search,
        exchange::unmask::http::unmask,
        exchange::outcome::http::dismiss_message,
        exchange::story::http::story,
        exchange::overview::http::home,
        exchange::overview::http::statistics,
        exchange::live::http::events,
        exchange::export::http::export_messages,
        exchange::export::http::export_receipts,
        exchange::export::list::http::export_list,
        exchange::operator::http::pipeline,
        exchange::operator::http::stuck,
        exchange::operator::http::parked,
        exchange::operator::request::http::release_message,
        exchange::operator::request::http::resubmit_message,
        exchange::operator::request::http::release_parked,
        exchange::unknown_code::http::unknown_codes,
        exchange::unknown_code::http::answer_unknown_code,
        exchange::unknown_code::http::withdraw_unknown_code,
        exchange::preflight::http::preflight,
        exchange::tax::http::tax_estimate,
        exchange::signature::http::signature_clinic,
        exchange::matching::http::matching_policy,
        exchange::matching::http::set_matching_policy,
        exchange::matching::http::release_match,
        exchange::rehearsal::http::rehearsal,
        exchange::workbook::http::template,
        exchange::workbook::http::workbook_report,
        exchange::correction::http::correction,
        exchange::correction::http::check_correction,
        exchange::correction::http::correction_xml,
        exchange::correction::http::submit_correction,
        exchange::correction::http::submit_corrections,
        exchange::correction::http::correction_workbook,
        exchange::downlink::http::receipts,
        exchange::customs_box::http::inject,
        exchange::customs_box::http::outage,
        exchange::customs_box::http::outage_state,
        registry::session::http::session,
        registry::session::http::choose_company,
        registry::approval::http::approvals,
        registry::approval::http::approve,
        registry::approval::http::reject,
        registry::approval::http::withdraw,
        services::case_file::http::cases,
        services::case_file::http::open_case,
        services::case_file::http::case,
        services::case_file::http::act_on_case,
        services::case_file::http::attach,
        services::case_file::http::attachment,
        services::case_file::http::unmask_case,
        services::company_ledger::http::companies,
        services::company_ledger::http::company,
        services::company_ledger::http::set_company_profile,
        services::company_ledger::http::menu,
        services::member::http::members,
        services::member::http::add_member,
        services::member::http::change_member,
        services::member::http::link_member,
        services::member::http::remove_member,
        services::key::http::keys,
        services::key::http::issue_key,
        services::key::http::revoke_key,
        services::agent::http::agents,
        services::agent::http::add_agent,
        services::agent::http::remove_agent,
        services::docking::http::docking,
        services::docking::http::set_docking,
        services::payment_inquiry::http::submit_payment_data,
        services::payment_inquiry::http::payment_data,
        services::payment_inquiry::http::payment_datum,
        services::payment_inquiry::http::unmask_payment,
        services::payment_inquiry::http::payment_inquiries,
        services::payment_inquiry::http::resend_payment,
        exchange::signing::http::signing,
        exchange::signing::http::signing_consent,
        exchange::signing::http::ask_signing_policy,
        exchange::signing::desk::http::signing_keys,
        exchange::signing::desk::http::ask_signing_key,
        exchange::signing::desk::http::remove_signing_key,
        exchange::signing::desk::http::test_signing_key,
        services::todo::http::todos,
        registry::relying_party::http::relying_parties,
        registry::relying_party::http::put_relying_party,
        registry::relying_party::http::remove_relying_party
    ),
    components(schemas(Problem)),
    tags(
        (name = "messages", description = "报文：提交与查询"),
        (name = "forms", description = "表单：Excel 与 JSON，预检与模板"),
        (name = "corrections", description = "更正重报：从退单、处理异常或平台拒收到更正后的新报文"),
        (name = "receipts", description = "回执：领取"),
        (name = "overview", description = "概览：首页、统计与实时推送"),
        (name = "exports", description = "导出：Excel"),
        (name = "operator", description = "值守台：流水线、待人工处理的报文与未匹配回执"),
        (name = "session", description = "会话：登录后的身份与权限"),
        (name = "approvals", description = "双人复核"),
        (name = "cases", description = "办件：申请、受理、补正、审批、办结"),
        (name = "ledger", description = "企业台账：企业、人员、密钥、代理、对接"),
        (name = "signing", description = "签名：企业签名策略、平台代签与密钥"),
        (name = "payment", description = "179 号公告：支付原始数据与海关询问"),
        (name = "administration", description = "系统管理"),
        (name = "customs-box", description = "海关模拟器：仅演示环境")
    ),
    modifiers(&Everywhere)
)]
pub struct ApiDoc;

/// Every route of the platform. `pages` adds the live page of the demo, which shows all companies;
/// `customs_box` the routes that steer the simulator.
///
/// # Errors
/// When a file that the settings name cannot be read.
pub fn router(
    house: &House,
    metrics: Metrics,
    pages: bool,
    customs_box: Option<Arc<CustomsBox>>,
) -> anyhow::Result<Router> {
    let shared = &house.shared;
    let gate = Arc::new(Gate::new(house.ground.clone(), gather::OPERATIONS));
    let throttle = Arc::new(Throttle::new(house.config.registry.address_failures_max));
    let limits = &house.config.limits;
    // One and the same for all kinds of exports.
    let exporting = Exports {
        desk: exchange::query::http::Desk {
            gate: Arc::clone(&gate),
            shared: Arc::clone(shared),
        },
        turns: Shares::new("exports", limits.exports_max, limits.exports_per_caller_max),
    };
    let api = declarations::routes(house, &gate, exporting.clone(), customs_box);
    let front = Front {
        shared: Arc::clone(shared),
        metrics: metrics.clone(),
        inside: Inside::new(&house.config.http, &house.config.registry)?,
        health: Arc::clone(&house.health),
    };
    let probes = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(front.clone());
    let site = if pages {
        ui::routes(front)
    } else {
        Router::new()
    };
    let rooms = api
        .merge(administration::routes(&gate, &house.jobs()))
        .merge(people::routes(&gate, &throttle))
        .merge(company::routes(house, &gate))
        .merge(sso::routes(house, &gate, &throttle));
    let exports = lists::routes(exporting, rooms.clone());
    Ok(finish(
        rooms
            .merge(exports)
            .merge(probes)
            .merge(docs::routes())
            .merge(ui::console::routes())
            .merge(ui::entry_routes())
            .merge(site),
        metrics,
        house,
    ))
}

/// Tells callers, in seconds, how long a connection may be idle: one less than it stays open, so that
/// nobody sends a request into a connection that is being closed. `head_ms_max` is in milliseconds.
fn patience(head_ms_max: u64) -> Option<SetResponseHeaderLayer<HeaderValue>> {
    let told = (head_ms_max / 1000)
        .checked_sub(1)
        .filter(|told| *told > 0)?;
    let value = HeaderValue::from_str(&format!("timeout={told}")).ok()?;
    let name = HeaderName::from_static("keep-alive");
    Some(SetResponseHeaderLayer::if_not_present(name, value))
}

/// What every answer gets, whatever the route.
fn finish(router: Router, metrics: Metrics, house: &House) -> Router {
    let shared = &house.shared;
    let set =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    let strict = house.config.registry.is_secure().then(|| {
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
        .option_layer(patience(house.config.http.head_ms_max))
        .layer(from_fn(ui::people::pages))
        .layer(from_fn_with_state(
            Arc::clone(&shared.ids),
            web::request_id::middleware,
        ))
        .layer(from_fn_with_state(metrics, metrics::observe))
        .layer(from_fn(host::check))
        .layer(from_fn_with_state(proxies(house), peer::note))
        .layer(from_fn_with_state(bodies(house), pace::bodies))
        .layer(from_fn_with_state(reads::desk(house), reads::in_turn))
        // The log has counted it, with its place.
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(codes::FAULT).into_response()
        }));
    router
        .fallback(|| async { Problem::new(codes::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::new(codes::METHOD) })
        .layer(around)
}

/// What holds for the bodies of all requests, from the settings.
fn bodies(house: &House) -> pace::Bodies {
    let limits = &house.config.limits;
    let (all, share) = (limits.body_bytes_max, limits.body_bytes_per_caller_max);
    pace::Bodies {
        pace: house.config.http.pace(),
        room: Room::new("request_bodies", all, share),
    }
}

/// What is known about proxies, from the settings.
fn proxies(house: &House) -> peer::Proxies {
    let (http, registry) = (&house.config.http, &house.config.registry);
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
