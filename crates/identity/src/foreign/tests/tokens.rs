//! Tokens that are nearly right.

use crate::foreign::Trouble;
use crate::foreign::token::{Expected, verify};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// The moment of the tests, in seconds.
pub(super) const NOW_S: i64 = registry::testing::NOW / 1000;

pub(super) fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The keys of an issuer: one RSA, one on P-256.
pub(super) struct Signer {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

impl Signer {
    /// The RSA key was made for these tests and is used nowhere else; `ring` cannot make one.
    pub(super) fn new() -> Self {
        let key = include_str!("rsa.pem");
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self {
            rsa: RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap(),
            ec: EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap(),
        }
    }

    fn public(&self) -> RsaPublicKeyComponents<Vec<u8>> {
        RsaPublicKeyComponents::from(self.rsa.public())
    }

    pub(super) fn keys(&self) -> Value {
        let RsaPublicKeyComponents { n, e } = self.public();
        let point = self.ec.public_key().as_ref();
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "AA" },
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": text(&n), "e": text(&e) },
            { "kty": "EC", "kid": "ec", "crv": "P-256", "alg": "ES256",
              "x": text(&point[1..33]), "y": text(&point[33..]) },
        ]})
    }

    /// A token with this head and these claims, signed with the key of the algorithm.
    pub(super) fn token(&self, head: &Value, claims: &str) -> String {
        let signed = format!(
            "{}.{}",
            text(head.to_string().as_bytes()),
            text(claims.as_bytes())
        );
        let random = SystemRandom::new();
        let signature = match head["alg"].as_str() {
            Some("ES256") => self
                .ec
                .sign(&random, signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Some("none") => Vec::new(),
            // The oldest trick: the public key as the secret of a shared one.
            Some("HS256") => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &self.public().n);
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            _ => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                let kind = &RSA_PKCS1_SHA256;
                self.rsa
                    .sign(kind, &random, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
        };
        format!("{signed}.{}", text(&signature))
    }
}

pub(super) fn claims(issuer: &str, nonce: &str) -> Value {
    json!({
        "iss": issuer, "sub": "wang.wu", "aud": "tongguan", "nonce": nonce,
        "iat": NOW_S, "exp": NOW_S + 300, "employeeNumber": "8765",
    })
}

fn verdict(token: &str, keys: &Value) -> String {
    let expected = Expected {
        issuer: "https://op.example",
        client: "tongguan",
        nonce: "n-1",
        now_s: NOW_S,
    };
    match verify(token, keys.to_string().as_bytes(), &expected) {
        Ok(claims) => claims.sub,
        Err(Trouble::Wrong(why)) => format!("! {why}"),
        Err(Trouble::Down(why)) => format!("!! {why}"),
    }
}

#[test]
fn right_tokens_are_believed() {
    let signer = Signer::new();
    let good = claims("https://op.example", "n-1");
    for head in [
        json!({ "alg": "RS256", "kid": "rsa", "typ": "JWT" }),
        json!({ "alg": "ES256", "kid": "ec" }),
        json!({ "alg": "RS256" }),
    ] {
        let token = signer.token(&head, &good.to_string());
        assert_eq!(verdict(&token, &signer.keys()), "wang.wu", "{head}");
    }
    let head = json!({ "alg": "ES256", "kid": "ec" });
    for (name, value) in [
        ("aud", json!(["tongguan"])),
        ("azp", json!("tongguan")),
        ("exp", json!(NOW_S - 30)),
        ("iat", json!(NOW_S + 30)),
        ("iat", json!(NOW_S - 599)),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        let token = signer.token(&head, &claims.to_string());
        assert_eq!(verdict(&token, &signer.keys()), "wang.wu", "{claims}");
    }
}

#[test]
fn wrong_claims_are_not() {
    let signer = Signer::new();
    let head = json!({ "alg": "ES256", "kid": "ec" });
    let absent = Value::Null;
    for (name, value) in [
        ("iss", json!("https://op.example/")),
        ("iss", json!("https://evil.example")),
        ("iss", absent.clone()),
        ("aud", json!("other")),
        ("aud", json!(["other"])),
        ("aud", json!([])),
        ("aud", json!(["tongguan", "other"])),
        ("aud", absent.clone()),
        ("azp", json!("other")),
        ("nonce", json!("n-2")),
        ("nonce", absent.clone()),
        ("exp", json!(NOW_S - 60)),
        ("exp", json!("tomorrow")),
        ("exp", absent.clone()),
        ("iat", json!(NOW_S - 601)),
        ("iat", json!(NOW_S + 61)),
        ("iat", absent.clone()),
        ("sub", json!(7)),
        ("sub", absent),
    ] {
        let mut claims = claims("https://op.example", "n-1");
        claims[name] = value;
        let token = signer.token(&head, &claims.to_string());
        let outcome = verdict(&token, &signer.keys());
        assert!(outcome.starts_with("! "), "{claims}: {outcome}");
    }
    let twice = claims("https://op.example", "n-1").to_string();
    let twice = twice.replacen('{', "{\"sub\":\"admin\",", 1);
    let outcome = verdict(&signer.token(&head, &twice), &signer.keys());
    assert!(outcome.starts_with("! "), "a claim twice: {outcome}");
}

#[test]
fn wrong_signatures_are_not() {
    let signer = Signer::new();
    let good = claims("https://op.example", "n-1").to_string();
    for head in [
        json!({ "alg": "none" }),
        json!({ "alg": "none", "kid": "rsa" }),
        json!({ "alg": "HS256", "kid": "rsa" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "RS384", "kid": "rsa" }),
        json!({ "alg": "PS256", "kid": "rsa" }),
        json!({ "alg": "rs256", "kid": "rsa" }),
        json!({ "alg": "RS256", "kid": "ec" }),
        json!({ "alg": "ES256", "kid": "rsa" }),
        json!({ "alg": "RS256", "kid": "gone" }),
        json!({ "alg": "RS256", "kid": "rsa", "crit": ["b64"], "b64": false }),
        json!({ "kid": "rsa" }),
    ] {
        let outcome = verdict(&signer.token(&head, &good), &signer.keys());
        assert!(outcome.starts_with("! "), "{head}: {outcome}");
    }
    let head = json!({ "alg": "ES256", "kid": "ec" });
    let token = signer.token(&head, &good);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let others = Signer::new().token(&head, &good);
    let (_, other) = others.rsplit_once('.').unwrap();
    let padded = format!("{token}=");
    let nothing = format!("{signed}.");
    let cut = format!("{signed}.{}", &signature[..40]);
    let foreign = format!("{signed}.{other}");
    let more = format!("{token}.x");
    let long = format!("{token}{}", "A".repeat(40_000));
    for wrong in [&padded, &nothing, &cut, &foreign, &more, &long, "", "a.b.c"] {
        let outcome = verdict(wrong, &signer.keys());
        assert!(outcome.starts_with("! "), "{wrong}: {outcome}");
    }
    // Two keys that fit: nobody says which.
    let mut keys = signer.keys();
    let double = keys["keys"][2].clone();
    keys["keys"].as_array_mut().unwrap().push(double);
    assert_eq!(verdict(&token, &keys), "! not one key fits the token");
    let mut keys = signer.keys();
    keys["keys"][2]["use"] = json!("enc");
    assert_eq!(verdict(&token, &keys), "! not one key fits the token");
    keys["keys"][2]["use"] = json!("sig");
    keys["keys"][2]["crv"] = json!("P-384");
    assert_eq!(verdict(&token, &keys), "! the key is on another curve");
    assert!(verdict(&token, &json!({ "keys": [] })).starts_with("! "));
    assert!(verdict(&token, &json!("keys")).starts_with("! "));
}
