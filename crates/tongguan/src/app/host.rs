//! The host of a request: exactly one, and the same wherever it is named.
//!
//! A request that names two hosts, or none, is read differently by a proxy and by us; what one of us
//! checked the other would then not have checked.

use axum::extract::Request;
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use web::{Problem, codes};

/// Refuses requests whose host is not clear.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match fault(&request) {
        None => next.run(request).await,
        Some(why) => {
            let mut response = Problem::new(codes::HOST).detail(why).into_response();
            // Whoever reads requests differently than we do may read the next one differently, too.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            response
        }
    }
}

fn fault<B>(request: &Request<B>) -> Option<&'static str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let Some(host) = hosts.next() else {
        return (request.version() >= Version::HTTP_11).then_some("缺少 Host");
    };
    if hosts.next().is_some() {
        return Some("有不止一个 Host");
    }
    let Some(host) = host.to_str().ok().and_then(parsed) else {
        return Some("Host 不是主机名或地址");
    };
    let named = request.uri().authority()?;
    let port = match request.uri().scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        Some(_) | None => 80,
    };
    let is_same = named.host().eq_ignore_ascii_case(host.host())
        && named.port_u16().unwrap_or(port) == host.port_u16().unwrap_or(port);
    (!is_same).then_some("Host 与请求行中的主机不一致")
}

/// A host with or without a port, and nothing else.
pub(super) fn parsed(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let is_plain = !authority.host().is_empty() && !text.contains('@');
    let has_good_port = authority.port().is_some() == ends_in_port(text);
    (is_plain && has_good_port).then_some(authority)
}

/// Whether a text ends in a colon and something, brackets apart.
fn ends_in_port(text: &str) -> bool {
    text.rsplit(']').next().unwrap_or_default().contains(':')
}

#[cfg(test)]
mod tests {
    use super::fault;
    use axum::http::{Request, Version};

    fn is_good(version: Version, target: &str, hosts: &[&str]) -> bool {
        let mut request = Request::builder().version(version).uri(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        fault(&request.body(()).unwrap()).is_none()
    }

    #[test]
    fn a_request_names_one_host_and_always_the_same() {
        let new = Version::HTTP_11;
        for hosts in [
            ["example.com"],
            ["example.com:8080"],
            ["127.0.0.1:8080"],
            ["[::1]:8080"],
            ["[2001:db8::1]"],
        ] {
            assert!(is_good(new, "/", &hosts), "{hosts:?}");
        }
        for hosts in [
            vec![],
            vec![""],
            vec!["a.example", "b.example"],
            vec!["a.example", "a.example"],
            vec!["a.example, b.example"],
            vec!["user@a.example"],
            vec!["a example"],
            vec!["a.example/path"],
            vec!["a.example:port"],
            vec!["a.example:"],
            vec!["a.example:99999"],
        ] {
            assert!(!is_good(new, "/", &hosts), "{hosts:?}");
        }
        assert!(
            is_good(Version::HTTP_10, "/", &[]),
            "the old version has none"
        );
        assert!(!is_good(Version::HTTP_10, "/", &["a", "b"]));
        let target = "http://a.example/path";
        assert!(is_good(new, target, &["a.example"]));
        assert!(is_good(new, target, &["A.Example:80"]));
        assert!(is_good(new, "https://a.example:443/", &["a.example"]));
        assert!(!is_good(new, target, &["b.example"]));
        assert!(!is_good(new, target, &["a.example:8080"]));
    }
}
