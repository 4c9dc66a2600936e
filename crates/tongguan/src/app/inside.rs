//! Inside (运维访问): who sees the numbers and the particulars of this process: its own machine, named
//! networks, and whoever has the token.
//!
//! The own machine is not everybody whom a proxy on it brings: what was forwarded by a proxy that is
//! not known, or is meant for another host, comes from outside.

use super::host;
use super::peer::Peer;
use crate::config::HttpConfig;
use anyhow::Context;
use axum::http::{HeaderMap, header, request};
use registry::config::RegistryConfig;
use registry::hash_text;
use std::net::IpAddr;
use std::sync::Arc;
use web::address::{Network, ProxyHeader, caller, is_forwarded};

/// Shortest token, in characters.
const TOKEN_CHARS_MIN: usize = 16;

/// Knows who is inside; cheap to clone.
#[derive(Debug, Clone)]
pub struct Inside {
    networks: Arc<[Network]>,
    proxies: Arc<[Network]>,
    header: ProxyHeader,
    /// Hash of the token.
    token: Option<Arc<str>>,
}

impl Inside {
    /// By the settings.
    ///
    /// # Errors
    /// When the file of the token cannot be read or the token is too short.
    pub fn new(http: &HttpConfig, registry: &RegistryConfig) -> anyhow::Result<Self> {
        let token = match &http.metrics_token_file {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| {
                    format!("无法读取 http.metrics_token_file：{}", path.display())
                })?;
                let token = text.trim();
                anyhow::ensure!(
                    token.chars().count() >= TOKEN_CHARS_MIN,
                    "http.metrics_token_file 中的令牌至少 {TOKEN_CHARS_MIN} 个字符"
                );
                Some(hash_text(token).into())
            }
        };
        Ok(Self {
            networks: http.metrics_callers.clone().into(),
            proxies: registry.trusted_proxies.clone().into(),
            header: registry.proxy_header,
            token,
        })
    }

    /// Whether a request comes from inside.
    pub fn has(&self, request: &request::Parts) -> bool {
        let peer = request.extensions.get::<Peer>();
        peer.is_some_and(|Peer(peer)| self.is_inside(*peer, &request.headers))
    }

    fn is_inside(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        // Hashes are compared, so the time that it takes tells nothing about the token.
        if let (Some(token), Some(given)) = (&self.token, given)
            && **token == hash_text(given.trim())
        {
            return true;
        }
        let address = caller(peer, headers, &self.proxies, self.header);
        let is_known_proxy = self.proxies.iter().any(|proxy| proxy.contains(peer));
        if is_forwarded(headers) && !is_known_proxy {
            return false;
        }
        let is_named = self.networks.iter().any(|known| known.contains(address));
        is_named || address.is_loopback() && is_own_host(headers)
    }
}

/// Whether a request is meant for this machine by its own name.
fn is_own_host(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST);
    let Some(host) = host.and_then(|host| host::parsed(host.to_str().ok()?)) else {
        return host.is_none();
    };
    let name = host.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::Inside;
    use crate::config::HttpConfig;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    fn is_inside(peer: &str, headers: &[(&'static str, &str)]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "0123456789abcdef\n").unwrap();
        let http = HttpConfig {
            metrics_callers: vec!["10.9.0.0/16".parse().unwrap()],
            metrics_token_file: Some(file),
            ..HttpConfig::default()
        };
        let registry = registry::config::RegistryConfig {
            trusted_proxies: vec!["10.8.0.1".parse().unwrap()],
            ..registry::config::RegistryConfig::default()
        };
        let inside = Inside::new(&http, &registry).unwrap();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect();
        inside.is_inside(peer.parse().unwrap(), &headers)
    }

    #[test]
    fn the_own_machine_named_networks_and_the_token_are_inside() {
        assert!(is_inside("127.0.0.1", &[("host", "127.0.0.1:8080")]));
        assert!(is_inside("::1", &[("host", "[::1]:8080")]));
        assert!(is_inside("127.0.0.1", &[("host", "localhost:8080")]));
        assert!(is_inside("10.9.3.4", &[("host", "tongguan.example")]));
        let token = ("authorization", "Bearer 0123456789abcdef");
        assert!(is_inside("198.51.100.1", &[token]));
        let forwarded = ("x-forwarded-for", "10.9.3.4");
        assert!(is_inside("10.8.0.1", &[forwarded]), "through our proxy");
    }

    #[test]
    fn whom_a_proxy_brings_is_not_the_own_machine() {
        assert!(!is_inside("198.51.100.1", &[("host", "127.0.0.1:8080")]));
        assert!(!is_inside("127.0.0.1", &[("host", "tongguan.example")]));
        for header in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
            let local = ("host", "127.0.0.1:8080");
            assert!(
                !is_inside("127.0.0.1", &[local, (header, "127.0.0.1")]),
                "{header}"
            );
            assert!(!is_inside("10.9.3.4", &[(header, "127.0.0.1")]), "{header}");
        }
        assert!(!is_inside(
            "10.8.0.1",
            &[("x-forwarded-for", "198.51.100.1")]
        ));
        let wrong = ("authorization", "Bearer 0123456789abcdeg");
        assert!(!is_inside("198.51.100.1", &[wrong]));
    }

    #[test]
    fn a_short_token_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "short").unwrap();
        let http = HttpConfig {
            metrics_token_file: Some(file),
            ..HttpConfig::default()
        };
        let inside = Inside::new(&http, &registry::config::RegistryConfig::default());
        assert!(inside.unwrap_err().to_string().contains("16"));
    }
}
