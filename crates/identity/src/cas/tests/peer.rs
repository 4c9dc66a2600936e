//! Other systems of a test: a server on loopback, with TLS or without, that notes what it is asked.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// An authority and the certificates that it has signed.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's certificate for a host.
    pub(crate) fn server(&self, host: &str, is_expired: bool) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        if is_expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 2, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Arc::new(config)
    }
}

/// A server that answers everything with one status.
pub(crate) struct Peer {
    pub(crate) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>, status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (tls, notes) = (tls.clone(), Arc::clone(&notes));
                std::thread::spawn(move || {
                    // A client that hangs up (a certificate it does not like) ends its thread only.
                    let _ = answer(connection.unwrap(), tls, status, &notes);
                });
            }
        });
        Self { port, heard }
    }

    /// Everything that was asked, head and body.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn answer(
    mut connection: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    status: &str,
    notes: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    match tls {
        None => converse(&mut connection, status, notes),
        Some(config) => {
            let mut session = ServerConnection::new(config).unwrap();
            converse(
                &mut Stream::new(&mut session, &mut connection),
                status,
                notes,
            )
        }
    }
}

fn converse(
    stream: &mut (impl Read + Write),
    status: &str,
    notes: &Mutex<Vec<String>>,
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
    notes.lock().unwrap().push(text);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
    )?;
    stream.flush()
}
