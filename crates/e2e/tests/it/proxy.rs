//! A cable that can be pulled: a TCP proxy between the platform and a service.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The cable.
pub(crate) struct Proxy {
    /// Where the platform connects to instead of the service: `127.0.0.1:port`.
    pub(crate) address: String,
    cable: Arc<Mutex<Cable>>,
}

#[derive(Default)]
struct Cable {
    is_pulled: bool,
    open: Vec<TcpStream>,
}

impl Proxy {
    /// A proxy to this service.
    pub(crate) fn to(service: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let cable = Arc::new(Mutex::new(Cable::default()));
        let (shared, service) = (Arc::clone(&cable), service.to_owned());
        // It ends with the process of the tests.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut cable = shared.lock().unwrap();
                if cable.is_pulled {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&service) else {
                    continue;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || carry(from, to));
                }
                cable.open.extend([client, server]);
            }
        });
        Self { address, cable }
    }

    /// The same URL with this cable in between: `scheme://login@host:port/rest`.
    pub(crate) fn into_url(url: &str) -> (Self, String) {
        let (head, rest) = url.split_once('@').unwrap();
        let (service, tail) = rest.split_once('/').unwrap();
        let proxy = Self::to(service);
        let through = format!("{head}@{}/{tail}", proxy.address);
        (proxy, through)
    }

    /// Cuts every connection; new ones are cut as well until the cable is back.
    pub(crate) fn pull(&self) {
        let mut cable = self.cable.lock().unwrap();
        cable.is_pulled = true;
        for stream in cable.open.drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Puts the cable back.
    pub(crate) fn put_back(&self) {
        self.cable.lock().unwrap().is_pulled = false;
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 16 << 10];
    while let Ok(n_bytes) = from.read(&mut buffer) {
        if n_bytes == 0 || to.write_all(&buffer[..n_bytes]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
