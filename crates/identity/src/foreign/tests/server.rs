//! Another system in software: a server on loopback that answers what the test says, path by path.

use crate::testing::{Browser, PageAnswer, Pages};
use registry::config::{ForeignProtocol, ForeignSource};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is answered on a path: status and body; nothing at all for a system that hangs.
pub(super) type Said = Option<(u16, Vec<u8>)>;

/// A server.
pub(super) struct Server {
    pub(super) port: u16,
    says: Arc<Mutex<BTreeMap<String, Said>>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self {
            port,
            says: Arc::default(),
            heard: Arc::default(),
        };
        let (says, heard) = (Arc::clone(&server.says), Arc::clone(&server.heard));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (says, heard) = (Arc::clone(&says), Arc::clone(&heard));
                // A client that hangs up ends its thread only.
                std::thread::spawn(move || answer(connection.unwrap(), &says, &heard).ok());
            }
        });
        server
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(super) fn say(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.say_status(path, 200, body);
    }

    pub(super) fn say_status(&self, path: &str, status: u16, body: impl Into<Vec<u8>>) {
        let answer = Some((status, body.into()));
        self.says.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// Takes the question and never answers.
    pub(super) fn hang(&self, path: &str) {
        self.says.lock().unwrap().insert(path.to_owned(), None);
    }

    /// Everything that was asked, head and body.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn source(&self, protocol: ForeignProtocol) -> ForeignSource {
        ForeignSource {
            name: "house".to_owned(),
            title: "海关统一门户".to_owned(),
            protocol,
            address: self.url(),
            client_id: "tongguan".to_owned(),
            contact: "海关科技处 王工".to_owned(),
            ..ForeignSource::default()
        }
    }
}

fn answer(
    mut stream: TcpStream,
    says: &Mutex<BTreeMap<String, Said>>,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    loop {
        let n_bytes = stream.read(&mut bytes)?;
        text.push_str(&String::from_utf8_lossy(&bytes[..n_bytes]));
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if whole || n_bytes == 0 {
            break;
        }
    }
    let path = text.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    heard.lock().unwrap().push(text);
    let answer = says.lock().unwrap().get(&path).cloned();
    let (status, body) = match answer {
        Some(Some(answer)) => answer,
        // Reading again waits until the other side has had enough.
        Some(None) => {
            let _ = stream.read(&mut bytes)?;
            return Ok(());
        }
        None => (404, Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nLocation: http://127.0.0.1:1/\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    stream.flush()
}

/// Sends a browser away; answers the parameters of the address to which it went.
pub(super) async fn away(pages: &Pages, browser: &mut Browser) -> BTreeMap<String, String> {
    let answer = browser
        .get(pages, "/login/foreign/house?next=/console/cases")
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let url = url::Url::parse(answer.location()).unwrap();
    url.query_pairs().into_owned().collect()
}

/// Comes back with these parameters.
pub(super) async fn back(
    pages: &Pages,
    browser: &mut Browser,
    params: &[(&str, &str)],
) -> PageAnswer {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(params);
    let path = format!("/login/foreign/house/callback?{}", query.finish());
    browser.get(pages, &path).await
}

/// Binds an external id to an account without the pages.
pub(super) async fn bound(pages: &Pages, external: &'static str, account: i64) {
    pages
        .write(move |tx| {
            let binding = crate::foreign::Binding {
                id: account,
                source: "house".to_owned(),
                external: external.to_owned(),
                account: registry::account::AccountId(account),
                created_at: 0,
                used_at: None,
            };
            assert!(crate::foreign::insert(tx, &binding)?);
            Ok(())
        })
        .await;
}
