//! What companies hand in, and the texts that are made of it.

use super::{body, payment, right};
use crate::payment_inquiry::data::{ITEMS_MAX, items, read};
use crate::payment_inquiry::text::{PaymentUpload, guid, head};
use std::io::Write;
use std::process::{Command, Stdio};

/// Paths of the findings of a changed payment.
fn findings(from: &str, to: &str) -> Vec<String> {
    let text = payment("T1", "1105960101", &["SO1"], "5.0").replacen(from, to, 1);
    let found = read(&items(&body(&[text])).unwrap()[0]);
    let found = found.err().unwrap_or_default();
    found.into_iter().map(|finding| finding.path).collect()
}

/// Each line: what is changed, into what, and the path of the finding under head or order.
#[track_caller]
fn each_has_a_finding(cases: &str, under: &str) {
    for line in cases.trim().lines() {
        let [from, to, name] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let to = to
            .replace("LONG", &"长".repeat(1001))
            .replace("NOTHING", "");
        let found = findings(from.trim(), &to);
        let path = format!("{under}/{name}");
        assert!(found.contains(&path), "{from} → {to}: {found:?}");
    }
}

#[test]
fn everything_wrong_in_the_head_is_found_at_its_place() {
    let cases = r#"
        "currency":"142" | "currency":"USD" | currency
        "currency":"142" | "currency":"14" | currency
        "verDept":"3" | "verDept":"4" | verDept
        "payType":"1" | "payType":"9" | payType
        20261123101112 | 20261323101112 | tradingTime
        "totalAmount":5.0 | "totalAmount":"5.0" | totalAmount
        "totalAmount":5.0 | "totalAmount":0 | totalAmount
        "totalAmount":5.0 | "totalAmount":1e3 | totalAmount
        "totalAmount":5.0 | "totalAmount":1.000001 | totalAmount
        "totalAmount":5.0 | "other":1 | other
        "note":"" | "note":"LONG" | note
        "note":"" | "note":7 | note
        312226T001 | NOTHING | payCode
    "#;
    each_has_a_finding(cases, "/payExchangeInfoHead");
    let without = findings("\"payType\":\"1\",", "");
    assert!(without.is_empty(), "it may be left out");
}

#[test]
fn the_sample_of_the_announcement_is_stored_with_a_warning() {
    let sample = payment("T1", "1105960101", &["SO1"], "2000")
        .replacen("\"ebpCode\"", "\"guid\":\"FE2374AA\",\"ebpCode\"", 1)
        .replacen("\"currency\":\"142\"", "\"currency\":\"502\"", 1)
        .replacen('{', "{\"sessionID\":\"s\",\"serviceTime\":\"1\",", 1);
    let (data, findings) = read(&items(&body(&[sample])).unwrap()[0]).unwrap();
    assert_eq!(data.currency, "502", "a real currency is kept as it is");
    assert!(
        !data.head_rest.contains("FE2374AA"),
        "the platform makes the guid"
    );
    let findings: Vec<(&str, &str)> = findings
        .iter()
        .map(|one| (&*one.path, one.severity))
        .collect();
    let head = "/payExchangeInfoHead";
    let (guid, currency) = (format!("{head}/guid"), format!("{head}/currency"));
    for path in ["/sessionID", "/serviceTime", &guid, &currency] {
        assert!(findings.contains(&(path, "warn")), "{path}: {findings:?}");
    }
    assert_eq!(findings.len(), 4);
    let wrong = payment("T1", "1105960101", &["SO1"], "0").replacen(
        "\"ebpCode\"",
        "\"guid\":\"x\",\"ebpCode\"",
        1,
    );
    let found = read(&items(&body(&[wrong])).unwrap()[0]).unwrap_err();
    let severities: Vec<&str> = found.iter().map(|one| one.severity).collect();
    assert_eq!(severities, ["warn", "refuse"]);
}

#[test]
fn everything_wrong_in_the_orders_is_found_at_its_place() {
    let cases = r#"
        "orderNo":"SO1" | "orderNo":"LONG" | orderNo
        "recpName":"合成收款企业" | "recpName":" " | recpName
        "gname" | "name" | goodsInfo/0/name
    "#;
    each_has_a_finding(cases, "/payExchangeInfoLists/0");
}

#[test]
fn the_whole_must_be_a_list_of_a_hundred_at_most() {
    let one = payment("T1", "1105960101", &["SO1"], "5");
    assert!(items(&body(std::slice::from_ref(&one))).is_ok());
    assert!(items(&body(&[])).is_err());
    assert!(items(&body(&vec![one; ITEMS_MAX + 1])).is_err());
    assert!(items(b"{\"items\":1}").is_err());
    assert!(items(b"\xff\xfe").is_err());
    let strange = items(b"{\"items\":[1,[],\"x\",{}]}").unwrap();
    assert!(strange.iter().all(|item| read(item).is_err()));
}

#[test]
fn the_amount_keeps_its_decimals_and_members_their_order() {
    for amount in ["5.0", "100", "0.00001", "12345678901234.12345"] {
        let payment = right(&payment("T1", "1105960101", &["SO1", "SO2"], amount));
        assert!(
            payment
                .head_rest
                .contains(&format!("\"totalAmount\":{amount},\"currency\""))
        );
        assert!(payment.head_rest.starts_with("\"initalRequest\":\"https"));
        assert!(payment.head_rest.ends_with("\"note\":\"\"}"));
        assert!(
            payment
                .lists
                .starts_with("[{\"orderNo\":\"SO1\",\"goodsInfo\":[{\"gname\":")
        );
        assert_eq!(payment.order_nos, ["SO1", "SO2"]);
    }
}

fn upload() -> PaymentUpload {
    let payment = right(&payment("T1", "1105960101", &["SO1"], "5.0"));
    PaymentUpload {
        session_no: "ad2254-8hewyf32-55616249".to_owned(),
        head: head(&guid([0xab; 16]), &payment.head_rest),
        lists: payment.lists,
        service_time: "1795399200000".to_owned(),
    }
}

#[test]
fn the_string_to_sign_is_the_announcements() {
    let expected = concat!(
        "\"sessionID\":\"ad2254-8hewyf32-55616249\"||",
        "\"payExchangeInfoHead\":\"{\"guid\":\"ABABABAB-ABAB-ABAB-ABAB-ABABABABABAB\",",
        "\"initalRequest\":\"https://pay.example/gateway?out_trade_no=1&sign=ABC==\",",
        "\"initalResponse\":\"{\\\"code\\\":\\\"ok\\\"}\\n\",\"ebpCode\":\"1105960101\",",
        "\"payCode\":\"312226T001\",\"payTransactionId\":\"T1\",\"totalAmount\":5.0,",
        "\"currency\":\"142\",\"verDept\":\"3\",\"payType\":\"1\",",
        "\"tradingTime\":\"20261123101112\",\"note\":\"\"}\"||",
        "\"payExchangeInfoLists\":\"[{\"orderNo\":\"SO1\",\"goodsInfo\":[{\"gname\":\"合成商品\\\"一\\\"\",",
        "\"itemLink\":\"https://shop.example/1;https://shop.example/2\"}],",
        "\"recpAccount\":\"6222000000000000\",\"recpCode\":\"\",\"recpName\":\"合成收款企业\"}]\"||",
        "\"serviceTime\":\"1795399200000\""
    );
    assert_eq!(upload().to_be_signed(), expected);
}

/// Python takes the members out of what is sent as they stand there, and puts the string together by
/// itself: nothing of it is ours.
const PYTHON: &str = r#"
import json, sys
text = sys.stdin.buffer.read().decode("utf-8")
decoder = json.JSONDecoder()
at, members = text.index("{") + 1, {}
while text[at] != "}":
    name, end = decoder.raw_decode(text, at)
    start = end + 1
    value, end = decoder.raw_decode(text, start)
    members[name] = text[start:end] if isinstance(value, (dict, list)) else value
    at = end + (text[end] == ",")
order = ["sessionID", "payExchangeInfoHead", "payExchangeInfoLists", "serviceTime"]
assert list(members) == order + ["certNo", "signValue"], list(members)
sys.stdout.buffer.write("||".join('"%s":"%s"' % (n, members[n]) for n in order).encode("utf-8"))
"#;

#[test]
fn what_is_sent_holds_the_bytes_that_were_signed() {
    let upload = upload();
    let text = upload.with_signature("01010000000019f1", "c2lnbg==");
    let mut python = Command::new("python3")
        .args(["-c", PYTHON])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        upload.to_be_signed()
    );
}
