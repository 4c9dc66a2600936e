//! CAS server (单点登录): protocol 1.0 to 3.0, strict, mounted at `/cas`.
//!
//! A person's session ([`registry::session`]) is the ticket-granting ticket, and its cookie the one
//! that the protocol calls TGC; other systems get tickets:
//!
//! 1. `/login` asks who it is, or knows from the session, and sends the browser to the registered
//!    service with a service ticket: 32 characters, 30 seconds, for exactly this address.
//! 2. The service asks `/serviceValidate` whose it is. One attempt is all a ticket has, right or
//!    wrong; one statement decides which of many attempts it was (`sql::burn`).
//! 3. A service that may act as a proxy gets a granting ticket by a verified HTTPS callback, and
//!    proxy tickets for further services from `/proxy`. This is off for every entry by default.
//! 4. When a session ends, however it ends, every service that validated a ticket of it is informed
//!    once, at a registered address ([`crate::farewell`]).
//!
//! Tickets in force are stored as hashes. What a service is told about a person is the login name
//! and the attributes on the list of its entry. There is no remember-me and no SAML 1.1.

mod answer;
mod calls;
pub mod codes;
pub mod http;
pub(crate) mod page;
pub(crate) mod slip;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod ticket;
pub mod validate;

use crate::courier::Courier;
use crate::login::Follow;
use crate::relying_party::service::Service;
use crate::relying_party::{self, RelyingParty};
use registry::access::{Actor, Gate};
use registry::context::{AppContext, Ruling};
use registry::module::Module;
use registry::session::{self, FoundSession, Session, SessionLimits, Stage};
use registry::throttle::Throttle;
use registry::{audit, hash_text};
use sql::Ticket;
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use ticket::TicketKind;
use tokio::sync::Notify;
use web::Problem;

pub(crate) use calls::farewell;
pub(crate) use sql::{Visit, clean};

/// How long a service or proxy ticket is valid, in milliseconds.
const TICKET_MS: i64 = 30_000;

registry::acts! {
    /// A person went on to another system.
    pub ENTER = "cas.enter", "单点登录进入接入系统";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("单点登录").acts(ACTS).codes(codes::ALL);

/// The CAS server (单点登录服务).
pub struct Cas {
    /// Knows the sessions.
    pub gate: Arc<Gate>,
    /// Counts failures by address, together with the login page.
    pub throttle: Arc<Throttle>,
    /// Calls the services back.
    pub courier: Courier,
    /// Rung when a session ended here.
    pub ended: Arc<Notify>,
    /// What hangs on a session and goes over to the one that takes its place.
    pub follow: &'static [Follow],
}

impl Cas {
    pub(crate) fn context(&self) -> &AppContext {
        &self.gate.context
    }
}

/// Why a ticket was not valid, or not given (C12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TicketFailure {
    Request,
    TicketSpec,
    UnauthorizedProxy,
    ProxyCallback,
    Ticket,
    Service,
    UnauthorizedService,
    Internal,
}

impl TicketFailure {
    fn code(self) -> &'static str {
        match self {
            Self::Request => "INVALID_REQUEST",
            Self::TicketSpec => "INVALID_TICKET_SPEC",
            Self::UnauthorizedProxy => "UNAUTHORIZED_SERVICE_PROXY",
            Self::ProxyCallback => "INVALID_PROXY_CALLBACK",
            Self::Ticket => "INVALID_TICKET",
            Self::Service => "INVALID_SERVICE",
            Self::UnauthorizedService => "UNAUTHORIZED_SERVICE",
            Self::Internal => "INTERNAL_ERROR",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Request => "缺少参数、参数重复或 format 不受支持",
            Self::TicketSpec => "票据种类不符：代理票据只能由 proxyValidate 验证",
            Self::UnauthorizedProxy => "该服务未获准使用代理，或回调地址未登记",
            Self::ProxyCallback => "pgtUrl 须为 https 地址",
            Self::Ticket => "票据不存在、已使用、已过期，或不是本次登录取得（renew）",
            Self::Service => "票据是为另一个服务地址签发的，现已作废",
            Self::UnauthorizedService => "目标服务未登记，或不接受这个代理",
            Self::Internal => "平台内部错误，请稍后重新登录",
        }
    }
}

/// Whom a ticket was for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Success {
    user: String,
    attributes: Vec<(&'static str, Vec<String>)>,
    iou: Option<String>,
    proxies: Vec<String>,
}

/// Gives a service ticket to a session; the text is nowhere else.
async fn grant(
    context: &AppContext,
    (actor, session): (&Actor, &Session),
    (party, service): (&RelyingParty, &Service),
    is_fresh: bool,
) -> Result<String, Problem> {
    let text = ticket::fresh(context, "ST", ticket::SHORT)?;
    let now_ms = context.now_ms();
    let ticket = Ticket {
        hash: hash_text(&text),
        kind: TicketKind::Service,
        session: session.id,
        party: party.id,
        service: service.text.clone(),
        is_fresh,
        proxies: Vec::new(),
        issued_at: now_ms,
        expires_at: now_ms + TICKET_MS,
    };
    let (actor, name, origin) = (actor.clone(), party.name.clone(), service.origin());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        sql::insert(tx, &ticket)?;
        let object = format!("relying_party:{name}");
        audit::done(tx, now_ms, &actor, ENTER, &object, &origin)
    };
    context.db.write(write).await?;
    Ok(text)
}

/// What a service brings to be told whose a ticket is.
#[derive(Debug, Clone)]
struct Attempt {
    ticket: String,
    service: String,
    renew: bool,
    /// Whether proxy tickets are taken here.
    takes_proxy: bool,
    /// Callback address of a proxy.
    callback: Option<String>,
}

/// What an attempt has shown.
struct Valid {
    success: Success,
    ticket: Ticket,
    callback: Option<Service>,
    ends_at: i64,
}

/// Makes the one attempt that a ticket has.
async fn attempt(cas: &Cas, attempt: Attempt) -> Result<Success, TicketFailure> {
    let context = cas.context();
    let shared = context.clone();
    let write = move |tx: &mut Tx<'_>| attempt_in(tx, &shared, &attempt);
    let valid = context.db.write(write).await.map_err(|error| {
        tracing::error!(%error, "a ticket could not be validated");
        TicketFailure::Internal
    })?;
    let valid = valid.result()?;
    let mut success = valid.success;
    if let Some(callback) = valid.callback {
        success.iou = hand_over(cas, &valid.ticket, &callback, valid.ends_at).await?;
    }
    Ok(success)
}

fn attempt_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    attempt: &Attempt,
) -> StoreResult<Ruling<Valid, TicketFailure>> {
    let now_ms = context.now_ms();
    // Whatever comes after, the ticket has had its attempt.
    let Some(ticket) = sql::burn(tx, &hash_text(&attempt.ticket), now_ms)? else {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    };
    if ticket.kind == TicketKind::Proxy && !attempt.takes_proxy {
        return Ok(Ruling::Refused(TicketFailure::TicketSpec));
    }
    let is_early = ticket.issued_at > now_ms + TICKET_MS;
    if now_ms >= ticket.expires_at || is_early || (attempt.renew && !ticket.is_fresh) {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    }
    let party = relying_party::by_id(tx, ticket.party)?;
    let service = Service::parse(&ticket.service);
    let (Some(party), Some(service)) = (party, service) else {
        return Ok(Ruling::Refused(TicketFailure::Service));
    };
    // The very address, but for path parameters: the container that wrote `;jsessionid=…` into it
    // takes it off before the service sees it.
    let asked = Service::parse(&attempt.service);
    if asked.is_none_or(|asked| asked.bare() != service.bare()) {
        return Ok(Ruling::Refused(TicketFailure::Service));
    }
    if !party.has_service(&service) {
        return Ok(Ruling::Refused(TicketFailure::Service));
    }
    let callback = match callback_of(&party, attempt.callback.as_deref()) {
        Ok(callback) => callback,
        Err(failure) => return Ok(Ruling::Refused(failure)),
    };
    let Some(found) = live(tx, context, ticket.session)? else {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    };
    let visit = Visit {
        id: context.ids.next(),
        party: party.id,
        service: ticket.service.clone(),
        ticket: attempt.ticket.clone(),
    };
    sql::insert_visit(tx, ticket.session, &visit)?;
    let success = Success {
        user: registry::account::by_id(tx, found.session.account)?
            .map(|account| account.login)
            .unwrap_or_default(),
        attributes: attributes(tx, &party, &found, ticket.is_fresh)?,
        iou: None,
        proxies: ticket.proxies.clone(),
    };
    let ends_at = found.session.expires_at;
    Ok(Ruling::Granted(Valid {
        success,
        ticket,
        callback,
        ends_at,
    }))
}

/// The callback address of a proxy, if the entry lets it be one (C16).
fn callback_of(party: &RelyingParty, text: Option<&str>) -> Result<Option<Service>, TicketFailure> {
    let Some(text) = text else { return Ok(None) };
    let Some(callback) = Service::parse(text).filter(Service::is_https) else {
        return Err(TicketFailure::ProxyCallback);
    };
    if party.may_proxy && party.has_service(&callback) {
        Ok(Some(callback))
    } else {
        Err(TicketFailure::UnauthorizedProxy)
    }
}

/// The session of a ticket, if it is in force and the person fully logged in.
fn live(tx: &mut Tx<'_>, context: &AppContext, session: i64) -> StoreResult<Option<FoundSession>> {
    let limits = SessionLimits::of(context);
    let found = session::by_id(tx, session, context.now_ms(), &limits)?;
    Ok(found.filter(|found| found.session.stage == Stage::Full))
}

/// What a service is sent, in the order of the protocol (C14).
fn attributes(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    found: &FoundSession,
    is_fresh: bool,
) -> StoreResult<Vec<(&'static str, Vec<String>)>> {
    let mut attributes = vec![
        (
            "authenticationDate",
            vec![beijing_rfc3339(found.session.authenticated_at)],
        ),
        (
            "longTermAuthenticationRequestTokenUsed",
            vec!["false".to_owned()],
        ),
        ("isFromNewLogin", vec![is_fresh.to_string()]),
    ];
    attributes.extend(released(tx, party, found)?);
    Ok(attributes)
}

/// The attributes on the list of an entry, with what they are for this person.
pub(crate) fn released(
    tx: &mut Tx<'_>,
    party: &RelyingParty,
    found: &FoundSession,
) -> StoreResult<Vec<(&'static str, Vec<String>)>> {
    let account = registry::account::by_id(tx, found.session.account)?;
    let company = found.company.as_ref();
    let mut attributes = Vec::new();
    for name in relying_party::ATTRIBUTES {
        let one = match *name {
            "name" => Some(found.name.clone()),
            "login" => account.as_ref().map(|account| account.login.clone()),
            "kind" => account.as_ref().map(|account| account.kind.clone()),
            "companyName" => company.map(|company| company.name.clone()),
            "creditCode" => company.map(|company| company.credit_code.clone()),
            "customsCode" => company.map(|company| company.customs_code.clone()),
            _ => None,
        };
        let values: Vec<String> = if *name == "roles" {
            found.roles.iter().cloned().collect()
        } else {
            one.into_iter().collect()
        };
        if party.may_see(name) && !values.is_empty() {
            attributes.push((*name, values));
        }
    }
    Ok(attributes)
}

/// Takes the services of a session that nobody has told yet, each with the address where it is informed.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    session: i64,
    now_ms: i64,
) -> StoreResult<Vec<(String, Visit)>> {
    let mut visits = Vec::new();
    for visit in sql::take_visits(tx, session, now_ms)? {
        if let Some(url) = address(tx, &visit)? {
            visits.push((url, visit));
        }
    }
    Ok(visits)
}

/// Where a service is informed, as long as it is registered.
fn address(tx: &mut Tx<'_>, visit: &Visit) -> StoreResult<Option<String>> {
    let Some(party) = relying_party::by_id(tx, visit.party)? else {
        return Ok(None);
    };
    if let Some(url) = party.logout_url {
        return Ok(Some(url));
    }
    let service = Service::parse(&visit.service).filter(|service| party.has_service(service));
    Ok(service.map(|service| service.plain().to_owned()))
}

/// Gives what hangs on one session to the session that takes its place.
pub fn follow(tx: &mut Tx<'_>, from: i64, to: i64) -> StoreResult<()> {
    sql::move_on(tx, from, to)
}

/// Brings a granting ticket to its callback address; nothing when the callback did not take it.
async fn hand_over(
    cas: &Cas,
    from: &Ticket,
    callback: &Service,
    ends_at: i64,
) -> Result<Option<String>, TicketFailure> {
    let context = cas.context();
    let granting =
        ticket::fresh(context, "PGT", ticket::LONG).map_err(|_| TicketFailure::Internal)?;
    let iou =
        ticket::fresh(context, "PGTIOU", ticket::LONG).map_err(|_| TicketFailure::Internal)?;
    if !calls::hand_over(&cas.courier, callback, &granting, &iou).await {
        return Ok(None);
    }
    let mut proxies = vec![callback.text.clone()];
    proxies.extend(from.proxies.iter().cloned());
    let ticket = Ticket {
        hash: hash_text(&granting),
        kind: TicketKind::Granting,
        session: from.session,
        party: from.party,
        service: callback.text.clone(),
        is_fresh: false,
        proxies,
        issued_at: context.now_ms(),
        expires_at: ends_at,
    };
    let kept = context.db.write(move |tx| sql::insert(tx, &ticket)).await;
    kept.map_err(|error| {
        tracing::error!(%error, "a granting ticket could not be kept");
        TicketFailure::Internal
    })?;
    Ok(Some(iou))
}

/// Gives a proxy ticket for a further service.
async fn proxy(cas: &Cas, granting: &str, target: &str) -> Result<String, TicketFailure> {
    let context = cas.context();
    let text = ticket::fresh(context, "PT", ticket::SHORT).map_err(|_| TicketFailure::Internal)?;
    let Some(target) = Service::parse(target) else {
        return Err(TicketFailure::UnauthorizedService);
    };
    let (shared, hash, of_text) = (context.clone(), hash_text(granting), hash_text(&text));
    let write = move |tx: &mut Tx<'_>| proxy_in(tx, &shared, &hash, &of_text, &target);
    let given = context.db.write(write).await.map_err(|error| {
        tracing::error!(%error, "a proxy ticket could not be given");
        TicketFailure::Internal
    })?;
    given.result()?;
    Ok(text)
}

fn proxy_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    granting: &str,
    hash: &str,
    target: &Service,
) -> StoreResult<Ruling<(), TicketFailure>> {
    let now_ms = context.now_ms();
    let granting = sql::granting(tx, granting)?;
    let Some(granting) = granting.filter(|ticket| now_ms < ticket.expires_at) else {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    };
    if live(tx, context, granting.session)?.is_none() {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    }
    let callback = Service::parse(&granting.service);
    let owner = relying_party::by_id(tx, granting.party)?;
    let (Some(owner), Some(callback)) = (owner, callback) else {
        return Ok(Ruling::Refused(TicketFailure::Ticket));
    };
    if !owner.may_proxy || !owner.has_service(&callback) {
        return Ok(Ruling::Refused(TicketFailure::UnauthorizedProxy));
    }
    let party = relying_party::of_service(tx, target)?;
    let takes = |party: &RelyingParty| party.proxies.iter().any(|url| callback.is_under(url));
    let Some(party) = party.filter(takes) else {
        return Ok(Ruling::Refused(TicketFailure::UnauthorizedService));
    };
    sql::insert(
        tx,
        &Ticket {
            hash: hash.to_owned(),
            kind: TicketKind::Proxy,
            session: granting.session,
            party: party.id,
            service: target.text.clone(),
            is_fresh: false,
            proxies: granting.proxies,
            issued_at: now_ms,
            expires_at: now_ms + TICKET_MS,
        },
    )
    .map(Ruling::Granted)
}
