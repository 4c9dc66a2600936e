//! Whose a receipt is: former DXP ids, several addressees, and what was parked with its address.

use super::clocks::{declared, text_of};
use super::{answer, documents, receipt};
use crate::message::MessageId;
use crate::receipt::parked::{self, Listed, Parked};
use crate::testing::{TestPlatform, accepted};
use ceb::{Kind, Outcome};
use registry::company;
use rstest::rstest;
use std::time::Duration;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

pub(super) async fn parked_now(platform: &TestPlatform) -> Vec<Parked> {
    let read = |tx: &mut Tx<'_>| parked::list(tx, &web::Begin::default(), 10);
    platform.shared.db.read(read).await.unwrap()
}

/// Matches a parked receipt once more; whether it found a home.
pub(super) async fn release(platform: &TestPlatform, id: i64) -> bool {
    let (context, now_ms) = (
        platform.shared.context.clone(),
        platform.shared.clock.now_ms(),
    );
    let released = platform.shared.db.write(move |tx| -> store::Result<_> {
        let body = parked::body(tx, id)?.unwrap();
        let homes = crate::answer::again(tx, &context, body, now_ms)?;
        if !homes.is_empty() {
            parked::found(tx, id, now_ms)?;
        }
        Ok(!homes.is_empty())
    });
    released.await.unwrap()
}

/// Gives a company another DXP id, now.
pub(super) async fn renamed(platform: &TestPlatform, n: usize, dxp_id: &str) {
    let mut changed = platform.company(n).clone();
    changed.dxp_id = dxp_id.to_owned();
    let now_ms = platform.shared.clock.now_ms();
    let correct = platform
        .shared
        .db
        .write(move |tx| company::correct(tx, &changed, now_ms));
    correct.await.unwrap();
}

async fn outcome(platform: &TestPlatform, id: MessageId) -> Outcome {
    documents(platform, id).await.remove(0).outcome
}

/// Customs answers to the DXP id under which a declaration was handed over, also when the company has another
/// by then, and it is nobody else's.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_a_former_dxp_id_arrives(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, former) = declared(&platform).await;
    renamed(&platform, 0, "DXPENT0000009999").await;
    platform.clock.advance(Duration::from_secs(2));
    answer(&platform, &former, &[receipt(&platform, 0, 5, 100, "退单")]).await;
    assert_eq!(outcome(&platform, id).await, Outcome::Rejected);
    assert_eq!(platform.feed(0).await.len(), 1);
}

/// A DXP id has gone to another company, and customs answers to it what the former holder had declared. What names
/// the document or the message goes home; else two operators may send it there. What the former holder declared
/// afterwards is not meant, nor what a company declared that never had the id.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_an_id_that_is_anothers_now_finds_who_had_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (id, former) = declared(&platform).await;
    let whole = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    accepted(
        platform
            .accept(2, platform.sample(2, Kind::Ceb311, 7))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let guid = documents(&platform, id).await.remove(0).guid.unwrap();
    let until_ms = platform.shared.clock.now_ms();
    platform.clock.advance(Duration::from_secs(60));
    let later = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 8))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    renamed(&platform, 0, "DXPENT0000009999").await;
    renamed(&platform, 1, &former).await;
    platform.clock.advance(Duration::from_secs(2));
    // The last one was declared after the change.
    let set = platform.shared.db.write(move |tx| {
        let sql = "update company_former_dxp set until_ms = $1";
        tx.execute(sql, &[until_ms.into()])
    });
    assert_eq!(set.await.unwrap(), 2);

    let plain = receipt(&platform, 0, 5, 3, "");
    answer(&platform, &former, &[plain]).await;
    let waiting = parked_now(&platform).await;
    assert!(waiting[0].reason.contains("现属另一企业"), "{waiting:?}");
    assert!(release(&platform, waiting[0].id).await);
    assert_eq!(
        platform.feed(0).await.len(),
        1,
        "{:?}",
        platform.feed(0).await
    );

    let named = receipt(&platform, 0, 5, 100, &format!("退单[{guid}]"));
    answer(&platform, &former, &[named]).await;
    assert_eq!(outcome(&platform, id).await, Outcome::Rejected);
    let refused = super::courses::whole(&platform, whole, "20260302090000000");
    answer(&platform, &former, &[refused]).await;
    assert_eq!(outcome(&platform, whole).await, Outcome::Faulty);

    let of_later = receipt(&platform, 0, 8, 100, "退单");
    let of_stranger = receipt(&platform, 2, 7, 100, "退单");
    answer(&platform, &former, &[of_later, of_stranger]).await;
    let waiting = parked_now(&platform).await;
    assert_eq!(waiting.len(), 2);
    for one in &waiting {
        assert!(one.reason.contains("没有申报过"), "{}", one.reason);
        assert!(!release(&platform, one.id).await);
    }
    assert_eq!(outcome(&platform, later).await, Outcome::Waiting);
    assert!(platform.feed(1).await.is_empty() && platform.feed(2).await.is_empty());
}

/// A receipt for somebody whose declaration is not known yet stays theirs: whoever declares the same key
/// later, and however often it is matched again.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_receipt_keeps_its_address(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let rejection = receipt(&platform, 0, 5, 100, "退单");
    answer(&platform, "DXPENT9999999999", &[rejection]).await;
    let (id, own) = declared(&platform).await;
    let waiting = parked_now(&platform).await;
    assert_eq!(waiting.len(), 1);
    assert!(!release(&platform, waiting[0].id).await);
    assert!(platform.feed(0).await.is_empty());
    assert_eq!(outcome(&platform, id).await, Outcome::Waiting);
    assert_eq!(parked_now(&platform).await.len(), 1);
    // The same words for the company itself are another receipt.
    let rejection = receipt(&platform, 0, 5, 100, "退单");
    answer(&platform, &own, &[rejection]).await;
    assert_eq!(outcome(&platform, id).await, Outcome::Rejected);
}

/// A DXP id that has gone to another company: an answer that names the former one's document is nobody's until
/// somebody has looked.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_whose_guid_and_address_differ_is_parked(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (first, _) = declared(&platform).await;
    let order = platform.sample(0, Kind::Ceb311, 5);
    let mut other = platform.sample(1, Kind::Ceb311, 6);
    for element in ["orderNo", "ebpCode"] {
        let (from, to) = (text_of(&other, element), text_of(&order, element));
        other = other.replace(
            &format!("<ceb:{element}>{from}<"),
            &format!("<ceb:{element}>{to}<"),
        );
    }
    let second = accepted(platform.accept(1, other).await);
    crate::pipeline::drain(&platform.shared).await.unwrap();
    let guid = documents(&platform, first).await.remove(0).guid.unwrap();
    let named = receipt(&platform, 0, 5, 100, &format!("退单[{guid}]"));
    let address = platform.company(1).dxp_id.clone();
    answer(&platform, &address, &[named]).await;
    for id in [first, second] {
        assert_eq!(outcome(&platform, id).await, Outcome::Waiting);
    }
    assert!(parked_now(&platform).await[0].reason.contains("不一致"));
}

/// A receipt that was dismissed is listed again when customs sends it once more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_dismissed_waits_again_when_it_comes_again(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let rejection = receipt(&platform, 0, 5, 100, "退单");
    let address = platform.company(0).dxp_id.clone();
    answer(&platform, &address, std::slice::from_ref(&rejection)).await;
    let id = parked_now(&platform).await[0].id;
    let close = platform.shared.db.write(move |tx| parked::close(tx, id, 7));
    assert!(close.await.unwrap());
    assert!(parked_now(&platform).await.is_empty());
    // It comes back for a reason of its own, and the event names the row that waits.
    let write = platform.shared.db.write(|tx| {
        let sql = "update parked_receipt set reason = '先前的原因', cause = 'other'";
        tx.execute(sql, &[])
    });
    assert_eq!(write.await.unwrap(), 1);
    answer(&platform, &address, &[rejection]).await;
    let back = parked_now(&platform).await.remove(0);
    assert_eq!(back.id, id);
    assert!(back.reason.contains("没有找到"), "{}", back.reason);
    let events = platform
        .shared
        .db
        .read(move |tx| store::event::of_subject(tx, id, 9))
        .await
        .unwrap();
    assert_eq!(events.len(), 2, "{events:?}");
}

/// A list opens what is as large as one answer, and nothing that is larger: what lies there costs the same to look
/// at however large it is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_opens_no_large_bodies(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let garbage = vec![b'x'; 40 << 10];
    super::odd::hand_over(&platform, vec![garbage.clone(), b"small".to_vec()]).await;
    let listed = parked_now(&platform).await;
    let bodies: Vec<&Listed> = listed.iter().map(|one| &one.body).collect();
    let small = Listed::Whole(b"small".to_vec());
    assert_eq!(bodies.len(), 2);
    assert!(bodies.contains(&&Listed::Large) && bodies.contains(&&small));
    let large = listed.iter().find(|one| one.body == Listed::Large).unwrap();
    assert!(large.status_and_text().1.contains("内容较大"));
    let id = large.id;
    let whole = platform.shared.db.read(move |tx| parked::body(tx, id));
    assert_eq!(whole.await.unwrap().unwrap().body, garbage);
}

/// Each answer of an envelope is parked by itself: one that goes home takes none of the others with it.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_of_an_envelope_goes_home_without_the_others(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let (of_one, of_other) = (
        receipt(&platform, 0, 5, 100, "退单"),
        receipt(&platform, 0, 6, 100, "退单"),
    );
    let entry = |xml: &str| {
        let from = xml.find("<OrderReturn>").unwrap();
        let to = xml.find("</OrderReturn>").unwrap() + "</OrderReturn>".len();
        xml[from..to].to_owned()
    };
    let both = of_one.replace(
        "</OrderReturn>",
        &format!("</OrderReturn>{}", entry(&of_other)),
    );
    let own = platform.company(0).dxp_id.clone();
    answer(&platform, &own, &[both]).await;
    let waiting = parked_now(&platform).await;
    assert_eq!(waiting.len(), 2);
    let (id, _) = declared(&platform).await;
    let mut released = 0;
    for one in &waiting {
        released += usize::from(release(&platform, one.id).await);
    }
    assert_eq!(released, 1);
    assert_eq!(outcome(&platform, id).await, Outcome::Rejected);
    assert_eq!(parked_now(&platform).await.len(), 1);
    // The other one's turn comes when it is declared.
    let later = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 6))
            .await,
    );
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert!(release(&platform, parked_now(&platform).await[0].id).await);
    assert_eq!(outcome(&platform, later).await, Outcome::Rejected);
    assert!(parked_now(&platform).await.is_empty());
}
