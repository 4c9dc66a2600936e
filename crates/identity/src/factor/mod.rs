//! Second factors (两步验证): one-time codes (TOTP, RFC 6238) and recovery codes.
//!
//! The secret of a code generator is sealed; it counts only after the person has typed a first
//! code from it. A code works once: the step it belongs to is noted, and no step at or before it
//! works again. Ten recovery codes stand in for a lost telephone, each once; they are kept as
//! hashes. Passkeys are rows of the same table, made and used by the module `passkey`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use registry::context::{AppContext, RandomSecret};
use registry::factor as rows;
use registry::module::Module;
use registry::role::AccountId;
use store::{Error, Result, Tx};
use subtle::ConstantTimeEq;

pub use registry::factor::{
    Factor, has_confirmed, insert, list, passkey, remove, remove_all, rename_passkey, use_passkey,
    use_recovery,
};

/// Seconds of one code.
const STEP_S: i64 = 30;

/// Steps before and after the present one that are accepted, for clocks that differ.
const SKEW: i64 = 1;

/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;

registry::acts! {
    /// A second factor was set up.
    pub ENROL = "factor.enrol", "开启两步验证";
    /// A second factor was removed.
    pub REMOVE = "factor.remove", "解除两步验证";
    /// A recovery code was used.
    pub RECOVER = "factor.recover", "使用恢复码";
    /// A passkey was given another label.
    pub RENAME = "factor.rename", "修改通行密钥名称";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("两步验证").acts(ACTS);

/// What a sealed secret is for.
fn purpose(account: AccountId) -> String {
    format!("totp:{}", account.0)
}

/// The secret as people type it: base32 of its first 20 bytes.
pub fn base32(secret: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(secret)
}

/// The address that a code generator reads from the picture.
pub fn address(secret: &[u8], login: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    let login = utf8_percent_encode(login, KEPT);
    format!(
        "otpauth://totp/Tongguan:{login}?secret={}&issuer=Tongguan&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

/// The code of a moment.
///
/// # Errors
/// When the secret is no secret.
pub fn code(secret: &[u8], at_ms: i64) -> Result<String> {
    code_of_step(secret, at_ms / 1000 / STEP_S)
}

fn code_of_step(secret: &[u8], step: i64) -> Result<String> {
    let seconds = u64::try_from(step * STEP_S).unwrap_or(0);
    let secret: [u8; 20] = secret
        .try_into()
        .map_err(|_| Error::Fault("a stored secret is not 20 bytes".to_owned()))?;
    let generator = totp_rs::Builder::new()
        .with_secret(totp_rs::Secret::new_stack(secret))
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .build()
        .map_err(|error| Error::Fault(error.to_string()))?;
    Ok(generator.generate(seconds).to_string())
}

/// Begins to set up a code generator; answers its secret. It counts after [`confirm`].
pub fn begin(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
    secret: &RandomSecret,
    nonce: &RandomSecret,
) -> Result<Vec<u8>> {
    let secret = secret[..20].to_vec();
    let sealed = context
        .seal
        .close(&secret, &purpose(account), nonce)
        .map_err(|error| Error::Fault(error.to_string()))?;
    rows::drop_unconfirmed(tx, account)?;
    insert(
        tx,
        &Factor {
            id: context.ids.next(),
            account,
            kind: "totp".to_owned(),
            label: "动态验证码".to_owned(),
            secret_sealed: Some(sealed),
            hash: None,
            last_step: 0,
            confirmed: false,
            created_at: context.now_ms(),
            used_at: None,
        },
    )?;
    Ok(secret)
}

/// The secret of the generator that is being set up, if one is.
pub fn pending(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
) -> Result<Option<Vec<u8>>> {
    let factors = list(tx, account)?;
    let found = factors
        .into_iter()
        .find(|factor| factor.kind == "totp" && !factor.confirmed);
    match found.and_then(|factor| factor.secret_sealed) {
        Some(sealed) => open(context, account, &sealed).map(Some),
        None => Ok(None),
    }
}

/// The next code of an account that works; for the demo and the command line only.
pub fn usable_code(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
) -> Result<Option<String>> {
    let Some(factor) = list(tx, account)?.into_iter().find(Factor::is_totp) else {
        return Ok(None);
    };
    let step = (context.now_ms() / 1000 / STEP_S).max(factor.last_step + 1);
    match factor.secret_sealed {
        Some(sealed) => code_of_step(&open(context, account, &sealed)?, step).map(Some),
        None => Ok(None),
    }
}

fn open(context: &AppContext, account: AccountId, sealed: &[u8]) -> Result<Vec<u8>> {
    context
        .seal
        .open(sealed, &purpose(account))
        .map_err(|error| Error::Fault(error.to_string()))
}

/// Confirms the generator that is being set up by a code from it; replaces an older one.
pub fn confirm(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
    text: &str,
) -> Result<bool> {
    let Some(secret) = pending(tx, context, account)? else {
        return Ok(false);
    };
    match step_of(&secret, text, context.now_ms(), 0)? {
        Some(step) => {
            rows::drop_confirmed_totp(tx, account)?;
            rows::confirm_totp(tx, account, step, context.now_ms())?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Whether a code is right and was not used before; notes it as used.
pub fn check(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
    text: &str,
) -> Result<bool> {
    let now_ms = context.now_ms();
    for factor in list(tx, account)? {
        let Some(sealed) = factor.secret_sealed.as_ref().filter(|_| factor.is_totp()) else {
            continue;
        };
        let secret = open(context, account, sealed)?;
        if let Some(step) = step_of(&secret, text, now_ms, factor.last_step)? {
            // The statement decides when two requests bring the same code.
            return rows::use_step(tx, factor.id, step, now_ms);
        }
    }
    Ok(false)
}

/// The step whose code `text` is, later than `after`.
fn step_of(secret: &[u8], text: &str, now_ms: i64, after: i64) -> Result<Option<i64>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let now = now_ms / 1000 / STEP_S;
    let mut found = None;
    for step in now - SKEW..=now + SKEW {
        let code = code_of_step(secret, step)?;
        if step > after && bool::from(code.as_bytes().ct_eq(text.as_bytes())) {
            found = Some(step);
        }
    }
    Ok(found)
}

/// Makes fresh recovery codes; the old ones open nothing any more. Answers their texts.
pub fn renew_recovery(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: AccountId,
    secrets: &[RandomSecret],
) -> Result<Vec<String>> {
    rows::drop_recovery(tx, account)?;
    let mut texts = Vec::new();
    for secret in secrets {
        let text = base32(&secret[..10]);
        let text = format!("{}-{}-{}", &text[..5], &text[5..10], &text[10..]);
        insert(
            tx,
            &Factor {
                id: context.ids.next(),
                account,
                kind: "recovery".to_owned(),
                label: "恢复码".to_owned(),
                secret_sealed: None,
                hash: Some(registry::hash_text(&text)),
                last_step: 0,
                confirmed: true,
                created_at: context.now_ms(),
                used_at: None,
            },
        )?;
        texts.push(text);
    }
    Ok(texts)
}

/// A picture of an address for a code generator, as SVG.
pub fn picture(address: &str) -> String {
    qrcode::QrCode::new(address.as_bytes())
        .map(|code| {
            code.render::<qrcode::render::svg::Color<'_>>()
                .min_dimensions(200, 200)
                .build()
        })
        .unwrap_or_default()
}
