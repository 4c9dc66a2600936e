//! Who may do what, tried: every operation of the description as everybody, against the roles that
//! the description itself names, and with ids that are nobody's or a stranger's.

use crate::browser::{Browser, staff};
use crate::onboarding::{admitted, applicant};
use crate::platform::Platform;
use crate::samples;
use ceb::Kind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An operation of the description.
#[derive(Debug)]
struct Operation {
    id: String,
    method: String,
    path: String,
    roles: Vec<String>,
}

fn operations(description: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let roles = operation["x-roles"].as_array();
            let roles = roles.unwrap_or_else(|| panic!("{method} {path} names no roles"));
            found.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                roles: roles
                    .iter()
                    .map(|role| role.as_str().unwrap().to_owned())
                    .collect(),
            });
        }
    }
    assert!(found.len() > 60, "{} operations", found.len());
    found
}

/// A path with every parameter filled in by `value`.
fn filled(path: &str, value: &str) -> String {
    let mut parts = path.split(['{', '}']);
    let mut text = parts.next().unwrap_or_default().to_owned();
    while parts.next().is_some() {
        text.push_str(value);
        text.push_str(parts.next().unwrap_or_default());
    }
    text
}

/// Operations that answer as long as one listens, or that stop the others of this test: they are tried
/// one by one, by those who may not.
const LEFT_OUT: [&str; 4] = ["events", "outage", "kick", "choose_company"];

/// The table of the documentation: the roles that it marks, by operation.
fn table(description: &[Operation]) -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../../../../docs/protocol/permissions.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<Vec<&str>> = rows
        .map(|row| row.split('|').map(str::trim).collect())
        .collect();
    let known = |id: &str| description.iter().find(|operation| operation.id == id);
    let n_columns = rows[0].len() - 4;
    let names: Vec<String> = ROLES.iter().map(|role| (*role).to_owned()).collect();
    assert_eq!(
        n_columns,
        names.len(),
        "the table has another number of roles"
    );
    rows.iter()
        .map(|row| {
            let id = row[1].trim_matches('`').to_owned();
            let marked = (0..n_columns).filter(|n| row[n + 3] == "●");
            let roles = marked.map(|n| names[n].clone()).collect();
            assert!(
                known(&id).is_some(),
                "{id} is in the table and not in the description"
            );
            (id, roles)
        })
        .collect()
}

/// The roles in the order of the table.
const ROLES: [&str; 12] = [
    "company_admin",
    "company_clerk",
    "company_reader",
    "program",
    "applicant",
    "system_admin",
    "security_admin",
    "audit_admin",
    "operator",
    "bureau_clerk",
    "bureau_approver",
    "customs_officer",
];

/// Everybody by role: the staff, a company's people, an applicant, a program.
fn everybody(platform: &Platform) -> BTreeMap<String, Browser> {
    let mut people = staff(platform);
    let mut found: BTreeMap<String, Browser> = admitted(platform, &mut people, 1)
        .into_iter()
        .map(|(role, browser)| (role.to_owned(), browser))
        .collect();
    found.insert("applicant".to_owned(), applicant(platform, 2));
    for (login, browser) in people {
        let role = match login.as_str() {
            "sys.admin" => "system_admin",
            "sec.admin" => "security_admin",
            "aud.admin" => "audit_admin",
            "bureau.clerk" => "bureau_clerk",
            "bureau.approver" => "bureau_approver",
            "customs.officer" => "customs_officer",
            "operator.a" => "operator",
            // A second one, and the people of the demo's companies.
            _ => continue,
        };
        found.insert(role.to_owned(), browser);
    }
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    let mut program = Browser::new(platform);
    let bearer = format!("Bearer {key}");
    program.headers.push(("authorization".to_owned(), bearer));
    found.insert("program".to_owned(), program);
    assert_eq!(found.len(), ROLES.len());
    found
}

/// Every operation as every role, and as nobody.
#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let (_place, platform) = Platform::demo();
    let mut people = everybody(&platform);
    let description = Browser::new(&platform)
        .get("/api/openapi.json")
        .answer
        .json();
    let operations = operations(&description);
    let mut table = table(&operations);
    let mut wrong = Vec::new();
    for operation in operations {
        let roles = table.remove(&operation.id).unwrap_or_default();
        let mut sorted = [roles, operation.roles.clone()];
        sorted.iter_mut().for_each(|roles| roles.sort());
        if sorted[0] != sorted[1] {
            wrong.push(format!("{}: table and description differ", operation.id));
        }
        let path = filled(&operation.path, "383409467422670848");
        let body = json!({ "reason": "越权测试" });
        for (role, browser) in &mut people {
            let is_permitted = operation.roles.contains(role);
            if is_permitted && LEFT_OUT.contains(&operation.id.as_str()) {
                continue;
            }
            let answer = browser.api(&operation.method, &path, &body);
            // Whatever the reason: who is told that he may not, may not.
            let is_refused = [401, 403].contains(&answer.status);
            if answer.status >= 500 || is_refused == is_permitted {
                wrong.push(format!(
                    "{role}: {} {path} ({}) answered {} {}, permitted: {is_permitted}",
                    operation.method,
                    operation.id,
                    answer.status,
                    answer.code()
                ));
            }
        }
        let answer = Browser::new(&platform).api(&operation.method, &path, &body);
        if answer.status != 401 {
            wrong.push(format!("nobody: {path} answered {}", answer.status));
        }
    }
    wrong.extend(
        table
            .into_keys()
            .map(|id| format!("{id} is in the table only")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Another company's message is not there, by whatever path and however it is asked for.
#[test]
fn what_belongs_to_another_company_is_not_there() {
    let (_place, platform) = Platform::demo();
    let (sender, owner) = platform.company(0);
    let id = owner.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    owner.until_state(&id, "settled");
    let document = (id.parse::<i64>().unwrap() + 1).to_string();
    let (_, stranger) = platform.company(1);
    let description = Browser::new(&platform)
        .get("/api/openapi.json")
        .answer
        .json();
    let mut n_tried = 0;
    for operation in operations(&description) {
        let is_program = operation.roles.iter().any(|role| role == "program");
        if !is_program || !operation.path.contains("{") || operation.path.contains("{kind}") {
            continue;
        }
        for value in [id.as_str(), document.as_str()] {
            let path = filled(&operation.path, value);
            let answer = stranger.try_call(&operation.method, &path, b"{}").unwrap();
            assert!(
                [400, 404].contains(&answer.status),
                "{} {path}: {} {}",
                operation.method,
                answer.status,
                answer.text()
            );
            assert!(!answer.text().contains(&sender.name), "{path}");
            n_tried += 1;
        }
    }
    assert!(n_tried >= 4, "{n_tried} tries");
    // Lists and searches do not know it either.
    let order = owner.message(&id)["documents"][0]["orderNo"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        format!("/api/v1/messages?orderNo={order}"),
        format!("/api/v1/search?q={order}"),
        format!("/api/v1/search?q={id}"),
    ] {
        assert!(owner.get(&path).text().contains(&id), "{path}");
        assert!(!stranger.get(&path).text().contains(&id), "{path}");
    }
}
