//! `OpenID` Connect provider (统一身份认证): authorization code with PKCE, strict, mounted at `/oauth2`.
//!
//! A person's session ([`registry::session`]) is the session of the provider, shared with CAS:
//!
//! 1. `/authorize` asks who it is, or knows from the session, and sends the browser to a registered
//!    address ([`relying_party::redirect`]), with a code: 60 seconds, once, bound to client, address and
//!    challenge. One statement decides which of many attempts it was (`sql::burn`).
//! 2. The client brings code and verifier to `/token` and gets a signed ID token, an access token and,
//!    if its entry says so, a refresh token. All hang on one grant: a code or a refresh token that
//!    comes twice ends the grant, but for a refresh token whose answer was lost ([`REFRESH_GRACE`]).
//! 3. A program gets an access token for the platform's API by the client's secret; it acts for the
//!    company of the entry as an API key of that company would ([`PROGRAMS`]).
//! 4. Nothing outlives the session. When it ends, however it ends, every client that it went on to
//!    is told once, at a registered address (`farewell`).
//!
//! Codes and tokens are stored as hashes. There is no implicit flow, no password grant, no plain
//! PKCE, and no client without PKCE.

mod again;
mod authorize;
mod claims;
mod client;
pub mod codes;
pub(crate) mod farewell;
pub mod http;
mod jwt;
pub mod key;
mod logout;
mod proof;
mod refusal;
mod sql;
#[cfg(test)]
mod tests;
mod token;

use crate::relying_party::{self, RelyingParty};
use jobs::JobFailure;
use jobs::fence::Fence;
use registry::access::{Actor, Gate, Origin, Program, Programs};
use registry::company::{self, Company};
use registry::context::AppContext;
use registry::job;
use registry::module::Module;
use registry::session::{self, FoundSession, SessionLimits, Stage};
use registry::throttle::Throttle;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};
use tokio::sync::Notify;
use web::Problem;

/// How long a code is valid, in milliseconds.
const CODE_MS: i64 = 60_000;

/// How long an access token or an ID token is valid, in milliseconds: five minutes.
const TOKEN_MS: i64 = 300_000;

/// How far into the future a time may lie that was noted by another machine: a minute.
const SKEW_MS: i64 = 60_000;

/// How long what has expired stays for the sake of those who bring it again: an hour.
const STAYS_MS: i64 = 3_600_000;

/// How long a visit stays after the end of its session was reported: two days, longer than any session.
const VISIT_MS: i64 = 2 * 86_400_000;

/// Rows that one run of the cleaning removes at most, of each table.
const CLEAN_MAX: i64 = 5000;

/// How the access token of a program begins.
const MACHINE: &str = "tgm_";

/// Longest code or token that is looked at, in bytes; ours have 47.
const TEXT_BYTES_MAX: usize = 200;

/// How often a refresh token is heard again within the grace, at most.
const AGAIN_MAX: i64 = 3;

registry::parameters! {
    /// Seconds within which a refresh token is heard again whose answer was lost.
    pub REFRESH_GRACE = "oidc.refresh_grace", "刷新令牌重试宽限", number(0, 120, "秒"), security, Fixed(20),
        "接入系统没有收到刷新应答时，可在多少秒内用同一刷新令牌重试；0 表示不允许，重复使用即作废整个授权。";
}

/// Scopes: who it is, the name, and the attributes on the list of the entry.
const SCOPES: [&str; 3] = ["openid", "profile", "attributes"];

registry::acts! {
    /// A person went on to a client.
    pub ENTER = "oidc.enter", "OpenID Connect 进入接入系统";
    /// A program got an access token.
    pub PROGRAM = "oidc.program", "接入系统的程序取得访问令牌";
    /// A client did not prove who it is.
    pub CLIENT_FAILED = "oidc.client_failed", "接入系统身份验证失败";
    /// A code or a refresh token came a second time; what it led to was revoked.
    pub REPLAY = "oidc.replay", "授权码或刷新令牌被重复使用，已作废相关令牌";
    /// A refresh token was heard again within the grace.
    pub AGAIN = "oidc.again", "刷新令牌在宽限期内重试";
    /// A client gave a token back.
    pub REVOKE = "oidc.revoke", "接入系统作废令牌";
    /// The first signing key was made.
    pub KEY_MADE = "oidc.key_made", "生成签名密钥";
    /// A signing key took the place of another.
    pub KEY_ROTATED = "oidc.key_rotated", "轮换签名密钥";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("统一身份认证")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .codes(codes::ALL);

/// The provider (统一身份认证服务).
pub struct Oidc {
    /// Knows the sessions.
    pub gate: Arc<Gate>,
    /// Counts the failures of clients by address; not together with those of people.
    pub throttle: Throttle,
    /// Rung when a session ended here.
    pub ended: Arc<Notify>,
}

impl Oidc {
    fn context(&self) -> &AppContext {
        &self.gate.context
    }
}

/// The address that stands for the provider in everything that it signs.
pub fn issuer(context: &AppContext) -> &str {
    context.config.public_url.trim_end_matches('/')
}

/// The session behind a grant, if it is in force and the person fully logged in.
fn live(
    tx: &mut Tx<'_>,
    context: &AppContext,
    grant: &sql::CodeGrant,
) -> StoreResult<Option<FoundSession>> {
    let limits = SessionLimits::of(context);
    let found = session::by_id(tx, grant.session, context.now_ms(), &limits)?;
    Ok(found.filter(|found| {
        found.session.stage == Stage::Full && found.session.account == grant.account
    }))
}

/// A token of a person that is in force, with all behind it.
struct PersonalToken {
    token: sql::OidcToken,
    grant: sql::CodeGrant,
    party: RelyingParty,
    found: FoundSession,
}

impl PersonalToken {
    fn is_access(&self) -> bool {
        self.token.kind == sql::TokenKind::Access
    }
}

fn personal(
    tx: &mut Tx<'_>,
    context: &AppContext,
    hash: &str,
) -> StoreResult<Option<PersonalToken>> {
    let now_ms = context.now_ms();
    let in_force =
        |token: &sql::OidcToken| now_ms < token.expires_at && token.issued_at <= now_ms + SKEW_MS;
    let Some(token) = sql::token_by_hash(tx, hash)?.filter(in_force) else {
        return Ok(None);
    };
    let grant = match token.grant {
        Some(id) => sql::grant_by_id(tx, id)?,
        None => None,
    };
    let Some(grant) = grant else { return Ok(None) };
    let party = relying_party::by_id(tx, token.party)?;
    let found = live(tx, context, &grant)?;
    Ok(party.zip(found).map(|(party, found)| PersonalToken {
        token,
        grant,
        party,
        found,
    }))
}

/// The entry and the company behind the access token of a program, if it is in force: the entry is
/// there, may still use the grant, and has the secret for which the token was given.
fn program(
    tx: &mut Tx<'_>,
    hash: &str,
    now_ms: i64,
) -> StoreResult<Option<(sql::OidcToken, RelyingParty, Company)>> {
    let in_force = |token: &sql::OidcToken| {
        token.kind == sql::TokenKind::Machine
            && now_ms < token.expires_at
            && token.issued_at <= now_ms + SKEW_MS
    };
    let Some(token) = sql::token_by_hash(tx, hash)?.filter(in_force) else {
        return Ok(None);
    };
    let is_same = |party: &RelyingParty| {
        party.may("client_credentials") && party.secret_hash == token.secret_hash
    };
    let Some(party) = relying_party::by_id(tx, token.party)?.filter(is_same) else {
        return Ok(None);
    };
    let company = match party.company {
        Some(id) => company::by_id(tx, id)?,
        None => None,
    };
    Ok(company.map(|company| (token, party, company)))
}

/// The program that brings a token to call the API, and the company of its entry; nothing when the text is not a
/// token of a program at all. The gate is given this function ([`Programs`]).
///
/// # Errors
/// 401 when the token is not in force, 503 when the database cannot be asked.
async fn machine(context: &AppContext, text: &str) -> Result<Option<Program>, Problem> {
    if !text.starts_with(MACHINE) || text.len() > TEXT_BYTES_MAX {
        return Ok(None);
    }
    let (hash, now_ms) = (registry::hash_text(text), context.now_ms());
    let found = context.read(move |tx| program(tx, &hash, now_ms)).await?;
    match found {
        Some((_, party, company)) => Ok(Some(Program {
            id: party.id,
            name: party.name,
            company: Arc::new(company),
        })),
        None => Err(Problem::new(codes::TOKEN)),
    }
}

/// How the gate knows the programs of other systems.
pub const PROGRAMS: Programs =
    |context, token| Box::pin(async move { machine(&context, &token).await });

/// Removes what has expired, for the job.
///
/// # Errors
/// The engine's, in words.
pub async fn clean(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let before = (
        now_ms - STAYS_MS,
        now_ms - VISIT_MS,
        now_ms - key::kept_ms(&context),
    );
    let clean = move |tx: &mut Tx<'_>| sql::clean(tx, before, CLEAN_MAX);
    fence.write(&context.db, clean).await?;
    Ok(String::new())
}

/// Rotates the signing key when it is due, for the job.
///
/// # Errors
/// The fault, in words.
pub async fn rotate_if_due(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let actor = Actor {
        name: job::ACTOR.to_owned(),
        ..Actor::nobody(Origin::default())
    };
    let rotated = key::rotate_if_due(&context, &actor, fence).await;
    let rotated = rotated.inspect_err(Problem::log);
    let rotated = rotated.map_err(|problem| problem.title)?;
    Ok(rotated.map_or_else(String::new, |kid| format!("新签名密钥 {kid}")))
}

/// Gives what hangs on one session to the session that takes its place.
pub fn follow(tx: &mut Tx<'_>, from: i64, to: i64) -> StoreResult<()> {
    sql::move_on(tx, from, to)
}
