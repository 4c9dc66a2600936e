//! Announcement 179 from customs' question to customs' answer, each in a process of its own.

use crate::http::Client;
use crate::platform::{Place, free_port};
use crate::signing::{consent, good, keys, setting};
use crate::wait;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn payments(code: &str, orders: &[&str]) -> String {
    let lists: Vec<Value> = orders
        .iter()
        .map(|order| {
            json!({
                "orderNo": order, "recpAccount": "OSA571908863132601", "recpCode": "",
                "recpName": "合成收款企业",
                "goodsInfo": [{ "gname": "合成商品", "itemLink": "https://shop.example/1" }],
            })
        })
        .collect();
    let item = json!({
        "payExchangeInfoHead": {
            "initalRequest": "https://pay.example/?a=1&b=2", "initalResponse": "ok",
            "ebpCode": code, "payCode": "312226T001", "payTransactionId": orders[0],
            "totalAmount": 0, "currency": "142", "verDept": "3", "payType": "1",
            "tradingTime": "20261123101112", "note": "",
        },
        "payExchangeInfoLists": lists,
    });
    let text = json!({ "items": [item] }).to_string();
    text.replace("\"totalAmount\":0", "\"totalAmount\":5.0")
}

/// A platform that uploads to a place of ours; answers that place too.
fn uploading() -> (Place, PathBuf, String) {
    let place = Place::new();
    let folder = keys(&place);
    let customs = format!("127.0.0.1:{}", free_port());
    let url = format!("http://{customs}/ceb2grab/grab/realTimeDataUpload");
    let place = place
        .with("TONGGUAN_SIGNING__KEYS", &setting(&folder))
        .with("TONGGUAN_PAYMENT_INQUIRY__ENVIRONMENT", "test")
        .with("TONGGUAN_PAYMENT_INQUIRY__TEST_URL", &url);
    (place, folder, customs)
}

/// Hands in what is right and what is wrong, by the command line.
fn hand_in(place: &Place, company: &Client, code: &str) {
    let file = place.path().join("payments.json");
    let url = format!("http://{}", company.address);
    let submit = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let mut command = place.command();
        command.args(["payment-data", "submit", "--json", "--url", &url]);
        command.args(["--key", &company.key]).arg(&file);
        command.output().unwrap()
    };
    let output = good(&submit(&payments(code, &["SO1", "SO2"])));
    let output: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(output["answer"]["items"][0]["result"], "stored");
    let foreign = submit(&payments("1105969999", &["SO3"]));
    assert_eq!(foreign.status.code(), Some(1));
}

/// Customs ask for both orders, and verify what comes.
fn ask(place: &Place, url: &str, (code, listen): (&str, &str), folder: &Path) {
    let output = place
        .command()
        .args([
            "inquiry-sim",
            "--json",
            "--platform",
            url,
            "--company",
            code,
        ])
        .args(["--order", "SO1", "--order", "SO2", "--listen", listen])
        .arg("--certificate")
        .arg(folder.join("sm2.crt.pem"))
        .output()
        .unwrap();
    let stdout = good(&output);
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let seen: Vec<Value> = lines.filter(|line| line["method"].is_string()).collect();
    assert_eq!(seen.len(), 2, "{stdout}");
    for one in &seen {
        assert_eq!(one["method"], "SM2-SM3");
        assert_eq!(one["fault"], "");
        assert!(
            one["text"]
                .as_str()
                .unwrap()
                .contains("\"totalAmount\":5.0,")
        );
    }
}

#[test]
fn customs_ask_for_payment_data_and_verify_the_upload() {
    let (place, folder, customs) = uploading();
    let platform = place.start();
    let (sender, company) = platform.company(0);
    place.tool(&["signing", "add", "own", "--company", &sender.code]);
    consent(&place);
    let url = format!("http://{}", platform.address);
    hand_in(&place, &company, &sender.code);
    ask(&place, &url, (&sender.code, &customs), &folder);
    wait::until("customs' answers are stored", || {
        let page = company
            .get("/api/v1/payment-inquiries?state=uploaded")
            .expect(200);
        let items = page["items"].as_array().unwrap();
        let is_right = items.iter().all(|item| item["answerCode"] == "10000");
        (items.len() == 2 && is_right).then_some(())
    });
    let page = company.get("/api/v1/payment-data?orderNo=SO2").expect(200);
    let id = page["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/payment-data/{id}");
    let detail = company.get(&path).expect(200);
    assert_eq!(detail["payExchangeInfoHead"]["initalResponse"], "ok");
    let (_, stranger) = platform.company(1);
    assert_eq!(stranger.get(&path).status, 404);
}
