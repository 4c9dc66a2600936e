//! Parsing: findings, one by one.

use super::*;
use crate::kind::Kind;
use crate::write;

fn order(edit: impl Fn(String) -> String) -> String {
    let pair = |element: &str, value: &str| (element.to_owned(), value.to_owned());
    let mut document = write::DocumentValues::default();
    let guid = "4CDE1CFD-EDED-46B1-946C-B8022E42FC94";
    for field in &Kind::Ceb312.spec().head.fields {
        let value = match &*field.element {
            "guid" => guid,
            "returnStatus" => "2",
            "returnTime" => "20260101093000123",
            _ => "1105910159",
        };
        document.head.push(pair(&field.element, value));
    }
    edit(write::message(Kind::Ceb312, guid, &[document], None))
}

#[test]
fn a_receipt_parses_without_findings() {
    let parsed = parse(order(|xml| xml).as_bytes(), Profile::Strict);
    assert_eq!(parsed.findings, []);
    let message = parsed.message.unwrap();
    assert_eq!(message.documents.len(), 1);
    assert_eq!(message.documents[0].head.get("returnStatus"), Some("2"));
}

#[test]
fn one_mistake_gives_one_finding() {
    let codes = |xml: String| {
        let parsed = parse(xml.as_bytes(), Profile::Strict);
        parsed
            .findings
            .iter()
            .map(|f| (f.code, f.line, f.path.clone()))
            .collect::<Vec<_>>()
    };
    let moved = codes(order(|xml| {
        let line = "\t\t<orderNo>1105910159</orderNo>\n";
        assert!(xml.contains(line));
        xml.replace(line, "")
            .replace("\t</OrderReturn>", &format!("{line}\t</OrderReturn>"))
    }));
    assert_eq!(
        moved,
        [(
            "TG-E1203",
            10,
            String::from("/CEB312Message/OrderReturn[1]/orderNo")
        )]
    );
    let cut = codes(order(|xml| xml[..xml.len() - 20].to_owned()));
    assert_eq!(cut[0].0, "TG-E1011");
}
