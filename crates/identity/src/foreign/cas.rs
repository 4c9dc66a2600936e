//! The other system is a CAS server: where to send the browser, and what its word about a ticket is.

use super::fetch::{FetchBody, call};
use super::{Trouble, external_id};
use ceb::xml::{OutlineElement, outline};
use registry::config::ForeignSource;
use ureq::Agent;
use url::form_urlencoded::byte_serialize;

/// Namespace of the answers.
const NAMESPACE: &str = "http://www.yale.edu/tp/cas";

/// Bytes and elements of an answer at most.
const LIMITS: (usize, usize) = (256 << 10, 500);

/// The longest ticket; services promise to take 256 characters.
const TICKET_CHARS_MAX: usize = 256;

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

fn base(source: &ForeignSource) -> &str {
    source.address.trim_end_matches('/')
}

/// Where the browser goes.
pub(crate) fn login_url(source: &ForeignSource, service: &str) -> String {
    format!("{}/login?service={}", base(source), encoded(service))
}

/// Whether a server answers at all: a ticket that nobody issued is refused in its own words.
pub(crate) fn probe(agent: &Agent, source: &ForeignSource) -> Result<(), Trouble> {
    let answer = ask(agent, source, "https://probe.invalid/", "ST-probe")?;
    let elements = outline(&answer, LIMITS).ok_or(NOT_XML)?;
    outcome(&elements).map(|_| ())
}

fn ask(
    agent: &Agent,
    source: &ForeignSource,
    service: &str,
    ticket: &str,
) -> Result<Vec<u8>, Trouble> {
    let url = format!(
        "{}/p3/serviceValidate?service={}&ticket={}",
        base(source),
        encoded(service),
        encoded(ticket)
    );
    call(agent, &url, &FetchBody::default())
}

/// Redeems a ticket that was issued for `service`; answers the external id.
pub(crate) fn redeem(
    agent: &Agent,
    source: &ForeignSource,
    service: &str,
    ticket: &str,
) -> Result<String, Trouble> {
    let is_ticket = ticket.len() <= TICKET_CHARS_MAX
        && ticket.starts_with("ST-")
        && ticket
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if !is_ticket {
        return Err(Trouble::Wrong("the ticket is not one"));
    }
    let answer = ask(agent, source, service, ticket)?;
    person(&answer, &source.attribute)
}

const NOT_XML: Trouble = Trouble::Wrong("the answer is not the XML that it should be");

/// The external id in an answer: the one user, or the one value of an attribute.
pub(crate) fn person(answer: &[u8], attribute: &str) -> Result<String, Trouble> {
    let elements = outline(answer, LIMITS).ok_or(NOT_XML)?;
    let inside = match outcome(&elements)? {
        Some(inside) => inside,
        None => return Err(Trouble::Wrong("it refused the ticket")),
    };
    let at_depth = |depth: usize, name: &str| -> Vec<&OutlineElement> {
        let found = inside.iter().filter(|one| one.depth == depth);
        found.filter(|one| one.name == name).collect()
    };
    let [user] = at_depth(2, "user")[..] else {
        return Err(Trouble::Wrong("not one user"));
    };
    let user = external_id(&user.text)?;
    if at_depth(2, "attributes").len() > 1 {
        return Err(NOT_XML);
    }
    if attribute.is_empty() || attribute == "user" {
        return Ok(user);
    }
    let [value] = at_depth(3, attribute)[..] else {
        return Err(Trouble::Wrong("not one value of the attribute"));
    };
    external_id(&value.text)
}

/// What is inside a success; nothing for a failure. Anything else is no answer.
fn outcome(elements: &[OutlineElement]) -> Result<Option<&[OutlineElement]>, Trouble> {
    let [root, verdict, inside @ ..] = elements else {
        return Err(NOT_XML);
    };
    let is_foreign = elements.iter().any(|one| one.namespace != NAMESPACE);
    let n_verdicts = elements.iter().filter(|one| one.depth == 1).count();
    if root.name != "serviceResponse" || is_foreign || n_verdicts != 1 {
        return Err(NOT_XML);
    }
    // Whatever has children has no text of its own, or it would not be known what was meant.
    let has_stray = elements.windows(2).any(|pair| {
        let [parent, child] = pair else { return false };
        child.depth > parent.depth && !parent.text.trim().is_empty()
    });
    match verdict.name.as_str() {
        _ if has_stray => Err(NOT_XML),
        "authenticationSuccess" => Ok(Some(inside)),
        "authenticationFailure" => Ok(None),
        _ => Err(NOT_XML),
    }
}
