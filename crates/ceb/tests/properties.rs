//! Properties that hold for any input, and for any message we write.

use ceb::envelope::{self, AddInfo, Envelope, Node};
use ceb::sample::{self, Spec};
use ceb::write::{DocumentValues, MessageWriter};
use ceb::{Kind, Profile, Record, Severity, parse, receipt, sniff};
use proptest::prelude::*;

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL)
}

fn values(record: &Record) -> Vec<(String, String)> {
    record
        .iter()
        .map(|(element, value)| (element.to_owned(), value.to_owned()))
        .collect()
}

fn everything(bytes: &[u8]) {
    let _ = sniff(bytes);
    for profile in [Profile::Strict, Profile::Lenient, Profile::Down] {
        let _ = parse(bytes, profile);
    }
    let _ = receipt::split(bytes);
    let _ = envelope::open(bytes);
    let _ = envelope::responses(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        everything(&bytes);
    }

    #[test]
    fn any_markup_is_answered(text in "(<|>|/|&|;|\"|'|=|!|\\?|-|\\[|\\]|CDATA|xmlns|ceb:|a| |\n|#|x){0,80}") {
        everything(text.as_bytes());
        everything(format!("<a>{text}</a>").as_bytes());
    }

    #[test]
    fn any_cut_and_any_byte_is_answered(kind in kinds(), at in 0..4000_usize, byte in any::<u8>()) {
        let mut bytes = sample::message(&Spec::new(kind, 5)).into_bytes();
        let at = at % bytes.len();
        everything(&bytes[..at]);
        bytes[at] = byte;
        everything(&bytes);
    }

    #[test]
    fn samples_are_valid(kind in kinds(), seed in any::<u64>(), documents in 1..4_u32, lines in 1..12_u32) {
        let spec = Spec { n_documents: documents, n_lines: lines, ..Spec::new(kind, seed) };
        let mut parsed = parse(sample::message(&spec).as_bytes(), Profile::Strict);
        parsed.findings.retain(|finding| finding.severity != Severity::Note);
        prop_assert_eq!(parsed.findings, vec![]);
    }

    #[test]
    fn what_is_written_is_read(kind in kinds(), seed in any::<u64>(), note in "[ -~\t\n\r<&\"'报文😀]{0,40}") {
        let spec = Spec { n_documents: 2, n_lines: 2, ..Spec::new(kind, seed) };
        let message = parse(sample::message(&spec).as_bytes(), Profile::Strict).message.unwrap();
        let mut documents: Vec<DocumentValues> = message
            .documents
            .iter()
            .map(|document| DocumentValues {
                head: values(&document.head),
                lines: document.lines.iter().map(values).collect(),
            })
            .collect();
        documents[0].head.push((String::from("note"), note.clone()));
        let text = MessageWriter::new(kind, &message.guid, &documents).finish();
        let again = parse(text.as_bytes(), Profile::Down).message.unwrap();
        prop_assert_eq!(&again.guid, &message.guid);
        for (document, written) in again.documents.iter().zip(&documents) {
            let mut expected = written.head.clone();
            expected.retain(|(element, _)| document.head.spec().field(element).is_some());
            let mut found = values(&document.head);
            expected.sort();
            found.sort();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(document.lines.iter().map(values).collect::<Vec<_>>(), written.lines.clone());
        }
    }

    #[test]
    fn what_is_sealed_is_opened(data in proptest::collection::vec(any::<u8>(), 0..200), text in "[!-~报]{1,16}", node in any::<bool>()) {
        let sealed = Envelope {
            cop_msg_id: text.clone(),
            sender_id: text.clone(),
            receiver_ids: vec![text.clone(), String::from("DXPEDCCEB0000002")],
            creat_time: String::from("2026-01-05T09:30:00"),
            msg_type: String::from("CEB311Message"),
            data,
            node: node.then(|| Node { msg_id: text.clone(), sub_msg_id: None, ..Node::default() }),
            add_info: Some(AddInfo {
                file_name: Some(text.clone()),
                biz_keys: vec![(text.clone(), text.clone())],
                is_text: Some(String::from("UTF-8")),
                ..AddInfo::default()
            }),
        };
        prop_assert_eq!(envelope::open(&envelope::seal(&sealed)).unwrap(), sealed);
    }

    #[test]
    fn sniff_agrees_with_parse(kind in kinds(), seed in any::<u64>()) {
        let xml = sample::message(&Spec::new(kind, seed));
        let sniffed = sniff(xml.as_bytes()).unwrap();
        let message = parse(xml.as_bytes(), Profile::Strict).message.unwrap();
        prop_assert_eq!(sniffed.kind, kind);
        prop_assert_eq!(&sniffed.guid, &message.guid);
        let transfer = message.base_transfer.as_ref();
        prop_assert_eq!(sniffed.cop_code.as_deref(), transfer.and_then(|t| t.get("copCode")));
        prop_assert_eq!(sniffed.dxp_id.as_deref(), transfer.and_then(|t| t.get("dxpId")));
    }
}
