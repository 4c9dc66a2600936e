//! The table of states, walked.

use super::{MessageId, State};
use crate::lane::LaneFence;
use crate::testing::{TestPlatform, accepted};
use ceb::{Direction, Kind};
use proptest::prelude::*;
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[test]
fn every_state_can_be_reached_and_none_is_a_dead_end() {
    for state in State::ALL {
        assert_eq!(State::from_name(state.name()), Some(state));
        let is_start = state == State::Received;
        assert_eq!(state.sources().is_empty(), is_start, "{state:?}");
        let goes_on = State::ALL
            .iter()
            .any(|next| next.sources().contains(&state));
        assert_eq!(goes_on, !state.is_final(), "{state:?}");
        assert!(
            state.sources().iter().all(|source| !source.is_final()),
            "{state:?}"
        );
        assert!(
            state.sources().len() <= 4,
            "change_state binds four sources"
        );
    }
    let from_start = |mut reached: Vec<State>| {
        loop {
            let more: Vec<State> = State::ALL
                .into_iter()
                .filter(|s| !reached.contains(s) && s.sources().iter().any(|f| reached.contains(f)))
                .collect();
            if more.is_empty() {
                return reached.len();
            }
            reached.extend(more);
        }
    };
    assert_eq!(from_start(vec![State::Received]), State::ALL.len());
}

proptest! {
    #[test]
    fn an_acceptance_number_reads_back(id in 1_i64..i64::MAX) {
        let id = MessageId(id);
        prop_assert_eq!(MessageId::parse(&id.acceptance_no()), Some(id));
        prop_assert_eq!(MessageId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn any_text_is_a_number_or_not(text in ".{0,20}") {
        let _ = MessageId::parse(&text);
        let _ = MessageId::parse(&format!("TG{text}"));
    }
}

async fn spoil(platform: &TestPlatform, id: MessageId) {
    let spoil = platform.shared.db.write(move |tx| {
        tx.execute(
            "update message_body set body = $1 where message_id = $2",
            &[
                (&b"\0TG\x01\x02k1 no key opens this"[..]).into(),
                id.0.into(),
            ],
        )
    });
    assert_eq!(spoil.await.unwrap(), 1);
}

async fn state(platform: &TestPlatform, id: MessageId) -> State {
    let read = platform.shared.db.read(move |tx| -> store::Result<_> {
        let all = registry::access::Sight::All;
        Ok(crate::finder::find(tx, &all, id)?.map(|message| message.state))
    });
    read.await.unwrap().unwrap()
}

/// One flipped bit on the disk, of a message that nobody has sealed: its bytes are handed out to nobody, neither to its
/// company nor to customs.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_are_those_that_were_received_or_none(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut xml = platform.sample(0, Kind::Ceb311, 1).into_bytes();
    let id = accepted(
        platform
            .accept(0, String::from_utf8(xml.clone()).unwrap())
            .await,
    );
    let read = async || {
        let sight = platform.sight(0);
        let read = move |tx: &mut Tx<'_>| crate::finder::body(tx, &sight, id);
        platform.shared.db.read(read).await
    };
    assert_eq!(read().await.unwrap().as_ref(), Some(&xml));
    xml[300] ^= 1;
    let flip = platform.shared.db.write(move |tx| {
        let sql = "update message_body set body = $1 where message_id = $2";
        tx.execute(sql, &[xml.as_slice().into(), id.0.into()])
    });
    assert_eq!(flip.await.unwrap(), 1);
    assert!(matches!(read().await, Err(store::Error::Damaged(_))));
    crate::pipeline::drain(&platform.shared).await.unwrap();
    assert_eq!(state(&platform, id).await, State::Held);
    let lose = platform.shared.db.write(move |tx| {
        tx.execute(
            "delete from message_body where message_id = $1",
            &[id.0.into()],
        )
    });
    assert_eq!(lose.await.unwrap(), 1);
    assert!(matches!(read().await, Err(store::Error::Damaged(_))));
}

/// A text of a row that is no text any more, as SQLite hands out what was changed on the disk, holds its message and
/// stops no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_damaged_stops_nobody() {
    for column in ["kind", "profile"] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let broken = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 1))
                .await,
        );
        let other = accepted(
            platform
                .accept(1, platform.sample(1, Kind::Ceb311, 2))
                .await,
        );
        let spoil = platform.shared.db.write(move |tx| {
            let sql = format!("update message set {column} = cast(x'80ff' as text) where id = $1");
            tx.execute(&sql, &[broken.0.into()])
        });
        assert_eq!(spoil.await.unwrap(), 1);
        crate::pipeline::drain(&platform.shared).await.unwrap();
        assert_eq!(platform.state(1, other).await, "sent", "{column}");
        let held = platform.shared.db.read(move |tx| -> store::Result<_> {
            let sql = "select state from message where id = $1";
            tx.query_opt(sql, &[broken.0.into()])?.unwrap().text(0)
        });
        assert_eq!(held.await.unwrap(), "held", "{column}");
    }
}

/// Damaged on the disk before the check or before it is sent: it is held, and the others of the turn go on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_no_key_opens_is_held_and_stops_nobody(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut ids = Vec::new();
    for seed in 1..=3 {
        let xml = platform.sample(0, Kind::Ceb311, seed);
        ids.push(accepted(platform.accept(0, xml).await));
    }
    spoil(&platform, ids[0]).await;
    let checked = crate::check::step(&platform.shared, ids.clone(), &LaneFence::none())
        .await
        .unwrap();
    assert_eq!(checked.0, 3);
    assert_eq!(state(&platform, ids[0]).await, State::Held);
    spoil(&platform, ids[1]).await;
    let turn = vec![ids[1], ids[2]];
    let sent = crate::dispatch::step(
        &platform.shared,
        Direction::Import,
        turn,
        &LaneFence::none(),
    )
    .await;
    assert_eq!(sent.unwrap(), 2);
    assert_eq!(state(&platform, ids[1]).await, State::Held);
    assert_eq!(state(&platform, ids[2]).await, State::Sent);
    assert_eq!(crate::pipeline::drain(&platform.shared).await.unwrap(), 0);
}

/// Spoils a row as a disk does, and lets the pipeline go on.
async fn spoil_row(platform: &TestPlatform, sql: &'static str, id: i64) {
    let write = platform
        .shared
        .db
        .write(move |tx: &mut Tx<'_>| tx.execute(sql, &[id.into()]));
    assert_eq!(write.await.unwrap(), 1, "{sql}");
    // Longer than the copy of the companies is believed.
    platform.clock.advance(std::time::Duration::from_secs(2));
    crate::pipeline::drain(&platform.shared).await.unwrap();
}

/// A company whose row is damaged stops nobody else; its own messages are held, not refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_company_holds_its_own_messages_only() {
    for sql in [
        "update company set name = cast(x'80ff' as text) where id = $1",
        "update company set dxp_id = cast(dxp_id as blob) where id = $1",
        "update company set weight = 'x' where id = $1",
        "update company set weight = 1.5 where id = $1",
        "update company set created_at = 1.5 where id = $1",
    ] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let own = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 5))
                .await,
        );
        let other = accepted(
            platform
                .accept(1, platform.sample(1, Kind::Ceb311, 6))
                .await,
        );
        spoil_row(&platform, sql, platform.company_id(0).0).await;
        assert_eq!(platform.state(1, other).await, "sent", "{sql}");
        assert_eq!(platform.state(0, own).await, "held", "{sql}");
    }
}

/// By its kind and direction a message is checked and sent: one whose row says another than its bytes is held, and so is
/// one whose row has values of another type. Lists show it with the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_row_is_not_of_its_bytes_is_held_and_listed() {
    for sql in [
        "update message set kind = 'CEB303' where id = $1",
        "update message set direction = 'export' where id = $1",
        "update message set kind = cast(kind as blob) where id = $1",
        "update message set profile = cast(profile as blob) where id = $1",
        "update message set hash = cast(hex(hash) as text) where id = $1",
        "update message set n_bytes = 'x', kind = 'CEB303' where id = $1",
        "update message_body set body = cast(body as text) where message_id = $1",
        "delete from message_body where message_id = $1",
    ] {
        let platform = TestPlatform::on(store::testing::sqlite()).await;
        let own = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 5))
                .await,
        );
        let other = accepted(
            platform
                .accept(0, platform.sample(0, Kind::Ceb311, 6))
                .await,
        );
        spoil_row(&platform, sql, own.0).await;
        assert_eq!(platform.state(0, other).await, "sent", "{sql}");
        let sight = platform.sight(0);
        let read = move |tx: &mut Tx<'_>| {
            crate::finder::list(tx, &sight, &crate::finder::Filter::default(), 10)
        };
        let listed = platform.shared.db.read(read).await.unwrap();
        let states: Vec<(MessageId, State)> =
            listed.iter().map(|one| (one.id, one.state)).collect();
        assert_eq!(states, [(other, State::Sent), (own, State::Held)], "{sql}");
    }
}

/// A message that belongs to no company any more stops nobody's check and nobody's sending.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_a_damaged_owner_stops_nobody() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let own = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 5))
            .await,
    );
    let other = accepted(
        platform
            .accept(1, platform.sample(1, Kind::Ceb311, 6))
            .await,
    );
    spoil_row(
        &platform,
        "update message set company_id = 'x' where id = $1",
        own.0,
    )
    .await;
    assert_eq!(platform.state(1, other).await, "sent");
}
