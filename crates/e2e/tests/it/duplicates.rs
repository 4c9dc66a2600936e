//! The same message again, another message under the same number, and many messages at once.

use crate::http::Client;
use crate::platform::Platform;
use crate::samples;
use ceb::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

/// Callers that submit the same bytes at the same moment.
const CALLERS: usize = 50;

#[test]
fn the_same_bytes_get_the_first_answer_again() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let first = company.submit(xml.as_bytes()).expect(202);
    assert_eq!(first["duplicate"], false);
    for _ in 0..3 {
        let mut again = company.submit(xml.as_bytes()).expect(202);
        assert_eq!(again["duplicate"], true);
        again["duplicate"] = json!(false);
        assert_eq!(
            again, first,
            "but for that word the answer is the first one"
        );
    }
    let id = first["id"].as_str().unwrap();
    company.until_state(id, "settled");
    // Long after customs has answered it is still the same message, and not declared again.
    let again = company.submit(xml.as_bytes()).expect(202);
    assert_eq!(again["id"], first["id"]);
    assert_eq!(company.statuses(id), [2, 3, 120]);
    assert_eq!(company.list().len(), 1);
}

#[test]
fn other_bytes_under_the_same_guid_are_a_conflict() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = samples::message(Kind::Ceb311, &sender, 1);
    let id = company.accepted(xml.as_bytes());
    let other = samples::message(Kind::Ceb311, &sender, 2);
    let other = other.replace(&samples::guid(&other), &samples::guid(&xml));
    let refused = company.submit(other.as_bytes());
    let problem = refused.expect(409);
    assert_eq!(problem["code"], "TG-R4090");
    assert_eq!(problem["messageId"], id);
    assert_eq!(
        refused.header("content-type"),
        Some("application/problem+json; charset=utf-8")
    );
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert_eq!(stored.body, xml.as_bytes());
    // The guid belongs to the company: another one may use the same.
    let (other_sender, other_company) = platform.company(1);
    let theirs = samples::message(Kind::Ceb311, &other_sender, 1);
    let theirs = theirs.replace(&samples::guid(&theirs), &samples::guid(&xml));
    let answer = other_company.submit(theirs.as_bytes()).expect(202);
    assert_eq!(answer["duplicate"], false);
    assert_ne!(answer["id"], id);
}

#[test]
fn fifty_callers_with_the_same_bytes_make_one_message() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = Arc::new(samples::message(Kind::Ceb303, &sender, 9));
    let gate = Arc::new(Barrier::new(CALLERS));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (company, xml, gate) = (company.clone(), Arc::clone(&xml), Arc::clone(&gate));
            std::thread::spawn(move || {
                gate.wait();
                let answer = company.submit(xml.as_bytes()).expect(202);
                (
                    answer["id"].as_str().unwrap().to_owned(),
                    answer["duplicate"] == true,
                )
            })
        })
        .collect();
    let answers: Vec<_> = callers
        .into_iter()
        .map(|caller| caller.join().unwrap())
        .collect();
    let ids: BTreeSet<&String> = answers.iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        answers
            .iter()
            .filter(|(_, is_duplicate)| !is_duplicate)
            .count(),
        1
    );
    company.until_state(&answers[0].0, "settled");
    assert_eq!(company.statuses(&answers[0].0), [2, 3, 120]);
    assert_eq!(company.list().len(), 1);
}

fn line(xml: &str) -> String {
    json!({ "xml": xml }).to_string()
}

fn batch(company: &Client, lines: &[String]) -> Vec<Value> {
    let answer = company.post("/api/v1/messages:batch", lines.join("\n").as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let text = answer.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_batch_is_answered_line_by_line_in_order() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let (stranger, _) = platform.company(1);
    let good = |seed| samples::message(Kind::Ceb311, &sender, seed);
    let conflict = good(99).replace(&samples::guid(&good(99)), &samples::guid(&good(1)));
    let lines = [
        line(&good(1)),
        "{\"xml\": 5}".to_owned(),
        line(&good(2)),
        "no JSON at all".to_owned(),
        line("<html/>"),
        String::new(),
        line(&samples::message(Kind::Ceb303, &sender, 3)),
        line(&samples::message(Kind::Ceb311, &stranger, 4)),
        line(&good(2)),
        line(&conflict),
        "{\"xml\":\"<a/>\",\"more\":1}".to_owned(),
        line(&samples::message(Kind::Ceb312, &sender, 5)),
    ];
    let answers = batch(&company, &lines);
    let results: Vec<(i64, &str)> = answers
        .iter()
        .map(|answer| {
            let code = answer["code"].as_str().unwrap_or_default();
            (answer["status"].as_i64().unwrap(), code)
        })
        .collect();
    // The empty line is no line.
    assert_eq!(
        results,
        [
            (202, ""),
            (400, "TG-R4002"),
            (202, ""),
            (400, "TG-R4002"),
            (400, "TG-E1007"),
            (202, ""),
            (403, "TG-R4031"),
            (202, ""),
            (409, "TG-R4090"),
            (400, "TG-R4002"),
            (400, "TG-R4001"),
        ]
    );
    assert_eq!(
        answers[2]["id"], answers[7]["id"],
        "the same bytes in one batch: one message"
    );
    assert_ne!(answers[2]["duplicate"], answers[7]["duplicate"]);
    for at in [0, 2, 5] {
        company.until_state(answers[at]["id"].as_str().unwrap(), "settled");
    }
    assert_eq!(company.list().len(), 3);
}

#[test]
fn a_batch_with_too_many_lines_is_refused_whole() {
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let one = line(&samples::message(Kind::Ceb311, &sender, 1));
    let mut lines = vec![one];
    lines.resize(1001, "{}".to_owned());
    let answer = company.post("/api/v1/messages:batch", lines.join("\n").as_bytes());
    assert_eq!((answer.status, answer.code().as_str()), (413, "TG-R4131"));
    assert!(company.list().is_empty(), "nothing of it was accepted");
    lines.pop();
    assert_eq!(batch(&company, &lines).len(), 1000);
}
