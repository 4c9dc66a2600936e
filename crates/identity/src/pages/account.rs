//! The pages of one's own account: `/account`, `/account/password`, `/account/totp`,
//! `/account/recovery`, `/account/elsewhere`.

use crate::login::{codes, method_name, own_logins, promote, set_password, still_knows};
use crate::pages::confirm::http::{confirm_first, needs_proof};
use crate::pages::login::{
    CodeForm, Entrance, NextQuery, PasswordForm, TokenForm, go, go_with, is_token, local, n_min,
};
use crate::pages::page::{
    self, AccountPage, Bilingual, BindingLine, FactorLine, Lang, PasswordPage, RecoveryPage, Shown,
    TotpPage,
};
use crate::{factor, foreign};
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use registry::access::Actor;
use registry::account::{Account, by_id, password};
use registry::audit;
use registry::context::{AppContext, RandomSecret, Ruling};
use registry::role::Role;
use registry::session::{self, Session, Stage};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use web::Problem;

/// Sessions shown on the page.
const SESSIONS: i64 = 20;

/// Last logins shown on the page.
const LOGINS: usize = 10;

/// A person with his session and account, or the way to the login page.
pub(crate) async fn person(
    entrance: &Entrance,
    headers: &HeaderMap,
    stages: &[Stage],
) -> Result<Ruling<(Actor, Session, Account), Response>, Problem> {
    let Some((actor, session)) = entrance.gate.session(headers).await? else {
        return Ok(Ruling::Refused(go("/login?next=/account")));
    };
    if !stages.contains(&session.stage) {
        return Ok(Ruling::Refused(go(&crate::pages::login::onward(
            session.stage,
            "/account",
        ))));
    }
    let id = session.account;
    let account = entrance
        .context()
        .db
        .read(move |tx| by_id(tx, id))
        .await?
        .ok_or_else(|| Problem::new(registry::access::LOGIN))?;
    Ok(Ruling::Granted((actor, session, account)))
}

/// `GET /account`.
pub async fn account_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    let note = raw
        .as_deref()
        .is_some_and(|raw| raw.contains("saved"))
        .then(|| lang.of("已保存", "Saved").to_owned());
    show_account(&entrance, lang, &actor, &session, &account, note).await
}

/// A moment as people write it, to the minute.
fn time(at_ms: i64) -> String {
    beijing_rfc3339(at_ms)[..16].replace('T', " ")
}

/// A login of one's own: when, from where, how it ended, whether it was refused.
fn login_line(lang: Lang, row: audit::AuditRow) -> (String, String, &'static str, bool) {
    let outcome = match row.act.as_str() {
        "login.failed" => lang.of("失败", "Failed"),
        "login.locked" => lang.of("账号锁定", "Account locked"),
        _ => lang.of("成功", "Succeeded"),
    };
    (time(row.at_ms), row.address, outcome, row.result != "done")
}

async fn show_account(
    entrance: &Entrance,
    lang: Lang,
    actor: &Actor,
    session: &Session,
    account: &Account,
    note: Option<String>,
) -> Result<Response, Problem> {
    let id = account.id;
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        Ok((
            factor::list(tx, id)?,
            session::open_of(tx, id, SESSIONS)?,
            foreign::of_account(tx, id)?,
            own_logins(tx, id, LOGINS)?,
        ))
    };
    let (factors, sessions, bindings, logins) = entrance.context().db.read(read).await?;
    let template = AccountPage {
        lang,
        name: account.name.clone(),
        login: account.login.clone(),
        note,
        roles: actor
            .roles
            .iter()
            .map(|name| {
                Role::from_name(name).map_or(name.clone(), |role| {
                    lang.of(role.chinese(), role.english()).to_owned()
                })
            })
            .collect(),
        password_at: time(account.password_at),
        factors: factors
            .iter()
            .filter(|factor| factor.is_in_force())
            .map(|factor| FactorLine {
                id: factor.id,
                label: factor.label.clone(),
                created: time(factor.created_at),
                used: factor.used_at.map(time).unwrap_or_default(),
                is_passkey: factor.is_passkey(),
            })
            .collect(),
        bindings: bindings
            .into_iter()
            .map(|binding| BindingLine {
                title: entrance.foreign.title_of(&binding.source),
                source: binding.source,
                external: binding.external,
                since: time(binding.created_at),
                used: binding.used_at.map(time).unwrap_or_default(),
            })
            .collect(),
        rp: entrance.rp(),
        sessions: sessions
            .into_iter()
            .map(|session| (time(session.created_at), session.address, session.agent))
            .collect(),
        logins: logins
            .into_iter()
            .map(|row| login_line(lang, row))
            .collect(),
        csrf: session.csrf(),
    };
    Ok(page::page(lang, StatusCode::OK, &template))
}

const PASSWORD_STAGES: &[Stage] = &[Stage::Full, Stage::Password];

/// `GET /account/password`.
pub async fn password_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match person(&entrance, &headers, PASSWORD_STAGES).await? {
        Ruling::Granted((_, session, account)) => Ok(show_password(
            lang,
            &session,
            &account,
            None,
            Vec::new(),
            &query.next,
        )),
        Ruling::Refused(way) => Ok(way),
    }
}

fn show_password(
    lang: Lang,
    session: &Session,
    account: &Account,
    error: Option<Shown>,
    faults: Vec<Bilingual>,
    next: &str,
) -> Response {
    let status = if error.is_some() || !faults.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let template = PasswordPage {
        lang,
        name: account.name.clone(),
        login: account.login.clone(),
        is_due: session.stage == Stage::Password,
        error,
        faults: page::texts(lang, &faults),
        action: "/account/password",
        csrf: session.csrf(),
        token: String::new(),
        next: local(next).to_owned(),
        asks_old: true,
        n_min: n_min(account),
    };
    page::page(lang, status, &template)
}

/// `POST /account/password`.
pub async fn password_change(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, PASSWORD_STAGES).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(
            lang,
            registry::access::CSRF,
            "/account/password",
        ));
    }
    let show = |error: Option<Shown>, faults: Vec<Bilingual>| {
        show_password(lang, &session, &account, error, faults, &form.next)
    };
    // A wrong present password counts as a failed login: it is a guess as well.
    let (context, who) = (entrance.context(), (&actor.origin, &account));
    let known = still_knows(context, &entrance.throttle, who, &form.old).await?;
    if let Ruling::Refused(refused) = known {
        return Ok(show(Some(refused.into()), Vec::new()));
    }
    if form.new != form.again {
        let words = [account.login.as_str(), account.name.as_str()];
        let mut faults = password::faults(&form.new, &words, account.is_staff());
        faults.push(page::differ());
        return Ok(show(None, faults));
    }
    if let Ruling::Refused(faults) =
        set_password(context, &actor, &account, &form.new, None).await?
    {
        return Ok(show(None, faults));
    }
    let begun = promote(context, &actor, &session, "").await?;
    let next = if session.stage == Stage::Full {
        "/account?saved"
    } else {
        form.next.as_str()
    };
    Ok(go_with(context, &begun, next))
}

const TOTP_STAGES: &[Stage] = &[Stage::Full, Stage::Enrol];

/// `GET /account/totp`: begins to set up a code generator, or goes on with it.
pub async fn totp_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match person(&entrance, &headers, TOTP_STAGES).await? {
        Ruling::Granted((_, session, _)) if needs_proof(entrance.context(), &session) => {
            Ok(confirm_first("/account/totp"))
        }
        Ruling::Granted((_, session, account)) => {
            show_totp(&entrance, lang, (&session, &account), None, &query.next).await
        }
        Ruling::Refused(way) => Ok(way),
    }
}

async fn show_totp(
    entrance: &Entrance,
    lang: Lang,
    (session, account): (&Session, &Account),
    error: Option<Shown>,
    next: &str,
) -> Result<Response, Problem> {
    let context = entrance.context();
    let secret = pending_secret(context, account).await?;
    let now_ms = context.now_ms();
    let demo_code = match context.config.demo {
        true => factor::code(&secret, now_ms).ok(),
        false => None,
    };
    let status = match error {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let template = TotpPage {
        lang,
        name: account.name.clone(),
        is_required: session.stage == Stage::Enrol,
        error,
        secret: factor::base32(&secret),
        picture: factor::picture(&factor::address(&secret, &account.login)),
        csrf: session.csrf(),
        next: local(next).to_owned(),
        demo_code,
        rp: entrance.rp(),
    };
    Ok(page::page_with(lang, status, &template, page::SCRIPTED))
}

/// The secret that is being set up; a fresh one when none is.
async fn pending_secret(context: &AppContext, account: &Account) -> Result<Vec<u8>, Problem> {
    let (shared, id) = (context.clone(), account.id);
    let secrets: (RandomSecret, RandomSecret) = (context.secret()?, context.secret()?);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Vec<u8>> {
        match factor::pending(tx, &shared, id)? {
            Some(secret) => Ok(secret),
            None => factor::begin(tx, &shared, id, &secrets.0, &secrets.1),
        }
    };
    context.db.write(write).await.map_err(Problem::from)
}

/// `POST /account/totp`: the first code from the generator; shows fresh recovery codes then.
pub async fn totp_confirm(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, TOTP_STAGES).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, registry::access::CSRF, "/account/totp"));
    }
    let context = entrance.context();
    if needs_proof(context, &session) {
        return Ok(confirm_first("/account/totp"));
    }
    let secrets = recovery_secrets(context)?;
    let (shared, by, code) = (context.clone(), actor.clone(), form.code.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Option<Vec<String>>> {
        let id = account.id;
        if !factor::confirm(tx, &shared, id, &code)? {
            return Ok(None);
        }
        let object = format!("account:{}", id.0);
        audit::done(
            tx,
            shared.now_ms(),
            &by,
            factor::ENROL,
            &object,
            method_name("totp"),
        )?;
        factor::renew_recovery(tx, &shared, id, &secrets).map(Some)
    };
    let shown = context.db.write(write).await?;
    let Some(codes) = shown else {
        let shown = Shown {
            code: codes::WRONG_CODE,
            minutes: None,
        };
        let Ruling::Granted((_, session, account)) =
            person(&entrance, &headers, TOTP_STAGES).await?
        else {
            return Ok(go("/login"));
        };
        let both = (&session, &account);
        return show_totp(&entrance, lang, both, Some(shown), &form.next).await;
    };
    let begun = promote(context, &actor, &session, "totp").await?;
    let next = crate::pages::login::onward(begun.session.stage, &form.next);
    let mut response = show_recovery(lang, &actor, codes, next);
    crate::pages::login::set_cookie(context, &begun.token, &mut response);
    Ok(response)
}

fn recovery_secrets(context: &AppContext) -> Result<Vec<RandomSecret>, Problem> {
    (0..factor::RECOVERY_CODES)
        .map(|_| context.secret())
        .collect()
}

pub(crate) fn show_recovery(
    lang: Lang,
    actor: &Actor,
    codes: Vec<String>,
    next: String,
) -> Response {
    let template = RecoveryPage {
        lang,
        name: actor.name.clone(),
        codes,
        next,
    };
    page::page_with(lang, StatusCode::OK, &template, page::SCRIPTED)
}

/// `POST /account/recovery`: fresh recovery codes.
pub async fn recovery_renew(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, registry::access::CSRF, "/account"));
    }
    let context = entrance.context();
    if needs_proof(context, &session) {
        return Ok(confirm_first("/account"));
    }
    let secrets = recovery_secrets(context)?;
    let (shared, by, id) = (context.clone(), actor.clone(), account.id);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Vec<String>> {
        let object = format!("account:{}", id.0);
        audit::done(
            tx,
            shared.now_ms(),
            &by,
            factor::ENROL,
            &object,
            method_name("recovery"),
        )?;
        factor::renew_recovery(tx, &shared, id, &secrets)
    };
    let codes = context.db.write(write).await?;
    Ok(show_recovery(lang, &actor, codes, "/account".to_owned()))
}

/// `POST /account/elsewhere`: ends one's other sessions.
pub async fn elsewhere(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, &[Stage::Full]).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, registry::access::CSRF, "/account"));
    }
    let context = entrance.context();
    let (id, here, now_ms) = (account.id, session.id, context.now_ms());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        let ended = session::end_all_of(tx, id, (here, 0), now_ms, "elsewhere")?;
        let detail = format!("{} 个会话", ended.len());
        let object = format!("account:{}", id.0);
        audit::done(tx, now_ms, &actor, crate::login::OUT, &object, &detail)
    };
    context.db.write(write).await?;
    Ok(go("/account?saved"))
}
