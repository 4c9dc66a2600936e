//! Whether two messages say the same (内容相同) but for what the platform fills in when it makes them of a
//! form: the time of the report, and the frame or the value of a signature.

use ceb::{Document, Profile, Record};
use sha2::{Digest, Sha256};
use store::clock::beijing_compact;

/// The element that a form may leave to the platform.
const FILLED_IN: &str = "appTime";

/// Whether two messages have the same documents with the same values, the time of the report aside.
pub(super) fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let read = |bytes: &[u8]| ceb::parse(bytes, Profile::Down).message;
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return false;
    };
    one.kind == other.kind
        && one.guid == other.guid
        && one.documents.len() == other.documents.len()
        && one
            .documents
            .iter()
            .zip(&other.documents)
            .all(|(one, other)| is_same(one, other))
}

/// Whether a message made of a form is the one of which only the hash is here: it is, when made at the moment of the other it would
/// have been the same bytes. Moments are milliseconds since 1970-01-01 UTC.
pub(super) fn is_made_again((new, at_ms): (&[u8], i64), (hash, before_ms): (&[u8], i64)) -> bool {
    let Ok(text) = std::str::from_utf8(new) else {
        return false;
    };
    let element = |ms| format!("<ceb:{FILLED_IN}>{}</ceb:{FILLED_IN}>", beijing_compact(ms));
    let before = text.replace(&element(at_ms), &element(before_ms));
    Sha256::digest(before.as_bytes()).as_slice() == hash
}

fn is_same(one: &Document, other: &Document) -> bool {
    let lines = || one.lines.iter().zip(&other.lines);
    values(&one.head).eq(values(&other.head))
        && one.lines.len() == other.lines.len()
        && lines().all(|(one, other)| values(one).eq(values(other)))
}

fn values(record: &Record) -> impl Iterator<Item = (&'static str, &str)> {
    record.iter().filter(|(element, _)| *element != FILLED_IN)
}

#[cfg(test)]
mod tests {
    use super::{is_made_again, says_the_same};
    use ceb::Kind;
    use ceb::sample::{self, Spec};
    use sha2::{Digest, Sha256};
    use store::clock::parse_time;

    #[test]
    fn only_the_time_of_the_report_may_differ() {
        let xml = sample::message(&Spec::new(Kind::Ceb621, 7));
        let later = xml.replacen("<ceb:appTime>2026", "<ceb:appTime>2027", 1);
        assert_ne!(later, xml);
        assert!(says_the_same(xml.as_bytes(), later.as_bytes()));
        let other = xml.replacen("<ceb:buyerName>", "<ceb:buyerName>某", 1);
        assert_ne!(other, xml);
        assert!(!says_the_same(xml.as_bytes(), other.as_bytes()));
        assert!(!says_the_same(xml.as_bytes(), b"<a/>"));
    }

    #[test]
    fn of_a_message_whose_hash_alone_is_here_only_the_time_of_the_report_may_differ() {
        let at = |text| parse_time(text).unwrap();
        let (before, now) = (
            at("2026-03-02T09:00:00+08:00"),
            at("2026-09-01T08:30:15+08:00"),
        );
        let made = |time: &str, amount: &str| {
            format!("<ceb:appTime>{time}</ceb:appTime><ceb:amount>{amount}</ceb:amount>")
        };
        let hash = Sha256::digest(made("20260302090000", "7"));
        let is_same = |text: String| is_made_again((text.as_bytes(), now), (&hash, before));
        assert!(is_same(made("20260901083015", "7")));
        assert!(!is_same(made("20260901083015", "8")));
        assert!(!is_same(made("20260901083016", "7")), "a time of its own");
    }
}
