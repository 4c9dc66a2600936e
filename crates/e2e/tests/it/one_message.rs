//! The life of one declaration, from the company to customs and back: read this first.
//!
//! A company has a program; the program has a key. It sends customs' XML to the platform, the
//! platform takes it to customs, and customs' answers come home to the company that declared.

use crate::http::Client;
use crate::platform::Platform;
use crate::samples;
use crate::wait;
use ceb::Kind;
use serde_json::Value;

/// An order of an import: 进口订单 CEB311, answered by CEB312.
#[test]
fn an_import_declaration_travels_to_customs_and_its_receipts_come_home() {
    travels(Kind::Ceb311, "CEB312", "import");
}

/// An order of an export: 出口订单 CEB303, answered by CEB304. The same steps, other lanes.
#[test]
fn an_export_declaration_travels_to_customs_and_its_receipts_come_home() {
    travels(Kind::Ceb303, "CEB304", "export");
}

/// People look at the newest first, page by page.
fn newest_first(company: &Client) {
    let newest = company
        .get("/api/v1/receipts?before=end&limit=2")
        .expect(200);
    let back = newest["next"].as_str().unwrap();
    let older = company
        .get(&format!("/api/v1/receipts?before={back}"))
        .expect(200);
    let cursors = |page: &Value| -> Vec<u64> {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|one| one["cursor"].as_str().unwrap().parse().unwrap())
            .collect()
    };
    let mut all = cursors(&company.get("/api/v1/receipts").expect(200));
    all.reverse();
    assert_eq!([cursors(&newest), cursors(&older)].concat(), all);
    for wrong in ["before=end&after=1", "before=end&wait=1", "before=-1"] {
        let answer = company.get(&format!("/api/v1/receipts?{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

fn travels(kind: Kind, receipt_kind: &str, direction: &str) {
    // A platform with three companies, and customs in a box instead of the real one.
    let (_place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let xml = samples::message(kind, &sender, 1);

    // Step 1, arrive, and step 2, accept: the answer comes after the bytes are on disk. From here
    // on the declaration is the platform's worry.
    let answer = company.submit(xml.as_bytes()).expect(202);
    assert_eq!(answer["kind"], kind.code());
    assert_eq!(answer["guid"], samples::guid(&xml));
    assert_eq!(answer["duplicate"], false);
    assert!(answer["acceptanceNo"].as_str().unwrap().starts_with("TG"));
    let id = answer["id"].as_str().unwrap();

    // Steps 3 to 5 happen by themselves: check, send, and the answers of customs. It answers three
    // times: 2 declared (申报中), 3 passed on (发送海关成功), 120 accepted (海关入库).
    let detail = company.until_state(id, "settled");

    // Step 6, home: the company's feed. It waits for news with `wait`, and reads on with `after`.
    let page = company.get("/api/v1/receipts?wait=10").expect(200);
    let receipts = page["items"].as_array().unwrap();
    let statuses: Vec<_> = receipts
        .iter()
        .map(|r| r["returnStatus"].as_i64())
        .collect();
    assert_eq!(statuses, [Some(2), Some(3), Some(120)]);
    for receipt in receipts {
        assert_eq!(receipt["messageId"], id);
        assert_eq!(receipt["kind"], receipt_kind);
        let key = receipt["documentKey"].as_str().unwrap();
        assert_eq!(detail["documents"][0]["documentKey"], key);
        let receipt_xml = receipt["xml"].as_str().unwrap();
        assert!(receipt_xml.contains(receipt_kind));
    }
    // Nothing is used up by reading: any cursor can be read again.
    assert_eq!(company.feed(), *receipts);
    assert_eq!(
        company.feed_after(receipts[0]["cursor"].as_str().unwrap()),
        receipts[1..]
    );

    // Step 7, see: every step with its time, who had it, and what was said.
    assert_eq!(detail["direction"], direction);
    assert_eq!(detail["documents"][0]["returnStatus"], 120);
    assert_eq!(detail["findings"], Value::Array(Vec::new()));
    let timeline = detail["timeline"].as_array().unwrap();
    let (answers, states): (Vec<&str>, Vec<&str>) = timeline
        .iter()
        .map(|entry| entry["step"].as_str().unwrap())
        .partition(|step| *step == "receipt");
    assert_eq!(
        states,
        ["received", "checked", "sent", "answered", "settled"]
    );
    assert_eq!(answers.len(), 3);

    // And the bytes are, to the last one, those that the company sent.
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert_eq!(stored.body, xml.as_bytes());

    // A company finds its message by the numbers it knows.
    let order_no = detail["documents"][0]["orderNo"].as_str().unwrap();
    let found = company
        .get(&format!(
            "/api/v1/messages?orderNo={order_no}&state=settled"
        ))
        .expect(200);
    assert_eq!(found["items"][0]["id"], id);

    // The next receipt is waited for, not polled: the call comes back when there is one.
    let last = receipts[2]["cursor"].as_str().unwrap().to_owned();
    let waiting = std::thread::spawn({
        let company = company.clone();
        move || {
            company
                .get(&format!("/api/v1/receipts?after={last}&wait=30"))
                .expect(200)
        }
    });
    let next = company.accepted(samples::message(kind, &sender, 2).as_bytes());
    let page = waiting.join().unwrap();
    assert_eq!(page["items"][0]["messageId"], next);
    wait::until("all receipts of the second", || {
        (company.statuses(&next).len() == 3).then_some(())
    });
    assert_eq!(platform.n_parked(), 0.0);
    newest_first(&company);
}
