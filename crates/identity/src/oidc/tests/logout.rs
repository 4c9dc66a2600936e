//! `/oauth2/logout` and the back channel.

use super::platform::{ISSUER, LEFT, Place, claims, confidential};
use crate::cas::tests::peer::Peer;
use crate::cas::tests::platform::{encoded, later};
use crate::oidc::{jwt, key};
use axum::http::{StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::session;
use rstest::rstest;
use serde_json::{Value, json};
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A session with the ID token of a client.
async fn entered(place: &Place, account: i64) -> (String, String, String) {
    let (_, cookie) = place.platform.session(account).await;
    let tokens = place.tokens("web", &cookie).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    (cookie, text("id_token"), text("access_token"))
}

fn address(hint: &str, to: &str, more: &str) -> String {
    format!(
        "/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={}&state=s%201{more}",
        encoded(to)
    )
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_6_2_a_valid_hint_needs_no_question(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let place = &Place::on(engine).await;
    let (cookie, hint, access) = entered(place, 1).await;
    // An old token is a hint as well (RP-initiated logout, section 2).
    later(&place.platform, 10 * 60_000);
    let answer = place
        .get(&address(&hint, LEFT, "&client_id=web"), &cookie)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), format!("{LEFT}?state=s+1"));
    assert!(!place.is_alive(&access).await);
    let again = place.get(&address(&hint, LEFT, ""), "").await;
    assert_eq!(
        again.location(),
        format!("{LEFT}?state=s+1"),
        "nobody is logged in"
    );
    let bare = format!(
        "/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={}",
        encoded(LEFT)
    );
    assert_eq!(place.get(&bare, "").await.location(), LEFT, "nothing added");
    let nowhere = place.get(&address("", LEFT, "&client_id=web"), "").await;
    assert_eq!(nowhere.location(), "", "no hint, no redirect");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v10_6_2_without_a_valid_hint_the_person_is_asked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let (cookie, hint, _) = entered(place, 1).await;
    let (_, other, _) = entered(place, 2).await;
    let parts: Vec<&str> = hint.split('.').collect();
    let header = |alg: &str, typ: &str| {
        let kid = key_id(parts[0]);
        URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "typ": typ, "kid": kid }).to_string())
    };
    let mut forged = claims(&hint);
    forged["sub"] = json!("2");
    let changed = URL_SAFE_NO_PAD.encode(forged.to_string());
    let bad = [
        String::new(),
        "x".repeat(9000),
        format!("{}.{changed}.{}", parts[0], parts[2]),
        format!("{}.{}.", header("none", "JWT"), parts[1]),
        format!("{}.{}.{}", header("none", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", header("HS256", "JWT"), parts[1], parts[2]),
        format!(
            "{}.{}.{}",
            header("RS256", "logout+jwt"),
            parts[1],
            parts[2]
        ),
        format!("{}.{}", parts[0], parts[1]),
        // A valid one, of another session.
        other.clone(),
    ];
    for hint in &bad {
        let answer = place.get(&address(hint, LEFT, ""), &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{hint}");
        assert!(answer.body.contains("action=\"/oauth2/logout\""), "{hint}");
        let still = place
            .authorize(&super::platform::wish("web"), &cookie)
            .await;
        assert!(
            super::platform::parameter_of(&still, "code").is_some(),
            "still logged in"
        );
    }
    let page = place
        .get(&address("", LEFT, "&client_id=web"), &cookie)
        .await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(
        policy.contains("form-action 'self' https://app.example;"),
        "{policy}"
    );
    let csrf = page.field("csrf");
    let fields = |csrf| {
        [
            ("csrf", csrf),
            ("client_id", "web"),
            ("post_logout_redirect_uri", LEFT),
            ("state", "s 1"),
        ]
    };
    let forged = place
        .post("/oauth2/logout", &cookie, &fields("wrong"))
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let done = place.post("/oauth2/logout", &cookie, &fields(&csrf)).await;
    assert_eq!(done.location(), format!("{LEFT}?state=s+1"));
    let gone = place
        .authorize(&super::platform::wish("web"), &cookie)
        .await;
    assert!(gone.location().starts_with("/login?"));
}

fn key_id(header: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_sent_to_registered_addresses_only(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    for wrong in [
        "https://app.example/left/",
        "https://app.example/left?x=1",
        "https://APP.example/left",
        "https://evil.test/left",
        "https://app.example/back?lang=zh",
        "javascript:alert(1)",
    ] {
        let (cookie, hint, access) = entered(place, 1).await;
        let answer = place.get(&address(&hint, wrong, ""), &cookie).await;
        assert_eq!(
            (answer.status, answer.location()),
            (StatusCode::OK, ""),
            "{wrong}"
        );
        assert!(!place.is_alive(&access).await, "but logged out");
    }
    let (cookie, hint, _) = entered(place, 1).await;
    let mixed = place
        .get(&address(&hint, LEFT, "&client_id=other.web"), &cookie)
        .await;
    assert!(
        mixed.body.contains("action=\"/oauth2/logout\""),
        "another client's hint"
    );
    let forwarded = place
        .post("/oauth2/logout", "", &[("id_token_hint", &hint)])
        .await;
    assert_eq!(
        forwarded.location(),
        format!("/oauth2/logout?id_token_hint={hint}")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_is_notified_once_however_a_session_ends(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    let peer = Peer::start(None, "200 OK");
    let mut entry = confidential(30, "web");
    entry.logout_url = Some(format!("http://127.0.0.1:{}/leave", peer.port));
    place.platform.put(entry).await;
    for (n, why) in ["logout", "kick", "timeout"].into_iter().enumerate() {
        let (session, cookie) = place.platform.session(1).await;
        let tokens = place.tokens("web", &cookie).await;
        place.tokens("web", &cookie).await;
        place.tokens("other.web", &cookie).await;
        let hint = tokens["id_token"].as_str().unwrap();
        let now_ms = place.platform.context.now_ms();
        match why {
            "logout" => drop(place.get(&address(hint, LEFT, ""), &cookie).await),
            "kick" => {
                let end =
                    move |tx: &mut store::Tx<'_>| session::end(tx, session.id, now_ms, "kick");
                assert!(place.platform.context.db.write(end).await.unwrap());
            }
            _ => later(&place.platform, 31 * 60_000),
        }
        place.farewell().await;
        place.farewell().await;
        let heard = peer.heard();
        assert_eq!(heard.len(), n + 1, "{why}: once");
        let (head, body) = heard[n].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /leave HTTP/1.1"), "{head}");
        let token = body.strip_prefix("logout_token=").unwrap();
        let keys = key::published(&place.platform.context).await.unwrap();
        assert!(jwt::read(token, "JWT", &keys).is_none(), "no ID token");
        let payload = jwt::read(token, "logout+jwt", &keys).unwrap();
        let id = claims(hint);
        assert_eq!((&payload["sid"], &payload["sub"]), (&id["sid"], &id["sub"]));
        assert_eq!(
            (&payload["iss"], &payload["aud"]),
            (&json!(ISSUER), &json!("web"))
        );
        let event = "http://schemas.openid.net/event/backchannel-logout";
        assert_eq!(payload["events"], json!({ event: {} }));
        assert!(payload.get("nonce").is_none() && payload["jti"].is_string());
        let as_hint = place.get(&address(token, LEFT, ""), "").await;
        assert_eq!(as_hint.location(), "", "a logout token is no hint");
    }
}

/// A damaged hint is no reason to lose where the person wanted to go: after a confirmation it is as
/// without a hint.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_hint_is_as_no_hint_once_the_person_has_confirmed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let place = &Place::on(engine).await;
    for registered in [true, false] {
        let (cookie, hint, _) = entered(place, 1).await;
        let damaged = format!("{}AAAAAA", &hint[..hint.len() - 6]);
        let to = if registered {
            LEFT
        } else {
            "https://evil.test/"
        };
        let page = place
            .get(&address(&damaged, to, "&client_id=web"), &cookie)
            .await;
        assert_eq!(page.status, StatusCode::OK, "it asks");
        let fields = ["csrf", "client_id", "post_logout_redirect_uri", "state"];
        let values: Vec<(&str, String)> = fields.map(|name| (name, page.field(name))).into();
        let form: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let left = place.post("/oauth2/logout", &cookie, &form).await;
        if registered {
            assert_eq!(left.location(), format!("{LEFT}?state=s+1"));
        } else {
            assert_eq!(left.location(), "", "not registered");
        }
        // Without a session there is nobody to ask, and nobody who vouches for the address.
        let nobody = place
            .get(&address(&damaged, to, "&client_id=web"), "")
            .await;
        assert_eq!(nobody.location(), "");
    }
}
