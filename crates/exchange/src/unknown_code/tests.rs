//! Unknown codes are counted once a receipt, and an answer is seen everywhere at once.

use super::{Answer, WITHDRAW, codes, put_answer, sql, withdraw_answer};
use crate::explanation::{self, PLATFORM};
use crate::receipt::open;
use crate::testing::{TestPlatform, accepted, person};
use ceb::Kind;
use registry::access::Sight;
use registry::role::Role;
use rstest::rstest;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// The answer of customs to a list, with a code that nobody knows.
fn answer_xml(declared: &str, time: &str, info: &str) -> String {
    let message = ceb::parse(declared.as_bytes(), ceb::Profile::Down)
        .message
        .unwrap();
    let head = &message.documents[0].head;
    let value = |element: &str| head.get(element).unwrap_or_default().to_owned();
    format!(
        "<ceb:CEB622Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" guid=\"{0}\" version=\"1.0\">\
         <ceb:InventoryReturn><ceb:guid>{0}</ceb:guid><ceb:customsCode>0110</ceb:customsCode>\
         <ceb:agentCode>{1}</ceb:agentCode><ceb:copNo>{2}</ceb:copNo>\
         <ceb:returnStatus>100</ceb:returnStatus><ceb:returnTime>{time}</ceb:returnTime>\
         <ceb:returnInfo>{info}</ceb:returnInfo></ceb:InventoryReturn></ceb:CEB622Message>",
        "00000000-0000-4000-8000-000000000001",
        value("agentCode"),
        value("copNo"),
    )
}

async fn apply(platform: &TestPlatform, xmls: Vec<String>) {
    let opened: Vec<_> = xmls
        .into_iter()
        .map(|xml| open(bytes::Bytes::from(xml)))
        .collect();
    let (shared, now_ms) = (platform.shared.clone(), platform.clock.now_ms());
    platform
        .shared
        .db
        .write(move |tx| crate::answer::apply(tx, &shared, &opened, now_ms))
        .await
        .unwrap();
}

/// Tax bills have no status, so none is missing.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_without_status_asks_nobody(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let list = platform.sample(0, Kind::Ceb621, 7);
    accepted(platform.accept(0, list.clone()).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let released = answer_xml(&list, "20260302090000000", "放行")
        .replace(">100<", ">800<")
        .replace(
            "</ceb:customsCode>",
            "</ceb:customsCode><ceb:invtNo>011020260000000001</ceb:invtNo>",
        );
    let parsed = ceb::parse(list.as_bytes(), ceb::Profile::Down)
        .message
        .unwrap();
    let number = parsed.documents[0]
        .head
        .get("invtNo")
        .unwrap_or("011020260000000001");
    let bill = platform.sample(0, Kind::Ceb816, 7);
    let from = bill.find("<invtNo>").unwrap() + "<invtNo>".len();
    let to = from + bill[from..].find('<').unwrap();
    let bill = format!("{}{number}{}", &bill[..from], &bill[to..]);
    apply(&platform, vec![released, bill]).await;
    assert_eq!(platform.feed(0).await.len(), 2);
    assert!(all(&platform).await.is_empty());
}

async fn all(platform: &TestPlatform) -> Vec<super::UnknownCode> {
    let found = platform
        .shared
        .db
        .read(|tx| sql::list(tx, None, &web::Begin::default(), 10));
    found.await.unwrap()
}

/// An answer must be whole, read as it is written and be about a code that is there; it is kept on one line.
async fn answered(platform: &TestPlatform, code_id: i64) {
    let operator = person(9, Role::Operator, None, Sight::All);
    let now_ms = platform.clock.now_ms();
    let good = Answer {
        meaning: " 订购人身份信息\r\n与公安信息不符。".to_owned(),
        advice: "请核对姓名与证件号码。".to_owned(),
        resubmit: "new".to_owned(),
    };
    let bad = Answer {
        resubmit: "perhaps".to_owned(),
        ..good.clone()
    };
    let hidden = Answer {
        advice: "请核对\u{202E}姓名".to_owned(),
        ..good.clone()
    };
    let acting = operator.clone();
    let (refused, hidden, missing, done) = platform
        .shared
        .db
        .write(move |tx| -> store::Result<_> {
            Ok((
                put_answer(tx, &acting, code_id, &bad, now_ms),
                put_answer(tx, &acting, code_id, &hidden, now_ms),
                put_answer(tx, &acting, code_id + 1, &good, now_ms),
                put_answer(tx, &acting, code_id, &good, now_ms),
            ))
        })
        .await
        .unwrap();
    assert_eq!(refused.unwrap_err().code, codes::INCOMPLETE.code);
    let hidden = hidden.unwrap_err();
    assert_eq!(hidden.code, codes::INCOMPLETE.code);
    let detail = hidden.detail.unwrap_or_default();
    assert!(
        detail.contains("怎么办：") && detail.contains("不可见字符"),
        "{detail}"
    );
    assert_eq!(missing.unwrap_err().code, web::codes::NOT_FOUND.code);
    assert_eq!(done.unwrap().answered_by.as_deref(), Some("测试人员9"));
}

async fn seen_everywhere(platform: &TestPlatform) {
    let company = platform.company_id(0);
    let explained = platform
        .shared
        .db
        .read(move |tx| {
            let items = crate::downlink::after(tx, company, 0, 100)?;
            explanation::of(tx, &items)
        })
        .await
        .unwrap();
    let explained: Vec<_> = explained
        .iter()
        .filter(|explained| explained.code == "Code:77777")
        .collect();
    assert_eq!(explained.len(), 2);
    assert!(
        explained
            .iter()
            .all(|explained| explained.is_known && explained.source == PLATFORM)
    );
    assert_eq!(explained[0].meaning, "订购人身份信息 与公安信息不符。");
}

async fn withdrawn(platform: &TestPlatform, code_id: i64) {
    let operator = person(9, Role::Operator, None, Sight::All);
    let now_ms = platform.clock.now_ms();
    let acting = operator.clone();
    let (open, again) = platform
        .shared
        .db
        .write(move |tx| -> store::Result<_> {
            let open = withdraw_answer(tx, &acting, code_id, now_ms);
            Ok((open, withdraw_answer(tx, &acting, code_id, now_ms)))
        })
        .await
        .unwrap();
    assert!(open.unwrap().answer.is_none());
    assert_eq!(again.unwrap_err().code, codes::NOT_ANSWERED.code);
    let filter = registry::audit::AuditFilter {
        acts: vec![WITHDRAW.name.to_owned()],
        ..registry::audit::AuditFilter::default()
    };
    let rows = platform
        .shared
        .db
        .read(move |tx| registry::audit::list(tx, &filter, 10))
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(platform.shared.db.read(sql::n_open).await.unwrap(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_codes_are_counted_once_and_their_answers_are_seen_everywhere(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let declared = platform.sample(0, Kind::Ceb621, 1);
    accepted(platform.accept(0, declared.clone()).await);
    platform.shared.directory.refresh().await.unwrap();
    let shared = platform.shared.clone();
    crate::pipeline::drain(&shared).await.unwrap();
    let info = "[Code:77777;Desc:订购人赵样一，身份证110101199001010010不符]";
    let first = answer_xml(&declared, "20260302090000000", info);
    let second = answer_xml(&declared, "20260302090100000", info);
    apply(&platform, vec![first.clone(), second]).await;
    // Delivered twice: counted once.
    apply(&platform, vec![first]).await;
    let found = all(&platform).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let code = &found[0];
    assert_eq!(
        (code.code.as_str(), code.kind.as_str(), code.n_seen),
        ("Code:77777", "CEB621", 2)
    );
    assert_eq!(code.sample, "[Code:77777;Desc:订购人***，身份证***不符]");

    answered(&platform, code.id).await;
    seen_everywhere(&platform).await;
    withdrawn(&platform, code.id).await;
}
