//! The tables are whole.

use super::*;

#[test]
fn tables_have_no_problems() {
    for (kind, text) in Kind::ALL.iter().zip(embedded::MESSAGES) {
        let (_, problems) = table::message(*kind, text);
        assert!(problems.is_empty(), "{kind}: {problems:?}");
    }
    for text in [embedded::SHARED_IMPORT, embedded::SHARED_EXPORT] {
        assert_eq!(table::records(text).1, Vec::<String>::new());
    }
}

#[test]
fn kinds_are_in_the_order_of_the_variants() {
    assert_eq!(Kind::ALL.len(), embedded::MESSAGES.len());
    for (at, kind) in Kind::ALL.iter().enumerate() {
        assert_eq!(*kind as usize, at);
        assert_eq!(Kind::from_root(kind.root()), Some(*kind));
        assert_eq!(Kind::from_code(kind.code()), Some(*kind));
        assert_eq!(Kind::from_code(&kind.code().to_lowercase()), Some(*kind));
        assert_eq!(kind.code()[3..].parse(), Ok(*kind));
    }
    assert_eq!(Kind::from_code("CEB999"), None);
    assert_eq!(Kind::from_root("CEB311"), None);
}

#[test]
fn a_receipt_and_its_declaration_name_each_other() {
    for kind in Kind::ALL {
        let spec = kind.spec();
        if let Some(receipt) = spec.receipt {
            assert_eq!(receipt.declares(), Some(*kind));
            assert_eq!(receipt.spec().key, spec.key, "{kind}");
        }
        assert_eq!(
            spec.role == Role::Declaration,
            spec.receipt.is_some(),
            "{kind}"
        );
        for element in &spec.key {
            assert!(spec.head.field(element).is_some(), "{kind}: {element}");
        }
        assert!(
            spec.head.fields.len() <= 64,
            "a bit set of 64 marks the fields of a record"
        );
    }
}

#[test]
fn import_and_export_put_the_signature_at_different_places() {
    let order = |kind: Kind| {
        kind.spec()
            .trailer
            .iter()
            .map(|(t, _)| t.name())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        order(Kind::Ceb311),
        [
            "BaseTransfer",
            "BaseSubscribe",
            "ExtendMessage",
            "Signature"
        ]
    );
    assert_eq!(
        order(Kind::Ceb303),
        [
            "BaseTransfer",
            "BaseSubscribe",
            "Signature",
            "ExtendMessage"
        ]
    );
}
