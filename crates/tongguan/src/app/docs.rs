//! The documents that a company's developer reads, from the binary itself.

use super::openapi;
use crate::gather;
use axum::Router;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::page::{Lang, TextPage, page};
use std::collections::HashMap;
use std::sync::LazyLock;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_swagger_ui::{Config, SwaggerUi, Url};
use web::{ErrorCode, Path, Problem, codes};

/// What the readable page of the description may load: its own files, and calls to ourselves.
const READER: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What the readable page offers to read, the company's part first.
const READERS: [(&str, &str); 3] = [
    ("企业接口", "/api/openapi.json?audience=company"),
    ("平台与部门接口", "/api/openapi.json?audience=staff"),
    ("全部接口", "/api/openapi.json?audience=all"),
];

fn policy(text: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(text),
    )
}

/// What a page of the reference may load: its own style and its own script for the search box.
const REFERENCE: &str = "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; \
                         form-action 'none'; frame-ancestors 'none'";

/// The reference (报文规范手册), written once at the first look.
static FILES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let files = ceb::publish::reference().into_iter();
    files.map(|file| (file.name, file.text)).collect()
});

/// Routes of the API's description and of the pages that explain codes and kinds.
pub fn routes() -> Router {
    Router::new()
        .route("/docs/codes/{code}", get(code_page))
        .route("/docs/protocol/kinds", get(kinds_page))
        .route("/docs/protocol/kinds/{kind}", get(kind_page))
        .merge(
            Router::new()
                .route(
                    "/docs/standard",
                    get(async || Redirect::permanent("/docs/standard/")),
                )
                .route("/docs/standard/", get(reference_index))
                .route("/docs/standard/{file}", get(reference_file))
                .layer(policy(REFERENCE)),
        )
        .merge(
            Router::from(
                SwaggerUi::new("/api/docs")
                    .config(Config::new(READERS.map(|(name, url)| Url::new(name, url)))),
            )
            .layer(policy(READER)),
        )
        .route("/api/openapi.json", get(openapi::openapi))
}

async fn code_page(
    Path(code): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    // The pages link to each other as the files do.
    let code = code.trim_end_matches(".md");
    let lang = Lang::of_request(&headers, raw.as_deref());
    let english = match lang {
        Lang::En => english_page(code),
        Lang::Zh => None,
    };
    let written = if english.is_some() {
        Lang::En
    } else {
        Lang::Zh
    };
    let text = english.or_else(|| chinese_page(code));
    let text = text.ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    Ok(text_page(
        lang,
        written,
        "/docs/codes/",
        code,
        code.to_owned(),
        &text,
    ))
}

/// A code of a refusal or fault by its name.
pub fn refusal_code(code: &str) -> Option<&'static ErrorCode> {
    gather::codes().into_iter().find(|known| known.code == code)
}

fn chinese_page(code: &str) -> Option<String> {
    match code {
        "rules" => Some(ceb::doc::rule_index()),
        "ceb" => Some(ceb::doc::code_index()),
        _ => refusal_code(code)
            .map(ErrorCode::markdown)
            .or_else(|| ceb::code::find(code).map(ceb::doc::code_page))
            .or_else(|| receipt_page(code)),
    }
}

/// The page in English; nothing for receipts of customs, whose texts are Chinese.
fn english_page(code: &str) -> Option<String> {
    match code {
        "rules" => Some(ceb::doc::rule_index_en()),
        "ceb" => Some(ceb::doc::code_index_en()),
        _ => refusal_code(code)
            .map(ErrorCode::markdown_en)
            .or_else(|| ceb::code::find(code).and_then(ceb::doc::code_page_en)),
    }
}

/// A text of the knowledge base as a page, in the language of the frame and in that of the text; `base`
/// is the folder to which its links belong.
fn text_page(
    lang: Lang,
    written: Lang,
    base: &str,
    name: &str,
    title: String,
    markdown: &str,
) -> Response {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~')
        .remove(b':');
    let here = format!("{base}{}", utf8_percent_encode(name, KEPT));
    let template = TextPage {
        lang,
        title,
        written,
        html: crate::ui::html_of(markdown, base),
        here: format!("{}?", here.trim_end_matches('/')),
    };
    page(lang, StatusCode::OK, &template)
}

/// A page on receipt codes: a volume of the dictionary, or one code as people write it.
fn receipt_page(name: &str) -> Option<String> {
    let volume = ceb::explain::page::pages()
        .into_iter()
        .find(|(known, _)| known == name);
    volume
        .map(|(_, text)| text)
        .or_else(|| ceb::explain::page::one(name))
}

async fn reference_index() -> Result<Response, Problem> {
    reference_file(Path("index.html".to_owned())).await
}

async fn reference_file(Path(name): Path<String>) -> Result<Response, Problem> {
    let files = tokio::task::spawn_blocking(|| &*FILES).await;
    let files = files.map_err(|_| Problem::new(codes::FAULT))?;
    let text = files
        .get(&name)
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let kind = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        _ => "application/xml",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    Ok((headers, text.as_str()).into_response())
}

/// The folder of the pages on kinds.
const KINDS: &str = "/docs/protocol/kinds/";

async fn kinds_page(headers: HeaderMap, RawQuery(raw): RawQuery) -> Response {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let title = lang.of("报文类型", "Message types").to_owned();
    text_page(lang, Lang::Zh, KINDS, "", title, &ceb::doc::index())
}

async fn kind_page(
    Path(kind): Path<String>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let kind = ceb::Kind::from_code(kind.trim_end_matches(".md"))
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let (lang, title) = (
        Lang::of_request(&headers, raw.as_deref()),
        kind.code().to_owned(),
    );
    let text = ceb::doc::markdown(kind);
    Ok(text_page(lang, Lang::Zh, KINDS, kind.code(), title, &text))
}

/// `GET` of the description as a text, for the command line and the tests.
pub fn openapi_json() -> String {
    openapi::text(openapi::Audience::All)
}

#[cfg(test)]
mod tests {
    use super::{chinese_page, english_page, gather, routes};
    use axum::body::Body;
    use axum::http::{Request, StatusCode, header};
    use tower::ServiceExt;

    /// The reference is found with and without the slash at its end.
    #[tokio::test]
    async fn the_reference_is_found_without_a_slash() {
        let asked = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = routes().oneshot(request).await.unwrap();
            let place = answer.headers().get(header::LOCATION);
            let place = place.map(|place| place.to_str().unwrap().to_owned());
            (answer.status(), place)
        };
        let (status, place) = asked("/docs/standard").await;
        assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(place.as_deref(), Some("/docs/standard/"));
        let (status, _) = asked("/docs/standard/").await;
        assert_eq!(status, StatusCode::OK);
    }

    #[test]
    fn code_pages_are_wholly_in_the_language_of_the_reader() {
        let refusals = gather::codes().into_iter().map(|code| code.code);
        for code in refusals.chain(["TG-E1203", "rules", "ceb"]) {
            let english = english_page(code).unwrap_or_default();
            let is_chinese =
                |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c) && !"无进口订单空".contains(c);
            assert!(
                !english.is_empty() && !english.contains(is_chinese),
                "{english}"
            );
            assert!(chinese_page(code).is_some(), "{code}");
        }
        // What customs write is Chinese in every language.
        assert!(english_page("-621018").is_none() && chinese_page("-621018").is_some());
    }
}
