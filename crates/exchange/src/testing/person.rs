//! People who have logged in: for operations that programs do not have.

use super::TestPlatform;
use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, HeaderValue, header};
use registry::access::{By, Permission};
use registry::account::{self, AccountId, NewAccount};
use registry::role::{self, Grant, Role};
use registry::session::{self, Session, Stage};
use store::clock::Clock;

impl TestPlatform {
    /// Logs a new person in, of company `n` or of the staff, who then sees everything; answers the headers of
    /// his requests.
    pub(crate) async fn log_in(&self, held: Role, n: Option<usize>) -> HeaderMap {
        let (ids, at_ms) = (&self.shared.ids, self.clock.now_ms());
        let (account, party) = (AccountId(ids.next()), ids.next());
        let new = NewAccount {
            id: account,
            party,
            login: format!("person.{}", account.0),
            name: "测试人员".to_owned(),
            is_staff: n.is_none(),
            password_hash: Some("none".to_owned()),
            at_ms,
        };
        let grant = Grant {
            id: ids.next(),
            account,
            party,
            role: held.name().to_owned(),
            company: n.map(|n| self.company_id(n)),
            district: None,
            sight: n.map_or("all", |_| "company").to_owned(),
            granted_by: None,
            approved_by: None,
            granted_at: at_ms,
            expires_at: None,
            scope: None,
        };
        let token = format!("token-of-person-{}", account.0);
        let begun = Session {
            id: ids.next(),
            hash: registry::hash_text(&token),
            account,
            stage: Stage::Full,
            methods: "password,totp".to_owned(),
            company: grant.company,
            authenticated_at: at_ms,
            created_at: at_ms,
            seen_at: at_ms,
            expires_at: i64::MAX,
            address: String::new(),
            agent: String::new(),
        };
        let csrf = begun.csrf();
        let write = self.shared.db.write(move |tx| {
            account::add(tx, &new).unwrap();
            role::grant(tx, &grant).unwrap();
            session::insert(tx, &begun)
        });
        write.await.unwrap();
        let cookie = session::cookie_name(self.gate.context.config.is_secure());
        let value = |text: &str| HeaderValue::from_str(text).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, value(&format!("{cookie}={token}")));
        headers.insert("x-csrf-token", value(&csrf));
        headers
    }

    /// A person of company `n`, or of the staff, as the caller that a handler takes first.
    pub(crate) async fn by_person<O: Permission>(&self, held: Role, n: Option<usize>) -> By<O> {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        parts.headers = self.log_in(held, n).await;
        let caller = By::from_request_parts(&mut parts, &self.gate).await;
        caller.ok().unwrap()
    }
}
