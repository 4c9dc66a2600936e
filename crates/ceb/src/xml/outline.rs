//! A small document of another kind as a list of its elements, read as strictly as a message.
//!
//! What other systems answer (the ticket of a login, for one) is XML as well, and needs the same
//! care: no DOCTYPE, nothing expanded, one root, namespaces resolved. Comments are left out, so the
//! text around one is whole.

use super::{Ns, Token, Tokens, prepare};

/// An element of a small document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineElement {
    /// How many elements it is in; the root is in none.
    pub depth: usize,
    /// Its namespace; empty for none.
    pub namespace: String,
    /// Its name without prefix.
    pub name: String,
    /// The text in it, without that of its children.
    pub text: String,
}

/// The elements of a document in the order of their start tags, or nothing when it is not
/// well-formed, larger than `bytes_max`, or has more than `elements_max` elements.
pub fn outline(
    bytes: &[u8],
    (bytes_max, elements_max): (usize, usize),
) -> Option<Vec<OutlineElement>> {
    if bytes.len() > bytes_max {
        return None;
    }
    let mut tokens = Tokens::new(prepare(bytes).ok()?);
    let mut found: Vec<OutlineElement> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let token = tokens.next().ok()?;
        let text = match token {
            Token::Start(name) => {
                if found.len() == elements_max {
                    return None;
                }
                open.push(found.len());
                found.push(OutlineElement {
                    depth: open.len() - 1,
                    namespace: if name.ns == Ns::Other {
                        tokens.namespace().to_owned()
                    } else {
                        name.ns.uri().to_owned()
                    },
                    name: name.local.to_owned(),
                    text: String::new(),
                });
                continue;
            }
            Token::End => {
                open.pop();
                continue;
            }
            Token::Text(text) | Token::CData(text) => text.to_owned(),
            Token::Char(char) => char.to_string(),
            Token::Eof => return Some(found),
        };
        let inside = open.last().and_then(|at| found.get_mut(*at))?;
        inside.text.push_str(&text);
    }
}
