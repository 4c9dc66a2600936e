//! What is noted is what is added.

use super::{Counts, DayCounts, KIND, OutcomeDeltas, Tally};
use registry::company::CompanyId;
use std::sync::Arc;
use store::clock::TestClock;
use store::event::{Event, EventPlace, behind};
use store::id::IdMaker;

fn counts(n: i64) -> DayCounts {
    let key = |company| {
        (
            "2026-11-30".to_owned(),
            CompanyId(company),
            "CEB311".to_owned(),
        )
    };
    let of = Counts {
        n_checked: n,
        n_refused: 1,
        n_sent: -n,
        n_settled: 4,
        n_receipts: 3 * n,
    };
    DayCounts::from([(key(1), of), (key(2), Counts::default())])
}

fn outcomes(n: i64) -> OutcomeDeltas {
    let key = |outcome: &str| {
        (
            20_787,
            CompanyId(1),
            "CEB621".to_owned(),
            outcome.to_owned(),
        )
    };
    OutcomeDeltas::from([(key("rejected"), -n), (key("accepted"), n)])
}

#[tokio::test]
async fn what_steps_note_adds_up_and_what_adds_nothing_is_not_written() {
    let test = store::testing::sqlite();
    let db = store::Db::open(&test.config).unwrap();
    let ids = Arc::new(IdMaker::new(TestClock::at(1_764_500_000_000), 1));
    let write = db.write(move |tx| -> store::Result<()> {
        for n in [2, 5] {
            let tally = Tally {
                days: counts(n),
                outcomes: outcomes(n),
            };
            tally.note(tx, &ids, 7)?;
        }
        Tally::default().note(tx, &ids, 7)
    });
    write.await.unwrap();
    let read = db.read(|tx| behind(tx, EventPlace::default(), 10));
    let found = read.await.unwrap();
    assert_eq!(found.len(), 2);
    let mut sum = Tally::default();
    for (_, event) in &found {
        sum.add(event).unwrap();
    }
    let mut wanted = counts(7);
    wanted.retain(|(_, company, _), _| company.0 == 1);
    wanted.values_mut().for_each(|counts| {
        counts.n_refused = 2;
        counts.n_settled = 8;
    });
    assert_eq!((sum.days, sum.outcomes), (wanted, outcomes(7)));
}

#[test]
fn a_tally_that_cannot_be_read_adds_nothing_and_is_an_error() {
    let event = |kind: &str, detail: &str| Event {
        id: 1,
        at_ms: 1,
        kind: kind.to_owned(),
        company_id: None,
        subject_id: 0,
        detail: detail.to_owned(),
    };
    let mut tally = Tally::default();
    let half = r#"{"days":[["2026-11-30",1,"CEB311",[1,0,0,0,0]]],"outcomes":[[1]]}"#;
    assert!(tally.add(&event(KIND, half)).is_err());
    tally.add(&event("message.sent", half)).unwrap();
    assert_eq!(tally, Tally::default());
}
