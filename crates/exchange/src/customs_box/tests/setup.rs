//! A stage: a simulator on a database of its own, a queue, and a clock that the test moves.

use crate::customs_box::{CustomsBox, CustomsBoxConfig, Delays};
use bytes::Bytes;
use ceb::envelope::{self, Envelope};
use ceb::sample::{self, Spec};
use ceb::{Direction, Kind};
use queue::{Builtin, Queue, builtin};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::Db;
use store::clock::TestClock;
use store::testing::{TestDb, sqlite};

/// 2026-01-05T09:30:00 in Beijing.
const START_MS: i64 = 1_767_576_600_000;

pub(super) struct Setup {
    pub(super) customs: CustomsBox,
    pub(super) queue: Arc<Builtin>,
    pub(super) clock: Arc<TestClock>,
    pub(super) config: CustomsBoxConfig,
    db: Db,
    elapsed_ms: i64,
    next: AtomicU32,
    _test: Option<TestDb>,
}

impl Setup {
    /// On SQLite, with pauses of 100 ms and matching that waits for one second.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut CustomsBoxConfig)) -> Self {
        Self::on(sqlite(), change)
    }

    pub(super) fn on(test: TestDb, change: impl FnOnce(&mut CustomsBoxConfig)) -> Self {
        let mut config = CustomsBoxConfig {
            delays: Delays {
                first_ms: 100,
                second_ms: 100,
                third_ms: 100,
                further_ms: 100,
                tax_bill_ms: 100,
                tax_paid_ms: 100,
            },
            match_wait_ms: 1000,
            match_poll_ms: 200,
            ..CustomsBoxConfig::default()
        };
        change(&mut config);
        let clock = TestClock::at(START_MS);
        let queue = Arc::new(Builtin::new(
            test.db.clone(),
            clock.clone(),
            1,
            builtin::BuiltinConfig::default(),
        ));
        let db = test.db.clone();
        let customs = CustomsBox::new(db.clone(), queue.clone(), clock.clone(), config.clone());
        Self {
            customs,
            queue,
            clock,
            config,
            db,
            elapsed_ms: 0,
            next: AtomicU32::new(1),
            _test: Some(test),
        }
    }

    /// The simulator's process dies and another one starts on the same database.
    pub(super) fn restart(&mut self) {
        self.customs = CustomsBox::new(
            self.db.clone(),
            self.queue.clone(),
            self.clock.clone(),
            self.config.clone(),
        );
    }

    pub(super) async fn up(&self, kind: Kind, xml: &str) {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        self.up_as(kind, xml, &format!("COP{n:05}")).await;
    }

    pub(super) async fn up_as(&self, kind: Kind, xml: &str, cop_msg_id: &str) {
        let bytes = envelope::seal(&Envelope {
            cop_msg_id: cop_msg_id.to_owned(),
            sender_id: "DXPENT0000000001".to_owned(),
            receiver_ids: vec!["DXPEDCCEB0000002".to_owned()],
            creat_time: "2026-01-05T09:30:00".to_owned(),
            msg_type: kind.root().to_owned(),
            data: xml.as_bytes().to_vec(),
            ..Envelope::default()
        });
        let direction = kind.direction().unwrap_or(Direction::Import);
        self.up_bytes(direction, bytes).await;
    }

    pub(super) async fn up_bytes(&self, direction: Direction, bytes: Vec<u8>) {
        let name = match direction {
            Direction::Import => &self.config.import_up,
            Direction::Export => &self.config.export_up,
        };
        self.queue.put(name, &[Bytes::from(bytes)]).await.unwrap();
    }

    /// Lets so much time pass in steps of 100 ms; answers what came down, one line a receipt.
    pub(super) async fn play(&mut self, ms: i64) -> String {
        let mut text = String::new();
        let end = self.elapsed_ms + ms;
        loop {
            while self.customs.step(256).await.unwrap().n_messages > 0 {}
            for body in self.down().await {
                writeln!(text, "+{} {}", self.elapsed_ms, in_one_line(&body)).unwrap();
            }
            if self.elapsed_ms >= end {
                return text;
            }
            self.clock.advance(Duration::from_millis(100));
            self.elapsed_ms += 100;
        }
    }

    /// Takes everything from the down queues.
    pub(super) async fn down(&self) -> Vec<Bytes> {
        let mut bodies = Vec::new();
        for name in [&self.config.import_down, &self.config.export_down] {
            loop {
                let taken = self.queue.take(name, 1000, Duration::ZERO).await.unwrap();
                if taken.is_empty() {
                    break;
                }
                self.queue.ack(&taken).await.unwrap();
                bodies.extend(taken.into_iter().map(|delivery| delivery.body));
            }
        }
        bodies
    }
}

/// A sample of a kind with a marker in its numbers.
pub(super) fn marked(kind: Kind, marker: &str) -> String {
    let mut spec = Spec::new(kind, 7);
    spec.n_lines = 1;
    spec.marker = (!marker.is_empty()).then(|| marker.to_owned());
    sample::message(&spec)
}

/// A receipt in one line: kind, status and text of every entity; guids in texts are cut out.
pub(super) fn in_one_line(body: &[u8]) -> String {
    let Ok(envelope) = envelope::open(body) else {
        return "(garbage)".to_owned();
    };
    let receipts = ceb::receipt::split(&envelope.data).unwrap();
    let code = receipts.kind.code();
    assert_eq!(envelope.msg_type, receipts.kind.root());
    assert_eq!(envelope.receiver_ids, ["DXPENT0000000001"]);
    let problems: Vec<String> = ceb::parse(&envelope.data, ceb::Profile::Strict)
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.path, finding.text))
        .collect();
    assert!(problems.is_empty(), "{code}: {problems:?}");
    let entries: Vec<String> = receipts
        .entries
        .iter()
        .map(|entry| {
            let info = match entry.return_info.split_once('[') {
                Some((head, rest)) if head.ends_with("申报成功") => {
                    let tail = rest.split_once(']').map_or("", |(_, tail)| tail);
                    format!("{head}[…]{tail}")
                }
                _ => entry.return_info.clone(),
            };
            let numbered = match &entry.search.invt_no {
                Some(number) => format!(" {number}"),
                None => String::new(),
            };
            format!("{}{numbered} {info}", entry.return_status.0)
        })
        .collect();
    format!("{code} {}", entries.join(" & "))
        .trim_end()
        .to_owned()
}

/// Another value for every element of this name.
pub(super) fn replace(xml: &str, element: &str, value: &str) -> String {
    let (open, close) = (format!("<ceb:{element}>"), format!("</ceb:{element}>"));
    let mut text = String::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once(&open) {
        let (_, after) = after.split_once(&close).unwrap();
        text.push_str(&format!("{before}{open}{value}{close}"));
        rest = after;
    }
    text + rest
}
