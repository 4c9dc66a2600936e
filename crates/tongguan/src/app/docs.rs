//! The documents that a company's developer reads, from the binary itself.

use super::ApiDoc;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_swagger_ui::SwaggerUi;
use web::{Code, Problem, codes};

/// Every code of a refusal or fault that the binary can answer.
pub fn refusal_codes() -> Vec<&'static Code> {
    let lists = [
        codes::ALL,
        registry::api_key::codes::ALL,
        exchange::intake::codes::ALL,
        exchange::check::codes::ALL,
    ];
    lists.into_iter().flatten().collect()
}

/// Routes of the API's description and of the pages that explain codes and kinds.
pub fn routes() -> Router {
    Router::new()
        .route("/docs/codes/{code}", get(code_page))
        .route("/docs/protocol/kinds", get(kinds_page))
        .route("/docs/protocol/kinds/{kind}", get(kind_page))
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", ApiDoc::openapi()))
}

async fn code_page(Path(code): Path<String>) -> Result<impl IntoResponse, Problem> {
    let text = refusal_codes()
        .into_iter()
        .find(|known| known.code == code)
        .map(Code::markdown)
        .or_else(|| ceb::code::find(&code).map(ceb::doc::code_page))
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    Ok(Html(crate::ui::document(&code, &text)).into_response())
}

async fn kinds_page() -> impl IntoResponse {
    Html(crate::ui::document("报文类型", &ceb::doc::index()))
}

async fn kind_page(Path(kind): Path<String>) -> Result<impl IntoResponse, Problem> {
    let kind = ceb::Kind::from_code(kind.trim_end_matches(".md"))
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    Ok(Html(crate::ui::document(
        kind.code(),
        &ceb::doc::markdown(kind),
    )))
}

/// `GET` of the description as a text, for the command line and the tests.
pub fn openapi_json() -> String {
    ApiDoc::openapi().to_pretty_json().unwrap_or_default()
}
