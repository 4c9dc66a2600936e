//! Service tickets and the answers about them: C7 to C15.

use super::platform::{TestPlatform, code, encoded, later, party};
use registry::role::{self, AccountId, Grant};
use rstest::rstest;
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;

const SERVICE: &str = "https://app.example/portal/home";

async fn ticket(platform: &TestPlatform, cookie: &str) -> String {
    platform.login(SERVICE, "", cookie).await.ticket()
}

/// Answers what the schema of the protocol says about a document.
fn fits_schema(document: &str) -> bool {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cas/response.xsd");
    let mut lint = Command::new("xmllint")
        .args(["--noout", "--schema", schema, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("xmllint (Debian: libxml2-utils)");
    lint.stdin
        .take()
        .unwrap()
        .write_all(document.as_bytes())
        .unwrap();
    lint.wait().unwrap().success()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c07_of_fifty_who_come_with_one_ticket_exactly_one_succeeds(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = TestPlatform::on(engine).await;
    let platform = Arc::new(platform);
    let (_, cookie) = platform.session(1).await;
    for route in ["serviceValidate", "validate"] {
        let ticket = ticket(&platform, &cookie).await;
        let mut all = JoinSet::new();
        for _ in 0..50 {
            let (platform, ticket) = (Arc::clone(&platform), ticket.clone());
            all.spawn(async move { platform.validate(route, SERVICE, &ticket).await });
        }
        let answers = all.join_all().await;
        let is_success = |answer: &&String| answer.contains("li.lei");
        assert_eq!(answers.iter().filter(is_success).count(), 1, "{route}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c07_a_ticket_has_32_characters_lives_30_seconds_and_is_stored_as_a_hash(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    let one = ticket(platform, &cookie).await;
    assert!(one.starts_with("ST-") && one.len() == 32, "{one}");
    assert_ne!(one, ticket(platform, &cookie).await);
    let stored = platform
        .context
        .db
        .read(|tx| tx.query("select hash, service from cas_ticket", &[]))
        .await
        .unwrap();
    for row in stored {
        assert!(!row.text(0).unwrap().contains(&one[3..]));
    }
    later(platform, 29_999);
    assert_eq!(
        code(&platform.validate("serviceValidate", SERVICE, &one).await),
        "ok"
    );
    let two = ticket(platform, &cookie).await;
    later(platform, 30_000);
    let late = platform.validate("serviceValidate", SERVICE, &two).await;
    assert_eq!(code(&late), "INVALID_TICKET", "no ticket lives for ever");
    let unknown = platform
        .validate("serviceValidate", SERVICE, "ST-guess")
        .await;
    assert_eq!(code(&unknown), "INVALID_TICKET");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c08_another_service_gets_a_failure_and_nothing_else_and_the_ticket_is_burned(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for other in [
        "https://app.example/portal",
        "https://app.example/portal/home?",
        "https://app.example/portal/home/",
        "https://APP.example/portal/home",
        "https://app.example/portal/home.evil.test",
    ] {
        let ticket = ticket(platform, &cookie).await;
        let answer = platform.validate("serviceValidate", other, &ticket).await;
        assert_eq!(code(&answer), "INVALID_SERVICE", "{other}");
        assert!(!answer.contains("Success"), "one document: {answer}");
        let again = platform.validate("serviceValidate", SERVICE, &ticket).await;
        assert_eq!(code(&again), "INVALID_TICKET", "{other}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c09_renew_at_validation_refuses_a_ticket_of_single_sign_on(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for (renew, expected) in [
        ("&renew=true", "INVALID_TICKET"),
        ("&renew=", "INVALID_TICKET"),
        ("&renew=false", "ok"),
        ("", "ok"),
    ] {
        let ticket = ticket(platform, &cookie).await;
        let path = format!(
            "/cas/serviceValidate?service={}&ticket={ticket}{renew}",
            encoded(SERVICE)
        );
        assert_eq!(
            code(&platform.get(&path, "").await.body),
            expected,
            "{renew}"
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c10_protocol_one_answers_two_lines(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    let ticket = ticket(platform, &cookie).await;
    let yes = platform.validate("validate", SERVICE, &ticket).await;
    assert_eq!(yes, "yes\nli.lei\n");
    assert_eq!(
        platform.validate("validate", SERVICE, &ticket).await,
        "no\n\n"
    );
    assert_eq!(platform.get("/cas/validate", "").await.body, "no\n\n");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_every_failure_is_a_document_of_status_200_with_its_code(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let service = encoded(SERVICE);
    for (path, expected) in [
        ("/cas/serviceValidate".to_owned(), "INVALID_REQUEST"),
        (
            format!("/cas/serviceValidate?service={service}"),
            "INVALID_REQUEST",
        ),
        (
            "/cas/serviceValidate?ticket=ST-1".to_owned(),
            "INVALID_REQUEST",
        ),
        (
            format!("/cas/serviceValidate?Ticket=ST-1&service={service}"),
            "INVALID_REQUEST",
        ),
        (
            format!("/cas/serviceValidate?ticket=ST-1&ticket=ST-2&service={service}"),
            "INVALID_REQUEST",
        ),
        (
            format!("/cas/serviceValidate?ticket=ST-%00%3Cx%3E&service={service}"),
            "INVALID_TICKET",
        ),
        ("/cas/proxy".to_owned(), "INVALID_REQUEST"),
        (
            format!("/cas/proxy?pgt=PGT-1&targetService={service}"),
            "INVALID_TICKET",
        ),
        (
            "/cas/proxy?pgt=PGT-1&targetService=nowhere".to_owned(),
            "UNAUTHORIZED_SERVICE",
        ),
    ] {
        let answer = platform.get(&path, "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(code(&answer.body), expected, "{path}");
        assert!(fits_schema(&answer.body), "{}", answer.body);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_the_format_is_xml_or_json_in_any_case_and_nothing_else(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    for (format, begin) in [
        ("", "<cas:serviceResponse"),
        ("XML", "<cas:serviceResponse"),
        ("xml", "<cas:serviceResponse"),
        ("JSON", "{\"serviceResponse\":"),
        ("json", "{\"serviceResponse\":"),
    ] {
        let ticket = ticket(platform, &cookie).await;
        let path = format!(
            "/cas/serviceValidate?service={}&ticket={ticket}&format={format}",
            encoded(SERVICE)
        );
        let body = platform.get(&path, "").await.body;
        assert!(body.starts_with(begin) && body.contains("li.lei"), "{body}");
    }
    let path = format!(
        "/cas/serviceValidate?service={}&ticket=ST-1&format=YAML",
        encoded(SERVICE)
    );
    assert_eq!(code(&platform.get(&path, "").await.body), "INVALID_REQUEST");
}

async fn with_attributes(platform: &TestPlatform) -> String {
    let mut entry = party(10, "app", &["https://app.example/portal"]);
    entry.attributes = ["name", "kind", "roles"].map(str::to_owned).to_vec();
    platform.put(entry).await;
    let grant = |role: &str, id| Grant {
        id,
        account: AccountId(2),
        party: 102,
        role: role.to_owned(),
        company: None,
        district: None,
        sight: "all".to_owned(),
        granted_by: None,
        approved_by: None,
        granted_at: 1,
        expires_at: None,
        scope: None,
    };
    let grants = [grant("operator", 1), grant("bureau_clerk", 2)];
    let write = move |tx: &mut store::Tx<'_>| -> store::Result<_> {
        tx.execute(
            "update party set name = $1 where id = 102",
            &["<b>A & B\u{1}</b>".into()],
        )?;
        for grant in &grants {
            role::grant(tx, grant).unwrap();
        }
        Ok(())
    };
    platform.context.db.write(write).await.unwrap();
    platform.session(2).await.1
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c14_the_document_fits_the_schema_and_has_what_is_released_and_no_more(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let cookie = with_attributes(platform).await;
    let ticket_one = ticket(platform, &cookie).await;
    let answer = platform
        .validate("p3/serviceValidate", SERVICE, &ticket_one)
        .await;
    assert!(fits_schema(&answer), "{answer}");
    let expected = expect_test::expect![[r#"
        <cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">
          <cas:authenticationSuccess>
            <cas:user>guan.yuan</cas:user>
            <cas:attributes>
              <cas:authenticationDate>2026-11-23T07:26:40.000+08:00</cas:authenticationDate>
              <cas:longTermAuthenticationRequestTokenUsed>false</cas:longTermAuthenticationRequestTokenUsed>
              <cas:isFromNewLogin>false</cas:isFromNewLogin>
              <cas:name>&lt;b&gt;A &amp; B&lt;/b&gt;</cas:name>
              <cas:kind>staff</cas:kind>
              <cas:roles>bureau_clerk</cas:roles>
              <cas:roles>operator</cas:roles>
            </cas:attributes>
          </cas:authenticationSuccess>
        </cas:serviceResponse>
    "#]];
    expected.assert_eq(&answer);
    platform
        .put(party(10, "app", &["https://app.example/portal"]))
        .await;
    let ticket_two = ticket(platform, &cookie).await;
    let answer = platform
        .validate("serviceValidate", SERVICE, &ticket_two)
        .await;
    assert!(
        !answer.contains("roles") && !answer.contains("cas:name"),
        "{answer}"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c15_json_mirrors_the_document(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let platform = &TestPlatform::on(engine).await;
    let cookie = with_attributes(platform).await;
    let ticket = ticket(platform, &cookie).await;
    let path = format!(
        "/cas/p3/serviceValidate?service={}&ticket={ticket}&format=JSON",
        encoded(SERVICE)
    );
    let answer: Value = serde_json::from_str(&platform.get(&path, "").await.body).unwrap();
    let success = &answer["serviceResponse"]["authenticationSuccess"];
    assert_eq!(success["user"], "guan.yuan");
    assert_eq!(success["attributes"]["isFromNewLogin"], false);
    assert_eq!(success["attributes"]["roles"][1], "operator");
    let failed: Value = serde_json::from_str(&platform.get(&path, "").await.body).unwrap();
    let failure = &failed["serviceResponse"]["authenticationFailure"];
    assert_eq!(failure["code"], "INVALID_TICKET");
    assert!(failure["description"].is_string());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_dies_with_its_session_and_with_its_entry(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = &TestPlatform::on(engine).await;
    let (_, cookie) = platform.session(1).await;
    let one = ticket(platform, &cookie).await;
    platform.get("/cas/logout", &cookie).await;
    let answer = platform.validate("serviceValidate", SERVICE, &one).await;
    assert_eq!(code(&answer), "INVALID_TICKET");
    let (_, cookie) = platform.session(1).await;
    let two = ticket(platform, &cookie).await;
    let remove = |tx: &mut store::Tx<'_>| crate::relying_party::remove(tx, "app");
    assert!(platform.context.db.write(remove).await.unwrap());
    let answer = platform.validate("serviceValidate", SERVICE, &two).await;
    assert_eq!(code(&answer), "INVALID_SERVICE");
}
