//! Names that follow from the content (由内容得出的 guid): the same form handed in twice is the same message.
//!
//! The message is asked for by the number 0, its documents by theirs, each with the whole content. The
//! content is hashed once and not once for each document: of a message with a hundred documents that was
//! most of the work.

use sha2::{Digest, Sha256};
use std::cell::RefCell;

/// A name.
type SheetName = [u8; 16];

/// The number by which the message is asked for, as it stands before the content.
const MESSAGE: &[u8] = b"0\n";

/// Gives the names for [`ceb::form::Draft::make`]. Content under another `salt` has other names.
pub(crate) fn naming(salt: &str) -> impl Fn(&[u8]) -> SheetName {
    let salt = salt.to_owned();
    let known: RefCell<(Vec<u8>, SheetName)> = RefCell::default();
    move |asked: &[u8]| {
        let end = asked.iter().position(|byte| *byte == b'\n');
        let (number, content) = asked.split_at(end.map_or(0, |at| at + 1));
        let mut known = known.borrow_mut();
        if known.0 != content || known.0.is_empty() {
            *known = (content.to_vec(), hash(&[salt.as_bytes(), MESSAGE, content]));
        }
        match number {
            MESSAGE => known.1,
            number => hash(&[salt.as_bytes(), number, &known.1]),
        }
    }
}

fn hash(parts: &[&[u8]]) -> SheetName {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut name = SheetName::default();
    name.copy_from_slice(&hash.finalize()[..16]);
    name
}

#[cfg(test)]
mod tests {
    use super::naming;
    use sha2::{Digest, Sha256};
    use std::collections::BTreeSet;

    #[test]
    fn the_same_content_has_the_same_names_and_other_content_others() {
        let contents = ["", "a", "ab", "a\nb"];
        let asked: Vec<String> = contents
            .iter()
            .flat_map(|content| (0..12).map(move |number| format!("{number}\n{content}")))
            .collect();
        let name = naming("");
        let names: Vec<_> = asked.iter().map(|text| name(text.as_bytes())).collect();
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), asked.len());
        // The order in which they are asked for says nothing.
        let again: Vec<_> = asked
            .iter()
            .rev()
            .map(|text| naming("")(text.as_bytes()))
            .collect();
        assert!(names.iter().eq(again.iter().rev()));
        assert_ne!(naming("x")(b"1\na"), naming("")(b"1\na"));
    }

    #[test]
    fn documents_are_named_after_the_message_and_not_after_the_content_once_more() {
        let name = naming("salt\n");
        let message = name(b"0\ncontent");
        let document = Sha256::digest([&b"salt\n7\n"[..], &message[..]].concat());
        assert_eq!(name(b"7\ncontent"), document[..16]);
    }

    #[test]
    fn a_message_keeps_the_name_that_it_had() {
        let before = Sha256::digest("0\ncontent");
        assert_eq!(naming("")(b"0\ncontent"), before[..16]);
        let before = Sha256::digest("salt\n0\ncontent");
        assert_eq!(naming("salt\n")(b"0\ncontent"), before[..16]);
    }
}
