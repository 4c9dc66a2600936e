//! The step of the pipeline, on both engines.

use super::Keys;
use crate::keyring::certificate::CardCertificate;
use crate::keyring::config::KeyringConfig;
use crate::keyring::provider::Method;
use crate::message::MessageId;
use crate::pipeline::retry;
use crate::signing::{KeyWish, add_key, consent};
use crate::testing::{TestPlatform, accepted, person};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ceb::Kind;
use registry::role::Role;
use rstest::rstest;
use std::time::Duration;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// A sample of company 0 whose signature frame is taken out.
pub(super) fn unsigned(platform: &TestPlatform, seed: u64) -> String {
    let xml = platform.sample(0, Kind::Ceb621, seed);
    let from = xml.find("<ds:Signature").unwrap();
    let end = "</ds:Signature>";
    let to = xml.find(end).unwrap() + end.len();
    format!("{}{}", &xml[..from], &xml[to..])
}

pub(super) async fn platform(test: store::testing::TestDb, keys: &Keys) -> TestPlatform {
    let config = KeyringConfig {
        keys: vec![keys.config("sm2", "sm2"), keys.config("rsa", "rsa")],
    };
    TestPlatform::with_keys(test, config).await
}

pub(super) async fn give_consent(platform: &TestPlatform) {
    let admin = person(
        1,
        Role::CompanyAdmin,
        Some(platform.company(0)),
        platform.sight(0),
    );
    let (company, now_ms) = (platform.company_id(0), platform.clock.now_ms());
    let write = move |tx: &mut store::Tx<'_>| {
        consent(tx, &admin, company, true, now_ms)?;
        crate::signing::sql::hurry(tx, company, now_ms)
    };
    platform.shared.db.write(write).await.unwrap();
}

pub(super) async fn give_key(platform: &TestPlatform, keys: &Keys, name: &str) {
    let operator = person(2, Role::Operator, None, registry::access::Sight::All);
    let certificate = CardCertificate::from_file(&keys.path(&format!("{name}.crt.pem"))).unwrap();
    let wish = KeyWish {
        company: platform.company_id(0).0,
        name: name.to_owned(),
        provider: "file".to_owned(),
        certificate: data_encoding::HEXLOWER.encode(&certificate.der),
    };
    let at = (platform.shared.ids.next(), platform.clock.now_ms());
    let write = move |tx: &mut store::Tx<'_>| add_key(tx, &operator, &wish, at);
    platform.shared.db.write(write).await.unwrap();
}

/// What was received, what was signed, and the texts of the events.
pub(super) async fn stored(
    platform: &TestPlatform,
    id: MessageId,
) -> (Vec<u8>, Option<Vec<u8>>, Vec<String>) {
    let read = move |tx: &mut store::Tx<'_>| -> store::Result<_> {
        let sql = "select b.body, s.body from message_body b left join message_signed s \
                   on s.message_id = b.message_id where b.message_id = $1";
        let row = tx.query_opt(sql, &[id.0.into()])?.unwrap();
        let signed = row
            .bytes_opt(1)?
            .map(|signed| tx.open(signed))
            .transpose()?;
        let received = row.bytes(0)?;
        // One that was damaged on purpose is answered as it is.
        let received = tx.open(received.clone()).unwrap_or(received);
        let events = store::event::of_subject(tx, id.0, 100)?;
        let lines = events.iter().map(|e| format!("{} {}", e.kind, e.detail));
        Ok((received, signed, lines.collect()))
    };
    platform.shared.db.read(read).await.unwrap()
}

fn element<'x>(xml: &'x str, name: &str) -> &'x str {
    let begin = format!("<ds:{name}>");
    let from = xml.find(&begin).unwrap() + begin.len();
    let to = from + xml[from..].find(&format!("</ds:{name}>")).unwrap();
    &xml[from..to]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_unsigned_is_signed_checked_and_sent_and_the_received_bytes_stay(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    let refused = accepted(platform.accept(0, unsigned(&platform, 1)).await);
    platform.settle().await;
    assert_eq!(
        platform.state(0, refused).await,
        "refused",
        "nobody asked for a signature"
    );
    give_consent(&platform).await;
    give_key(&platform, &keys, "sm2").await;
    let xml = unsigned(&platform, 2);
    let id = accepted(platform.accept(0, xml.clone()).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "answered");
    let (received, signed, events) = stored(&platform, id).await;
    assert_eq!(received, xml.as_bytes());
    let signed = String::from_utf8(signed.unwrap()).unwrap();
    assert_eq!(element(&signed, "KeyName"), "01010000000019f1");
    // Taking the signature out again gives what was received, to the byte.
    let from = signed.find("<ds:Signature").unwrap();
    let to = signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    assert_eq!(format!("{}{}", &signed[..from], &signed[to..]), xml);
    assert!(
        events
            .iter()
            .any(|e| e.starts_with("message.signed 平台代签 SM2-SM3")),
        "{events:?}"
    );
    let raw = STANDARD.decode(element(&signed, "SignatureValue")).unwrap();
    assert_eq!(raw.len(), 64);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_message_is_never_touched(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    give_consent(&platform).await;
    give_key(&platform, &keys, "rsa").await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb621, 3))
            .await,
    );
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "answered");
    let (_, signed, _) = stored(&platform, id).await;
    assert_eq!(signed, None);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_a_message_waits_with_the_reason_and_goes_on_by_itself(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    give_consent(&platform).await;
    let mut waiting = Vec::new();
    for seed in 10..13 {
        waiting.push(accepted(
            platform.accept(0, unsigned(&platform, seed)).await,
        ));
    }
    let other = accepted(
        platform
            .accept(1, platform.sample(1, Kind::Ceb311, 1))
            .await,
    );
    platform.settle().await;
    assert_eq!(
        platform.state(1, other).await,
        "settled",
        "nobody else waits"
    );
    for id in &waiting {
        assert_eq!(platform.state(0, *id).await, "held");
    }
    let (_, _, events) = stored(&platform, waiting[0]).await;
    assert!(
        events.last().unwrap().contains("还没有登记代签密钥"),
        "{events:?}"
    );
    // Trying again without a key changes nothing, and each try is later than the one before.
    platform.clock.advance(Duration::from_secs(2));
    assert_eq!(retry::turn(&platform.shared).await.unwrap(), 3);
    platform.clock.advance(Duration::from_secs(1));
    assert_eq!(retry::turn(&platform.shared).await.unwrap(), 0);
    give_key(&platform, &keys, "sm2").await;
    platform.clock.advance(Duration::from_secs(300));
    platform.settle().await;
    for id in &waiting {
        assert_eq!(platform.state(0, *id).await, "answered");
    }
    assert_eq!(retry::turn(&platform.shared).await.unwrap(), 0);
}

/// What waits for its signature and is damaged meanwhile stands in nobody's way: it waits no more, and its
/// timeline says why.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_damaged_waits_for_no_signature(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    give_consent(&platform).await;
    let id = accepted(platform.accept(0, unsigned(&platform, 10)).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "held");
    let damage = platform.shared.db.write(|tx| {
        let damaged = &b"\0TG\x01\x02k1 no key opens this"[..];
        tx.execute("update message_body set body = $1", &[damaged.into()])
    });
    assert_eq!(damage.await.unwrap(), 1);
    platform.clock.advance(Duration::from_secs(2));
    assert_eq!(retry::turn(&platform.shared).await.unwrap(), 1);
    let waits = move |tx: &mut store::Tx<'_>| crate::signing::waits(tx, id);
    assert!(!platform.shared.db.read(waits).await.unwrap());
    assert_eq!(platform.state(0, id).await, "held");
    let (_, _, events) = stored(&platform, id).await;
    assert!(events.last().unwrap().contains("无法读取"), "{events:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_rsa_key_signs_the_old_way_only_where_the_policy_allows_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    use crate::signature::Verify;
    use crate::signing::{PolicyWish, set_policy};
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    give_consent(&platform).await;
    give_key(&platform, &keys, "rsa").await;
    let certificate = CardCertificate::from_file(&keys.path("rsa.crt.pem")).unwrap();
    for (seed, allow_old, method) in [(1, false, Method::RsaSha256), (2, true, Method::RsaSha1)] {
        let officer = person(
            3,
            Role::SecurityAdmin,
            None,
            registry::access::Sight::Nothing,
        );
        let wish = PolicyWish {
            company: platform.company_id(0).0,
            verify: Verify::Tolerated,
            allow_old,
            allow_tolerant_profiles: false,
        };
        let write = move |tx: &mut store::Tx<'_>| set_policy(tx, &officer, &wish, 0);
        let policy = platform.shared.db.write(write).await.unwrap();
        assert!(policy.platform_signs, "the consent stays");
        let id = accepted(platform.accept(0, unsigned(&platform, seed)).await);
        platform.settle().await;
        let (_, signed, _) = stored(&platform, id).await;
        let signed = String::from_utf8(signed.unwrap()).unwrap();
        let uri = if allow_old {
            "xmldsig#rsa-sha1"
        } else {
            "xmldsig-more#rsa-sha256"
        };
        assert!(signed.contains(uri), "{signed}");
        let value = STANDARD.decode(element(&signed, "SignatureValue")).unwrap();
        assert!(!certificate.has_signed(method, b"something else", &value));
        assert_eq!(value.len(), 256);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_is_not_switched_on_without_a_certificate_that_holds(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let keys = Keys::new();
    let platform = platform(test, &keys).await;
    let (company, now_ms) = (platform.company_id(0), platform.clock.now_ms());
    let has = async |at: i64| {
        let read = move |tx: &mut store::Tx<'_>| crate::signing::has_certificate(tx, company, at);
        platform.shared.db.read(read).await.unwrap()
    };
    assert!(!has(now_ms).await, "no key yet");
    give_key(&platform, &keys, "sm2").await;
    assert!(has(now_ms).await);
    assert!(!has(i64::MAX).await, "expired");
    assert!(!has(0).await, "not valid yet");
}
