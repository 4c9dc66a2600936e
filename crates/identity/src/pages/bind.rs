//! The pages `/login/foreign/{source}/bind` and `/account/foreign/{source}/unbind`, and the one that
//! tells a stranger whom to ask.

use crate::foreign::{BIND, Binding, Provider, UNBIND, codes, insert, remove};
use crate::pages::account::person;
use crate::pages::confirm::http::{confirm_first, is_fresh};
use crate::pages::foreign::{cookie, json, put_cookie};
use crate::pages::foreign_page::{BindPage, UnknownPage};
use crate::pages::login::{Entrance, TokenForm, go, is_token, local, onward, with_next};
use crate::pages::page::{self, Lang, page_with};
use crate::slip;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use registry::access::{Actor, CSRF};
use registry::account::Account;
use registry::audit;
use registry::config::ForeignMatch;
use registry::context::{AppContext, Ruling};
use registry::session::{Session, Stage};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use web::{ErrorCode, Path, Problem};

/// How long a new identity waits to be bound, in milliseconds.
const BIND_MS: i64 = 30 * 60_000;

/// Cookie with the identity that waits to be bound.
const WAITING: &str = "tongguan_bind";

/// An identity that waits to be bound.
#[derive(Clone, Serialize, Deserialize)]
struct WaitingIdentity {
    external: String,
    next: String,
}

fn bind_purpose(source: &str) -> String {
    format!("foreign bind {source}")
}

/// The page for somebody who is not bound yet; the identity waits in a cookie to be bound.
pub(crate) fn unknown(
    context: &AppContext,
    lang: Lang,
    provider: &Provider,
    external: &str,
    next: &str,
) -> Result<Response, Problem> {
    let source = &provider.source;
    if source.account_by == ForeignMatch::Login {
        return Ok(page::refused(lang, codes::UNBOUND, "/login"));
    }
    let waiting = WaitingIdentity {
        external: external.to_owned(),
        next: local(next).to_owned(),
    };
    let text = slip::make(context, &bind_purpose(&source.name), &json(&waiting)?)?;
    let template = UnknownPage {
        lang,
        title: source.title.clone(),
        external: external.to_owned(),
        contact: source.contact.clone(),
        code: codes::UNBOUND.code,
        login: with_next("/login", &format!("/login/foreign/{}/bind", source.name)),
    };
    let mut response = page_with(lang, StatusCode::FORBIDDEN, &template, page::POLICY);
    put_cookie(&mut response, context, WAITING, &text, BIND_MS);
    Ok(response)
}

/// A person who may bind, and what he may bind.
struct Binder {
    actor: Actor,
    session: Session,
    account: Account,
    provider: Arc<Provider>,
    slip: String,
    waiting: WaitingIdentity,
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
    lang: Lang,
    name: &str,
) -> Result<Ruling<Binder, Response>, Problem> {
    let Some(provider) = entrance.foreign.find(name) else {
        return Ok(Ruling::Refused(page::refused(
            lang,
            codes::NONE,
            "/account",
        )));
    };
    let here = format!("/login/foreign/{name}/bind");
    let Some((_, session)) = entrance.gate.session(headers).await? else {
        return Ok(Ruling::Refused(go(&with_next("/login", &here))));
    };
    if session.stage != Stage::Full {
        return Ok(Ruling::Refused(go(&onward(session.stage, &here))));
    }
    let (actor, session, account) = match person(entrance, headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(Ruling::Refused(way)),
    };
    let context = entrance.context();
    if !is_own(&session) {
        return Ok(Ruling::Refused(page::refused(
            lang,
            codes::LOCAL,
            "/account",
        )));
    }
    if !is_fresh(context, &session) {
        return Ok(Ruling::Refused(confirm_first(&here)));
    }
    let slip = cookie(headers, context, WAITING).unwrap_or_default();
    let text = slip::open(context, &bind_purpose(name), BIND_MS, &slip);
    let waiting = text.and_then(|text| serde_json::from_slice(&text).ok());
    Ok(match waiting {
        Some(waiting) => Ruling::Granted(Binder {
            actor,
            session,
            account,
            provider,
            slip,
            waiting,
        }),
        None => Ruling::Refused(page::refused(lang, codes::NOTHING, "/account")),
    })
}

/// `GET /login/foreign/{source}/bind`: asks before an identity is bound.
pub async fn bind_page(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let binder = match binder(&entrance, &headers, lang, &name).await? {
        Ruling::Granted(binder) => binder,
        Ruling::Refused(way) => return Ok(way),
    };
    let template = BindPage {
        lang,
        name: binder.account.name,
        login: binder.account.login,
        title: binder.provider.source.title.clone(),
        external: binder.waiting.external,
        action: format!("/login/foreign/{name}/bind"),
        csrf: binder.session.csrf(),
    };
    Ok(page::page(lang, StatusCode::OK, &template))
}

/// `POST /login/foreign/{source}/bind`: binds it.
pub async fn bind(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let binder = match binder(&entrance, &headers, lang, &name).await? {
        Ruling::Granted(binder) => binder,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&binder.session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account"));
    }
    let context = entrance.context();
    let (shared, next) = (context.clone(), binder.waiting.next.clone());
    let binding = Binding {
        id: context.ids.next(),
        source: name,
        external: binder.waiting.external,
        account: binder.account.id,
        created_at: context.now_ms(),
        used_at: None,
    };
    let (actor, slip) = (binder.actor, binder.slip);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Ruling<(), ErrorCode>> {
        let now_ms = shared.now_ms();
        if !slip::use_up(tx, &slip, now_ms, BIND_MS)? {
            return Ok(Ruling::Refused(codes::NOTHING));
        }
        if !insert(tx, &binding)? {
            return Ok(Ruling::Refused(codes::TAKEN));
        }
        let object = format!("account:{}", binding.account.0);
        let detail = format!("{}：{}", binding.source, binding.external);
        audit::done(tx, now_ms, &actor, BIND, &object, &detail)?;
        Ok(Ruling::Granted(()))
    };
    let mut response = match context.db.write(write).await? {
        Ruling::Granted(()) => go(local(&next)),
        Ruling::Refused(code) => page::refused(lang, code, "/account"),
    };
    put_cookie(&mut response, context, WAITING, "", BIND_MS);
    Ok(response)
}

/// `POST /account/foreign/{source}/unbind`.
pub async fn unbind(
    State(entrance): State<Entrance>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account"));
    }
    let context = entrance.context();
    if !is_fresh(context, &session) {
        return Ok(confirm_first("/account"));
    }
    let shared = context.clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        if remove(tx, account.id, &name)? {
            let object = format!("account:{}", account.id.0);
            audit::done(tx, shared.now_ms(), &actor, UNBIND, &object, &name)?;
        }
        Ok(())
    };
    context.db.write(write).await?;
    Ok(go("/account?saved"))
}
