//! One's own passkeys: added, named, removed, after a fresh proof.

use super::authenticator::{Device, by_passkey, enrol, person, question, send};
use crate::factor;
use crate::passkey::{PASSKEYS_MAX, Passkeys};
use crate::testing::{Browser, COMPANY, OTHER, PASSWORD, Pages, STAFF};
use registry::account::AccountId;
use registry::config::RegistryConfig;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

async fn ids(pages: &Pages, account: i64) -> Vec<String> {
    let read = move |tx: &mut store::Tx<'_>| factor::list(tx, AccountId(account));
    let factors = pages.context.db.read(read).await.unwrap();
    let passkeys = factors.iter().filter(|factor| factor.is_passkey());
    passkeys.map(|factor| factor.id.to_string()).collect()
}

async fn change(pages: &Pages, browser: &mut Browser, what: &str, id: &str) -> String {
    let csrf = browser.csrf(pages).await;
    let fields = [("csrf", csrf.as_str()), ("id", id), ("label", "我的手机")];
    let path = format!("/account/passkey/{what}");
    browser.post(pages, &path, &fields).await.verdict()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passkeys_are_named_and_removed_but_never_the_last_of_the_staff(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (mut browser, mut first) = person(pages, STAFF).await;
    let only = ids(pages, 2).await.remove(0);
    assert_eq!(
        change(pages, &mut browser, "rename", &only).await,
        "/account?saved"
    );
    let page = browser.get(pages, "/account").await;
    assert!(page.body.contains("value=\"我的手机\""));
    assert_eq!(
        change(pages, &mut browser, "remove", &only).await,
        "TG-R4643"
    );
    let mut second = Device::new();
    let answer = enrol(pages, &mut browser, &mut second).await;
    // Recovery codes that are still good stay as they are.
    assert_eq!(answer.location(), "/account?saved", "{}", answer.body);
    assert_eq!(
        change(pages, &mut browser, "remove", &only).await,
        "/account?saved"
    );
    assert_eq!(
        change(pages, &mut browser, "remove", &only).await,
        "TG-R4646"
    );
    assert_eq!(by_passkey(pages, &mut first).await.1.verdict(), "TG-R4640");
    assert_eq!(
        by_passkey(pages, &mut second).await.1.location(),
        "/console/"
    );
    // Another's passkey cannot be touched, and a company's people may do without.
    let (mut other, _) = person(pages, COMPANY).await;
    let theirs = ids(pages, 1).await.remove(0);
    assert_eq!(
        change(pages, &mut browser, "remove", &theirs).await,
        "TG-R4646"
    );
    assert_eq!(
        change(pages, &mut browser, "rename", &theirs).await,
        "TG-R4646"
    );
    assert_eq!(
        change(pages, &mut other, "remove", &theirs).await,
        "/account?saved"
    );
    let audit = pages.audit().await.join("\n");
    assert_eq!(
        audit.matches("factor.remove done 通行密钥").count(),
        2,
        "{audit}"
    );
    assert_eq!(
        audit.matches("factor.rename done 通行密钥").count(),
        1,
        "{audit}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ways_to_log_in_change_after_a_fresh_proof_only(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (mut browser, mut device) = person(pages, STAFF).await;
    let id = ids(pages, 2).await.remove(0);
    pages.later(10 * 60_000);
    let way = "/account/confirm?next=/account/passkey";
    assert_eq!(browser.get(pages, "/account/passkey").await.location(), way);
    let mut more = Device::new();
    assert_eq!(enrol(pages, &mut browser, &mut more).await.location(), way);
    let way = "/account/confirm?next=/account";
    assert_eq!(change(pages, &mut browser, "remove", &id).await, way);
    let csrf = browser.csrf(pages).await;
    let wrong = [("csrf", csrf.as_str()), ("password", "Wrong1!wrong")];
    let answer = browser.post(pages, "/account/confirm", &wrong).await;
    assert_eq!(
        (answer.status.as_u16(), answer.verdict().as_str()),
        (401, "TG-R4620")
    );
    let right = [
        ("csrf", csrf.as_str()),
        ("password", PASSWORD),
        ("next", "/account/passkey"),
    ];
    let answer = browser.post(pages, "/account/confirm", &right).await;
    assert_eq!(answer.location(), "/account/passkey");
    assert_eq!(browser.get(pages, "/account/passkey").await.status, 200);
    pages.later(10 * 60_000);
    let (slip, options) = question(pages, &mut browser, "confirm").await;
    let credential = device.answer(&options);
    let path = "/account/confirm/passkey";
    let answer = send(pages, &mut browser, path, (&slip, &credential)).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    assert_eq!(
        change(pages, &mut browser, "rename", &id).await,
        "/account?saved"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_belongs_to_one_account_and_each_has_so_many(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (mut browser, mut device) = person(pages, STAFF).await;
    let mut other = Browser::default();
    other.log_in(pages, OTHER).await;
    assert_eq!(
        enrol(pages, &mut other, &mut device).await.verdict(),
        "TG-R4642"
    );
    for change in ["origin", "rp", "verify"] {
        let mut bad = Device::new();
        match change {
            "origin" => bad.origin = "https://evil.example".to_owned(),
            "rp" => bad.rp = "evil.example".to_owned(),
            _ => bad.verifies = false,
        }
        assert_eq!(
            enrol(pages, &mut other, &mut bad).await.verdict(),
            "TG-R4640",
            "{change}"
        );
    }
    let (slip, options) = question(pages, &mut other, "enrol").await;
    let credential = Device::new().make(&options);
    let path = "/account/passkey";
    let first = send(pages, &mut other, path, (&slip, &credential)).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let again = send(pages, &mut other, path, (&slip, &credential)).await;
    assert_eq!(again.verdict(), "TG-R4641", "one question, one passkey");
    for _ in 1..PASSKEYS_MAX {
        enrol(pages, &mut browser, &mut Device::new()).await;
    }
    let csrf = browser.csrf(pages).await;
    let fields = [("purpose", "enrol"), ("csrf", csrf.as_str())];
    let full = browser.post(pages, "/passkey/options", &fields).await;
    assert!(full.body.contains("TG-R4644"), "{}", full.body);
}

#[test]
fn passkeys_are_bound_to_a_name() {
    let rp = |url: &str| {
        let config = RegistryConfig {
            public_url: url.to_owned(),
            ..RegistryConfig::default()
        };
        Passkeys::of(&config).map(|passkeys| passkeys.rp)
    };
    assert_eq!(rp("https://tg.example").as_deref(), Some("tg.example"));
    assert_eq!(rp("http://127.0.0.1:8080").as_deref(), Some("localhost"));
    assert_eq!(rp("https://192.0.2.1"), None);
    assert_eq!(rp("nonsense"), None);
}
