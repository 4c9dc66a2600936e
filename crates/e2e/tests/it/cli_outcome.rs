//! What became of a message, as the command line tells it.

use crate::cli::{out, remote};
use crate::platform::Platform;
use serde_json::Value;

/// A status that nobody knows leaves it to the operators, and the command line says so and what to do, from both sides.
#[test]
fn a_status_that_nobody_knows_is_shown_with_who_has_it() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = crate::samples::marked(ceb::Kind::Ceb311, &sender, 1, "ZZ-UNKNOWN777");
    let id = company.accepted(xml.as_bytes());
    let message = crate::wait::until("the unknown status", || {
        let message = company.message(&id);
        (message["documents"][0]["returnStatus"] == 777).then_some(message)
    });
    assert_eq!(
        (&message["outcome"], &message["needsAction"]),
        (&Value::from("waiting"), &Value::from(false))
    );
    let receipts = message["receipts"].as_array().unwrap().iter();
    let unknown = receipts.last().unwrap();
    let advice = unknown["explanation"]["advice"].as_str().unwrap();
    let who = "平台（解释未收录的回执状态）";
    for verb in [
        &["message", "show", &*id][..],
        &["message", "list", "--limit", "1"],
    ] {
        let shown = remote(&place, &company, verb, b"");
        let own = place.run(verb);
        for text in [out(&shown), out(&own)] {
            assert!(text.contains(who), "{text}");
            if verb.contains(&"show") {
                assert!(text.contains("777") && text.contains(advice), "{text}");
            }
        }
    }
}

/// An order that customs turned down looks like it on the command line: in the list, and in its life with who must act,
/// document by document; what is narrowed to what went well leaves it out.
#[test]
fn a_rejection_looks_like_one() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = crate::samples::marked(ceb::Kind::Ceb311, &sender, 1, "ZZ-R1332");
    let id = company.accepted(xml.as_bytes());
    company.until_state(&id, "settled");
    for verb in [
        &["message", "show", &*id][..],
        &["message", "list", "--limit", "1"],
    ] {
        let shown = remote(&place, &company, verb, b"");
        for text in [out(&shown), out(&place.run(verb))] {
            assert!(
                text.contains("企业（海关退单，请更正后重新申报）"),
                "{text}"
            );
            assert!(text.contains("海关退单"), "{text}");
            let is_one = verb.contains(&"show");
            assert_eq!(text.contains("待企业处理"), is_one, "{text}");
            // Below, what is to be done about each receipt has words of its own.
            let heading: String = text.lines().take(5).collect();
            for good in ["已办结", "无需处理"] {
                assert!(!heading.contains(good), "{text}");
            }
        }
    }
    let narrowed = |arguments: &[&str]| {
        let all = [&["message", "list", "--json"], arguments].concat();
        let listed = remote(&place, &company, &all, b"");
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let ids = listed.as_array().unwrap().iter();
        ids.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect::<Vec<String>>()
    };
    assert!(narrowed(&["--outcome", "rejected"]).contains(&id));
    assert!(narrowed(&["--needs-action"]).contains(&id));
    assert!(!narrowed(&["--outcome", "accepted"]).contains(&id));
}
