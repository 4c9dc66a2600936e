//! Who gets a page, and what is on it.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use tower::ServiceExt;
use web::Problem;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn accepting(text: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static(text));
    headers
}

#[test]
fn browsers_get_pages_and_programs_do_not() {
    for text in [
        BROWSER,
        "text/html",
        "TEXT/HTML; q=0.5",
        "application/json;q=0.1, text/html",
    ] {
        assert!(wants_page(&accepting(text)), "{text}");
    }
    for text in [
        "*/*",
        "application/json",
        "",
        "text/html;q=0",
        "application/json, text/html;q=0.9",
    ] {
        assert!(!wants_page(&accepting(text)), "{text}");
    }
}

async fn asked(path: &str, accept: &str, is_form: bool) -> (StatusCode, String, String) {
    let router = Router::new()
        .route(
            "/gone",
            get(|| async { Problem::new(codes::NOT_FOUND).detail("<b>x</b>") }),
        )
        .route(
            "/secret",
            get(|| async {
                Problem::new(registry::access::FORBIDDEN).detail("所需权限：查看报文")
            }),
        )
        .route("/bare", get(|| async { StatusCode::FORBIDDEN }))
        .route("/busy", get(|| async { StatusCode::TOO_MANY_REQUESTS }))
        .route(
            "/form",
            post(|| async { (StatusCode::PAYLOAD_TOO_LARGE, "length limit") }),
        )
        .route(
            "/json",
            get(|| async { (StatusCode::BAD_REQUEST, axum::Json("x")) }),
        )
        .layer(from_fn(pages));
    let request = if is_form {
        Request::post(path)
    } else {
        Request::get(path)
    };
    let request = request.header(header::ACCEPT, accept).body(Body::empty());
    let response = router.oneshot(request.unwrap()).await.unwrap();
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_error_is_a_page_that_says_what_to_do_and_keeps_its_query() {
    let (status, kind, body) = asked("/gone?a=1&lang=zh&b=%2F", BROWSER, false).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(kind.starts_with("text/html"), "{kind}");
    assert!(
        body.contains("TG-R4040") && body.contains("没有找到"),
        "{body}"
    );
    assert!(!body.contains("<b>x</b>"), "escaped: {body}");
    assert!(body.contains("/gone?a=1&#38;b=%2F&#38;lang=en"), "{body}");
    let (_, _, body) = asked("/gone?lang=en", BROWSER, false).await;
    assert!(
        body.contains("Not found") && body.contains("Check the address"),
        "{body}"
    );
    let (status, _, body) = asked("/busy", BROWSER, false).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(body.contains("<h1>"), "{body}");
    let (status, _, body) = asked("/form", BROWSER, true).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body.contains("TG-R4130"), "{body}");
}

/// Who may not see something gets a page that says so, in both languages; programs get the problem.
#[tokio::test]
async fn what_is_forbidden_is_a_page_too() {
    for path in ["/secret", "/bare"] {
        let (status, kind, body) = asked(path, BROWSER, false).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(kind.starts_with("text/html"), "{kind}");
        assert!(body.contains("<h1>"), "{body}");
        assert!(body.contains("TG-R4601"), "{path}: {body}");
    }
    let (_, _, body) = asked("/secret?lang=en", BROWSER, false).await;
    let title = registry::access::FORBIDDEN.title_en;
    assert!(!title.is_empty() && body.contains(title), "{body}");
    let (status, kind, body) = asked("/secret", "*/*", false).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(kind.starts_with("application/problem+json"), "{kind}");
    assert!(body.contains("\"code\":\"TG-R4601\""), "{body}");
}

#[tokio::test]
async fn programs_keep_their_problem() {
    let (_, kind, body) = asked("/gone", "*/*", false).await;
    assert!(kind.starts_with("application/problem+json"), "{kind}");
    assert!(body.contains("\"code\":\"TG-R4040\""), "{body}");
    let (_, kind, _) = asked("/json", BROWSER, false).await;
    assert!(
        kind.starts_with("application/json"),
        "a protocol of its own: {kind}"
    );
}
