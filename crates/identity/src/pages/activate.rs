//! The page `/activate`.

use crate::factor;
use crate::login::{Begun, Proof, actor_of, begin, codes, set_password};
use crate::pages::login::{Entrance, HOME, NextQuery, PasswordForm, go_with, n_min, with_next};
use crate::pages::page::{self, Bilingual, Lang, PasswordPage};
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use registry::access::origin;
use registry::account::{self, Account, password};
use registry::context::{AppContext, Ruling};
use registry::hash_text;
use registry::session::Stage;
use web::Problem;

async fn of_link(context: &AppContext, token: &str) -> Result<Option<Account>, Problem> {
    let (hash, now_ms) = (hash_text(token), context.now_ms());
    context
        .db
        .read(move |tx| account::of_link(tx, &hash, now_ms))
        .await
        .map_err(Problem::from)
}

fn show_activate(lang: Lang, account: &Account, token: &str, faults: &[Bilingual]) -> Response {
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page::page(
        lang,
        status,
        &PasswordPage {
            lang,
            name: account.name.clone(),
            login: account.login.clone(),
            is_due: false,
            error: None,
            faults: page::texts(lang, faults),
            action: "/activate",
            csrf: String::new(),
            token: token.to_owned(),
            next: HOME.to_owned(),
            asks_old: false,
            n_min: n_min(account),
        },
    )
}

/// `GET /activate?token=…`: the one-time link.
pub async fn activate_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match of_link(entrance.context(), &query.token).await? {
        Some(account) => Ok(show_activate(lang, &account, &query.token, &[])),
        None => Ok(page::refused(lang, codes::LINK, "/login")),
    }
}

/// Where somebody goes on who has set the first password: who needs no second factor is offered one.
async fn after_activation(
    context: &AppContext,
    begun: &Begun,
    account: &Account,
) -> Result<String, Problem> {
    let id = account.id;
    let has_one = context
        .read(move |tx| factor::has_confirmed(tx, id))
        .await?;
    // Who tries the demo has no telephone at hand.
    let is_offered = begun.session.stage == Stage::Full && !has_one && !context.config.demo;
    Ok(match is_offered {
        true => with_next("/account/totp", HOME),
        false => HOME.to_owned(),
    })
}

/// `POST /activate`: sets the password and logs the person in as far as that goes.
pub async fn activate(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let context = entrance.context();
    let lang = Lang::of_request(&headers, None);
    let Some(account) = of_link(context, &form.token).await? else {
        return Ok(page::refused(lang, codes::LINK, "/login"));
    };
    let words = [account.login.as_str(), account.name.as_str()];
    let mut faults = password::faults(&form.new, &words, account.is_staff());
    if form.new != form.again {
        faults.push(page::differ());
    }
    let origin = origin(&headers, context);
    let actor = actor_of(&account, &origin);
    if faults.is_empty() {
        let link = Some(hash_text(&form.token));
        let set = set_password(context, &actor, &account, &form.new, link).await?;
        faults = set.result().err().unwrap_or_default();
    }
    if !faults.is_empty() {
        return Ok(show_activate(lang, &account, &form.token, &faults));
    }
    match begin(context, &origin, &account, Proof::of("password")).await? {
        Ruling::Granted(begun) => Ok(go_with(
            context,
            &begun,
            &after_activation(context, &begun, &account).await?,
        )),
        Ruling::Refused((code, _)) => Ok(page::refused(lang, code, "/login")),
    }
}
