//! `/cas/login` and `/cas/logout`: what browsers ask. Names of parameters are the protocol's.

use super::page::{GoPage, LoginPage, never_kept, page_to, refused_service};
use super::validate::Params;
use super::{Cas, codes, grant, slip, sql};
use crate::login::{Begun, Tried, actor_of, attempt, succeed};
use crate::pages::login::{end, go, is_from_us, is_token, set_cookie};
use crate::pages::page::{Lang, NoticePage, Shown, page, refused};
use crate::relying_party::service::Service;
use crate::relying_party::{self, RelyingParty};
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{Actor, Origin, origin};
use registry::account;
use registry::context::Ruling;
use registry::session::{Session, Stage};
use serde::Deserialize;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use web::Problem;

pub use super::validate::{
    p3_proxy_validate, p3_service_validate, proxy_ticket, proxy_validate, service_validate,
    validate,
};

/// Name of the cookie that ties a login page to its browser.
const BROWSER: &str = "tongguan_door";

/// What a browser wants at `/cas/login`.
#[derive(Debug, Default)]
struct LoginWish {
    service: String,
    renew: bool,
    gateway: bool,
    /// Slip of a login that was begun here and finished on the pages of the platform.
    after: String,
}

impl LoginWish {
    fn read(raw: Option<&str>) -> Self {
        let params = Params::parse(raw);
        let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
        // Two services are none: nobody can say which was meant.
        let service = if params.is_repeated("service") {
            ":".to_owned()
        } else {
            text("service")
        };
        let renew = params.is_set("renew");
        Self {
            service,
            renew,
            gateway: !renew && params.is_set("gateway"),
            after: text("after"),
        }
    }

    /// The path that brings a browser back to this wish.
    fn path(&self, after: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.service.is_empty() {
            query.append_pair("service", &self.service);
        }
        if self.renew {
            query.append_pair("renew", "true");
        }
        if !after.is_empty() {
            query.append_pair("after", after);
        }
        format!("/cas/login?{}", query.finish())
    }
}

/// A service with its entry; nothing when no service is asked for.
type RequestedService = Option<(RelyingParty, Service)>;

/// Finds the service that is asked for; the refusal is the page that refuses it (C2).
async fn asked(
    cas: &Cas,
    lang: Lang,
    text: &str,
) -> Result<Ruling<RequestedService, Response>, Problem> {
    if text.is_empty() {
        return Ok(Ruling::Granted(None));
    }
    let asked = Service::parse(text);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let parties = relying_party::list(tx)?;
        let found = asked.clone().and_then(|service| {
            let mut all = parties.iter();
            let party = all.find(|party| party.has_service(&service))?;
            Some((party.clone(), service))
        });
        Ok((found, parties))
    };
    let (found, parties) = cas.context().read(read).await?;
    Ok(match found {
        Some(found) => Ruling::Granted(Some(found)),
        None => Ruling::Refused(refused_service(lang, text, &parties)),
    })
}

/// `GET /cas/login`.
pub async fn login_page(
    State(cas): State<Arc<Cas>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let wish = LoginWish::read(raw.as_deref());
    let asked = match asked(&cas, lang, &wish.service).await? {
        Ruling::Granted(asked) => asked,
        Ruling::Refused(page) => return Ok(page),
    };
    let known = cas.gate.session(&headers).await?;
    let Some((actor, session)) = known.filter(|(_, session)| session.stage == Stage::Full) else {
        return match asked {
            Some((_, service)) if wish.gateway => Ok(leave(service.plain())),
            asked => show_login(&cas, &headers, lang, &wish, asked.as_ref(), None),
        };
    };
    if finished(&cas, &wish, &session).await? {
        let Some((party, service)) = asked else {
            return Ok(logged_in(lang));
        };
        let context = cas.context();
        let ticket = grant(context, (&actor, &session), (&party, &service), true).await?;
        return Ok(step_between(lang, &party, &service, &ticket));
    }
    if wish.renew {
        return show_login(&cas, &headers, lang, &wish, asked.as_ref(), None);
    }
    let Some((party, service)) = asked else {
        return Ok(logged_in(lang));
    };
    let id = session.id;
    let warned = cas
        .context()
        .db
        .read(move |tx| sql::is_warned(tx, id))
        .await;
    if warned? {
        return Ok(ask_first(lang, &session, &party, &service));
    }
    enter(&cas, (&actor, &session), &party, &service, false).await
}

/// Whether this is the end of a login that was begun here: then it is a fresh one.
async fn finished(cas: &Cas, wish: &LoginWish, session: &Session) -> Result<bool, Problem> {
    let context = cas.context();
    let Some(begun_at) = slip::made_at(context, AFTER, &wish.after) else {
        return Ok(false);
    };
    if session.authenticated_at < begun_at {
        return Ok(false);
    }
    let (text, now_ms) = (wish.after.clone(), context.now_ms());
    Ok(context
        .db
        .write(move |tx| slip::use_up(tx, &text, now_ms))
        .await?)
}

/// Purpose of the slip that goes through the pages of the platform.
const AFTER: &str = "cas after";

fn logged_in(lang: Lang) -> Response {
    page(
        lang,
        StatusCode::OK,
        &NoticePage {
            lang,
            title: lang.of("您已登录", "You are logged in").to_owned(),
            text: lang
                .of(
                    "现在可以进入已接入的系统。",
                    "You can now enter the connected systems.",
                )
                .to_owned(),
            next: "/".to_owned(),
            here: "/cas/login?",
        },
    )
}

fn ask_first(lang: Lang, session: &Session, party: &RelyingParty, service: &Service) -> Response {
    let page = GoPage {
        lang,
        title: party.title.clone(),
        origin: service.origin(),
        url: String::new(),
        refresh: false,
        csrf: session.csrf(),
        service: service.text.clone(),
    };
    page_to(lang, StatusCode::OK, &page, Some(service))
}

/// A page between the forms of the platform, whose policy ends there, and the service.
fn step_between(lang: Lang, party: &RelyingParty, service: &Service, ticket: &str) -> Response {
    let page = GoPage {
        lang,
        title: party.title.clone(),
        origin: service.origin(),
        url: service.with("ticket", ticket),
        refresh: true,
        csrf: String::new(),
        service: String::new(),
    };
    page_to(lang, StatusCode::OK, &page, Some(service))
}

/// Sends the browser to a service with a GET that nobody keeps (C5).
fn leave(url: &str) -> Response {
    let mut response = go(url);
    never_kept(response.headers_mut());
    response
}

async fn enter(
    cas: &Cas,
    who: (&Actor, &Session),
    party: &RelyingParty,
    service: &Service,
    is_fresh: bool,
) -> Result<Response, Problem> {
    let ticket = grant(cas.context(), who, (party, service), is_fresh).await?;
    Ok(leave(&service.with("ticket", &ticket)))
}

/// The secret of one browser, to which its login page is bound.
fn browser_of(headers: &HeaderMap) -> Option<String> {
    web::cookie(headers, BROWSER, |value| value.len() == 43)
}

/// Purpose of the slip in the login page of one browser.
fn purpose(browser: &str) -> String {
    format!("cas lt {browser}")
}

fn show_login(
    cas: &Cas,
    headers: &HeaderMap,
    lang: Lang,
    wish: &LoginWish,
    asked: Option<&(RelyingParty, Service)>,
    error: Option<(Shown, &str, bool)>,
) -> Result<Response, Problem> {
    let context = cas.context();
    let (browser, is_new) = match browser_of(headers) {
        Some(browser) => (browser, false),
        None => (context.token()?, true),
    };
    let after = slip::make(context, AFTER)?;
    let next: String = url::form_urlencoded::byte_serialize(wish.path(&after).as_bytes()).collect();
    let (error, login, warn) = match error {
        Some((shown, login, warn)) => (Some(shown), login.chars().take(40).collect(), warn),
        None => (None, String::new(), false),
    };
    let status = error.as_ref().map_or(StatusCode::OK, |shown| {
        StatusCode::from_u16(shown.code.status).unwrap_or(StatusCode::UNAUTHORIZED)
    });
    let template = LoginPage {
        lang,
        error,
        title: asked
            .map(|(party, _)| party.title.clone())
            .unwrap_or_default(),
        login,
        slip: format!("LT-{}", slip::make(context, &purpose(&browser))?),
        service: wish.service.clone(),
        renew: wish.renew,
        warn,
        other: format!("/login?next={next}"),
    };
    let mut response = page_to(lang, status, &template, asked.map(|(_, service)| service));
    if is_new {
        let secure = if context.config.is_secure() {
            "; Secure"
        } else {
            ""
        };
        let cookie = format!("{BROWSER}={browser}; Path=/cas; HttpOnly; SameSite=Lax{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The form of the login page (C1), or of the question before a service.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CasLoginForm {
    username: String,
    password: String,
    code: String,
    lt: String,
    service: String,
    renew: String,
    warn: String,
    csrf: String,
}

/// `POST /cas/login`.
pub async fn login_try(
    State(cas): State<Arc<Cas>>,
    headers: HeaderMap,
    Form(form): Form<CasLoginForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    if !is_from_us(&headers) {
        return Ok(refused(lang, crate::login::codes::CROSS_SITE, "/login"));
    }
    let asked = match asked(&cas, lang, &form.service).await? {
        Ruling::Granted(asked) => asked,
        Ruling::Refused(page) => return Ok(page),
    };
    if !form.csrf.is_empty() {
        return confirmed(&cas, &headers, lang, &form, asked).await;
    }
    let wish = LoginWish {
        service: form.service.clone(),
        renew: !form.renew.is_empty(),
        ..LoginWish::default()
    };
    let again = |shown: Shown| {
        let error = Some((shown, form.username.as_str(), !form.warn.is_empty()));
        show_login(&cas, &headers, lang, &wish, asked.as_ref(), error)
    };
    if !has_slip(&cas, &headers, &form.lt).await? {
        return again((codes::SLIP, None).into());
    }
    let context = cas.context();
    let tried = Tried {
        login: &form.username,
        password: &form.password,
        code: &form.code,
    };
    let from = origin(&headers, context);
    match attempt(context, &cas.throttle, &from, tried).await? {
        Ruling::Refused(shown) => again(shown.into()),
        Ruling::Granted(begun) => {
            let old = cas.gate.session(&headers).await?.map(|(_, old)| old);
            follow(&cas, old, &begun, !form.warn.is_empty()).await?;
            let mut response = begin(&cas, lang, &from, &begun, &wish, asked).await?;
            set_cookie(context, &begun.token, &mut response);
            Ok(response)
        }
    }
}

/// Uses up the slip of a login page; answers whether it was one of this browser's.
async fn has_slip(cas: &Cas, headers: &HeaderMap, lt: &str) -> Result<bool, Problem> {
    let context = cas.context();
    let browser = browser_of(headers);
    let Some((browser, text)) = browser.zip(lt.strip_prefix("LT-")) else {
        return Ok(false);
    };
    if slip::made_at(context, &purpose(&browser), text).is_none() {
        return Ok(false);
    }
    let (text, now_ms) = (text.to_owned(), context.now_ms());
    Ok(context
        .db
        .write(move |tx| slip::use_up(tx, &text, now_ms))
        .await?)
}

/// Ends the session that a new one takes the place of. What the same person visited goes over to
/// the new one; the services of somebody else are informed.
async fn follow(
    cas: &Cas,
    old: Option<Session>,
    begun: &Begun,
    warns: bool,
) -> Result<(), Problem> {
    let context = cas.context();
    let (new, now_ms) = (begun.session.clone(), context.now_ms());
    let follow = cas.follow;
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        if warns {
            sql::warn(tx, new.id)?;
        }
        match &old {
            Some(old) => succeed(tx, old, &new, follow, now_ms),
            None => Ok(()),
        }
    };
    Ok(context.db.write(write).await?)
}

/// Goes on after the right password: to the service, or to what is still due.
async fn begin(
    cas: &Cas,
    lang: Lang,
    origin: &Origin,
    begun: &Begun,
    wish: &LoginWish,
    asked: RequestedService,
) -> Result<Response, Problem> {
    let context = cas.context();
    if begun.session.stage != Stage::Full {
        let after = slip::make(context, AFTER)?;
        let next = wish.path(&after);
        return Ok(go(&crate::pages::login::onward(begun.session.stage, &next)));
    }
    let Some((party, service)) = asked else {
        return Ok(logged_in(lang));
    };
    let id = begun.session.account;
    let account = context.db.read(move |tx| account::by_id(tx, id)).await;
    let Some(account) = account? else {
        return Ok(go("/cas/login"));
    };
    let actor = actor_of(&account, origin);
    enter(cas, (&actor, &begun.session), &party, &service, true).await
}

/// Goes on after the question before a service was answered.
async fn confirmed(
    cas: &Cas,
    headers: &HeaderMap,
    lang: Lang,
    form: &CasLoginForm,
    asked: RequestedService,
) -> Result<Response, Problem> {
    let known = cas.gate.session(headers).await?;
    let (Some((actor, session)), Some((party, service))) = (known, asked) else {
        return Ok(go("/cas/login"));
    };
    if session.stage != Stage::Full || !is_token(&session, &form.csrf) {
        return Ok(refused(lang, registry::access::CSRF, "/cas/login"));
    }
    enter(cas, (&actor, &session), &party, &service, false).await
}

/// `GET /cas/logout`: ends the session here and at every service that was visited (C20, C21). The
/// old parameter `url` means nothing.
pub async fn logout(
    State(cas): State<Arc<Cas>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let params = Params::parse(raw.as_deref());
    if let Some((actor, session)) = cas.gate.session(&headers).await? {
        end(cas.context(), &actor, &session).await?;
        cas.ended.notify_one();
    }
    let service = params.get("service").unwrap_or_default();
    let mut response = match asked(&cas, lang, service).await? {
        Ruling::Granted(Some((_, service))) => leave(service.plain()),
        Ruling::Granted(None) | Ruling::Refused(_) => page(
            lang,
            StatusCode::OK,
            &NoticePage {
                lang,
                title: lang.of("已退出登录", "Logged out").to_owned(),
                text: lang
                    .of(
                        "您已退出本平台；由本平台进入的系统也会收到退出通知。为安全起见，请关闭浏览器。",
                        "You are logged out of this platform. The systems you entered from it are notified. \
                         For security, close the browser.",
                    )
                    .to_owned(),
                next: "/login".to_owned(),
                here: "/cas/logout?",
            },
        ),
    };
    set_cookie(cas.context(), "", &mut response);
    Ok(response.into_response())
}
