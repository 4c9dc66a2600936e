//! The USB key against its stand-in, over a real connection.

use super::Keys;
use crate::keyring::Keyring;
use crate::keyring::config::{KeyConfig, KeyKind, KeyringConfig};
use crate::keyring::provider::file::{FileKey, FileSettings};
use crate::keyring::provider::{Method, SigningFault};
use crate::usb_key_box::{Behaviour, UsbKeyBox, WRONG_MAX};
use store::clock::SystemClock;
use tokio::net::TcpListener;
use tokio::sync::watch;

const TEXT: &str = "<ds:SignedInfo>待签</ds:SignedInfo>";

struct Setup {
    keys: Keys,
    usb: UsbKeyBox,
    keyring: Keyring,
    _stop: watch::Sender<bool>,
}

async fn setup(family: &str, change: impl FnOnce(&mut Behaviour)) -> Setup {
    let keys = Keys::new();
    let key = FileKey::new(FileSettings {
        key_file: keys.path(&format!("{family}.key.pem")),
        passphrase_file: None,
        certificate_file: keys.path(&format!("{family}.crt.pem")),
    });
    let mut behaviour = Behaviour {
        password: "synthetic".to_owned(),
        ..Behaviour::default()
    };
    change(&mut behaviour);
    let usb = UsbKeyBox::new(key, behaviour, SystemClock::shared());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(usb.clone().serve(listener, stopped));
    let config = KeyringConfig {
        keys: vec![KeyConfig {
            name: "card".to_owned(),
            kind: KeyKind::UsbKey,
            url: format!("ws://{address}"),
            secret_file: keys.path("right.txt"),
            ..KeyConfig::default()
        }],
    };
    let keyring = Keyring::new(&config, &SystemClock::shared());
    Setup {
        keys,
        usb,
        keyring,
        _stop: stop,
    }
}

#[tokio::test]
async fn a_card_signs_by_its_own_family() {
    for (family, method) in [("rsa", Method::RsaSha1), ("sm2", Method::Sm2Sm3)] {
        let setup = setup(family, |_| {}).await;
        let card = setup.keyring.card("card").unwrap();
        let certificate = card.certificate().await.unwrap();
        let signature = card.sign(TEXT.as_bytes(), method).await.unwrap();
        assert!(certificate.has_signed(method, TEXT.as_bytes(), &signature));
        let other = card.sign(TEXT.as_bytes(), Method::RsaSha256).await;
        assert!(
            matches!(other, Err(SigningFault::Unsupported(_))),
            "{other:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_reaches_the_card_once() {
    let setup = setup("sm2", |card| card.password = "another".to_owned()).await;
    let card = setup.keyring.card("card").unwrap();
    for _ in 0..2 * WRONG_MAX {
        let fault = card
            .sign(TEXT.as_bytes(), Method::Sm2Sm3)
            .await
            .unwrap_err();
        assert_eq!(fault, SigningFault::WrongPin);
    }
    assert_eq!(
        setup.usb.behaviour(|card| card.n_wrong),
        1,
        "it is not locked by us"
    );
    setup.keys.write("right.txt", "another");
    card.reset().await;
    assert!(card.sign(TEXT.as_bytes(), Method::Sm2Sm3).await.is_ok());
}

#[tokio::test]
async fn a_locked_card_is_recognised() {
    let setup = setup("sm2", |card| card.n_wrong = WRONG_MAX).await;
    let card = setup.keyring.card("card").unwrap();
    let fault = card
        .sign(TEXT.as_bytes(), Method::Sm2Sm3)
        .await
        .unwrap_err();
    assert_eq!(fault, SigningFault::Locked);
}

#[tokio::test]
async fn an_absent_card_may_come_back() {
    let setup = setup("sm2", |card| card.absent = true).await;
    let card = setup.keyring.card("card").unwrap();
    let fault = card
        .sign(TEXT.as_bytes(), Method::Sm2Sm3)
        .await
        .unwrap_err();
    assert_eq!(fault, SigningFault::Absent);
    setup.usb.behaviour(|card| card.absent = false);
    assert!(card.sign(TEXT.as_bytes(), Method::Sm2Sm3).await.is_ok());
}

#[tokio::test]
async fn a_reader_that_wants_a_reset_gets_one_more_try() {
    let setup = setup("sm2", |_| {}).await;
    let card = setup.keyring.card("card").unwrap();
    card.certificate().await.unwrap();
    setup.usb.behaviour(|card| card.resets = 1);
    assert!(card.sign(TEXT.as_bytes(), Method::Sm2Sm3).await.is_ok());
    setup.usb.behaviour(|card| card.resets = 2);
    let fault = card
        .sign(TEXT.as_bytes(), Method::Sm2Sm3)
        .await
        .unwrap_err();
    assert_eq!(fault, SigningFault::NeedsReset);
    assert!(fault.to_string().contains("Custom50070"));
}

#[tokio::test]
async fn a_lost_connection_is_made_anew() {
    let setup = setup("sm2", |card| card.drop_after = 3).await;
    let card = setup.keyring.card("card").unwrap();
    for _ in 0..10 {
        assert!(card.sign(TEXT.as_bytes(), Method::Sm2Sm3).await.is_ok());
    }
    let nobody = KeyringConfig {
        keys: vec![KeyConfig {
            name: "card".to_owned(),
            kind: KeyKind::UsbKey,
            url: "ws://127.0.0.1:1".to_owned(),
            secret_file: setup.keys.path("right.txt"),
            ..KeyConfig::default()
        }],
    };
    let keyring = Keyring::new(&nobody, &SystemClock::shared());
    let signed = keyring
        .card("card")
        .unwrap()
        .sign(b"x", Method::Sm2Sm3)
        .await;
    assert!(
        matches!(signed, Err(SigningFault::Unreachable(_))),
        "{signed:?}"
    );
}

#[tokio::test]
async fn a_slow_card_serves_many_callers_one_after_another() {
    let setup = setup("rsa", |card| card.delay_ms = 5).await;
    let card = setup.keyring.card("card").unwrap();
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let own = card.clone();
            tokio::spawn(async move { own.sign(TEXT.as_bytes(), Method::RsaSha1).await })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap().is_ok());
    }
    assert_eq!(
        setup
            .usb
            .behaviour(|card| (card.n_signed, card.at_once_max)),
        (20, 1)
    );
}
