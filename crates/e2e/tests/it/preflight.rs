//! A whole trade before it is declared, on the command line: judged together, nothing stored; then
//! declared in the worst order, and both sides are told what differs.

use crate::cli::{assert_code, out, remote, run};
use crate::platform::Platform;
use serde_json::Value;

const KINDS: [&str; 4] = ["CEB621", "CEB511", "CEB411", "CEB311"];

#[test]
fn a_trade_is_judged_before_it_is_declared_and_again_when_it_arrives() {
    let (place, platform) = Platform::demo();
    let (_, company) = platform.company(1);
    let code = platform.ready["companies"][1]["code"].as_str().unwrap();
    for kind in KINDS {
        let sample = run(&place, &["sample", kind, "--company", code, "--seed", "7"]);
        assert_code(&sample, 0);
        let mut xml = out(&sample);
        if kind == "CEB411" {
            let from = xml.find("<ceb:amountPaid>").unwrap();
            let to = xml.find("</ceb:amountPaid>").unwrap();
            xml.replace_range(from..to, "<ceb:amountPaid>1.23");
        }
        std::fs::write(place.path().join(format!("{kind}.xml")), xml).unwrap();
    }
    let files = KINDS.map(|kind| format!("{kind}.xml"));
    let names: Vec<&str> = files.iter().map(String::as_str).collect();

    let n_before = company.list().len();
    let mut arguments = vec!["preflight", "--json"];
    arguments.extend(&names);
    let judged = remote(&place, &company, &arguments, b"");
    assert_code(&judged, 0);
    let answer: Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(answer["counts"]["nDocuments"], 4);
    let codes: Vec<&str> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["TG-E1901"; 3], "{answer:#}");
    let list = &answer["documents"][0];
    assert_eq!(list["kind"], "CEB621");
    assert!(!list["tax"]["explanation"].as_array().unwrap().is_empty());
    let output = remote(&place, &company, &[&["preflight"], &*names].concat(), b"");
    assert!(
        out(&output).contains("订单✓ 支付单✓ 运单✓"),
        "{}",
        out(&output)
    );
    assert_eq!(out(&output).matches("可以提交").count(), 4);
    assert_eq!(company.list().len(), n_before);

    let tax = run(&place, &["tax", "CEB621.xml", "--rate", "33=13/15"]);
    assert_code(&tax, 0);
    assert!(out(&tax).contains("税款共"), "{}", out(&tax));
    assert_code(&run(&place, &["tax", "CEB311.xml"]), 1);
    assert_code(&run(&place, &["tax", "CEB621.xml", "--rate", "33"]), 2);

    // The list first, the order last; the list hears of it all the same.
    let mut ids = Vec::new();
    for file in &names {
        let submitted = remote(
            &place,
            &company,
            &["message", "submit", "--json", file],
            b"",
        );
        assert_code(&submitted, 0);
        let answer: Value = serde_json::from_slice(&submitted.stdout).unwrap();
        ids.push(answer["id"].as_str().unwrap().to_owned());
    }
    let has_heard = |id: &String| {
        let message = company.get(&format!("/api/v1/messages/{id}")).json();
        let findings = message["findings"].as_array().unwrap().clone();
        findings.iter().any(|finding| finding["code"] == "TG-E1901")
    };
    crate::wait::until("the list and the payment are told", || {
        (has_heard(&ids[0]) && has_heard(&ids[2])).then_some(())
    });
}
