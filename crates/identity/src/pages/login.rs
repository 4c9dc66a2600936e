//! The pages `/login`, `/login/second`, `/logout`.

use crate::factor;
use crate::foreign::Providers;
use crate::login::{Begun, Follow, Tried, attempt, codes, second, succeed};
use crate::pages::page::{self, Lang, LoginTemplate, PublicNotice, SCRIPTED, SecondPage, Shown};
use crate::passkey::Passkeys;
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use registry::access::{Actor, Gate, origin};
use registry::account::{Account, AccountId, password};
use registry::audit;
use registry::context::{AppContext, Ruling};
use registry::session::{self, Session, Stage};
use registry::throttle::Throttle;
use serde::Deserialize;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use subtle::ConstantTimeEq;
use web::Problem;

pub use registry::page::is_from_us;

pub(crate) use crate::way::with_next;
pub use crate::way::{HOME, go, local, onward};

/// Notices shown on the login page.
const NOTICES: usize = 3;

/// Finds notices for people who have not logged in: of this moment (milliseconds since 1970-01-01 UTC), at most so
/// many. The notices stand above this module, so it is given the function.
pub type Notices = fn(&mut Tx<'_>, i64, usize) -> StoreResult<Vec<PublicNotice>>;

/// What the pages need.
#[derive(Clone)]
pub struct Entrance {
    /// Knows the sessions.
    pub gate: Arc<Gate>,
    /// Counts failures by address.
    pub throttle: Arc<Throttle>,
    /// The foreign sources of identity.
    pub foreign: Arc<Providers>,
    /// The party of passkeys, when there can be any.
    pub passkeys: Option<Arc<Passkeys>>,
    /// What hangs on a session and goes over to the one that takes its place.
    pub follow: &'static [Follow],
    /// The notices of the login page.
    pub notices: Notices,
}

impl Entrance {
    pub(crate) fn context(&self) -> &AppContext {
        &self.gate.context
    }

    /// The party of passkeys; empty when there can be none.
    pub(crate) fn rp(&self) -> String {
        let passkeys = self.passkeys.as_ref();
        passkeys.map(|one| one.rp.clone()).unwrap_or_default()
    }

    /// The party of an account's passkeys; empty when it has none.
    pub(crate) async fn rp_of(&self, account: AccountId) -> Result<String, Problem> {
        let factors = self.context().read(move |tx| factor::list(tx, account));
        let has_one = factors.await?.iter().any(factor::Factor::is_passkey);
        Ok(if has_one { self.rp() } else { String::new() })
    }
}

/// The part of an address that says where to go then.
#[derive(Debug, Default, Deserialize)]
pub struct NextQuery {
    /// A path of ours.
    #[serde(default)]
    pub next: String,
    /// A one-time token.
    #[serde(default)]
    pub token: String,
    /// Whether to ask somebody who is logged in, because another system wants to be sure.
    #[serde(default)]
    pub again: String,
}

/// Sends the browser on with the cookie of a session that began or moved on.
pub fn go_with(context: &AppContext, begun: &Begun, next: &str) -> Response {
    let mut response = go(&onward(begun.session.stage, next));
    set_cookie(context, &begun.token, &mut response);
    response
}

pub(crate) fn set_cookie(context: &AppContext, token: &str, response: &mut Response) {
    let cookie = session::set_cookie(token, context.config.is_secure());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Whether the token in a form is the session's.
pub(crate) fn is_token(session: &Session, given: &str) -> bool {
    bool::from(given.as_bytes().ct_eq(session.csrf().as_bytes()))
}

/// `GET /login`.
pub async fn login_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    if let Some((_, session)) = entrance.gate.session(&headers).await?
        && query.again.is_empty()
    {
        return Ok(go(&onward(session.stage, &query.next)));
    }
    let lang = Lang::of_request(&headers, raw.as_deref());
    let ways = (query.next.as_str(), !query.again.is_empty());
    Ok(show_login(&entrance, lang, None, "", ways).await)
}

/// The important notices for the public; none when the database cannot be asked, for a login page
/// must be there whatever else is not.
async fn notices(entrance: &Entrance) -> Vec<PublicNotice> {
    let (context, find) = (entrance.context(), entrance.notices);
    let now_ms = context.now_ms();
    let found = context.db.read(move |tx| find(tx, now_ms, NOTICES)).await;
    found.unwrap_or_default()
}

pub(crate) async fn show_login(
    entrance: &Entrance,
    lang: Lang,
    error: Option<Shown>,
    login: &str,
    (next, is_again): (&str, bool),
) -> Response {
    let note = lang.of(
        "您要进入的系统要求再次验证身份，请重新登录。",
        "The system you are entering needs to confirm who you are. Log in again.",
    );
    let status = error.as_ref().map_or(StatusCode::OK, page::status_of);
    let template = LoginTemplate {
        lang,
        error,
        note: is_again.then(|| note.to_owned()),
        login: login.chars().take(40).collect(),
        is_again,
        next: local(next).to_owned(),
        foreign: entrance.foreign.titles(local(next)),
        rp: entrance.rp(),
        notices: notices(entrance).await,
    };
    page::page_with(lang, status, &template, SCRIPTED)
}

/// The form of the login page.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
    /// Whether another system wants to be sure.
    #[serde(default)]
    again: String,
    /// The language that is asked for instead of logging in.
    #[serde(default)]
    lang: String,
}

/// `POST /login`.
pub async fn login_try(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    if !is_from_us(&headers) {
        return Ok(page::refused(lang, codes::CROSS_SITE, "/login"));
    }
    let ways = (form.next.as_str(), !form.again.is_empty());
    // The button that changes the language sends the form: the name that was typed stays.
    if !form.lang.is_empty() {
        let lang = Lang::named(&form.lang);
        return Ok(show_login(&entrance, lang, None, &form.login, ways).await);
    }
    let context = entrance.context();
    let origin = origin(&headers, context);
    let tried = Tried {
        login: &form.login,
        password: &form.password,
        code: &form.code,
    };
    match attempt(context, &entrance.throttle, &origin, tried).await? {
        Ruling::Granted(begun) => enter(&entrance, &headers, &begun, &form.next).await,
        Ruling::Refused(refused) => {
            Ok(show_login(&entrance, lang, Some(refused.into()), &form.login, ways).await)
        }
    }
}

/// Sends the browser on with a session that has just begun, which takes the place of the one that
/// the browser had.
pub(crate) async fn enter(
    entrance: &Entrance,
    headers: &HeaderMap,
    begun: &Begun,
    next: &str,
) -> Result<Response, Problem> {
    let context = entrance.context();
    if let Some((_, old)) = entrance.gate.session(headers).await? {
        let (new, now_ms) = (begun.session.clone(), context.now_ms());
        let follow = entrance.follow;
        let write = move |tx: &mut Tx<'_>| succeed(tx, &old, &new, follow, now_ms);
        context.db.write(write).await?;
    }
    Ok(go_with(context, begun, next))
}

/// `GET /login/second`.
pub async fn second_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match entrance.gate.session(&headers).await? {
        Some((_, session)) if session.stage == Stage::Second => {
            show_second(&entrance, lang, &session, None, &query.next).await
        }
        Some((_, session)) => Ok(go(&onward(session.stage, &query.next))),
        None => Ok(go(&with_next("/login", &query.next))),
    }
}

pub(crate) async fn show_second(
    entrance: &Entrance,
    lang: Lang,
    session: &Session,
    error: Option<Shown>,
    next: &str,
) -> Result<Response, Problem> {
    let status = error.as_ref().map_or(StatusCode::OK, page::status_of);
    let template = SecondPage {
        lang,
        error,
        next: local(next).to_owned(),
        csrf: session.csrf(),
        demo_code: demo_code(entrance.context(), session).await?,
        rp: entrance.rp_of(session.account).await?,
    };
    Ok(page::page_with(lang, status, &template, SCRIPTED))
}

/// The present code of a demo's person: all data of a demo are synthetic, and nobody who tries it
/// should need a telephone.
async fn demo_code(context: &AppContext, session: &Session) -> Result<Option<String>, Problem> {
    if !context.config.demo {
        return Ok(None);
    }
    let (shared, account) = (context.clone(), session.account);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Option<String>> {
        factor::usable_code(tx, &shared, account)
    };
    context.db.read(read).await.map_err(Problem::from)
}

/// A form with a code.
#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) next: String,
}

/// `POST /login/second`.
pub async fn second_try(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let Some((actor, session)) = entrance.gate.session(&headers).await? else {
        return Ok(go(&with_next("/login", &form.next)));
    };
    if session.stage != Stage::Second {
        return Ok(go(&onward(session.stage, &form.next)));
    }
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, registry::access::CSRF, "/login/second"));
    }
    match second(entrance.context(), &actor, &session, &form.code).await? {
        Ruling::Granted(begun) => Ok(go_with(entrance.context(), &begun, &form.next)),
        Ruling::Refused(refused) => {
            let shown = Some(refused.into());
            show_second(&entrance, lang, &session, shown, &form.next).await
        }
    }
}

/// A form with nothing but the token of the page.
#[derive(Deserialize)]
pub struct TokenForm {
    #[serde(default)]
    pub(crate) csrf: String,
}

/// `POST /logout`: ends the session here and everywhere it was used.
pub async fn logout(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let context = entrance.context();
    let lang = Lang::of_request(&headers, None);
    if let Some((actor, session)) = entrance.gate.session(&headers).await? {
        if !is_token(&session, &form.csrf) {
            return Ok(page::refused(lang, registry::access::CSRF, "/account"));
        }
        end(context, &actor, &session).await?;
    }
    let mut response = go("/login");
    set_cookie(context, "", &mut response);
    response.headers_mut().insert(
        "clear-site-data",
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(response)
}

/// Ends a session at its owner's wish.
pub async fn end(context: &AppContext, actor: &Actor, session: &Session) -> Result<(), Problem> {
    let (actor, id, now_ms) = (actor.clone(), session.id, context.now_ms());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        if session::end(tx, id, now_ms, "logout")? {
            audit::done(
                tx,
                now_ms,
                &actor,
                crate::login::OUT,
                &format!("session:{id}"),
                "",
            )?;
        }
        Ok(())
    };
    context.db.write(write).await.map_err(Problem::from)
}

pub(crate) fn n_min(account: &Account) -> usize {
    if account.is_staff() {
        password::STAFF_CHARS_MIN
    } else {
        password::CHARS_MIN
    }
}

/// The form of a new password.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    pub(crate) token: String,
    #[serde(default)]
    pub(crate) csrf: String,
    #[serde(default)]
    pub(crate) old: String,
    #[serde(default)]
    pub(crate) new: String,
    #[serde(default)]
    pub(crate) again: String,
    #[serde(default)]
    pub(crate) next: String,
}
