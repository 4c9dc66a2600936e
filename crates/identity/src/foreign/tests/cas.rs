//! Logins through another system that speaks CAS.

use super::server::{Server, away, back, bound};
use crate::testing::{Browser, COMPANY, PASSWORD, Pages, STAFF};
use registry::account::{self, AccountId};
use registry::config::{ForeignMatch, ForeignProtocol};
use registry::session::Stage;
use registry::testing::NOW;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const VALIDATE: &str = "/p3/serviceValidate";

fn success(user: &str) -> String {
    format!(
        "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\
         <cas:authenticationSuccess><cas:user>{user}</cas:user></cas:authenticationSuccess>\
         </cas:serviceResponse>"
    )
}

/// The state in the service address with which a browser was sent away.
async fn state(pages: &Pages, browser: &mut Browser) -> String {
    let service = away(pages, browser).await["service"].clone();
    let (_, state) = service.split_once("?state=").unwrap();
    state.to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_bound_comes_in_with_one_factor_or_two(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for two_factors in [false, true] {
        let server = Server::new();
        server.say(VALIDATE, success("wang.wu"));
        let mut source = server.source(ForeignProtocol::Cas);
        source.two_factors = two_factors;
        let pages = &Pages::with(engine, std::slice::from_ref(&source)).await;
        bound(pages, "wang.wu", 2).await;
        let mut browser = Browser::default();
        let page = browser.get(pages, "/login").await;
        assert!(page.body.contains("海关统一门户"), "{}", page.body);
        let state = state(pages, &mut browser).await;
        let answer = back(
            pages,
            &mut browser,
            &[("state", &state), ("ticket", "ST-1")],
        )
        .await;
        let session = pages.session(&browser).await.unwrap();
        let (stage, methods, to) = match two_factors {
            true => (Stage::Full, "foreign2", "/console/cases"),
            // The staff need two factors, whatever the other system thinks of one.
            false => (Stage::Enrol, "foreign", "/account/totp?next=/console/cases"),
        };
        assert_eq!((session.stage, session.methods.as_str()), (stage, methods));
        assert_eq!(answer.location(), to);
        let asked = server.heard().pop().unwrap();
        let back =
            "service=https%3A%2F%2Ftg.example%2Flogin%2Fforeign%2Fhouse%2Fcallback%3Fstate%3D";
        assert!(asked.contains(back), "{asked}");
        let audit = pages.audit().await.join("\n");
        assert!(audit.contains("foreign.in done house"), "{audit}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_back_works_once_in_time_and_in_its_own_browser(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let server = Server::new();
    server.say(VALIDATE, success("wang.wu"));
    let pages = &Pages::with(engine, &[server.source(ForeignProtocol::Cas)]).await;
    bound(pages, "wang.wu", 1).await;
    let mut browser = Browser::default();
    let good = state(pages, &mut browser).await;
    let n_asked = server.heard().len();
    let refused = |state: &str| vec![("state".to_owned(), state.to_owned())];
    for mut params in [refused(""), refused("nonsense"), refused(&good[1..])] {
        params.push(("ticket".to_owned(), "ST-1".to_owned()));
        let params: Vec<(&str, &str)> = params
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let answer = back(pages, &mut browser, &params).await;
        assert_eq!(
            (answer.status.as_u16(), answer.verdict().as_str()),
            (409, "TG-R4652")
        );
    }
    // Another browser, with a way of its own or with none.
    let mut other = Browser::default();
    let params = [("state", good.as_str()), ("ticket", "ST-1")];
    assert_eq!(back(pages, &mut other, &params).await.verdict(), "TG-R4652");
    state(pages, &mut other).await;
    assert_eq!(back(pages, &mut other, &params).await.verdict(), "TG-R4652");
    assert_eq!(server.heard().len(), n_asked, "nothing was redeemed");
    assert_eq!(
        back(pages, &mut browser, &params).await.location(),
        "/console/cases"
    );
    assert_eq!(
        back(pages, &mut browser, &params).await.verdict(),
        "TG-R4652",
        "twice"
    );
    let mut late = Browser::default();
    let old = state(pages, &mut late).await;
    pages.later(10 * 60_000);
    let params = [("state", old.as_str()), ("ticket", "ST-1")];
    assert_eq!(
        back(pages, &mut late, &params).await.verdict(),
        "TG-R4652",
        "late"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_is_down_or_answers_badly_opens_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let server = Server::new();
    let large = format!("{}{}", success("wang.wu"), " ".repeat(300 << 10));
    let failure = "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\
                   <cas:authenticationFailure code=\"INVALID_TICKET\">no\
                   </cas:authenticationFailure></cas:serviceResponse>";
    let cases: [(u16, &str, &str); 7] = [
        (200, failure, "TG-R4651"),
        (200, "yes\nwang.wu\n", "TG-R4651"),
        (403, "", "TG-R4651"),
        (500, "", "TG-R4650"),
        (302, &success("wang.wu"), "TG-R4650"),
        (204, "", "TG-R4650"),
        (200, &large, "TG-R4650"),
    ];
    let pages = &Pages::with(engine, &[server.source(ForeignProtocol::Cas)]).await;
    bound(pages, "wang.wu", 1).await;
    for (status, body, code) in cases {
        server.say_status(VALIDATE, status, body);
        let mut browser = Browser::default();
        let state = state(pages, &mut browser).await;
        let params = [("state", state.as_str()), ("ticket", "ST-1")];
        let answer = back(pages, &mut browser, &params).await;
        assert_eq!(answer.verdict(), code, "{status}");
        // Every other way to log in is still there.
        assert!(answer.body.contains("name=\"password\""), "{}", answer.body);
        assert!(pages.session(&browser).await.is_none());
    }
    let mut browser = Browser::default();
    for ticket in [
        "",
        "PT-1",
        "ST-1\u{0}",
        "ST-1&x=y",
        &format!("ST-{}", "x".repeat(300)),
    ] {
        let state = state(pages, &mut browser).await;
        let params = [("state", state.as_str()), ("ticket", ticket)];
        let answer = back(pages, &mut browser, &params).await;
        assert_eq!(answer.verdict(), "TG-R4651", "{ticket}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_that_hangs_is_given_up() {
    let server = Server::new();
    server.hang(VALIDATE);
    let pages = Pages::with(Sqlite, &[server.source(ForeignProtocol::Cas)]).await;
    let mut browser = Browser::default();
    let state = state(&pages, &mut browser).await;
    let params = [("state", state.as_str()), ("ticket", "ST-1")];
    assert_eq!(
        back(&pages, &mut browser, &params).await.verdict(),
        "TG-R4650"
    );
}

/// A second factor from here: the session of the staff is raised by it.
async fn with_second(pages: &Pages, browser: &mut Browser, login: &str) {
    let write = |tx: &mut store::Tx<'_>| crate::factor::remove_all(tx, AccountId(2));
    pages.context.db.write(write).await.unwrap();
    browser.log_in(pages, login).await;
    let page = browser.get(pages, "/account/totp").await;
    assert_eq!(page.status, 200);
    let shared = pages.context.clone();
    let read = move |tx: &mut store::Tx<'_>| crate::factor::pending(tx, &shared, AccountId(2));
    let secret = pages.context.db.read(read).await.unwrap().unwrap();
    let code = crate::factor::code(&secret, pages.context.now_ms()).unwrap();
    let fields = [("csrf", page.field("csrf")), ("code", code)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let answer = browser.post(pages, "/account/totp", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_sees_whom_to_ask_and_may_bind_once_known_here(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let server = Server::new();
    server.say(VALIDATE, success("wang.wu"));
    let bind = "/login/foreign/house/bind";
    let pages = &Pages::with(engine, &[server.source(ForeignProtocol::Cas)]).await;
    let mut browser = Browser::default();
    let first = state(pages, &mut browser).await;
    let params = [("state", first.as_str()), ("ticket", "ST-1")];
    let answer = back(pages, &mut browser, &params).await;
    assert_eq!(
        (answer.status.as_u16(), answer.verdict().as_str()),
        (403, "TG-R4653")
    );
    assert!(answer.body.contains("海关科技处 王工"));
    assert!(
        answer
            .body
            .contains("/login?next=/login/foreign/house/bind")
    );
    assert!(pages.session(&browser).await.is_none(), "nobody is created");
    let way = "/login?next=/login/foreign/house/bind";
    assert_eq!(browser.get(pages, bind).await.location(), way);
    // A password alone is not enough to bind.
    let mut half = browser.clone();
    half.log_in(pages, COMPANY).await;
    assert_eq!(half.get(pages, bind).await.verdict(), "TG-R4656");
    with_second(pages, &mut browser, STAFF).await;
    let page = browser.get(pages, bind).await;
    assert!(
        page.body.contains("<code id=\"external\">wang.wu</code>"),
        "{}",
        page.body
    );
    // Not in another browser, which has nothing to bind.
    let mut other = browser.clone();
    other.cookies.remove("__Host-tongguan_bind");
    assert_eq!(other.get(pages, bind).await.verdict(), "TG-R4654");
    let forged = browser
        .clone()
        .post(pages, bind, &[("csrf", "forged")])
        .await;
    assert_eq!(forged.status, 403);
    let mut again = browser.clone();
    let csrf = page.field("csrf");
    let fields = [("csrf", csrf.as_str())];
    let answer = browser.post(pages, bind, &fields).await;
    assert_eq!(answer.location(), "/console/cases", "{}", answer.body);
    assert_eq!(
        again.post(pages, bind, &fields).await.verdict(),
        "TG-R4654",
        "once"
    );
    let account = browser.get(pages, "/account").await;
    assert!(account.body.contains("wang.wu"), "{}", account.body);
    // Now it leads here; and after it was undone, it does not.
    let mut next = Browser::default();
    let second = state(pages, &mut next).await;
    let params = [("state", second.as_str()), ("ticket", "ST-2")];
    let answer = back(pages, &mut next, &params).await;
    assert!(
        answer.location().starts_with("/login/second"),
        "{}",
        answer.location()
    );
    let path = "/account/foreign/house/unbind";
    let answer = browser.post(pages, path, &fields).await;
    assert_eq!(answer.location(), "/account?saved");
    let mut last = Browser::default();
    let third = state(pages, &mut last).await;
    let params = [("state", third.as_str()), ("ticket", "ST-3")];
    assert_eq!(back(pages, &mut last, &params).await.verdict(), "TG-R4653");
    let audit = pages.audit().await.join("\n");
    assert!(
        audit.contains("foreign.bind done house：wang.wu"),
        "{audit}"
    );
    assert!(audit.contains("foreign.unbind done house"), "{audit}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_there_is_one_account_here_and_the_other_way_round(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::with(engine, &[Server::new().source(ForeignProtocol::Cas)]).await;
    bound(pages, "wang.wu", 1).await;
    for (external, account) in [("wang.wu", 2), ("li.si", 1)] {
        let insert = move |tx: &mut store::Tx<'_>| {
            let binding = crate::foreign::Binding {
                id: 77,
                source: "house".to_owned(),
                external: external.to_owned(),
                account: AccountId(account),
                created_at: 0,
                used_at: None,
            };
            crate::foreign::insert(tx, &binding)
        };
        assert!(!pages.context.db.write(insert).await.unwrap(), "{external}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_disabled_here_stays_out_and_guesses_at_a_password_lock_nobody_out(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let server = Server::new();
    server.say(VALIDATE, success("GUAN.yuan"));
    let mut source = server.source(ForeignProtocol::Cas);
    source.account_by = ForeignMatch::Login;
    source.two_factors = true;
    let pages = &Pages::with(engine, &[source]).await;
    let enter = async || {
        let mut browser = Browser::default();
        let state = state(pages, &mut browser).await;
        let params = [("state", state.as_str()), ("ticket", "ST-1")];
        back(pages, &mut browser, &params).await.verdict()
    };
    assert_eq!(enter().await, "/console/cases", "by the login name");
    for _ in 0..6 {
        let guess = [("login", "guan.yuan"), ("password", "wrong")];
        Browser::default().post(pages, "/login", &guess).await;
    }
    assert_eq!(
        enter().await,
        "/console/cases",
        "the source was not guessed"
    );
    pages
        .write(|tx| account::set_state(tx, AccountId(2), "disabled", NOW).map(|_| ()))
        .await;
    assert_eq!(enter().await, "TG-R4622");
    let audit = pages.audit().await.join("\n");
    assert_eq!(
        audit.matches("login.failed refused house").count(),
        1,
        "{audit}"
    );
}

/// Who came through another system makes no way in that outlives it without our password.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_of_another_house_does_not_change_ways_to_log_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let server = Server::new();
    server.say(VALIDATE, success("wang.wu"));
    let pages = &Pages::with(engine, &[server.source(ForeignProtocol::Cas)]).await;
    bound(pages, "wang.wu", 1).await;
    let mut browser = Browser::default();
    let state = state(pages, &mut browser).await;
    let params = [("state", state.as_str()), ("ticket", "ST-1")];
    assert_eq!(
        back(pages, &mut browser, &params).await.location(),
        "/console/cases"
    );
    let way = "/account/confirm?next=/account/passkey";
    assert_eq!(browser.get(pages, "/account/passkey").await.location(), way);
    let csrf = browser.csrf(pages).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("password", PASSWORD),
        ("next", "/account/passkey"),
    ];
    browser.post(pages, "/account/confirm", &fields).await;
    assert_eq!(browser.get(pages, "/account/passkey").await.status, 200);
}
