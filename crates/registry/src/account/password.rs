//! Passwords (密码): the rule, and how they are kept.
//!
//! The rule is the customer's (contract 4.3 item 7: at least eight characters with upper and lower
//! case, digit and symbol, changed regularly) with what 等保 and good sense add: twelve for staff,
//! not guessable (zxcvbn's lists of common and breached passwords), none of the person's, the
//! company's or the product's words, none of the last five. Kept as Argon2id.

use crate::page::Bilingual;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;

/// Fewest characters for a company's people (contract 4.3 item 7).
pub const CHARS_MIN: usize = 8;

/// Fewest characters for those who run the platform.
pub const STAFF_CHARS_MIN: usize = 12;

/// Most characters; longer ones would only cost time.
pub const CHARS_MAX: usize = 128;

/// Memory of one hash in KiB, passes and lanes (OWASP's second recommendation).
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Words that are no secret here.
const PRODUCT: [&str; 5] = ["tongguan", "kuajing", "beijing", "haiguan", "password"];

/// What is wrong with a password; empty when nothing is.
pub fn faults(password: &str, words: &[&str], is_staff: bool) -> Vec<Bilingual> {
    let mut faults = Vec::new();
    let n_chars = password.chars().count();
    let n_min = if is_staff { STAFF_CHARS_MIN } else { CHARS_MIN };
    if n_chars < n_min {
        let english = format!("at least {n_min} characters");
        faults.push(Bilingual::new(format!("至少 {n_min} 个字符"), english));
    }
    if n_chars > CHARS_MAX {
        let english = format!("at most {CHARS_MAX} characters");
        faults.push(Bilingual::new(format!("最多 {CHARS_MAX} 个字符"), english));
        return faults;
    }
    let is_symbol = |c: char| !c.is_alphanumeric() && !c.is_control();
    for (is_there, chinese, english) in [
        (
            password.chars().any(|c| c.is_ascii_uppercase()),
            "须包含大写字母",
            "must contain an upper-case letter",
        ),
        (
            password.chars().any(|c| c.is_ascii_lowercase()),
            "须包含小写字母",
            "must contain a lower-case letter",
        ),
        (
            password.chars().any(|c| c.is_ascii_digit()),
            "须包含数字",
            "must contain a digit",
        ),
        (
            password.chars().any(is_symbol),
            "须包含符号",
            "must contain a symbol",
        ),
    ] {
        if !is_there {
            faults.push(Bilingual::new(chinese, english));
        }
    }
    let lower = password.to_lowercase();
    let own = words
        .iter()
        .map(|word| word.trim().to_lowercase())
        .chain(PRODUCT.map(str::to_owned))
        .find(|word| word.chars().count() >= 3 && lower.contains(word.as_str()));
    if let Some(word) = own {
        let english = format!("must not contain “{word}”");
        faults.push(Bilingual::new(format!("不能包含“{word}”"), english));
    }
    // Score 3 of 4: about 10^8 guesses at least; common and breached passwords score lower.
    if faults.is_empty() && zxcvbn::zxcvbn(password, words).score() < zxcvbn::Score::Three {
        faults.push(Bilingual::new(
            "太容易被猜到：不要使用常见密码、键盘顺序、重复或日期",
            "too easy to guess: do not use common passwords, keyboard rows, repeated characters or dates",
        ));
    }
    faults
}

fn hasher() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, with fresh salt. Takes about 30 ms of one core: call it on a thread
/// that may block.
///
/// # Errors
/// Never for passwords within [`CHARS_MAX`]; the text says why otherwise.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, String> {
    hasher()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

/// Whether a password has this hash. Without a hash it takes as long and answers no, so that the
/// time does not tell which accounts exist.
pub fn matches(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> =
        LazyLock::new(|| self::hash("nobody", &[0; 16]).unwrap_or_default());
    if password.chars().count() > CHARS_MAX {
        return false;
    }
    let text = hash.unwrap_or(&NOBODY);
    let is_right = PasswordHash::new(text).is_ok_and(|parsed| {
        hasher()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    });
    is_right && hash.is_some()
}
