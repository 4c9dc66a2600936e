//! The endpoints. Names of parameters are the protocol's.

use super::authorize::{self, back};
use super::proof::{ConsentVerdict, LOGIN, judge, way_back};
use super::refusal::Refusal;
use super::{Oidc, SCOPES, claims, client, issuer, key, logout as farewell, personal, token};
use crate::cas::page::{GoPage, never_kept, page_to};
use crate::cas::validate::Params;
use crate::pages::login::{end, go, is_from_us, is_token, onward, set_cookie, with_next};
use crate::pages::page::{Lang, NoticePage, page, refused};
use crate::relying_party::service::Service;
use crate::relying_party::{self, RelyingParty};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{Actor, origin};
use registry::context::Ruling;
use registry::hash_text;
use registry::session::{Session, Stage};
use serde_json::{Value, json};
use std::sync::Arc;
use store::Tx;
use web::Problem;

/// Longest body of a request, in bytes.
const BODY_BYTES_MAX: usize = 16_384;

/// How long the lists for clients may be kept.
const KEPT: &str = "public, max-age=300";

/// The question before a logout.
#[derive(Template)]
#[template(path = "oidc_logout.html")]
struct LogoutPage {
    lang: Lang,
    csrf: String,
    client: String,
    to: String,
    state: String,
}

/// An answer for programs that nobody keeps.
fn answer(value: &Value) -> Response {
    let mut response = axum::Json(value).into_response();
    never_kept(response.headers_mut());
    response
}

/// An answer that is the same for all.
fn public(value: &Value) -> Response {
    let mut response = axum::Json(value).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    response
}

/// `GET /.well-known/openid-configuration`.
pub async fn discovery(State(oidc): State<Arc<Oidc>>) -> Response {
    let issuer = issuer(oidc.context());
    let at = |path: &str| format!("{issuer}/oauth2/{path}");
    let mut claims: Vec<&str> = vec![
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "at_hash",
        "sid",
        "preferred_username",
    ];
    claims.extend(relying_party::ATTRIBUTES);
    let basic = ["client_secret_basic", "client_secret_post"];
    let open = ["client_secret_basic", "client_secret_post", "none"];
    public(&json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "userinfo_endpoint": at("userinfo"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("introspect"),
        "end_session_endpoint": at("logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": relying_party::GRANTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": open,
        "revocation_endpoint_auth_methods_supported": open,
        "introspection_endpoint_auth_methods_supported": basic,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ["1", "2"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": claims,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "ui_locales_supported": ["zh-CN", "en"],
    }))
}

/// `GET /oauth2/jwks`.
pub async fn jwks(State(oidc): State<Arc<Oidc>>) -> Result<Response, Problem> {
    let keys = key::published(oidc.context()).await?;
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| {
            json!({
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid,
                "n": key.modulus, "e": key.exponent,
            })
        })
        .collect();
    Ok(public(&json!({ "keys": keys })))
}

/// `GET /oauth2/authorize`.
pub async fn authorize(
    State(oidc): State<Arc<Oidc>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let params = Params::parse(raw.as_deref());
    let (party, redirect) = match authorize::client(&oidc, &params).await? {
        Ruling::Granted(known) => known,
        Ruling::Refused(code) => return Ok(refused(lang, code, "/")),
    };
    let exit = Exit {
        lang,
        party: &party,
        redirect: &redirect,
        state: authorize::state(&params),
        issuer: issuer(oidc.context()),
        is_after_form: params.get("after").is_some(),
    };
    let wish = match authorize::read(&params, &party, &redirect) {
        Ok(wish) => wish,
        Err(refusal) => return Ok(exit.refuse(refusal)),
    };
    let known = oidc.gate.session(&headers).await?;
    let (actor, session) = match known {
        Some((actor, session)) if session.stage == Stage::Full => (actor, session),
        _ if wish.is_silent => return Ok(exit.refuse(LOGIN)),
        Some((_, session)) => return Ok(go(&onward(session.stage, &way_back(&oidc, &wish)?))),
        None => return Ok(go(&with_next("/login", &way_back(&oidc, &wish)?))),
    };
    match judge(&oidc, &wish, &session, params.get("after")).await? {
        ConsentVerdict::Enter => {
            let who = (&actor, &session);
            let code = authorize::enter(oidc.context(), who, (&party, &wish)).await?;
            Ok(exit.leave(&[("code", &code)]))
        }
        ConsentVerdict::Refuse(refusal) => Ok(exit.refuse(refusal)),
        ConsentVerdict::AskAgain => {
            let login = with_next("/login", &way_back(&oidc, &wish)?);
            Ok(go(&format!("{login}&again=1")))
        }
    }
}

/// `POST /oauth2/authorize`: the same, as a GET: a form of another site brings no cookie.
pub async fn authorize_form(body: Bytes) -> Response {
    forward("/oauth2/authorize", &body)
}

/// Sends a browser that came with a form to the same place with a GET.
fn forward(path: &str, body: &[u8]) -> Response {
    let pairs = url::form_urlencoded::parse(&body[..body.len().min(BODY_BYTES_MAX)]);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(pairs).finish();
    go(&format!("{path}?{query}"))
}

/// How a browser goes back to a client.
struct Exit<'a> {
    lang: Lang,
    party: &'a RelyingParty,
    redirect: &'a str,
    state: Option<&'a str>,
    issuer: &'a str,
    /// Whether the browser comes from a form of ours, whose policy ends here.
    is_after_form: bool,
}

impl Exit<'_> {
    fn refuse(&self, refusal: Refusal) -> Response {
        self.leave(&[
            ("error", refusal.error),
            ("error_description", refusal.description),
        ])
    }

    fn leave(&self, params: &[(&str, &str)]) -> Response {
        let mut pairs = params.to_vec();
        pairs.extend(self.state.map(|state| ("state", state)));
        // RFC 9207: a client of several providers must know whose answer this is.
        pairs.push(("iss", self.issuer));
        let url = back(self.redirect, &pairs);
        if !self.is_after_form {
            let mut response = go(&url);
            never_kept(response.headers_mut());
            return response;
        }
        let service = Service::parse(self.redirect);
        let page = GoPage {
            lang: self.lang,
            title: self.party.title.clone(),
            origin: authorize::origin(self.redirect),
            url,
            refresh: true,
            csrf: String::new(),
            service: String::new(),
        };
        page_to(self.lang, StatusCode::OK, &page, service.as_ref())
    }
}

/// The parameters of a form.
fn form(headers: &HeaderMap, body: &[u8]) -> Result<Params, Refusal> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !kind
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return Err(Refusal::request("the body must be a form"));
    }
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::request("the body is too long"));
    }
    let text = std::str::from_utf8(body).map_err(|_| Refusal::request("not UTF-8"))?;
    let params = Params::parse(Some(text));
    if params.has_repeats() {
        return Err(Refusal::request("a parameter comes twice"));
    }
    Ok(params)
}

async fn called(
    oidc: &Oidc,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Params, RelyingParty), Refusal> {
    let params = form(headers, body)?;
    let party = client::known(oidc, headers, &params).await?;
    Ok((params, party))
}

/// `POST /oauth2/token`.
pub async fn token(State(oidc): State<Arc<Oidc>>, headers: HeaderMap, body: Bytes) -> Response {
    let tried = async {
        let (params, party) = called(&oidc, &headers, &body).await?;
        let from = origin(&headers, oidc.context());
        token::issue(&oidc, &party, from, &params).await
    };
    tried
        .await
        .map_or_else(Refusal::into_response, |value| answer(&value))
}

/// `POST /oauth2/revoke`.
pub async fn revoke(State(oidc): State<Arc<Oidc>>, headers: HeaderMap, body: Bytes) -> Response {
    let tried = async {
        let (params, party) = called(&oidc, &headers, &body).await?;
        let from = origin(&headers, oidc.context());
        token::revoke(&oidc, &party, from, &params).await
    };
    tried.await.map_or_else(Refusal::into_response, |()| {
        let mut response = StatusCode::OK.into_response();
        never_kept(response.headers_mut());
        response
    })
}

/// `POST /oauth2/introspect`.
pub async fn introspect(
    State(oidc): State<Arc<Oidc>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let tried = async {
        let (params, party) = called(&oidc, &headers, &body).await?;
        token::introspect(&oidc, &party, &params).await
    };
    tried
        .await
        .map_or_else(Refusal::into_response, |value| answer(&value))
}

/// `GET /oauth2/userinfo`.
pub async fn userinfo(State(oidc): State<Arc<Oidc>>, headers: HeaderMap) -> Response {
    let user_info = user_info_of(&oidc, bearer(&headers)).await;
    user_info.map_or_else(Refusal::into_response, |value| answer(&value))
}

/// `POST /oauth2/userinfo`: the token in the header, or in the form.
pub async fn userinfo_form(
    State(oidc): State<Arc<Oidc>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let brought = || -> Result<Option<String>, Refusal> {
        let in_header = bearer(&headers);
        if body.is_empty() {
            return Ok(in_header);
        }
        let params = form(&headers, &body)?;
        let in_form = params.get("access_token").map(str::to_owned);
        if in_header.is_some() && in_form.is_some() {
            return Err(Refusal::request("the token came in two ways"));
        }
        Ok(in_header.or(in_form))
    };
    let user_info = match brought() {
        Ok(brought) => user_info_of(&oidc, brought).await,
        Err(refusal) => Err(refusal),
    };
    user_info.map_or_else(Refusal::into_response, |value| answer(&value))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

async fn user_info_of(oidc: &Oidc, brought: Option<String>) -> Result<Value, Refusal> {
    let brought = brought.ok_or(Refusal::nobody())?;
    let context = oidc.context().clone();
    let hash = hash_text(&brought);
    let shared = context.clone();
    let read = move |tx: &mut Tx<'_>| -> store::Result<Option<Value>> {
        match personal(tx, &shared, &hash)? {
            Some(of) if of.is_access() => claims::user_info(tx, &of).map(Some),
            _ => Ok(None),
        }
    };
    let found = context.read(read).await?;
    found.ok_or(Refusal::token(
        "the access token is not valid or has expired",
    ))
}

/// `GET /oauth2/logout`.
pub async fn logout(
    State(oidc): State<Arc<Oidc>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let params = Params::parse(raw.as_deref());
    let farewell = farewell::look(oidc.context(), &params).await?;
    let known = oidc.gate.session(&headers).await?;
    let Some((actor, session)) = known else {
        // Nobody is logged in: nothing to end, and only a client that proved itself leads away.
        let to = farewell.to.filter(|_| farewell.is_hinted);
        return Ok(left(&oidc, lang, to));
    };
    if farewell.session == Some(session.id) {
        return out(&oidc, lang, &actor, &session, farewell.to).await;
    }
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let to = farewell.to.as_deref().and_then(Service::parse);
    let template = LogoutPage {
        lang,
        csrf: session.csrf(),
        client: farewell.client,
        to: text("post_logout_redirect_uri"),
        state: text("state"),
    };
    Ok(page_to(lang, StatusCode::OK, &template, to.as_ref()))
}

/// `POST /oauth2/logout`: the answer to the question, or the request of a client, as a GET then.
pub async fn logout_form(
    State(oidc): State<Arc<Oidc>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    let text = std::str::from_utf8(&body).ok();
    let params = Params::parse(text.filter(|text| text.len() <= BODY_BYTES_MAX));
    let Some(csrf) = params.get("csrf") else {
        return Ok(forward("/oauth2/logout", &body));
    };
    let farewell = farewell::look(oidc.context(), &params).await?;
    let Some((actor, session)) = oidc.gate.session(&headers).await? else {
        return Ok(left(&oidc, lang, None));
    };
    if !is_from_us(&headers) || !is_token(&session, csrf) {
        return Ok(refused(lang, registry::access::CSRF, "/account"));
    }
    out(&oidc, lang, &actor, &session, farewell.to).await
}

/// Ends the session and says so, or sends the browser on.
async fn out(
    oidc: &Oidc,
    lang: Lang,
    actor: &Actor,
    session: &Session,
    to: Option<String>,
) -> Result<Response, Problem> {
    end(oidc.context(), actor, session).await?;
    oidc.ended.notify_one();
    let mut response = left(oidc, lang, to);
    set_cookie(oidc.context(), "", &mut response);
    Ok(response)
}

fn left(oidc: &Oidc, lang: Lang, to: Option<String>) -> Response {
    let mut response = match to {
        Some(to) => go(&to),
        None => page(
            lang,
            StatusCode::OK,
            &NoticePage {
                lang,
                title: lang.of("已退出登录", "Logged out").to_owned(),
                text: lang
                    .of(
                        "您已退出本平台；由本平台进入的系统也会收到退出通知。",
                        "You are logged out of this platform. The systems you entered from it are notified.",
                    )
                    .to_owned(),
                next: format!("{}/login", issuer(oidc.context())),
                here: "/oauth2/logout?",
            },
        ),
    };
    never_kept(response.headers_mut());
    response
}
