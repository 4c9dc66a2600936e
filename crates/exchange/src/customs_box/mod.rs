//! Customs in a box (海关模拟器): plays customs and the E-Port where there is none. **A simulator**:
//! its receipts are made up and have no legal force.
//!
//! It sits at the far end of the wire and speaks what customs speaks:
//!
//! 1. [`CustomsBox::step`] takes uploads (`DxpMsgSv`, `DxpMsg` or bare) from the two up queues and
//!    reads them as strictly as customs does; what the schema refuses is answered with a CEB900.
//! 2. In one transaction it plays the new ones: the rules of declaring again, three-document
//!    matching, parts, cancels and refunds; and writes what must be answered, and when.
//! 3. It puts what is due on the down queues as `DxpMsgSv`, and only then acknowledges the uploads.
//!    What was sent is struck off in the next transaction: after a crash in between it is sent
//!    again, byte for byte the same.
//!
//! Invariants: an upload (sender, `CopMsgId`) is played once; all times come from the clock, all
//! guids from ids and a seed, nothing from chance; one box works on one database at a time.
//!
//! Tests make it misbehave by magic words in numbers ([`magic_page`]); people do so by
//! [`CustomsBox::inject`] and [`CustomsBox::fail_for`]. Matching is relaxed by default: a list
//! without partners is processed after a short wait, and status 2 says what is missing.
//!
//! Deliberately absent: signatures are not verified, taxes are rough, personal limits not kept.

mod config;
mod drill;
pub mod http;
mod joint;
mod magic;
mod matching;
mod papers;
mod plan;
mod play;
mod prepare;
mod receipt;
mod rules;
mod sql;
#[cfg(test)]
mod tests;
mod time;

pub use config::{CustomsBoxConfig, Delays, Matching};
pub use drill::{Drill, Outage};

use bytes::Bytes;
use ceb::{Direction, Kind, ReturnStatus};
use play::{Play, PlayContext};
use queue::{Delivery, Queue};
use sql::{Due, Task};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::clock::SharedClock;
use store::id::IdMaker;
use store::task::Pulse;
use store::{Db, Tx};
use tokio::sync::{Mutex, watch};

/// Uploads that one step takes from each queue.
const UPLOADS_PER_STEP: usize = 256;

/// Due rows that one step sends.
const DUE_PER_STEP: i64 = 1000;

/// How long an upload is remembered to recognise its repetition: three days, in milliseconds.
const UPLOAD_MEMORY_MS: i64 = 3 * 24 * 3600 * 1000;

/// Answers are this much later while the switch "slow" is on: ten seconds.
const SLOW_MS: i64 = 10_000;

/// Why a step failed; nothing of it is lost, the next step repeats it.
#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    /// The simulator's database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The queues.
    #[error(transparent)]
    Queue(#[from] queue::Error),
    /// A bug.
    #[error("the simulator failed: {0}")]
    Fault(String),
}

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepResult {
    /// Uploads that were taken.
    pub n_uploads: usize,
    /// Receipt messages that were put.
    pub n_messages: usize,
}

/// Which document an injected answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By kind and business key.
    Key(Kind, String),
    /// A list by its number (清单编号); the kind says import (621) or export (603).
    InvtNo(Kind, String),
}

/// An answer made by hand (人工注入回执).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injection {
    /// The document that is answered.
    pub target: Target,
    /// The status, any number.
    pub status: ReturnStatus,
    /// The text; when empty, the usual one.
    pub info: String,
    /// How much later it is sent.
    pub delay: Duration,
}

/// The page that explains the simulator and its magic words (docs/protocol/customs-box.md).
pub fn magic_page() -> String {
    magic::page()
}

/// The simulator.
pub struct CustomsBox {
    db: Db,
    queue: Arc<dyn Queue>,
    clock: SharedClock,
    config: Arc<CustomsBoxConfig>,
    ids: Arc<IdMaker>,
    /// Rows that were sent and must be struck off; held during a step, so that steps do not mix.
    sent: Mutex<Vec<i64>>,
    drill: std::sync::Mutex<Option<Drill>>,
}

/// What one transaction is given.
struct TurnContext {
    sent: Vec<i64>,
    /// The uploads of each line.
    uploads: [(Direction, Vec<prepare::PreparedUpload>); 2],
    now_ms: i64,
    drill: Option<Drill>,
}

impl CustomsBox {
    /// A simulator whose memory is `db` and whose wire is `queue`.
    pub fn new(
        db: Db,
        queue: Arc<dyn Queue>,
        clock: SharedClock,
        config: CustomsBoxConfig,
    ) -> Self {
        Self {
            db,
            queue,
            ids: Arc::new(IdMaker::new(Arc::clone(&clock), 0)),
            clock,
            config: Arc::new(config),
            sent: Mutex::default(),
            drill: std::sync::Mutex::default(),
        }
    }

    /// Works until `shutdown` becomes true.
    ///
    /// # Errors
    /// When the queues cannot be made at the start. Later failures are logged and repeated.
    pub async fn run(
        &self,
        mut shutdown: watch::Receiver<bool>,
        pulse: Pulse,
    ) -> Result<(), BoxError> {
        let config = &self.config;
        for queue in [
            &config.import_up,
            &config.import_down,
            &config.export_up,
            &config.export_down,
        ] {
            self.queue.declare(queue).await?;
        }
        tracing::info!(queue = %self.queue.name(), "the customs SIMULATOR is at work");
        let mut failed = false;
        let mut forget_at_ms = 0;
        while !*shutdown.borrow() {
            pulse.beat();
            let now_ms = self.clock.now_ms();
            if now_ms >= forget_at_ms {
                self.forget(now_ms).await?;
                forget_at_ms = now_ms.saturating_add(UPLOAD_MEMORY_MS / 72);
            }
            let idle = match self.step(UPLOADS_PER_STEP).await {
                Ok(work) => {
                    failed = false;
                    work == StepResult::default()
                }
                Err(error) => {
                    if !failed {
                        tracing::warn!(%error, "the customs simulator waits");
                    }
                    failed = true;
                    true
                }
            };
            if idle {
                let pause = Duration::from_millis(self.config.poll_ms.max(1));
                tokio::select! {
                    biased;
                    _ = shutdown.changed() => {}
                    () = self.clock.sleep(pause) => {}
                }
            }
        }
        Ok(())
    }

    async fn forget(&self, now_ms: i64) -> Result<(), BoxError> {
        let before_ms = now_ms.saturating_sub(UPLOAD_MEMORY_MS);
        self.db
            .write(move |tx| sql::forget_uploads(tx, before_ms))
            .await?;
        Ok(())
    }

    /// Takes up to `max` uploads from each up queue, plays them, and sends what is due.
    ///
    /// # Errors
    /// [`BoxError`]; the uploads come again and what was due stays due.
    pub async fn step(&self, max: usize) -> Result<StepResult, BoxError> {
        let mut sent = self.sent.lock().await;
        let now_ms = self.clock.now_ms();
        let drill = self.drill();
        let (import_up, export_up) = (&self.config.import_up, &self.config.export_up);
        let mut deliveries = Vec::new();
        if speaks(drill, Direction::Import) {
            deliveries = self.queue.take(import_up, max, Duration::ZERO).await?;
        }
        let n_import = deliveries.len();
        if speaks(drill, Direction::Export) {
            match self.queue.take(export_up, max, Duration::ZERO).await {
                Ok(export) => deliveries.extend(export),
                Err(error) => return Err(self.give_back(&deliveries, error.into()).await),
            }
        }
        let n_uploads = deliveries.len();
        match self
            .answer(&deliveries, n_import, (now_ms, drill), &mut sent)
            .await
        {
            Ok(n_messages) => {
                self.queue.ack(&deliveries).await?;
                Ok(StepResult {
                    n_uploads,
                    n_messages,
                })
            }
            Err(error) => Err(self.give_back(&deliveries, error).await),
        }
    }

    /// Gives uploads back that could not be played; a broker holds them for this process otherwise.
    async fn give_back(&self, deliveries: &[Delivery], why: BoxError) -> BoxError {
        if let Err(error) = self.queue.release(deliveries).await {
            tracing::debug!(%error, "uploads were not given back; they come again later");
        }
        why
    }

    /// Plays uploads and sends what is due; answers how many messages were put.
    async fn answer(
        &self,
        deliveries: &[Delivery],
        n_import: usize,
        (now_ms, drill): (i64, Option<Drill>),
        sent: &mut Vec<i64>,
    ) -> Result<usize, BoxError> {
        let uploads = read_all(deliveries, n_import).await?.into_iter();
        let (import, export) = uploads.partition(|upload| upload.direction == Direction::Import);

        let turn = TurnContext {
            sent: sent.clone(),
            uploads: [(Direction::Import, import), (Direction::Export, export)],
            now_ms,
            drill,
        };
        let due = self.turn(turn).await?;
        sent.clear();
        let n_messages = self.send(&due, now_ms, drill).await?;
        sent.extend(due.iter().map(|item| item.id));
        Ok(n_messages)
    }

    /// When the next answer is due, in milliseconds since 1970, if any is.
    pub async fn next_due_at(&self) -> Result<Option<i64>, BoxError> {
        Ok(self.db.read(sql::next_due_at).await?)
    }

    async fn turn(&self, turn: TurnContext) -> Result<Vec<Due>, BoxError> {
        let idle = turn.sent.is_empty() && turn.uploads.iter().all(|(_, of)| of.is_empty());
        if idle {
            let next = self.next_due_at().await?;
            if next.is_none_or(|at| at > turn.now_ms) {
                return Ok(Vec::new());
            }
        }
        let (config, ids) = (Arc::clone(&self.config), Arc::clone(&self.ids));
        let due = self
            .db
            .write(move |tx| play_turn(tx, &turn, &config, &ids))
            .await?;
        Ok(due)
    }

    async fn send(
        &self,
        due: &[Due],
        now_ms: i64,
        drill: Option<Drill>,
    ) -> Result<usize, BoxError> {
        if due.is_empty() {
            return Ok(0);
        }
        let (owned, config) = (due.to_vec(), Arc::clone(&self.config));
        let messages = store::offload::offload(move || receipt::render(&owned, &config, now_ms))
            .await
            .map_err(|error| BoxError::Fault(error.to_string()))?;
        for (direction, queue) in [
            (Direction::Import, &self.config.import_down),
            (Direction::Export, &self.config.export_down),
        ] {
            let mut bodies: Vec<Bytes> = messages
                .iter()
                .filter(|(to, _)| *to == direction)
                .map(|(_, bytes)| bytes.clone())
                .collect();
            if bodies.is_empty() {
                continue;
            }
            if drill.is_some_and(|drill| drill.hits(Outage::Garbage, direction)) {
                bodies.insert(0, Bytes::from_static(b"\x00garbage"));
            }
            self.queue.put(queue, &bodies).await?;
        }
        Ok(messages.len())
    }

    /// Sends an answer made by hand; `false` when there is no such document.
    pub async fn inject(&self, injection: Injection) -> Result<bool, BoxError> {
        let delay_ms = i64::try_from(injection.delay.as_millis()).unwrap_or(i64::MAX);
        let due_at = self.clock.now_ms().saturating_add(delay_ms);
        let id = self.ids.next();
        let found = self
            .db
            .write(move |tx| inject(tx, &injection, due_at, id))
            .await?;
        Ok(found)
    }
}

/// Reading is a matter of the processor, so it does not hold up the reactor.
async fn read_all(
    deliveries: &[Delivery],
    n_import: usize,
) -> Result<Vec<prepare::PreparedUpload>, BoxError> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let bodies: Vec<(Bytes, Direction)> = deliveries
        .iter()
        .enumerate()
        .map(|(at, delivery)| {
            let from = if at < n_import {
                Direction::Import
            } else {
                Direction::Export
            };
            (delivery.body.clone(), from)
        })
        .collect();
    store::offload::offload(move || {
        bodies
            .iter()
            .map(|(body, from)| prepare::read(body, *from))
            .collect()
    })
    .await
    .map_err(|error| BoxError::Fault(error.to_string()))
}

/// Whether customs takes and answers on this line now.
fn speaks(drill: Option<Drill>, direction: Direction) -> bool {
    !drill.is_some_and(|drill| drill.hits(Outage::Silent, direction))
}

fn play_turn(
    tx: &mut Tx<'_>,
    turn: &TurnContext,
    config: &CustomsBoxConfig,
    ids: &IdMaker,
) -> store::Result<Vec<Due>> {
    sql::delete_due(tx, &turn.sent)?;
    let lines: Vec<Direction> = turn
        .uploads
        .iter()
        .map(|(direction, _)| *direction)
        .filter(|direction| speaks(turn.drill, *direction))
        .collect();
    let mut due = sql::due(tx, &lines, turn.now_ms, DUE_PER_STEP)?;
    let mut statuses: BTreeMap<i64, i32> = BTreeMap::new();
    let mut matches = Vec::new();
    let mut done = Vec::new();
    for item in &due {
        match &item.task {
            Task::Send { entities, .. } => {
                let pairs = entities.iter().filter_map(|e| e.document_id.zip(e.status));
                statuses.extend(pairs);
            }
            Task::Match { list_id } => {
                matches.push((item.direction, *list_id));
                done.push(item.id);
            }
            Task::Garbage => {}
        }
    }
    let mut by_status: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    for (id, status) in statuses {
        by_status.entry(status).or_default().push(id);
    }
    for (status, ids) in &by_status {
        sql::set_status(tx, *status, ids)?;
    }
    sql::delete_due(tx, &done)?;
    for (direction, uploads) in &turn.uploads {
        let is_slow = |drill: Drill| drill.hits(Outage::Slow, *direction);
        let scene = PlayContext {
            config,
            ids,
            now_ms: turn.now_ms,
            slow_ms: if turn.drill.is_some_and(is_slow) {
                SLOW_MS
            } else {
                0
            },
        };
        let mut play = Play::new(tx, &scene);
        for (_, list_id) in matches.iter().filter(|(of, _)| of == direction) {
            play.match_again(*list_id)?;
        }
        play.play(uploads)?;
        due.extend(play.finish()?);
    }
    due.retain(|item| !matches!(item.task, Task::Match { .. }));
    Ok(due)
}

fn inject(tx: &mut Tx<'_>, injection: &Injection, due_at: i64, id: i64) -> store::Result<bool> {
    let document = match &injection.target {
        Target::Key(kind, key) => sql::by_keys(tx, &[(*kind, key)])?.into_iter().next(),
        Target::InvtNo(kind, number) => sql::by_invt_no(tx, *kind, number)?,
    };
    let Some(document) = document else {
        return Ok(false);
    };
    let info = match injection.info.as_str() {
        "" => plan::text_of(injection.status),
        info => info.to_owned(),
    };
    let Some(entity) = receipt::answer(&document, injection.status, &info, due_at) else {
        return Ok(false);
    };
    let row = Due {
        id,
        due_at,
        direction: document.kind.direction().unwrap_or(Direction::Import),
        receiver: document.receiver,
        task: Task::Send {
            entities: vec![entity],
            joined: false,
        },
    };
    sql::insert_due(tx, &[row])?;
    Ok(true)
}
