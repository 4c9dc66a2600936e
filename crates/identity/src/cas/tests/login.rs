//! `/cas/login` and `/cas/logout`: C1 to C6, C18 to C22.

use super::peer::Peer;
use super::platform::{NOW_MS, PASSWORD, TestPlatform, code, encoded, later, party};
use crate::farewell;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use registry::config::RegistryConfig;
use registry::session;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const SERVICE: &str = "https://app.example/portal/home?lang=zh&x=1";
const WHO: (&str, &str) = ("li.lei", PASSWORD);

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c01_the_form_has_the_protocols_fields_and_brings_the_service_back(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let page = platform.login(SERVICE, "", "").await;
    assert_eq!(page.status, StatusCode::OK);
    for field in ["username", "password", "lt", "warn"] {
        assert!(page.body.contains(&format!("name=\"{field}\"")), "{field}");
    }
    assert_eq!(page.field("service").replace("&#38;", "&"), SERVICE);
    let slip = page.field("lt");
    assert!(slip.starts_with("LT-"), "{slip}");
    let entered = platform.log_in(SERVICE, "", WHO, &[]).await;
    let ticket = entered.ticket();
    let valid = platform.validate("serviceValidate", SERVICE, &ticket).await;
    assert!(valid.contains("<cas:user>li.lei</cas:user>"), "{valid}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c01_a_slip_works_once_in_its_own_browser_and_not_for_ever(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let page = platform.login(SERVICE, "", "").await;
    let provider = page.cookie("tongguan_door").unwrap();
    let slip = page.field("lt");
    let fields = [
        ("username", "li.lei"),
        ("password", "wrong"),
        ("lt", slip.as_str()),
        ("service", SERVICE),
    ];
    let elsewhere = platform.post("/cas/login", "", &fields).await;
    assert_eq!(elsewhere.status, StatusCode::CONFLICT, "no cookie");
    let first = platform.post("/cas/login", &provider, &fields).await;
    assert_eq!(first.status, StatusCode::UNAUTHORIZED);
    let second = platform.post("/cas/login", &provider, &fields).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "used before");
    let old = platform.login(SERVICE, "", &provider).await.field("lt");
    later(platform, 16 * 60_000);
    let fields = [
        ("username", "li.lei"),
        ("password", PASSWORD),
        ("lt", old.as_str()),
    ];
    let late = platform.post("/cas/login", &provider, &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "too old");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c03_c04_renew_and_gateway_with_and_without_a_session(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for (renew, gateway, has_session, expected) in [
        (false, false, false, "form"),
        (false, false, true, "ticket"),
        (false, true, false, "back"),
        (false, true, true, "ticket"),
        (true, false, false, "form"),
        (true, false, true, "form"),
        (true, true, false, "form"),
        (true, true, true, "form"),
    ] {
        let renew_word = if renew { "&renew=true" } else { "" };
        let gateway_word = if gateway { "&gateway=true" } else { "" };
        let more = format!("{renew_word}{gateway_word}");
        let cookie = if has_session { cookie.as_str() } else { "" };
        let answer = platform.login(SERVICE, &more, cookie).await;
        let found = match answer.location() {
            "" if answer.body.contains("name=\"lt\"") => "form",
            location if location.contains("ticket=ST-") => "ticket",
            SERVICE => "back",
            other => panic!("{other}"),
        };
        assert_eq!(found, expected, "{more} {has_session}");
    }
    let none = platform.get("/cas/login?gateway=true", "").await;
    assert!(
        none.body.contains("name=\"lt\""),
        "gateway without a service"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c05_success_is_a_303_that_nobody_keeps_and_that_forwards_no_credentials(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let entered = platform.log_in(SERVICE, "", WHO, &[]).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let begin = format!("{SERVICE}&ticket=ST-");
    assert!(
        entered.location().starts_with(&begin),
        "{}",
        entered.location()
    );
    assert!(!entered.location().contains("Battery"));
    let kept = entered.headers[header::CACHE_CONTROL].to_str().unwrap();
    assert!(
        kept.contains("no-store") && kept.contains("no-cache"),
        "{kept}"
    );
    let page = platform.login(SERVICE, "", "").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(
        policy.contains("form-action 'self' https://app.example;"),
        "browsers hold the form to its policy along the redirect: {policy}"
    );
    let plain = platform.get("/cas/login", "").await;
    let policy = plain.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("form-action 'self' ;"), "{policy}");
    let foreign = Request::post("/cas/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("username=li.lei"))
        .unwrap();
    let refused = platform.send(foreign).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "login CSRF");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c06_who_wants_to_be_asked_is_asked_before_every_service(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let entered = platform.log_in(SERVICE, "", WHO, &[("warn", "true")]).await;
    let cookie = entered.cookie("tongguan").unwrap();
    for more in ["", "&gateway=true"] {
        let asked = platform
            .login("http://other.example:8080/a", more, &cookie)
            .await;
        assert_eq!(asked.status, StatusCode::OK);
        assert!(asked.body.contains("http://other.example:8080"));
        assert!(!asked.body.contains("ST-") && !asked.body.contains("refresh"));
    }
    let asked = platform
        .login("http://other.example:8080/a", "", &cookie)
        .await;
    let fields = |csrf| [("csrf", csrf), ("service", "http://other.example:8080/a")];
    let forged = platform.post("/cas/login", &cookie, &fields("guess")).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let csrf = asked.field("csrf");
    let gone = platform.post("/cas/login", &cookie, &fields(&csrf)).await;
    assert!(gone.ticket().starts_with("ST-"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c09_a_second_factor_on_the_way_still_counts_as_a_fresh_login(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let who = ("guan.yuan", PASSWORD);
    let due = platform
        .log_in(SERVICE, "", who, &[("renew", "true")])
        .await;
    assert!(
        due.location().starts_with("/account/totp?next="),
        "staff enrol first"
    );
    let (_, next) = due.location().split_once("next=").unwrap();
    let next: String = url::form_urlencoded::parse(format!("n={next}").as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned();
    let half = due.cookie("tongguan").unwrap();
    let not_yet = platform.get(&next, &half).await;
    assert!(
        not_yet.body.contains("name=\"lt\""),
        "half a login opens nothing"
    );
    later(platform, 1000);
    let (_, cookie) = platform.session(2).await;
    let between = platform.get(&next, &cookie).await;
    assert_eq!(
        between.status,
        StatusCode::OK,
        "a page, not a redirect from a form"
    );
    let (_, rest) = between.body.split_once("ticket=").expect("a ticket");
    let ticket = rest.split('"').next().unwrap();
    let path = format!(
        "/cas/serviceValidate?renew=true&service={}&ticket={ticket}",
        encoded(SERVICE)
    );
    assert_eq!(code(&platform.get(&path, "").await.body), "ok");
    let again = platform.get(&next, &cookie).await;
    assert!(
        again.body.contains("name=\"lt\""),
        "the way back works once"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c18_c19_tickets_and_cookie_are_plain_and_the_cookie_ends_with_the_browser(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let entered = platform.log_in(SERVICE, "", WHO, &[]).await;
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    assert!(is_plain(&entered.ticket()));
    assert!(is_plain(&platform.login(SERVICE, "", "").await.field("lt")));
    let cookie = entered
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|value| value.to_str().unwrap())
        .find(|text| text.starts_with("tongguan="))
        .unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires"));
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(
        value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    );
    later(platform, 31 * 60_000);
    let idle = platform
        .login(SERVICE, "", cookie.split(';').next().unwrap())
        .await;
    assert!(
        idle.body.contains("name=\"lt\""),
        "an idle session has ended"
    );
    let secure = RegistryConfig {
        public_url: "https://sso.example".to_owned(),
        ..RegistryConfig::default()
    };
    let platform = &TestPlatform::with(engine, &secure, "").await;
    let page = platform.login(SERVICE, "", "").await;
    let set = page.headers.get_all(header::SET_COOKIE);
    assert!(
        set.iter()
            .any(|value| value.to_str().unwrap().ends_with("; Secure"))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c20_logout_ends_the_session_and_goes_to_registered_services_only(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    for (query, location) in [
        ("", ""),
        (
            "?service=https%3A%2F%2Fapp.example%2Fportal",
            "https://app.example/portal",
        ),
        ("?service=https%3A%2F%2Fevil.test%2F", ""),
        ("?url=https%3A%2F%2Fapp.example%2Fportal", ""),
    ] {
        let (_, cookie) = platform.session(1).await;
        let out = platform.get(&format!("/cas/logout{query}"), &cookie).await;
        assert_eq!(out.location(), location, "{query}");
        assert_eq!(out.cookie("tongguan").unwrap(), "tongguan=");
        let after = platform.login(SERVICE, "", &cookie).await;
        assert!(after.body.contains("name=\"lt\""), "{query}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c21_every_service_visited_is_notified_once_however_the_session_ends(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (first, second) = (Peer::start(None, "200 OK"), Peer::start(None, "500 No"));
    let urls: Vec<String> = [&first, &second]
        .map(|peer| format!("http://127.0.0.1:{}/app", peer.port))
        .to_vec();
    let dead = "http://127.0.0.1:9/app";
    platform.put(party(20, "one", &[&urls[0]])).await;
    platform.put(party(21, "two", &[&urls[1]])).await;
    platform.put(party(22, "dead", &[dead])).await;
    for (n, why) in ["logout", "kick", "timeout"].into_iter().enumerate() {
        let (session, cookie) = platform.session(1).await;
        let mut tickets = Vec::new();
        for url in [&urls[0], &urls[1], &dead.to_owned()] {
            let ticket = platform.login(url, "", &cookie).await.ticket();
            assert_eq!(
                code(&platform.validate("serviceValidate", url, &ticket).await),
                "ok"
            );
            tickets.push(ticket);
        }
        // Issued, but nobody came with it: there is nobody to tell.
        let unused = platform.login(&urls[0], "", &cookie).await.ticket();
        match why {
            "logout" => drop(platform.get("/cas/logout", &cookie).await),
            "kick" => {
                let end =
                    move |tx: &mut store::Tx<'_>| session::end(tx, session.id, NOW_MS, "kick");
                assert!(platform.context.db.write(end).await.unwrap());
            }
            _ => {
                let end =
                    |tx: &mut store::Tx<'_>| session::ended_or_stale(tx, NOW_MS + 1, NOW_MS, 10);
                assert_eq!(platform.context.db.write(end).await.unwrap().len(), 1);
            }
        }
        farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
        farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
        let heard = first.heard();
        assert_eq!(heard.len(), n + 1, "{why}: once");
        assert_eq!(second.heard().len(), n + 1, "{why}: an error is ignored");
        let (head, body) = heard[n].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /app HTTP/1.1"), "{head}");
        let (name, text) = url::form_urlencoded::parse(body.as_bytes())
            .next()
            .map(|(name, text)| (name.into_owned(), text.into_owned()))
            .unwrap();
        assert_eq!(name, "logoutRequest");
        assert!(
            text.starts_with("<samlp:LogoutRequest "),
            "no XML declaration"
        );
        let index = format!("<samlp:SessionIndex>{}</samlp:SessionIndex>", tickets[0]);
        assert!(text.contains(&index), "{text}");
        assert!(
            !text.contains(&unused) && !text.contains(['%', '+']),
            "{text}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c21_a_new_login_takes_the_visits_over_and_somebody_elses_does_not(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let peer = Peer::start(None, "200 OK");
    let url = format!("http://127.0.0.1:{}/app", peer.port);
    platform.put(party(20, "one", &[&url])).await;
    let entered = platform.log_in(&url, "", WHO, &[]).await;
    platform
        .validate("serviceValidate", &url, &entered.ticket())
        .await;
    let cookie = entered.cookie("tongguan").unwrap();
    let page = platform.login(&url, "&renew=true", &cookie).await;
    let cookies = format!("{cookie}; {}", page.cookie("tongguan_door").unwrap());
    let (slip, renewed) = (page.field("lt"), [("service", url.as_str())]);
    let mut fields = vec![
        ("username", "li.lei"),
        ("password", PASSWORD),
        ("lt", slip.as_str()),
    ];
    fields.extend(renewed);
    let again = platform.post("/cas/login", &cookies, &fields).await;
    let cookie = again.cookie("tongguan").unwrap();
    farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
    assert_eq!(peer.heard().len(), 0, "the same person is still here");
    platform.get("/cas/logout", &cookie).await;
    farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
    assert_eq!(peer.heard().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c21_only_registered_addresses_are_called(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let platform = &TestPlatform::on(engine).await;
    let (old, new) = (Peer::start(None, "200 OK"), Peer::start(None, "200 OK"));
    let url = format!("http://127.0.0.1:{}/app", old.port);
    platform.put(party(20, "one", &[&url])).await;
    let visit = async || {
        let (_, cookie) = platform.session(1).await;
        let ticket = platform.login(&url, "", &cookie).await.ticket();
        assert_eq!(
            code(&platform.validate("serviceValidate", &url, &ticket).await),
            "ok"
        );
        cookie
    };
    let cookie = visit().await;
    let mut moved = party(20, "one", &[&url]);
    moved.logout_url = Some(format!("http://127.0.0.1:{}/bye", new.port));
    platform.put(moved).await;
    platform.get("/cas/logout", &cookie).await;
    farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
    assert_eq!((old.heard().len(), new.heard().len()), (0, 1));
    platform.put(party(20, "one", &[&url])).await;
    let cookie = visit().await;
    platform
        .put(party(20, "one", &["http://127.0.0.1:9/else"]))
        .await;
    platform.get("/cas/logout", &cookie).await;
    farewell::round(&platform.cas, NOW_MS - 1000).await.unwrap();
    assert_eq!(
        (old.heard().len(), new.heard().len()),
        (0, 1),
        "not registered now"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c22_there_is_no_remember_me_and_the_answer_says_so(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let page = platform.login(SERVICE, "", "").await;
    assert!(!page.body.to_ascii_lowercase().contains("rememberme"));
    let entered = platform
        .log_in(SERVICE, "", WHO, &[("rememberMe", "true")])
        .await;
    let ticket = entered.ticket();
    let valid = platform
        .validate("p3/serviceValidate", SERVICE, &ticket)
        .await;
    let flag = "<cas:longTermAuthenticationRequestTokenUsed>false<";
    assert!(valid.contains(flag), "{valid}");
    let cookie = entered.cookie("tongguan").unwrap();
    later(platform, 8 * 3_600_000);
    let after = platform.login(SERVICE, "", &cookie).await;
    assert!(after.body.contains("name=\"lt\""));
}
