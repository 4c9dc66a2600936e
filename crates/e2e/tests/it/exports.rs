//! Lists as workbooks: what the caller sees, masked as he sees it, on record, and nothing else.

use crate::browser::{Browser, staff};
use crate::http::Answer;
use crate::platform::Platform;
use ceb::form::grid::Cell;
use ceb::form::xlsx::{Parts, read};
use serde_json::{Value, json};
use std::io::{Cursor, Read};

/// The texts of the first sheet, row by row.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut archive = zip::ZipArchive::new(Cursor::new(&answer.body)).unwrap();
    let mut parts = Parts::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        parts.insert(name, bytes);
    }
    let sheets = read(&parts).unwrap();
    let text = |cell: &Cell| {
        if let Cell::Text(text) = cell {
            text.clone()
        } else {
            format!("{cell:?}")
        }
    };
    let (_, sheet) = &sheets[0];
    sheet
        .rows
        .iter()
        .map(|row| row.iter().map(text).collect())
        .collect()
}

fn export(browser: &mut Browser, list: &str, query: Value) -> Answer {
    let body = json!({
        "list": list, "title": "用户", "query": query,
        "columns": [
            { "title": "登录名", "from": "login" },
            { "title": "=姓名", "from": "name" },
            { "title": "角色", "from": "roles.*.name" },
            { "title": "状态", "from": "state", "words": { "active": "启用" } },
            { "title": "手机", "from": "phone" },
            { "title": "创建", "from": "createdAt", "form": "time" },
        ],
    });
    browser.api("POST", "/api/v1/exports/list", &body)
}

/// A list leaves the platform with its filter, its masks and a row in the audit.
#[test]
fn a_list_is_exported_as_it_is_seen() {
    let (place, platform) = Platform::demo();
    let mut people = staff(&platform);
    let officer = people.get_mut("sys.admin").unwrap();
    let made = json!({
        "login": "formula.person", "name": "=HYPERLINK(1)", "phone": "13800001234", "email": "",
    });
    let answer = officer.api("POST", "/api/v1/users", &made);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let all = rows(&export(officer, "users", json!({})));
    assert_eq!(all[0], ["登录名", "=姓名", "角色", "状态", "手机", "创建"]);
    let of = |login: &str| all.iter().find(|row| row[0] == login).unwrap().clone();
    assert_eq!(of("sec.admin")[2..4], ["安全管理员", "启用"]);
    assert_eq!(of("formula.person")[1], "=HYPERLINK(1)");
    assert_eq!(of("formula.person")[4], "138****1234");
    // A moment is a date of the workbook, not a text.
    assert!(
        of("sec.admin")[5].starts_with("Moment(\"20"),
        "{:?}",
        of("sec.admin")
    );
    let one = rows(&export(officer, "users", json!({ "q": "formula" })));
    assert_eq!(one.len(), 2, "{one:?}");
    let output = place.run(&["audit", "list", "--json", "--act", "export.list"]);
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.contains("users") && output.contains("formula"),
        "{output}"
    );
}

/// The list decides who may have it; what is no list is none.
#[test]
fn nobody_exports_what_he_may_not_see() {
    let (_place, platform) = Platform::demo();
    let mut people = staff(&platform);
    let operator = people.get_mut("operator.a").unwrap();
    let answer = export(operator, "users", json!({}));
    assert_eq!((answer.status, answer.code()), (403, "TG-R4601".to_owned()));
    for list in [
        "audit_rows",
        "login_log",
        "operation_log",
        "session",
        "job_runs",
        "nothing",
        "/api/v1/users",
        "",
    ] {
        let answer = export(operator, list, json!({}));
        assert_eq!(answer.status, 400, "{list}: {}", answer.text());
    }
    let answer = export(operator, "stuck", json!({ "state": "no such state" }));
    assert_eq!(answer.status, 400, "{}", answer.text());
    let columns: Vec<Value> = (0..61)
        .map(|n| json!({ "title": n.to_string(), "from": "id" }))
        .collect();
    for columns in [
        json!([]),
        json!(columns),
        json!([{ "title": "", "from": "id" }]),
    ] {
        let body = json!({ "list": "stuck", "title": "x", "columns": columns });
        let answer = operator.api("POST", "/api/v1/exports/list", &body);
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    let key = platform.ready["companies"][0]["key"].as_str().unwrap();
    let mut program = Browser::new(&platform);
    program
        .headers
        .push(("authorization".to_owned(), format!("Bearer {key}")));
    assert_eq!(export(&mut program, "companies", json!({})).status, 403);
    assert_eq!(
        export(&mut Browser::new(&platform), "users", json!({})).status,
        401
    );
}
