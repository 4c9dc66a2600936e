//! What is stuck is freed by two people, once.

mod days;
mod parked;
use super::{DISMISS_RECEIPT, KINDS, REFUSE, RELEASE, RELEASE_RECEIPT, RESUBMIT};
use super::{n_asked, request::pending};
use crate::message::{self, MessageId, State, Step};
use crate::testing::{TestPlatform, accepted, person};
use crate::{answer, receipt};
use ceb::Kind;
use registry::access::Sight;
use registry::approval::{Decision, Doing, Request, ask, decide, find};
use registry::role::Role;
use rstest::rstest;
use store::clock::Clock;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn request(kind: &'static str, id: i64) -> Request {
    Request {
        kind,
        title: "测试".to_owned(),
        payload: format!("{{\"id\":{id}}}"),
        company: None,
        why: "规则表已修正".to_owned(),
    }
}

/// Asks as one operator and approves as another; answers what happened.
async fn free(platform: &TestPlatform, kind: &'static str, id: i64) -> Result<String, String> {
    free_because(platform, request(kind, id)).await
}

/// As [`free`], for a reason of the test's own.
async fn free_because(platform: &TestPlatform, request: Request) -> Result<String, String> {
    let context = platform.gate.context.clone();
    let of_kind = |of: &&registry::approval::ApprovalKind| of.name == request.kind;
    let run = KINDS.iter().find(of_kind).copied().unwrap();
    let done = platform.shared.db.write(move |tx| {
        let asker = person(1, Role::Operator, None, Sight::All);
        let decider = person(2, Role::Operator, None, Sight::All);
        let approval = ask(tx, &context, &asker, &request)?;
        let approval = find(tx, approval)?.unwrap();
        let own = Doing {
            approval: &approval,
            actor: &asker,
            context: &context,
        };
        let refused = decide(tx, &own, &run, &Decision::Approve);
        assert!(refused.is_err(), "nobody approves his own request");
        let other = Doing {
            approval: &approval,
            actor: &decider,
            context: &context,
        };
        decide(tx, &other, &run, &Decision::Approve)
    });
    done.await.map_err(|undecided| {
        let problem = web::Problem::from(undecided);
        format!("{} {}", problem.code, problem.detail.unwrap_or_default())
    })
}

async fn hold(platform: &TestPlatform, id: MessageId) {
    let (ids, at_ms) = (platform.shared.ids.clone(), platform.clock.now_ms());
    let held = platform.shared.db.write(move |tx| {
        message::advance(
            tx,
            &ids,
            &[id],
            Step {
                to: State::Held,
                at_ms,
                detail: "测试",
            },
        )
    });
    assert_eq!(held.await.unwrap().len(), 1);
}

/// What was asked for waits for another person, and is counted with the requests alone.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_is_counted_as_long_as_it_waits(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    hold(&platform, id).await;
    let context = platform.gate.context.clone();
    let count = platform.shared.db.write(move |tx| -> store::Result<_> {
        let asker = person(1, Role::Operator, None, Sight::All);
        let before = n_asked(tx)?;
        ask(tx, &context, &asker, &request(RELEASE.name, id.0))?;
        // One about a receipt that waits no more.
        ask(tx, &context, &asker, &request(DISMISS_RECEIPT.name, 12_345))?;
        let of_message = n_asked(tx)?;
        // One of a receipt that waits, and one of an answer that is set aside.
        tx.execute(
            "insert into parked_receipt (id, kind, document_key, reason, fingerprint, at_ms, \
             receivers, body) values (7, '', '', '', 7, 0, '', $1)",
            &[b"x".as_slice().into()],
        )?;
        tx.execute(
            "insert into receipt_inbox (id, direction, company_id, n_bytes, body) \
             values (8, 'import', -1, 1, $1)",
            &[b"x".as_slice().into()],
        )?;
        for id in [7, 8] {
            ask(tx, &context, &asker, &request(DISMISS_RECEIPT.name, id))?;
        }
        Ok((before, of_message, n_asked(tx)?))
    });
    assert_eq!(count.await.unwrap(), ((0, 0), (1, 0), (1, 2)));
    assert!(free(&platform, REFUSE.name, id.0).await.is_ok());
    assert_eq!(platform.shared.db.read(n_asked).await.unwrap(), (0, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_message_is_sent_again_or_refused(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (one, two, early) = (
        accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 1))
                .await,
        ),
        accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 2))
                .await,
        ),
        accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 3))
                .await,
        ),
    );
    hold(&platform, early).await;
    crate::pipeline::drain(&platform.shared).await.unwrap();
    hold(&platform, one).await;
    hold(&platform, two).await;
    assert!(free(&platform, RELEASE.name, one.0).await.is_ok());
    assert!(free(&platform, REFUSE.name, two.0).await.is_ok());
    // Never checked, so it is not sent but checked.
    let early_done = free(&platform, RELEASE.name, early.0).await.unwrap();
    assert!(early_done.contains("校验"), "{early_done}");
    assert!(
        free(&platform, RELEASE.name, one.0)
            .await
            .unwrap_err()
            .starts_with("TG-R4613")
    );
    platform.settle().await;
    assert_eq!(platform.state(0, one).await, "settled");
    assert_eq!(platform.state(0, two).await, "refused");
    assert_eq!(platform.state(0, early).await, "settled");
    let feed = platform.feed(0).await;
    // Sent twice, declared once: every answer of customs stands in the feed once.
    let mut once = feed.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), feed.len(), "{feed:?}");
    let text = format!("CEB900 {} -999999", two.acceptance_no());
    assert!(feed.contains(&text), "{feed:?}");
    let day = |tx: &mut store::Tx<'_>| crate::overview::day(tx, &Sight::All, "2026-03-02");
    let kind = platform.shared.db.read(day).await.unwrap().remove(0);
    assert_eq!((kind.n_checked, kind.n_sent), (3, 3));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_is_seen_until_it_is_decided(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let ids: Vec<i64> = [7, 8].into_iter().collect();
    let seen = async |is_receipt| {
        let ids = ids.clone();
        let read = move |tx: &mut store::Tx<'_>| pending(tx, &ids, is_receipt);
        let found = platform.shared.db.read(read).await.unwrap();
        Vec::from_iter(found.into_iter().map(|(id, request)| (id, request.kind)))
    };
    let asking = async |kind: &'static str, id: i64| {
        let context = platform.gate.context.clone();
        let asked = platform.shared.db.write(move |tx| {
            let asker = person(1, Role::Operator, None, Sight::All);
            ask(tx, &context, &asker, &request(kind, id))
        });
        asked.await.unwrap()
    };
    assert_eq!(seen(false).await, []);
    // Of another message, and of a receipt with the same number.
    asking(RELEASE.name, 9).await;
    asking(RELEASE_RECEIPT.name, 8).await;
    assert_eq!(seen(false).await, []);
    let first = asking(REFUSE.name, 7).await;
    assert_eq!(seen(false).await, [(7, REFUSE.name.to_owned())]);
    assert_eq!(seen(true).await, [(8, RELEASE_RECEIPT.name.to_owned())]);
    let context = platform.gate.context.clone();
    let withdrawn = platform.shared.db.write(move |tx| {
        let asker = person(1, Role::Operator, None, Sight::All);
        let approval = find(tx, first)?.unwrap();
        let own = Doing {
            approval: &approval,
            actor: &asker,
            context: &context,
        };
        decide(tx, &own, &REFUSE, &Decision::Withdraw)
    });
    assert!(withdrawn.await.is_ok());
    assert_eq!(seen(false).await, []);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_is_checked_anew_under_the_same_id(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let good = platform.sample(0, Kind::Ceb311, 1);
    let bad = good.replace("<ceb:appType>1", "<ceb:appType>7");
    let id = accepted(platform.accept(0, bad).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "refused");
    // The mended rule of this test: the stored message has become a good one.
    let mended = platform.shared.db.write(move |tx| {
        let hash = <sha2::Sha256 as sha2::Digest>::digest(&good);
        let sql = "update message_body set body = $1 where message_id = $2";
        tx.execute(sql, &[good.as_bytes().into(), id.0.into()])?;
        let sql = "update message set hash = $1 where id = $2";
        tx.execute(sql, &[hash.as_slice().into(), id.0.into()])
    });
    mended.await.unwrap();
    assert!(free(&platform, RESUBMIT.name, id.0).await.is_ok());
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "settled");
    let sight = platform.sight(0);
    let life = platform.shared.db.read(move |tx| {
        let found = crate::finder::find(tx, &sight, id)?.unwrap();
        crate::query::detail(tx, &found)
    });
    let life = life.await.unwrap();
    assert!(life.findings.is_empty() && life.documents[0].document_key.is_some());
    for gone in [id.0, 12_345] {
        assert!(free(&platform, RESUBMIT.name, gone).await.is_err());
    }
}

/// What the company has declared anew or dismissed is not sent a second time.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_that_is_settled_is_not_checked_anew(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let wrong = platform
        .sample(0, Kind::Ceb311, 1)
        .replace("<ceb:orderType>I<", "<ceb:orderType>X<");
    let id = accepted(platform.accept(0, wrong).await);
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "refused");
    let (ids, now_ms) = (platform.shared.ids.clone(), platform.clock.now_ms());
    let company = person(3, Role::CompanyClerk, None, Sight::All);
    let dismiss = platform
        .shared
        .db
        .write(move |tx| crate::outcome::dismiss(tx, &ids, &company, id, "另行申报", now_ms));
    assert!(dismiss.await.unwrap());
    let why = free(&platform, RESUBMIT.name, id.0).await.unwrap_err();
    assert!(why.contains("重复申报"), "{why}");
}

/// An approval that comes together with a step that moves the message does nothing, and says so: nobody is informed
/// that a message was refused which goes on its way.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_that_comes_too_late_does_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    hold(&platform, id).await;
    let (ids, at_ms) = (platform.shared.ids.clone(), platform.clock.now_ms());
    let (moved, begun) = std::sync::mpsc::channel();
    let onward = platform.shared.db.write(move |tx| -> store::Result<_> {
        let step = Step {
            to: State::Checked,
            at_ms,
            detail: "",
        };
        let done = message::advance(tx, &ids, &[id], step)?;
        let _ = moved.send(());
        // On PostgreSQL the approval reads the message before this is committed.
        for _ in 0..ROUNDS {
            tx.query("select count(*) from message", &[])?;
        }
        Ok(done.len())
    });
    let late = async {
        tokio::task::spawn_blocking(move || begun.recv())
            .await
            .unwrap()
            .unwrap();
        free(&platform, REFUSE.name, id.0).await
    };
    let (onward, late) = tokio::join!(onward, late);
    assert_eq!(onward.unwrap(), 1);
    let late = late.unwrap_err();
    assert!(late.contains("已校验"), "{late}");
    assert_eq!(platform.state(0, id).await, "checked");
    let key = platform.shared.db.read(move |tx| {
        let sql = "select business_key from document where id = $1";
        let row = tx.query_opt(sql, &[id.document(1).into()])?;
        row.unwrap().text_opt(0)
    });
    assert!(key.await.unwrap().is_some(), "its key finds its answers");
    assert!(platform.feed(0).await.is_empty());
}

/// Statements by which a step is held up.
const ROUNDS: usize = 500;

/// A message that was held before its check, because its body was damaged, goes its way when it is whole again; as
/// long as it is not, the refusal says so.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_held_unread_is_checked_when_it_can_be_read(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let xml = platform.sample(0, Kind::Ceb311, 1);
    let id = accepted(platform.accept(0, xml.clone()).await);
    let set = |body: Vec<u8>| {
        platform.shared.db.write(move |tx| {
            let sql = "update message_body set body = $1 where message_id = $2";
            tx.execute(sql, &[body.as_slice().into(), id.0.into()])
        })
    };
    set(b"\0TG\x01\x02k1 no key opens this".to_vec())
        .await
        .unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(platform.state(0, id).await, "held");
    let still = free(&platform, RELEASE.name, id.0).await.unwrap_err();
    assert!(still.contains("仍无法读取"), "{still}");
    assert_eq!(platform.state(0, id).await, "held");
    set(xml.into_bytes()).await.unwrap();
    let done = free(&platform, RELEASE.name, id.0).await.unwrap();
    assert!(done.contains("校验"), "{done}");
    assert_eq!(platform.state(0, id).await, "received");
    platform.settle().await;
    assert_eq!(platform.state(0, id).await, "settled");
}
