//! What became of documents and messages, on both engines, and whether their company must act.

use super::http::{DismissBody, dismiss_message, resume_message};
use super::{OutcomeCounts, by_day, day_no, n_open};
use crate::finder::find;
use crate::message::MessageId;
use crate::overview::http::home;
use crate::query::http::{ListQuery, messages};
use crate::query::{MessageDetail, detail};
use crate::testing::{TestPlatform, accepted};
use axum::extract::State;
use axum::http::StatusCode;
use ceb::{Kind, Outcome};
use registry::access::Sight;
use rstest::rstest;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::{JsonBody, PageQuery, Path, QueryOf};

/// A message with another value for an element, wherever it stands.
fn with(xml: &str, element: &str, value: &str) -> String {
    let (open, close) = (format!("<ceb:{element}>"), format!("</ceb:{element}>"));
    let from = xml.find(&open).unwrap() + open.len();
    let to = from + xml[from..].find(&close).unwrap();
    format!("{}{value}{}", &xml[..from], &xml[to..])
}

/// An order of company 0 whose number carries a magic word.
fn order(platform: &TestPlatform, seed: u64, order_no: &str) -> String {
    with(&platform.sample(0, Kind::Ceb311, seed), "orderNo", order_no)
}

async fn read(platform: &TestPlatform, id: MessageId) -> MessageDetail {
    let sight = platform.sight(0);
    let found = platform.shared.db.read(move |tx| {
        let message = find(tx, &sight, id)?.unwrap();
        detail(tx, &message)
    });
    found.await.unwrap()
}

async fn open(platform: &TestPlatform) -> OutcomeCounts {
    let sight = platform.sight(0);
    let read = platform.shared.db.read(move |tx| n_open(tx, &sight));
    read.await.unwrap()
}

async fn today(platform: &TestPlatform) -> Vec<(String, Outcome, i64)> {
    let day = day_no(platform.clock.now_ms());
    let read = platform
        .shared
        .db
        .read(move |tx| by_day(tx, &Sight::All, (day, day)));
    let found = read.await.unwrap();
    found
        .into_iter()
        .filter(|(_, _, _, n)| *n != 0)
        .map(|(_, kind, of, n)| (kind, of, n))
        .collect()
}

/// Message numbers of a list narrowed by a query.
async fn listed(platform: &TestPlatform, query: &str) -> Vec<String> {
    let address = format!("/api/v1/messages?{query}").parse().unwrap();
    let query = QueryOf::<ListQuery>::of(&address).unwrap();
    let first = QueryOf(PageQuery::default());
    let page = messages(platform.by(0).await, State(platform.api()), query, first).await;
    let items = page.unwrap().0.items;
    items.into_iter().map(|one| one.id).collect()
}

/// What is to be done about each message of a list, where something is.
async fn doings(platform: &TestPlatform) -> Vec<Option<String>> {
    let query = QueryOf::<ListQuery>::of(&"/api/v1/messages".parse().unwrap()).unwrap();
    let first = QueryOf(PageQuery::default());
    let page = messages(platform.by(0).await, State(platform.api()), query, first).await;
    let items = page.unwrap().0.items;
    items.into_iter().map(|one| one.doing).collect()
}

/// State's name, outcome, whether the company must act, and who has it.
fn summary_of(life: &MessageDetail) -> (&str, &str, bool, &str) {
    let summary = &life.summary;
    (
        &summary.state_name,
        &summary.outcome,
        summary.needs_action,
        &summary.holder,
    )
}

/// What is told of one that was accepted, rejected, faulty, turned down by the format check, refused.
const EXPECTED: [(&str, &str, bool, &str); 5] = [
    ("回执已收齐", "accepted", false, "无"),
    (
        "海关退单",
        "rejected",
        true,
        "企业（海关退单，请更正后重新申报）",
    ),
    ("处理异常", "faulty", true, "企业（处理异常，请按回执处理）"),
    ("处理异常", "faulty", true, "企业（处理异常，请按回执处理）"),
    (
        "平台拒收",
        "refused",
        true,
        "企业（平台拒收，请更正后重新申报）",
    ),
];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customs_still_reviews_is_not_done(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    // 120, which is the last status that an order expects, and then 300 人工审核.
    let id = accepted(
        platform
            .accept(0, order(&platform, 1, "DD1-ZZ-MANUAL"))
            .await,
    );
    platform.settle().await;
    let life = read(&platform, id).await;
    assert_eq!(life.documents[0].return_status, Some(300));
    let standing = (&*life.summary.outcome, life.summary.needs_action);
    assert_eq!(standing, ("waiting", false));
    assert_eq!(life.summary.state_name, "已有回执");
    assert_eq!(life.summary.holder, "海关");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_customs_turned_down_looks_like_it_everywhere(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let send =
        async |seed, no: &str| accepted(platform.accept(0, order(&platform, seed, no)).await);
    let good = send(1, "DD1").await;
    let rejected = send(2, "DD2-ZZ-R1332").await;
    let faulty = send(3, "DD3-ZZ-N621018").await;
    let format = send(4, "DD4-ZZ-900").await;
    let bad = order(&platform, 5, "DD5").replace("<ceb:appType>1", "<ceb:appType>7");
    let refused = accepted(platform.accept(0, bad).await);
    platform.settle().await;
    for (id, expected) in [good, rejected, faulty, format, refused]
        .into_iter()
        .zip(EXPECTED)
    {
        let life = read(&platform, id).await;
        assert_eq!(summary_of(&life), expected);
        let document = &life.documents[0];
        assert_eq!(
            (&*document.outcome, document.needs_action),
            (expected.1, expected.2)
        );
        let mut holders = life.timeline.iter().rev().map(|step| &*step.holder);
        assert_eq!(holders.find(|holder| !holder.is_empty()), Some(expected.3));
        let names = life.timeline.iter().map(|step| &*step.step_name);
        assert_eq!(
            names.filter(|name| *name == "回执已收齐").count(),
            usize::from(id != refused)
        );
    }
    let counts = OutcomeCounts {
        accepted: 0,
        released: 0,
        rejected: 1,
        faulty: 2,
        refused: 1,
    };
    assert_eq!(open(&platform).await, counts);
    let page = home(platform.by(0).await, State(platform.api()))
        .await
        .unwrap()
        .0;
    assert_eq!(page.needs_action, counts);
    let accepted = 1;
    assert_eq!(page.outcomes, OutcomeCounts { accepted, ..counts });
    // Newest first: refused, unreadable for customs, above the buyer's limit, rejected.
    let doings: Vec<&str> = page.refusals.iter().map(|one| &*one.doing).collect();
    assert_eq!(doings, ["correct", "correct", "call", "correct"]);
    // The list says the same of each, and nothing of what went well.
    let mut listed_doings = self::doings(&platform).await;
    assert_eq!(listed_doings.pop(), Some(None));
    assert_eq!(listed_doings.iter().flatten().collect::<Vec<_>>(), doings);
    assert_eq!(page.kinds.len(), 1, "a CEB900 is no kind that is declared");
    assert_eq!(page.kinds[0].outcomes, page.outcomes);
    assert_eq!(
        listed(&platform, "outcome=rejected").await,
        [rejected.to_string()]
    );
    let both = [format.to_string(), faulty.to_string()];
    assert_eq!(
        listed(&platform, "outcome=faulty&needsAction=true").await,
        both
    );
    assert_eq!(listed(&platform, "needsAction=true").await.len(), 4);
    assert_eq!(
        listed(&platform, "needsAction=false").await,
        [good.to_string()]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_declared_again_needs_no_action_and_keeps_its_outcome(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let rejected = accepted(
        platform
            .accept(0, order(&platform, 1, "DD1-ZZ-R1332"))
            .await,
    );
    let bad = order(&platform, 2, "DD2").replace("<ceb:appType>1", "<ceb:appType>7");
    let refused = accepted(platform.accept(0, bad).await);
    // Another company's document with the same number is none of ours.
    let other = with(&platform.sample(1, Kind::Ceb311, 2), "orderNo", "DD2");
    platform.settle().await;
    platform.accept(1, other).await;
    platform.settle().await;
    assert_eq!(open(&platform).await.bad(), 2);
    for no in ["DD1-ZZ-R1332", "DD2"] {
        let seed = if no == "DD2" { 2 } else { 1 };
        let again = with(&order(&platform, seed, no), "guid", &fresh_guid(seed));
        let again = again.replacen("guid=\"", "guid=\"A", 1);
        let again = trim_root_guid(&again);
        accepted(platform.accept(0, again).await);
    }
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(open(&platform).await.bad(), 0);
    for (id, outcome) in [(rejected, "rejected"), (refused, "refused")] {
        let life = read(&platform, id).await;
        assert_eq!(
            (&*life.summary.outcome, life.summary.needs_action),
            (outcome, false)
        );
        assert_eq!(life.summary.holder, "无（已重新申报或不再处理）");
    }
    assert_eq!(
        listed(&platform, "outcome=rejected").await,
        [rejected.to_string()]
    );
}

fn fresh_guid(seed: u64) -> String {
    format!("AAAAAAAA-0000-4000-8000-{seed:012}")
}

/// A root's guid of 36 characters again, after one was put before it.
fn trim_root_guid(xml: &str) -> String {
    let from = xml.find("guid=\"").unwrap() + 6;
    let to = from + xml[from..].find('"').unwrap();
    format!("{}{}{}", &xml[..from], &xml[from..to - 1], &xml[to..])
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_dismisses_its_own_and_it_is_audited(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, order(&platform, 1, "DD1-ZZ-R1332"))
            .await,
    );
    // What cannot be read has no documents.
    let broken = platform
        .sample(0, Kind::Ceb311, 2)
        .replace("</ceb:OrderHead>", "");
    let unread = accepted(platform.accept(0, broken).await);
    platform.settle().await;
    let dismiss = async |n: usize, id: MessageId| {
        let body = DismissBody {
            reason: "订单已取消".to_owned(),
        };
        let (by, api) = (platform.by(n).await, State(platform.api()));
        dismiss_message(by, api, Path(id.to_string()), JsonBody(body))
            .await
            .map_err(|problem| problem.code)
    };
    assert_eq!(open(&platform).await.bad(), 2);
    assert_eq!(dismiss(1, id).await.unwrap_err(), "TG-R4040");
    for id in [id, unread] {
        assert_eq!(dismiss(0, id).await, Ok(StatusCode::NO_CONTENT));
        assert_eq!(dismiss(0, id).await.unwrap_err(), "TG-R4461");
    }
    assert_eq!(open(&platform).await.bad(), 0);
    let life = read(&platform, id).await;
    assert_eq!(
        (&*life.summary.outcome, life.summary.needs_action),
        ("rejected", false)
    );
    assert!(!life.documents[0].needs_action && life.documents[0].is_dismissed);
    // The timeline says who and why; that the rejection is what is left is no news.
    let of = |step: &str| life.timeline.iter().filter(|one| one.step == step).count();
    assert_eq!((of("rejected"), of(super::DISMISSED_EVENT)), (1, 1));
    let mut steps = life.timeline.iter();
    let dismissed = steps.find(|one| one.step == super::DISMISSED_EVENT);
    let detail = &dismissed.unwrap().detail;
    assert!(detail.ends_with("：订单已取消"), "{detail}");
    let audited = platform.shared.db.read(|tx| {
        tx.query(
            "select detail from audit where act = 'message.dismiss'",
            &[],
        )
    });
    assert_eq!(audited.await.unwrap().len(), 2);
}

/// What was dismissed by mistake is taken up again by its own company, once, unless it was declared anew meanwhile.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dismissal_is_taken_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, order(&platform, 1, "DD1-ZZ-R1332"))
            .await,
    );
    platform.settle().await;
    let resume = async |n: usize| {
        let (by, api) = (platform.by(n).await, State(platform.api()));
        let done = resume_message(by, api, Path(id.to_string())).await;
        done.map_err(|problem| problem.code)
    };
    let dismiss = async || {
        let (by, api) = (platform.by(0).await, State(platform.api()));
        let body = JsonBody(DismissBody::default());
        dismiss_message(by, api, Path(id.to_string()), body)
            .await
            .unwrap();
    };
    assert_eq!(resume(0).await.unwrap_err(), "TG-R4462");
    dismiss().await;
    assert_eq!(resume(1).await.unwrap_err(), "TG-R4040");
    assert_eq!(resume(0).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(resume(0).await.unwrap_err(), "TG-R4462");
    assert_eq!(open(&platform).await.bad(), 1);
    let life = read(&platform, id).await;
    assert!(life.documents[0].needs_action && !life.documents[0].is_dismissed);
    let of = |step: &str| life.timeline.iter().filter(|one| one.step == step).count();
    assert_eq!((of("rejected"), of(super::RESUMED_EVENT)), (1, 1));
    // What could not be read has no documents, and is taken up again all the same.
    let broken = platform
        .sample(0, Kind::Ceb311, 2)
        .replace("</ceb:OrderHead>", "");
    let unread = accepted(platform.accept(0, broken).await);
    platform.settle().await;
    let path = || (State(platform.api()), Path(unread.to_string()));
    let (api, own) = path();
    let body = JsonBody(DismissBody::default());
    dismiss_message(platform.by(0).await, api, own, body)
        .await
        .unwrap();
    assert_eq!(open(&platform).await.bad(), 1);
    let (api, own) = path();
    resume_message(platform.by(0).await, api, own)
        .await
        .unwrap();
    assert_eq!(open(&platform).await.bad(), 2);
    dismiss().await;
    let again = with(&order(&platform, 1, "DD1-ZZ-R1332"), "guid", &fresh_guid(1));
    let again = trim_root_guid(&again.replacen("guid=\"", "guid=\"A", 1));
    accepted(platform.accept(0, again).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(resume(0).await.unwrap_err(), "TG-R4462");
    let life = read(&platform, id).await;
    assert!(
        life.documents[0].is_dismissed,
        "what was refused changes nothing"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_counts_once_however_often_it_is_checked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let bad = order(&platform, 1, "DD1").replace("<ceb:appType>1", "<ceb:appType>7");
    let id = accepted(platform.accept(0, bad).await);
    let refused = [("CEB311".to_owned(), Outcome::Refused, 1)];
    for _ in 0..3 {
        platform.settle().await;
        assert_eq!(today(&platform).await, refused);
        let page = home(platform.by(0).await, State(platform.api()))
            .await
            .unwrap()
            .0;
        assert_eq!((page.kinds[0].refused, page.kinds[0].checked), (1, 0));
        let (ids, now_ms) = (platform.shared.ids.clone(), platform.clock.now_ms());
        let again = platform.shared.db.write(move |tx| {
            assert!(crate::message::reopen(tx, &ids, id, now_ms, "again")?);
            crate::receipt::forget_documents(tx, id)?;
            super::refresh(tx, &ids, &[id].into(), now_ms)
        });
        again.await.unwrap();
        crate::projector::settle(&platform.shared).await.unwrap();
        assert_eq!(today(&platform).await, []);
        assert_eq!(open(&platform).await.bad(), 0);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_several_documents_is_as_its_worst(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let one = order(&platform, 1, "DD1");
    let two = order(&platform, 2, "DD2-ZZ-R1332");
    let entry = |xml: &str| {
        let (from, to) = (xml.find("<ceb:Order>"), xml.find("</ceb:Order>"));
        xml[from.unwrap()..to.unwrap() + 12].to_owned()
    };
    let first = entry(&one);
    let both = one.replacen(&first, &format!("{first}{}", entry(&two)), 1);
    let id = accepted(platform.accept(0, both).await);
    platform.settle().await;
    let life = read(&platform, id).await;
    let outcomes: Vec<&str> = life.documents.iter().map(|one| &*one.outcome).collect();
    assert_eq!(outcomes, ["accepted", "rejected"]);
    assert_eq!(life.summary.outcome, "rejected");
    assert_eq!(
        today(&platform).await,
        [("CEB311".to_owned(), Outcome::Rejected, 1)]
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_database_gets_its_outcomes_from_the_migration(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let send =
        async |seed, no: &str| accepted(platform.accept(0, order(&platform, seed, no)).await);
    for (seed, no) in [(1, "DD1"), (2, "DD2-ZZ-R1332"), (3, "DD3-ZZ-900")] {
        send(seed, no).await;
    }
    let bad = order(&platform, 5, "DD5").replace("<ceb:appType>1", "<ceb:appType>7");
    platform.accept(0, bad).await;
    platform.settle().await;
    let before = (
        today(&platform).await,
        listed(&platform, "needsAction=true").await,
    );
    let text = store::migrations()
        .iter()
        .find(|(_, name, _)| *name == "outcome")
        .unwrap()
        .2;
    // What stands before it, as the release before had left it; then only the back-fill again.
    let fill: Vec<&str> = text
        .split_inclusive(";\n")
        .filter(|statement| {
            let body = statement.lines().filter(|line| !line.starts_with("--"));
            let body = body.collect::<String>();
            ["update ", "insert "]
                .iter()
                .any(|verb| body.trim_start().starts_with(verb))
        })
        .collect();
    assert!(fill.len() >= 7, "{fill:?}");
    let fill: Vec<String> = fill.iter().map(|one| (*one).to_owned()).collect();
    let filled = platform.shared.db.write(move |tx| -> store::Result<_> {
        let forget = [
            "update document set outcome = 'waiting', needs_action = false, \
             status = case when status = -999999 then null else status end",
            "update message set outcome = 'waiting', needs_action = false",
            "delete from message_outcome",
        ];
        for statement in forget.into_iter().chain(fill.iter().map(String::as_str)) {
            tx.execute(statement.trim().trim_end_matches(';'), &[])?;
        }
        Ok(())
    });
    filled.await.unwrap();
    let after = (
        today(&platform).await,
        listed(&platform, "needsAction=true").await,
    );
    assert_eq!(before, after);
    assert_eq!(after.1.len(), 3);
}
