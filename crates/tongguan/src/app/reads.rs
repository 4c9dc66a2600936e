//! Requests that only read: each caller has few in hand at once, so that nobody's delay the others'.
//!
//! The caller is not known yet, and to find out costs a read. Until then the credential stands for him, as a
//! hash under a key that this process has made and tells nobody; who shows none is known by his network.

use super::peer::Caller;
use crate::roles::Process;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use registry::access::cookie;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;
use web::Problem;
use web::address::network;
use web::reads::Reads;
use web::shares::Holder;

/// How long a request waits until one of the same caller is done.
const WAIT: Duration = Duration::from_secs(5);

/// The stream of live events, which has a share of its own.
const EVENTS: &str = "/api/v1/events";

/// What is needed to give reads their turns.
#[derive(Clone)]
pub(super) struct ReadTurns {
    reads: Reads,
    hasher: Arc<RandomState>,
    /// Whether the cookie of a session has the name that it has under TLS.
    is_secure: bool,
}

/// The turns, from the settings.
pub(super) fn turns(process: &Process) -> ReadTurns {
    let limits = &process.config.limits;
    ReadTurns {
        reads: Reads::new(limits.reads_max, limits.reads_per_caller_max, WAIT),
        hasher: Arc::default(),
        is_secure: process.config.registry.is_secure(),
    }
}

/// Lets a request that only reads wait for its turn.
pub(super) async fn in_turn(
    State(turns): State<ReadTurns>,
    request: Request,
    next: Next,
) -> Response {
    if !only_reads(&request) {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<Caller>();
    let address = caller.map_or_else(String::new, |Caller(address)| address.to_string());
    let holder = turns.holder(request.headers(), &address);
    let answered = turns.reads.run(&holder, next.run(request)).await;
    answered.unwrap_or_else(|full| Problem::from(full).into_response())
}

/// Whether a request reads from the API and is answered at once, or after what it waits for.
fn only_reads(request: &Request) -> bool {
    let path = request.uri().path();
    // A request for the head alone is worked on as any other.
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    is_get && path.starts_with("/api/") && path != EVENTS
}

impl ReadTurns {
    /// Whose share a request is taken from.
    fn holder(&self, headers: &HeaderMap, address: &str) -> Holder {
        if let Some(key) = headers.get(header::AUTHORIZATION) {
            return Holder::Credential(self.hasher.hash_one(("key", token(key.as_bytes()))));
        }
        match cookie(headers, self.is_secure) {
            Some(session) => Holder::Credential(self.hasher.hash_one(("session", session))),
            None => Holder::Network(network(address)),
        }
    }
}

/// What an `Authorization` header proves somebody by: without the scheme, which may be spelt in many ways.
fn token(header: &[u8]) -> &[u8] {
    let scheme = header.iter().position(|byte| *byte == b' ');
    scheme.map_or(header, |end| header.split_at(end).1.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::{ReadTurns, WAIT, in_turn, only_reads, token};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::{HeaderMap, HeaderValue, Method, header};
    use axum::middleware::from_fn_with_state;
    use axum::response::Response;
    use axum::routing::get;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::sync::Notify;
    use tokio::time::timeout;
    use tower::ServiceExt;
    use web::reads::Reads;
    use web::shares::Holder;

    const PATH: &str = "/api/v1/receipts";

    fn turns() -> ReadTurns {
        ReadTurns {
            reads: Reads::new(3, 2, Duration::from_secs(5)),
            hasher: Arc::default(),
            is_secure: false,
        }
    }

    fn asked(method: Method, path: &str, key: &str) -> Request {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_key_is_one_however_its_scheme_is_spelt() {
        for header in ["Bearer abc", "bearer  abc ", "bEaReR   abc"] {
            assert_eq!(token(header.as_bytes()), b"abc", "{header}");
        }
    }

    #[test]
    fn only_reads_of_the_api_take_turns() {
        let is = |method, path| only_reads(&asked(method, path, "a"));
        assert!(is(Method::GET, PATH));
        assert!(is(Method::HEAD, PATH));
        // A wait that ends at once is a read; who really waits steps aside.
        assert!(is(Method::GET, "/api/v1/receipts?wait=60"));
        assert!(!is(Method::POST, "/api/v1/messages"));
        assert!(!is(Method::GET, "/api/v1/events"));
        assert!(!is(Method::GET, "/healthz"));
        assert!(!is(Method::GET, "/console/"));
    }

    #[test]
    fn a_caller_is_his_credential_or_his_network() {
        let turns = turns();
        let with = |name, value: &'static str| {
            HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
        };
        let of = |headers: &HeaderMap| turns.holder(headers, "192.0.2.1");
        let (a, b) = (
            with(header::AUTHORIZATION, "Bearer a"),
            with(header::AUTHORIZATION, "Bearer b"),
        );
        assert_eq!(of(&a), of(&a));
        assert_ne!(of(&a), of(&b));
        let session = with(header::COOKIE, "x=1; tongguan=0123456789012345678901234");
        assert!(matches!(of(&session), Holder::Credential(_)));
        assert_ne!(of(&session), of(&a));
        // What stands beside the session in the header is not what he is known by.
        let beside = with(header::COOKIE, "x=2; tongguan=0123456789012345678901234");
        assert_eq!(of(&session), of(&beside));
        let nobody = Holder::Network("192.0.2.1".to_owned());
        assert_eq!(of(&HeaderMap::new()), nobody);
    }

    /// With the settings that everybody has: a page asks for ten things at once, each of which takes a second.
    #[tokio::test(start_paused = true)]
    async fn a_page_that_asks_for_ten_things_at_once_gets_all_of_them() {
        let limits = crate::config::Config::default().limits;
        let turns = ReadTurns {
            reads: Reads::new(limits.reads_max, limits.reads_per_caller_max, WAIT),
            ..turns()
        };
        // A second of the clock that the test stands on.
        let slow = || async {
            let never = std::future::pending::<()>();
            assert!(timeout(Duration::from_secs(1), never).await.is_err());
        };
        let routes = Router::new()
            .route(PATH, get(slow))
            .layer(from_fn_with_state(turns, in_turn));
        let asking: Vec<_> = (0..10)
            .map(|_| tokio::spawn(routes.clone().oneshot(asked(Method::GET, PATH, "page"))))
            .collect();
        for one in asking {
            assert_eq!(one.await.unwrap().unwrap().status(), 200);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_reads_of_one_caller_delay_nobody_else() {
        let done = Arc::new(Notify::new());
        let waits = Arc::clone(&done);
        let slow = move || async move { waits.notified().await };
        let routes = Router::new()
            .route(PATH, get(slow))
            .route("/api/v1/messages", get(|| async {}))
            .layer(from_fn_with_state(turns(), in_turn));
        let call = |path: &'static str, key: &'static str| {
            let routes = routes.clone();
            async move { routes.oneshot(asked(Method::GET, path, key)).await.unwrap() }
        };
        let held: Vec<_> = (0..2).map(|_| tokio::spawn(call(PATH, "greedy"))).collect();
        tokio::task::yield_now().await;
        let late: Vec<_> = (0..60)
            .map(|_| tokio::spawn(call(PATH, "greedy")))
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(call("/api/v1/messages", "other").await.status(), 200);
        let refusal_of = |answer: &Response| {
            let later = answer.headers().get(header::RETRY_AFTER);
            (answer.status().as_u16(), later.is_some())
        };
        for one in late {
            assert_eq!(refusal_of(&one.await.unwrap()), (429, true));
        }
        // The third place is another's, and then all are taken.
        let third = tokio::spawn(call(PATH, "third"));
        tokio::task::yield_now().await;
        let fourth = call("/api/v1/messages", "fourth").await;
        assert_eq!(refusal_of(&fourth), (503, true));
        done.notify_waiters();
        for one in held.into_iter().chain([third]) {
            assert_eq!(one.await.unwrap().status(), 200);
        }
    }
}
