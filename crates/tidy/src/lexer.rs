//! Just enough of Rust's lexer to tell code, comments and texts apart.

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Code,
    Comment,
    Text,
}

/// A piece of source with the line it begins on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) part: Part,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Cuts a source into its pieces. Line continuations inside texts are taken out.
pub(crate) fn pieces(source: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while !rest.is_empty() {
        let (part, n_bytes) = next(rest);
        let text = &rest[..n_bytes];
        match found.last_mut() {
            Some(last) if part == Part::Code && last.part == Part::Code => last.text += text,
            _ => found.push(Piece {
                part,
                line,
                text: if part == Part::Text {
                    joined(text)
                } else {
                    text.to_owned()
                },
            }),
        }
        line += text.matches('\n').count();
        rest = &rest[n_bytes..];
    }
    found
}

fn next(rest: &str) -> (Part, usize) {
    if rest.starts_with("//") {
        return (Part::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Part::Comment, rest.find("*/").map_or(rest.len(), |n| n + 2));
    }
    if let Some(n_bytes) = raw_text(rest) {
        return (Part::Text, n_bytes);
    }
    if rest.starts_with('"') {
        return (Part::Text, text_end(rest));
    }
    if let Some(n_bytes) = character(rest) {
        return (Part::Code, n_bytes);
    }
    // A word is taken as a whole, so that the r of `for"` does not begin a raw text.
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let n_bytes = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    (
        Part::Code,
        n_bytes.max(rest.chars().next().map_or(1, char::len_utf8)),
    )
}

fn raw_text(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let n_hashes = inner.len() - inner.trim_start_matches('#').len();
    let body = inner[n_hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(n_hashes));
    let length = body.find(&end)? + end.len();
    Some(rest.len() - body.len() + length)
}

fn text_end(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner.get(2..)?.find('\'').map(|n| n + 4);
    }
    let c = inner.chars().next()?;
    inner[c.len_utf8()..]
        .starts_with('\'')
        .then(|| c.len_utf8() + 2)
}

fn joined(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start())
}

#[test]
fn pieces_are_distinguished() {
    let source = "let a = \"x // \\\n   y\"; // why \"not\"\nlet b = ('\"', r#\"z\"#, &'static 1);";
    let parts: Vec<(Part, String)> = pieces(source)
        .into_iter()
        .filter(|piece| piece.part != Part::Code)
        .map(|piece| (piece.part, piece.text))
        .collect();
    let expected = [
        (Part::Text, "\"x // y\""),
        (Part::Comment, "// why \"not\""),
        (Part::Text, "r#\"z\"#"),
    ];
    assert_eq!(parts, expected.map(|(part, text)| (part, text.to_owned())));
}
