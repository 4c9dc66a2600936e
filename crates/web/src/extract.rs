//! What handlers take of a request, refused with our problems: its JSON, its query, an id of its path.

use crate::problem::{Problem, codes};
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

fn bad(why: String) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}

/// The JSON of a request. Refuses with 400 what is not as the description says.
#[derive(Debug, Clone, Copy)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = Json::from_request(request, state).await;
        read.map(|Json(body)| Self(body))
            .map_err(|error| bad(error.body_text()))
    }
}

/// The query of a request. Refuses with 400 what is not as the description says.
#[derive(Debug, Clone, Copy)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned> QueryOf<T> {
    /// The query of an address.
    ///
    /// # Errors
    /// 400 when it is not as the description says.
    pub fn of(uri: &Uri) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(uri);
        read.map(|query| Self(query.0))
            .map_err(|error| bad(error.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

/// The id in the path of a request. Refuses with 404 what is no id: nothing is there.
#[derive(Debug, Clone, Copy)]
pub struct PathId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        let id = read.ok().and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or_else(|| Problem::new(codes::NOT_FOUND))
    }
}
