//! Resident identity numbers (公民身份号码, GB 11643).

use std::borrow::Cow;

use crate::code_table::Table;
use crate::time;

/// Weight of each of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check character by remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Length of an identity number, in characters.
const CHARS: usize = 18;

/// What is wrong with an identity number; `None` when it may be right. `regions` lists the
/// provinces (GB/T 2260) with which a number may begin.
pub(crate) fn problem(number: &str, regions: Option<&Table>) -> Option<Cow<'static, str>> {
    let bytes = number.as_bytes();
    if bytes.len() != CHARS || !bytes[..CHARS - 1].iter().all(u8::is_ascii_digit) {
        return Some("应为 18 位，前 17 位是数字，末位是数字或大写 X".into());
    }
    // Without the last character, which may be an X: a table of digits denies nothing that has a letter.
    let digits = &number[..CHARS - 1];
    if bytes[0] == b'0' || regions.is_some_and(|regions| regions.denies(digits)) {
        let province = &number[..2];
        return Some(format!("地区码（前两位 {province}）不存在").into());
    }
    if !time::is_date(&number[6..14]) {
        return Some("出生日期不是真实的日期".into());
    }
    if check(&number[..CHARS - 1]).is_some_and(|check| number.ends_with(check)) {
        None
    } else {
        Some("校验码（末位）不对".into())
    }
}

/// Check character for the first 17 digits.
pub(crate) fn check(first: &str) -> Option<char> {
    let digits = first.chars().map(|c| c.to_digit(10));
    let mut sum = 0;
    for (digit, weight) in digits.zip(WEIGHTS) {
        sum += digit? * weight;
    }
    CHECKS
        .get((sum % 11) as usize)
        .map(|byte| char::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let regions = crate::code_table::Tables::built_in().newest(crate::spec::CodeTable::Region);
        let problem = |number: &str| problem(number, regions);
        // The worked example of GB 11643 itself.
        assert_eq!(problem("11010519491231002X"), None);
        assert!(problem("110105194912310021").is_some());
        assert!(problem("11010519491331002X").is_some());
        assert!(problem("11010519491231002x").is_some());
        assert!(problem("123").is_some());
        assert!(problem("一二三四五六").is_some());
        let with_check = |first: &str| format!("{first}{}", check(first).unwrap());
        assert_eq!(problem(&with_check("83000019900307001")), None);
        let nowhere = with_check("99010519491231002");
        assert_eq!(
            problem(&nowhere).as_deref(),
            Some("地区码（前两位 99）不存在")
        );
    }
}
