//! Names as in XML 1.0, fifth edition, which is what libxml2 checks.

/// Bytes that may follow the first one of an ASCII name.
const ASCII_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        table[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        at += 1;
    }
    table
};

/// Whether the byte may stand in an ASCII name after its first byte.
#[inline]
pub(super) fn is_ascii_name_byte(byte: u8) -> bool {
    ASCII_NAME[usize::from(byte)]
}

/// Whether the text is a name without colon.
#[inline]
pub(crate) fn is_ncname(text: &str) -> bool {
    // Nearly every name of a message is ASCII letters and digits.
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    if bytes.iter().all(|byte| ASCII_NAME[usize::from(*byte)]) {
        return first.is_ascii_alphabetic() || *first == b'_';
    }
    let mut chars = text.chars();
    chars.next().is_some_and(is_start) && chars.all(is_name_char)
}

fn is_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name_char(c: char) -> bool {
    is_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
