//! Statuses that the standard does not have: what became of a document then is not known, and nothing may look as if
//! it were.

use super::clocks::{declared, said};
use super::{answer, receipt};
use crate::live::Follower;
use crate::message::MessageId;
use crate::query::{MessageSummary, Unsure, search, unsure, unsure_one};
use crate::testing::{House, accepted, person};
use crate::unknown_code::{self, Answer};
use crate::{finder, story};
use ceb::Kind;
use ceb::explain::Resubmit;
use registry::access::Sight;
use registry::role::Role;
use store::clock::Clock;
use store::testing::each_engine;

const OPERATORS: &str = "平台（解释未收录的回执状态）";

/// How a message stands everywhere: its unknown status, whether that is explained, its state's name, who has it.
type Stand = (Option<i64>, bool, String, String);

/// A message as lists show it; the search, its story and the live events must say the same.
async fn stands(house: &House, id: MessageId) -> Stand {
    let (sight, order_no) = (house.sight(0), order_no(house).await);
    let actor = person(
        1,
        Role::CompanyClerk,
        Some(house.company(0)),
        house.sight(0),
    );
    let now_ms = house.clock.now_ms();
    let read = house.shared.db.read(move |tx| -> store::Result<_> {
        let message = finder::find(tx, &sight, id)?.unwrap();
        let mut summary = MessageSummary::from(&message);
        summary.unsure(&unsure(tx, [id].into_iter())?);
        let hits = search::search(tx, &sight, &order_no)?;
        let hit = hits
            .iter()
            .find(|(found, _)| MessageId::of_document(found.document_id) == id);
        let (found, of_hit) = hit.unwrap();
        let searched = (found.state_name(*of_hit), found.holder(*of_hit));
        let trade = story::trade(tx, &actor, found.document_id, now_ms)?.unwrap();
        let chapter = trade
            .chapters
            .iter()
            .find(|one| one.found.document_id == found.document_id);
        let chapter = chapter.unwrap();
        let told = (
            chapter.found.state_name(chapter.unsure),
            chapter.found.holder(chapter.unsure),
        );
        let (state, holder) = (summary.state_name.as_str(), summary.holder.as_str());
        assert_eq!((state, holder), searched);
        assert_eq!((state, holder), told);
        Ok(summary)
    });
    let summary = read.await.unwrap();
    (
        summary.unknown_status,
        summary.unknown_status_explained,
        summary.state_name,
        summary.holder,
    )
}

/// The number of the sample order.
async fn order_no(house: &House) -> String {
    let sample = house.sample(0, Kind::Ceb311, 5);
    let from = sample.find("<orderNo>").unwrap() + "<orderNo>".len();
    sample[from..].split('<').next().unwrap().to_owned()
}

/// An operator explains a status, for a kind.
async fn explain(house: &House, (status, kind): (i64, &'static str), resubmit: Resubmit) {
    let operator = person(9, Role::Operator, None, Sight::All);
    let answer = Answer {
        meaning: "口岸试点状态。".to_owned(),
        advice: "见说明。".to_owned(),
        resubmit: resubmit.name().to_owned(),
    };
    let (code, now_ms) = (status.to_string(), house.clock.now_ms());
    let write = house.shared.db.write(move |tx| {
        let sql = "select id from unknown_code where code = $1 and kind = $2";
        let row = tx.query_opt(sql, &[(&code).into(), kind.into()])?.unwrap();
        let id = row.int(0)?;
        unknown_code::put_answer(tx, &operator, id, &answer, now_ms)
    });
    write.await.unwrap();
}

/// After an acceptance an unknown status leaves a message open, whatever good news stand beside it: lists, page,
/// search, story and live events say so, operators are asked for an explanation, and that decides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_nobody_knows_leaves_a_message_open() {
    for info in ["", "海关放行", "处理成功", "[Code:2600;Desc:放行]"] {
        for test in each_engine() {
            let house = House::on(test).await;
            let (id, dxp_id) = declared(&house).await;
            answer(&house, &dxp_id, &[said(&house, 120, "20260302090000000")]).await;
            assert_eq!(stands(&house, id).await.0, None, "{info}");
            let mut follower = Follower::new(house.sight(0), house.clock.now_ms(), None);
            let unknown = receipt(&house, 0, 5, 777, info);
            let unknown = super::odd::with_text(&unknown, "returnTime", "20260302090100000");
            answer(&house, &dxp_id, &[unknown]).await;
            let open = (
                Some(777),
                false,
                "已有回执".to_owned(),
                OPERATORS.to_owned(),
            );
            assert_eq!(stands(&house, id).await, open, "{info}");
            let look = house.shared.db.read(follower.question()).await.unwrap();
            follower.take(&look, &house.shared.directory, house.clock.now_ms());
            while let Some(news) = follower.next() {
                assert!(!news.data.contains("已办结"), "{info}: {}", news.data);
            }
            explain(&house, (777, "CEB311"), Resubmit::Corrected).await;
            let acting = stands(&house, id).await;
            assert_eq!((acting.0, acting.1), (Some(777), true), "{info}");
            assert!(acting.3.starts_with("企业"), "{acting:?}");
            explain(&house, (777, "CEB311"), Resubmit::Nothing).await;
            assert_eq!(stands(&house, id).await.0, None, "{info}");
        }
    }
}

/// Gives the two documents of a message these statuses; what leaves it open then.
async fn with_statuses(house: &House, id: MessageId, statuses: [i64; 2]) -> Option<Unsure> {
    let write = house.shared.db.write(move |tx| {
        for (document, status) in (id.0 + 1..).zip(statuses) {
            let sql = "update document set status = $1, outcome = 'accepted' where id = $2";
            tx.execute(sql, &[status.into(), document.into()])?;
        }
        unsure_one(tx, id)
    });
    write.await.unwrap()
}

/// What is explained for one kind says nothing of another, and of several statuses in one message the one that nobody
/// has explained keeps it open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explanation_is_of_its_status_and_kind() {
    for test in each_engine() {
        let house = House::on(test).await;
        let (_, dxp_id) = declared(&house).await;
        answer(&house, &dxp_id, &[receipt(&house, 0, 5, 777, "")]).await;
        explain(&house, (777, "CEB311"), Resubmit::Nothing).await;
        let mut spec = house.spec(0, Kind::Ceb411, 6);
        spec.n_documents = 2;
        let pay = accepted(house.accept(0, ceb::sample::message(&spec)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        // 777 is explained for orders only.
        assert_eq!(
            with_statuses(&house, pay, [777, 120]).await.unwrap().status,
            777
        );
        assert_eq!(with_statuses(&house, pay, [120, 800]).await, None);
        let both = with_statuses(&house, pay, [777, 778]).await.unwrap();
        assert!(!both.is_explained);
    }
}
