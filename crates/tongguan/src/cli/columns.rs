//! Lines that fit a screen (列宽). The parser breaks lines at blanks only and counts a Chinese character
//! as it likes; Chinese has no blanks, so what is wider is broken here.

/// Columns of a help page; a narrower screen has fewer.
pub(super) const COLUMNS: usize = 100;

/// A screen narrower than this is taken for one of so many columns: a table would not be legible on it.
const COLUMNS_MIN: usize = 40;

/// How far a usage hangs that goes on in the next line.
const HANGING_USAGE: usize = 8;

/// Characters that no line begins with.
const CLOSING: &str = "，。、；：！？）】》”’…,.;:!?)]}>%";

/// Characters that no line ends with.
const OPENING: &str = "（【《“‘([{<";

/// Columns of the screen that a stream ends at, when it ends at one.
pub(super) fn of_screen(stream: impl rustix::fd::AsFd) -> usize {
    let size = rustix::termios::tcgetwinsize(stream);
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    match columns {
        0 => COLUMNS,
        columns => columns.clamp(COLUMNS_MIN, COLUMNS),
    }
}

/// Whether terminals show a character over two columns.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}' | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// Columns of a text. Quotes and dots count as two, as they are shown among Chinese characters.
pub(super) fn width(text: &str) -> usize {
    let of = |c| match is_wide(c) || "“”‘’…".contains(c) {
        true => 2,
        false => 1,
    };
    text.chars().map(of).sum()
}

/// A text whose lines are no wider than the columns; what goes on in a next line stands below where it began.
pub(super) fn fit(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| broken(line, columns)).collect();
    lines.join("\n")
}

fn broken(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let (head, rest, hanging) = hung(line);
    let mut out = head.to_owned();
    let mut used = width(head);
    let mut is_first = true;
    for piece in pieces(rest) {
        if !is_first && used + width(piece.trim_end()) > columns {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(hanging));
            used = hanging;
        }
        out.push_str(piece);
        used += width(piece);
        is_first = false;
    }
    out.truncate(out.trim_end().len());
    out
}

/// The start of a line that stays, what may be broken, and how far that hangs.
fn hung(line: &str) -> (&str, &str, usize) {
    let inner = line.trim_start();
    let margin = line.len() - inner.len();
    // A row of a table: a name, blanks, a sentence.
    let after = inner.find("  ").map(|at| {
        let blanks = &inner[at..];
        margin + at + blanks.len() - blanks.trim_start().len()
    });
    let start = match after {
        Some(after) if margin > 0 => after,
        _ => margin,
    };
    let (head, rest) = line.split_at(start);
    let is_usage = ["用法：", "Usage: "]
        .iter()
        .any(|lead| rest.starts_with(lead));
    let hanging = match is_usage {
        true => HANGING_USAGE,
        false => width(head),
    };
    (head, rest, hanging)
}

/// Pieces of a text between which a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut before: Option<char> = None;
    // The name of a value is not torn: <DXP 编号>.
    let mut is_inside = false;
    for (at, c) in text.char_indices() {
        if !is_inside && before.is_some_and(|before| may_break(before, c)) {
            found.push(&text[from..at]);
            from = at;
        }
        match c {
            '<' => is_inside = true,
            '>' => is_inside = false,
            _ => {}
        }
        before = Some(c);
    }
    found.push(&text[from..]);
    found
}

fn may_break(before: char, after: char) -> bool {
    if before == ' ' || after == ' ' {
        return before == ' ' && after != ' ';
    }
    (is_wide(before) || is_wide(after)) && !OPENING.contains(before) && !CLOSING.contains(after)
}

#[cfg(test)]
mod tests {
    use super::{fit, width};

    #[test]
    fn what_is_too_wide_goes_on_below_where_it_began() {
        assert_eq!(fit("a b\nc", 3), "a b\nc");
        assert_eq!(fit("a bc d", 4), "a bc\nd");
        assert_eq!(
            fit("  check  检查报文，不提交", 19),
            "  check  检查报文，\n         不提交"
        );
        assert_eq!(
            fit("        领取回执（全部）", 16),
            "        领取回执\n        （全部）"
        );
        assert_eq!(
            fit("用法：tongguan add --id <DXP 编号> --name", 24),
            "用法：tongguan add --id\n        <DXP 编号>\n        --name"
        );
        // A word that is wider than the screen stays whole.
        assert_eq!(fit("abcdefgh ij", 4), "abcdefgh\nij");
    }

    #[test]
    fn no_line_begins_with_what_closes_nor_ends_with_what_opens() {
        assert_eq!(fit("一二三，四", 6), "一二\n三，四");
        assert_eq!(fit("一二（三）", 6), "一二\n（三）");
    }

    #[test]
    fn a_chinese_character_has_two_columns() {
        assert_eq!(width("CEB 报文（“a”）"), 4 + 4 + 2 + 5 + 2);
    }
}
