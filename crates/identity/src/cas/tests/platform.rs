//! A platform with a CAS server for one test, and a small browser.

use crate::cas::{Cas, Courier, http};
use crate::login;
use crate::relying_party::{self, Protocol, RelyingParty};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::get;
use registry::access::{Gate, Origin};
use registry::account::{self, AccountId, NewAccount, password};
use registry::config::RegistryConfig;
use registry::context::{AppContext, system_random};
use registry::seal::Seal;
use registry::session::Session;
use registry::throttle::Throttle;
use std::sync::{Arc, OnceLock};
use store::clock::{Clock, TestClock};
use store::id::IdMaker;
use store::testing::{TestDb, TestEngine};
use tokio::sync::Notify;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "Correct-Horse-7-Battery";

/// What goes over to the session that takes the place of another.
pub(crate) const FOLLOW: &[login::Follow] = &[crate::cas::follow, crate::oidc::follow];

/// A moment: 2026-11-23.
pub(crate) const NOW_MS: i64 = 1_795_390_000_000;

pub(crate) struct TestPlatform {
    pub(crate) _db: TestDb,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) context: AppContext,
    pub(crate) cas: Arc<Cas>,
    router: Router,
}

/// An answer with its body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The ticket in the address to which the browser is sent.
    pub(crate) fn ticket(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        let (_, rest) = self.location().split_once("ticket=").expect("a ticket");
        rest.split('&').next().unwrap().to_owned()
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let begin = format!("name=\"{name}\" value=\"");
        let rest = self.body.split(&begin).nth(1);
        rest.map_or("", |rest| rest.split('"').next().unwrap())
            .to_owned()
    }

    /// `name=value` of a cookie that is set.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next())
            .find(|pair| pair.starts_with(&format!("{name}=")))
            .map(str::to_owned)
    }
}

pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(crate) fn party(id: i64, name: &str, urls: &[&str]) -> RelyingParty {
    RelyingParty {
        id,
        name: name.to_owned(),
        protocol: Protocol::Cas,
        title: format!("系统 {name}"),
        urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        logout_url: None,
        logout_redirects: Vec::new(),
        attributes: Vec::new(),
        secret_hash: None,
        grants: Vec::new(),
        may_proxy: false,
        proxies: Vec::new(),
        company: None,
    }
}

fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD, &[7; 16]).unwrap())
}

impl TestPlatform {
    /// A platform on this engine, with a person of a company (1) and one of the staff (2).
    pub(crate) async fn on(engine: TestEngine) -> Self {
        Self::with(engine, &RegistryConfig::default(), "").await
    }

    pub(crate) async fn with(engine: TestEngine, config: &RegistryConfig, ca_file: &str) -> Self {
        let (db, config) = (engine.database(), config.clone());
        let clock = TestClock::at(NOW_MS);
        let context = AppContext {
            db: db.db.clone(),
            clock: clock.clone(),
            ids: Arc::new(IdMaker::new(clock.clone(), 1)),
            random: system_random(),
            seal: Arc::new(Seal::new(&[9; 32])),
            config: Arc::new(config),
            parameters: Arc::default(),
            code_tables: Arc::default(),
        };
        let write = |tx: &mut store::Tx<'_>| -> store::Result<_> {
            for (id, login, is_staff) in [(1, "li.lei", false), (2, "guan.yuan", true)] {
                let new = NewAccount {
                    id: AccountId(id),
                    party: 100 + id,
                    login: login.to_owned(),
                    name: format!("测试人员{id}"),
                    is_staff,
                    password_hash: Some(hash().to_owned()),
                    at_ms: NOW_MS,
                };
                account::add(tx, &new).unwrap();
            }
            let mine = party(10, "app", &["https://app.example/portal"]);
            relying_party::put(tx, &mine, NOW_MS).unwrap();
            let other = party(11, "other", &["http://other.example:8080/"]);
            relying_party::put(tx, &other, NOW_MS).unwrap();
            Ok(())
        };
        context.db.write(write).await.unwrap();
        let gate = Arc::new(Gate::new(context.clone(), &[]).with_programs(crate::oidc::PROGRAMS));
        let cas = Arc::new(Cas {
            gate: Arc::clone(&gate),
            throttle: Arc::new(Throttle::new(50)),
            courier: Courier::new(ca_file).unwrap(),
            ended: Arc::new(Notify::new()),
            follow: FOLLOW,
        });
        let router = Router::new()
            .route("/cas/login", get(http::login_page).post(http::login_try))
            .route("/cas/logout", get(http::logout))
            .route("/cas/validate", get(http::validate))
            .route("/cas/serviceValidate", get(http::service_validate))
            .route("/cas/proxyValidate", get(http::proxy_validate))
            .route("/cas/p3/serviceValidate", get(http::p3_service_validate))
            .route("/cas/p3/proxyValidate", get(http::p3_proxy_validate))
            .route("/cas/proxy", get(http::proxy_ticket))
            .with_state(Arc::clone(&cas));
        Self {
            _db: db,
            clock,
            context,
            cas,
            router,
        }
    }

    /// Adds or changes an entry.
    pub(crate) async fn put(&self, party: RelyingParty) {
        let put = move |tx: &mut store::Tx<'_>| relying_party::put(tx, &party, NOW_MS);
        self.context.db.write(put).await.unwrap();
    }

    /// A session that is logged in without the form; answers its cookie.
    pub(crate) async fn session(&self, id: i64) -> (Session, String) {
        let read = move |tx: &mut store::Tx<'_>| account::by_id(tx, AccountId(id));
        let account = self.context.db.read(read).await.unwrap().unwrap();
        let origin = Origin::default();
        let begun = login::begin(
            &self.context,
            &origin,
            &account,
            login::Proof::of("passkey"),
        )
        .await
        .unwrap();
        let begun = begun.result().unwrap();
        (begun.session, format!("tongguan={}", begun.token))
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path, cookie, fields)).await
    }

    /// `/cas/login` for a service.
    pub(crate) async fn login(&self, service: &str, more: &str, cookie: &str) -> Answer {
        let path = format!("/cas/login?service={}{more}", encoded(service));
        self.get(&path, cookie).await
    }

    /// Opens the form, fills it in, and sends it.
    pub(crate) async fn log_in(
        &self,
        service: &str,
        cookie: &str,
        who: (&str, &str),
        more: &[(&str, &str)],
    ) -> Answer {
        let page = self.login(service, "", cookie).await;
        let browser = page
            .cookie("tongguan_door")
            .expect("a cookie of the browser");
        let slip = page.field("lt");
        let mut fields = vec![
            ("username", who.0),
            ("password", who.1),
            ("lt", slip.as_str()),
            ("service", service),
        ];
        fields.extend(more);
        let cookies = format!("{cookie}; {browser}");
        self.post("/cas/login", &cookies, &fields).await
    }

    pub(crate) async fn validate(&self, route: &str, service: &str, ticket: &str) -> String {
        let path = format!("/cas/{route}?service={}&ticket={ticket}", encoded(service));
        let answer = self.get(&path, "").await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    }
}

pub(crate) fn form(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.finish()))
        .unwrap()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// The code of a refused validation, or `ok`.
pub(crate) fn code(answer: &str) -> &str {
    match answer.split_once("code=\"") {
        Some((_, rest)) => rest.split('"').next().unwrap(),
        None => {
            assert!(answer.contains("uccess>"), "{answer}");
            "ok"
        }
    }
}

/// A moment of clock time.
pub(crate) fn later(platform: &TestPlatform, ms: u64) {
    platform.clock.advance(std::time::Duration::from_millis(ms));
    assert!(platform.clock.now_ms() > NOW_MS);
}
