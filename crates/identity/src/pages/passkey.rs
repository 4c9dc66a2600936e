//! The questions and answers of passkeys: `/passkey/options`, `/login/passkey`,
//! `/login/second/passkey`, and the script `/passkey.js` of the pages.

use crate::factor;
use crate::login::{self, promote};
use crate::pages::login::{
    Entrance, enter, go, go_with, is_from_us, is_token, onward, show_login, show_second, with_next,
};
use crate::pages::page::{self, Lang};
use crate::passkey::{
    Assertion, Passkeys, Purpose, codes, enrol_question, of_account, prove, question,
};
use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use registry::access::{CSRF, origin};
use registry::account;
use registry::context::{AppContext, Ruling};
use registry::session::{Session, Stage};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use web::Problem;

/// The script of the pages.
const SCRIPT: &str = include_str!("../../assets/passkey.js");

/// `GET /passkey.js`.
pub async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, SCRIPT).into_response()
}

/// What the script asks for.
#[derive(Deserialize)]
pub struct OptionsForm {
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    csrf: String,
}

/// `POST /passkey/options`: a question for the authenticator.
///
/// # Errors
/// 401 or 403 when the session does not fit the purpose, 503 when the database cannot be asked.
pub async fn options(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<OptionsForm>,
) -> Result<Response, Problem> {
    let context = entrance.context();
    let passkeys = the_passkeys(&entrance)?;
    if !is_from_us(&headers) {
        return Err(Problem::new(login::codes::CROSS_SITE));
    }
    let asked = match form.purpose.as_str() {
        "login" => question(context, passkeys, Purpose::Login, &[])?,
        purpose => {
            let (_, session) = entrance
                .gate
                .session(&headers)
                .await?
                .ok_or_else(|| Problem::new(registry::access::LOGIN))?;
            if !is_token(&session, &form.csrf) {
                return Err(Problem::new(CSRF));
            }
            of_session(context, passkeys, purpose, &session).await?
        }
    };
    let body = json!({ "slip": asked.slip, "publicKey": asked.options });
    Ok(Json(body).into_response())
}

pub(crate) fn the_passkeys(entrance: &Entrance) -> Result<&Passkeys, Problem> {
    let passkeys = entrance.passkeys.as_deref();
    passkeys.ok_or_else(|| Problem::new(codes::OFF))
}

async fn of_session(
    context: &AppContext,
    passkeys: &Passkeys,
    purpose: &str,
    session: &Session,
) -> Result<crate::passkey::Question, Problem> {
    let (shared, id) = (context.clone(), session.account);
    let read = move |tx: &mut Tx<'_>| {
        let known = of_account(&shared, &factor::list(tx, id)?)?;
        Ok((account::by_id(tx, id)?, known))
    };
    let (account, known) = context.read(read).await?;
    let account = account.ok_or_else(|| Problem::new(registry::access::LOGIN))?;
    match (purpose, session.stage) {
        ("second", Stage::Second) => {
            question(context, passkeys, Purpose::Second(session.id), &known)
        }
        ("confirm", Stage::Full) => {
            question(context, passkeys, Purpose::Confirm(session.id), &known)
        }
        ("enrol", Stage::Full | Stage::Enrol) => {
            let asked = enrol_question(context, passkeys, &account, session.id).await?;
            asked.result().map_err(Problem::new)
        }
        _ => Err(Problem::new(registry::access::LOGIN)),
    }
}

/// An answer of an authenticator, in a form.
#[derive(Deserialize)]
pub struct AnswerForm {
    #[serde(default)]
    slip: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) next: String,
    #[serde(default)]
    pub(crate) label: String,
}

impl AnswerForm {
    pub(crate) fn answer(&self) -> Assertion<'_> {
        Assertion {
            slip: &self.slip,
            credential: &self.credential,
        }
    }
}

/// `POST /login/passkey`: a login without a password.
pub async fn login_try(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<AnswerForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    if !is_from_us(&headers) {
        return Ok(page::refused(lang, login::codes::CROSS_SITE, "/login"));
    }
    let (context, passkeys) = (entrance.context(), the_passkeys(&entrance)?);
    let (origin, now_ms) = (origin(&headers, context), context.now_ms());
    let show = |refused: login::Refused| {
        show_login(
            &entrance,
            lang,
            Some(refused.into()),
            "",
            (&form.next, false),
        )
    };
    if let Err(refused) = login::take(&entrance.throttle, &origin, now_ms) {
        return Ok(show(refused).await);
    }
    let asked = (Purpose::Login, form.answer());
    let known = match prove(context, passkeys, &origin, asked, None).await {
        Ok(Ruling::Granted(account)) => {
            let proof = login::Proof::of("passkey");
            login::begin(context, &origin, &account, proof).await
        }
        Ok(Ruling::Refused(refused)) => Ok(Ruling::Refused(refused)),
        Err(problem) => Err(problem),
    };
    let is_wrong = |refused: &login::Refused| refused.0.code == codes::WRONG.code;
    if !matches!(&known, Ok(Ruling::Refused(refused)) if is_wrong(refused)) {
        entrance.throttle.give_back(&origin.address);
    }
    match known? {
        Ruling::Granted(begun) => enter(&entrance, &headers, &begun, &form.next).await,
        Ruling::Refused(refused) => Ok(show(refused).await),
    }
}

/// `POST /login/second/passkey`: the second step.
pub async fn second_try(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<AnswerForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let Some((actor, session)) = entrance.gate.session(&headers).await? else {
        return Ok(go(&with_next("/login", &form.next)));
    };
    if session.stage != Stage::Second {
        return Ok(go(&onward(session.stage, &form.next)));
    }
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/login/second"));
    }
    let (context, passkeys) = (entrance.context(), the_passkeys(&entrance)?);
    let asked = (Purpose::Second(session.id), form.answer());
    let who = Some(session.account);
    match prove(context, passkeys, &actor.origin, asked, who).await? {
        Ruling::Granted(_) => {
            let begun = promote(context, &actor, &session, "passkey").await?;
            Ok(go_with(context, &begun, &form.next))
        }
        Ruling::Refused(refused) => {
            let shown = Some(refused.into());
            show_second(&entrance, lang, &session, shown, &form.next).await
        }
    }
}
