//! What handlers take of a request, refused with our problems: its JSON, its query, an id of its path.

use crate::mistake::in_chinese;
use crate::problem::{Problem, codes};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
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
        read.map(|Json(body)| Self(body)).map_err(|error| {
            if let JsonRejection::MissingJsonContentType(_) = error {
                return bad("请求头 Content-Type 应为 application/json".to_owned());
            }
            // The limit of a body that is read at once is that of the framework or of the route.
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                return Problem::new(codes::TOO_LARGE);
            }
            bad(in_chinese(&error.body_text()))
        })
    }
}

/// The query of a request. Refuses with 400 what is not as the description says.
#[derive(Debug, Clone, Copy)]
pub struct QueryOf<T>(pub T);

/// What a parameter of a query says, if it says one of these values; nothing when it is left out or empty.
///
/// # Errors
/// 400 with the values that there are.
pub fn one_of(
    name: &str,
    given: Option<String>,
    values: &[&str],
) -> Result<Option<String>, Problem> {
    let given = given.filter(|text| !text.is_empty());
    match &given {
        Some(text) if !values.contains(&text.as_str()) => {
            Err(bad(format!("{name} 可取 {}", values.join("、"))))
        }
        _ => Ok(given),
    }
}

impl<T: DeserializeOwned> QueryOf<T> {
    /// The query of an address.
    ///
    /// # Errors
    /// 400 when it is not as the description says.
    pub fn of(uri: &Uri) -> Result<Self, Problem> {
        let read = axum::extract::Query::try_from_uri(uri);
        read.map(|query| Self(query.0))
            .map_err(|error| bad(in_chinese(&error.body_text())))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

/// Parts of the path of a request. Refuses with 404 what is none, such as bytes that are no text: nothing is there. A
/// route that has other parts than its handler takes is our fault.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(read)| Self(read))
            .map_err(|error| match error.status().is_client_error() {
                true => Problem::new(codes::NOT_FOUND),
                false => {
                    tracing::error!(%error, "a route has other parts than its handler takes");
                    Problem::new(codes::FAULT)
                }
            })
    }
}

/// The id in the path of a request. Refuses with 404 what is no id: nothing is there.
#[derive(Debug, Clone, Copy)]
pub struct PathId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(id) = Path::<String>::from_request_parts(parts, state).await?;
        let id = id.parse().ok();
        id.map(Self).ok_or_else(|| Problem::new(codes::NOT_FOUND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tower::ServiceExt;

    /// What is no text is nothing that is there, and refused as everything else is.
    #[tokio::test]
    async fn a_path_that_is_no_text_is_answered_with_a_problem() {
        async fn by_name(Path(_): Path<String>) {}
        async fn by_id(PathId(_): PathId) {}
        let router: axum::Router = axum::Router::new()
            .route("/name/{name}", get(by_name))
            .route("/id/{id}", get(by_id))
            .route("/two/{a}/{b}", get(by_name));
        for (path, status) in [
            ("/name/%FF", 404),
            ("/id/%FF", 404),
            ("/id/x", 404),
            ("/name/x", 200),
            ("/id/1", 200),
            ("/two/a/b", 500),
        ] {
            let asked = Request::get(path).body(axum::body::Body::empty()).unwrap();
            let answer = router.clone().oneshot(asked).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            let form = answer.headers().get("content-type");
            let form = form.and_then(|form| form.to_str().ok());
            let is_problem = form.is_some_and(|form| form.starts_with("application/problem+json"));
            assert_eq!(is_problem, status != 200, "{path}");
        }
    }
}
