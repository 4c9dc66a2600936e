//! The gate: from headers to an [`Actor`], or a refusal.

use super::{Actor, CSRF, ENROL, FORBIDDEN, LOGIN, Origin, PASSWORD, SECOND, Sight, Who, refuse};
use crate::api_key::Authenticator;
use crate::company::Company;
use crate::context::AppContext;
use crate::role::{Operation, Role};
use crate::session::{self, Session, Stage};
use axum::http::{HeaderMap, header};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use store::Result as StoreResult;
use store::Tx;
use subtle::ConstantTimeEq;
use web::Problem;

/// Header with the token that proves that the page is ours.
const CSRF_HEADER: &str = "x-csrf-token";

/// Header in which the server itself notes the address of the connection.
const PEER_HEADER: &str = "x-tongguan-peer";

/// Longest name of a caller's program that is kept, in characters.
const AGENT_CHARS_MAX: usize = 200;

/// The program of another system that brought an access token, and the company that it acts for.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The company.
    pub company: Arc<Company>,
}

/// What a reader of access tokens answers: nothing when the text is not a token of a program at all.
type TokenAnswer = Result<Option<Program>, Problem>;

/// Reads the access token of a program. Whoever gives such tokens out stands above this crate, so the gate is
/// given the function ([`Gate::with_programs`]).
pub type Programs = fn(AppContext, String) -> Pin<Box<dyn Future<Output = TokenAnswer> + Send>>;

/// Asked by every handler before anything else.
pub struct Gate {
    /// What every handler is given.
    pub context: AppContext,
    authenticator: Authenticator,
    programs: Option<Programs>,
    operations: BTreeMap<&'static str, &'static Operation>,
}

impl Gate {
    /// A gate that knows these operations.
    pub fn new(
        context: AppContext,
        operations: impl IntoIterator<Item = &'static Operation>,
    ) -> Self {
        Self {
            authenticator: Authenticator::new(context.db.clone(), Arc::clone(&context.clock)),
            programs: None,
            operations: operations
                .into_iter()
                .map(|operation| (operation.id, operation))
                .collect(),
            context,
        }
    }

    /// The gate, which lets programs in as well by what `programs` reads in their access tokens.
    #[must_use]
    pub fn with_programs(mut self, programs: Programs) -> Self {
        self.programs = Some(programs);
        self
    }

    /// Every operation, by id.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> + '_ {
        self.operations.values().copied()
    }

    /// Who calls, if he may call `operation`.
    ///
    /// # Errors
    /// 401 when nobody is known, 403 when he may not, 503 when the database cannot be asked.
    pub async fn actor(
        &self,
        headers: &HeaderMap,
        operation: &'static Operation,
    ) -> Result<Actor, Problem> {
        let actor = if headers.contains_key(header::AUTHORIZATION) {
            self.program(headers, operation).await?
        } else {
            let (actor, session) = self.person(headers).await?;
            self.permit(&actor, operation).await?;
            if operation.changes {
                check_csrf(headers, &session)?;
            }
            actor
        };
        web::reads::belongs_to(&actor.reader()).await?;
        Ok(actor)
    }

    async fn program(
        &self,
        headers: &HeaderMap,
        operation: &'static Operation,
    ) -> Result<Actor, Problem> {
        let (who, name, company) = match self.client(headers).await? {
            Some(program) => (
                Who::Client(program.id),
                format!("client {}", program.name),
                program.company,
            ),
            None => {
                let caller = self.authenticator.caller(headers).await?;
                let name = format!("key {}", caller.key_id);
                (Who::Key(caller.key_id), name, caller.company)
            }
        };
        if !operation.roles.contains(&Role::Program) {
            return Err(Problem::new(FORBIDDEN).detail("程序不能进行此操作，请登录后办理"));
        }
        Ok(Actor {
            who,
            name,
            sight: Sight::Company(company.id),
            scope: None,
            company: Some(company),
            roles: BTreeSet::from([Role::Program.name().to_owned()]),
            session: None,
            origin: origin(headers, &self.context),
        })
    }

    /// The program of another system, by its access token; nothing when it brought an API key.
    async fn client(&self, headers: &HeaderMap) -> TokenAnswer {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match (token, self.programs) {
            (Some((_, token)), Some(programs)) => {
                programs(self.context.clone(), token.trim().to_owned()).await
            }
            _ => Ok(None),
        }
    }

    /// The person behind the cookie, whatever he may do, and the session.
    ///
    /// # Errors
    /// 401 without a session in force; 401 or 403 when something must be done first.
    pub async fn person(&self, headers: &HeaderMap) -> Result<(Actor, Session), Problem> {
        let Some((actor, session)) = self.session(headers).await? else {
            return refuse(LOGIN);
        };
        match session.stage {
            Stage::Full => Ok((actor, session)),
            Stage::Second => refuse(SECOND),
            Stage::Enrol => refuse(ENROL),
            Stage::Password => refuse(PASSWORD),
        }
    }

    /// The session behind the cookie in whatever stage, with the actor; nothing when there is none.
    pub async fn session(&self, headers: &HeaderMap) -> Result<Option<(Actor, Session)>, Problem> {
        let Some(token) = cookie(headers, self.context.config.is_secure()) else {
            return Ok(None);
        };
        let (hash, now_ms) = (crate::hash_text(&token), self.context.now_ms());
        let limits = session::SessionLimits::of(&self.context);
        let found = self
            .context
            .db
            .read(move |tx| session::by_hash(tx, &hash, now_ms, &limits))
            .await?;
        let Some(found) = found else { return Ok(None) };
        if session::is_due(&found.session, now_ms) {
            let id = found.session.id;
            // Only a note of the time: a lost one ends a session a minute early.
            let noted = self
                .context
                .db
                .write(move |tx| session::seen(tx, id, now_ms));
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the time of a session could not be noted");
            }
        }
        let actor = Actor {
            who: Who::Account(found.session.account),
            name: found.name,
            company: found.company.map(Arc::new),
            roles: found.roles,
            sight: found.sight,
            scope: found.scope,
            session: Some(found.session.id),
            origin: origin(headers, &self.context),
        };
        Ok(Some((actor, found.session)))
    }

    /// The ids of the operations that an actor may call.
    pub async fn operations_of(&self, actor: &Actor) -> Result<Vec<&'static str>, Problem> {
        let custom = self.custom_operations(actor).await?;
        Ok(self
            .operations()
            .filter(|operation| is_permitted(actor, operation) || custom.contains(operation.id))
            .map(|operation| operation.id)
            .collect())
    }

    async fn permit(&self, actor: &Actor, operation: &'static Operation) -> Result<(), Problem> {
        if is_permitted(actor, operation)
            || self.custom_operations(actor).await?.contains(operation.id)
        {
            return Ok(());
        }
        Err(Problem::new(FORBIDDEN).detail(format!("所需操作权限：{}", operation.chinese)))
    }

    async fn custom_operations(&self, actor: &Actor) -> Result<BTreeSet<String>, Problem> {
        let names: Vec<String> = actor
            .roles
            .iter()
            .filter(|name| Role::from_name(name).is_none())
            .cloned()
            .collect();
        if names.is_empty() {
            return Ok(BTreeSet::new());
        }
        let read = move |tx: &mut Tx<'_>| -> StoreResult<BTreeSet<String>> {
            Ok(crate::role::custom_roles(tx)?
                .into_iter()
                .filter(|role| names.contains(&role.name))
                .flat_map(|role| role.operations)
                .collect())
        };
        self.context.db.read(read).await.map_err(Problem::from)
    }
}

fn is_permitted(actor: &Actor, operation: &Operation) -> bool {
    operation
        .roles
        .iter()
        .any(|role| actor.roles.contains(role.name()))
}

/// The token that a page of this session carries.
///
/// # Errors
/// 403 when the header is missing or another session's.
fn check_csrf(headers: &HeaderMap, session: &Session) -> Result<(), Problem> {
    let given = headers
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if bool::from(given.as_bytes().ct_eq(session.csrf().as_bytes())) {
        Ok(())
    } else {
        refuse(CSRF)
    }
}

/// The value of the session's cookie.
pub fn cookie(headers: &HeaderMap, is_secure: bool) -> Option<String> {
    let name = session::cookie_name(is_secure);
    web::cookie(headers, name, |value| (20..=100).contains(&value.len()))
}

/// Where a request came from; a proxy is believed only when it is one of ours.
pub fn origin(headers: &HeaderMap, context: &AppContext) -> Origin {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let peer = text(PEER_HEADER);
    let (proxies, header) = (&context.config.trusted_proxies, context.config.proxy_header);
    let address = match peer.parse() {
        Ok(peer) => web::address::caller(peer, headers, proxies, header).to_string(),
        Err(_) => peer,
    };
    Origin {
        address,
        request_id: text("x-request-id").chars().take(64).collect(),
        agent: text("user-agent").chars().take(AGENT_CHARS_MAX).collect(),
    }
}
