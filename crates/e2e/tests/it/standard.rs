//! The standard as people get it, receipts explained on the command line, the coming version, and the
//! workbook that comes back.

use crate::http::Client;
use crate::platform::{Place, Platform};
use std::io::{Cursor, Read, Write};
use std::process::Output;

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn run(place: &Place, arguments: &[&str], code: i32) -> String {
    let mut command = place.command();
    command.args(arguments).current_dir(place.path());
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}\n{stderr}",
        out(&output)
    );
    out(&output) + &stderr
}

#[test]
fn a_code_a_text_and_a_file_are_explained_without_a_platform() {
    let place = Place::new();
    let code = run(&place, &["explain", "-621005"], 0);
    assert!(
        code.contains("5,000 元") && code.contains("CEB621"),
        "{code}"
    );
    let both = run(&place, &["explain", "-301001"], 0);
    assert!(
        both.contains("没有商品表体") && both.contains("签名校验"),
        "{both}"
    );
    let one = run(&place, &["explain", "-301001", "--kind", "CEB303"], 0);
    assert!(!one.contains("没有商品表体"), "{one}");
    let text = "[Code:1332;Desc:x[OrderHead.acturalPaid:1.00,PaymentHead.amountPaid:2.00]]";
    let text = run(&place, &["explain", text, "--kind", "CEB621"], 0);
    assert!(
        text.contains("回执给出 2.00") && text.contains("支付金额"),
        "{text}"
    );
    let unknown = run(&place, &["explain", "-777777"], 1);
    assert!(unknown.contains("字典中没有此代码"), "{unknown}");

    // A receipt with the message that it answers: the value and the line of what was declared.
    let sample = |kind: &str| run(&place, &["sample", kind, "--seed", "7"], 0);
    std::fs::write(place.path().join("list.xml"), sample("CEB621")).unwrap();
    let receipt = sample("CEB622");
    let begin = receipt
        .find("<ceb:returnStatus>")
        .or(receipt.find("<returnStatus>"));
    assert!(begin.is_some(), "{receipt}");
    let status = regex_free(&receipt, "returnStatus", "100");
    let receipt = regex_free(&status, "returnInfo", "[Code:13127;Desc:订购人不一致]");
    std::fs::write(place.path().join("receipt.xml"), receipt).unwrap();
    let output = run(
        &place,
        &["explain", "receipt.xml", "--message", "list.xml"],
        0,
    );
    assert!(output.contains("清单与订单的订购人不一致"), "{output}");
    assert!(
        output.contains("所报为") && output.contains("***") && output.contains("行）"),
        "{output}"
    );
}

/// The company reads in the API what `explain --json` prints for the same receipt; texts that are none
/// are called unknown.
#[test]
fn the_command_line_prints_the_object_of_the_api() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let order = crate::samples::marked(ceb::Kind::Ceb311, &sender, 71, "ZZ-R1332");
    let id = company.accepted(order.as_bytes());
    company.until_state(&id, "settled");
    let feed = company.feed();
    let refused = feed.iter().find(|item| item["returnStatus"] == 100);
    let refused = refused.unwrap();
    let text = refused["returnInfo"].as_str().unwrap();
    let arguments = [
        "explain", "--json", text, "--kind", "CEB311", "--status", "100",
    ];
    let printed: serde_json::Value = serde_json::from_str(&run(&place, &arguments, 0)).unwrap();
    assert_eq!(printed, refused["explanation"]);
    let unknown = run(&place, &["explain", "foo"], 1);
    assert!(
        !unknown.contains("退单") && unknown.contains("没有收录"),
        "{unknown}"
    );
    let several = run(
        &place,
        &["explain", "[Code:1332;Desc:x][Code:1313;Desc:y]"],
        0,
    );
    assert!(
        several.contains("1332") && several.contains("1313"),
        "{several}"
    );
}

/// A text with the content of its first element of this name replaced.
fn regex_free(xml: &str, element: &str, value: &str) -> String {
    let start = xml.find(&format!("{element}>")).unwrap() + element.len() + 1;
    let end = start + xml[start..].find("</").unwrap();
    format!("{}{value}{}", &xml[..start], &xml[end..])
}

#[test]
fn the_standard_is_written_served_and_compared() {
    let (place, platform) = Platform::demo();
    run(&place, &["standard", "html", "--out", "reference"], 0);
    run(&place, &["standard", "samples", "--out", "samples"], 0);
    let page = std::fs::read_to_string(place.path().join("reference/CEB311.html")).unwrap();
    assert!(page.contains("id=\"OrderHead.orderNo\""));
    // What the samples folder holds is what `check` takes.
    for kind in ["CEB311", "CEB411", "CEB511", "CEB621", "CEB303", "CEB603"] {
        run(&place, &["check", &format!("samples/{kind}.xml")], 0);
        run(&place, &["check", &format!("samples/{kind}.json")], 0);
    }
    let schema = run(&place, &["standard", "json-schema", "CEB311"], 0);
    assert!(schema.contains("2020-12"));
    let diff = run(&place, &["standard", "diff", "2018", "202205"], 0);
    assert!(diff.contains("**须改** `InventoryList/itemNo`"), "{diff}");
    run(&place, &["standard", "diff", "2018", "1999"], 2);

    let served = |path: &str| {
        let answer = platform.connect().send("GET", path, None, b"").unwrap();
        assert_eq!(answer.status, 200, "{path}");
        answer
    };
    let answer = served("/docs/standard/CEB311.html");
    assert_eq!(answer.text(), page);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'"), "{policy}");
    served("/docs/standard/");
    served("/docs/standard/search.js");
    served("/docs/codes/receipt-codes");
    assert!(served("/docs/codes/-621027").text().contains("商品序号"));
    let missing = platform
        .connect()
        .send("GET", "/docs/standard/no", None, b"");
    assert_eq!(missing.unwrap().status, 404);
}

#[test]
fn the_coming_version_is_loaded_listed_and_dropped() {
    let place = Place::new();
    let version = "standard | 2027\nname | 试验版\n[CEB311/OrderHead]\n\
        + batchNo after orderNo | 批次号 | C1..20 | R | - | -\n";
    std::fs::write(place.path().join("2027.spec"), version).unwrap();
    std::fs::write(place.path().join("bad.spec"), "standard | 2027\n[CEB999]\n").unwrap();
    let folder = place.path().join("data");
    let data = folder.to_str().unwrap();
    run(&place, &["migrate", "--data", data], 0);
    let load = |file: &str, day: &str, code: i32| {
        let verb = [
            "standard",
            "load",
            file,
            "--coming",
            "--effective",
            day,
            "--data",
            data,
        ];
        run(&place, &verb, code)
    };
    assert!(load("bad.spec", "2027-01-01", 2).contains("第 2 行"));
    assert!(load("2027.spec", "2027-02-30", 2).contains("生效日期"));
    assert!(load("2027.spec", "2027-01-01", 0).contains("1 处须改"));
    assert!(load("2027.spec", "2027-01-01", 2).contains("已装入"));
    let list = run(&place, &["standard", "list", "--data", data], 0);
    assert!(
        list.contains("2027-01-01") && list.contains("202205"),
        "{list}"
    );
    let dropped = |confirm: &str, code: i32| {
        let verb = [
            "standard",
            "drop",
            "2027",
            "--confirm",
            confirm,
            "--data",
            data,
        ];
        run(&place, &verb, code)
    };
    dropped("2028", 2);
    dropped("2027", 0);
    dropped("2027", 1);
}

/// A workbook whose texts are changed.
pub(crate) fn changed(bytes: &[u8], change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut part = Vec::new();
        entry.read_to_end(&mut part).unwrap();
        if name == "xl/sharedStrings.xml" {
            part = change(String::from_utf8(part).unwrap()).into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(&part).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn submit(place: &Place, company: &Client, file: &str, code: i32) -> String {
    let url = format!("http://{}", company.address);
    let verb = [
        "message",
        "submit",
        file,
        "--url",
        &url,
        "--key",
        &company.key,
    ];
    run(place, &verb, code)
}

#[test]
fn a_workbook_with_mistakes_comes_back_with_them_at_their_cells() {
    let (place, platform) = Platform::demo();
    let (_, company) = platform.company(0);
    run(
        &place,
        &["standard", "xlsx", "CEB411", "--out", "pay.xlsx"],
        0,
    );
    let template = std::fs::read(place.path().join("pay.xlsx")).unwrap();
    // Real rows now, and an identity number whose check digit does not fit.
    let wrong = changed(&template, |text| {
        text.replace("SAMPLE", "REAL").replace("110101", "110102")
    });
    std::fs::write(place.path().join("wrong.xlsx"), wrong).unwrap();
    let output = submit(&place, &company, "wrong.xlsx", 1);
    assert!(
        output.contains("wrong.问题.xlsx") && output.contains("TG-E1313"),
        "{output}"
    );
    let back = std::fs::read(place.path().join("wrong.问题.xlsx")).unwrap();
    assert!(back.starts_with(b"PK"));
    // What is right goes through, and JSON does too.
    let right = changed(&template, |text| text.replace("SAMPLE", "REAL"));
    std::fs::write(place.path().join("right.xlsx"), right).unwrap();
    submit(&place, &company, "right.xlsx", 0);
    run(&place, &["standard", "samples", "--out", "samples"], 0);
    submit(&place, &company, "samples/CEB311.json", 0);
}
