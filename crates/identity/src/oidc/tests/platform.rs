//! A platform with a provider for one test, and a small client.

use crate::cas::tests::platform::{
    Answer, FOLLOW, NOW_MS, TestPlatform, encoded, form, party, send,
};
use crate::farewell;
use crate::foreign::Providers;
use crate::oidc::{Oidc, http, key};
use crate::pages::login::{self as login, Entrance};
use crate::relying_party::{Protocol, RelyingParty};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use registry::access::Actor;
use registry::throttle::Throttle;
use serde_json::Value;
use std::sync::Arc;
use store::testing::TestEngine;
use tokio::sync::OnceCell;

pub(super) const BACK: &str = "https://app.example/back?lang=zh";
pub(super) const LEFT: &str = "https://app.example/left";
pub(super) const SECRET: &str = "a-secret-of-a-test";
pub(super) const VERIFIER: &str = "a-verifier-of-a-test-which-has-43-characters";
pub(super) const ISSUER: &str = "http://127.0.0.1:8080";

/// A provider on one engine.
pub(super) struct Place {
    pub(super) platform: TestPlatform,
    pub(super) oidc: Arc<Oidc>,
    router: Router,
}

/// A client as most are: with a secret, with refresh tokens.
pub(super) fn confidential(id: i64, name: &str) -> RelyingParty {
    let mut entry = party(id, name, &[BACK]);
    entry.protocol = Protocol::Oidc;
    entry.grants = ["authorization_code", "refresh_token"]
        .map(str::to_owned)
        .to_vec();
    entry.attributes = ["name", "kind", "roles"].map(str::to_owned).to_vec();
    entry.secret_hash = Some(registry::hash_text(SECRET));
    entry.logout_redirects = vec![LEFT.to_owned()];
    entry
}

/// A client without a secret.
pub(super) fn public(id: i64, name: &str) -> RelyingParty {
    RelyingParty {
        secret_hash: None,
        ..confidential(id, name)
    }
}

/// The same key for all tests of a process: to make one takes a while.
async fn pkcs8(platform: &TestPlatform) -> &'static [u8] {
    static KEY: OnceCell<Vec<u8>> = OnceCell::const_new();
    KEY.get_or_init(async || key::fresh(&platform.context).await.unwrap())
        .await
}

/// The fields that a right request for a code has.
pub(super) fn wish(client: &str) -> Vec<(&str, String)> {
    vec![
        ("response_type", "code".to_owned()),
        ("client_id", client.to_owned()),
        ("redirect_uri", BACK.to_owned()),
        ("scope", "openid profile attributes phone".to_owned()),
        ("state", "st/ate 1".to_owned()),
        ("nonce", "n-1".to_owned()),
        ("code_challenge", registry::hash_text(VERIFIER)),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

/// A path with these fields.
pub(super) fn path(at: &str, fields: &[(&str, String)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    format!("/oauth2/{at}?{}", pairs.join("&"))
}

/// A parameter of the address to which a browser is sent.
pub(super) fn parameter_of(answer: &Answer, name: &str) -> Option<String> {
    let url = url::Url::parse(answer.location()).ok()?;
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

/// The error of an answer, or `ok`.
pub(super) fn error(answer: &Answer) -> String {
    if answer.status == StatusCode::OK {
        return "ok".to_owned();
    }
    let text = json(answer)["error"].as_str().unwrap().to_owned();
    let kept = answer.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(kept.contains("no-store"), "{kept}");
    text
}

pub(super) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// The claims of a signed text, unchecked.
pub(super) fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

impl Place {
    pub(super) async fn on(engine: TestEngine) -> Self {
        let platform = TestPlatform::on(engine).await;
        let nobody = Actor::nobody(registry::access::Origin::default());
        let key = pkcs8(&platform).await;
        key::put(&platform.context, &nobody, key, (false, None))
            .await
            .unwrap();
        platform.put(confidential(30, "web")).await;
        platform.put(confidential(31, "other.web")).await;
        platform.put(public(32, "phone")).await;
        let oidc = Arc::new(Oidc {
            gate: Arc::clone(&platform.cas.gate),
            throttle: Throttle::new(20),
            ended: Arc::clone(&platform.cas.ended),
        });
        let entrance = Entrance {
            gate: Arc::clone(&platform.cas.gate),
            throttle: Arc::clone(&platform.cas.throttle),
            foreign: Arc::new(Providers::open(&platform.context.config)),
            passkeys: None,
            follow: FOLLOW,
            notices: |_, _, _| Ok(Vec::new()),
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(http::discovery))
            .route("/oauth2/jwks", get(http::jwks))
            .route(
                "/oauth2/authorize",
                get(http::authorize).post(http::authorize_form),
            )
            .route("/oauth2/token", post(http::token))
            .route("/oauth2/revoke", post(http::revoke))
            .route("/oauth2/introspect", post(http::introspect))
            .route(
                "/oauth2/userinfo",
                get(http::userinfo).post(http::userinfo_form),
            )
            .route("/oauth2/logout", get(http::logout).post(http::logout_form))
            .with_state(Arc::clone(&oidc))
            .merge(
                Router::new()
                    .route("/login", get(login::login_page).post(login::login_try))
                    .with_state(entrance),
            );
        Self {
            platform,
            oidc,
            router,
        }
    }

    pub(super) async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie);
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }

    /// A form of a browser.
    pub(super) async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        send(&self.router, form(path, cookie, fields)).await
    }

    /// A form of a program with an `Authorization` header.
    pub(super) async fn call(&self, at: &str, by: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = form(&format!("/oauth2/{at}"), "", fields);
        if !by.is_empty() {
            let value = by.parse().unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        send(&self.router, request).await
    }

    /// Any request.
    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub(super) async fn authorize(&self, fields: &[(&str, String)], cookie: &str) -> Answer {
        self.get(&path("authorize", fields), cookie).await
    }

    /// A code for a session.
    pub(super) async fn code(&self, client: &str, cookie: &str) -> String {
        let answer = self.authorize(&wish(client), cookie).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        parameter_of(&answer, "code").unwrap_or_else(|| panic!("no code: {}", answer.location()))
    }

    /// Brings a code, as it should be brought.
    pub(super) async fn exchange(&self, client: &str, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        self.call("token", &basic(client, SECRET), &fields).await
    }

    /// Tokens for a session.
    pub(super) async fn tokens(&self, client: &str, cookie: &str) -> Value {
        let code = self.code(client, cookie).await;
        let answer = self.exchange(client, &code).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        json(&answer)
    }

    pub(super) async fn refresh(&self, client: &str, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call("token", &basic(client, SECRET), &fields).await
    }

    /// What userinfo says about an access token.
    pub(super) async fn userinfo(&self, token: &str) -> Answer {
        let request = Request::get("/oauth2/userinfo")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(super) async fn is_alive(&self, access: &str) -> bool {
        self.userinfo(access).await.status == StatusCode::OK
    }

    pub(super) async fn farewell(&self) {
        farewell::round(&self.platform.cas, NOW_MS - 1000)
            .await
            .unwrap();
    }

    /// Names of the acts in the audit.
    pub(super) async fn acts(&self) -> Vec<String> {
        let read = |tx: &mut store::Tx<'_>| tx.query("select act from audit order by number", &[]);
        let rows = self.platform.context.db.read(read).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    }
}
