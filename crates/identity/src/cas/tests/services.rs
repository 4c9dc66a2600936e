//! Which addresses are a registered service, and what the page says of others.

use super::platform::{TestPlatform, encoded};
use axum::http::StatusCode;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const SERVICE: &str = "https://app.example/portal/home?lang=zh&x=1";

/// Servers of Java write the id of their session into addresses when a browser keeps no cookies, and take
/// it off before the service sees it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c02_path_parameters_do_not_count(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for (asked, validated) in [
        (
            "https://app.example/portal;jsessionid=1E3A9C",
            "https://app.example/portal",
        ),
        (
            "https://app.example/portal/login/cas;jsessionid=1E3A9C?lang=zh",
            "https://app.example/portal/login/cas?lang=zh",
        ),
        (
            "https://app.example/portal;v=1/home;jsessionid=2.node1!3",
            "https://app.example/portal/home;jsessionid=4",
        ),
    ] {
        let entered = platform.login(asked, "", &cookie).await;
        let begin = asked.split('?').next().unwrap();
        assert!(entered.location().starts_with(begin), "{asked}");
        let valid = platform
            .validate("serviceValidate", validated, &entered.ticket())
            .await;
        assert!(valid.contains("<cas:user>"), "{asked}: {valid}");
    }
    let entered = platform.login(SERVICE, "", &cookie).await;
    let other = "https://app.example/portal/other?lang=zh&x=1";
    let refused = platform
        .validate("serviceValidate", other, &entered.ticket())
        .await;
    assert!(refused.contains("INVALID_SERVICE"), "{refused}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c02_the_page_shows_what_was_received_beside_what_is_registered(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let asked = "http://app.example/portal/<script>alert(1)</script>";
    let page = platform.login(asked, "", "").await;
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.body.contains("&#60;script&#62;alert"), "{}", page.body);
    let nearest = "<code id=\"nearest\">https://app.example/portal</code>";
    assert!(page.body.contains(nearest), "{}", page.body);
    let far = platform.login("https://evil.test/", "", "").await;
    assert!(far.body.contains("https://evil.test/"), "{}", far.body);
    assert!(!far.body.contains("id=\"nearest\""), "{}", far.body);
}

/// Addresses that look like a registered one.
const CORPUS: [&str; 49] = [
    "https://app.example/portal/..;/admin",
    "https://app.example/portal/..;a=b/admin",
    "https://app.example/portal/.;/x",
    "https://app.example/..;/portal",
    "https://app.example/portal/%2e%2e;/admin",
    "https://app.example/portal/%2E%2E%3B/admin",
    "https://app.example/portal/..%3b/admin",
    "https://app.example/portal/%252e%252e/admin",
    "https://app.example/portal;a=%2f..%2fadmin",
    "https://app.example/portal/;x/admin",
    "https://app.example/portal?ticket=ST-seeded",
    "https://app.example/portal?x=1&%74icket=ST-seeded",
    "https://app.example/portal;TICKET=ST-seeded",
    "https://app.example/portal?a=1;ticket=ST-seeded",
    "https://app.example/portal?ticket[]=ST-seeded",
    "https://app.example/portal?ticket%5B0%5D=ST-seeded",
    "https://app.example/portal?ticket%00=ST-seeded",
    "https://app.example/portal?%20ticket=ST-seeded",
    "https://app.example/portal?x&+ticket=ST-seeded",
    "https://app.example/portal;%74icket=ST-seeded",
    "https://app.example/portal/%0d%0aSet-Cookie:a=b",
    "https://app.example.evil.test/portal",
    "https://app.example@evil.test/portal",
    "https://evil.test/https://app.example/portal",
    "https://app.example/portal.evil.test",
    "https://app.example/portalx",
    "https://app.example/",
    "https://app.example:8443/portal",
    "http://app.example/portal",
    "https://xapp.example/portal",
    "https://app.example\\@evil.test/portal",
    "https://app.example\\.evil.test/portal",
    "https:app.example/portal",
    "//app.example/portal",
    "/portal",
    "javascript:alert(1)//https://app.example/portal",
    "data:text/html,https://app.example/portal",
    "https://app.example/portal/../admin",
    "https://app.example/portal/%2e%2e/admin",
    "https://app.example/portal/..%2fadmin",
    "https://app.example/portal/%5c../admin",
    "https://app.example/portal\r\nSet-Cookie: a=b",
    "https://app.example/portal\t/x",
    "https://user:pass@app.example/portal",
    "https://app.example/portal#fragment",
    "https://app.example./portal",
    "https://APP.EXAMPLE.evil.test/portal",
    "ftp://app.example/portal",
    "https://",
];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c02_what_is_not_registered_is_refused_with_a_page_and_never_a_redirect(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for service in CORPUS {
        for more in [
            "",
            "&gateway=true",
            "&renew=true",
            "&gateway=true&renew=true",
        ] {
            for cookie in ["", cookie.as_str()] {
                let answer = platform.login(service, more, cookie).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{service} {more}");
                assert_eq!(answer.location(), "", "{service}");
                assert!(answer.body.contains("TG-R4210"), "{service}");
            }
        }
        let posted = platform
            .post("/cas/login", "", &[("service", service), ("lt", "LT-00")])
            .await;
        assert_eq!(posted.status, StatusCode::FORBIDDEN, "{service}");
    }
    let twice = format!(
        "/cas/login?service={}&service={}",
        encoded(SERVICE),
        encoded("https://evil.test/")
    );
    let answer = platform.get(&twice, &cookie).await;
    assert_eq!(
        answer.status,
        StatusCode::FORBIDDEN,
        "two services are none"
    );
}
