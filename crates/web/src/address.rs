//! Addresses (来源地址): who calls, when proxies of ours stand between, and what counts as one caller.

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::{IpNet, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The prefix by which addresses of IPv6 count as one caller: what one line of a customer has.
const IPV6_PREFIX: u8 = 64;

/// The header of most proxies, each of which adds the address that it heard from.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A network or one address (网段): `10.0.0.0/8`, `192.0.2.1`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let one = text
            .parse::<IpAddr>()
            .ok()
            .map(|ip| ip.to_canonical().into());
        let network = one.or_else(|| text.parse::<IpNet>().ok());
        network
            .map(Self)
            .ok_or_else(|| format!("{text} 不是地址或网段（例如 192.0.2.1 或 10.0.0.0/8）"))
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            write!(f, "{}", self.0.addr())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// The header in which our proxies say who called them. Only this one is read: a proxy that writes
/// the one hands the other on as the caller wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

/// The address of the caller. A connection from elsewhere than a proxy of ours says nothing that is
/// believed. From a proxy, all lines of the header are one list, read from its end: the first
/// address that is no proxy of ours is the caller. What cannot be read is not believed: then it is
/// the proxy that called.
pub fn caller(
    peer: IpAddr,
    headers: &HeaderMap,
    proxies: &[Network],
    header: ProxyHeader,
) -> IpAddr {
    let is_ours = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let peer = peer.to_canonical();
    if !is_ours(peer) {
        return peer;
    }
    let mut found = peer;
    for hop in hops(headers, header).iter().rev() {
        match address(hop) {
            Some(address) if is_ours(address) => found = address,
            Some(address) => return address,
            None => return peer,
        }
    }
    found
}

/// Whether a request came through a proxy, whoever's.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    let names = [
        X_FORWARDED_FOR,
        header::FORWARDED,
        header::VIA,
        HeaderName::from_static("x-real-ip"),
        HeaderName::from_static("x-forwarded-host"),
    ];
    names.iter().any(|name| headers.contains_key(name))
}

/// The addresses of all lines in their order, as they are written.
fn hops(headers: &HeaderMap, header: ProxyHeader) -> Vec<String> {
    let name = match header {
        ProxyHeader::XForwardedFor => X_FORWARDED_FOR,
        ProxyHeader::Forwarded => header::FORWARDED,
    };
    let lines = headers.get_all(name).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
    let mut found = Vec::new();
    for line in lines {
        match header {
            ProxyHeader::XForwardedFor => {
                let hops = line.split(',').map(str::trim);
                found.extend(hops.filter(|hop| !hop.is_empty()).map(str::to_owned));
            }
            ProxyHeader::Forwarded => found.extend(forwarded(&line)),
        }
    }
    found
}

/// The `for` of every element of a line; empty when an element has none.
fn forwarded(line: &str) -> Vec<String> {
    let elements = split(line, ',').into_iter();
    let elements = elements.filter(|element| !element.trim().is_empty());
    let value = |element: &str| {
        split(element, ';').into_iter().find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let is_for = name.trim().eq_ignore_ascii_case("for");
            is_for.then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    elements
        .map(|element| value(element).unwrap_or_default())
        .collect()
}

/// Splits at a character outside quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(move |c: char| {
        is_quoted ^= c == '"';
        c == at && !is_quoted
    })
    .collect()
}

/// An address as it stands in a list: with or without port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let plain = bare.unwrap_or(text).parse::<IpAddr>().ok();
    plain
        .or_else(|| {
            text.parse::<SocketAddr>()
                .ok()
                .map(|with_port| with_port.ip())
        })
        .map(|address| address.to_canonical())
}

/// What counts as one caller: an address of IPv4, or the /64 of one of IPv6. What is no address
/// counts as itself.
pub fn network(address: &str) -> String {
    match address
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => Ipv6Net::new(address, IPV6_PREFIX)
            .map_or_else(|_| address.to_string(), |net| net.trunc().to_string()),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Network, ProxyHeader, caller, is_forwarded, network};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use std::net::IpAddr;

    fn proxies() -> Vec<Network> {
        ["10.0.0.0/8", "192.0.2.1", "2001:db8:f::/48"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let value = HeaderValue::from_str(line).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    fn from(peer: &str, header: ProxyHeader, lines: &[&str]) -> String {
        let name = match header {
            ProxyHeader::XForwardedFor => "x-forwarded-for",
            ProxyHeader::Forwarded => "forwarded",
        };
        let peer: IpAddr = peer.parse().unwrap();
        caller(peer, &headers(name, lines), &proxies(), header).to_string()
    }

    #[test]
    fn nobody_but_our_proxies_is_believed_and_lists_are_read_from_their_end() {
        let of = |peer, lines: &[&str]| from(peer, ProxyHeader::XForwardedFor, lines);
        for (peer, lines, expected) in [
            // A stranger says what he likes.
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("10.1.1.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.1.1.1", vec!["198.51.100.1"], "198.51.100.1"),
            // The proxy adds at the end, in the same line or in one of its own.
            ("10.1.1.1", vec!["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            ("10.1.1.1", vec!["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            (
                "10.1.1.1",
                vec!["1.2.3.4", "198.51.100.1", "10.2.2.2"],
                "198.51.100.1",
            ),
            (
                "192.0.2.1",
                vec!["junk, 198.51.100.1 ,10.2.2.2,"],
                "198.51.100.1",
            ),
            // Ports and brackets, as some proxies write them.
            ("10.1.1.1", vec!["198.51.100.1:4711"], "198.51.100.1"),
            ("10.1.1.1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.1.1.1", vec!["2001:db8::1"], "2001:db8::1"),
            (
                "10.1.1.1",
                vec!["2001:db8:f::7, 2001:db8:f::8"],
                "2001:db8:f::7",
            ),
            // What cannot be read is not believed.
            ("10.1.1.1", vec!["1.2.3.4, junk"], "10.1.1.1"),
            ("10.1.1.1", vec!["1.2.3.4, unknown, 10.9.9.9"], "10.1.1.1"),
            ("10.1.1.1", vec![], "10.1.1.1"),
            ("10.1.1.1", vec!["", " , "], "10.1.1.1"),
            // All are ours: the first of them began.
            ("10.1.1.1", vec!["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ] {
            assert_eq!(of(peer, &lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_like_the_other_and_only_when_it_is_the_one() {
        let of = |lines: &[&str]| from("10.1.1.1", ProxyHeader::Forwarded, lines);
        for (lines, expected) in [
            (vec!["for=198.51.100.1"], "198.51.100.1"),
            (
                vec!["for=1.2.3.4", "For=198.51.100.1;proto=https"],
                "198.51.100.1",
            ),
            (
                vec!["for=1.2.3.4, proto=https;for=\"[2001:db8::1]:80\""],
                "2001:db8::1",
            ),
            (
                vec!["for=\"1.2.3.4, for=5.6.7.8\", for=198.51.100.1"],
                "198.51.100.1",
            ),
            (vec!["for=198.51.100.1, for=10.4.4.4"], "198.51.100.1"),
            (vec!["for=1.2.3.4, for=_hidden"], "10.1.1.1"),
            (vec!["for=1.2.3.4, proto=https"], "10.1.1.1"),
        ] {
            assert_eq!(of(&lines), expected, "{lines:?}");
        }
        let both = headers("x-forwarded-for", &["198.51.100.1"]);
        let peer = "10.1.1.1".parse().unwrap();
        let address = caller(peer, &both, &proxies(), ProxyHeader::Forwarded);
        assert_eq!(address.to_string(), "10.1.1.1");
        assert!(is_forwarded(&both));
        assert!(!is_forwarded(&HeaderMap::new()));
    }

    #[test]
    fn one_line_of_a_customer_is_one_caller() {
        assert_eq!(network("2001:db8:1:2::9"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network(""), "");
    }

    #[test]
    fn networks_are_written_as_they_are_read() {
        for text in ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "2001:db8::1"] {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.to_string(), text);
        }
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0", "*"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
