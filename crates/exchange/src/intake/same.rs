//! Whether two messages say the same (内容相同) but for what the platform fills in when it makes them of a
//! form: the time of the report, and the frame or the value of a signature.

use ceb::{Document, Profile, Record};

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
    use super::says_the_same;
    use ceb::Kind;
    use ceb::sample::{self, Spec};

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
}
