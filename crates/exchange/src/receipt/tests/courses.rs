//! What becomes of a document that customs says several things of: who must act, whatever came in between.

use super::clocks::{became, declared, receipt_at};
use super::odd::with_text;
use super::{again, answer, documents, receipt};
use crate::message::MessageId;
use crate::receipt::parked;
use crate::testing::{TestPlatform, accepted};
use ceb::sample::Spec;
use ceb::{Kind, Outcome};
use registry::access::Actor;
use rstest::rstest;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Customs turns the whole message down, at this time.
pub(super) fn whole(platform: &TestPlatform, id: MessageId, time: &str) -> String {
    let spec = Spec {
        kind: Kind::Ceb900,
        ..platform.spec(0, Kind::Ceb311, 5)
    };
    let xml = with_text(
        &ceb::sample::message(&spec),
        "oriCopMsgId",
        &id.acceptance_no(),
    );
    with_text(&xml, "returnTime", time)
}

pub(super) async fn dismiss(platform: &TestPlatform, id: MessageId) {
    let (ids, now_ms) = (platform.shared.ids.clone(), platform.shared.clock.now_ms());
    let dismiss = move |tx: &mut store::Tx<'_>| {
        let nobody = Actor::nobody(registry::access::Origin::default());
        crate::outcome::dismiss(tx, &ids, &nobody, id, "", now_ms)
    };
    assert!(platform.shared.db.write(dismiss).await.unwrap());
}

/// Declares the sample order once more, under other guids.
pub(super) async fn declare_again(platform: &TestPlatform, n: usize) -> MessageId {
    let order = again(&platform.sample(0, Kind::Ceb311, 5), n);
    let id = accepted(platform.accept(0, order).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    id
}

/// What a document that was turned down is told of another one that says 重复申报, in words or by its code,
/// takes nothing off the company's hands; what the company has dismissed stays dismissed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_is_no_declaration_however_it_is_said(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for (status, text) in [(100, "重复申报"), (-301_010, "业务主键")] {
        for is_dismissed in [false, true] {
            let test = engine.database();
            let platform = TestPlatform::on(test).await;
            let (first, dxp_id) = declared(&platform).await;
            answer(
                &platform,
                &dxp_id,
                &[receipt_at(&platform, 100, "20260302090000000")],
            )
            .await;
            if is_dismissed {
                dismiss(&platform, first).await;
            }
            let second = declare_again(&platform, 2).await;
            let guid = documents(&platform, second).await.remove(0).guid.unwrap();
            let refused = receipt(&platform, 0, 5, status, &format!("{text}[{guid}]"));
            answer(&platform, &dxp_id, &[refused]).await;
            assert!(became(&platform, second).await.1);
            assert_eq!(became(&platform, first).await.1, !is_dismissed, "{text}");
            // Whether or not the duplicate is still on the list, the first one is on it.
            dismiss(&platform, second).await;
            assert_eq!(became(&platform, first).await.1, !is_dismissed, "{text}");
        }
    }
}

/// What was called a duplicate and is none after all was declared: the rejection of the one before asks no more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_that_is_none_after_all_replaces_the_one_before(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let cases = [
        ((-301_010, "业务主键"), 120, false),
        ((100, "请勿重复申报；收货人姓名错误"), 100, true),
    ];
    for ((status, text), then, second_asks) in cases {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, dxp_id) = declared(&platform).await;
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 100, "20260302090000000")],
        )
        .await;
        let second = declare_again(&platform, 2).await;
        let guid = documents(&platform, second).await.remove(0).guid.unwrap();
        let named = |status, text: &str, time| {
            let xml = receipt(&platform, 0, 5, status, &format!("{text}[{guid}]"));
            with_text(&xml, "returnTime", time)
        };
        let duplicate = named(status, text, "20260302090001000");
        answer(&platform, &dxp_id, &[duplicate]).await;
        assert!(became(&platform, first).await.1, "{text}");
        let real = named(then, "另一句话", "20260302090002000");
        answer(&platform, &dxp_id, &[real]).await;
        assert!(!became(&platform, first).await.1, "{text}");
        assert_eq!(became(&platform, second).await.1, second_asks, "{text}");
    }
}

/// A declaration that the platform refused after its check replaces nothing: the rejection of the one before
/// is seen.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_refused_replaces_nothing(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, dxp_id) = declared(&platform).await;
    let second = declare_again(&platform, 2).await;
    let (ids, now_ms) = (platform.shared.ids.clone(), platform.shared.clock.now_ms());
    let refuse = platform
        .shared
        .db
        .write(move |tx| crate::outcome::refuse(tx, &ids, second, true, now_ms));
    refuse.await.unwrap();
    dismiss(&platform, second).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302090000000")],
    )
    .await;
    let (outcome, needs_action, _) = became(&platform, first).await;
    assert_eq!((outcome, needs_action), (Outcome::Rejected, true));
}

/// Another bad word after a dismissal asks anew, however it is dated; a status that nobody knows does not.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_rejection_asks_anew_however_it_is_dated(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for time in [
        "20260302085900000",
        "20260302090000000",
        "20260302090100000",
    ] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 100, "20260302090000000")],
        )
        .await;
        dismiss(&platform, id).await;
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 777, "20260302090030000")],
        )
        .await;
        assert!(!became(&platform, id).await.1, "{time}");
        let other = with_text(
            &receipt(&platform, 0, 5, 100, "[Code:1313]"),
            "returnTime",
            time,
        );
        answer(&platform, &dxp_id, &[other]).await;
        assert!(became(&platform, id).await.1, "{time}");
    }
}

/// When the whole message was turned down, what customs says afterwards, and what the document is then.
type Course = (&'static str, &'static [(i32, &'static str)], Outcome);

/// That the whole message was turned down is taken back by what customs says later and dates later, and by
/// nothing else; in whatever order the words are read again.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_turned_down_stays_so_unless_customs_says_otherwise_later(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let cases: [Course; 5] = [
        (
            "20260302090000000",
            &[(120, "20260302085900000")],
            Outcome::Faulty,
        ),
        ("20260302090000000", &[(120, "")], Outcome::Faulty),
        (
            "20260302090000000",
            &[(120, ""), (3, "20260302085930000")],
            Outcome::Faulty,
        ),
        (
            "20260302090000000",
            &[(120, "20260302090100000")],
            Outcome::Accepted,
        ),
        (
            "20260302090000000",
            &[(120, "20260302090100000"), (3, "20260302085930000")],
            Outcome::Accepted,
        ),
    ];
    for (refused_at, words, expected) in cases {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (id, dxp_id) = declared(&platform).await;
        answer(&platform, &dxp_id, &[whole(&platform, id, refused_at)]).await;
        assert_eq!(became(&platform, id).await.0, Outcome::Faulty);
        for (status, time) in words {
            answer(&platform, &dxp_id, &[receipt_at(&platform, *status, time)]).await;
        }
        let (outcome, needs_action, _) = became(&platform, id).await;
        let standing = (outcome, needs_action);
        assert_eq!(standing, (expected, expected.is_bad()), "{words:?}");
    }
}

/// A clock of customs that is slow by more than clocks may differ: once an answer has named the second
/// declaration, the ones that name none go on with it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_clock_hides_no_rejection_of_what_was_declared_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, dxp_id) = declared(&platform).await;
    answer(
        &platform,
        &dxp_id,
        &[receipt_at(&platform, 100, "20260302085000000")],
    )
    .await;
    let second = declare_again(&platform, 2).await;
    let guid = documents(&platform, second).await.remove(0).guid.unwrap();
    let named = receipt(&platform, 0, 5, 2, &format!("新增申报成功[{guid}]"));
    let named = with_text(&named, "returnTime", "20260302085001000");
    let rejection = with_text(
        &receipt(&platform, 0, 5, 100, "[Code:1313]"),
        "returnTime",
        "20260302085003000",
    );
    let onward = receipt_at(&platform, 3, "20260302085002000");
    for one in [named, onward, rejection] {
        answer(&platform, &dxp_id, &[one]).await;
    }
    let (outcome, needs_action, _) = became(&platform, second).await;
    assert_eq!((outcome, needs_action), (Outcome::Rejected, true));
    assert!(!became(&platform, first).await.1);
}

/// A rejection that is delivered once more, under another number or with other blanks, is no word on what was
/// declared after it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_rejection_is_not_one_of_the_new_declaration(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (_, dxp_id) = declared(&platform).await;
    let old = with_text(
        &receipt(&platform, 0, 5, 100, "金额 不一致"),
        "returnTime",
        "20260302090000123",
    );
    answer(&platform, &dxp_id, std::slice::from_ref(&old)).await;
    platform.clock.advance(Duration::from_secs(6));
    let second = declare_again(&platform, 2).await;
    let guid = documents(&platform, second).await.remove(0).guid.unwrap();
    let good = receipt(&platform, 0, 5, 120, &format!("入库[{guid}]"));
    answer(&platform, &dxp_id, &[good]).await;
    let n_before = platform.feed(0).await.len();
    let renumbered = with_text(&old, "guid", "E-PORT-ANOTHER-NUMBER");
    let respaced = with_text(&renumbered, "returnInfo", "金额  不一致");
    answer(&platform, &dxp_id, &[renumbered, respaced]).await;
    let (outcome, needs_action, _) = became(&platform, second).await;
    assert_eq!((outcome, needs_action), (Outcome::Accepted, false));
    assert_eq!(platform.feed(0).await.len(), n_before);
}

/// An answer to what was declared again is not swallowed because the one before said the same at the same time:
/// not when its time is a coarse one, nor when it names the new document.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_words_are_said_of_the_new_declaration_too(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for (time, is_named) in [("20260302000000000", false), ("20260302090000123", true)] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (_, dxp_id) = declared(&platform).await;
        let rejection = |text: &str| {
            let xml = receipt(&platform, 0, 5, 100, text);
            with_text(&xml, "returnTime", time)
        };
        answer(&platform, &dxp_id, &[rejection("金额不一致")]).await;
        platform.clock.advance(Duration::from_secs(5));
        let second = declare_again(&platform, 2).await;
        let guid = documents(&platform, second).await.remove(0).guid.unwrap();
        let other = match is_named {
            true => with_text(&rejection("金额不一致"), "guid", &guid),
            false => with_text(&rejection("金额不一致"), "guid", "E-PORT-ANOTHER"),
        };
        answer(&platform, &dxp_id, &[other]).await;
        let (outcome, needs_action, _) = became(&platform, second).await;
        assert_eq!((outcome, needs_action), (Outcome::Rejected, true), "{time}");
    }
}

/// A list that customs takes in after a rejection is on its way to its release, and one that is released is
/// not taken in once more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_done_with_its_release(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let list = platform.sample(0, Kind::Ceb621, 5);
    let id = accepted(platform.accept(0, list).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let dxp_id = platform.company(0).dxp_id.clone();
    let spec = platform.spec(0, Kind::Ceb621, 5);
    let receipt_at = |status: i32, time: &str| {
        let xml = ceb::sample::receipt(&spec, ceb::ReturnStatus(status), "");
        with_text(&xml, "returnTime", time)
    };
    let mut expected = Vec::new();
    for (status, time, outcome, state) in [
        (100, "20260302090000000", Outcome::Rejected, "settled"),
        (120, "20260302090001000", Outcome::Accepted, "answered"),
        (899, "20260302090002000", Outcome::Released, "settled"),
        (120, "20260302090003000", Outcome::Released, "settled"),
    ] {
        answer(&platform, &dxp_id, &[receipt_at(status, time)]).await;
        expected.push((outcome, state.to_owned()));
        let (outcome, _, state) = became(&platform, id).await;
        assert_eq!(Some(&(outcome, state)), expected.last(), "{status}");
    }
}

/// Why a message is not settled any more is told as it is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_timeline_says_that_customs_looks_once_more(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, dxp_id) = declared(&platform).await;
    for (status, time) in [(120, "20260302090000000"), (300, "20260302090002000")] {
        answer(&platform, &dxp_id, &[receipt_at(&platform, status, time)]).await;
    }
    let read = platform.shared.db.read(move |tx| {
        let sql = "select detail from event where kind = 'message.answered' \
                   and subject_id = $1 order by id desc limit 1";
        tx.query_opt(sql, &[id.0.into()])?
            .map(|row| row.text(0))
            .transpose()
    });
    assert_eq!(read.await.unwrap().as_deref(), Some("海关再次审核"));
}

/// What was not sent cannot be answered: under a key of which nothing was sent yet an answer is parked, for one
/// document as for several, and what waits is left as it is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_under_a_key_that_nobody_has_sent_is_parked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for is_contested in [false, true] {
        let test = engine.database();
        let platform = TestPlatform::on(test).await;
        let (first, dxp_id) = declared(&platform).await;
        if is_contested {
            declare_again(&platform, 2).await;
        }
        set_states(&platform, "waiting").await;
        answer(
            &platform,
            &dxp_id,
            &[receipt_at(&platform, 100, "20260302090000000")],
        )
        .await;
        assert!(platform.feed(0).await.is_empty());
        assert_eq!(became(&platform, first).await.0, Outcome::Waiting);
        let read = |tx: &mut store::Tx<'_>| parked::list(tx, &web::Begin::default(), 9);
        let waiting = platform.shared.db.read(read).await.unwrap();
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].reason.contains("尚未发往海关"), "{waiting:?}");
    }
}

/// A message whose note that it was sent is lost, or that a person holds after it was sent, has its answer all the
/// same.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_what_may_have_been_sent_arrives(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    for state in ["checked", "held"] {
        for is_contested in [false, true] {
            let test = engine.database();
            let platform = TestPlatform::on(test).await;
            declared(&platform).await;
            if is_contested {
                declare_again(&platform, 2).await;
            }
            set_states(&platform, state).await;
            let receipt = receipt_at(&platform, 100, "20260302090000000");
            super::odd::hand_over(&platform, vec![receipt.into_bytes()]).await;
            assert_eq!(platform.feed(0).await.len(), 1, "{state}");
        }
    }
}

/// Sets the state of all messages.
pub(super) async fn set_states(platform: &TestPlatform, state: &'static str) {
    let set = platform
        .shared
        .db
        .write(move |tx| tx.execute("update message set state = $1", &[state.into()]));
    assert!(set.await.unwrap() > 0);
}
