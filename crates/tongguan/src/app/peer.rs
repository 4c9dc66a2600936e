//! The address of the connection, noted in a header that nobody else can set.

use super::limits::Limited;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use std::net::SocketAddr;

/// The header; whatever a caller sends under this name is thrown away.
const HEADER: HeaderName = HeaderName::from_static("x-tongguan-peer");

/// The address of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Limited>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Limited>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Notes the address of the connection.
pub(super) async fn note(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().copied();
    let headers = request.headers_mut();
    headers.remove(&HEADER);
    if let Some(ConnectInfo(Peer(address))) = peer
        && let Ok(value) = HeaderValue::from_str(&address.ip().to_string())
    {
        headers.insert(HEADER, value);
    }
    next.run(request).await
}
