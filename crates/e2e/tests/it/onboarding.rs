//! A company comes onto the platform: registers itself, is asked for more, is approved, logs in,
//! issues a key, and declares.

use crate::browser::{Browser, PASSWORD, staff};
use crate::http::Answer;
use crate::platform::Engine::{self, Postgres, Sqlite};
use crate::platform::{Place, Platform};
use crate::{samples, wait};
use ceb::Kind;
use ceb::sample::{Sender, credit_code};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PDF: &[u8] = b"%PDF-1.7\nsynthetic licence";

/// Fields of the form of the n-th company; it is a synthetic one.
fn fields(n: u64) -> Vec<(&'static str, String)> {
    vec![
        ("companyName", format!("北京入驻样例{n}电子商务有限公司")),
        ("creditCode", credit_code(7000 + n)),
        ("customsCode", format!("11059{n:05}")),
        ("dxpId", format!("DXPENT77{n:08}")),
        ("role", "ebc".to_owned()),
        ("role", "agent".to_owned()),
        ("contactName", "某联系人".to_owned()),
        ("contactPhone", "010-12345678".to_owned()),
        ("contactEmail", String::new()),
        ("login", format!("newcomer{n}")),
        ("name", "某管理员".to_owned()),
        ("password", PASSWORD.to_owned()),
        ("again", PASSWORD.to_owned()),
    ]
}

/// Sends the form as a browser does, with a file for the licence.
#[track_caller]
fn register(platform: &Platform, fields: &[(&str, String)], file: (&str, &[u8])) -> Answer {
    let edge = "----tongguan-test";
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!(
                "--{edge}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!(
            "--{edge}\r\ncontent-disposition: form-data; name=\"licence\"; filename=\"{}\"\r\n\
             content-type: application/pdf\r\n\r\n",
            file.0
        )
        .as_bytes(),
    );
    body.extend_from_slice(file.1);
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={edge}");
    Browser::new(platform).call("POST", "/register", &kind, &body)
}

/// The n-th company on the platform, with its administrator and its further people by role.
#[track_caller]
pub(crate) fn admitted(
    platform: &Platform,
    people: &mut BTreeMap<String, Browser>,
    n: u64,
) -> BTreeMap<&'static str, Browser> {
    let mut admin = applicant(platform, n);
    let id = the_case(&mut admin)["id"].as_str().unwrap().to_owned();
    let clerk = people.get_mut("bureau.clerk").unwrap();
    act(clerk, &id, "accept", "").expect(200);
    act(clerk, &id, "approve", "").expect(200);
    let approver = people.get_mut("bureau.approver").unwrap();
    act(approver, &id, "finish", "").expect(200);
    assert_eq!(admin.session()["roles"][0]["id"], "company_admin");
    let mut company = BTreeMap::new();
    for role in ["company_clerk", "company_reader"] {
        let login = format!("{}{n}", role.replace('_', "."));
        let wish = json!({ "login": login, "name": "某人", "role": role });
        let made = admin.api("POST", "/api/v1/members", &wish).expect(201);
        let mut member = Browser::new(platform);
        member.activate(made["link"].as_str().unwrap());
        company.insert(role, member);
    }
    company.insert("company_admin", admin);
    company
}

/// Somebody whose company has applied and is not admitted yet.
#[track_caller]
pub(crate) fn applicant(platform: &Platform, n: u64) -> Browser {
    let page = register(platform, &fields(n), ("a.pdf", PDF));
    assert_eq!(page.status, 201, "{}", page.text());
    let mut newcomer = Browser::new(platform);
    newcomer.log_in(&format!("newcomer{n}"));
    newcomer
}

/// The form with another value of a field.
fn with(n: u64, name: &str, value: &str) -> Vec<(&'static str, String)> {
    let mut fields = fields(n);
    for field in &mut fields {
        if field.0 == name {
            field.1 = value.to_owned();
        }
    }
    fields
}

#[track_caller]
fn act(browser: &mut Browser, id: &str, act: &str, reason: &str) -> Answer {
    let path = format!("/api/v1/cases/{id}/{act}");
    browser.api("POST", &path, &json!({ "reason": reason }))
}

#[track_caller]
fn the_case(browser: &mut Browser) -> Value {
    let list = browser
        .api("GET", "/api/v1/cases", &Value::Null)
        .expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}

/// The whole way of a newcomer.
#[rstest]
fn a_company_registers_is_approved_and_declares(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(place) = Place::on(engine) else {
        return;
    };
    let platform = place.start();
    let mut people = staff(&platform);
    let page = register(&platform, &fields(1), ("营业执照.pdf", PDF));
    assert_eq!(page.status, 201, "{}", page.text());

    // The newcomer may log in at once and sees the own application and nothing else.
    let mut newcomer = Browser::new(&platform);
    let session = newcomer.log_in("newcomer1");
    assert_eq!(session["roles"][0]["id"], "applicant");
    let case = the_case(&mut newcomer);
    let id = case["id"].as_str().unwrap().to_owned();
    assert_eq!(case["state"], "applied");
    for path in ["/api/v1/companies", "/api/v1/keys", "/api/v1/members"] {
        assert_eq!(
            newcomer.api("GET", path, &Value::Null).status,
            403,
            "{path}"
        );
    }
    let refused = act(&mut newcomer, &id, "finish", "");
    assert_eq!(refused.status, 409);

    // The clerk takes it up, sees the contact masked, and asks for more.
    let clerk = people.get_mut("bureau.clerk").unwrap();
    act(clerk, &id, "accept", "").expect(200);
    assert_eq!(act(clerk, &id, "accept", "").code(), "TG-R4300");
    let path = format!("/api/v1/cases/{id}");
    let seen = clerk.api("GET", &path, &Value::Null);
    assert!(!seen.text().contains("010-12345678"), "{}", seen.text());
    let unmasked = clerk.api(
        "POST",
        &format!("{path}/unmask"),
        &json!({ "reason": "电话核实" }),
    );
    assert_eq!(
        unmasked.expect(200)["fields"]["contactPhone"],
        "010-12345678"
    );
    assert_eq!(act(clerk, &id, "supplement", "").code(), "TG-R4303");
    act(clerk, &id, "supplement", "请补充资质证明").expect(200);

    let upload = format!("{path}/attachments?document=qualification&name=a.pdf");
    let zip = newcomer.call(
        "POST",
        &upload,
        "application/octet-stream",
        b"PK\x03\x04 zip",
    );
    assert_eq!((zip.status, zip.code().as_str()), (415, "TG-R4307"));
    let mut large = PDF.to_vec();
    large.resize(10 * 1024 * 1024 + 1, b' ');
    let large = newcomer.call("POST", &upload, "application/octet-stream", &large);
    assert_eq!((large.status, large.code().as_str()), (413, "TG-R4308"));
    let file = newcomer.call("POST", &upload, "application/octet-stream", PDF);
    let file = file.expect(201)["id"].as_str().unwrap().to_owned();
    act(&mut newcomer, &id, "resubmit", "已补充").expect(200);

    // Clerk and approver are two people.
    let clerk = people.get_mut("bureau.clerk").unwrap();
    act(clerk, &id, "approve", "").expect(200);
    assert_eq!(act(clerk, &id, "finish", "").status, 403);
    let approver = people.get_mut("bureau.approver").unwrap();
    let answer = approver.call("GET", &format!("/api/v1/attachments/{file}"), "", b"");
    assert_eq!((answer.status, answer.body.as_slice()), (200, PDF));
    let shown = answer.header("content-disposition").unwrap();
    assert!(shown.starts_with("attachment;"), "{shown}");
    let done = act(approver, &id, "finish", "").expect(200);
    assert_eq!(done["state"], "done");

    // The same account is the company's administrator now, and its program declares.
    let session = newcomer.session();
    assert_eq!(session["roles"][0]["id"], "company_admin", "{session}");
    let key = newcomer.api(
        "POST",
        "/api/v1/keys",
        &json!({ "label": "erp", "days": 30 }),
    );
    let key = key.expect(201)["key"].as_str().unwrap().to_owned();
    let sender = Sender {
        code: "1105900001".to_owned(),
        name: "北京入驻样例1电子商务有限公司".to_owned(),
        dxp_id: "DXPENT7700000001".to_owned(),
    };
    let client = platform.client(&key);
    let message = client.accepted(samples::message(Kind::Ceb311, &sender, 1).as_bytes());
    client.until_state(&message, "settled");

    // The card shows what the platform knows by itself.
    let company = done["company"]["id"].as_str().unwrap();
    let clerk = people.get_mut("bureau.clerk").unwrap();
    // Counts are a second old at most.
    let card = wait::until("the day of the first success", || {
        let card = clerk.api("GET", &format!("/api/v1/companies/{company}"), &Value::Null);
        let card = card.expect(200);
        let is_there = card["docking"][0]["facts"]["firstSettledDay"].is_string();
        is_there.then_some(card)
    });
    assert!(
        card["docking"][0]["facts"]["firstMessageAt"].is_string(),
        "{card}"
    );
    assert_eq!(
        (card["members"].as_i64(), card["keys"].as_i64()),
        (Some(1), Some(1))
    );
    assert_eq!(card["contact"]["phone"], "010*****5678");
    let menu = newcomer
        .api("GET", "/api/v1/menu", &Value::Null)
        .expect(200);
    let payment = menu["modules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["id"] == "payment");
    assert_eq!(payment.unwrap()["unlocked"], false);
}

/// What is wrong is told beside the field, what was typed stays, and nothing of it runs.
#[test]
fn a_wrong_form_comes_back_with_every_fault() {
    let (_place, platform) = Platform::demo();
    let script = "<script>alert(1)</script>";
    for (name, value) in [
        ("companyName", script),
        ("creditCode", "911101057693606625"),
        ("customsCode", script),
        ("dxpId", script),
        ("contactName", script),
        ("contactPhone", script),
        ("contactEmail", script),
        ("login", script),
        ("name", ""),
        ("password", "short"),
        ("again", "another"),
    ] {
        let page = register(&platform, &with(2, name, value), ("a.pdf", PDF));
        assert_eq!(page.status, 400, "{name}");
        let text = page.text();
        assert!(
            text.contains(&format!("id=\"{name}-error\"")),
            "{name}: {text}"
        );
        assert!(!text.contains(script), "{name}");
        assert!(!text.contains(PASSWORD), "a password never comes back");
        assert!(text.contains("北京入驻样例2") || name == "companyName");
    }
    for (file, bytes) in [("a.pdf", &b"PK\x03\x04"[..]), ("a.exe", b"MZ"), ("", b"")] {
        let page = register(&platform, &fields(2), (file, bytes));
        assert_eq!(page.status, 400, "{file}");
        assert!(page.text().contains("id=\"licence-error\""));
    }
    assert_eq!(register(&platform, &fields(2), ("a.pdf", PDF)).status, 201);
    let again = register(&platform, &with(2, "login", "other"), ("a.pdf", PDF));
    assert_eq!(again.status, 400);
    assert!(again.text().contains("TG-R4321"), "{}", again.text());
    // An address may try only so often.
    let last = (0..20)
        .map(|_| register(&platform, &fields(3), ("a.pdf", b"MZ")))
        .fold(None, |_, answer| Some(answer));
    assert_eq!(last.unwrap().status, 429);
}
