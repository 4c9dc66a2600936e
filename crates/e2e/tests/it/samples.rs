//! Messages for the tests, from the generator of the message language.

use ceb::Kind;
use ceb::sample::{Sender, Spec};

/// What a sample of this company starts from.
pub(crate) fn spec(kind: Kind, sender: &Sender, seed: u64) -> Spec {
    Spec {
        sender: sender.clone(),
        ..Spec::new(kind, seed)
    }
}

/// One valid message.
pub(crate) fn message(kind: Kind, sender: &Sender, seed: u64) -> String {
    ceb::sample::message(&spec(kind, sender, seed))
}

/// One valid message with a magic word for the simulator of customs in it.
pub(crate) fn marked(kind: Kind, sender: &Sender, seed: u64, word: &str) -> String {
    ceb::sample::message(&Spec {
        marker: Some(word.to_owned()),
        ..spec(kind, sender, seed)
    })
}

/// The guid of a message, read from its root.
pub(crate) fn guid(xml: &str) -> String {
    ceb::sniff(xml.as_bytes()).unwrap().guid
}
