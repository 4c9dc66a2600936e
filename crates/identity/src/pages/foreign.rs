//! The pages `/login/foreign/{source}` and `/login/foreign/{source}/callback`.

use super::bind::unknown;
use crate::foreign::{ENTER, Provider, Trouble, cas, codes, oidc, sql};
use crate::login::{self, Refused, actor_of};
use crate::pages::login::{Entrance, NextQuery, go, local, onward, show_login};
use crate::pages::page::{self, Lang};
use crate::slip;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use registry::access::{Origin, origin};
use registry::account::{self, Account};
use registry::audit::{self, AuditOutcome};
use registry::config::{ForeignMatch, ForeignProtocol};
use registry::context::{AppContext, Ruling};
use serde::{Deserialize, Serialize};
use store::{Result as StoreResult, Tx};
use web::{ErrorCode, Path, Problem};

/// How long a login may take in another system, in milliseconds.
const STATE_MS: i64 = 10 * 60_000;

/// Cookie that ties a way there and back to one browser.
const BROWSER: &str = "tongguan_foreign";

/// What the state holds.
#[derive(Serialize, Deserialize)]
struct ForeignState {
    nonce: String,
    verifier: String,
    next: String,
}

/// A cookie of this module; `__Host-` binds it to this host, so that no neighbour can plant one.
fn cookie_name(context: &AppContext, name: &str) -> String {
    match context.config.is_secure() {
        true => format!("__Host-{name}"),
        false => name.to_owned(),
    }
}

pub(super) fn cookie(headers: &HeaderMap, context: &AppContext, name: &str) -> Option<String> {
    web::cookie(headers, &cookie_name(context, name), |value| {
        !value.is_empty()
    })
}

pub(super) fn put_cookie(
    response: &mut Response,
    context: &AppContext,
    name: &str,
    value: &str,
    life_ms: i64,
) {
    let secure = match context.config.is_secure() {
        true => "; Secure",
        false => "",
    };
    let name = cookie_name(context, name);
    let age_s = if value.is_empty() { 0 } else { life_ms / 1000 };
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(text) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

fn state_purpose(source: &str, browser: &str) -> String {
    format!("foreign state {source} {browser}")
}

/// Our address to which the browser comes back.
fn back_url(context: &AppContext, source: &str) -> String {
    let base = context.config.public_url.trim_end_matches('/');
    format!("{base}/login/foreign/{source}/callback")
}

fn service_url(context: &AppContext, source: &str, state: &str) -> String {
    format!("{}?state={state}", back_url(context, source))
}

fn code_of(trouble: &Trouble, source: &str) -> ErrorCode {
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
async fn back_to_login(entrance: &Entrance, lang: Lang, refused: Refused, next: &str) -> Response {
    show_login(entrance, lang, Some(refused.into()), "", (next, false)).await
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "a state could not be written");
        Problem::new(web::codes::FAULT)
    })
}

/// `GET /login/foreign/{source}`: sends the browser there.
pub async fn leave(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let Some(provider) = entrance.foreign.find(&name) else {
        return Ok(page::refused(lang, codes::NONE, "/login"));
    };
    if let Some((_, session)) = entrance.gate.session(&headers).await? {
        return Ok(go(&onward(session.stage, &query.next)));
    }
    let context = entrance.context();
    if let Some(refused) = login::throttled(
        &entrance.throttle,
        &origin(&headers, context),
        context.now_ms(),
    ) {
        return Ok(back_to_login(&entrance, lang, refused, &query.next).await);
    }
    let browser = match cookie(&headers, context, BROWSER).filter(|value| value.len() == 43) {
        Some(browser) => browser,
        None => context.token()?,
    };
    let inside = ForeignState {
        nonce: context.token()?,
        verifier: context.token()?,
        next: local(&query.next).to_owned(),
    };
    let state = slip::make(context, &state_purpose(&name, &browser), &json(&inside)?)?;
    let to = match way_there(context, &provider, &inside, &state).await {
        Ok(to) => to,
        Err(trouble) => {
            let refused = (code_of(&trouble, &name), None);
            return Ok(back_to_login(&entrance, lang, refused, &query.next).await);
        }
    };
    let mut response = go(&to);
    put_cookie(&mut response, context, BROWSER, &browser, STATE_MS);
    Ok(response)
}

async fn way_there(
    context: &AppContext,
    provider: &Provider,
    inside: &ForeignState,
    state: &str,
) -> Result<String, Trouble> {
    let source = &provider.source;
    match source.protocol {
        ForeignProtocol::Cas => Ok(cas::login_url(
            source,
            &service_url(context, &source.name, state),
        )),
        ForeignProtocol::Oidc => {
            let found = provider.discovery(context.now_ms()).await?;
            let back = back_url(context, &source.name);
            let way = oidc::LoginTrip {
                back: &back,
                verifier: &inside.verifier,
                nonce: &inside.nonce,
            };
            oidc::login_url(source, &found, &way, state)
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
pub async fn callback(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(back): Query<BackQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let Some(provider) = entrance.foreign.find(&name) else {
        return Ok(page::refused(lang, codes::NONE, "/login"));
    };
    let context = entrance.context();
    let (origin, now_ms) = (origin(&headers, context), context.now_ms());
    if let Err(refused) = login::take(&entrance.throttle, &origin, now_ms) {
        return Ok(back_to_login(&entrance, lang, refused, "").await);
    }
    let back = (back, &origin);
    let (is_guess, answer) = returned(&entrance, &headers, lang, (&name, &provider), back).await?;
    if !is_guess {
        entrance.throttle.give_back(&origin.address);
    }
    Ok(answer)
}

/// What becomes of a browser that is back, and whether that was a guess.
async fn returned(
    entrance: &Entrance,
    headers: &HeaderMap,
    lang: Lang,
    (name, provider): (&str, &Provider),
    (back, origin): (BackQuery, &Origin),
) -> Result<(bool, Response), Problem> {
    let context = entrance.context();
    let Some(inside) = inside(context, headers, name, &back.state).await? else {
        let page = back_to_login(entrance, lang, (codes::STATE, None), "").await;
        return Ok((false, page));
    };
    let refuse =
        async |refused: Refused| back_to_login(entrance, lang, refused, &inside.next).await;
    let external = match redeem(context, provider, &inside, back).await {
        Ok(external) => external,
        Err(trouble) => {
            // A source that is down is nobody's guess.
            let is_guess = matches!(trouble, Trouble::Wrong(_));
            return Ok((is_guess, refuse((code_of(&trouble, name), None)).await));
        }
    };
    let account = match enter(context, provider, origin, &external).await? {
        Entering::As(account) => account,
        Entering::Refused(refused) => return Ok((false, refuse(refused).await)),
        Entering::Unknown => {
            let page = unknown(context, lang, provider, &external, &inside.next)?;
            return Ok((true, page));
        }
    };
    let proof = login::Proof::of(provider.method());
    Ok(
        match login::begin(context, origin, &account, proof).await? {
            Ruling::Granted(begun) => {
                let next = &inside.next;
                (
                    false,
                    crate::pages::login::enter(entrance, headers, &begun, next).await?,
                )
            }
            Ruling::Refused(refused) => (false, refuse(refused).await),
        },
    )
}

/// Uses the state up; answers what is in it, if it is this browser's first return with it.
async fn inside(
    context: &AppContext,
    headers: &HeaderMap,
    name: &str,
    state: &str,
) -> Result<Option<ForeignState>, Problem> {
    let Some(browser) = cookie(headers, context, BROWSER) else {
        return Ok(None);
    };
    let purpose = state_purpose(name, &browser);
    let Some(text) = slip::open(context, &purpose, STATE_MS, state) else {
        return Ok(None);
    };
    let (state, now_ms) = (state.to_owned(), context.now_ms());
    let used = context
        .db
        .write(move |tx| slip::use_up(tx, &state, now_ms, STATE_MS))
        .await;
    if !used? {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&text).ok())
}

async fn redeem(
    context: &AppContext,
    provider: &Provider,
    inside: &ForeignState,
    back: BackQuery,
) -> Result<String, Trouble> {
    let source = provider.source.clone();
    if !back.error.is_empty() {
        return Err(Trouble::Wrong("it refused the login"));
    }
    if !back.iss.is_empty() && back.iss != source.address {
        return Err(Trouble::Wrong("the answer is another issuer's"));
    }
    let answered = match source.protocol {
        ForeignProtocol::Cas => {
            let service = service_url(context, &source.name, &back.state);
            provider
                .courier
                .call(move |agent| Some(cas::redeem(&agent, &source, &service, &back.ticket)))
                .await
        }
        ForeignProtocol::Oidc => {
            let found = provider.discovery(context.now_ms()).await?;
            let (secret, now_s) = (provider.secret.clone(), context.now_ms() / 1000);
            let url = back_url(context, &source.name);
            let (verifier, nonce) = (inside.verifier.clone(), inside.nonce.clone());
            provider
                .courier
                .call(move |agent| {
                    let way = oidc::LoginTrip {
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

/// What becomes of somebody whom another system knows.
enum Entering {
    As(Account),
    Refused(Refused),
    Unknown,
}

async fn enter(
    context: &AppContext,
    provider: &Provider,
    origin: &Origin,
    external: &str,
) -> Result<Entering, Problem> {
    let (shared, origin) = (context.clone(), origin.clone());
    let (name, external) = (provider.source.name.clone(), external.to_owned());
    let account_by = provider.source.account_by;
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Entering> {
        let now_ms = shared.now_ms();
        let account = match account_by {
            ForeignMatch::Login => account::by_login(tx, &account::folded(&external))?,
            ForeignMatch::Binding => match sql::use_of(tx, &name, &external, now_ms)? {
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
        if let Err(refused) = login::may_enter(&account) {
            let failed = (object.as_str(), AuditOutcome::Refused, name.as_str());
            audit::append(tx, now_ms, &actor, login::FAILED, failed)?;
            return Ok(Entering::Refused(refused));
        }
        audit::done(tx, now_ms, &actor, ENTER, &object, &name)?;
        Ok(Entering::As(account))
    };
    Ok(context.db.write(write).await?)
}
