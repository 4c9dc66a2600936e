//! A small HTTP/1.1 client on a plain socket: it can keep a connection open, and misbehave.

use serde_json::Value;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long to wait for a byte of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The stable code of a problem, or nothing.
    pub(crate) fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

/// An open connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Result<Self> {
        Self::over(TcpStream::connect(address)?, address)
    }

    /// From another address of this machine: `127.0.0.2`.
    pub(crate) fn open_from(source: &str, address: &str) -> Result<Self> {
        let other = |error: std::net::AddrParseError| Error::other(error);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let stream = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(std::net::SocketAddr::new(source.parse().map_err(other)?, 0))?;
            let stream = socket.connect(address.parse().map_err(other)?).await?;
            stream.into_std()
        })?;
        stream.set_nonblocking(false)?;
        Self::over(stream, address)
    }

    fn over(stream: TcpStream, address: &str) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_write_timeout(Some(READ_TIMEOUT))?;
        Ok(Self {
            stream: BufReader::new(stream),
            address: address.to_owned(),
        })
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if let Some(key) = key {
            head.push_str(&format!("authorization: Bearer {key}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        // The platform may answer before it has read all and hang up: the answer counts.
        let written = self.write(&bytes);
        let answer = self.read();
        match written {
            Ok(()) => answer,
            Err(error) => answer.map_err(|_| error),
        }
    }

    /// Writes whatever bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads the head of one answer.
    pub(crate) fn read_head(&mut self) -> Result<Answer> {
        let bad = |why: &str| Error::new(ErrorKind::InvalidData, why.to_owned());
        let first = self.line()?;
        let status = first
            .get(9..12)
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| bad(&first))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| bad(&line))?;
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Answer {
            status,
            headers,
            body: Vec::new(),
        })
    }

    /// Reads one answer.
    pub(crate) fn read(&mut self) -> Result<Answer> {
        let head = self.read_head()?;
        self.read_body(head)
    }

    /// Reads what belongs to a head.
    pub(crate) fn read_body(&mut self, mut answer: Answer) -> Result<Answer> {
        let bad = |why: &str| Error::new(ErrorKind::InvalidData, why.to_owned());
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let n_bytes = usize::from_str_radix(&self.line()?, 16).map_err(|_| bad("chunk"))?;
                let mut chunk = vec![0; n_bytes];
                self.stream.read_exact(&mut chunk)?;
                answer.body.extend(chunk);
                self.line()?;
                if n_bytes == 0 {
                    break;
                }
            }
        } else {
            let n_bytes = answer.header("content-length").unwrap_or("0").parse();
            answer.body = vec![0; n_bytes.map_err(|_| bad("content-length"))?];
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    /// Waits until the other side has hung up, whatever it says before.
    pub(crate) fn until_end(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            // Cut off with something unread is an end as well.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(bytes),
            Err(error) => Err(error),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// A company's program: an address and a key.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) address: String,
    pub(crate) key: String,
}

impl Client {
    /// One request on a connection of its own; nothing when the platform does not answer.
    pub(crate) fn try_call(&self, method: &str, path: &str, body: &[u8]) -> Result<Answer> {
        Connection::open(&self.address)?.send(method, path, Some(&self.key), body)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_call("GET", path, b"").unwrap()
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.try_call("POST", path, body).unwrap()
    }

    /// Submits a message.
    #[track_caller]
    pub(crate) fn submit(&self, xml: &[u8]) -> Answer {
        self.post("/api/v1/messages", xml)
    }

    /// Submits a message that must be accepted; answers its id.
    #[track_caller]
    pub(crate) fn accepted(&self, xml: &[u8]) -> String {
        let answer = self.submit(xml).expect(202);
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Everything about a message.
    #[track_caller]
    pub(crate) fn message(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/messages/{id}")).expect(200)
    }

    #[track_caller]
    pub(crate) fn state(&self, id: &str) -> String {
        self.message(id)["state"].as_str().unwrap().to_owned()
    }

    /// Waits until a message is in this state.
    #[track_caller]
    pub(crate) fn until_state(&self, id: &str, state: &str) -> Value {
        let mut last = Value::Null;
        let begun = std::time::Instant::now();
        while begun.elapsed() < crate::wait::PATIENCE {
            last = self.message(id);
            if last["state"] == state {
                return last;
            }
            crate::wait::pause(Duration::from_millis(20));
        }
        panic!("message {id} did not become {state}: {last:#}");
    }

    /// The company's whole feed, page by page.
    #[track_caller]
    pub(crate) fn feed(&self) -> Vec<Value> {
        self.feed_after("0")
    }

    #[track_caller]
    pub(crate) fn feed_after(&self, cursor: &str) -> Vec<Value> {
        let mut after = cursor.to_owned();
        let mut found = Vec::new();
        loop {
            let path = format!("/api/v1/receipts?after={after}&limit=1000");
            let page = self.get(&path).expect(200);
            let items = page["items"].as_array().unwrap();
            if items.is_empty() {
                return found;
            }
            found.extend(items.iter().cloned());
            after = page["next"].as_str().unwrap().to_owned();
        }
    }

    /// The company's messages, newest first, over all pages.
    #[track_caller]
    pub(crate) fn list(&self) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        let mut after = String::new();
        loop {
            let page = self
                .get(&format!("/api/v1/messages?limit=1000{after}"))
                .expect(200);
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return found,
            }
        }
    }

    /// Statuses of the receipts of one message, in the order of the feed; tax bills have none.
    #[track_caller]
    pub(crate) fn statuses(&self, id: &str) -> Vec<i64> {
        let feed = self.feed();
        let of = feed.iter().filter(|item| item["messageId"] == id);
        of.filter_map(|item| item["returnStatus"].as_i64())
            .collect()
    }
}
