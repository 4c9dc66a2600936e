//! A browser without a screen that travels between the platform and services of others.

use crate::http::{Answer, Connection};
use std::collections::BTreeMap;

/// Steps from one page to the next at most.
const STEPS_MAX: usize = 12;

/// A browser on one host and its ports: cookies do not know ports.
#[derive(Default)]
pub(crate) struct Traveller {
    cookies: BTreeMap<String, String>,
    /// Where it is.
    pub(crate) url: String,
}

/// Host and port of an address, and the path.
fn parts(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    let at = rest.find('/').unwrap_or(rest.len());
    (&rest[..at], if at < rest.len() { &rest[at..] } else { "/" })
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// Where a page without scripts leads by itself.
fn refresh(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("http-equiv=\"refresh\" content=\"0;url=")?;
    let (url, _) = rest.split_once('"')?;
    Some(url.replace("&#38;", "&").replace("&amp;", "&"))
}

impl Traveller {
    fn call(&mut self, method: &str, url: &str, body: &str) -> Answer {
        let (host, path) = parts(url);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let kind = if method == "POST" {
            "content-type: application/x-www-form-urlencoded\r\n"
        } else {
            ""
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\ncookie: {}\r\n{kind}\
             connection: close\r\ncontent-length: {}\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let mut connection = Connection::open(host).unwrap();
        connection.write(head.as_bytes()).unwrap();
        let answer = connection.read().unwrap();
        for (name, value) in &answer.headers {
            if name == "set-cookie" {
                self.keep(value);
            }
        }
        answer
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Follows redirects, and pages that lead on, to the page on which one stays.
    fn arrive(&mut self, url: &str, mut answer: Answer) -> String {
        self.url = url.to_owned();
        for _ in 0..STEPS_MAX {
            let text = answer.text();
            let next = if [301, 302, 303, 307].contains(&answer.status) {
                answer.header("location").unwrap().to_owned()
            } else if let Some(next) = refresh(&text) {
                next
            } else {
                assert_eq!(answer.status, 200, "{}: {text}", self.url);
                return text;
            };
            self.url = if next.starts_with('/') {
                format!("http://{}{next}", parts(&self.url).0)
            } else {
                next
            };
            answer = self.call("GET", &self.url.clone(), "");
        }
        panic!("no end of redirects: {}", self.url);
    }

    /// Opens an address.
    pub(crate) fn open(&mut self, url: &str) -> String {
        let answer = self.call("GET", url, "");
        self.arrive(url, answer)
    }

    /// Sends a form to a path of the host on which the browser is.
    pub(crate) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let url = format!("http://{}{path}", parts(&self.url).0);
        let answer = self.call("POST", &url, &pairs.join("&"));
        self.arrive(&url, answer)
    }
}

/// The value of a field of a form.
pub(crate) fn field(page: &str, name: &str) -> String {
    let begin = format!("name=\"{name}\" value=\"");
    let value = page
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once('"'));
    let value = value.unwrap_or_else(|| panic!("no field {name}: {page}")).0;
    value.replace("&#38;", "&").replace("&amp;", "&")
}
