//! What `check` says about a folder with everything in it.

use super::{CheckArgs, Color, run};
use crate::cli::Ended;
use ceb::sample::{self, Spec};
use ceb::{Kind, Profile, Terms};
use expect_test::expect_file;
use std::fs;
use std::path::Path;

/// A folder with good, dubious and bad files of all kinds, and others.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let sample = |kind| sample::message(&Spec::new(kind, 7));
    let order = sample(Kind::Ceb311);
    put("a/good.xml", order.as_bytes());
    let bad = order
        .replace("<ceb:appType>1<", "<ceb:appType>7<")
        .replacen("<ceb:unit>", "<ceb:unit>9", 1);
    put("a/bad.XML", bad.as_bytes());
    put("a/b/one-line.xml", bad.replace('\n', "").as_bytes());
    let list = sample(Kind::Ceb621).replace("<ceb:trafMode>5<", "<ceb:trafMode>A<");
    put("dubious.xml", list.as_bytes());
    put("note.xml", sample(Kind::Ceb403).as_bytes());
    let envelope = |msg_type: &str, data: &str| {
        ceb::envelope::seal(&ceb::envelope::Envelope {
            cop_msg_id: "20260105093000000001".into(),
            sender_id: "DXPENT0000000001".into(),
            receiver_ids: vec!["DXPEDCCEB0000002".into()],
            creat_time: "2026-01-05T09:30:00".into(),
            msg_type: msg_type.into(),
            data: data.as_bytes().to_vec(),
            node: None,
            add_info: None,
        })
    };
    put("envelope.xml", &envelope("CEB311Message", &bad));
    put("envelope-of-a-list.xml", &envelope("CEB621Message", &order));
    // What customs sends is read as the platform reads it: a place that is empty is no mistake.
    put("receipt.xml", receipt_of_another_shape().as_bytes());
    put("bonded.xml", b"<Package><EnvelopInfo/></Package>");
    put("table.csv", table().as_bytes());
    put(
        "copied.xml",
        order
            .replacen("<ceb:buyerTelephone>", "<ceb:buyerTelephone>\u{202d}", 1)
            .as_bytes(),
    );
    put(
        "form.json",
        b"{\"kind\": \"CEB311\",\n \"documents\": oops}",
    );
    put("broken.xlsx", b"PK\x03\x04 not a workbook");
    put("evil.xml", b"<a>\x1b[31mred</a>");
    put("empty.json", b"");
    put("readme.md", b"not looked at");
    folder
}

/// A receipt as customs may send it tomorrow: with an element that no table has.
fn receipt_of_another_shape() -> String {
    let receipt = sample::message(&Spec::new(Kind::Ceb622, 7));
    let place = "<preNo>";
    assert!(receipt.contains(place), "{receipt}");
    receipt.replacen(place, "<unknown>x</unknown><preNo>", 1)
}

/// What customs sends is judged as the platform takes it: what would be refused in a declaration is no mistake
/// in a receipt.
#[test]
fn a_receipt_is_judged_as_the_platform_receives_it() {
    let receipt = receipt_of_another_shape();
    for profile in [Profile::Strict, Profile::Lenient] {
        let terms = Terms::new(profile).at("20260106000000");
        let sent = ceb::parse_under(receipt.as_bytes(), &terms).findings;
        assert!(!sent.is_empty(), "{profile:?} would complain");
        let outcome = super::xml(receipt.as_bytes(), &terms);
        assert_eq!(outcome.received, Some(Kind::Ceb622));
        let findings: Vec<_> = outcome.findings.iter().map(|one| &one.finding).collect();
        assert!(findings.is_empty(), "{findings:?}");
    }
}

/// A payment as a table of text, with words and a date of people.
fn table() -> String {
    let columns = ceb::form::columns(Kind::Ceb411);
    let rows = ceb::form::sample_rows(Kind::Ceb411);
    let value = |column: &ceb::form::Column| match &*column.field.element {
        "payTime" => "2026-01-05 09:00".to_owned(),
        "currency" => "USD".to_owned(),
        "note" => "own".to_owned(),
        name => {
            let mut cells = rows[0].iter();
            let found = cells.find(|(_, element, _)| *element == name);
            found.map_or(String::new(), |(_, _, value)| value.clone())
        }
    };
    let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
    let values: Vec<String> = columns.iter().map(value).collect();
    format!("{}\r\n{}\r\n", names.join(","), values.join(","))
}

fn checked(folder: &Path, change: impl FnOnce(&mut CheckArgs)) -> (String, Ended) {
    let mut args = CheckArgs {
        files: vec![folder.display().to_string()],
        lenient: false,
        warnings_as_errors: false,
        tables: None,
        json: false,
        quiet: false,
        color: Color::Never,
    };
    change(&mut args);
    let profile = if args.lenient {
        Profile::Lenient
    } else {
        Profile::Strict
    };
    let terms = Terms::new(profile).at("20260106000000");
    let mut out = String::new();
    let ended = run(&args, &terms, &mut |line| {
        out.push_str(line);
        out.push('\n');
    });
    (out.replace(&folder.display().to_string(), "DIR"), ended)
}

#[test]
fn a_folder_is_reported_file_by_file() {
    let folder = folder();
    let (out, ended) = checked(folder.path(), |_| {});
    expect_file!["../snapshots/check.txt"].assert_eq(&out);
    assert_eq!(ended, Ended::Refused);
    let (out, _) = checked(folder.path(), |args| args.json = true);
    expect_file!["../snapshots/check.json.txt"].assert_eq(&out);
    let (out, _) = checked(folder.path(), |args| args.quiet = true);
    assert!(out.contains("会被拒收") && !out.contains("办法"), "{out}");
}

#[test]
fn colours_are_for_those_who_want_them() {
    let folder = folder();
    let (out, _) = checked(folder.path(), |args| args.color = Color::Always);
    assert!(out.contains("\u{1b}[1;31m拒收\u{1b}[0m"));
    // What a file holds steers no terminal.
    assert!(!out.contains("\u{1b}[31mred"));
    assert!(!checked(folder.path(), |_| {}).0.contains('\u{1b}'));
}

#[test]
fn how_it_ends_says_whether_something_is_grave() {
    let folder = folder();
    let ended = |name: &str, strict: bool| {
        let file = folder.path().join(name).display().to_string();
        checked(folder.path(), |args| {
            args.files = vec![file];
            args.warnings_as_errors = strict;
        })
        .1
    };
    assert_eq!(ended("a/good.xml", true), Ended::Done);
    assert_eq!(ended("note.xml", true), Ended::Done);
    assert_eq!(ended("dubious.xml", false), Ended::Done);
    assert_eq!(ended("dubious.xml", true), Ended::Refused);
    assert_eq!(ended("a/bad.XML", false), Ended::Refused);
    assert_eq!(ended("missing.xml", false), Ended::Refused);
}

#[test]
fn tables_of_a_folder_are_used_and_their_faults_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    assert!(super::tables(folder.path()).is_err());
    let file = folder.path().join("wrap.txt");
    let head =
        "table|wrap\nversion|20260101\neffective|20260101\ncomplete|yes\nsource|x\n[codes]\n";
    fs::write(&file, format!("{head}1|木箱")).unwrap();
    let tables = super::tables(folder.path()).unwrap();
    let wrap = tables.newest(ceb::code_table::CodeTable::Wrap).unwrap();
    assert_eq!(wrap.version, 20_260_101);
    fs::write(&file, format!("{head}11|木箱")).unwrap();
    let error = super::tables(folder.path()).unwrap_err().to_string();
    assert!(error.contains("wrap.txt:7：代码“11”应为 1 位"), "{error}");
}
