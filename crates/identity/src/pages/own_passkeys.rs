//! The pages `/account/passkey`, `/account/passkey/rename`, `/account/passkey/remove`.

use crate::factor;
use crate::login::{method_name, needs_factor, promote};
use crate::pages::account::{person, show_recovery};
use crate::pages::confirm::http::{confirm_first, is_fresh, needs_proof};
use crate::pages::login::{Entrance, NextQuery, go, is_token, local, onward, set_cookie};
use crate::pages::page::{self, Lang, SCRIPTED, Shown, page_with};
use crate::pages::passkey::{AnswerForm, the_passkeys};
use crate::pages::passkey_page::PasskeyPage;
use crate::passkey::{codes, enrol, label_of};
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use registry::access::{Actor, CSRF};
use registry::account::{self, Account};
use registry::audit;
use registry::context::{AppContext, Ruling};
use registry::session::{Session, Stage};
use serde::Deserialize;
use store::Tx;
use web::{ErrorCode, Problem};

/// The stages in which a passkey may be added.
const ENROL_STAGES: &[Stage] = &[Stage::Full, Stage::Enrol];

/// `GET /account/passkey`: the page on which a passkey is added.
pub async fn passkey_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    match person(&entrance, &headers, ENROL_STAGES).await? {
        Ruling::Granted((_, session, account)) => {
            if needs_proof(entrance.context(), &session) {
                return Ok(confirm_first("/account/passkey"));
            }
            show_passkey(&entrance, lang, (&session, &account), None, &query.next)
        }
        Ruling::Refused(way) => Ok(way),
    }
}

fn show_passkey(
    entrance: &Entrance,
    lang: Lang,
    (session, account): (&Session, &Account),
    error: Option<ErrorCode>,
    next: &str,
) -> Result<Response, Problem> {
    let passkeys = the_passkeys(entrance)?;
    let error = error.map(|code| Shown {
        code,
        minutes: None,
    });
    let template = PasskeyPage {
        lang,
        name: account.name.clone(),
        is_required: session.stage == Stage::Enrol,
        csrf: session.csrf(),
        next: local(next).to_owned(),
        rp: passkeys.rp.clone(),
        error,
    };
    let status = template
        .error
        .as_ref()
        .map_or(StatusCode::OK, page::status_of);
    Ok(page_with(lang, status, &template, SCRIPTED))
}

/// `POST /account/passkey`: binds a passkey; shows recovery codes when there were none.
pub async fn passkey_add(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<AnswerForm>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let (actor, session, account) = match person(&entrance, &headers, ENROL_STAGES).await? {
        Ruling::Granted(found) => found,
        Ruling::Refused(way) => return Ok(way),
    };
    if !is_token(&session, &form.csrf) {
        return Ok(page::refused(lang, CSRF, "/account/passkey"));
    }
    if needs_proof(entrance.context(), &session) {
        return Ok(confirm_first("/account/passkey"));
    }
    let (context, passkeys) = (entrance.context(), the_passkeys(&entrance)?);
    let who = (&actor, &account, session.id);
    let enrolled = enrol(context, passkeys, who, form.answer(), &form.label).await?;
    let enrolled = match enrolled {
        Ruling::Granted(enrolled) => enrolled,
        Ruling::Refused(code) => {
            let both = (&session, &account);
            return show_passkey(&entrance, lang, both, Some(code), &form.next);
        }
    };
    // Making the key proved possession and the person, as every use of it does.
    let method = if session.has("passkey") {
        ""
    } else {
        "passkey"
    };
    let begun = promote(context, &actor, &session, method).await?;
    let next = match session.stage {
        Stage::Full => "/account?saved".to_owned(),
        Stage::Enrol | Stage::Second | Stage::Password => onward(begun.session.stage, &form.next),
    };
    let mut response = if enrolled.recovery.is_empty() {
        go(&next)
    } else {
        show_recovery(lang, &actor, enrolled.recovery, next)
    };
    set_cookie(context, &begun.token, &mut response);
    Ok(response)
}

/// A form about one passkey.
#[derive(Deserialize)]
pub struct OneForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    id: i64,
    #[serde(default)]
    label: String,
}

/// `POST /account/passkey/rename`.
pub async fn passkey_rename(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<OneForm>,
) -> Result<Response, Problem> {
    change(&entrance, &headers, &form, |tx, who, form| {
        let (context, actor, account) = who;
        let label = label_of(&form.1);
        if !factor::rename_passkey(tx, account.id, form.0, &label)? {
            return Err(Unchanged::Refused(codes::GONE));
        }
        let object = format!("account:{}", account.id.0);
        audit::done(
            tx,
            context.now_ms(),
            actor,
            factor::RENAME,
            &object,
            method_name("passkey"),
        )?;
        Ok(())
    })
    .await
}

/// `POST /account/passkey/remove`.
pub async fn passkey_remove(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<OneForm>,
) -> Result<Response, Problem> {
    change(&entrance, &headers, &form, |tx, who, form| {
        let (context, actor, account) = who;
        // Two requests that each take one of the last two must not both find the other one.
        account::hold(tx, account.id)?;
        let factors = factor::list(tx, account.id)?;
        if !factors
            .iter()
            .any(|one| one.is_passkey() && one.id == form.0)
        {
            return Err(Unchanged::Refused(codes::GONE));
        }
        let n_left = factors
            .iter()
            .filter(|one| one.is_in_force() && one.id != form.0)
            .count();
        if n_left == 0 && needs_factor(tx, context, account)? {
            return Err(Unchanged::Refused(codes::LAST));
        }
        factor::remove(tx, account.id, form.0)?;
        let object = format!("account:{}", account.id.0);
        audit::done(
            tx,
            context.now_ms(),
            actor,
            factor::REMOVE,
            &object,
            method_name("passkey"),
        )?;
        Ok(())
    })
    .await
}

/// Who changes something: foundations, actor, account.
type Changer<'a> = (&'a AppContext, &'a Actor, &'a Account);

/// Why nothing was changed.
enum Unchanged {
    Refused(ErrorCode),
    Store(store::Error),
}

store::failure!(Unchanged);

impl From<store::Error> for Unchanged {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// A change of one's own passkeys: whose, and the id and label in the form.
type PasskeyChange = fn(&mut Tx<'_>, Changer<'_>, &(i64, String)) -> Result<(), Unchanged>;

/// Changes a passkey of one's own, after a fresh proof.
async fn change(
    entrance: &Entrance,
    headers: &HeaderMap,
    form: &OneForm,
    act: PasskeyChange,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(headers, None);
    let (actor, session, account) = match person(entrance, headers, &[Stage::Full]).await? {
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
    let (shared, what) = (context.clone(), (form.id, form.label.clone()));
    let written = context
        .db
        .write(move |tx: &mut Tx<'_>| act(tx, (&shared, &actor, &account), &what))
        .await;
    match written {
        Ok(()) => Ok(go("/account?saved")),
        Err(Unchanged::Refused(code)) => Ok(page::refused(lang, code, "/account")),
        Err(Unchanged::Store(error)) => Err(error.into()),
    }
}
