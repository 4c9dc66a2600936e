//! Refusals: everything at once, a platform receipt at once, and nothing of it to customs.

use crate::lane::LaneFence;
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_message_is_refused_with_all_its_findings_and_a_receipt(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let xml = platform
        .sample(0, Kind::Ceb311, 1)
        .replace("<ceb:appType>1<", "<ceb:appType>9<")
        .replace("<ceb:currency>142<", "<ceb:currency>502<");
    let id = accepted(platform.accept(0, xml).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "refused");
    let sight = platform.sight(0);
    let detail = platform
        .shared
        .db
        .read(move |tx| {
            let message = crate::finder::find(tx, &sight, id)?.unwrap();
            crate::query::detail(tx, &message)
        })
        .await
        .unwrap();
    let n_grave = detail
        .findings
        .iter()
        .filter(|f| f.severity == "refuse")
        .count();
    assert!(n_grave >= 2, "{:?}", detail.findings);
    assert!(
        detail
            .findings
            .iter()
            .all(|f| f.line > 0 && !f.text.is_empty())
    );
    assert_eq!(detail.receipts.len(), 1);
    assert_eq!(detail.receipts[0].kind, "CEB900");
    let split = ceb::receipt::split(detail.receipts[0].xml.as_bytes()).unwrap();
    assert_eq!(split.entries[0].ori_cop_msg_id, Some(id.acceptance_no()));
    assert!(detail.documents.iter().all(|d| d.document_key.is_none()));
    assert_eq!(platform.feed(0).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_that_runs_twice_changes_nothing_the_second_time(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    for _ in 0..2 {
        super::step(&platform.shared, vec![id], &LaneFence::none())
            .await
            .unwrap();
    }
    assert_eq!(platform.state(0, id).await, "checked");
    let events = platform
        .shared
        .db
        .read(move |tx| store::event::of_subject(tx, id.0, 100))
        .await
        .unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["message.received", "message.checked"]);
}

/// Who uses the DXP id or the code of another company is told which one was expected and which one came, when
/// the message is handed in and when it is checked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_on_a_foreign_sender_says_what_was_expected_and_what_came() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let (own, other) = (platform.company(0), platform.company(1));
    let texts_of = |element: &str, own_value: &str, foreign: &str| {
        let tags = |value: &str| format!("<ceb:{element}>{value}</ceb:{element}>");
        let xml = platform.sample(0, Kind::Ceb311, 1);
        assert!(xml.contains(&tags(own_value)), "{xml}");
        let xml = xml.replace(&tags(own_value), &tags(foreign));
        let parsed = ceb::parse(xml.as_bytes(), ceb::Profile::Strict);
        let finding = super::sender::foreign(&parsed.message.unwrap(), own).unwrap();
        assert_eq!(finding.code, super::codes::FOREIGN_SENDER.code);
        let id = crate::message::MessageId(1);
        let refused = crate::intake::look(&platform.programs[0], xml.into(), id, 0).unwrap_err();
        assert_eq!(refused.code, "TG-R4031");
        (finding.text, finding.advice, refused.detail.unwrap())
    };
    let (text, advice, refused) = texts_of("dxpId", &own.dxp_id, &other.dxp_id);
    let expected = format!("应为 {}，收到 {}", own.dxp_id, other.dxp_id);
    assert!(text.ends_with(&expected), "{text}");
    assert!(refused.ends_with(&expected), "{refused}");
    assert!(advice.contains(&own.dxp_id), "{advice}");
    let (text, advice, refused) = texts_of("copCode", &own.customs_code, &other.customs_code);
    let codes = format!("{} 或 {}", own.customs_code, own.credit_code);
    let expected = format!("应为 {codes}，收到 {}", other.customs_code);
    assert!(text.ends_with(&expected), "{text}");
    assert!(refused.ends_with(&expected), "{refused}");
    assert!(advice.contains(&codes), "{advice}");
}
