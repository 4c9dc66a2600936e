//! Addresses of other systems: parsed once, compared by their parts, never as strings.
//!
//! `https://app.example` must not let `https://app.example.evil.test` in, nor a user name before the
//! host, nor a backslash that one program reads as a slash and another does not. What was checked is
//! what a browser is sent to: the address as it was written out again after parsing.

use url::{Host, Url};

/// Longest address of a service, in bytes.
const URL_BYTES_MAX: usize = 2000;

/// The address of a service (服务地址) as a client named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The text to which a ticket is bound.
    pub text: String,
    url: Url,
}

impl Service {
    /// Reads an address; nothing when it is not a plain one of the web.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain =
            |c: char| !c.is_control() && !c.is_whitespace() && !"\\<>\"`{}|^".contains(c);
        if text.len() > URL_BYTES_MAX || !text.chars().all(is_plain) {
            return None;
        }
        let has_slashes = text.split_once(':')?.1.starts_with("//");
        let url = Url::parse(text).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_bare = url.username().is_empty() && url.password().is_none();
        let is_host = url.host().is_some();
        (is_web && is_bare && is_host && has_slashes && url.fragment().is_none()).then(|| Self {
            text: text.to_owned(),
            url,
        })
    }

    /// Scheme, host and port, as a content security policy names them.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The address to which a browser is sent, with one more parameter.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair(name, value);
        url.into()
    }

    /// The address to which a browser is sent.
    pub fn plain(&self) -> &str {
        self.url.as_str()
    }

    /// Whether it is reached by TLS.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether it lies under `pattern`: same scheme, host and port, and a path that begins with
    /// whole segments of the pattern's. Its query is its own affair.
    pub fn is_under(&self, pattern: &str) -> bool {
        let Some(pattern) = Self::parse(pattern) else {
            return false;
        };
        let (ours, theirs) = (&self.url, &pattern.url);
        if ours.origin() != theirs.origin() {
            return false;
        }
        // A segment that decodes to a separator or to dots is read differently by other programs.
        let path = ours.path().to_ascii_lowercase();
        if ["%2f", "%5c", "%2e", "%00", "//"]
            .iter()
            .any(|bad| path.contains(bad))
        {
            return false;
        }
        let begin = theirs.path().trim_end_matches('/');
        ours.path()
            .strip_prefix(begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
