//! A house for the rooms' tests: real databases, the built-in queue, the real simulator of customs,
//! a clock that stands still until it is moved.

use crate::customs;
use crate::customs_box::{Config as BoxConfig, CustomsBox, Delays};
use crate::downlink::Feed;
use crate::intake::{Arrival, Outcome, look};
use crate::message::MessageId;
use crate::pipeline::{self, Bell, Shared};
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use queue::{Builtin, Queue};
use registry::api_key::Caller;
use registry::company::{self, Company, CompanyId, Directory};
use std::sync::Arc;
use store::clock::{Clock, TestClock};
use store::id::IdMaker;
use store::testing::TestDb;

/// 2026-03-02 09:00 in Beijing.
const START_MS: i64 = 1_772_413_200_000;

pub(crate) struct House {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) customs_box: CustomsBox,
    pub(crate) callers: Vec<Caller>,
    _dbs: Vec<TestDb>,
}

impl House {
    /// A house on this database with three companies.
    pub(crate) async fn on(test: TestDb) -> Self {
        let clock = TestClock::at(START_MS);
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let (queue_db, box_db) = (store::testing::sqlite(), store::testing::sqlite());
        let queue: Arc<dyn Queue> = Arc::new(Builtin::new(
            queue_db.db.clone(),
            clock.clone(),
            1,
            queue::builtin::Config::default(),
        ));
        let wire = customs::Config::default();
        let config = BoxConfig {
            delays: Delays::none(),
            ..BoxConfig::default()
        };
        let customs_box = CustomsBox::new(
            box_db.db.clone(),
            Arc::clone(&queue),
            clock.clone(),
            config.on(&wire),
        );
        for name in [
            &wire.import_up,
            &wire.import_down,
            &wire.export_up,
            &wire.export_down,
        ] {
            queue.declare(name).await.unwrap();
        }
        let mut callers = Vec::new();
        for n in 1..=3 {
            let company = some_company(n);
            let added = company.clone();
            test.db
                .write(move |tx| company::add(tx, &added))
                .await
                .unwrap()
                .unwrap();
            callers.push(Caller {
                company: Arc::new(company),
                key_id: n,
            });
        }
        let shared = Arc::new(Shared {
            db: test.db.clone(),
            clock: clock.clone(),
            ids,
            directory: Directory::new(test.db.clone(), clock.clone()),
            queue,
            customs: wire,
            feed: Arc::new(Feed::default()),
            accepted: Arc::new(Bell::default()),
            checked: Arc::new(Bell::default()),
        });
        Self {
            shared,
            clock,
            customs_box,
            callers,
            _dbs: vec![test, queue_db, box_db],
        }
    }

    /// A sample that company `n` (from 0) may send.
    pub(crate) fn sample(&self, n: usize, kind: Kind, seed: u64) -> String {
        ceb::sample::message(&self.spec(n, kind, seed))
    }

    pub(crate) fn spec(&self, n: usize, kind: Kind, seed: u64) -> Spec {
        let company = &self.callers[n].company;
        let sender = Sender {
            code: company.customs_code.clone(),
            name: company.name.clone(),
            dxp_id: company.dxp_id.clone(),
        };
        Spec {
            sender,
            ..Spec::new(kind, seed)
        }
    }

    pub(crate) fn arrival(&self, n: usize, xml: impl Into<Vec<u8>>) -> Result<Arrival, String> {
        let id = MessageId(self.shared.ids.next());
        let body = bytes::Bytes::from(xml.into());
        look(&self.callers[n], body, id, self.clock.now_ms()).map_err(|problem| problem.code)
    }

    /// Accepts a message of company `n` in a commit of its own.
    pub(crate) async fn accept(&self, n: usize, xml: impl Into<Vec<u8>>) -> Outcome {
        let arrival = self.arrival(n, xml).unwrap();
        self.accept_all(vec![arrival]).await[0]
    }

    pub(crate) async fn accept_all(&self, arrivals: Vec<Arrival>) -> Vec<Outcome> {
        let ids = Arc::clone(&self.shared.ids);
        self.shared
            .db
            .write(move |tx| crate::intake::commit_for_test(tx, &ids, &arrivals))
            .await
            .unwrap()
    }

    /// Runs platform and customs until neither has anything to do.
    pub(crate) async fn settle(&self) {
        loop {
            let n_done = pipeline::drain(&self.shared).await.unwrap();
            let work = self.customs_box.step(256).await.unwrap();
            if n_done == 0 && work == crate::customs_box::Work::default() {
                return;
            }
        }
    }

    /// The feed of company `n`: kind, key and status of each receipt.
    pub(crate) async fn feed(&self, n: usize) -> Vec<String> {
        let company = self.company_id(n);
        let items = self
            .shared
            .db
            .read(move |tx| crate::downlink::after(tx, company, 0, 1000));
        let line = |item: crate::downlink::Item| {
            format!("{} {} {}", item.kind, item.document_key, item.return_status)
        };
        items.await.unwrap().into_iter().map(line).collect()
    }

    pub(crate) fn company_id(&self, n: usize) -> CompanyId {
        self.callers[n].company.id
    }

    pub(crate) async fn state(&self, n: usize, id: MessageId) -> String {
        let company = self.company_id(n);
        let found = self
            .shared
            .db
            .read(move |tx| crate::query::find(tx, company, id))
            .await;
        found
            .unwrap()
            .map_or("none".to_owned(), |message| message.state.name().to_owned())
    }
}

fn some_company(n: i64) -> Company {
    let seed = u64::try_from(n).unwrap();
    Company {
        id: CompanyId(n),
        credit_code: ceb::sample::credit_code(900 + seed),
        customs_code: format!("11059601{n:02}"),
        name: format!("测试企业{n}"),
        dxp_id: format!("DXPENT{n:010}"),
        roles: vec!["ebc".to_owned()],
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: 0,
    }
}

/// The id of an accepted message.
pub(crate) fn accepted(outcome: Outcome) -> MessageId {
    match outcome {
        Outcome::Accepted(id) => id,
        other @ (Outcome::Duplicate(..) | Outcome::Conflict(_)) => panic!("{other:?}"),
    }
}
