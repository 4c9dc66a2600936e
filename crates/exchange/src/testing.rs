//! A platform for the modules' tests: real databases, the built-in queue, the real simulator of customs,
//! a clock that stands still until it is moved.

mod person;

use crate::api::ApiState;
use crate::customs;
use crate::customs_box::{CustomsBox, CustomsBoxConfig as BoxConfig, Delays};
use crate::intake::http::SubmitState;
use crate::intake::{ArrivalOutcome, Intake, IntakeConfig, look};
use crate::message::Arrival;
use crate::message::MessageId;
use crate::pipeline;
use crate::shared::Feed;
use crate::shared::{Bell, Shared};
use archive::config::{ArchiveConfig, RetentionConfig};
use archive::{Archive, ArchiveBase};
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use ceb::Kind;
use ceb::sample::{Sender, Spec};
use queue::{Builtin, Queue};
use registry::access::{Actor, By, Gate, Origin, Permission, Sight, Who};
use registry::api_key::{self, ApiKey};
use registry::company::{self, Company, CompanyId, Directory};
use registry::context::AppContext;
use registry::role::Role;
use registry::seal::Seal;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::clock::{Clock, TestClock};
use store::id::IdMaker;
use store::task::Tasks;
use store::testing::TestDb;
use tempfile::TempDir;
use tokio::sync::watch;
use web::Problem;

/// 2026-03-02 09:00 in Beijing.
const START_MS: i64 = 1_772_413_200_000;

pub(crate) struct TestPlatform {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) customs_box: CustomsBox,
    /// The programs of the companies.
    pub(crate) programs: Vec<Arc<Actor>>,
    /// Their keys.
    pub(crate) keys: Vec<String>,
    pub(crate) gate: Arc<Gate>,
    /// Where the archive is.
    pub(crate) archive_folder: TempDir,
    _dbs: Vec<TestDb>,
}

/// An archive of this crate's tables in a folder.
fn archive_in(
    folder: &TempDir,
    test: &TestDb,
    (clock, ids): (&Arc<TestClock>, &Arc<IdMaker>),
) -> Archive {
    let config = ArchiveConfig {
        url: format!("file:{}", folder.path().display()),
        ..ArchiveConfig::default()
    };
    let base = ArchiveBase {
        db: test.db.clone(),
        database: test.config.clone(),
        clock: clock.clone(),
        ids: Arc::clone(ids),
    };
    let tables = crate::archived::TABLES.iter().copied().flatten().collect();
    Archive::new(base, tables, (&config, &RetentionConfig::default())).unwrap()
}

impl TestPlatform {
    /// A platform on this database with three companies.
    pub(crate) async fn on(test: TestDb) -> Self {
        Self::with_keys(test, crate::keyring::config::KeyringConfig::default()).await
    }

    /// The same with keys that sign for companies.
    pub(crate) async fn with_keys(
        test: TestDb,
        signing: crate::keyring::config::KeyringConfig,
    ) -> Self {
        let clock = TestClock::at(START_MS);
        let ids = Arc::new(IdMaker::new(clock.clone(), 1));
        let (queue_db, box_db) = (store::testing::sqlite(), store::testing::sqlite());
        let queue: Arc<dyn Queue> = Arc::new(Builtin::new(
            queue_db.db.clone(),
            clock.clone(),
            1,
            queue::builtin::BuiltinConfig::default(),
        ));
        let wire = customs::CustomsConfig::default();
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
        let (mut programs, mut keys) = (Vec::new(), Vec::new());
        for n in 1..=3 {
            let company = some_company(n);
            keys.push(register(&test, &company).await);
            programs.push(Arc::new(program(company)));
        }
        let context = context(&test, &clock, &ids);
        let gate = Arc::new(Gate::new(context.clone(), []));
        let folder = tempfile::tempdir().unwrap();
        let archive = Arc::new(archive_in(&folder, &test, (&clock, &ids)));
        let shared_clock: store::clock::SharedClock = clock.clone();
        let shared = Arc::new(Shared {
            db: test.db.clone(),
            clock: clock.clone(),
            ids,
            directory: Directory::new(test.db.clone(), clock.clone()),
            context,
            queue,
            customs: wire,
            keyring: Arc::new(crate::keyring::Keyring::new(&signing, &shared_clock)),
            signatures: Arc::new(crate::signature::Checker::new(
                &crate::signature::SignatureConfig::default(),
            )),
            feed: Arc::new(Feed::default()),
            accepted: Arc::new(Bell::default()),
            checked: Arc::new(Bell::default()),
            code_tables: Arc::default(),
            archive,
        });
        Self {
            archive_folder: folder,
            shared,
            clock,
            customs_box,
            programs,
            keys,
            gate,
            _dbs: vec![test, queue_db, box_db],
        }
    }

    /// What the steps share, once more: for tests that change a part of it.
    pub(crate) fn share(&self) -> Shared {
        let shared = &self.shared;
        Shared {
            db: shared.db.clone(),
            clock: Arc::clone(&shared.clock),
            ids: Arc::clone(&shared.ids),
            directory: Directory::new(shared.db.clone(), Arc::clone(&shared.clock)),
            context: shared.context.clone(),
            queue: Arc::clone(&shared.queue),
            customs: shared.customs.clone(),
            keyring: Arc::clone(&shared.keyring),
            signatures: Arc::clone(&shared.signatures),
            feed: Arc::clone(&shared.feed),
            accepted: Arc::clone(&shared.accepted),
            checked: Arc::clone(&shared.checked),
            code_tables: Arc::clone(&shared.code_tables),
            archive: Arc::clone(&shared.archive),
        }
    }

    /// A sample that company `n` (from 0) may send.
    pub(crate) fn sample(&self, n: usize, kind: Kind, seed: u64) -> String {
        ceb::sample::message(&self.spec(n, kind, seed))
    }

    pub(crate) fn spec(&self, n: usize, kind: Kind, seed: u64) -> Spec {
        let company = self.company(n);
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
        look(&self.programs[n], body, id, self.clock.now_ms()).map_err(|problem| problem.code)
    }

    /// Accepts a message of company `n` in a commit of its own.
    pub(crate) async fn accept(&self, n: usize, xml: impl Into<Vec<u8>>) -> ArrivalOutcome {
        let arrival = self.arrival(n, xml).unwrap();
        self.accept_all(vec![arrival]).await[0]
    }

    pub(crate) async fn accept_all(&self, arrivals: Vec<Arrival>) -> Vec<ArrivalOutcome> {
        let ids = Arc::clone(&self.shared.ids);
        self.shared
            .db
            .write(move |tx| crate::intake::commit_for_test(tx, &ids, &arrivals))
            .await
            .unwrap()
    }

    /// Checks these messages in one turn.
    pub(crate) async fn check(&self, turn: Vec<MessageId>) {
        let alone = crate::lane::LaneFence::none();
        crate::check::step(&self.shared, turn, &alone)
            .await
            .unwrap();
    }

    /// Runs platform and customs until neither has anything to do.
    pub(crate) async fn settle(&self) {
        loop {
            let n_done = pipeline::drain(&self.shared).await.unwrap();
            let work = self.customs_box.step(256).await.unwrap();
            if n_done == 0 && work == crate::customs_box::StepResult::default() {
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
        self.company(n).id
    }

    pub(crate) fn company(&self, n: usize) -> &Company {
        self.programs[n].company.as_deref().unwrap()
    }

    /// What company `n` sees.
    pub(crate) fn sight(&self, n: usize) -> Sight {
        Sight::Company(self.company_id(n))
    }

    /// The headers of a request of company `n`'s program.
    pub(crate) fn headers(&self, n: usize) -> HeaderMap {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.keys[n])).unwrap();
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    /// The n-th company's program as the caller that a handler takes first.
    pub(crate) async fn by<O: Permission>(&self, n: usize) -> By<O> {
        self.let_in(n).await.ok().unwrap()
    }

    /// The same, or why it may not call.
    pub(crate) async fn let_in<O: Permission>(&self, n: usize) -> Result<By<O>, Problem> {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        parts.headers = self.headers(n);
        By::from_request_parts(&mut parts, &self.gate).await
    }

    /// The task that commits; it ends with its last handle.
    pub(crate) fn intake(&self) -> Intake {
        let shared = &self.shared;
        Intake::start(
            &shared.context,
            Arc::clone(&shared.accepted),
            &Tasks::new(self.clock.clone()),
            &watch::channel(false).1,
        )
    }

    /// The state of the routes that take messages.
    pub(crate) fn submit_state(&self) -> Arc<SubmitState> {
        let config = Arc::new(IntakeConfig {
            signature_frame: true,
            ..IntakeConfig::default()
        });
        Arc::new(SubmitState {
            gate: Arc::clone(&self.gate),
            intake: self.intake(),
            ids: Arc::clone(&self.shared.ids),
            clock: self.clock.clone(),
            signatures: Arc::clone(&self.shared.signatures),
            directory: Arc::new(Directory::new(self.shared.db.clone(), self.clock.clone())),
            budget: config.budget(),
            forms: config.turns(),
            config,
        })
    }

    /// A request of company `n`'s program with a body.
    pub(crate) fn request(&self, n: usize, kind: &str, body: impl Into<Body>) -> Request {
        let mut request = Request::new(body.into());
        *request.headers_mut() = self.headers(n);
        let kind = kind.parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        request
    }

    /// The state of most handlers.
    pub(crate) fn api(&self) -> ApiState {
        ApiState {
            gate: Arc::clone(&self.gate),
            shared: Arc::clone(&self.shared),
        }
    }

    pub(crate) async fn state(&self, n: usize, id: MessageId) -> String {
        let sight = self.sight(n);
        let found = self
            .shared
            .db
            .read(move |tx| crate::finder::find(tx, &sight, id))
            .await;
        found
            .unwrap()
            .map_or("none".to_owned(), |message| message.state.name().to_owned())
    }
}

fn context(test: &TestDb, clock: &Arc<TestClock>, ids: &Arc<IdMaker>) -> AppContext {
    AppContext {
        db: test.db.clone(),
        clock: clock.clone(),
        ids: Arc::clone(ids),
        random: Arc::new(|| Some([7; 32])),
        seal: Arc::new(Seal::new(&[9; 32])),
        config: Arc::default(),
        parameters: Arc::default(),
        code_tables: Arc::default(),
    }
}

/// Registers a company and answers a key of its program.
async fn register(test: &TestDb, company: &Company) -> String {
    let company = company.clone();
    let key = ApiKey {
        id: 1000 + company.id.0,
        company_id: company.id,
        label: "test".to_owned(),
        created_at: 0,
        expires_at: i64::MAX,
        revoked_at: None,
    };
    let added = test.db.write(move |tx| {
        company::add(tx, &company).unwrap();
        api_key::issue(tx, &key, &[u8::try_from(key.id % 200).unwrap(); 32])
    });
    added.await.unwrap()
}

fn program(company: Company) -> Actor {
    Actor {
        who: Who::Key(1000 + company.id.0),
        name: "program".to_owned(),
        sight: Sight::Company(company.id),
        scope: None,
        company: Some(Arc::new(company)),
        roles: BTreeSet::from([Role::Program.name().to_owned()]),
        session: None,
        origin: Origin::default(),
    }
}

/// A person who sees what `sight` says, in a session of his own.
pub(crate) fn person(n: i64, role: Role, company: Option<&Company>, sight: Sight) -> Actor {
    Actor {
        who: Who::Account(registry::role::AccountId(n)),
        name: format!("测试人员{n}"),
        company: company.cloned().map(Arc::new),
        roles: BTreeSet::from([role.name().to_owned()]),
        sight,
        scope: None,
        session: Some(n),
        origin: Origin::default(),
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
pub(crate) fn accepted(outcome: ArrivalOutcome) -> MessageId {
    match outcome {
        ArrivalOutcome::Accepted(id) => id,
        other @ (ArrivalOutcome::Duplicate(..)
        | ArrivalOutcome::Conflict(_)
        | ArrivalOutcome::Full(_)
        | ArrivalOutcome::Withheld) => {
            panic!("{other:?}")
        }
    }
}
