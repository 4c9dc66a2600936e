//! What is accepted, what is the same again, what is refused at intake.

use super::ArrivalOutcome;
use crate::message::MessageId;
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use rstest::rstest;
use std::sync::Arc;
use store::clock::{Clock, TestClock};
use store::id::IdMaker;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Path;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_bytes_are_the_same_message_and_other_bytes_a_conflict(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let first = accepted(platform.accept(0, xml.clone()).await);
    let again = platform.accept(0, xml.clone()).await;
    assert!(matches!(again, ArrivalOutcome::Duplicate(id, _) if id == first));
    let changed = xml
        .replace("<ceb:note>", "<ceb:note>再")
        .replace("</ceb:consignee>", "同</ceb:consignee>");
    assert_ne!(changed, xml);
    assert_eq!(
        platform.accept(0, changed).await,
        ArrivalOutcome::Conflict(first)
    );
    // Another company may use the same guid: it is its own.
    let of_other = platform.sample(1, Kind::Ceb311, 1);
    assert!(
        matches!(platform.accept(1, of_other).await, ArrivalOutcome::Accepted(id) if id != first)
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_inside_one_commit_are_found(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let arrivals = (0..5)
        .map(|_| platform.arrival(0, xml.clone()).unwrap())
        .collect();
    let outcomes = platform.accept_all(arrivals).await;
    let first = accepted(outcomes[0]);
    for outcome in &outcomes[1..] {
        assert!(matches!(outcome, ArrivalOutcome::Duplicate(id, _) if *id == first));
    }
}

/// Lanes are worked in the order of ids, and the clocks of nodes differ.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_company_hands_in_later_stands_behind_what_another_node_accepted_before(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = TestPlatform::on(engine.database()).await;
    let ahead = Arc::new(IdMaker::new(
        TestClock::at(platform.clock.now_ms() + 3_600_000),
        40,
    ));
    let mut before = platform
        .arrival(0, platform.sample(0, Kind::Ceb311, 1))
        .unwrap();
    before.id = MessageId(ahead.next());
    let first = accepted(platform.accept_all(vec![before]).await[0]);
    let next = [2, 3].map(|seed| platform.sample(0, Kind::Ceb311, seed));
    let next = next.map(|xml| platform.arrival(0, xml).unwrap()).to_vec();
    let then: Vec<MessageId> = platform
        .accept_all(next)
        .await
        .into_iter()
        .map(accepted)
        .collect();
    assert!(first < then[0] && then[0] < then[1], "{first} {then:?}");
    let other = platform
        .accept(1, platform.sample(1, Kind::Ceb311, 1))
        .await;
    assert!(matches!(other, ArrivalOutcome::Accepted(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_door_refuses_what_is_no_declaration_of_the_company() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let order = platform.sample(0, Kind::Ceb311, 1);
    let refused = |n: usize, xml: &str| {
        platform
            .arrival(n, xml.to_owned())
            .err()
            .unwrap_or_default()
    };
    assert_eq!(refused(0, &order), "");
    assert_eq!(refused(1, &order), "TG-R4031");
    assert_eq!(refused(0, &platform.sample(0, Kind::Ceb312, 1)), "TG-R4001");
    assert_eq!(
        refused(0, &order.replace("DXPENT0000000001", "DXPENT0000000002")),
        "TG-R4031"
    );
    for not_a_message in [
        "",
        "no xml",
        "<a/>",
        "<CEB311Message/>",
        &order[..order.len() - 20],
    ] {
        let code = refused(0, not_a_message);
        assert!(code.starts_with("TG-E"), "{not_a_message:.20}: {code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_company_may_not_declare() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let mut actor = (*platform.programs[0]).clone();
    let suspended = registry::company::Company {
        suspended: true,
        ..platform.company(0).clone()
    };
    actor.company = Some(Arc::new(suspended));
    let id = MessageId(platform.shared.ids.next());
    let refused = super::look(&actor.into(), xml.into_bytes().into(), id, 0).map(|_| ());
    assert_eq!(refused.unwrap_err().code, "TG-R4030");
}

/// An agent declares what it was appointed for and nothing else, whatever the form it comes in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_may_declare_what_its_appointment_covers_only() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let scope = |directions: &str, kinds: &str| registry::access::DeclarationScope {
        directions: directions.to_owned(),
        kinds: kinds.to_owned(),
    };
    let order = Kind::Ceb311;
    for (scope, kind, expected) in [
        (None, order, ""),
        (Some(scope("import", "")), order, ""),
        (Some(scope("import,export", "CEB621,CEB311")), order, ""),
        (Some(scope("import", "CEB621")), order, "TG-R4037"),
        (Some(scope("export", "")), order, "TG-R4037"),
        (Some(scope("import", "")), Kind::Ceb303, "TG-R4037"),
    ] {
        let actor = registry::access::Actor {
            scope: scope.clone(),
            ..(*platform.programs[0]).clone()
        };
        let id = MessageId(platform.shared.ids.next());
        let xml = platform.sample(0, kind, 1).into_bytes();
        let looked = super::look(&actor.into(), xml.into(), id, 0).map(|_| ());
        let code = looked.err().map_or(String::new(), |problem| problem.code);
        assert_eq!(code, expected, "{scope:?} {kind:?}");
    }
}

/// Everything that takes a turn: forms, sets, signatures, templates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_company_at_work_leaves_a_turn_for_another() {
    use axum::extract::State;
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let api = platform.submit_state();
    let busy = platform.programs[0].holder();
    let _turn = api.turn(&busy).await.unwrap();
    assert!(api.forms.try_take(&busy, 1).is_err(), "it has its share");
    let order = platform.sample(1, Kind::Ceb311, 1);
    let request = || platform.request(1, "application/xml", order.clone());
    let state = || State(Arc::clone(&api));
    let answer = crate::preflight::http::preflight(platform.by(1).await, state(), request()).await;
    assert!(answer.is_ok(), "{:?}", answer.err());
    let answer = crate::clinic::signature_clinic(platform.by(1).await, state(), request()).await;
    assert!(answer.is_ok(), "{:?}", answer.err());
    let kind = Path("CEB311".to_owned());
    let template = crate::workbook::http::template(platform.by(1).await, state(), kind).await;
    let template = template.unwrap().into_body();
    let book = axum::body::to_bytes(template, 10 << 20).await.unwrap();
    let request = platform.request(1, crate::workbook::XLSX, book);
    // A template that nobody has filled in declares nothing, and that is all that is wrong.
    let answer =
        crate::workbook::http::workbook_report(platform.by(1).await, state(), request).await;
    assert_eq!(answer.unwrap_err().code, "TG-R4404");
}
