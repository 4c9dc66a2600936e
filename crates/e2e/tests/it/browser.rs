//! A person's browser without a screen: cookies, forms, redirects, the token of the page.

use crate::http::{Answer, Connection};
use crate::platform::Platform;
use serde_json::Value;
use std::collections::BTreeMap;

/// Redirects that are followed at most.
const REDIRECTS_MAX: usize = 5;

/// The password that all people of the tests choose.
pub(crate) const PASSWORD: &str = "Qx7#vmbLr2!pzw";

/// A browser.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    address: String,
    cookies: BTreeMap<String, String>,
    /// Further headers of every request.
    pub(crate) headers: Vec<(String, String)>,
    /// The token for what changes something, once the session was asked for.
    pub(crate) csrf: String,
}

/// A page and where it is.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) answer: Answer,
}

impl Page {
    /// The value of a field of a form.
    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        let text = self.answer.text();
        let from = format!("name=\"{name}\" value=\"");
        let rest = text.split_once(&from).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split_once('"'));
        value
            .unwrap_or_else(|| panic!("no field {name} on {}: {text}", self.path))
            .0
            .to_owned()
    }

    /// The code that a page of the demo shows.
    #[track_caller]
    pub(crate) fn demo_code(&self) -> String {
        let text = self.answer.text();
        let rest = text.split_once("id=\"demo-code\">").map(|(_, rest)| rest);
        let code = rest.and_then(|rest| rest.get(..6));
        code.unwrap_or_else(|| panic!("no code on {}: {text}", self.path))
            .to_owned()
    }
}

fn escaped(text: &str) -> String {
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

impl Browser {
    pub(crate) fn new(platform: &Platform) -> Self {
        Self {
            address: platform.address.clone(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            csrf: String::new(),
        }
    }

    /// One request, without following anything.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        if !cookies.is_empty() {
            head.push_str(&format!("cookie: {}\r\n", cookies.join("; ")));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !kind.is_empty() {
            head.push_str(&format!("content-type: {kind}\r\n"));
        }
        if !self.csrf.is_empty() {
            head.push_str(&format!("x-csrf-token: {}\r\n", self.csrf));
        }
        head.push_str(&format!(
            "connection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        ));
        let mut connection = Connection::open(&self.address).unwrap();
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        // The platform may answer before it has read all and hang up: the answer counts.
        let _ = connection.write(&bytes);
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
        if let Some((name, value)) = pair.split_once('=') {
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie, as a thief would.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Follows redirects with GET.
    #[track_caller]
    fn follow(&mut self, path: &str, mut answer: Answer) -> Page {
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS_MAX {
            if ![302, 303, 307].contains(&answer.status) {
                break;
            }
            path = answer.header("location").unwrap().to_owned();
            answer = self.call("GET", &path, "", b"");
        }
        Page { path, answer }
    }

    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Page {
        let answer = self.call("GET", path, "", b"");
        self.follow(path, answer)
    }

    /// Sends a form.
    #[track_caller]
    pub(crate) fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        let answer = self.call("POST", path, kind, pairs.join("&").as_bytes());
        self.follow(path, answer)
    }

    /// Calls the API with JSON.
    #[track_caller]
    pub(crate) fn api(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.call(method, path, "application/json", &text)
    }

    /// Asks for the session and keeps its token; answers it.
    #[track_caller]
    pub(crate) fn session(&mut self) -> Value {
        let session = self.call("GET", "/api/v1/session", "", b"").expect(200);
        self.csrf = session["csrf"].as_str().unwrap().to_owned();
        session
    }

    /// Logs in with the password of the tests and, when asked, the code that the demo shows.
    #[track_caller]
    pub(crate) fn log_in(&mut self, login: &str) -> Value {
        let mut page = self.form("/login", &[("login", login), ("password", PASSWORD)]);
        if page.path.starts_with("/login/second") {
            let (csrf, code) = (page.field("csrf"), page.demo_code());
            page = self.form("/login/second", &[("csrf", &csrf), ("code", &code)]);
        }
        assert!(
            page.path.starts_with("/console"),
            "{} {}",
            page.path,
            page.answer.text()
        );
        self.session()
    }

    /// Sets the password by a one-time link and, for staff, a code generator; answers the session.
    #[track_caller]
    pub(crate) fn activate(&mut self, link: &str) -> Value {
        // The address of the platform before the path is the one that people use, not ours.
        let link = link.find("/activate").map_or(link, |at| &link[at..]);
        let page = self.get(link);
        let token = page.field("token");
        let fields = [
            ("token", token.as_str()),
            ("new", PASSWORD),
            ("again", PASSWORD),
        ];
        let page = self.form("/activate", &fields);
        if page.path.starts_with("/account/totp") {
            let (csrf, code) = (page.field("csrf"), page.demo_code());
            let page = self.form("/account/totp", &[("csrf", &csrf), ("code", &code)]);
            assert_eq!(page.answer.status, 200, "{}", page.answer.text());
        }
        self.session()
    }
}

/// The form of the first start with three officers and, in a demo, sample staff.
pub(crate) const OFFICERS: [(&str, &str); 7] = [
    ("system_name", "张系统"),
    ("system_login", "sys.admin"),
    ("security_name", "李安全"),
    ("security_login", "sec.admin"),
    ("audit_name", "王审计"),
    ("audit_login", "aud.admin"),
    ("samples", "yes"),
];

/// Makes the first officers and the sample staff; answers the one-time link of each login.
#[track_caller]
pub(crate) fn first_start(platform: &Platform) -> BTreeMap<String, String> {
    let link = platform.ready["bootstrap"].as_str().unwrap();
    let token = link.split_once("token=").unwrap().1;
    let mut fields = vec![("token", token)];
    fields.extend(OFFICERS);
    let page = Browser::new(platform).form("/bootstrap", &fields);
    assert_eq!(page.answer.status, 200, "{}", page.answer.text());
    let text = page.answer.text();
    text.split("<a href=\"/activate")
        .skip(1)
        // The links stand there in both languages; those of the page's own name the login.
        .filter_map(|rest| {
            let (query, rest) = rest.split_once("\" data-login=\"")?;
            let login = rest.split('"').next()?;
            Some((login.to_owned(), format!("/activate{query}")))
        })
        .collect()
}

/// Everybody of the first start, logged in.
#[track_caller]
pub(crate) fn staff(platform: &Platform) -> BTreeMap<String, Browser> {
    first_start(platform)
        .into_iter()
        .map(|(login, link)| {
            let mut browser = Browser::new(platform);
            browser.activate(&link);
            (login, browser)
        })
        .collect()
}
