//! Numbers: identifiers with the right form and check digit, from a seed.

use super::Spec;
use crate::check::{company, identity};
use crate::kind::Kind;

/// Most documents per seed before numbers of the next seed begin.
const DOCUMENTS_PER_SEED: u64 = 10_000;

/// Mixes three numbers into one that looks random (the finalizer of `SplitMix64`).
pub(super) fn mix(seed: u64, document: u32, salt: u64) -> u64 {
    let mut z = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add(u64::from(document).wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(salt.wrapping_mul(0x8CB9_2BA7_2F3D_8DD7));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A guid of 36 upper-case characters, different for every kind.
pub(super) fn guid(seed: u64, document: u32, kind: Kind) -> String {
    let salt = 1000 + kind as u64;
    let (high, low) = (mix(seed, document, salt), mix(seed, document, salt + 500));
    let hex = format!("{high:016X}{low:016X}");
    format!(
        "{}-{}-4{}-A{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

/// A synthetic unified social credit code (统一社会信用代码) with right check digits.
#[must_use]
pub fn credit_code(seed: u64) -> String {
    const WEIGHTS: [u64; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let organisation = format!("MA{:06}", mix(seed, 0, 1) % 1_000_000);
    let value = |c: char| u64::from(c.to_digit(36).unwrap_or(0));
    let sum: u64 = organisation
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| value(c) * weight)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + u8::try_from(digit).unwrap_or(0)),
    };
    let mut code = format!("91110105{organisation}{check}");
    code.extend(company::credit_check(&code));
    code
}

/// A synthetic identity number of Beijing Dongcheng, born 1970 to 1999.
pub(super) fn identity_number(seed: u64, document: u32) -> String {
    let bits = mix(seed, document, 2);
    let (year, month, day) = (
        1970 + bits % 30,
        1 + (bits >> 8) % 12,
        1 + (bits >> 16) % 28,
    );
    let mut number = format!("110101{year}{month:02}{day:02}{:03}", (bits >> 24) % 1000);
    number.extend(identity::check(&number));
    number
}

/// A number that grows with seed and document.
pub(super) fn sequence(spec: &Spec, document: u32) -> u64 {
    (spec.seed % 1_000_000) * DOCUMENTS_PER_SEED + u64::from(document) + 1
}

/// Order number: prefix, date, sequence, marker.
pub(super) fn order_no(spec: &Spec, document: u32) -> String {
    let prefix = spec.order_no_prefix.as_deref().unwrap_or("DD");
    let mut number = format!(
        "{prefix}{}{:010}",
        spec.now.date8(),
        sequence(spec, document)
    );
    if let Some(marker) = &spec.marker {
        number.push('-');
        number.push_str(marker);
    }
    number.chars().take(60).collect()
}

/// Company's own number: at most 20 characters, so a marker takes the place of the date.
pub(super) fn cop_no(spec: &Spec, document: u32) -> String {
    let sequence = sequence(spec, document);
    let number = match &spec.marker {
        Some(marker) => format!("C{sequence:010}-{marker}"),
        None => format!("C{}{sequence:010}", &spec.now.date8()[2..]),
    };
    number.chars().take(20).collect()
}

/// Waybill number.
pub(super) fn logistics_no(spec: &Spec, document: u32) -> String {
    format!(
        "YD{}{:010}",
        &spec.now.date8()[2..],
        sequence(spec, document)
    )
}

/// List number: district, year, direction, serial.
pub(super) fn invt_no(spec: &Spec, document: u32, direction: char) -> String {
    format!(
        "0129{:04}{direction}{:09}",
        spec.now.year,
        sequence(spec, document) % 1_000_000_000
    )
}

/// Pre-entry number: letter, date, serial.
pub(super) fn pre_no(spec: &Spec, document: u32) -> String {
    format!(
        "B{}{:09}",
        spec.now.date8(),
        sequence(spec, document) % 1_000_000_000
    )
}

/// A synthetic phone number.
pub(super) fn phone(seed: u64, document: u32) -> String {
    format!("1300000{:04}", mix(seed, document, 3) % 10_000)
}
