//! The text of a notice: plain text with a few marks, taken apart before anybody draws it.
//!
//! `# ` opens a heading, `- ` an item, an empty line ends a paragraph; `**…**` is strong, and
//! `[…](https://…)` or `[…](/…)` a link. Everything else stays what it is, HTML and scripts among
//! it: a page draws texts, never markup, so that there is nothing to clean.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextRun {
    /// What is read.
    pub text: String,
    /// Whether it is strong.
    pub is_strong: bool,
    /// Where it leads, if it is a link: `https://…` or a path of ours.
    pub to: Option<String>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BlockShape {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list.
    Item,
}

impl BlockShape {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A block (段落) of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub shape: BlockShape,
    /// Its pieces.
    pub runs: Vec<TextRun>,
}

/// Takes a text apart.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let line = line.trim_end();
        let (shape, rest) = match line.split_once(' ') {
            Some(("#" | "##" | "###", rest)) => (BlockShape::Heading, rest),
            Some(("-" | "*", rest)) => (BlockShape::Item, rest),
            _ => (BlockShape::Paragraph, line),
        };
        if rest.trim().is_empty() {
            is_open = false;
            continue;
        }
        match found.last_mut() {
            // A line that goes on with its paragraph.
            Some(last) if is_open && shape == BlockShape::Paragraph => {
                push(&mut last.runs, "\n", false);
                last.runs.extend(runs(rest));
            }
            _ => found.push(Block {
                shape,
                runs: runs(rest),
            }),
        }
        is_open = shape == BlockShape::Paragraph;
    }
    found
}

fn push(runs: &mut Vec<TextRun>, text: &str, is_strong: bool) {
    if !text.is_empty() {
        runs.push(TextRun {
            text: text.to_owned(),
            is_strong,
            to: None,
        });
    }
}

fn runs(line: &str) -> Vec<TextRun> {
    let mut found = Vec::new();
    let mut rest = line;
    let mut plain = String::new();
    while let Some(next) = rest.chars().next() {
        if let Some((text, after)) = strong(rest) {
            push(&mut found, &plain, false);
            plain.clear();
            push(&mut found, text, true);
            rest = after;
        } else if let Some((text, to, after)) = link(rest) {
            push(&mut found, &plain, false);
            plain.clear();
            found.push(TextRun {
                text: text.to_owned(),
                is_strong: false,
                to: Some(to.to_owned()),
            });
            rest = after;
        } else {
            plain.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    push(&mut found, &plain, false);
    found
}

/// `**text**` at the beginning, and what comes after it.
fn strong(text: &str) -> Option<(&str, &str)> {
    let (inner, after) = text.strip_prefix("**")?.split_once("**")?;
    (!inner.is_empty()).then_some((inner, after))
}

/// `[text](to)` at the beginning, when it leads somewhere that is safe to go.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (inner, after) = text.strip_prefix('[')?.split_once("](")?;
    let (to, after) = after.split_once(')')?;
    let is_ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    let is_safe = (is_ours || to.starts_with("https://"))
        && !to
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>\"'`".contains(c));
    let is_plain = !inner.is_empty() && !inner.contains('[');
    (is_safe && is_plain).then_some((inner, to, after))
}
