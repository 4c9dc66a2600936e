//! The pages of login and account on both engines, and a small browser for them.

use crate::bootstrap;
use crate::cas::Cas;
use crate::cas::tests::platform::FOLLOW;
use crate::courier::Courier;
use crate::foreign::Providers;
use crate::pages::login::{self as login, Entrance};
use crate::pages::{account as own_page, activate, confirm};
use crate::passkey::Passkeys;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::{get, post};
use registry::access::Gate;
use registry::account::{self, AccountId, NewAccount, password};
use registry::config::{ForeignSource, RegistryConfig};
use registry::context::{AppContext, system_random};
use registry::seal::Seal;
use registry::session::{self, Session, SessionLimits};
use registry::testing::NOW;
use registry::throttle::Throttle;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::clock::{Clock, TestClock};
use store::id::IdMaker;
use store::testing::{TestDb, TestEngine};
use tokio::sync::Notify;
use tower::ServiceExt;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "Correct-Horse-7-Battery";

/// The address of the platform.
pub(crate) const URL: &str = "https://tg.example";

/// One of a company, and two of the staff.
pub(crate) const COMPANY: &str = "li.lei";
pub(crate) const STAFF: &str = "guan.yuan";
pub(crate) const OTHER: &str = "han.mei";

/// The platform as browsers see it.
pub(crate) struct Pages {
    _db: TestDb,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) context: AppContext,
    router: Router,
}

/// An answer with its body.
pub(crate) struct PageAnswer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl PageAnswer {
    pub(crate) fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location.map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let begin = format!("name=\"{name}\" value=\"");
        let rest = self.body.split(&begin).nth(1);
        let rest = rest.unwrap_or_else(|| panic!("no {name}: {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }

    /// The code that a page shows, or where it leads, or nothing.
    pub(crate) fn verdict(&self) -> String {
        let code = self.body.split("/docs/codes/").nth(1);
        match code {
            Some(rest) => rest.split('"').next().unwrap().to_owned(),
            None => self.location().to_owned(),
        }
    }
}

/// A browser: its cookies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
}

fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD, &[7; 16]).unwrap())
}

impl Pages {
    pub(crate) async fn on(engine: TestEngine) -> Self {
        Self::with(engine, &[]).await
    }

    /// The pages on this engine, with these foreign sources.
    pub(crate) async fn with(engine: TestEngine, sources: &[ForeignSource]) -> Self {
        let db = engine.database();
        let clock = TestClock::at(NOW);
        let context = AppContext {
            db: db.db.clone(),
            clock: clock.clone(),
            ids: Arc::new(IdMaker::new(clock.clone(), 1)),
            random: system_random(),
            seal: Arc::new(Seal::new(&[9; 32])),
            parameters: Arc::default(),
            code_tables: Arc::default(),
            config: Arc::new(RegistryConfig {
                public_url: URL.to_owned(),
                foreign: sources.to_vec(),
                address_failures_max: 1000,
                ..RegistryConfig::default()
            }),
        };
        let write = |tx: &mut store::Tx<'_>| -> store::Result<_> {
            let people = [(1, COMPANY, false), (2, STAFF, true), (3, OTHER, true)];
            for (id, login, is_staff) in people {
                let new = NewAccount {
                    id: AccountId(id),
                    party: 100 + id,
                    login: login.to_owned(),
                    name: format!("测试人员{id}"),
                    is_staff,
                    password_hash: Some(hash().to_owned()),
                    at_ms: NOW,
                };
                account::add(tx, &new).unwrap();
            }
            Ok(())
        };
        context.db.write(write).await.unwrap();
        let gate = Arc::new(Gate::new(context.clone(), &[]));
        let throttle = Arc::new(Throttle::new(context.config.address_failures_max));
        let entrance = Entrance {
            gate: Arc::clone(&gate),
            throttle: Arc::clone(&throttle),
            foreign: Arc::new(Providers::open(&context.config)),
            passkeys: Passkeys::of(&context.config).map(Arc::new),
            follow: FOLLOW,
            notices: |_, _, _| Ok(Vec::new()),
        };
        let cas = Arc::new(Cas {
            gate,
            throttle,
            courier: Courier::new("").unwrap(),
            ended: Arc::new(Notify::new()),
            follow: FOLLOW,
        });
        let cas = Router::new()
            .route("/cas/login", get(crate::cas::http::login_page))
            .with_state(cas);
        Self {
            _db: db,
            clock,
            context,
            router: routes(entrance).merge(cas),
        }
    }

    pub(crate) fn later(&self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
    }

    /// Runs statements of a test.
    pub(crate) async fn write(
        &self,
        f: impl FnMut(&mut store::Tx<'_>) -> store::Result<()> + Send + 'static,
    ) {
        self.context.db.write(f).await.unwrap();
    }

    /// Act, result and detail of the audit, in order.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let sql = "select act, result, detail from audit order by number";
        let rows = self.context.db.read(|tx| tx.query(sql, &[])).await.unwrap();
        rows.iter()
            .map(|row| {
                let text = |at| row.text(at).unwrap();
                format!("{} {} {}", text(0), text(1), text(2))
            })
            .collect()
    }

    /// The session of a browser.
    pub(crate) async fn session(&self, browser: &Browser) -> Option<Session> {
        let token = browser.cookies.get("__Host-tongguan")?;
        let hash = registry::hash_text(token);
        let (now_ms, limits) = (self.clock.now_ms(), SessionLimits::of(&self.context));
        let read = move |tx: &mut store::Tx<'_>| session::by_hash(tx, &hash, now_ms, &limits);
        let found = self.context.db.read(read).await.unwrap();
        found.map(|found| found.session)
    }
}

fn routes(entrance: Entrance) -> Router {
    use crate::pages::{bind, foreign, own_passkeys as own, passkey as keys};
    Router::new()
        .route("/login", get(login::login_page).post(login::login_try))
        .route(
            "/login/second",
            get(login::second_page).post(login::second_try),
        )
        .route(
            "/bootstrap",
            get(bootstrap::http::bootstrap_page).post(bootstrap::http::bootstrap),
        )
        .route(
            "/activate",
            get(activate::activate_page).post(activate::activate),
        )
        .route("/account", get(own_page::account_page))
        .route(
            "/account/totp",
            get(own_page::totp_page).post(own_page::totp_confirm),
        )
        .route("/passkey/options", post(keys::options))
        .route("/passkey.js", get(keys::script))
        .route("/login/passkey", post(keys::login_try))
        .route("/login/second/passkey", post(keys::second_try))
        .route(
            "/account/passkey",
            get(own::passkey_page).post(own::passkey_add),
        )
        .route("/account/passkey/rename", post(own::passkey_rename))
        .route("/account/passkey/remove", post(own::passkey_remove))
        .route(
            "/account/confirm",
            get(confirm::http::confirm_page).post(confirm::http::confirm_try),
        )
        .route(
            "/account/confirm/passkey",
            post(confirm::http::confirm_passkey),
        )
        .route("/login/foreign/{source}", get(foreign::leave))
        .route("/login/foreign/{source}/callback", get(foreign::callback))
        .route(
            "/login/foreign/{source}/bind",
            get(bind::bind_page).post(bind::bind),
        )
        .route("/account/foreign/{source}/unbind", post(bind::unbind))
        .with_state(entrance)
}

impl Browser {
    async fn send(
        &mut self,
        pages: &Pages,
        request: axum::http::request::Builder,
        body: Body,
    ) -> PageAnswer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header("x-tongguan-peer", "192.0.2.7");
        let request = request.body(body).unwrap();
        let response = pages.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        PageAnswer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&mut self, pages: &Pages, path: &str) -> PageAnswer {
        self.send(pages, Request::get(path), Body::empty()).await
    }

    pub(crate) async fn post(
        &mut self,
        pages: &Pages,
        path: &str,
        fields: &[(&str, &str)],
    ) -> PageAnswer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        self.send(pages, request, Body::from(body.finish())).await
    }

    /// Name and password.
    pub(crate) async fn log_in(&mut self, pages: &Pages, login: &str) -> PageAnswer {
        let fields = [("login", login), ("password", PASSWORD)];
        self.post(pages, "/login", &fields).await
    }

    /// The token for forms.
    pub(crate) async fn csrf(&self, pages: &Pages) -> String {
        let session = pages.session(self).await;
        session.map(|session| session.csrf()).unwrap_or_default()
    }
}
