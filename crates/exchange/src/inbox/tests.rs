//! A flood of answers for one company does not delay another's.

use super::group::{Addressed, groups, open};
use super::{aside, sql};
use crate::testing::{TestPlatform, accepted};
use bytes::Bytes;
use ceb::envelope::Envelope;
use ceb::{Direction, Kind, ReturnStatus};
use registry::company::CompanyId;
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Answers of the flood: four turns.
const FLOOD: usize = 1000;

/// An answer to company `n`'s document, in an envelope that is addressed to it; without one when
/// `is_addressed` says so.
fn answer(platform: &TestPlatform, n: usize, number: usize, is_addressed: bool) -> Bytes {
    let spec = platform.spec(n, Kind::Ceb312, u64::try_from(n).unwrap() + 1);
    let xml = ceb::sample::receipt(&spec, ReturnStatus(300), &format!("回执{number}"));
    if !is_addressed {
        return Bytes::from(xml);
    }
    Bytes::from(ceb::envelope::seal(&Envelope {
        cop_msg_id: format!("C{number}"),
        sender_id: "DXPEDCCEB0000002".to_owned(),
        receiver_ids: vec![platform.company(n).dxp_id.clone()],
        creat_time: "2026-03-02T09:00:00".to_owned(),
        msg_type: "CEB312Message".to_owned(),
        data: xml.into_bytes(),
        ..Envelope::default()
    }))
}

/// A platform in which companies 0 and 1 have declared, and customs has not answered yet.
async fn declared(test: store::testing::TestDb) -> TestPlatform {
    let platform = TestPlatform::on(test).await;
    for n in 0..2 {
        let seed = u64::try_from(n).unwrap() + 1;
        accepted(
            platform
                .accept(n, platform.sample(n, Kind::Ceb311, seed))
                .await,
        );
    }
    crate::pipeline::drain(&platform.shared).await.unwrap();
    platform
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_company_s_flood_does_not_delay_another_s_answer(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    // With envelopes, and from a port that sends none.
    for is_addressed in [true, false] {
        let test = engine.database();
        let platform = declared(test).await;
        let down = platform.shared.customs.import_down.clone();
        let mut bodies: Vec<Bytes> = (0..FLOOD)
            .map(|k| answer(&platform, 0, k, is_addressed))
            .collect();
        bodies.push(answer(&platform, 1, 0, is_addressed));
        platform.shared.queue.put(&down, &bodies).await.unwrap();
        crate::pipeline::take_for_test(&platform.shared).await;
        // One turn: the other company's answer, which came last, is home, and the flood is not.
        assert_eq!(platform.feed(1).await.len(), 1);
        assert!(platform.feed(0).await.len() < FLOOD / 2);
        // A crash here loses nothing: it stands in the table, and the queue is informed.
        assert_eq!(platform.shared.queue.depth(&down).await.unwrap(), 0);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        assert_eq!(platform.feed(0).await.len(), FLOOD);
        assert_eq!(platform.feed(1).await.len(), 1);
        let is_used = super::is_used(&platform.shared, Direction::Import).await;
        assert!(!is_used.unwrap(), "what was applied is taken out");
    }
}

/// The order of a company's answers is that in which customs gave them, also across the table.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_inside_a_company_is_kept_and_answers_without_address_arrive(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = declared(test).await;
    let down = platform.shared.customs.import_down.clone();
    let mut bodies: Vec<Bytes> = (0..300).map(|k| answer(&platform, 0, k, true)).collect();
    bodies.extend((0..20).map(|k| answer(&platform, 1, k, false)));
    platform.shared.queue.put(&down, &bodies).await.unwrap();
    crate::pipeline::drain(&platform.shared).await.unwrap();
    for (n, n_answers) in [(0, 300), (1, 20)] {
        let company = platform.company_id(n);
        let read = platform
            .shared
            .db
            .read(move |tx| crate::downlink::after(tx, company, 0, 1000));
        let texts: Vec<String> = read
            .await
            .unwrap()
            .into_iter()
            .map(|item| item.return_info)
            .collect();
        let expected: Vec<String> = (0..n_answers).map(|k| format!("回执{k}")).collect();
        assert_eq!(texts, expected);
    }
}

/// Bytes that say that they are sealed, with a key that nobody has.
const DAMAGED: &[u8] = b"\0TG\x01\x02k1 no key opens this";

/// Spoils the oldest answers in the table, or mends them with what they were; answers what they were.
async fn exchange(
    platform: &TestPlatform,
    n: i64,
    with: Vec<(i64, Vec<u8>)>,
) -> Vec<(i64, Vec<u8>)> {
    let changed = platform.shared.db.write(move |tx| -> store::Result<_> {
        let rows = tx.query(
            "select id, body from receipt_inbox order by id limit $1",
            &[n.into()],
        )?;
        let mut found = Vec::new();
        for row in &rows {
            let (id, was) = (row.int(0)?, row.bytes(1)?);
            let now = with.iter().find(|(of, _)| *of == id);
            let now = now.map_or(DAMAGED, |(_, body)| body.as_slice());
            tx.execute(
                "update receipt_inbox set body = $1 where id = $2",
                &[now.into(), id.into()],
            )?;
            found.push((id, was));
        }
        Ok(found)
    });
    changed.await.unwrap()
}

/// Damaged on the disk, alone in their turn or among others: they stand before the operator, as they are,
/// and go home when they can be opened again.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_no_key_opens_stops_nobody(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = declared(test).await;
    let shared = &platform.shared;
    let down = shared.customs.import_down.clone();
    let bodies: Vec<Bytes> = (0..600).map(|k| answer(&platform, 0, k, true)).collect();
    shared.queue.put(&down, &bodies).await.unwrap();
    crate::pipeline::take_for_test(shared).await;
    let n_before = platform.feed(0).await.len();
    // All rows of the next turn, and of the one after that a part.
    let n_damaged = 20;
    let was = exchange(&platform, n_damaged, Vec::new()).await;
    assert_eq!(was.len(), 20);
    crate::pipeline::drain(shared).await.unwrap();
    assert_eq!(platform.feed(0).await.len(), 600 - 20 * 16);
    assert!(n_before < 280);
    let ids: Vec<i64> = was.iter().map(|(id, _)| *id).collect();
    let (last, n_parked) = (*ids.last().unwrap(), 20 * 16);
    let read = shared.db.read(move |tx| -> store::Result<_> {
        let list = aside::list(tx, &web::Begin::after(last + 1), 2)?;
        let waiting = crate::query::board::waiting(tx)?.n_parked;
        Ok((list.len(), aside::is_in(tx, last)?, waiting))
    });
    assert_eq!(read.await.unwrap(), (2, true, n_parked));
    let release = |id| shared.db.write(move |tx| aside::release(tx, id));
    let refused = release(last).await.unwrap().unwrap().unwrap_err();
    assert!(refused.contains("无法读取"), "{refused}");
    exchange(&platform, n_damaged, was).await;
    for id in ids {
        assert_eq!(release(id).await.unwrap(), Some(Ok(())));
    }
    assert_eq!(release(last).await.unwrap(), None, "it is on its way");
    crate::pipeline::drain(shared).await.unwrap();
    assert_eq!(platform.feed(0).await.len(), 600);
}

/// The bytes of a row.
fn stored(row: &super::group::InboxGroup) -> Vec<u8> {
    let store::Value::Bytes(bytes) = row.packed.value() else {
        panic!("a row holds bytes");
    };
    bytes.to_vec()
}

/// One company's answers share rows in their order, as many as a row may hold, and each comes out as it went in.
#[test]
fn answers_that_share_a_row_read_back_as_they_were() {
    let sealed = |n: usize| {
        let xml = format!(
            "<CEB312Message>{}</CEB312Message>",
            "申报要素".repeat(n + 20)
        );
        Bytes::from(ceb::envelope::seal(&Envelope {
            data: xml.into_bytes(),
            ..Envelope::default()
        }))
    };
    let plain = |n: usize| Bytes::from(format!("<no envelope {n}/>"));
    let bodies: Vec<Bytes> = (0..40)
        .map(|n| if n % 3 == 0 { plain(n) } else { sealed(n) })
        .collect();
    let answers = bodies.iter().enumerate().map(|(n, body)| Addressed {
        id: i64::try_from(n).unwrap(),
        company_id: CompanyId(i64::from(n % 5 == 4)),
        body: body.clone(),
    });
    let rows = groups(answers.collect()).unwrap();
    let shape: Vec<_> = rows
        .iter()
        .map(|row| (row.company_id.0, row.id, row.n_answers))
        .collect();
    assert_eq!(shape, [(0, 0, 16), (1, 4, 8), (0, 20, 16)]);
    let of = |company: i64| {
        let own = rows.iter().filter(move |row| row.company_id.0 == company);
        own.flat_map(|row| open(store::pack::unpack(stored(row)).unwrap()).unwrap())
            .collect::<Vec<_>>()
    };
    for company in [0, 1] {
        let own = bodies.iter().enumerate();
        let own = own.filter(|(n, _)| i64::from(n % 5 == 4) == company);
        assert_eq!(
            of(company),
            own.map(|(_, body)| body.clone()).collect::<Vec<_>>()
        );
    }
}

/// Lengths that are not those of what is there are damage, never other answers; and what comes from outside and only looks like
/// a row of several is one answer.
#[test]
fn answers_with_wrong_lengths_are_damaged() {
    let mark = b"\0TG\x03";
    let number = |n: u32| n.to_le_bytes().to_vec();
    let two = [
        mark.to_vec(),
        number(2),
        number(3),
        number(2),
        b"abcde".to_vec(),
    ]
    .concat();
    assert_eq!(open(two.clone()).unwrap(), [&b"abc"[..], b"de"]);
    let changed = |at: usize, to: u8| {
        let mut bytes = two.clone();
        bytes[at] = to;
        bytes
    };
    for bytes in [
        two[..two.len() - 1].to_vec(),
        two[..6].to_vec(),
        [&two[..], b"f"].concat(),
        changed(4, 3),
        changed(4, 1),
        changed(4, 0),
        changed(7, 0xff),
        changed(8, 4),
        changed(11, 0x80),
        changed(15, 0x7f),
    ] {
        let read = open(bytes.clone());
        assert!(
            matches!(read, Err(store::Error::Damaged(_))),
            "{bytes:?}: {read:?}"
        );
    }
    let foreign = Addressed {
        id: 1,
        company_id: CompanyId(1),
        body: Bytes::from(two.clone()),
    };
    let row = groups(vec![foreign]).unwrap().remove(0);
    let read = open(store::pack::unpack(stored(&row)).unwrap()).unwrap();
    assert_eq!(read, [two]);
}

/// A document that is damaged keeps its own answer from being recorded and no other one of the row, and the row goes with its last
/// answer only: what fails behind the first answers brings all of them again, and they stand once.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answers_of_a_row_are_recorded_once_each_however_far_a_turn_comes(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let platform = declared(engine.database()).await;
    let shared = &platform.shared;
    let company = platform.company_id(0);
    let bodies = (0..3).map(|k| Addressed {
        id: shared.ids.next(),
        company_id: company,
        body: answer(&platform, 0, k, true),
    });
    let rows = groups(bodies.collect()).unwrap();
    assert_eq!(rows.len(), 1);
    let insert = shared.db.write(move |tx| sql::insert(tx, "import", &rows));
    insert.await.unwrap();
    let all = crate::lane::ShardSet::all();
    let (kept, bodies) = super::turn(shared, Direction::Import, &all).await.unwrap();
    let is_taken: Vec<bool> = kept.iter().map(Option::is_some).collect();
    assert_eq!(is_taken, [false, false, true]);
    // As far as a process comes that stops behind the second.
    let fence = crate::lane::LaneFence::none();
    let first = (bodies[..2].to_vec(), kept[..2].to_vec());
    crate::answer::step(shared, first.0, first.1, &fence)
        .await
        .unwrap();
    assert_eq!(platform.feed(0).await.len(), 2);
    assert!(super::is_used(shared, Direction::Import).await.unwrap());
    crate::pipeline::drain(shared).await.unwrap();
    assert_eq!(platform.feed(0).await.len(), 3);
    assert!(!super::is_used(shared, Direction::Import).await.unwrap());
}

/// What is set aside takes no room from the answers that take turns, however much it is.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_aside_takes_no_room(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let shared = &platform.shared;
    let put = shared.db.write(|tx| {
        tx.execute(
            "insert into receipt_inbox (id, direction, company_id, n_bytes, body) \
             values (7, 'import', 0, $1, $2)",
            &[super::BYTES_MAX.into(), DAMAGED.into()],
        )
    });
    put.await.unwrap();
    let capacity = || super::capacity(shared, Direction::Import);
    assert_eq!(capacity().await.unwrap(), 0);
    crate::pipeline::drain(shared).await.unwrap();
    assert_eq!(capacity().await.unwrap(), super::MOVED_MAX);
}

/// Rows whose size or company is no whole number, as SQLite hands out what was changed on the disk, stop no answers of
/// others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_of_the_table_stops_nobody() {
    for values in [
        "7, 'import', 0, 'x', x'00'",
        "7, 'import', 1.5, 1, x'00'",
        "7, 'import', 'x', 1, x'00'",
    ] {
        let platform = declared(store::testing::sqlite()).await;
        let spoil = platform.shared.db.write(move |tx: &mut Tx<'_>| {
            let columns = "id, direction, company_id, n_bytes, body";
            tx.execute(
                &format!("insert into receipt_inbox ({columns}) values ({values})"),
                &[],
            )
        });
        assert_eq!(spoil.await.unwrap(), 1, "{values}");
        let down = platform.shared.customs.import_down.clone();
        let bodies: Vec<Bytes> = (0..FLOOD).map(|k| answer(&platform, 0, k, true)).collect();
        platform.shared.queue.put(&down, &bodies).await.unwrap();
        crate::pipeline::take_for_test(&platform.shared).await;
        crate::pipeline::drain(&platform.shared).await.unwrap();
        assert_eq!(platform.feed(0).await.len(), FLOOD, "{values}");
    }
}
