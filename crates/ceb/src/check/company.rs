//! Company codes (企业代码): customs registration codes and unified social credit codes.

/// Letters and digits of a credit code; the value of a character is its place (GB 32100).
const CREDIT_ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weight of each of the first 17 characters: powers of 3 modulo 31.
const CREDIT_WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// Length of a customs registration code (海关注册编码), in characters.
const CUSTOMS_CHARS: usize = 10;

/// Length of a unified social credit code (统一社会信用代码), in characters.
const CREDIT_CHARS: usize = 18;

/// What is wrong with a company code; `None` when it may be right.
pub(crate) fn problem(code: &str) -> Option<&'static str> {
    let upper = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    if !code.bytes().all(upper) {
        return Some("只能是半角数字和大写字母");
    }
    match code.len() {
        CUSTOMS_CHARS => None,
        CREDIT_CHARS => match credit_check(&code[..CREDIT_CHARS - 1]) {
            Some(check) if code.ends_with(check) => None,
            _ => Some("统一社会信用代码的校验码不对"),
        },
        _ => Some("应为 10 位海关注册编码或 18 位统一社会信用代码"),
    }
}

/// Weight of each of the 8 characters of an organisation code (GB 11714).
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Where the organisation code stands in a credit code.
const ORGANISATION: std::ops::Range<usize> = 8..16;

/// Whether the organisation code inside a right credit code has another check character than
/// GB 11714 wants. Codes that are no credit codes have none.
pub(crate) fn has_odd_organisation(code: &str) -> bool {
    let Some(organisation) = code
        .get(ORGANISATION)
        .filter(|_| code.len() == CREDIT_CHARS)
    else {
        return false;
    };
    organisation_check(organisation)
        .is_some_and(|check| !code[ORGANISATION.end..].starts_with(check))
}

/// Check character of the 8 characters of an organisation code.
pub(crate) fn organisation_check(first: &str) -> Option<char> {
    let mut sum = 0;
    for (c, weight) in first.chars().zip(ORGANISATION_WEIGHTS) {
        sum += c.to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

/// Check character for the first 17 characters of a credit code.
pub(crate) fn credit_check(first: &str) -> Option<char> {
    let mut sum = 0;
    for (byte, weight) in first.bytes().zip(CREDIT_WEIGHTS) {
        let value = CREDIT_ALPHABET.iter().position(|letter| *letter == byte)?;
        sum += u32::try_from(value).ok()? * weight;
    }
    let at = (31 - sum % 31) % 31;
    CREDIT_ALPHABET
        .get(at as usize)
        .map(|byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(problem("46121601BC"), None);
        assert_eq!(credit_check("91110105769360662"), Some('4'));
        assert_eq!(problem("911101057693606624"), None);
        assert!(problem("911101057693606625").is_some());
        assert!(problem("46121601bc").is_some());
        assert!(problem("１１１１１１１１１１").is_some());
        assert!(problem("123").is_some());
    }

    #[test]
    fn organisations() {
        assert_eq!(organisation_check("76936066"), Some('2'));
        assert!(!has_odd_organisation("911101057693606624"));
        assert!(!has_odd_organisation("46121601BC"));
        let first = "91110105769360663";
        let odd = format!("{first}{}", credit_check(first).unwrap());
        assert_eq!(problem(&odd), None);
        assert!(has_odd_organisation(&odd));
    }
}
