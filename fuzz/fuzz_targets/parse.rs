//! Parsing never panics; what is valid can be written and read again.
#![no_main]

use ceb::write::{DocumentValues, MessageWriter};
use ceb::{Layer, Profile, Record, parse};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for profile in [Profile::Lenient, Profile::Down] {
        let _ = parse(bytes, profile);
    }
    let parsed = parse(bytes, Profile::Strict);
    let Some(message) = parsed.message else { return };
    if parsed.findings.iter().any(|finding| finding.layer != Layer::Rule) {
        return;
    }
    let values = |record: &Record| {
        record.iter().map(|(element, value)| (element.to_owned(), value.to_owned())).collect()
    };
    let documents: Vec<DocumentValues> = message
        .documents
        .iter()
        .map(|document| DocumentValues {
            head: values(&document.head),
            lines: document.lines.iter().map(values).collect(),
        })
        .collect();
    let transfer: Option<Vec<_>> = message.base_transfer.as_ref().map(values);
    let mut writer = MessageWriter::new(message.kind, &message.guid, &documents);
    if let Some(transfer) = &transfer {
        writer = writer.base_transfer(transfer);
    }
    if message.has_signature {
        writer = writer.signature_frame();
    }
    let again = parse(writer.finish().as_bytes(), Profile::Strict);
    let again = again.message.expect("what was written is well-formed");
    assert_eq!(again.documents.len(), message.documents.len());
    for (one, other) in again.documents.iter().zip(&message.documents) {
        assert!(one.head.iter().eq(other.head.iter()));
        assert_eq!(one.lines.len(), other.lines.len());
    }
});
