//! Redirect addresses of `OpenID` Connect (回调地址): which may be registered, and which one that a
//! client brings is the registered one.
//!
//! Letter by letter the same (RFC 9700, section 2.1), with the one exception of RFC 8252, section 7.3:
//! a program on the person's own machine gets its port from the operating system, so a public client
//! that registered a loopback address may come with any port. Nothing is parsed, folded or completed
//! for that: the port is cut out of the text, and the rest must be the same. A program on a telephone
//! may have a scheme of its own (section 7.1).

use super::RelyingParty;
use super::service::Service;

/// Longest private-use address, in bytes.
const BYTES_MAX: usize = 500;

/// How the address of a program on the person's own machine begins.
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Whether a client may be registered with this redirect address: over TLS, on the own machine, or (a
/// public one) with a scheme of its own.
pub(super) fn may_be_registered(url: &str, is_public: bool) -> bool {
    if url.contains('*') {
        return false;
    }
    let on_the_web = Service::parse(url);
    let is_web = on_the_web.is_some_and(|url| url.is_https() || url.is_loopback());
    is_web || (is_public && is_private_use(url))
}

/// Whether an address has a scheme of its own: the reversed name of a domain, as `com.example.app:/back`,
/// so that two programs do not meet by accident (RFC 8252, section 7.1).
pub fn is_private_use(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let labels: Vec<&str> = scheme.split('.').collect();
    let is_label = |label: &&str| {
        label.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_domain = labels.len() >= 2
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && labels.iter().all(is_label);
    let is_plain = |c: char| c.is_ascii_graphic() && !"\\<>\"`{}|^#".contains(c);
    is_domain && url.len() <= BYTES_MAX && rest.starts_with('/') && rest.chars().all(is_plain)
}

/// What stands before and after the port of a loopback address; nothing for any other address.
fn around_port(url: &str) -> Option<(&'static str, &str)> {
    let begin = LOOPBACK.into_iter().find(|begin| url.starts_with(begin))?;
    let rest = &url[begin.len()..];
    let after = match rest.strip_prefix(':') {
        Some(port) => {
            let n_digits = port.bytes().take_while(u8::is_ascii_digit).count();
            let number: u16 = port.get(..n_digits)?.parse().ok()?;
            (number > 0).then_some(())?;
            &port[n_digits..]
        }
        None => rest,
    };
    // The host ends here: `127.0.0.1.evil.test` and `127.0.0.1@evil.test` go on.
    (after.is_empty() || after.starts_with(['/', '?'])).then_some((begin, after))
}

/// Whether `asked` is a registered address of a client.
pub fn is_registered(party: &RelyingParty, registered: &[String], asked: &str) -> bool {
    let is_public = party.secret_hash.is_none();
    let asked_around = around_port(asked).filter(|_| is_public);
    registered.iter().any(|url| {
        url == asked || asked_around.is_some_and(|asked| around_port(url) == Some(asked))
    })
}
