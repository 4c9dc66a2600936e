//! What happens is told once, to those who see it.

use super::hub::LogReader;
use super::{Follower, LiveHub};
use crate::testing::{TestPlatform, accepted};
use ceb::Kind;
use registry::access::Sight;
use registry::company::CompanyId;
use rstest::rstest;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::clock::Clock;
use store::event::EventPlace;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::sync::watch;

/// A connection with a reader of its own.
struct Heard {
    reader: LogReader,
    follower: Follower,
    feed: Option<(CompanyId, i64)>,
}

impl Heard {
    fn new(sight: Sight, now_ms: i64, feed: Option<(CompanyId, i64)>) -> Self {
        Self {
            reader: LogReader {
                place: Some(EventPlace::default()),
            },
            follower: Follower::new(sight, now_ms, feed),
            feed,
        }
    }
}

/// Looks and tells: names and data.
async fn look(platform: &TestPlatform, heard: &mut Heard) -> Vec<String> {
    platform.shared.directory.refresh().await.unwrap();
    let question = heard
        .reader
        .question(heard.feed.into_iter().collect(), platform.clock.now_ms());
    let found = platform.shared.db.read(question).await.unwrap();
    let new = heard.reader.take(found);
    heard.follower.hear(&new, &platform.shared.directory);
    std::iter::from_fn(|| heard.follower.next())
        .map(|news| format!("{} {}", news.name, news.data))
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_hears_its_own_once_and_nothing_of_others(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let now_ms = platform.clock.now_ms();
    let feed = |n| Some((platform.company_id(n), 0));
    let mut own = Heard::new(platform.sight(0), now_ms, feed(0));
    let mut stranger = Heard::new(platform.sight(1), now_ms, feed(1));
    let mut district = Heard::new(Sight::District("1105".to_owned()), now_ms, None);
    let mut nothing = Heard::new(Sight::Nothing, now_ms, None);
    let id = accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    platform.settle().await;
    let heard = look(&platform, &mut own).await;
    assert!(
        heard[0].contains(&format!("\"id\":\"{id}\"")) && heard[0].contains("received"),
        "{heard:?}"
    );
    assert!(
        heard.iter().any(|line| line.starts_with("receipt ")),
        "{heard:?}"
    );
    assert!(
        heard.iter().any(|line| line.contains("settled")),
        "{heard:?}"
    );
    assert_eq!(look(&platform, &mut own).await, [""; 0]);
    assert_eq!(look(&platform, &mut stranger).await, [""; 0]);
    assert_eq!(look(&platform, &mut nothing).await, [""; 0]);
    assert!(!look(&platform, &mut district).await.is_empty());
    platform.clock.advance(Duration::from_secs(9));
    assert_eq!(look(&platform, &mut own).await, [""; 0]);
    platform
        .accept(0, platform.sample(0, Kind::Ceb311, 2))
        .await;
    assert_eq!(look(&platform, &mut own).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_caught_up_with() {
    let platform = TestPlatform::on(store::testing::sqlite()).await;
    let mut own = Heard::new(platform.sight(0), platform.clock.now_ms(), None);
    let mut n_heard = 0;
    for batch in 0..4_u64 {
        let arrivals = (0..300).map(|n| {
            platform
                .arrival(0, platform.sample(0, Kind::Ceb411, batch * 300 + n))
                .unwrap()
        });
        platform.accept_all(arrivals.collect()).await;
        platform.clock.advance(Duration::from_secs(1));
    }
    for _ in 0..10 {
        n_heard += look(&platform, &mut own).await.len();
        platform.clock.advance(Duration::from_secs(1));
    }
    assert!(n_heard > 500, "{n_heard}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_are_pushed_to_those_who_see_their_company_and_new_ones_to_the_bureau(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let now_ms = platform.clock.now_ms();
    let mut own = Heard::new(platform.sight(0), now_ms, None);
    let mut stranger = Heard::new(platform.sight(1), now_ms, None);
    let mut bureau = Heard::new(Sight::All, now_ms, None);
    let case = |id: i64, company: Option<i64>| store::event::Event {
        id,
        at_ms: now_ms,
        kind: "case.accepted".to_owned(),
        company_id: company,
        subject_id: id,
        detail: String::new(),
    };
    let from = store::id::first_at_ms(now_ms);
    let events = [
        case(from, None),
        case(from + 1, Some(platform.company_id(0).0)),
    ];
    let write = platform
        .shared
        .db
        .write(move |tx| store::event::append(tx, &events));
    write.await.unwrap();
    let line = |id: i64| format!("case {{\"id\":\"{id}\",\"state\":\"accepted\",");
    let (first, second) = (line(from), line(from + 1));
    let heard = look(&platform, &mut own).await;
    assert!(
        heard.len() == 1 && heard[0].starts_with(&second),
        "{heard:?}"
    );
    let heard = look(&platform, &mut bureau).await;
    assert!(
        heard.len() == 2 && heard[0].starts_with(&first) && heard[1].starts_with(&second),
        "{heard:?}"
    );
    assert_eq!(look(&platform, &mut stranger).await, [""; 0]);
}

/// What became of a message is told as it is: what customs turned down is no success, and its company must
/// act.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_message_is_pushed_as_it_is(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let mut own = Heard::new(platform.sight(0), platform.clock.now_ms(), None);
    let mut send = async |seed, marker: Option<&str>| {
        let mut spec = platform.spec(0, Kind::Ceb311, seed);
        spec.marker = marker.map(str::to_owned);
        let id = accepted(platform.accept(0, ceb::sample::message(&spec)).await);
        platform.settle().await;
        // The last word on the message, as programs read it.
        let heard = look(&platform, &mut own).await;
        let lines = heard
            .iter()
            .filter_map(|line| line.strip_prefix("message "));
        let mut messages =
            lines.map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
        let id = id.to_string();
        let last = messages.rfind(|news| news["id"] == id.as_str());
        let last = last.unwrap();
        let text = |name: &str| last[name].as_str().unwrap().to_owned();
        let needs_action = last["needsAction"].as_bool().unwrap();
        (text("outcome"), text("stateName"), needs_action)
    };
    let expected = |outcome: &str, state: &str, needs_action: bool| {
        (outcome.to_owned(), state.to_owned(), needs_action)
    };
    let rejected = send(41, Some("ZZ-R1332")).await;
    assert_eq!(rejected, expected("rejected", "海关退单", true));
    let faulty = send(42, Some("ZZ-N621018")).await;
    assert_eq!(faulty, expected("faulty", "处理异常", true));
    let good = send(43, None).await;
    assert_eq!(good, expected("accepted", "回执已收齐", false));
}

/// A receipt tells what it says of its message, and whether its company must act.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_says_whether_its_company_must_act(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let feed = Some((platform.company_id(0), 0));
    let mut own = Heard::new(platform.sight(0), platform.clock.now_ms(), feed);
    let cases = [
        (41, Some("ZZ-R1332"), "rejected", true),
        (42, Some("ZZ-N621018"), "faulty", true),
        (43, None, "accepted", false),
    ];
    for (seed, marker, outcome, acts) in cases {
        let mut spec = platform.spec(0, Kind::Ceb311, seed);
        spec.marker = marker.map(str::to_owned);
        accepted(platform.accept(0, ceb::sample::message(&spec)).await);
        platform.settle().await;
        let heard = look(&platform, &mut own).await;
        let mut receipts = heard
            .iter()
            .filter_map(|line| line.strip_prefix("receipt "));
        let last: serde_json::Value = serde_json::from_str(receipts.next_back().unwrap()).unwrap();
        assert_eq!(last["outcome"], outcome);
        assert_eq!(last["needsAction"], acts, "{last}");
    }
}

/// However many listen to a company, its feed is read once, and no longer than somebody does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_reader_serves_all_who_listen(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let platform = TestPlatform::on(engine.database()).await;
    let (shared, hub) = (&platform.shared, LiveHub::default());
    let tasks = store::task::Tasks::new(Arc::clone(&shared.clock));
    let (stop, stopped) = watch::channel(false);
    let running = hub.start(shared, &tasks, &stopped);
    let company = platform.company_id(0);
    let mut all: Vec<_> = (0..50).map(|_| hub.listen(Some((company, 0)))).collect();
    assert_eq!(hub.feeds(), BTreeMap::from([(company, 0)]));
    let now_ms = platform.clock.now_ms();
    accepted(
        platform
            .accept(0, platform.sample(0, Kind::Ceb311, 1))
            .await,
    );
    platform.settle().await;
    let mut look = None;
    for _ in 0..1000 {
        platform.clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
        if let Ok(found) = all[0].looks.try_recv() {
            look = Some(found);
            break;
        }
        store::clock::SystemClock
            .sleep(Duration::from_millis(1))
            .await;
    }
    let look = look.unwrap();
    shared.directory.refresh().await.unwrap();
    for listening in all.iter_mut().skip(1) {
        let own = listening.looks.recv().await.unwrap();
        assert!(Arc::ptr_eq(&own, &look), "all are handed the same");
        let mut follower = Follower::new(platform.sight(0), now_ms, Some((company, 0)));
        assert!(follower.hear(&own, &shared.directory));
        let mut stranger = Follower::new(platform.sight(1), now_ms, None);
        assert!(!stranger.hear(&own, &shared.directory));
    }
    let read_to = hub.feeds()[&company];
    assert!(read_to > 0);
    // Who comes later begins where he says, and is not told twice.
    let mut late = Follower::new(platform.sight(0), i64::MAX / 2, Some((company, read_to)));
    assert!(!late.hear(&look, &shared.directory));
    all.truncate(1);
    assert_eq!(hub.feeds().len(), 1);
    drop(all);
    assert!(hub.feeds().is_empty());
    stop.send_replace(true);
    running.await.unwrap();
}
