//! Trades told to those who declared them, to customs, and to nobody else.

use super::http::story;
use super::{Story, trade, view};
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted, person};
use axum::extract::State;
use ceb::Kind;
use registry::access::{Actor, Sight};
use registry::role::Role;
use rstest::rstest;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Path;

async fn story_of(platform: &TestPlatform, actor: &Actor, document: i64) -> Option<Story> {
    let (actor, now_ms) = (actor.clone(), platform.clock.now_ms());
    let read = platform
        .shared
        .db
        .read(move |tx| trade(tx, &actor, document, now_ms));
    let trade = read.await.unwrap()?;
    platform.shared.directory.refresh().await.unwrap();
    Some(view::story(&trade, &platform.shared.directory))
}

/// Declares a whole trade: order, payment and waybill by company 0, list by company 1.
async fn declare(
    platform: &TestPlatform,
    spoil: impl Fn(Kind, String) -> String,
) -> Vec<(Kind, MessageId)> {
    let mut ids = Vec::new();
    let own = ceb::sample::set(&platform.spec(0, Kind::Ceb311, 7));
    let other = ceb::sample::set(&platform.spec(1, Kind::Ceb311, 7));
    for ((kind, xml), (_, of_other)) in own.into_iter().zip(other) {
        let (n, xml) = if kind == Kind::Ceb621 {
            (1, of_other)
        } else {
            (0, xml)
        };
        ids.push((kind, accepted(platform.accept(n, spoil(kind, xml)).await)));
    }
    platform.settle().await;
    ids
}

fn of(ids: &[(Kind, MessageId)], kind: Kind) -> i64 {
    ids.iter()
        .find(|(of, _)| *of == kind)
        .unwrap()
        .1
        .document(1)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customs_sees_the_whole_trade_and_every_company_its_own_part(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let ids = declare(&platform, |_, xml| xml).await;
    let officer = person(1, Role::CustomsOfficer, None, Sight::All);
    let whole = story_of(&platform, &officer, of(&ids, Kind::Ceb411))
        .await
        .unwrap();
    let kinds = [
        &whole.order,
        &whole.payment,
        &whole.logistics,
        &whole.inventory,
    ]
    .map(|document| document.as_ref().unwrap().kind.clone());
    assert_eq!(kinds, ["CEB311", "CEB411", "CEB511", "CEB621"]);
    let marks = whole.marks.iter();
    let bad: Vec<_> = marks.filter(|mark| mark.ok != Some(true)).collect();
    // The companies of the samples are their senders, which differ here.
    let codes: Vec<&str> = bad.iter().map(|mark| mark.code.as_str()).collect();
    assert!(
        codes
            .iter()
            .all(|code| ["platform", "seller", "carrier"].contains(code)),
        "{bad:?}"
    );
    let order = whole.order.as_ref().unwrap();
    let meaning = |element: &str| {
        let field = order.fields.iter().find(|field| field.element == element);
        field.unwrap().meaning.clone()
    };
    // Codes of the standard are told in words, whether they stand in a table or beside the field.
    for (element, word) in [
        ("appType", Some("新增")),
        ("appStatus", Some("申报")),
        ("orderType", Some("进口")),
        ("currency", Some("人民币")),
        ("orderNo", None),
    ] {
        assert_eq!(meaning(element).as_deref(), word, "{element}");
    }
    let list = whole.inventory.unwrap();
    assert!(
        list.receipts
            .iter()
            .any(|receipt| receipt.return_status == Some(800))
    );
    assert_eq!(whole.holder, "无");
    assert!(whole.timeline.len() > 10);
    let own = story_of(&platform, &platform.programs[0], of(&ids, Kind::Ceb311))
        .await
        .unwrap();
    assert!(own.order.is_some() && own.payment.is_some() && own.inventory.is_none());
    for (_, id) in &ids {
        assert!(
            story_of(&platform, &platform.programs[2], id.document(1))
                .await
                .is_none()
        );
    }
    let nothing = person(2, Role::SystemAdmin, None, Sight::Nothing);
    assert!(
        story_of(&platform, &nothing, of(&ids, Kind::Ceb311))
            .await
            .is_none()
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_agree_is_marked_and_persons_are_masked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let order = ceb::sample::message(&platform.spec(0, Kind::Ceb311, 7));
    let parsed = ceb::parse(order.as_bytes(), ceb::Profile::Strict)
        .message
        .unwrap();
    let name = parsed.documents[0]
        .head
        .get("buyerName")
        .unwrap()
        .to_owned();
    let spoil = |kind: Kind, xml: String| {
        let other = xml.replace(&format!("payerName>{name}<"), "payerName>另一人<");
        if kind == Kind::Ceb411 { other } else { xml }
    };
    let ids = declare(&platform, spoil).await;
    let officer = person(1, Role::CustomsOfficer, None, Sight::All);
    let whole = story_of(&platform, &officer, of(&ids, Kind::Ceb311))
        .await
        .unwrap();
    let mark = whole
        .marks
        .iter()
        .find(|mark| mark.code == "buyerPayerName")
        .unwrap();
    assert_eq!(mark.ok, Some(false));
    assert_eq!(mark.right.as_deref(), Some("另***"));
    let json = serde_json::to_string(&whole).unwrap();
    for element in [
        "buyerName",
        "buyerIdNumber",
        "buyerTelephone",
        "consigneeAddress",
    ] {
        let value = parsed.documents[0].head.get(element).unwrap();
        assert!(!json.contains(value), "{element} is shown");
    }
    // A program of the owning company sees its own data.
    let own = story_of(&platform, &platform.programs[0], of(&ids, Kind::Ceb311))
        .await
        .unwrap();
    assert!(serde_json::to_string(&own).unwrap().contains(&name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_answers_the_owner_and_404_to_a_stranger() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let ids = declare(&platform, |_, xml| xml).await;
    let asked = of(&ids, Kind::Ceb311).to_string();
    for (n, expected) in [(0, None), (2, Some("TG-R4040"))] {
        let answer = story(
            platform.by(n).await,
            State(platform.api()),
            Path(asked.clone()),
        )
        .await;
        assert_eq!(
            answer.err().map(|problem| problem.code).as_deref(),
            expected
        );
    }
    for id in [
        "0",
        "-1",
        "x",
        "9223372036854775807",
        "99999999999999999999",
    ] {
        let answer = story(
            platform.by(0).await,
            State(platform.api()),
            Path(id.to_owned()),
        )
        .await;
        assert_eq!(answer.err().unwrap().code, "TG-R4040");
    }
}

/// Of a trade with one damaged message the rest is told all the same.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_takes_nothing_from_the_rest_of_its_trade(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let ids = declare(&platform, |_, xml| xml).await;
    let order = ids
        .iter()
        .find(|(kind, _)| *kind == Kind::Ceb311)
        .unwrap()
        .1;
    let write = platform.shared.db.write(move |tx| {
        let sql = "update message_body set body = $1 where message_id = $2";
        let damaged: &[u8] = b"\0TG\x01\x02k1 no key opens this";
        tx.execute(sql, &[damaged.into(), order.0.into()])
    });
    assert_eq!(write.await.unwrap(), 1);
    let officer = person(1, Role::CustomsOfficer, None, Sight::All);
    let story = story_of(&platform, &officer, of(&ids, Kind::Ceb411))
        .await
        .unwrap();
    let parts = [&story.order, &story.payment, &story.logistics];
    assert!(parts.iter().all(|part| part.is_some()));
    let (api, id) = (State(platform.api()), Path(order.to_string()));
    let asked = crate::query::http::xml(platform.by(0).await, api, id).await;
    assert_eq!(asked.unwrap_err().code, "TG-F5001");
}
