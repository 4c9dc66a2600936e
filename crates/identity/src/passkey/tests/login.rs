//! Logins with passkeys: the right way, and every wrong one.

use super::authenticator::{Device, by_passkey, enrol, person, question, send};
use crate::relying_party::{self, Protocol, RelyingParty};
use crate::testing::{Browser, COMPANY, OTHER, Pages, STAFF};
use registry::account::{self, AccountId};
use registry::session::Stage;
use registry::testing::NOW;
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_both_factors_and_needs_no_password(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (mut browser, mut device) = (Browser::default(), Device::new());
    let answer = browser.log_in(pages, STAFF).await;
    assert_eq!(answer.location(), "/account/totp?next=/console/");
    let choice = browser.get(pages, "/account/totp").await;
    assert!(
        choice.body.contains("href=\"/account/passkey"),
        "{}",
        choice.body
    );
    let answer = enrol(pages, &mut browser, &mut device).await;
    assert_eq!(answer.body.matches("<li>").count(), 10, "recovery codes");
    let session = pages.session(&browser).await.unwrap();
    assert_eq!(
        (session.stage, session.methods.as_str()),
        (Stage::Full, "password,passkey")
    );

    let (mut fresh, answer) = by_passkey(pages, &mut device).await;
    assert_eq!(answer.location(), "/console/", "{}", answer.body);
    let session = pages.session(&fresh).await.unwrap();
    assert_eq!(
        (session.stage, session.methods.as_str()),
        (Stage::Full, "passkey")
    );
    let own = fresh.get(pages, "/account").await;
    assert!(own.body.contains("value=\"办公电脑\""), "{}", own.body);
    let audit = pages.audit().await.join("\n");
    assert!(audit.contains("factor.enrol done 通行密钥"), "{audit}");
    assert!(
        audit.contains("login.in done 通行密钥；登录完成"),
        "{audit}"
    );
    // The name by which the authenticator knows the person tells nothing of him.
    let sql = "select handle from passkey_handle";
    let rows = pages
        .context
        .db
        .read(|tx| tx.query(sql, &[]))
        .await
        .unwrap();
    assert_eq!(rows[0].text(0).unwrap().len(), 32);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_the_second_factor_after_the_password(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (_, mut device) = person(pages, COMPANY).await;
    let mut browser = Browser::default();
    let answer = browser.log_in(pages, COMPANY).await;
    assert_eq!(answer.location(), "/login/second?next=/console/");
    let second = browser.get(pages, "/login/second").await;
    assert!(second.body.contains("data-passkey=\"second\""));
    let policy = second.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("script-src 'self'; connect-src 'self'"),
        "{policy}"
    );
    let (slip, options) = question(pages, &mut browser, "second").await;
    assert_eq!(options["allowCredentials"], device.descriptors());
    assert_eq!(options["userVerification"], "required");
    let credential = device.answer(&options);
    let path = "/login/second/passkey";
    let answer = send(pages, &mut browser, path, (&slip, &credential)).await;
    assert_eq!(answer.location(), "/console/", "{}", answer.body);
    let session = pages.session(&browser).await.unwrap();
    assert_eq!(session.methods, "password,passkey");
}

/// What is done wrong, and the code that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Origin,
    Subdomain,
    Party,
    NotVerified,
    Counter,
    SameCounter,
    OtherChallenge,
    Nonsense,
    Handle,
    Stranger,
    Late,
    Twice,
}

const WRONGS: [(Wrong, &str); 12] = [
    (Wrong::Origin, "TG-R4640"),
    (Wrong::Subdomain, "TG-R4640"),
    (Wrong::Party, "TG-R4640"),
    (Wrong::NotVerified, "TG-R4640"),
    (Wrong::Counter, "TG-R4640"),
    (Wrong::SameCounter, "TG-R4640"),
    (Wrong::OtherChallenge, "TG-R4640"),
    (Wrong::Nonsense, "TG-R4640"),
    (Wrong::Handle, "TG-R4640"),
    (Wrong::Stranger, "TG-R4640"),
    (Wrong::Late, "TG-R4641"),
    (Wrong::Twice, "TG-R4641"),
];

async fn verdict(pages: &Pages, device: &mut Device, wrong: Wrong) -> String {
    let mut browser = Browser::default();
    let (slip, mut options) = question(pages, &mut browser, "login").await;
    let (origin, rp) = (device.origin.clone(), device.rp.clone());
    match wrong {
        Wrong::Origin => device.origin = "https://tg.example.evil.example".to_owned(),
        Wrong::Subdomain => device.origin = "https://www.tg.example".to_owned(),
        Wrong::Party => device.rp = "evil.example".to_owned(),
        Wrong::NotVerified => device.verifies = false,
        Wrong::Counter => device.counter -= 2,
        Wrong::SameCounter => device.counter -= 1,
        Wrong::OtherChallenge => options = question(pages, &mut browser, "login").await.1,
        Wrong::Late => pages.later(5 * 60_000),
        Wrong::Nonsense | Wrong::Handle | Wrong::Stranger | Wrong::Twice => {}
    }
    let mut credential = if wrong == Wrong::Stranger {
        Device::new().answer(&options)
    } else {
        device.answer(&options)
    };
    if wrong == Wrong::Nonsense {
        credential = "{\"id\":7".to_owned();
    }
    if wrong == Wrong::Handle {
        let mut value: serde_json::Value = serde_json::from_str(&credential).unwrap();
        value["response"]["userHandle"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
        credential = value.to_string();
    }
    if wrong == Wrong::Twice {
        let first = send(pages, &mut browser, "/login/passkey", (&slip, &credential)).await;
        assert_eq!(first.location(), "/console/");
        browser = Browser::default();
    }
    (device.origin, device.rp, device.verifies) = (origin, rp, true);
    device.counter = device.counter.max(50);
    let answer = send(pages, &mut browser, "/login/passkey", (&slip, &credential)).await;
    assert!(pages.session(&browser).await.is_none(), "{wrong:?}");
    answer.verdict()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_answers_are_refused_and_lock_nobody_out(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (_, mut device) = person(pages, STAFF).await;
    device.counter = 50;
    for (wrong, code) in WRONGS {
        let (_, answer) = by_passkey(pages, &mut device).await;
        assert_eq!(answer.location(), "/console/", "before {wrong:?}");
        assert_eq!(verdict(pages, &mut device, wrong).await, code, "{wrong:?}");
        device.counter += 50;
    }
    for _ in 0..5 {
        assert_eq!(verdict(pages, &mut device, Wrong::Origin).await, "TG-R4640");
    }
    device.counter += 50;
    let (_, answer) = by_passkey(pages, &mut device).await;
    assert_eq!(answer.location(), "/console/", "nobody guesses a passkey");
    let audit = pages.audit().await.join("\n");
    assert!(audit.contains("login.failed refused 通行密钥"), "{audit}");
    assert!(!audit.contains("login.locked"), "{audit}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_passkey_of_another_and_slips_of_other_purposes_open_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (mut mine, mut my_device) = person(pages, STAFF).await;
    let (_, mut device) = person(pages, OTHER).await;
    let mut browser = Browser::default();
    browser.log_in(pages, STAFF).await;
    let path = "/login/second/passkey";
    let (slip, options) = question(pages, &mut browser, "second").await;
    let credential = device.answer(&options);
    let answer = send(pages, &mut browser, path, (&slip, &credential)).await;
    assert_eq!(answer.verdict(), "TG-R4640", "another's passkey");
    // A question for a login, or of another session, is none for this step.
    let (slip, options) = question(pages, &mut browser, "login").await;
    let credential = my_device.answer(&options);
    let answer = send(pages, &mut browser, path, (&slip, &credential)).await;
    assert_eq!(answer.verdict(), "TG-R4641", "another purpose");
    let (slip, options) = question(pages, &mut mine, "confirm").await;
    let credential = my_device.answer(&options);
    let answer = send(pages, &mut browser, path, (&slip, &credential)).await;
    assert_eq!(answer.verdict(), "TG-R4641", "another session");
    // Half a session cannot ask for what a full one may.
    let csrf = browser.csrf(pages).await;
    for purpose in ["confirm", "enrol", "nonsense", ""] {
        let fields = [("purpose", purpose), ("csrf", csrf.as_str())];
        let answer = browser.post(pages, "/passkey/options", &fields).await;
        assert_eq!(answer.status, 401, "{purpose}");
    }
    let fields = [("purpose", "second"), ("csrf", "forged")];
    let answer = browser.post(pages, "/passkey/options", &fields).await;
    assert_eq!(answer.status, 403);
    // On record is whose step it was, not whose passkey it was.
    let sql = "select object from audit where act = 'login.failed'";
    let read = |tx: &mut Tx<'_>| tx.query(sql, &[]);
    let rows = pages.context.db.read(read).await.unwrap();
    let objects: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(objects, ["account:2"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_account_stays_out(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let pages = &Pages::on(engine).await;
    let (_, mut device) = person(pages, STAFF).await;
    pages
        .write(|tx| account::set_state(tx, AccountId(2), "disabled", NOW).map(|_| ()))
        .await;
    let (_, answer) = by_passkey(pages, &mut device).await;
    assert_eq!(answer.verdict(), "TG-R4622");
}

/// The page of the CAS server leads to ours, and back with a ticket for a fresh login.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_for_another_system_may_use_a_passkey(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (_, mut device) = person(pages, STAFF).await;
    let party = RelyingParty {
        id: 10,
        name: "app".to_owned(),
        protocol: Protocol::Cas,
        title: "商品溯源".to_owned(),
        urls: vec!["https://app.example/portal".to_owned()],
        logout_url: None,
        logout_redirects: Vec::new(),
        attributes: Vec::new(),
        secret_hash: None,
        grants: Vec::new(),
        may_proxy: false,
        proxies: Vec::new(),
        company: None,
    };
    pages
        .write(move |tx| {
            relying_party::put(tx, &party, NOW).unwrap();
            Ok(())
        })
        .await;
    let mut browser = Browser::default();
    let asked = "/cas/login?service=https%3A%2F%2Fapp.example%2Fportal&renew=true";
    let page = browser.get(pages, asked).await;
    let rest = page.body.split("href=\"/login?next=").nth(1).unwrap();
    let next = rest.split('"').next().unwrap().to_owned();
    let next: String = url::form_urlencoded::parse(format!("n={next}").as_bytes())
        .map(|(_, value)| value.into_owned())
        .collect();
    let (slip, options) = question(pages, &mut browser, "login").await;
    let credential = device.answer(&options);
    let fields = [
        ("slip", slip.as_str()),
        ("credential", credential.as_str()),
        ("next", next.as_str()),
    ];
    let answer = browser.post(pages, "/login/passkey", &fields).await;
    assert!(
        answer.location().starts_with("/cas/login?"),
        "{}",
        answer.location()
    );
    let back = answer.location().to_owned();
    let step = browser.get(pages, &back).await;
    assert!(step.body.contains("ticket=ST-"), "{}", step.body);
}
