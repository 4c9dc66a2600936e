//! Announcement 179, on both engines and over real HTTP.

mod answers;
mod data;
mod journey;
mod keeping;

use super::data::{PaymentData, items, read};
use serde_json::{Value, json};

/// A payment for some orders; the amount is written as it is given.
pub(super) fn payment(transaction: &str, ebp_code: &str, orders: &[&str], amount: &str) -> String {
    let lists: Vec<Value> = orders
        .iter()
        .map(|order| {
            json!({
                "orderNo": order,
                "goodsInfo": [{ "gname": "合成商品\"一\"", "itemLink": "https://shop.example/1;https://shop.example/2" }],
                "recpAccount": "6222000000000000",
                "recpCode": "",
                "recpName": "合成收款企业",
            })
        })
        .collect();
    let head = json!({
        "initalRequest": "https://pay.example/gateway?out_trade_no=1&sign=ABC==",
        "initalResponse": "{\"code\":\"ok\"}\n",
        "ebpCode": ebp_code,
        "payCode": "312226T001",
        "payTransactionId": transaction,
        "totalAmount": "AMOUNT",
        "currency": "142",
        "verDept": "3",
        "payType": "1",
        "tradingTime": "20261123101112",
        "note": "",
    });
    json!({ "payExchangeInfoHead": head, "payExchangeInfoLists": lists })
        .to_string()
        .replace("\"AMOUNT\"", amount)
}

/// The body of a call with these payments.
pub(super) fn body(payments: &[String]) -> Vec<u8> {
    format!("{{\"items\":[{}]}}", payments.join(",")).into_bytes()
}

/// A payment that is right.
pub(super) fn right(text: &str) -> PaymentData {
    read(&items(&body(&[text.to_owned()])).unwrap()[0])
        .unwrap()
        .0
}
