//! Decisions at the same time, on both engines.

use super::http::{ApprovalApi, settle};
use super::{
    Approval, ApprovalFilter, ApprovalKind, Decision, Doing, Request, Undone, ask, decide, find,
    list,
};
use crate::access::{Actor, Gate};
use crate::audit::AuditedAct;
use crate::context::AppContext;
use crate::role::Role;
use crate::testing::{context, person};
use rstest::rstest;
use std::sync::Arc;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;
use web::Problem;

/// An act that leaves a row each time it is done.
const KIND: ApprovalKind = ApprovalKind {
    name: "test.act",
    chinese: "试验",
    deciders: &[Role::SecurityAdmin],
    run: |tx, doing| {
        let object = format!("approval:{}", doing.approval.id);
        let now_ms = doing.context.now_ms();
        crate::audit::done(tx, now_ms, doing.actor, super::ASK, &object, "done")?;
        Ok(String::new())
    },
};

/// An act that cannot be done.
const IMPOSSIBLE: ApprovalKind = ApprovalKind {
    name: "test.impossible",
    chinese: "做不到的事",
    deciders: &[Role::SecurityAdmin],
    run: |_, _| Err(Undone::failed("情况有变")),
};

/// An act that one person may not approve.
const OF_ANOTHER: ApprovalKind = ApprovalKind {
    name: "test.another",
    chinese: "他人的事",
    deciders: &[Role::SecurityAdmin],
    run: |tx, doing| {
        (KIND.run)(tx, doing)?;
        Err(Undone::NotYou("不能由本人批准".to_owned()))
    },
};

/// Asks for an act; answers the id of the request.
async fn asked(context: &AppContext, asker: &Actor, kind: &ApprovalKind) -> i64 {
    let (shared, asker) = (context.clone(), asker.clone());
    let request = Request {
        kind: kind.name,
        title: "试验".to_owned(),
        payload: String::new(),
        company: None,
        why: "为了试验".to_owned(),
    };
    let write = move |tx: &mut Tx<'_>| ask(tx, &shared, &asker, &request);
    context.db.write(write).await.unwrap()
}

fn api(context: &AppContext) -> ApprovalApi {
    ApprovalApi {
        gate: Arc::new(Gate::new(context.clone(), &[])),
        kinds: Arc::from([KIND, IMPOSSIBLE, OF_ANOTHER]),
    }
}

async fn n_audited(context: &AppContext, act: AuditedAct) -> usize {
    let sql = "select act from audit where act = $1";
    let read = move |tx: &mut Tx<'_>| tx.query(sql, &[act.name.into()]);
    context.db.read(read).await.unwrap().len()
}

/// A request that cannot be done does not wait for ever: it ends, whoever asked sees why, and it is audited.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_ends(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let asker = person(&context, "asker", Some(Role::SystemAdmin)).await;
    let decider = person(&context, "decider", Some(Role::SecurityAdmin)).await;
    let (id, api) = (asked(&context, &asker, &IMPOSSIBLE).await, api(&context));
    let approve = async || {
        let (text, who) = (id.to_string(), decider.clone());
        let decided = settle(&api, who, &text, Decision::Approve).await;
        let problem = decided.unwrap_err();
        (problem.code, problem.detail)
    };
    let failed = super::codes::FAILED.code.to_owned();
    assert_eq!(approve().await, (failed, Some("情况有变".to_owned())));
    let decided = super::codes::DECIDED.code.to_owned();
    assert_eq!(approve().await, (decided, None), "it has ended");
    assert_eq!(n_audited(&context, super::FAIL).await, 1);
    assert_eq!(n_audited(&context, super::APPROVE).await, 0);
    let read = move |tx: &mut Tx<'_>| -> store::Result<_> {
        // Kept as rejected, told apart by its reason.
        for (state, n) in [("failed", 1), ("rejected", 0), ("pending", 0)] {
            let filter = ApprovalFilter {
                state: Some(state.to_owned()),
                kinds: vec![IMPOSSIBLE.name.to_owned()],
                ..ApprovalFilter::default()
            };
            assert_eq!(list(tx, &filter, 10)?.len(), n, "{state}");
        }
        find(tx, id)
    };
    let ended = context.db.read(read).await.unwrap().unwrap();
    let outcome = (&*ended.state, ended.reason.as_deref());
    assert_eq!(outcome, ("rejected", Some("通过后未能执行：情况有变")));
}

/// Who may not approve leaves nothing behind, and the request waits for another.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_may_approve_stays_open(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let asker = person(&context, "asker", Some(Role::SystemAdmin)).await;
    let decider = person(&context, "decider", Some(Role::SecurityAdmin)).await;
    let (id, api) = (asked(&context, &asker, &OF_ANOTHER).await, api(&context));
    for _ in 0..2 {
        let text = id.to_string();
        let decided = settle(&api, decider.clone(), &text, Decision::Approve).await;
        let problem = decided.unwrap_err();
        assert_eq!(problem.code, super::codes::NOT_YOU.code);
        assert_eq!(problem.detail.as_deref(), Some("不能由本人批准"));
    }
    assert_eq!(
        n_audited(&context, super::ASK).await,
        1,
        "the act was undone"
    );
    let found = context.db.read(move |tx| find(tx, id)).await.unwrap();
    assert_eq!(found.unwrap().state, "pending");
}

fn once(
    tx: &mut Tx<'_>,
    (id, actor): (i64, &Actor),
    context: &AppContext,
    decision: &Decision,
) -> Result<(), Problem> {
    let approval: Approval = find(tx, id)?.unwrap();
    let doing = Doing {
        approval: &approval,
        actor,
        context,
    };
    decide(tx, &doing, &KIND, decision)?;
    Ok(())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_is_decided_once_and_never_by_who_asked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let asker = person(&context, "asker", Some(Role::SystemAdmin)).await;
    let decider = person(&context, "decider", Some(Role::SecurityAdmin)).await;
    let id = asked(&context, &asker, &KIND).await;
    let (asker, decider) = (Arc::new(asker), Arc::new(decider));
    let mut all = JoinSet::new();
    for n in 0..40 {
        let (context, who) = match n % 2 {
            0 => (context.clone(), Arc::clone(&decider)),
            _ => (context.clone(), Arc::clone(&asker)),
        };
        let decision = match n % 4 {
            2 => Decision::Reject("不同意".to_owned()),
            _ => Decision::Approve,
        };
        all.spawn(async move {
            let shared = context.clone();
            let write = move |tx: &mut Tx<'_>| once(tx, (id, who.as_ref()), &shared, &decision);
            context
                .act(write)
                .await
                .map_or_else(|problem| problem.code, |()| "ok".to_owned())
        });
    }
    let outcomes = all.join_all().await;
    let n_of = |what: &str| outcomes.iter().filter(|outcome| *outcome == what).count();
    assert_eq!((n_of("ok"), n_of("TG-R4611")), (1, 20), "{outcomes:?}");
    let sql = "select count(*) from audit where detail = 'done'";
    let rows = test.db.read(|tx| tx.query(sql, &[])).await.unwrap();
    assert!(rows.first().unwrap().int(0).unwrap() <= 1, "done twice");
}

/// A reason is one line that reads as it is written: characters that nobody sees are refused, line breaks are blanks.
#[test]
fn a_reason_reads_as_it_is_written() {
    for hidden in [
        "a\u{202E}b",
        "理由\u{0}",
        "理\u{1B}[2J由",
        "\u{2066}理由",
        "理由\u{200F}",
        "\u{200B}\u{200B}",
        "理\u{200B}由",
        "\u{FEFF}理由",
        "理由\u{2060}\u{2060}",
        "理\u{AD}由",
        "理由\u{E0041}\u{E007F}",
        "\u{2800}\u{3164}",
        "\u{5E9}\u{5DC}\u{202E}",
    ] {
        let problem = super::reason(hidden).unwrap_err();
        let text = format!("{problem:?}");
        assert!(
            text.contains(super::codes::REASON.code) && text.contains("不可见"),
            "{text}"
        );
    }
    let line = super::reason(" 第一行\r\n\u{2028}第二行\t完 ");
    assert_eq!(line.unwrap(), "第一行 第二行 完");
    assert!(super::reason("好\n").is_err());
    // A selector after an emoji does its work.
    assert!(super::reason("已核对\u{2714}\u{FE0F}").is_ok());
}

/// What was approved and could not be done is told by how its reason begins; no rejection begins so.
#[test]
fn no_rejection_reads_as_an_act_that_failed() {
    for text in ["通过后未能执行：情况有变", " 通过后未能执行，已核实"] {
        let refusal = format!("{:?}", super::rejection(text).unwrap_err());
        assert!(refusal.contains("换一种写法"), "{refusal}");
    }
    assert!(super::rejection("批准通过后未能执行的，不再重复申请").is_ok());
}
