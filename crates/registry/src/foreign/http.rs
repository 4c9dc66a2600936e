//! The pages `/login/foreign/{source}`, `/login/foreign/{source}/callback`,
//! `/login/foreign/{source}/bind`, `/account/foreign/{source}/unbind`.

use super::page::{BindPage, UnknownPage};
use super::{BIND, Binding, Door, ENTER, Trouble, UNBIND, cas, codes, oidc, sql};
use crate::access::{Actor, CSRF, origin};
use crate::account::confirm::http::{confirm_first, is_fresh};
use crate::account::http::person;
use crate::account::{self, Account};
use crate::audit::{self, Outcome};
use crate::config::{ForeignMatch, ForeignProtocol};
use crate::ground::Ground;
use crate::login::http::{
    Entrance, NextQuery, TokenForm, go, go_with, is_token, local, onward, show_login, with_next,
};
use crate::login::page::{self, Lang, page_with};
use crate::login::{self, Refused, actor_of};
use crate::session::{Session, Stage};
use crate::slip;
use axum::extract::{Form, Path, Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use web::{Code, Problem};

/// How long a login may take in another house, in milliseconds.
const STATE_MS: i64 = 10 * 60_000;

/// How long a new identity waits to be bound, in milliseconds.
const BIND_MS: i64 = 30 * 60_000;

/// Cookie that ties a way there and back to one browser.
const DOOR: &str = "tongguan_foreign";

/// Cookie with the identity that waits to be bound.
const WAITING: &str = "tongguan_bind";

/// What the state holds.
#[derive(Serialize, Deserialize)]
struct Inside {
    nonce: String,
    verifier: String,
    next: String,
}

/// An identity that waits to be bound.
#[derive(Clone, Serialize, Deserialize)]
struct Waiting {
    external: String,
    next: String,
}

/// A cookie of this room; `__Host-` binds it to this host, so that no neighbour can plant one.
fn cookie_name(ground: &Ground, name: &str) -> String {
    match ground.config.is_secure() {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

fn cookie(headers: &HeaderMap, ground: &Ground, name: &str) -> Option<String> {
    let name = cookie_name(ground, name);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

fn put_cookie(response: &mut Response, ground: &Ground, (name, value): (&str, &str), life_ms: i64) {
    let secure = match ground.config.is_secure() {
        true => "; Secure",
        false => "",
    };
    let name = cookie_name(ground, name);
    let age_s = if value.is_empty() { 0 } else { life_ms / 1000 };
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

fn state_purpose(source: &str, browser: &str) -> String {
    format!("foreign state {source} {browser}")
}

fn bind_purpose(source: &str) -> String {
    format!("foreign bind {source}")
}

/// Our address to which the browser comes back.
fn back_url(ground: &Ground, source: &str) -> String {
    let base = ground.config.public_url.trim_end_matches('/');
    format!("{base}/login/foreign/{source}/callback")
}

fn service_url(ground: &Ground, source: &str, state: &str) -> String {
    format!("{}?state={state}", back_url(ground, source))
}

fn told(trouble: &Trouble, source: &str) -> Code {
    match trouble {
        Trouble::Down(why) => {
            tracing::warn!(source, why, "a foreign source of identity is down");
            codes::DOWN
        }
        Trouble::Wrong(why) => {
            tracing::warn!(source, why, "a foreign source of identity was not believed");
            codes::WRONG
        }
    }
}

/// The login page with the reason; every other way to log in is still on it.
fn back_to_login(entrance: &Entrance, lang: Lang, refused: Refused, next: &str) -> Response {
    show_login(entrance, lang, Some(refused.into()), "", next)
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "a state could not be written");
        Problem::new(web::codes::FAULT)
    })
}

/// `GET /login/foreign/{source}`: sends the browser there.
///
/// # Errors
/// 503 when the database cannot be asked.
pub async fn leave(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let Some(door) = entrance.foreign.find(&name) else {
        return Ok(page::refused(lang, codes::NONE, "/login"));
    };
    if let Some((_, session)) = entrance.gate.session(&headers).await? {
        return Ok(go(&onward(session.stage, &query.next)));
    }
    let ground = entrance.ground();
    if let Some(refused) = login::throttled(
        &entrance.throttle,
        &origin(&headers, ground),
        ground.now_ms(),
    ) {
        return Ok(back_to_login(&entrance, lang, refused, &query.next));
    }
    let browser = match cookie(&headers, ground, DOOR).filter(|value| value.len() == 43) {
        Some(browser) => browser,
        None => ground.token()?,
    };
    let inside = Inside {
        nonce: ground.token()?,
        verifier: ground.token()?,
        next: local(&query.next).to_owned(),
    };
    let state = slip::make(ground, &state_purpose(&name, &browser), &json(&inside)?)?;
    let to = match way_there(ground, &door, (&inside, &state)).await {
        Ok(to) => to,
        Err(trouble) => {
            let refused = (told(&trouble, &name), None);
            return Ok(back_to_login(&entrance, lang, refused, &query.next));
        }
    };
    let mut response = go(&to);
    put_cookie(&mut response, ground, (DOOR, &browser), STATE_MS);
    Ok(response)
}

async fn way_there(
    ground: &Ground,
    door: &Door,
    (inside, state): (&Inside, &str),
) -> Result<String, Trouble> {
    let source = &door.source;
    match source.protocol {
        ForeignProtocol::Cas => Ok(cas::login_url(
            source,
            &service_url(ground, &source.name, state),
        )),
        ForeignProtocol::Oidc => {
            let found = door.discovery(ground.now_ms()).await?;
            let back = back_url(ground, &source.name);
            let way = oidc::Way {
                back: &back,
                verifier: &inside.verifier,
                nonce: &inside.nonce,
            };
            oidc::login_url(source, &found, (&way, state))
                .ok_or(Trouble::Wrong("its address is none"))
        }
    }
}

/// What a browser brings back.
#[derive(Debug, Default, Deserialize)]
pub struct BackQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    iss: String,
}

/// `GET /login/foreign/{source}/callback`: the browser is back.
///
/// # Errors
/// 503 when the database cannot be asked.
pub async fn callback(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(back): Query<BackQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let Some(door) = entrance.foreign.find(&name) else {
        return Ok(page::refused(lang, codes::NONE, "/login"));
    };
    let ground = entrance.ground();
    let (origin, now_ms) = (origin(&headers, ground), ground.now_ms());
    if let Some(refused) = login::throttled(&entrance.throttle, &origin, now_ms) {
        return Ok(back_to_login(&entrance, lang, refused, ""));
    }
    let Some(inside) = inside(ground, &headers, (&name, &back.state)).await? else {
        return Ok(back_to_login(&entrance, lang, (codes::STATE, None), ""));
    };
    let external = match redeem(ground, &door, &inside, back).await {
        Ok(external) => external,
        Err(trouble) => {
            // A source that is down is nobody's guess.
            if matches!(trouble, Trouble::Wrong(_)) {
                entrance.throttle.failed(&origin.address, now_ms);
            }
            let refused = (told(&trouble, &name), None);
            return Ok(back_to_login(&entrance, lang, refused, &inside.next));
        }
    };
    match enter(ground, &door, &origin, &external).await? {
        Entering::As(account) => {
            let begun = login::begin(ground, &origin, &account, door.method()).await?;
            Ok(go_with(ground, &begun, &inside.next))
        }
        Entering::Refused(refused) => Ok(back_to_login(&entrance, lang, refused, &inside.next)),
        Entering::Unknown => {
            entrance.throttle.failed(&origin.address, now_ms);
            unknown(ground, lang, &door, (&external, &inside.next))
        }
    }
}

/// Uses the state up; answers what is in it, if it is this browser's first return with it.
async fn inside(
    ground: &Ground,
    headers: &HeaderMap,
    (name, state): (&str, &str),
) -> Result<Option<Inside>, Problem> {
    let Some(browser) = cookie(headers, ground, DOOR) else {
        return Ok(None);
    };
    let purpose = state_purpose(name, &browser);
    let Some(text) = slip::open(ground, (&purpose, STATE_MS), state) else {
        return Ok(None);
    };
    let (state, now_ms) = (state.to_owned(), ground.now_ms());
    let used = ground
        .db
        .write(move |tx| slip::use_up(tx, &state, (now_ms, STATE_MS)))
        .await;
    if !used.map_err(|error| web::service_error(&error))? {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&text).ok())
}

async fn redeem(
    ground: &Ground,
    door: &Door,
    inside: &Inside,
    back: BackQuery,
) -> Result<String, Trouble> {
    let source = door.source.clone();
    if !back.error.is_empty() {
        return Err(Trouble::Wrong("it refused the login"));
    }
    if !back.iss.is_empty() && back.iss != source.address {
        return Err(Trouble::Wrong("the answer is another issuer's"));
    }
    let answered = match source.protocol {
        ForeignProtocol::Cas => {
            let service = service_url(ground, &source.name, &back.state);
            door.courier
                .call(move |agent| Some(cas::redeem(&agent, &source, (&service, &back.ticket))))
                .await
        }
        ForeignProtocol::Oidc => {
            let found = door.discovery(ground.now_ms()).await?;
            let (secret, now_s) = (door.secret.clone(), ground.now_ms() / 1000);
            let url = back_url(ground, &source.name);
            let (verifier, nonce) = (inside.verifier.clone(), inside.nonce.clone());
            door.courier
                .call(move |agent| {
                    let way = oidc::Way {
                        back: &url,
                        verifier: &verifier,
                        nonce: &nonce,
                    };
                    let who = (&source, secret.as_deref());
                    Some(oidc::redeem(&agent, who, &found, (&way, &back.code), now_s))
                })
                .await
        }
    };
    answered.unwrap_or_else(|| Err(Trouble::Down("no answer".to_owned())))
}

/// What becomes of somebody whom another house knows.
enum Entering {
    As(Account),
    Refused(Refused),
    Unknown,
}

async fn enter(
    ground: &Ground,
    door: &Door,
    origin: &crate::access::Origin,
    external: &str,
) -> Result<Entering, Problem> {
    let (shared, origin) = (ground.clone(), origin.clone());
    let (name, external) = (door.source.name.clone(), external.to_owned());
    let account_by = door.source.account_by;
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Entering> {
        let now_ms = shared.now_ms();
        let account = match account_by {
            ForeignMatch::Login => account::by_login(tx, &account::folded(&external))?,
            ForeignMatch::Binding => match sql::use_of(tx, (&name, &external), now_ms)? {
                Some(id) => account::by_id(tx, id)?,
                None => None,
            },
        };
        let Some(account) = account else {
            login::note_unknown(tx, &shared, &origin)?;
            return Ok(Entering::Unknown);
        };
        let (actor, object) = (
            actor_of(&account, &origin),
            format!("account:{}", account.id.0),
        );
        if let Err(refused) = login::may_enter(&account, now_ms) {
            let told = (object.as_str(), Outcome::Refused, name.as_str());
            audit::append(tx, now_ms, &actor, login::FAILED, told)?;
            return Ok(Entering::Refused(refused));
        }
        audit::done(tx, now_ms, &actor, ENTER, &object, &name)?;
        Ok(Entering::As(account))
    };
    let entered = ground.db.write(write).await;
    entered.map_err(|error| web::service_error(&error))
}

/// The page for somebody who is not bound yet; the identity waits in a cookie to be bound.
fn unknown(
    ground: &Ground,
    lang: Lang,
    door: &Door,
    (external, next): (&str, &str),
) -> Result<Response, Problem> {
    let source = &door.source;
    if source.account_by == ForeignMatch::Login {
        return Ok(page::refused(lang, codes::UNBOUND, "/login"));
    }
    let waiting = Waiting {
        external: external.to_owned(),
        next: local(next).to_owned(),
    };
    let text = slip::make(ground, &bind_purpose(&source.name), &json(&waiting)?)?;
    let template = UnknownPage {
        lang,
        title: source.title.clone(),
        external: external.to_owned(),
        contact: source.contact.clone(),
        code: codes::UNBOUND.code,
        login: with_next("/login", &format!("/login/foreign/{}/bind", source.name)),
    };
    let mut response = page_with(lang, StatusCode::FORBIDDEN, &template, page::POLICY);
    put_cookie(&mut response, ground, (WAITING, &text), BIND_MS);
    Ok(response)
}

/// A person who may bind, and what he may bind.
struct Binder {
    actor: Actor,
    session: Session,
    account: Account,
    door: Arc<Door>,
    slip: String,
    waiting: Waiting,
}

/// Whether a session was opened by ways of our own, and by two factors.
fn is_own(session: &Session) -> bool {
    let second = ["totp", "recovery"]
        .iter()
        .any(|method| session.has(method));
    session.has("passkey") || session.has("password") && second
}

async fn binder(
    entrance: &Entrance,
    headers: &HeaderMap,
    (lang, name): (Lang, &str),
) -> Result<Result<Binder, Response>, Problem> {
    let Some(door) = entrance.foreign.find(name) else {
        return Ok(Err(page::refused(lang, codes::NONE, "/account")));
    };
    let here = format!("/login/foreign/{name}/bind");
    let Some((_, session)) = entrance.gate.session(headers).await? else {
        return Ok(Err(go(&with_next("/login", &here))));
    };
    if session.stage != Stage::Full {
        return Ok(Err(go(&onward(session.stage, &here))));
    }
    let (actor, session, account) = match person(entrance, headers, &[Stage::Full]).await? {
        Ok(found) => found,
        Err(way) => return Ok(Err(way)),
    };
    let ground = entrance.ground();
    if !is_own(&session) {
        return Ok(Err(page::refused(lang, codes::LOCAL, "/account")));
    }
    if !is_fresh(ground, &session) {
        return Ok(Err(confirm_first(&here)));
    }
    let slip = cookie(headers, ground, WAITING).unwrap_or_default();
    let text = slip::open(ground, (&bind_purpose(name), BIND_MS), &slip);
    let waiting = text.and_then(|text| serde_json::from_slice(&text).ok());
    Ok(match waiting {
        Some(waiting) => Ok(Binder {
            actor,
            session,
            account,
            door,
            slip,
            waiting,
        }),
        None => Err(page::refused(lang, codes::NOTHING, "/account")),
    })
}

/// `GET /login/foreign/{source}/bind`: asks before an identity is bound.
///
/// # Errors
/// 503 when the database cannot be asked.
pub async fn bind_page(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let binder = match binder(&entrance, &headers, (lang, &name)).await? {
        Ok(binder) => binder,
        Err(way) => return Ok(way),
    };
    let template = BindPage {
        lang,
        name: binder.account.name,
        login: binder.account.login,
        title: binder.door.source.title.clone(),
        external: binder.waiting.external,
        action: format!("/login/foreign/{name}/bind"),
        csrf: binder.session.csrf(),
    };
    Ok(page::page(lang, StatusCode::OK, &template))
}

/// `POST /login/foreign/{source}/bind`: binds it.
///
/// # Errors
/// 503 when the database cannot be asked.
pub async fn bind(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let binder = match binder(&entrance, &headers, (lang, &name)).await? {
        Ok(binder) => binder,
        Err(way) => return Ok(way),
    };
    if !is_token(&binder.session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account"));
    }
    let ground = entrance.ground();
    let (shared, next) = (ground.clone(), binder.waiting.next.clone());
    let binding = Binding {
        id: ground.ids.next(),
        source: name,
        external: binder.waiting.external,
        account: binder.account.id,
        created_at: ground.now_ms(),
        used_at: None,
    };
    let (actor, slip) = (binder.actor, binder.slip);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Result<(), Code>> {
        let now_ms = shared.now_ms();
        if !slip::use_up(tx, &slip, (now_ms, BIND_MS))? {
            return Ok(Err(codes::NOTHING));
        }
        if !sql::insert(tx, &binding)? {
            return Ok(Err(codes::TAKEN));
        }
        let object = format!("account:{}", binding.account.0);
        let detail = format!("{}：{}", binding.source, binding.external);
        audit::done(tx, now_ms, &actor, BIND, &object, &detail)?;
        Ok(Ok(()))
    };
    let written = ground.db.write(write).await;
    let mut response = match written.map_err(|error| web::service_error(&error))? {
        Ok(()) => go(local(&next)),
        Err(code) => page::refused(lang, code, "/account"),
    };
    put_cookie(&mut response, ground, (WAITING, ""), BIND_MS);
    Ok(response)
}

/// `POST /account/foreign/{source}/unbind`.
///
/// # Errors
/// 503 when the database cannot be asked.
pub async fn unbind(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ok(found) => found,
        Err(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account"));
    }
    let ground = entrance.ground();
    if !is_fresh(ground, &session) {
        return Ok(confirm_first("/account"));
    }
    let shared = ground.clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        if sql::remove(tx, account.id, &name)? {
            let object = format!("account:{}", account.id.0);
            audit::done(tx, shared.now_ms(), &actor, UNBIND, &object, &name)?;
        }
        Ok(())
    };
    let written = ground.db.write(write).await;
    written.map_err(|error| web::service_error(&error))?;
    Ok(go("/account?saved"))
}
