//! What a receipt says in its text (回执原文): the codes, what stands beside each of them, and the guid
//! of the declared document.
//!
//! Ports write one thing in many ways: `[Code:1332;Desc:…]`, `[code:…]`, `【Code：1332；Desc：…】`,
//! `{"code":"1332","desc":"…"}`, several in one text, and sentences after the last bracket. All of
//! them are read alike; what was said is kept as it was written.

/// Characters of a text that are looked at; the standard allows 1,000, CEB900 5,000.
pub(super) const TEXT_CHARS_MAX: usize = 6_000;

/// Most codes taken from one text.
const CODED_MAX: usize = 20;

/// Digits that a code may have.
const CODE_DIGITS: std::ops::RangeInclusive<usize> = 2..=6;

/// Words before a code, longest first where one begins another.
const CODE_WORDS: [&str; 12] = [
    "errorcode",
    "errcode",
    "returncode",
    "resultcode",
    "code",
    "错误代码",
    "错误编码",
    "错误码",
    "原因代码",
    "退单代码",
    "返回代码",
    "返回码",
];

/// Words before a status.
const STATUS_WORDS: [&str; 5] = ["returnstatus", "回执状态", "返回状态", "状态", "status"];

/// Words before the text of a code.
const DESC_WORDS: [&str; 9] = [
    "description",
    "desc",
    "message",
    "msg",
    "info",
    "描述",
    "说明",
    "原因",
    "信息",
];

/// A code in a text, with what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coded<'a> {
    /// The number; below zero for a code of the E-Port.
    pub(super) code: i64,
    /// Its text without the wrapping.
    pub(super) text: &'a str,
}

/// A text, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text<'a> {
    /// The codes in it, in order.
    pub(super) coded: Vec<Coded<'a>>,
    /// What stands outside their wrappings.
    pub(super) rest: Vec<&'a str>,
    /// All of it without the wrappings.
    pub(super) said: String,
}

/// A character as it is compared: full-width forms are read as the plain ones.
pub(super) fn fold(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '【' | '〔' | '〖' | '「' => '[',
        '】' | '〕' | '〗' | '」' => ']',
        '“' | '”' | '‘' | '’' => '"',
        '\u{3000}' | '\u{A0}' => ' ',
        _ => c,
    }
    .to_ascii_lowercase()
}

/// A text by characters: each with its byte, folded.
struct Chars<'a> {
    info: &'a str,
    all: Vec<(usize, char)>,
}

/// A code with its wrapping, by characters.
struct CodeMark {
    /// Where the wrapping begins.
    start: usize,
    /// Whether it begins with a bracket.
    is_bracketed: bool,
    codes: Vec<i64>,
    /// Where the text begins.
    text: usize,
}

impl<'a> Chars<'a> {
    fn new(info: &'a str) -> Self {
        let all = info.char_indices().take(TEXT_CHARS_MAX);
        Self {
            info,
            all: all.map(|(at, c)| (at, fold(c))).collect(),
        }
    }

    fn at(&self, at: usize) -> char {
        self.all.get(at).map_or('\0', |(_, c)| *c)
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        let byte = |at: usize| self.all.get(at).map_or(self.info.len(), |(byte, _)| *byte);
        self.info.get(byte(from)..byte(to)).unwrap_or("")
    }

    fn starts(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(n, c)| self.at(at + n) == c)
    }

    fn skip(&self, mut at: usize, set: &str) -> usize {
        let is_skipped = |c: char| set.contains(c) || (c.is_whitespace() && set.contains(' '));
        while at < self.all.len() && is_skipped(self.at(at)) {
            at += 1;
        }
        at
    }

    /// The code that begins here, if one does.
    fn mark(&self, at: usize) -> Option<CodeMark> {
        let word = CODE_WORDS.iter().find(|word| self.starts(at, word))?;
        let before = at.checked_sub(1).map_or(' ', |before| self.at(before));
        // `ebpCode:1105…` names a company, not a code.
        if word.is_ascii() && (before.is_ascii_alphanumeric() || "_.".contains(before)) {
            return None;
        }
        let (codes, end) = self.numbers(self.skip(at + word.chars().count(), " \"':=为是"))?;
        let mut text = self.skip(end, " \"';,:|、");
        let desc = DESC_WORDS.iter().find(|word| self.starts(text, word));
        if let Some(desc) = desc {
            let after = self.skip(text + desc.chars().count(), " \"'");
            if ":=".contains(self.at(after)) {
                text = self.skip(after, " \"':=");
            }
        }
        let mut start = at;
        while start > 0 && " \"'{".contains(self.at(start - 1)) {
            start -= 1;
        }
        let is_bracketed = start > 0 && self.at(start - 1) == '[';
        Some(CodeMark {
            start: if is_bracketed { start - 1 } else { at },
            is_bracketed,
            codes,
            text,
        })
    }

    /// The numbers that begin here, several with commas between them.
    fn numbers(&self, from: usize) -> Option<(Vec<i64>, usize)> {
        let (first, mut at) = self.number(from)?;
        let mut codes = vec![first];
        while codes.len() < CODED_MAX && ",/、|".contains(self.at(at)) {
            match self.number(self.skip(at + 1, " ")) {
                Some((code, end)) if ";],/、|\0".contains(self.at(self.skip(end, " "))) => {
                    codes.push(code);
                    at = end;
                }
                Some(_) | None => break,
            }
        }
        Some((codes, at))
    }

    fn number(&self, from: usize) -> Option<(i64, usize)> {
        let is_negative = self.at(from) == '-';
        let start = from + usize::from(is_negative);
        let mut end = start;
        while self.at(end).is_ascii_digit() {
            end += 1;
        }
        if !CODE_DIGITS.contains(&(end - start)) || self.at(end).is_ascii_alphanumeric() {
            return None;
        }
        let digits: String = (start..end).map(|at| self.at(at)).collect();
        let code: i64 = digits.parse().ok()?;
        Some((if is_negative { -code } else { code }, end))
    }

    /// Where the text of a bracketed code ends, and what follows begins.
    fn close(&self, from: usize, limit: usize) -> (usize, usize) {
        let mut depth = 1_usize;
        for at in from..limit {
            match self.at(at) {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return (at, at + 1);
            }
        }
        // One bracket too few: the last one closes the whole.
        let last = (from..limit).rev().find(|at| self.at(*at) == ']');
        last.map_or((limit, limit), |at| (at, at + 1))
    }
}

/// Reads a text.
pub(super) fn read(info: &str) -> Text<'_> {
    let chars = Chars::new(info);
    let mut marks = Vec::new();
    let mut at = 0;
    while at < chars.all.len() && marks.len() < CODED_MAX {
        match chars.mark(at) {
            Some(mark) => {
                at = mark.text.max(at + 1);
                marks.push(mark);
            }
            None => at += 1,
        }
    }
    let mut text = Text::default();
    let mut from = 0;
    let n_chars = chars.all.len();
    for (n, mark) in marks.iter().enumerate() {
        text.outside(chars.slice(from, mark.start));
        let limit = marks.get(n + 1).map_or(n_chars, |next| next.start);
        let (end, next) = match mark.is_bracketed {
            true => chars.close(mark.text, limit),
            false => (limit, limit),
        };
        let inside = trimmed(chars.slice(mark.text, end.max(mark.text)));
        let coded = mark.codes.iter().map(|code| Coded {
            code: *code,
            text: inside,
        });
        text.coded.extend(coded);
        text.say(inside, true);
        from = next.max(mark.text);
    }
    text.outside(chars.slice(from, n_chars));
    text.said = text
        .said
        .trim_matches([' ', ',', ';', '，', '；'])
        .to_owned();
    text
}

impl<'a> Text<'a> {
    /// What stands between two codes. Some ports print the word null for nothing.
    fn outside(&mut self, piece: &'a str) {
        if piece.trim().is_empty() || piece.trim() == "null" {
            return;
        }
        self.rest.push(piece);
        self.say(piece, false);
    }

    fn say(&mut self, piece: &str, is_coded: bool) {
        let ends = |c: char| c.is_ascii_punctuation() || "，；。：、】！".contains(c);
        if is_coded && !self.said.is_empty() && !self.said.ends_with(ends) {
            self.said.push('；');
        }
        self.said.push_str(piece);
    }
}

/// A text without what was put around all of it: blanks, a bracket that holds the whole, the word null
/// of a port that joins texts. The bracket of a code by itself stays.
pub(super) fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let shorter = within(text).or_else(|| without_null(text));
        match shorter.map(str::trim).filter(|shorter| !shorter.is_empty()) {
            Some(shorter) => text = shorter,
            None => return text,
        }
    }
}

/// What stands in a bracket that begins and ends the text, unless it is that of a code.
fn within(text: &str) -> Option<&str> {
    let pairs = [('[', ']'), ('(', ')')];
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    let (end, last) = chars.next_back()?;
    let pair = pairs.into_iter().find(|pair| pair.0 == fold(first))?;
    let inside = text.get(first.len_utf8()..end)?;
    let mut depth = 1_usize;
    for c in inside.chars().map(fold) {
        if c == pair.0 {
            depth += 1;
        } else if c == pair.1 {
            depth -= 1;
        }
        if depth == 0 {
            return None;
        }
    }
    let is_code = Chars::new(inside).mark(0).is_some();
    (fold(last) == pair.1 && depth == 1 && !is_code).then_some(inside)
}

/// The text before the word null at its end.
fn without_null(text: &str) -> Option<&str> {
    let end = text.len().checked_sub("null".len())?;
    let is_null = text.get(end..)?.eq_ignore_ascii_case("null");
    let before = text.get(..end)?;
    (is_null && !before.ends_with(|c: char| c.is_ascii_alphabetic())).then_some(before)
}

/// A text without separators around it and without a bracket that belongs to the wrapping.
fn trimmed(text: &str) -> &str {
    let text = text.trim_matches(|c: char| " \"'{},;|，；、\n\r\t".contains(c));
    let count = |wanted: char| text.chars().filter(|c| fold(*c) == wanted).count();
    let is_closed_twice =
        text.chars().next_back().map(fold) == Some(']') && count(']') > count('[');
    match text.char_indices().next_back() {
        Some((at, _)) if is_closed_twice => trimmed(&text[..at]),
        Some(_) | None => text,
    }
}

/// Codes of the E-Port that stand in a text by themselves: `-621018`.
pub(super) fn faults(info: &str) -> Vec<i64> {
    let chars = Chars::new(info);
    let mut found = Vec::new();
    for at in 0..chars.all.len() {
        let before = at.checked_sub(1).map_or(' ', |before| chars.at(before));
        let is_free = !before.is_ascii_alphanumeric() && !"-.".contains(before);
        if chars.at(at) != '-' || !is_free {
            continue;
        }
        if let Some((code, end)) = chars.number(at)
            && !"-.".contains(chars.at(end))
            && found.len() < CODED_MAX
        {
            found.push(code);
        }
    }
    found
}

/// A status written before its text: `2 新增申报成功`, `状态：-621018，超过限值`.
pub(super) fn status_first(text: &str) -> Option<(i32, &str)> {
    let chars = Chars::new(text);
    let word = STATUS_WORDS.iter().find(|word| chars.starts(0, word));
    let from = chars.skip(word.map_or(0, |word| word.chars().count()), " \"':=为是");
    let is_negative = chars.at(from) == '-';
    let start = from + usize::from(is_negative);
    let mut end = start;
    while chars.at(end).is_ascii_digit() {
        end += 1;
    }
    let next = chars.skip(end, " ,:;|\"");
    let is_parted = next > end || chars.at(end) == '[';
    if end == start || !is_parted || next >= chars.all.len() {
        return None;
    }
    let digits: String = (from..end).map(|at| chars.at(at)).collect();
    Some((digits.parse().ok()?, chars.slice(next, chars.all.len())))
}

/// Characters of a guid.
const GUID_CHARS: usize = 36;

/// A status by itself, after its word: `状态 100`.
pub(super) fn status_alone(text: &str) -> Option<i32> {
    let chars = Chars::new(text);
    let word = STATUS_WORDS.iter().find(|word| chars.starts(0, word))?;
    let from = chars.skip(word.chars().count(), " \"':=为是");
    let digits: String = (from..chars.all.len()).map(|at| chars.at(at)).collect();
    digits.trim().parse().ok()
}

/// A number that stands before or behind a text like a code, without the word for it: `1332:金额不一致`,
/// `[1332]金额不一致`, `金额不一致(1332)`. Whether it is a code, the dictionary must say.
pub(super) fn bare_code(text: &str) -> Option<Coded<'_>> {
    let chars = Chars::new(text);
    let n_chars = chars.all.len();
    let from = chars.skip(0, " [(");
    if let Some((code, end)) = chars.number(from)
        && code >= 0
        && " :,;])".contains(chars.at(end))
    {
        let text = trimmed(chars.slice(chars.skip(end, " :,;])"), n_chars));
        return (!text.is_empty()).then_some(Coded { code, text });
    }
    let last = n_chars.checked_sub(1)?;
    let open = (0..last).rev().find(|at| "[(".contains(chars.at(*at)))?;
    let (code, end) = chars.number(open + 1)?;
    let is_last = end == last && ")]".contains(chars.at(end)) && code >= 0;
    let text = trimmed(chars.slice(0, open));
    (is_last && !text.is_empty()).then_some(Coded { code, text })
}

/// The guid of the declared document: `新增申报成功[guid]`, the only place where it comes back.
pub(super) fn guid(info: &str) -> Option<&str> {
    let mut rest = info.split_once("申报成功")?.1;
    while let Some((_, inner)) = rest.split_once('[') {
        let (word, after) = inner.split_once(']')?;
        let is_guid = word.chars().count() == GUID_CHARS
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if is_guid {
            return Some(word);
        }
        rest = after;
    }
    None
}
