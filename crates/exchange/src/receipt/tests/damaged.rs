//! A stored value that no key opens stops nobody: neither the answers of others nor the feed of its company.

use super::clocks::{became, declared, said};
use super::{again, answer, documents, receipt};
use crate::testing::{House, accepted};
use ceb::{Kind, Outcome};
use store::Tx;
use store::testing::each_engine;

/// A sealed text that no key opens, as it stands in a column.
const DAMAGED: &str = "\u{1}TG1:AAAA";

/// Sealed bytes that no key opens.
const DAMAGED_BYTES: &[u8] = b"\0TG\x01\x02k1 no key opens this";

/// Runs a statement that sets a column to a damaged value.
async fn damage(house: &House, sql: &'static str, is_text: bool) {
    let write = house.shared.db.write(move |tx: &mut Tx<'_>| {
        let value = match is_text {
            true => DAMAGED.into(),
            false => DAMAGED_BYTES.into(),
        };
        tx.execute(sql, &[value])
    });
    assert!(write.await.unwrap() > 0);
}

/// An earlier answer that cannot be opened is passed over when the answers of a document are read once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_answer_stops_no_other() {
    for test in each_engine() {
        let house = House::on(test).await;
        let (id, dxp_id) = declared(&house).await;
        answer(&house, &dxp_id, &[said(&house, 100, "20260302090000000")]).await;
        damage(
            &house,
            "update receipt set return_info = $1, xml = $1",
            true,
        )
        .await;
        let other = accepted(house.accept(0, house.sample(0, Kind::Ceb311, 6)).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        // Dated earlier, so that all answers of the first are read once more.
        let late = said(&house, 2, "20260302085900000");
        let own = receipt(&house, 0, 6, 120, "入库");
        answer(&house, &dxp_id, &[late, own]).await;
        assert_eq!(became(&house, id).await.0, Outcome::Rejected);
        assert_eq!(became(&house, other).await.0, Outcome::Accepted);
        assert_eq!(house.feed(0).await.len(), 3, "the feed goes on");
    }
}

/// Of a message whose body cannot be opened the numbers are left as they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_stops_no_answer_that_moves() {
    for test in each_engine() {
        let house = House::on(test).await;
        let (_, dxp_id) = declared(&house).await;
        let order = again(&house.sample(0, Kind::Ceb311, 5), 2);
        let second = accepted(house.accept(0, order).await);
        crate::pipeline::drain(&house.shared).await.unwrap();
        answer(&house, &dxp_id, &[said(&house, 3, "20260302090001000")]).await;
        damage(&house, "update message_body set body = $1", false).await;
        let guid = documents(&house, second).await.remove(0).guid.unwrap();
        let named = receipt(&house, 0, 5, 2, &format!("新增申报成功[{guid}]"));
        let named = super::odd::with_text(&named, "returnTime", "20260302090000000");
        answer(&house, &dxp_id, &[named]).await;
        assert_eq!(house.feed(0).await.len(), 2);
        let moved = documents(&house, second).await.remove(0);
        assert_eq!(moved.status, Some(3));
    }
}
