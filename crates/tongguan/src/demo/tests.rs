//! What the demo shows: everything that can become of a declaration, and what watchers count of it.

use super::scene::{Scene, play};
use super::stream::{chain, post, scene_of};
use super::{DemoCompany, companies};
use crate::app::{self, Metrics};
use crate::config::Config;
use crate::roles::Process;
use ceb::{Direction, Outcome};
use exchange::customs_box::{CustomsBox, Delays};
use exchange::finder::{self, Filter};
use exchange::message::State;
use exchange::pipeline::drain;
use exchange::query::board;
use registry::access::Sight;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// A demo whose loops are turned by hand: nothing waits for time to pass.
struct Setup {
    process: Process,
    customs_box: CustomsBox,
    companies: Vec<DemoCompany>,
    _folder: tempfile::TempDir,
}

impl Setup {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default().under(folder.path());
        config.http.listen = "127.0.0.1:0".to_owned();
        config.intake.signature_frame = true;
        config.customs_box.delays = Delays::none();
        let process = Process::open_to_stay(config).await.unwrap();
        let shared = &process.shared;
        let wire = &shared.customs;
        for name in [
            &wire.import_up,
            &wire.import_down,
            &wire.export_up,
            &wire.export_down,
        ] {
            shared.queue.declare(name).await.unwrap();
        }
        let file = folder.path().join("customs-box.db");
        let beside =
            crate::databases::beside(&process.config.store, format!("sqlite:{}", file.display()));
        let customs_box = CustomsBox::new(
            crate::databases::open_db(beside).await.unwrap(),
            Arc::clone(&shared.queue),
            Arc::clone(&shared.clock),
            process.config.customs_box.clone().on(wire),
        );
        let companies = companies(shared, folder.path()).await.unwrap();
        Self {
            process,
            customs_box,
            companies,
            _folder: folder,
        }
    }

    /// Runs platform and customs until neither has anything to do.
    async fn settle(&self) {
        loop {
            let n_done = drain(&self.process.shared).await.unwrap();
            let work = self.customs_box.step(256).await.unwrap();
            if n_done == 0 && work == exchange::customs_box::StepResult::default() {
                return;
            }
        }
    }

    /// Serves the demo while a show is played at its address.
    async fn serve<T>(&self, show: impl AsyncFnOnce(&str) -> T) -> T {
        let router = app::router(&self.process, Metrics::of_tests(), true, None).unwrap();
        let (ready, address) = oneshot::channel();
        let socket = app::bind(&self.process.config.http.listen).await.unwrap();
        let serving = app::serve(&self.process, socket, router, |at| {
            ready.send(at).unwrap();
        });
        let showing = async {
            let address = address.await.unwrap().to_string();
            show(&address).await
        };
        tokio::select! {
            served = serving => panic!("it serves until the show is over: {served:?}"),
            shown = showing => shown,
        }
    }

    /// Plays scenes of the first company, while the platform works.
    async fn play(&self, address: &str, scenes: &[Scene]) {
        for (seed, scene) in (5000..).zip(scenes) {
            let company = (address, &self.companies[0]);
            let playing = play(&self.process.shared, company, *scene, seed);
            let mut playing = std::pin::pin!(playing);
            loop {
                tokio::select! {
                    biased;
                    played = &mut playing => {
                        played.unwrap();
                        break;
                    }
                    () = std::future::ready(()) => {}
                }
                // In full each time: what is left in the midst of a step waits for its lease to end.
                drain(&self.process.shared).await.unwrap();
            }
        }
    }
}

/// One request from this machine, with the key of a company or none; answers all that came back.
async fn get(address: &str, path: &str, key: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let key = match key {
        "" => String::new(),
        key => format!("authorization: Bearer {key}\r\n"),
    };
    let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{key}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Whoever looks at the demo sees each outcome, a message that waits for an operator, a receipt that fits
/// nothing, and a tax bill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_every_outcome_a_held_message_an_unmatched_receipt_and_a_tax_bill() {
    let setup = Setup::new().await;
    let shared = &setup.process.shared;
    let feed = setup
        .serve(async |address| {
            let company = &setup.companies[1];
            for direction in [Direction::Import, Direction::Export] {
                for xml in chain(shared, company, 9000, direction) {
                    post(address, &company.key, &xml).await.unwrap();
                }
            }
            setup.play(address, &Scene::ALL).await;
            setup.settle().await;
            let path = "/api/v1/receipts?after=0&limit=1000";
            get(address, path, &company.key).await
        })
        .await;
    let read = shared.db.read(|tx| -> store::Result<_> {
        let all = finder::list(tx, &Sight::All, &Filter::default(), 1000)?;
        Ok((all, board::waiting(tx)?.n_parked))
    });
    let (all, n_parked) = read.await.unwrap();
    let outcomes: BTreeSet<&str> = all.iter().map(|message| message.outcome.name()).collect();
    let every: BTreeSet<&str> = Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    assert_eq!(outcomes, every);
    assert!(all.iter().any(|message| message.state == State::Held));
    assert_eq!(n_parked, 1, "a receipt that fits nothing");
    assert!(feed.contains("\"CEB816\""), "a tax bill: {feed}");
}

/// In three rounds of its three companies the demo has played every scene.
#[test]
fn every_scene_has_its_turn() {
    let turns = (0..3).flat_map(|round| (0..3).filter_map(move |place| scene_of(round, place)));
    let played: Vec<Scene> = turns.collect();
    for scene in Scene::ALL {
        assert!(played.contains(&scene), "{scene:?} is not played");
    }
}

/// Who watches the platform by its metrics sees how many messages customs and the platform turned down, and on
/// how many a company must act.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_show_what_was_turned_down() {
    let setup = Setup::new().await;
    let metrics = setup
        .serve(async |address| {
            let bad = [
                Scene::Rejected,
                Scene::Rejected,
                Scene::Faulty,
                Scene::Refused,
            ];
            setup.play(address, &bad).await;
            setup.settle().await;
            get(address, "/metrics", "").await
        })
        .await;
    let value = |name: &str, outcome: &str| -> u32 {
        let series = format!("{name}{{outcome=\"{outcome}\"}} ");
        let mut lines = metrics.lines();
        let found = lines.find_map(|line| line.strip_prefix(&series));
        found.map_or(0, |value| value.parse().unwrap())
    };
    for (outcome, n) in [("rejected", 2), ("faulty", 1), ("refused", 1)] {
        let open = value("tongguan_messages_needing_action", outcome);
        assert_eq!(open, n, "{outcome}: {metrics}");
        // The counters are those of the whole process, in which other tests may run.
        let total = value("tongguan_outcomes_total", outcome);
        assert!(total >= n, "{outcome}: {metrics}");
    }
}
