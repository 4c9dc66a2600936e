//! The answers of the validation routes, as XML (Appendix A of the protocol) or JSON.

use super::{Success, TicketFailure};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The format with this name, in any case; XML when none is named.
    pub(super) fn from_name(name: Option<&str>) -> Option<Self> {
        match name.map(str::to_ascii_uppercase).as_deref() {
            None | Some("" | "XML") => Some(Self::Xml),
            Some("JSON") => Some(Self::Json),
            Some(_) => None,
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

fn xml(inside: &str) -> String {
    format!(
        "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\n{inside}\
         </cas:serviceResponse>\n"
    )
}

/// Text as XML has it; what XML cannot carry is left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A ticket that was valid.
pub(super) fn success(success: &Success, format: Format) -> String {
    match format {
        Format::Xml => xml_success(success),
        Format::Json => json_success(success),
    }
}

fn xml_success(success: &Success) -> String {
    let mut text = format!(
        "  <cas:authenticationSuccess>\n    <cas:user>{}</cas:user>\n",
        escaped(&success.user)
    );
    text.push_str("    <cas:attributes>\n");
    for (name, values) in &success.attributes {
        for value in values {
            // Writing to a string does not fail.
            let _ = writeln!(text, "      <cas:{name}>{}</cas:{name}>", escaped(value));
        }
    }
    text.push_str("    </cas:attributes>\n");
    if let Some(iou) = &success.iou {
        let _ = writeln!(
            text,
            "    <cas:proxyGrantingTicket>{iou}</cas:proxyGrantingTicket>"
        );
    }
    if !success.proxies.is_empty() {
        text.push_str("    <cas:proxies>\n");
        for proxy in &success.proxies {
            let _ = writeln!(text, "      <cas:proxy>{}</cas:proxy>", escaped(proxy));
        }
        text.push_str("    </cas:proxies>\n");
    }
    text.push_str("  </cas:authenticationSuccess>\n");
    xml(&text)
}

fn json_success(success: &Success) -> String {
    let mut inside = Map::new();
    inside.insert("user".to_owned(), json!(success.user));
    let mut attributes = Map::new();
    for (name, values) in &success.attributes {
        let value = match values.as_slice() {
            [one] if one == "true" => Value::Bool(true),
            [one] if one == "false" => Value::Bool(false),
            [one] => json!(one),
            many => json!(many),
        };
        attributes.insert((*name).to_owned(), value);
    }
    inside.insert("attributes".to_owned(), Value::Object(attributes));
    if let Some(iou) = &success.iou {
        inside.insert("proxyGrantingTicket".to_owned(), json!(iou));
    }
    if !success.proxies.is_empty() {
        inside.insert("proxies".to_owned(), json!(success.proxies));
    }
    json!({ "serviceResponse": { "authenticationSuccess": inside } }).to_string()
}

/// A ticket that was not valid, or (`element`) a proxy ticket that was not given.
pub(super) fn failure(failure: TicketFailure, format: Format, element: &str) -> String {
    let (code, description) = (failure.code(), failure.description());
    match format {
        Format::Xml => xml(&format!(
            "  <cas:{element} code=\"{code}\">{description}</cas:{element}>\n"
        )),
        Format::Json => {
            json!({ "serviceResponse": { element: { "code": code, "description": description } } })
                .to_string()
        }
    }
}

/// A proxy ticket.
pub(super) fn proxy(ticket: &str, format: Format) -> String {
    match format {
        Format::Xml => xml(&format!(
            "  <cas:proxySuccess>\n    <cas:proxyTicket>{ticket}</cas:proxyTicket>\n  \
             </cas:proxySuccess>\n"
        )),
        Format::Json => {
            json!({ "serviceResponse": { "proxySuccess": { "proxyTicket": ticket } } }).to_string()
        }
    }
}
