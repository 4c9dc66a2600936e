//! The command line as programs drive it: what it prints, and its exit codes. 0 done, 1 refused,
//! 2 wrong use.

use crate::http::Client;
use crate::platform::{Place, Platform};
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
pub(crate) fn assert_code(output: &Output, code: i32) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}\n{stderr}",
        out(output)
    );
}

/// Runs a verb that needs no data.
pub(crate) fn run(place: &Place, arguments: &[&str]) -> Output {
    let mut command = place.command();
    command.args(arguments).stdin(Stdio::null());
    command.current_dir(place.path()).output().unwrap()
}

/// Runs a verb of a company's program against the platform.
pub(crate) fn remote(place: &Place, company: &Client, arguments: &[&str], input: &[u8]) -> Output {
    let url = format!("http://{}", company.address);
    let mut command = place.command();
    command
        .args(arguments)
        .args(["--url", &url, "--key", &company.key]);
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.current_dir(place.path()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_demo_says_in_one_line_that_it_is_ready() {
    let (place, platform) = Platform::demo();
    let ready = &platform.ready;
    let names: Vec<&String> = ready.as_object().unwrap().keys().collect();
    assert_eq!(names, ["address", "bootstrap", "companies"]);
    assert!(
        ready["address"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    let companies = ready["companies"].as_array().unwrap();
    assert_eq!(companies.len(), 3);
    for company in companies {
        let names: Vec<&String> = company.as_object().unwrap().keys().collect();
        assert_eq!(names, ["code", "dxpId", "key", "name"]);
        assert!(company["key"].as_str().unwrap().starts_with("tg_"));
    }
    // A second start on the same data shows the same companies and keys.
    let companies = companies.clone();
    assert_eq!(platform.process.stop(), Some(0));
    let again = place.start();
    assert_eq!(again.ready["companies"], Value::Array(companies));
}

#[test]
fn a_sample_carries_the_dxp_id_that_the_platform_has_for_its_company() {
    let place = Place::new();
    let made = run(&place, &["sample", "company", "--json", "--seed", "9"]);
    assert_code(&made, 0);
    let company: Value = serde_json::from_slice(&made.stdout).unwrap();
    let of = |key: &str| company[key].as_str().unwrap().to_owned();
    let (credit, customs) = (of("creditCode"), of("customsCode"));
    let added = run(
        &place,
        &[
            "company",
            "add",
            "--data",
            "data",
            "--credit-code",
            &credit,
            "--customs-code",
            &customs,
            "--name",
            &of("name"),
            "--dxp-id",
            "DXPREGISTERED01",
        ],
    );
    assert_code(&added, 0);
    let sample = run(
        &place,
        &["sample", "CEB311", "--company", &customs, "--data", "data"],
    );
    assert_code(&sample, 0);
    assert!(out(&sample).contains("dxpId>DXPREGISTERED01<"));
    // Without a platform the id is the one that `sample company` showed.
    let elsewhere = Place::new();
    let sample = run(&elsewhere, &["sample", "CEB311", "--company", &customs]);
    assert_code(&sample, 0);
    assert!(out(&sample).contains(&format!("dxpId>{}<", of("dxpId"))));
    // A platform that was named and does not know the company says so.
    let sample = run(
        &place,
        &[
            "sample",
            "CEB311",
            "--company",
            "1105969999",
            "--data",
            "data",
        ],
    );
    assert_code(&sample, 1);
}

#[test]
fn a_sample_is_submitted_and_followed() {
    let (place, platform) = Platform::demo();
    let (_, company) = platform.company(1);
    let code = platform.ready["companies"][1]["code"].as_str().unwrap();
    let sample = run(
        &place,
        &["sample", "CEB311", "--company", code, "--seed", "5"],
    );
    assert_code(&sample, 0);
    // The same seed, the same numbers; another, others.
    let again = run(&place, &["sample", "311", "--company", code, "--seed", "6"]);
    assert_ne!(again.stdout, sample.stdout);

    let submit = ["message", "submit", "--json", "-"];
    let submitted = remote(&place, &company, &submit, &sample.stdout);
    assert_code(&submitted, 0);
    let answer: Value = serde_json::from_slice(&submitted.stdout).unwrap();
    assert_eq!(
        (&answer["status"], &answer["duplicate"]),
        (&202.into(), &false.into())
    );
    let id = answer["id"].as_str().unwrap();
    company.until_state(id, "settled");

    // Files, several at once, one of them bad: refused, but the good ones are through.
    std::fs::write(place.path().join("bad.xml"), "<a/>").unwrap();
    let files = run(
        &place,
        &[
            "sample",
            "CEB303",
            "--company",
            code,
            "--count",
            "3",
            "--out",
            "out",
        ],
    );
    assert_code(&files, 0);
    let good: Vec<String> = (1..=3)
        .map(|n| format!("out/CEB303Message_{n:06}.xml"))
        .collect();
    let mut submit = vec!["message", "submit", "--json", "bad.xml"];
    submit.extend(good.iter().map(String::as_str));
    let submitted = remote(&place, &company, &submit, b"");
    assert_code(&submitted, 1);
    let lines = out(&submitted);
    let answers: Vec<Value> = lines
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let statuses: Vec<i64> = answers
        .iter()
        .map(|a| a["status"].as_i64().unwrap())
        .collect();
    assert_eq!(statuses, [400, 202, 202, 202]);
    assert_eq!(answers[0]["code"], "TG-E1007");
    for answer in &answers[1..] {
        company.until_state(answer["id"].as_str().unwrap(), "settled");
    }

    read_receipts(&place, &company);
}

/// Four messages were declared, with three receipts each.
fn read_receipts(place: &Place, company: &Client) {
    let receipts = remote(place, company, &["receipts", "--json"], b"");
    assert_code(&receipts, 0);
    assert_eq!(out(&receipts).lines().count(), 12);
    let table = remote(place, company, &["receipts"], b"");
    assert!(out(&table).contains("CEB312"));
    let after: Value = serde_json::from_str(out(&receipts).lines().nth(9).unwrap()).unwrap();
    let rest = [
        "receipts",
        "--json",
        "--after",
        after["cursor"].as_str().unwrap(),
    ];
    assert_eq!(out(&remote(place, company, &rest, b"")).lines().count(), 2);
}

#[test]
fn a_message_is_shown_traced_and_listed_from_both_sides() {
    let (place, platform) = Platform::demo();
    let (sender, company) = platform.company(0);
    let (_, stranger) = platform.company(1);
    let xml = crate::samples::message(ceb::Kind::Ceb311, &sender, 1);
    let answer = company.submit(xml.as_bytes()).expect(202);
    let id = answer["id"].as_str().unwrap();
    let number = answer["acceptanceNo"].as_str().unwrap();
    company.until_state(id, "settled");

    // As the company, over HTTP.
    let shown = remote(
        &place,
        &company,
        &["message", "show", number, "--json"],
        b"",
    );
    assert_code(&shown, 0);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown, company.message(id));
    let text = remote(&place, &company, &["message", "show", id], b"");
    assert!(out(&text).contains("回执已收齐"));
    let traced = remote(&place, &company, &["message", "trace", id, "--json"], b"");
    let traced: Value = serde_json::from_slice(&traced.stdout).unwrap();
    assert_eq!(traced, shown["timeline"]);
    let list = [
        "message", "list", "--kind", "CEB311", "--state", "settled", "--json",
    ];
    let listed: Value =
        serde_json::from_slice(&remote(&place, &company, &list, b"").stdout).unwrap();
    assert_eq!(listed[0]["id"], id);
    assert_code(&remote(&place, &stranger, &["message", "show", id], b""), 1);
    assert_code(
        &remote(
            &place,
            &platform.client("tg_0_x"),
            &["message", "list"],
            b"",
        ),
        1,
    );
    assert_code(
        &remote(
            &place,
            &company,
            &["message", "list", "--kind", "CEB000"],
            b"",
        ),
        1,
    );

    // As the operator, from the database.
    assert_eq!(place.tool(&["message", "show", number]), shown);
    assert_eq!(place.tool(&["message", "trace", id]), shown["timeline"]);
    assert_eq!(place.tool(&["message", "list"])[0]["id"], id);
    assert_code(&place.run(&["message", "show", "TG0000000000000"]), 2);
}

#[test]
fn companies_and_keys_are_administered() {
    let place = Place::new();
    assert_eq!(place.tool(&["company", "list"]), Value::Array(Vec::new()));
    let (sender, key) = place.company(7);
    let companies = place.tool(&["company", "list"]);
    assert_eq!(companies[0]["code"], sender.code);
    let credit = ceb::sample::credit_code(1007);
    let add = |credit: &str, code: &str| {
        let named = ["--name", "甲", "--dxp-id", "DXPENT0000000099"];
        let mut all = vec![
            "company",
            "add",
            "--credit-code",
            credit,
            "--customs-code",
            code,
        ];
        all.extend(named);
        place.run(&all)
    };
    assert_code(&add(&credit, "1105960199"), 1);
    assert_code(&add("91110105MA", "1105960199"), 1);
    assert_code(&add(&ceb::sample::credit_code(2), &sender.code), 1);
    let number = key.split('_').nth(1).unwrap();
    let keys = place.tool(&["key", "list", &sender.code]);
    assert_eq!(keys[0]["id"], number);
    assert!(!keys.to_string().contains(&key), "a key is shown once");
    assert_code(&place.run(&["key", "issue", "9999999999"]), 1);
    assert_code(
        &place.run(&["key", "issue", &sender.code, "--days", "0"]),
        2,
    );
    assert_code(&place.run(&["key", "revoke", &sender.code, number]), 0);
    assert_code(&place.run(&["key", "revoke", &sender.code, number]), 1);
    // Nowhere on the disk is the key itself.
    let bytes = std::fs::read(place.path().join("tongguan.db")).unwrap();
    let secret = key.rsplit('_').next().unwrap().as_bytes();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret));
}

#[test]
fn the_configuration_is_printed_and_checked() {
    let place = Place::new().with(
        "TONGGUAN_STORE__URL",
        "postgres://tg:Kelp-7-boat@db.example:5432/tg",
    );
    let printed = run(&place, &["config", "print"]);
    assert_code(&printed, 0);
    assert!(out(&printed).contains("postgres://tg:***@db.example"));
    assert!(!out(&printed).contains("Kelp-7-boat"));
    // What is printed is a configuration.
    let file = place.path().join("tongguan.toml");
    std::fs::write(&file, out(&printed)).unwrap();
    let place = Place::new();
    let file = file_in(&place, &out(&printed));
    assert_code(&run(&place, &["config", "check", "--config", &file]), 0);
    for wrong in [
        "[store]\nurll = \"x\"\n",
        "[nothing]\n",
        "no toml",
        "[node]\nnumber = 64\n",
    ] {
        let file = file_in(&place, wrong);
        let checked = run(&place, &["config", "check", "--config", &file]);
        assert_code(&checked, 1);
        assert!(!checked.stderr.is_empty());
        assert_code(&run(&place, &["serve", "--config", &file]), 1);
    }
    let place = place.with("TONGGUAN_HTTP__LISTN", "x");
    let checked = run(&place, &["config", "check"]);
    assert_code(&checked, 1);
    assert!(String::from_utf8_lossy(&checked.stderr).contains("listn"));
}

fn file_in(place: &Place, text: &str) -> String {
    let file = place.path().join("other.toml");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn the_doctor_looks_and_says() {
    let place = Place::new();
    // Nothing is there yet: it says what to do, and makes nothing.
    let found = place.run(&["doctor", "--json"]);
    assert_code(&found, 1);
    assert!(out(&found).contains("tongguan migrate"), "{}", out(&found));
    place.tool(&["migrate"]);
    let found = place.tool(&["doctor"]);
    assert_eq!(found["ok"], true, "{found}");
    assert!(found["findings"].as_array().unwrap().len() >= 4);
    let place = Place::new().with("TONGGUAN_STORE__URL", "postgres://nobody@127.0.0.1:1/none");
    let found = place.run(&["doctor", "--json"]);
    assert_code(&found, 1);
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["ok"], false);
}

#[test]
fn the_standard_is_printed() {
    let place = Place::new();
    for (family, word) in [
        ("import", "CEB621Message"),
        ("export", "CEB603Message"),
        ("dxp", "DxpMsg"),
    ] {
        let printed = run(&place, &["standard", "xsd", family]);
        assert_code(&printed, 0);
        assert!(
            out(&printed).contains("<xs:schema") && out(&printed).contains(word),
            "{family}"
        );
    }
    let index = run(&place, &["standard", "doc"]);
    assert!(out(&index).contains("CEB311"));
    let page = run(&place, &["standard", "doc", "CEB621"]);
    assert!(out(&page).contains("进口清单"));
    assert_code(&run(&place, &["standard", "doc", "CEB000"]), 2);
}

#[test]
fn wrong_use_is_distinguished_from_refusal() {
    let place = Place::new();
    for wrong in [
        &["fly"][..],
        &[],
        &["sample"],
        &["sample", "CEB000"],
        &["sample", "CEB311", "--count", "0"],
        &["standard", "xsd", "sideways"],
        &["serve", "--roles", "king"],
        &["demo", "--declarations", "many"],
        &["message", "submit"],
        &["key", "revoke", "x", "y"],
    ] {
        assert_code(&run(&place, wrong), 2);
    }
    for help in [
        &["--help"][..],
        &["--version"],
        &["customs-sim", "--help"],
        &["demo", "--help"],
    ] {
        let printed = run(&place, help);
        assert_code(&printed, 0);
        assert!(!printed.stdout.is_empty());
    }
    // Right use, but nobody there.
    let nobody = Client {
        address: "127.0.0.1:1".to_owned(),
        key: "tg_1_x".to_owned(),
    };
    assert_code(&remote(&place, &nobody, &["receipts"], b""), 1);
    // The simulator alone must know where the platform is.
    assert_code(&run(&place, &["customs-sim"]), 2);
}

#[test]
fn the_clinic_names_the_one_thing_to_change() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/signature");
    let trust = place.path().join("trust");
    std::fs::create_dir(&trust).unwrap();
    for name in ["sm2-root.pem", "sm2-issuing.pem", "sm2-issuing.crl"] {
        std::fs::copy(format!("{folder}/trust/{name}"), trust.join(name)).unwrap();
    }
    let trust = trust.to_str().unwrap();
    for (name, code, cause) in [
        ("strict-sm2", 0, "none"),
        ("lenient-newline", 0, "tolerated"),
        ("doubtful-revoked-sm2", 1, "certificate"),
        ("bad-crlf", 1, "carriage-returns"),
        ("bad-reference", 1, "failure"),
        ("unsigned", 1, "unsigned"),
    ] {
        let file = format!("{folder}/{name}.xml");
        let output = run(&place, &["clinic", &file, "--trust", trust, "--json"]);
        assert_code(&output, code);
        let diagnosis: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(diagnosis["cause"], cause, "{name}");
        assert!(!diagnosis["advice"].as_str().unwrap().is_empty());
    }
    let file = format!("{folder}/bad-crlf.xml");
    let output = run(&place, &["clinic", &file]);
    assert_code(&output, 1);
    assert!(out(&output).contains("CRLF"), "{}", out(&output));
    assert_code(&run(&place, &["clinic", "no-such-file.xml"]), 1);
    let empty = place.path().to_str().unwrap();
    assert_code(&run(&place, &["clinic", &file, "--trust", empty]), 1);
}
