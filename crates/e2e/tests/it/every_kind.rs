//! Every kind that companies declare, in chains that join: orders, payments, waybills, lists, and
//! what follows a list. All of them pass the strict check, and customs answers each.

use crate::http::Client;
use crate::platform::Platform;
use crate::samples;
use crate::wait;
use ceb::Kind;
use ceb::sample::Sender;
use std::collections::BTreeSet;

/// Kinds in the order in which a company declares them, each with the last status it must get.
const CHAINS: &[&[(Kind, i64)]] = &[
    &[
        (Kind::Ceb311, 120),
        (Kind::Ceb411, 120),
        (Kind::Ceb511, 120),
        (Kind::Ceb621, 899),
        (Kind::Ceb513, 120),
        (Kind::Ceb711, 399),
    ],
    &[
        (Kind::Ceb311, 120),
        (Kind::Ceb411, 120),
        (Kind::Ceb511, 120),
        (Kind::Ceb621, 899),
        (Kind::Ceb625, 399),
    ],
    &[
        (Kind::Ceb303, 120),
        (Kind::Ceb403, 120),
        (Kind::Ceb505, 120),
        (Kind::Ceb603, 399),
        (Kind::Ceb607, 399),
        (Kind::Ceb507, 399),
        (Kind::Ceb509, 399),
        (Kind::Ceb701, 399),
        (Kind::Ceb213, 800),
        (Kind::Ceb215, 399),
    ],
    &[
        (Kind::Ceb303, 120),
        (Kind::Ceb505, 120),
        (Kind::Ceb603, 399),
        (Kind::Ceb605, 399),
    ],
];

#[test]
fn every_kind_is_declared_and_answered() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let mut declared = BTreeSet::new();
    for (chain, seed) in CHAINS.iter().zip(1..) {
        for (kind, last) in *chain {
            declare(&company, &sender, *kind, seed, *last);
            declared.insert(kind.code());
        }
    }
    // A list is cancelled before it is released: customs is told to wait with it.
    declare(&company, &sender, Kind::Ceb311, 70, 120);
    let list = samples::marked(Kind::Ceb621, &sender, 70, "ZZ-MANUAL");
    let list = company.accepted(list.as_bytes());
    wait::until("the list to wait for a person", || {
        (company.statuses(&list).last() == Some(&300)).then_some(())
    });
    declare(&company, &sender, Kind::Ceb623, 70, 399);
    declared.insert("CEB623");

    let all: BTreeSet<&str> = Kind::ALL
        .iter()
        .filter(|kind| kind.is_declaration())
        .map(|kind| kind.code())
        .collect();
    assert_eq!(declared, all, "a kind is missing from the chains");
    // Tax bills (816, 818) come home by the number of their list, summary results (792) by the
    // number that customs gave the summary: nothing is left over.
    let database = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    let mut statement = database.prepare("select kind from parked_receipt").unwrap();
    let parked = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    assert_eq!(parked.map(Result::unwrap).collect::<Vec<_>>(), [""; 0]);
    let feed = company.feed();
    for kind in ["CEB816", "CEB818"] {
        assert!(
            feed.iter().any(|item| item["kind"] == kind),
            "{kind} is missing"
        );
    }
    assert_eq!(platform.metric("tongguan_messages_refused_total"), 0.0);
}

/// Declares one message, waits for its last answer and looks at all of them.
fn declare(company: &Client, sender: &Sender, kind: Kind, seed: u64, last: i64) {
    let xml = samples::message(kind, sender, seed);
    let id = company.accepted(xml.as_bytes());
    wait::until(
        &format!("{} to be answered with {last}", kind.code()),
        || {
            let statuses = company.statuses(&id);
            let is_refused = statuses.contains(&100) || statuses.iter().any(|status| *status < 0);
            assert!(!is_refused, "{}: {:#}", kind.code(), company.message(&id));
            statuses.contains(&last).then_some(())
        },
    );
    let detail = company.message(&id);
    assert_eq!(detail["kind"], kind.code());
    // The samples name parcels and lists that nobody declared; nothing else may be said of them.
    let findings = detail["findings"].as_array().unwrap();
    let is_unknown = |finding: &serde_json::Value| {
        finding["severity"] == "note" || finding["code"] == "TG-E1950"
    };
    assert!(findings.iter().all(is_unknown), "{detail:#}");
    let receipt_kind = kind.receipt().unwrap().code();
    let own = detail["receipts"].as_array().unwrap();
    assert!(
        own.iter().any(|receipt| receipt["kind"] == receipt_kind),
        "{own:#?}"
    );
    for receipt in own {
        assert_eq!(receipt["messageId"], id);
    }
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert_eq!(stored.body, xml.as_bytes());
}
