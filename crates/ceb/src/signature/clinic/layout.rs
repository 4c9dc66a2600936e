//! Other layouts of a canonical document: on one line, or indented.

/// Where the text between two tags is nothing but white space, it goes, except inside a leaf.
pub(super) fn compact(canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(canonical.len());
    let mut is_leaf = false;
    for (tag, text) in pieces(canonical) {
        out.extend_from_slice(tag);
        let is_start = is_start(tag);
        // The text after a start tag is a leaf's when an end tag follows; that is known by then.
        let is_blank = text.iter().all(|byte| crate::xml::is_space(*byte));
        is_leaf = is_start || (is_leaf && !is_blank);
        if !is_blank {
            out.extend_from_slice(text);
        }
    }
    out
}

/// Every element that has children on lines of its own, indented by so much for each level.
pub(super) fn indent(canonical: &[u8], by: &str) -> Vec<u8> {
    let compact = compact(canonical);
    let mut out = Vec::with_capacity(compact.len() * 2);
    let mut depth = 0_usize;
    let mut after_start = false;
    let mut has_text = false;
    for (tag, text) in pieces(&compact) {
        let is_end = tag.starts_with(b"</");
        if is_end {
            depth = depth.saturating_sub(1);
        }
        let is_inline = is_end && after_start;
        if !out.is_empty() && !is_inline && !has_text {
            out.push(b'\n');
            for _ in 0..depth {
                out.extend_from_slice(by.as_bytes());
            }
        }
        out.extend_from_slice(tag);
        out.extend_from_slice(text);
        after_start = is_start(tag);
        if after_start {
            depth += 1;
        }
        has_text = !text.is_empty();
    }
    out
}

fn is_start(tag: &[u8]) -> bool {
    !matches!(tag, [b'<', b'/' | b'!' | b'?', ..])
}

/// Tags, each with the text behind it. In canonical form `>` ends a tag wherever it stands, but in
/// attribute values, which these messages have at the root only.
fn pieces(canonical: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = canonical;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
        let (tag, more) = rest.split_at(end);
        let next = memchr::memchr(b'<', more).unwrap_or(more.len());
        let (text, after) = more.split_at(next);
        rest = after;
        Some((tag, text))
    })
}
