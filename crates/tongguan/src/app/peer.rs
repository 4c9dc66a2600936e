//! The address of the connection, noted in a header that nobody else can set; and the share of those
//! who come through a proxy of ours, whose connections say nothing about them.

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use web::Problem;
use web::address::{Network, ProxyHeader, caller, network};
use web::shares::{HeldShare, Holder, Shares};

/// The header; whatever a caller sends under this name is thrown away.
const HEADER: HeaderName = HeaderName::from_static("x-tongguan-peer");

/// The address of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// The address of the caller, whom a proxy of ours may have named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller(pub(super) IpAddr);

/// What is known about proxies.
#[derive(Debug, Clone)]
pub(super) struct Proxies {
    /// Proxies of ours.
    pub(super) trusted: Arc<[Network]>,
    /// Where they say who called.
    pub(super) header: ProxyHeader,
    /// Requests that come through them, by caller.
    pub(super) requests: Shares,
}

/// Notes the address of the connection.
pub(super) async fn note(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let headers = request.headers_mut();
    headers.remove(&HEADER);
    let Some(Peer(peer)) = peer else {
        return next.run(request).await;
    };
    if let Ok(value) = HeaderValue::from_str(&peer.to_string()) {
        headers.insert(HEADER, value);
    }
    let address = caller(peer, headers, &proxies.trusted, proxies.header);
    request.extensions_mut().insert(Caller(address));
    if address == peer {
        return next.run(request).await;
    }
    let holder = Holder::Network(network(&address.to_string()));
    match proxies.requests.try_take(&holder, 1) {
        Ok(place) => next.run(request).await.map(|body| {
            Body::new(HeldAnswer {
                body,
                _place: place,
            })
        }),
        Err(full) => Problem::from(full).into_response(),
    }
}

/// An answer on its way, which holds its place until it has gone.
struct HeldAnswer {
    body: Body,
    _place: HeldShare,
}

impl HttpBody for HeldAnswer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
