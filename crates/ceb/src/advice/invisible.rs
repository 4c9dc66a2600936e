//! Characters that nobody sees (不可见字符): they come along when somebody copies from a web page, a chat or
//! a document, and make two values differ that look the same.
//!
//! Some are right where they stand: a joiner inside an emoji, a selector after its character, a
//! non-joiner between Arabic or Indic letters, a direction mark in a right-to-left name. In a code, a
//! number or a telephone none is, and neither is any space but the usual one.

use std::borrow::Cow;

/// Characters that one finding names.
const SHOWN_MAX: usize = 5;

/// A character that nobody sees (不可见字符).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Invisible {
    /// Its place in the text, in characters, from 1.
    pub(crate) at: usize,
    /// Which it is.
    pub(crate) c: char,
}

/// Whether a character shows nothing.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{7F}'..='\u{9F}'
            | '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFC}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Spaces other than the usual one and the ideographic one, which is full-width.
fn is_odd_space(c: char) -> bool {
    matches!(
        c,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}'
    )
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{5D0}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Letters of scripts whose letters join: Arabic, Syriac, the Indic ones, Mongolian.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17B3}' | '\u{17B6}'..='\u{17FF}'
        | '\u{1820}'..='\u{18AA}')
}

fn is_mongolian(c: char) -> bool {
    matches!(c, '\u{1820}'..='\u{18AA}')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{23FF}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}'
        | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Whether a character that shows nothing does its work where it stands.
fn has_work(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
    let after = chars.get(at + 1).copied();
    let Some(before) = before else { return false };
    match chars[at] {
        '\u{FE0F}' | '\u{FE0E}' => is_emoji(before) || matches!(before, '0'..='9' | '#' | '*'),
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => {
            !is_invisible(before) && !before.is_ascii()
        }
        '\u{180B}'..='\u{180F}' => is_mongolian(before),
        '\u{200D}' => {
            let is_picture = is_emoji(before) || before == '\u{FE0F}';
            let goes_on = after.is_some_and(is_emoji);
            (is_picture && goes_on) || is_joining(before)
        }
        '\u{200C}' => is_joining(before) && after.is_some_and(is_joining),
        // A flag of a region is a black flag and the letters of its name.
        '\u{E0020}'..='\u{E007F}' => {
            let first = chars[..at]
                .iter()
                .rfind(|c| !matches!(c, '\u{E0020}'..='\u{E007F}'));
            first == Some(&'\u{1F3F4}')
        }
        _ => false,
    }
}

/// The characters of a text that nobody sees and that do no work there. In a code none does.
pub(crate) fn find(text: &str, is_code: bool) -> Vec<Invisible> {
    if text.bytes().all(|byte| byte.is_ascii() && byte != 0x7F) {
        return Vec::new();
    }
    let chars: Vec<char> = text.chars().collect();
    let has_direction = !is_code && chars.iter().any(|c| is_right_to_left(*c));
    let is_bad = |(at, c): (usize, &char)| {
        if is_code {
            return is_invisible(*c) || is_odd_space(*c);
        }
        is_invisible(*c) && !(is_direction(*c) && has_direction) && !has_work(&chars, at)
    };
    let found = chars.iter().enumerate().filter(|one| is_bad(*one));
    found
        .map(|(at, c)| Invisible { at: at + 1, c: *c })
        .collect()
}

/// Whether a text has what nobody sees and what does no work there, or turns the direction of writing.
pub(crate) fn is_deceptive(text: &str) -> bool {
    text.chars().any(is_direction) || !find(text, false).is_empty()
}

/// A text without what nobody sees.
pub(crate) fn cleaned(text: &str, is_code: bool) -> Cow<'_, str> {
    let found = find(text, is_code);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut found = found.iter().peekable();
    let kept = text
        .chars()
        .enumerate()
        .filter(|(at, _)| found.next_if(|one| one.at == at + 1).is_none());
    Cow::Owned(kept.map(|(_, c)| c).collect())
}

/// `第 1 个字符 U+202D（从左到右强制符）`: the first few, and how many there are.
pub(crate) fn describe(found: &[Invisible]) -> String {
    let first = found.iter().take(SHOWN_MAX);
    let texts: Vec<String> = first
        .map(|one| {
            format!(
                "第 {} 个字符 U+{:04X}（{}）",
                one.at,
                u32::from(one.c),
                name(one.c)
            )
        })
        .collect();
    let more = if found.len() > SHOWN_MAX {
        format!("等 {} 个", found.len())
    } else {
        String::new()
    };
    format!("{}{more}", texts.join("、"))
}

fn name(c: char) -> &'static str {
    match c {
        '\u{A0}' => "不换行空格",
        '\u{AD}' => "软连字符",
        '\u{200B}' => "零宽空格",
        '\u{200C}' => "零宽不连字",
        '\u{200D}' => "零宽连字",
        '\u{200E}' | '\u{200F}' | '\u{61C}' => "文字方向标记",
        '\u{2028}' | '\u{2029}' => "行或段分隔符",
        '\u{202A}' | '\u{202B}' => "文字方向嵌入符",
        '\u{202C}' => "文字方向结束符",
        '\u{202D}' => "从左到右强制符",
        '\u{202E}' => "从右到左强制符",
        '\u{2060}' => "零宽不换行连接符",
        '\u{2066}'..='\u{2069}' => "文字方向隔离符",
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => "变体选择符",
        '\u{FEFF}' => "字节顺序标记（BOM）",
        '\u{FFFC}' => "对象替换符",
        '\u{7F}'..='\u{9F}' => "控制字符",
        _ if is_odd_space(c) => "特殊空格",
        _ => "不可见字符",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, is_code: bool) -> Vec<usize> {
        find(text, is_code).iter().map(|one| one.at).collect()
    }

    #[test]
    fn in_a_code_nothing_invisible_is_right() {
        for (text, expected) in [
            ("\u{202D}13000000001\u{202C}", vec![1, 13]),
            ("1300\u{200B}0000001", vec![5]),
            ("\u{FEFF}SO1", vec![1]),
            ("SO\u{AD}1\u{A0}", vec![3, 5]),
            ("\u{2066}SO1\u{2069}", vec![1, 5]),
            ("SO1\u{FE0F}", vec![4]),
            ("S\u{200D}O", vec![2]),
            ("SO 1", vec![]),
            ("订单１", vec![]),
        ] {
            assert_eq!(places(text, true), expected, "{}", text.escape_unicode());
        }
        assert_eq!(cleaned("\u{202D}130\u{202C}", true), "130");
        assert_eq!(
            describe(&find("\u{202D}1", true)),
            "第 1 个字符 U+202D（从左到右强制符）"
        );
    }

    #[test]
    fn in_a_text_they_are_right_where_they_do_their_work() {
        for right in [
            "王\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}家",
            "\u{2764}\u{FE0F}\u{200D}\u{1F525}",
            "1\u{FE0F}\u{20E3}",
            "葛\u{E0100}城",
            "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}",
            "\u{202B}\u{627}\u{644}\u{639}\u{202C}",
            "\u{915}\u{94D}\u{200D}\u{937}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}",
            "北京\u{A0}样例",
            "\u{182D}\u{180B}",
        ] {
            assert_eq!(places(right, false), [0; 0], "{}", right.escape_unicode());
        }
        for (wrong, expected) in [
            ("张\u{200B}三", vec![2]),
            ("\u{FEFF}张三", vec![1]),
            ("张\u{200D}三", vec![2]),
            ("张三\u{202C}", vec![3]),
            ("\u{FE0F}张", vec![1]),
            ("a\u{FE0F}", vec![2]),
            ("张\u{AD}三\u{2060}", vec![2, 4]),
            ("张\u{FFFC}", vec![2]),
        ] {
            assert_eq!(places(wrong, false), expected, "{}", wrong.escape_unicode());
        }
    }
}
