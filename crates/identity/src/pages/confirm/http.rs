//! The pages `/account/confirm`, `/account/confirm/passkey`.

use super::page::ConfirmPage;
use crate::login::{promote, still_knows};
use crate::pages::account::person;
use crate::pages::login::{Entrance, NextQuery, go, go_with, is_token, local, with_next};
use crate::pages::page::{self, Lang, SCRIPTED, Shown, page_with};
use crate::pages::passkey::{AnswerForm, the_passkeys};
use crate::passkey::{Purpose, prove};
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use registry::access::CSRF;
use registry::account::Account;
use registry::context::{AppContext, Ruling};
use registry::session::{Session, Stage};
use serde::Deserialize;
use web::Problem;

/// How long after a proof one's factors may be changed, in milliseconds.
pub const FRESH_MS: i64 = 10 * 60_000;

/// Whether a session has proved a moment ago whose it is, by a way of our own: who came by the
/// word of another system must not be able to make a way in that outlives that word.
pub fn is_fresh(context: &AppContext, session: &Session) -> bool {
    let is_own = session.has("password") || session.has("passkey");
    is_own && (0..FRESH_MS).contains(&(context.now_ms() - session.authenticated_at))
}

/// Whether somebody must prove who he is before he changes a factor. Who is on the way to his first
/// one has just given the password and has no other page.
pub fn needs_proof(context: &AppContext, session: &Session) -> bool {
    session.stage == Stage::Full && !is_fresh(context, session)
}

/// The page that asks for a proof, with the way back.
pub fn confirm_first(next: &str) -> Response {
    go(&with_next("/account/confirm", next))
}

/// `GET /account/confirm`: asks once more who is there.
pub async fn confirm_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted((_, session, account)) => {
            show_confirm(&entrance, lang, (&session, &account), None, &query.next).await
        }
        Ruling::Refused(way) => Ok(way),
    }
}

async fn show_confirm(
    entrance: &Entrance,
    lang: Lang,
    (session, account): (&Session, &Account),
    error: Option<Shown>,
    next: &str,
) -> Result<Response, Problem> {
    let status = error.as_ref().map_or(StatusCode::OK, page::status_of);
    let template = ConfirmPage {
        lang,
        name: account.name.clone(),
        login: account.login.clone(),
        error,
        csrf: session.csrf(),
        next: local(next).to_owned(),
        rp: entrance.rp_of(account.id).await?,
    };
    Ok(page_with(lang, status, &template, SCRIPTED))
}

/// The form with the password.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /account/confirm`: the password once more; a wrong one counts as a failed login.
pub async fn confirm_try(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<ConfirmForm>,
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
    let who = (&actor.origin, &account);
    let known = still_knows(context, &entrance.throttle, who, &form.password).await?;
    if let Ruling::Refused(refused) = known {
        let (both, shown) = ((&session, &account), Some(refused.into()));
        return show_confirm(&entrance, lang, both, shown, &form.next).await;
    }
    let method = if session.has("password") {
        ""
    } else {
        "password"
    };
    let begun = promote(context, &actor, &session, method).await?;
    Ok(go_with(context, &begun, &form.next))
}

/// `POST /account/confirm/passkey`: a passkey instead of the password.
pub async fn confirm_passkey(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<AnswerForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account"));
    }
    let (context, passkeys) = (entrance.context(), the_passkeys(&entrance)?);
    let asked = (Purpose::Confirm(session.id), form.answer());
    let who = Some(account.id);
    match prove(context, passkeys, &actor.origin, asked, who).await? {
        Ruling::Granted(_) => {
            let method = if session.has("passkey") {
                ""
            } else {
                "passkey"
            };
            let begun = promote(context, &actor, &session, method).await?;
            Ok(go_with(context, &begun, &form.next))
        }
        Ruling::Refused(refused) => {
            let (both, shown) = ((&session, &account), Some(refused.into()));
            show_confirm(&entrance, lang, both, shown, &form.next).await
        }
    }
}
