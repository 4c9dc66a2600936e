//! Statuses that the standard does not have: what became of a document then is not known, and nothing may look as if
//! it were.

use super::clocks::{became, declared, receipt_at};
use super::odd::with_text;
use super::{answer, documents, receipt};
use crate::correction::http::correction;
use crate::message::MessageId;
use crate::operator::explain;
use crate::query::{MessageSummary, OPERATORS, detail, search, unsure};
use crate::testing::{TestPlatform, accepted, person};
use crate::unknown_code::Answer;
use crate::{finder, story};
use axum::extract::State;
use ceb::explain::Resubmit;
use ceb::{Kind, Outcome};
use registry::access::Sight;
use registry::role::Role;
use rstest::rstest;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::Path;

/// How a message stands: outcome, whether its company must act, its unknown status, its state's name, who has it.
type Stand = (String, bool, Option<i64>, String, String);

/// A message as lists show it; the search and its story must say the same.
async fn stands(platform: &TestPlatform, id: MessageId) -> Stand {
    let (sight, order_no) = (platform.sight(0), order_no(platform));
    let actor = person(
        1,
        Role::CompanyClerk,
        Some(platform.company(0)),
        platform.sight(0),
    );
    let now_ms = platform.clock.now_ms();
    let read = platform.shared.db.read(move |tx| -> store::Result<_> {
        let message = finder::find(tx, &sight, id)?.unwrap();
        let mut summary = MessageSummary::from(&message);
        summary.unsure(&unsure(tx, [id].into_iter())?);
        let hits = search::search(tx, &sight, &order_no)?;
        let hit = hits.into_iter().next().unwrap();
        let found = &hit.found;
        let by_search = (found.holder(hit.unknown_status), hit.unknown_status);
        assert_eq!(by_search, (&*summary.holder, summary.unknown_status));
        assert_eq!(found.state.name(), summary.state);
        let trade = story::trade(tx, &actor, found.document_id, now_ms)?.unwrap();
        let chapter = trade.chapters.first().unwrap();
        assert_eq!(chapter.found.holder(chapter.unknown_status), summary.holder);
        Ok(summary)
    });
    let one = read.await.unwrap();
    (
        one.outcome,
        one.needs_action,
        one.unknown_status,
        one.state_name,
        one.holder,
    )
}

/// The number of the sample order.
fn order_no(platform: &TestPlatform) -> String {
    let sample = platform.sample(0, Kind::Ceb311, 5);
    let from = sample.find("orderNo>").unwrap() + "orderNo>".len();
    sample[from..].split('<').next().unwrap().to_owned()
}

/// An operator explains a status, for a kind, or takes that back.
async fn explain(
    platform: &TestPlatform,
    (status, kind): (i64, &'static str),
    resubmit: Option<Resubmit>,
) {
    let operator = person(9, Role::Operator, None, Sight::All);
    let (code, now_ms) = (status.to_string(), platform.clock.now_ms());
    let context = platform.shared.context.clone();
    let write = platform.shared.db.write(move |tx| {
        let sql = "select id from unknown_code where code = $1 and kind = $2";
        let row = tx.query_opt(sql, &[(&code).into(), kind.into()])?.unwrap();
        let id = row.int(0)?;
        let Some(resubmit) = resubmit else {
            return explain::withdraw(tx, &context, &operator, id, now_ms).map(|_| ());
        };
        let answer = Answer {
            meaning: "口岸试点状态。".to_owned(),
            advice: "见说明。".to_owned(),
            resubmit: resubmit.name().to_owned(),
        };
        explain::explain(tx, &context, &operator, id, &answer, now_ms).map(|_| ())
    });
    write.await.unwrap();
}

/// After an acceptance or release an unknown status leaves a message open, whatever good news stand beside it: lists,
/// search and story say so, operators are asked for an explanation, and that decides for all who have it: the company
/// is to act, or what was known before stands.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_nobody_knows_leaves_a_message_open(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for (before, name) in [(120, "accepted"), (800, "released")] {
        for info in ["", "海关放行", "处理成功", "[Code:2600;Desc:放行]"] {
            let test = engine.database();
            let platform = TestPlatform::on(test).await;
            let (id, dxp_id) = declared(&platform).await;
            answer(
                &platform,
                &dxp_id,
                &[receipt_at(&platform, before, "20260302090000000")],
            )
            .await;
            let known = stands(&platform, id).await;
            assert_eq!((known.0.as_str(), known.2), (name, None), "{info}");
            let unknown = receipt(&platform, 0, 5, 777, info);
            let unknown = with_text(&unknown, "returnTime", "20260302090100000");
            answer(&platform, &dxp_id, &[unknown]).await;
            let open = stands(&platform, id).await;
            let (waiting, answered) = ("waiting".to_owned(), "已有回执".to_owned());
            let of_operators = (waiting, false, Some(777), answered, OPERATORS.to_owned());
            assert_eq!(open, of_operators, "{info}");
            explain(&platform, (777, "CEB311"), Some(Resubmit::Corrected)).await;
            let acting = stands(&platform, id).await;
            assert_eq!(
                (acting.0.as_str(), acting.1, acting.2),
                ("faulty", true, None)
            );
            explain(&platform, (777, "CEB311"), None).await;
            assert_eq!(stands(&platform, id).await, open, "{info}");
            explain(&platform, (777, "CEB311"), Some(Resubmit::Nothing)).await;
            assert_eq!(stands(&platform, id).await, known, "{info}");
        }
    }
}

/// The receipts of an order, each with its time, at its E-Port.
async fn hear(platform: &TestPlatform, dxp_id: &str, answers: &[(i32, &str)]) {
    for (status, time) in answers {
        answer(platform, dxp_id, &[receipt_at(platform, *status, time)]).await;
    }
}

/// Cases of answers in the order in which customs said them, what an operator says of 777, and what became of the order.
type Case = (Vec<(i32, &'static str)>, Resubmit, &'static str);

const FIRST: &str = "20260302090000000";
const LATER: &str = "20260302090100000";

fn explained_cases() -> [Case; 5] {
    let (act, quiet) = (Resubmit::Corrected, Resubmit::Nothing);
    [
        (vec![(777, FIRST), (300, LATER)], act, "faulty"),
        (vec![(777, FIRST), (778, LATER)], act, "faulty"),
        (vec![(120, FIRST), (777, LATER)], quiet, "accepted"),
        (vec![(777, FIRST), (300, LATER)], quiet, "waiting"),
        (vec![(100, FIRST), (777, LATER)], act, "rejected"),
    ]
}

/// An explanation has the same effect whatever came after the status, and so has taking it back; one that says that
/// nothing has changed is no progress.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_all_the_same_when_a_status_was_explained() {
    for (answers, resubmit, outcome) in explained_cases() {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let (id, dxp_id) = declared(&platform).await;
        hear(&platform, &dxp_id, &answers).await;
        let open = stands(&platform, id).await;
        explain(&platform, (777, "CEB311"), Some(resubmit)).await;
        let after = stands(&platform, id).await;
        assert_eq!(after.0, outcome, "{answers:?}");
        if resubmit == Resubmit::Nothing {
            let known = answers.iter().find(|(status, _)| *status != 777);
            let status = documents(&platform, id).await.remove(0).status;
            assert_eq!(status, known.map(|(status, _)| i64::from(*status)));
        }
        explain(&platform, (777, "CEB311"), None).await;
        assert_eq!(stands(&platform, id).await, open, "{answers:?}");
    }
}

/// What was explained because of another order holds for the one that hears the status afterwards, and it stands as if
/// the explanation had come last; taking it back leaves both open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_explained_before_a_receipt_holds_for_it() {
    for (answers, resubmit, outcome) in explained_cases() {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let (id, dxp_id) = declared(&platform).await;
        let other = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 6))
                .await,
        );
        crate::pipeline::drain(&platform.shared).await.unwrap();
        answer(&platform, &dxp_id, &[receipt(&platform, 0, 6, 777, "")]).await;
        explain(&platform, (777, "CEB311"), Some(resubmit)).await;
        hear(&platform, &dxp_id, &answers).await;
        let after = stands(&platform, id).await;
        assert_eq!(after.0, outcome, "{answers:?}");
        let acts = ["faulty", "rejected"].contains(&outcome);
        assert_eq!(after.1, acts, "{answers:?}");
        explain(&platform, (777, "CEB311"), None).await;
        assert_eq!(became(&platform, other).await.0, Outcome::Waiting);
        hear(&platform, &dxp_id, &[]).await;
        let back = stands(&platform, id).await;
        let known = [100, 120].contains(&answers[0].0);
        match known {
            true if outcome == "rejected" => assert_eq!(back.0, "rejected"),
            _ => assert_eq!((&*back.0, back.1), ("waiting", false), "{answers:?}"),
        }
    }
}

/// What an operator says of a status is what the company reads wherever it is told what to do: beside the receipt, in
/// the list, on the form of the correction, and as the name of the status.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_explained_names_what_to_do(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let ways = [
        (Resubmit::Corrected, "correct"),
        (Resubmit::Change, "correct"),
        (Resubmit::Ask, "call"),
    ];
    for (resubmit, doing) in ways {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        hear(&platform, &dxp_id, &[(120, FIRST), (777, LATER)]).await;
        let form = || async {
            let (by, state) = (platform.by(0).await, State(platform.submit_state()));
            correction(by, state, Path(id.to_string())).await
        };
        assert!(form().await.is_err(), "nothing came back yet");
        explain(&platform, (777, "CEB311"), Some(resubmit)).await;
        let sight = platform.sight(0);
        let read = platform.shared.db.read(move |tx| -> store::Result<_> {
            let message = finder::find(tx, &sight, id)?.unwrap();
            Ok((detail(tx, &message)?, crate::query::doing(tx, &message)?))
        });
        let (life, way) = read.await.unwrap();
        assert_eq!(way, doing);
        let document = &life.documents[0];
        assert!(document.needs_action);
        assert!(document.return_status_name.is_some());
        let explanation = &life.receipts.last().unwrap().explanation;
        let words = (
            &*explanation.meaning,
            &*explanation.advice,
            &*explanation.resubmit,
        );
        assert_eq!(words, ("口岸试点状态。", "见说明。", resubmit.name()));
        let shown = form().await.unwrap().0.documents.remove(0);
        let reason = &shown.reasons[0];
        assert_eq!((reason.status, &*reason.advice), (Some(777), "见说明。"));
        assert_eq!(reason.resubmit, resubmit.name());
        // Who is told to declare a change finds it filled in, with where that was said.
        let mut fields = shown.fields.iter();
        let app_type = fields.find(|field| field.element == "appType").unwrap();
        let mut why = app_type.reasons.iter();
        let is_reported = why.any(|why| why.contains("回执说明海关已有"));
        assert_eq!(is_reported, resubmit == Resubmit::Change, "{app_type:?}");
    }
}

/// What an explanation says is to be done is asked for again after a dismissal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explained_status_asks_again_for_what_was_dismissed() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let (id, dxp_id) = declared(&platform).await;
    hear(&platform, &dxp_id, &[(777, "20260302090000000")]).await;
    explain(&platform, (777, "CEB311"), Some(Resubmit::Corrected)).await;
    assert!(stands(&platform, id).await.1);
    let (ids, actor) = (
        platform.shared.ids.clone(),
        person(
            1,
            Role::CompanyClerk,
            Some(platform.company(0)),
            platform.sight(0),
        ),
    );
    let now_ms = platform.clock.now_ms();
    let dismiss = platform
        .shared
        .db
        .write(move |tx| crate::outcome::dismiss(tx, &ids, &actor, id, "", now_ms));
    assert!(dismiss.await.unwrap());
    assert!(!stands(&platform, id).await.1);
    hear(&platform, &dxp_id, &[(777, "20260302100000000")]).await;
    assert!(stands(&platform, id).await.1);
}

/// A rejection stands whatever unknown status comes after it, and an acceptance after that status settles it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_status_hides_no_rejection_and_is_followed_by_what_is_known(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302090000000")],
    )
    .await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 777, "20260302090100000")],
    )
    .await;
    let rejected = stands(&platform, id).await;
    assert_eq!((rejected.0.as_str(), rejected.1), ("rejected", true));
    let other = TestPlatform::on(store::testing::sqlite()).await;
    let (id, dxp_id) = declared(&other).await;
    answer(
        &other,
        &dxp_id,
        &[receipt_at(&other, 777, "20260302090000000")],
    )
    .await;
    assert_eq!(stands(&other, id).await.0, "waiting");
    answer(
        &other,
        &dxp_id,
        &[receipt_at(&other, 120, "20260302090100000")],
    )
    .await;
    let accepted = stands(&other, id).await;
    assert_eq!((accepted.0.as_str(), accepted.2), ("accepted", None));
}

/// What is explained for one kind says nothing of another, and of several statuses in one message the one that nobody
/// has explained keeps it open.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explanation_is_of_its_status_and_kind(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 777, "20260302090000000")],
    )
    .await;
    explain(&platform, (777, "CEB311"), Some(Resubmit::Nothing)).await;
    let mut spec = platform.spec(0, Kind::Ceb411, 6);
    spec.n_documents = 2;
    let pay = accepted(platform.accept(0, ceb::sample::message(&spec)).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let with = |first: i64, second: i64| {
        platform.shared.db.write(move |tx| {
            for (document, status) in [(pay.0 + 1, first), (pay.0 + 2, second)] {
                let sql = "update document set status = $1, outcome = 'waiting' where id = $2";
                tx.execute(sql, &[status.into(), document.into()])?;
            }
            Ok::<_, store::Error>(unsure(tx, [pay].into_iter())?.remove(&pay))
        })
    };
    // 777 is explained for orders only.
    assert_eq!(with(777, 120).await.unwrap(), Some(777));
    assert_eq!(with(120, 800).await.unwrap(), None);
    assert!(with(777, 778).await.unwrap().is_some());
}
