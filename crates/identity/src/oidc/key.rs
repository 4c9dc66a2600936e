//! Signing keys (签名密钥): RSA, made by the platform itself when first needed.
//!
//! The private half is sealed in the database and goes for good when the key is retired; the public
//! half is published until no token that it signed can be of use, which is a session later. One key
//! signs at a time, by constraint.

use super::{KEY_MADE, KEY_ROTATED, sql};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jobs::fence::Fence;
use registry::access::Actor;
use registry::audit;
use registry::context::{AppContext, Random};
use registry::session::SessionLimits;
use ring::rsa::{KeyPair, PublicKeyComponents};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use serde::Serialize;
use store::{Result as StoreResult, Tx};
use tokio::sync::Mutex;
use web::{Problem, codes};

/// Length of a key.
const BITS: usize = 2048;

/// How long a key signs, in milliseconds: 90 days.
const SIGNS_MS: i64 = 90 * 86_400_000;

/// Several requests may need the first key at once: one makes it.
static MAKING: Mutex<()> = Mutex::const_new(());

/// The public half of a key (签名公钥).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderPublicKey {
    /// Its id, a digest of itself.
    pub kid: String,
    /// The modulus, base64url.
    #[serde(rename = "n")]
    pub modulus: String,
    /// The exponent, base64url.
    #[serde(rename = "e")]
    pub exponent: String,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    #[serde(skip)]
    pub created_at: i64,
    /// Since when it signs no more.
    #[serde(skip)]
    pub retired_at: Option<i64>,
}

/// The key in force as it is stored.
#[derive(Debug, Clone)]
pub(super) struct StoredKey {
    pub(super) kid: String,
    pub(super) sealed: Vec<u8>,
    pub(super) created_at: i64,
}

/// A key that can sign.
pub(super) struct ProviderSigner {
    pub(super) kid: String,
    pub(super) pair: KeyPair,
}

/// Our randomness for the maker of primes.
struct Draw(Random);

/// There are no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the machine has no random bytes")]
struct Dry;

impl TryRng for Draw {
    type Error = Dry;

    fn try_next_u32(&mut self) -> Result<u32, Dry> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Dry> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Dry> {
        for part in to.chunks_mut(32) {
            let secret = (self.0)().ok_or(Dry)?;
            part.copy_from_slice(&secret[..part.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Draw {}

fn fault(why: &str) -> Problem {
    tracing::error!(why, "a signing key cannot be used");
    Problem::new(codes::FAULT)
}

fn purpose(kid: &str) -> String {
    format!("oidc key {kid}")
}

/// A fresh private key as PKCS#8.
pub(super) async fn fresh(context: &AppContext) -> Result<Vec<u8>, Problem> {
    let random = context.random.clone();
    let make = move || -> Result<Vec<u8>, String> {
        // Without random bytes this thread ends, which is told as a fault below.
        let mut random = UnwrapErr(Draw(random));
        let key = RsaPrivateKey::new(&mut random, BITS).map_err(|e| e.to_string())?;
        let document = key.to_pkcs8_der().map_err(|e| e.to_string())?;
        Ok(document.as_bytes().to_vec())
    };
    // Half a second of arithmetic: on a thread that may be busy.
    let made = tokio::task::spawn_blocking(make).await;
    made.map_err(|_| fault("the maker of keys is gone"))?
        .map_err(|why| fault(&why))
}

/// The public half of a private key.
fn public(pair: &KeyPair, now_ms: i64) -> ProviderPublicKey {
    let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    let modulus = URL_SAFE_NO_PAD.encode(&parts.n);
    let exponent = URL_SAFE_NO_PAD.encode(&parts.e);
    // RFC 7638: the thumbprint is taken of exactly this text.
    let kid = registry::hash_text(&format!(
        "{{\"e\":\"{exponent}\",\"kty\":\"RSA\",\"n\":\"{modulus}\"}}"
    ));
    ProviderPublicKey {
        kid,
        modulus,
        exponent,
        created_at: now_ms,
        retired_at: None,
    }
}

/// Makes the key in force if there is none yet; with `rotates`, another one in its place. Answers
/// the id of the key in force.
async fn make(
    context: &AppContext,
    actor: &Actor,
    (rotates, fence): (bool, Option<&Fence>),
) -> Result<String, Problem> {
    let pkcs8 = fresh(context).await?;
    put(context, actor, &pkcs8, (rotates, fence)).await
}

/// Puts a private key in force.
pub(super) async fn put(
    context: &AppContext,
    actor: &Actor,
    pkcs8: &[u8],
    (rotates, fence): (bool, Option<&Fence>),
) -> Result<String, Problem> {
    let now_ms = context.now_ms();
    let pair = KeyPair::from_pkcs8(pkcs8).map_err(|error| fault(&error.to_string()))?;
    let key = public(&pair, now_ms);
    let sealed = context
        .seal
        .close(pkcs8, &purpose(&key.kid), &context.secret()?)
        .map_err(|error| fault(&error.to_string()))?;
    let (kid, actor) = (key.kid.clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Option<StoredKey>> {
        if rotates {
            sql::retire_key(tx, now_ms)?;
        }
        if sql::insert_key(tx, &key, &sealed, now_ms)? {
            let act = if rotates { KEY_ROTATED } else { KEY_MADE };
            audit::done(
                tx,
                now_ms,
                &actor,
                act,
                &format!("oidc_key:{}", key.kid),
                "",
            )?;
        }
        sql::active_key(tx)
    };
    let stored = match fence {
        None => context.db.write(write).await?,
        Some(fence) => fence
            .write(&context.db, write)
            .await
            .map_err(|failure| fault(&failure.to_string()))?,
    };
    Ok(stored.map_or(kid, |stored| stored.kid))
}

/// Retires the key in force and makes another one; answers its id.
pub async fn rotate(context: &AppContext, actor: &Actor) -> Result<String, Problem> {
    make(context, actor, (true, None)).await
}

/// Rotates the key in force when it has signed for long enough; answers the new one's id.
pub(super) async fn rotate_if_due(
    context: &AppContext,
    actor: &Actor,
    fence: &Fence,
) -> Result<Option<String>, Problem> {
    let stored = context.read(sql::active_key).await?;
    let now_ms = context.now_ms();
    if stored.is_none_or(|stored| now_ms - stored.created_at < SIGNS_MS) {
        return Ok(None);
    }
    let made = make(context, actor, (true, Some(fence))).await;
    made.map(Some)
}

/// The key that signs now; the first one is made here.
pub(super) async fn signer(context: &AppContext) -> Result<ProviderSigner, Problem> {
    let stored = match context.read(sql::active_key).await? {
        Some(stored) => stored,
        None => {
            first(context).await?;
            let stored = context.read(sql::active_key).await?;
            stored.ok_or_else(|| fault("it was retired at once"))?
        }
    };
    let opened = context.seal.open(&stored.sealed, &purpose(&stored.kid));
    let pkcs8 = opened.map_err(|error| fault(&error.to_string()))?;
    let pair = KeyPair::from_pkcs8(&pkcs8).map_err(|error| fault(&error.to_string()))?;
    Ok(ProviderSigner {
        kid: stored.kid,
        pair,
    })
}

async fn first(context: &AppContext) -> Result<(), Problem> {
    let _turn = MAKING.lock().await;
    if context.read(sql::active_key).await?.is_none() {
        let nobody = Actor::nobody(registry::access::Origin::default());
        make(context, &nobody, (false, None)).await?;
    }
    Ok(())
}

/// The public halves that somebody may still need, the one in force first; the first one is made
/// here, so that whoever keeps this list for a while knows the key of the first token.
pub async fn published(context: &AppContext) -> Result<Vec<ProviderPublicKey>, Problem> {
    if context.read(sql::active_key).await?.is_none() {
        first(context).await?;
    }
    let retired_ms = context.now_ms() - kept_ms(context);
    let keys = context.read(sql::keys).await?;
    Ok(keys
        .into_iter()
        .filter(|key| key.retired_at.is_none_or(|at| at > retired_ms))
        .collect())
}

/// How long a retired key is published: the longest session, because its tokens are the hints of a
/// logout, and an hour.
pub(super) fn kept_ms(context: &AppContext) -> i64 {
    SessionLimits::of(context).whole_ms + 3_600_000
}
