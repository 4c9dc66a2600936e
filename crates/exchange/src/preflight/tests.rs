//! A set is judged as a whole, and nothing of it stays.

use super::http::preflight;
use super::*;
use crate::matching::tests::with;
use crate::testing::{TestPlatform, accepted};
use axum::extract::State;
use ceb::Kind;
use rstest::rstest;
use std::io::{Cursor, Write};
use store::testing::TestEngine::{self, Postgres, Sqlite};

const KINDS: [Kind; 4] = [Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621];

fn set(platform: &TestPlatform, seed: u64) -> Vec<(String, String)> {
    let one = |kind: Kind| (format!("{kind}.xml"), platform.sample(0, kind, seed));
    KINDS.map(one).into()
}

fn zip(files: &[(String, String)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, body) in files {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(body.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn multipart(files: &[(String, String)]) -> (String, Vec<u8>) {
    let mut body = String::new();
    for (name, text) in files {
        body.push_str(&format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str("--edge--\r\n");
    (
        "multipart/form-data; boundary=edge".to_owned(),
        body.into_bytes(),
    )
}

async fn asked(
    platform: &TestPlatform,
    kind: &str,
    body: Vec<u8>,
) -> Result<PreflightAnswer, String> {
    let request = platform.request(0, kind, body);
    let answer = preflight(
        platform.by(0).await,
        State(platform.submit_state()),
        request,
    )
    .await;
    answer
        .map(|answer| answer.0)
        .map_err(|problem| problem.code)
}

fn codes_of(answer: &PreflightAnswer) -> Vec<String> {
    let findings = answer.findings.iter();
    let mut codes: Vec<String> = findings
        .map(|one| {
            format!(
                "{} {}",
                one.file.as_deref().unwrap_or("-"),
                one.finding.code
            )
        })
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_shape_of_a_set_gives_the_same_answer(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut files = set(&platform, 1);
    files[1].1 = with(&files[1].1, "amountPaid", "1.23");
    let (kind, form) = multipart(&files);
    let lines: Vec<String> = files
        .iter()
        .map(|(_, xml)| serde_json::json!({ "xml": xml }).to_string())
        .collect();
    let list = format!("[{}]", lines.join(","));
    for (kind, body, names) in [
        ("application/zip", zip(&files), "CEB"),
        ("application/octet-stream", zip(&files), "CEB"),
        (&*kind, form, "CEB"),
        ("application/x-ndjson", lines.join("\n").into_bytes(), "第 "),
        ("application/json", list.into_bytes(), "第 "),
    ] {
        let answer = asked(&platform, kind, body).await.unwrap();
        assert!(answer.ok, "{:?}", answer.findings);
        assert_eq!(answer.counts.n_files, 4);
        assert_eq!(answer.documents.len(), 4);
        let codes: Vec<&str> = answer.findings.iter().map(|f| &*f.finding.code).collect();
        assert_eq!(codes, ["TG-E1901"; 3], "{kind}");
        assert!(answer.files[0].name.as_deref().unwrap().starts_with(names));
        let list = &answer.documents[3];
        let partners: Vec<(&str, Option<bool>)> = list
            .partners
            .iter()
            .map(|partner| (&*partner.found, partner.agrees))
            .collect();
        assert_eq!(partners, [("set", Some(true)); 3]);
        let tax = list.tax.as_ref().unwrap();
        assert!(tax.explanation.len() > 3 && tax.scope == "within");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_meets_what_the_platform_knows(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let files = set(&platform, 2);
    for (_, xml) in &files[..2] {
        accepted(platform.accept(0, xml.clone()).await);
    }
    platform.settle().await;
    let answer = asked(
        &platform,
        "application/xml",
        files[3].1.clone().into_bytes(),
    )
    .await;
    let answer = answer.unwrap();
    let partners: Vec<(&str, &str, Option<i64>)> = answer.documents[0]
        .partners
        .iter()
        .map(|one| (&*one.part, &*one.found, one.return_status))
        .collect();
    let expected = [
        ("order", "platform", Some(120)),
        ("payment", "platform", Some(120)),
        ("logistics", "missing", None),
    ];
    assert_eq!(partners, expected);
    assert_eq!(codes_of(&answer), ["- TG-E1920"]);
    assert!(answer.ok);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lists_of_a_set_count_one_after_the_other(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let dear = |seed: u64| {
        let spec = ceb::sample::Spec {
            n_lines: 1,
            ..platform.spec(0, Kind::Ceb621, seed)
        };
        let xml = ceb::sample::message(&spec);
        let xml = with(&xml, "buyerIdNumber", "11010119900307109X");
        let xml = with(&with(&xml, "qty", "1"), "price", "10000");
        let xml = with(&with(&xml, "freight", "0"), "totalPrice", "10000");
        (format!("{seed}.xml"), xml)
    };
    let answer = asked(
        &platform,
        "application/zip",
        zip(&[dear(1), dear(2), dear(3)]),
    )
    .await;
    let answer = answer.unwrap();
    let over: Vec<&str> = answer
        .findings
        .iter()
        .filter(|one| one.finding.code == "TG-E1942")
        .filter_map(|one| one.file.as_deref())
        .collect();
    assert_eq!(over, ["3.xml"]);
    let scopes: Vec<&str> = answer
        .documents
        .iter()
        .map(|one| &*one.tax.as_ref().unwrap().scope)
        .collect();
    assert_eq!(scopes, ["singleItem", "singleItem", "over"]);
    let text = serde_json::to_string(&answer).unwrap();
    assert!(!text.contains("11010119900307109X"));
}

/// Every table with its rows, as text.
async fn everything(platform: &TestPlatform) -> String {
    let read = platform.shared.db.read(|tx| -> store::Result<_> {
        let is_sqlite = tx.query("select 1 from sqlite_master limit 1", &[]).is_ok();
        let tables = tx.query(
            if is_sqlite {
                "select name from sqlite_master where type = 'table' order by name"
            } else {
                "select table_name from information_schema.tables \
                 where table_schema = current_schema() order by table_name"
            },
            &[],
        )?;
        let mut dump = String::new();
        for table in &tables {
            let name = table.text(0)?;
            let rows = tx.query(&format!("select * from {name}"), &[])?;
            dump.push_str(&format!("{name} {rows:?}\n"));
        }
        Ok(dump)
    });
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written() {
    // The names of the tables are the engine's own; the route itself is one for both.
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    for (_, xml) in set(&platform, 3) {
        accepted(platform.accept(0, xml).await);
    }
    platform.settle().await;
    // What a request itself leaves (that a key was used) is there before.
    let body = platform.sample(0, Kind::Ceb311, 4).into_bytes();
    asked(&platform, "application/xml", body).await.unwrap();
    let before = everything(&platform).await;
    assert!(before.contains("personal_total") && before.contains("match_fact"));
    asked(&platform, "application/zip", zip(&set(&platform, 3)))
        .await
        .unwrap();
    asked(&platform, "application/zip", zip(&set(&platform, 5)))
        .await
        .unwrap();
    assert_eq!(everything(&platform).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_set_is_refused_with_a_code() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("application/zip", b"PK\x03\x04broken".to_vec(), "TG-R4435"),
        (
            "application/zip",
            zip(&[("a.txt".into(), "x".into())]),
            "TG-R4436",
        ),
        ("multipart/form-data", b"x".to_vec(), "TG-R4435"),
        ("application/x-ndjson", b"{".to_vec(), "TG-R4435"),
        ("application/json", b"[]".to_vec(), "TG-R4436"),
        ("application/xml", b"no xml".to_vec(), "TG-R4000"),
    ];
    for (kind, body, expected) in cases {
        let code = asked(&platform, kind, body).await.unwrap_err();
        assert!(
            code == expected || kind == "application/xml",
            "{kind} {code}"
        );
    }
    let many: Vec<(String, String)> = (0..=files::FILES_MAX)
        .map(|n| (format!("{n}.xml"), "x".to_owned()))
        .collect();
    let code = asked(&platform, "application/zip", zip(&many))
        .await
        .unwrap_err();
    assert_eq!(code, "TG-R4437");
    let mixed = vec![
        ("good.xml".to_owned(), platform.sample(0, Kind::Ceb311, 6)),
        ("bad.xml".to_owned(), "no xml".to_owned()),
        (
            "of-others.xml".to_owned(),
            platform.sample(1, Kind::Ceb511, 6),
        ),
        (
            "wrong.xml".to_owned(),
            with(&platform.sample(0, Kind::Ceb411, 6), "currency", "人民币"),
        ),
    ];
    let answer = asked(&platform, "application/zip", zip(&mixed))
        .await
        .unwrap();
    let ok: Vec<bool> = answer.files.iter().map(|file| file.ok).collect();
    assert_eq!(ok, [true, false, true, false]);
    let documents: Vec<(&str, bool)> = answer
        .documents
        .iter()
        .map(|one| (one.kind.as_str(), one.ok))
        .collect();
    assert_eq!(
        documents,
        [("CEB311", true), ("CEB511", true), ("CEB411", false)]
    );
    assert!(!answer.ok);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_used_already_is_reported_with_both_documents(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = platform.sample(0, Kind::Ceb311, 3);
    let other = with(&order, "guid", "AAAAAAAA-0000-4000-8000-000000000009");
    let files =
        [("a.xml", &order), ("b.xml", &other)].map(|(name, xml)| (name.to_owned(), xml.clone()));
    let findings_of = async |body: Vec<u8>| -> Vec<(String, String)> {
        let answer = asked(&platform, "application/zip", body).await.unwrap();
        let found = answer.findings.into_iter().map(|one| one.finding);
        let found = found.filter(|one| ["TG-E1330", "TG-E1933"].contains(&&*one.code));
        found.map(|one| (one.code, one.text)).collect()
    };
    let [(code, text)] = &findings_of(zip(&files)).await[..] else {
        panic!("one finding");
    };
    assert_eq!(code, "TG-E1933");
    assert!(text.ends_with("（a.xml 第 1 份）"), "{text}");

    let from = order.find("<ceb:Order>").unwrap();
    let to = order.find("</ceb:Order>").unwrap() + "</ceb:Order>".len();
    let own = &order[from..to];
    let again = with(own, "guid", "AAAAAAAA-0000-4000-8000-000000000009");
    let twice = order.replacen(own, &format!("{own}{again}"), 1);
    let [(code, text)] = &findings_of(zip(&[("c.xml".to_owned(), twice)])).await[..] else {
        panic!("one finding");
    };
    assert_eq!(code, "TG-E1330");
    assert!(
        text.starts_with("第 1 份与第 2 份单证的业务主键相同："),
        "{text}"
    );

    let id = accepted(platform.accept(0, order).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let [(code, text)] = &findings_of(zip(&[files[1].clone()])).await[..] else {
        panic!("one finding");
    };
    assert_eq!(code, "TG-E1933");
    assert!(
        text.ends_with(&format!("（受理号 {} 第 1 份）", id.acceptance_no())),
        "{text}"
    );
}
