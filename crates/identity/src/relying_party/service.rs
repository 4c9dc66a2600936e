//! Addresses of other systems: parsed once, compared by their parts, never as strings.
//!
//! `https://app.example` must not let `https://app.example.evil.test` in, nor a user name before the
//! host, nor a backslash that one program reads as a slash and another does not. What was checked is
//! what a browser is sent to: the address as it was written out again after parsing.
//!
//! Path parameters (`;jsessionid=…`) do not count: servers of Java write them into addresses when a
//! browser keeps no cookies. What such a server reads as another path (`..;`) is under nothing.

use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Longest address of a service, in bytes.
const URL_BYTES_MAX: usize = 2000;

/// What a segment of a path must not contain in any spelling: separators and dots that other
/// programs read differently, and a percent sign that hides them once more.
const HIDDEN: [&str; 6] = ["%2f", "%5c", "%2e", "%3b", "%25", "//"];

/// An address is near another on another host when at most one character in so many differs.
const NEAR: usize = 4;

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

    /// The text without path parameters: what tickets are compared by.
    pub fn bare(&self) -> String {
        let (path, query) = match self.text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.text.as_str(), None),
        };
        let path: Vec<&str> = path.split('/').map(without_parameters).collect();
        let path = path.join("/");
        match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        }
    }

    /// Whether it brings a ticket of its own, which a service could take for ours.
    fn has_ticket(&self) -> bool {
        let query = self.url.query().unwrap_or_default();
        let in_path = self.url.path().split('/');
        let in_path = in_path.flat_map(|segment| segment.split(';').skip(1));
        // Some servers also take a semicolon for an ampersand.
        let mut named = query.split(['&', ';']).chain(in_path);
        named.any(|pair| is_ticket(pair.split('=').next().unwrap_or_default()))
    }

    /// The segments of its path without parameters; nothing when other programs could read another
    /// path in it.
    fn segments(&self) -> Option<Vec<&str>> {
        let path = self.url.path();
        let lower = path.to_ascii_lowercase();
        let has_control = percent_decode_str(path).any(|byte| byte.is_ascii_control());
        if has_control || HIDDEN.iter().any(|hidden| lower.contains(hidden)) {
            return None;
        }
        let segments: Vec<&str> = path.split('/').map(without_parameters).collect();
        let is_plain = |segment: &&str| !segment.is_empty() && ![".", ".."].contains(segment);
        let n_inside = segments.len().saturating_sub(2);
        // The first is before the leading slash, the last may be empty; a segment that is nothing but
        // parameters is an empty one to a server.
        let inside = segments.iter().skip(1).take(n_inside);
        let last = segments.last().filter(|last| !last.is_empty());
        inside.chain(last).all(is_plain).then_some(segments)
    }

    /// Whether it lies under `pattern`: same scheme, host and port, and a path that begins with
    /// whole segments of the pattern's, parameters apart. Its query is its own affair, but for a
    /// ticket.
    pub fn is_under(&self, pattern: &str) -> bool {
        let Some(pattern) = Self::parse(pattern) else {
            return false;
        };
        let (ours, theirs) = (&self.url, &pattern.url);
        if ours.origin() != theirs.origin() {
            return false;
        }
        if self.has_ticket() {
            return false;
        }
        let (Some(ours), Some(theirs)) = (self.segments(), pattern.segments()) else {
            return false;
        };
        let n_theirs = theirs.len() - usize::from(theirs.last().is_some_and(|s| s.is_empty()));
        ours.get(..n_theirs) == theirs.get(..n_theirs)
    }

    /// The one among registered addresses that comes nearest, if it is on the same host or nearly the
    /// same: an entry that has nothing to do with the question is nobody's business.
    pub fn nearest<'a>(text: &str, registered: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        let asked = text.split('?').next().unwrap_or_default();
        let host = |text: &str| Url::parse(text).ok()?.host_str().map(str::to_owned);
        let asked_host = host(asked);
        registered
            .map(|url| (strsim::levenshtein(asked, url), url))
            .filter(|(n_differ, url)| {
                let is_same = asked_host.is_some() && host(url) == asked_host;
                is_same || n_differ * NEAR <= asked.chars().count()
            })
            .min_by_key(|(n_differ, _)| *n_differ)
            .map(|(_, url)| url)
    }
}

/// A segment of a path without its parameters.
fn without_parameters(segment: &str) -> &str {
    segment.split(';').next().unwrap_or_default()
}

/// Whether a server could read a parameter of this name, as it stands in an address, as `ticket`: some
/// leave out blanks and control characters, or take `ticket[]` for a list of that name.
fn is_ticket(name: &str) -> bool {
    let name: Vec<u8> = percent_decode_str(name).collect();
    let name = name.split(|byte| *byte == b'[').next().unwrap_or_default();
    let is_read = |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b' ' | b'+');
    let name: Vec<u8> = name.iter().copied().filter(is_read).collect();
    name.eq_ignore_ascii_case(b"ticket")
}
