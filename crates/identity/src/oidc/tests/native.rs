//! Programs on the person's own machine or telephone: RFC 8252.

use super::platform::{Place, path, public, wish};
use crate::relying_party::redirect::{is_private_use, is_registered};
use crate::relying_party::{self, RelyingPartyRefusal, check};
use axum::http::StatusCode;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Registered, asked for, whether it is the same for a public client.
const LOOPBACK: [(&str, &str, bool); 17] = [
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:53219/callback",
        true,
    ),
    (
        "http://127.0.0.1:8080/callback",
        "http://127.0.0.1:53219/callback",
        true,
    ),
    (
        "http://127.0.0.1:8080/callback",
        "http://127.0.0.1/callback",
        true,
    ),
    ("http://[::1]/callback", "http://[::1]:53219/callback", true),
    (
        "http://localhost:1/cb?x=1",
        "http://localhost:65535/cb?x=1",
        true,
    ),
    ("http://127.0.0.1", "http://127.0.0.1:5", true),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:53219/other",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:53219/callback/",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:53219/callback?x=1",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://localhost:53219/callback",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "https://127.0.0.1:53219/callback",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1.evil.test/callback",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:80@evil.test/callback",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:99999/callback",
        false,
    ),
    (
        "http://127.0.0.1/callback",
        "http://127.0.0.1:0/callback",
        false,
    ),
    (
        "http://localhost/cb",
        "http://localhost.evil.test/cb",
        false,
    ),
    (
        "https://app.example/cb",
        "https://app.example:8443/cb",
        false,
    ),
];

#[test]
fn a_public_client_on_the_own_machine_comes_with_any_port() {
    let open = public(1, "cli");
    let mut closed = public(1, "web");
    closed.secret_hash = Some("hash".to_owned());
    for (registered, asked, is_same) in LOOPBACK {
        let urls = [registered.to_owned()];
        assert_eq!(
            is_registered(&open, &urls, asked),
            is_same,
            "{registered} {asked}"
        );
        assert!(!is_registered(&closed, &urls, asked), "a secret: {asked}");
        assert!(is_registered(&closed, &urls, registered), "{registered}");
    }
}

#[test]
fn a_scheme_of_its_own_is_the_reversed_name_of_a_domain() {
    for good in [
        "com.example.app:/cb",
        "com.example.app:/oauth2/back?x=1",
        "com.example.my-app://back",
        "cn.example.app2:/",
    ] {
        assert!(is_private_use(good), "{good}");
        let mut party = public(1, "mobile");
        party.urls = vec![good.to_owned()];
        assert_eq!(check(&party), Ok(()), "{good}");
        party.secret_hash = Some("hash".to_owned());
        assert!(
            matches!(check(&party), Err(RelyingPartyRefusal::Url(_))),
            "a secret: {good}"
        );
    }
    for bad in [
        "myapp:/cb",
        "javascript:/alert(1)",
        "javascript.x:alert(1)",
        "data:text/html,x",
        "com.example.app:cb",
        "com.example.app:/cb#x",
        "com..app:/cb",
        ".example.app:/cb",
        "com.example.app:/c b",
        "Com.Example.App:/cb",
        "com.example.app:/*",
    ] {
        let mut party = public(1, "mobile");
        party.urls = vec![bad.to_owned()];
        assert!(
            matches!(check(&party), Err(RelyingPartyRefusal::Url(_))),
            "{bad}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn native_programs_get_their_code_at_the_address_that_they_brought(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let mut party = public(40, "native");
    party.urls = vec![
        "http://127.0.0.1/callback".to_owned(),
        "com.example.app:/cb".to_owned(),
    ];
    let write = move |tx: &mut store::Tx<'_>| relying_party::put(tx, &party, 1);
    place.platform.context.db.write(write).await.unwrap();
    let (_, cookie) = place.platform.session(1).await;
    for (redirect, begin) in [
        (
            "http://127.0.0.1:53219/callback",
            "http://127.0.0.1:53219/callback?code=",
        ),
        ("com.example.app:/cb", "com.example.app:/cb?code="),
    ] {
        let mut fields = wish("native");
        fields.retain(|(name, _)| *name != "redirect_uri");
        fields.push(("redirect_uri", redirect.to_owned()));
        let answer = place.get(&path("authorize", &fields), &cookie).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{redirect}");
        assert!(
            answer.location().starts_with(begin),
            "{}",
            answer.location()
        );
    }
}
