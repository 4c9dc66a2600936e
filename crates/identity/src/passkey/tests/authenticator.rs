//! An authenticator in software: ES256, attestation `none`, a counter, and ways to do wrong.

use crate::testing::{Browser, PageAnswer, Pages, URL};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Flags of the authenticator data.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTESTED: u8 = 0x40;

/// One credential in a device.
pub(super) struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    handle: Value,
    pub(super) counter: u32,
    pub(super) origin: String,
    pub(super) rp: String,
    pub(super) verifies: bool,
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let mut id = vec![0; 20];
        random.fill(&mut id).unwrap();
        Self {
            key: EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap(),
            id,
            handle: Value::Null,
            counter: 0,
            origin: URL.to_owned(),
            rp: "tg.example".to_owned(),
            verifies: true,
        }
    }

    /// How a question for this credential alone names it.
    pub(super) fn descriptors(&self) -> Value {
        json!([{ "type": "public-key", "id": text(&self.id) }])
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp.as_bytes()).to_vec();
        let verified = if self.verifies { VERIFIED } else { 0 };
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes the credential.
    pub(super) fn make(&mut self, options: &Value) -> String {
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["attestation"], "none");
        self.handle = options["user"]["id"].clone();
        let mut data = self.authenticator_data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.key.public_key().as_ref();
        data.extend([0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        let mut object = vec![0xA3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xA0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        let credential = json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "response": {
                "attestationObject": text(&object),
                "clientDataJSON": text(&self.client_data("webauthn.create", options)),
            },
        });
        credential.to_string()
    }

    /// Answers a question.
    pub(super) fn answer(&mut self, options: &Value) -> String {
        self.counter += 1;
        let client = self.client_data("webauthn.get", options);
        let data = self.authenticator_data(0);
        let signed = [data.clone(), Sha256::digest(&client).to_vec()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let credential = json!({
            "id": text(&self.id),
            "rawId": text(&self.id),
            "type": "public-key",
            "response": {
                "authenticatorData": text(&data),
                "clientDataJSON": text(&client),
                "signature": text(signature.as_ref()),
                "userHandle": self.handle,
            },
        });
        credential.to_string()
    }
}

/// Asks for a question; answers its slip and options.
pub(super) async fn question(
    pages: &Pages,
    browser: &mut Browser,
    purpose: &str,
) -> (String, Value) {
    let csrf = browser.csrf(pages).await;
    let fields = [("purpose", purpose), ("csrf", csrf.as_str())];
    let answer = browser.post(pages, "/passkey/options", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let question: Value = serde_json::from_str(&answer.body).unwrap();
    let slip = question["slip"].as_str().unwrap().to_owned();
    (slip, question["publicKey"].clone())
}

/// Sends an answer with the token of the browser's session.
pub(super) async fn send(
    pages: &Pages,
    browser: &mut Browser,
    path: &str,
    (slip, credential): (&str, &str),
) -> PageAnswer {
    let csrf = browser.csrf(pages).await;
    let fields = [
        ("slip", slip),
        ("credential", credential),
        ("csrf", csrf.as_str()),
        ("label", "  办公电脑\u{7} "),
    ];
    browser.post(pages, path, &fields).await
}

/// Gives the browser's person a passkey.
pub(super) async fn enrol(pages: &Pages, browser: &mut Browser, device: &mut Device) -> PageAnswer {
    let (slip, options) = question(pages, browser, "enrol").await;
    let credential = device.make(&options);
    send(pages, browser, "/account/passkey", (&slip, &credential)).await
}

/// One of the staff with a passkey as the only factor; logged in.
pub(super) async fn person(pages: &Pages, login: &str) -> (Browser, Device) {
    let (mut browser, mut device) = (Browser::default(), Device::new());
    browser.log_in(pages, login).await;
    let answer = enrol(pages, &mut browser, &mut device).await;
    assert!(answer.status.as_u16() < 400, "{}", answer.body);
    (browser, device)
}

/// A login by passkey from a new browser.
pub(super) async fn by_passkey(pages: &Pages, device: &mut Device) -> (Browser, PageAnswer) {
    let mut browser = Browser::default();
    let (slip, options) = question(pages, &mut browser, "login").await;
    let credential = device.answer(&options);
    let answer = send(pages, &mut browser, "/login/passkey", (&slip, &credential)).await;
    (browser, answer)
}
