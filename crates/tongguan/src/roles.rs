//! Roles (角色): which parts of the platform a process runs, put together from the configuration.

use crate::config::Config;
use crate::databases::{forget_deleted, open_db, open_queue, sound};
use crate::health::{self, Health};
use crate::node::NodeClaim;
use anyhow::{Context, bail};
use archive::{Archive, ArchiveBase};
use exchange::customs_box::CustomsBox;
use exchange::keyring::Keyring;
use exchange::live::LiveHub;
use exchange::pipeline;
use exchange::shared::{Bell, Feed, Shared, TURN_MAX};
use exchange::signature::Checker;
use jobs::Job;
use jobs::runner::{self, JobContext, JobRunner};
use registry::company::Directory;
use registry::context::{AppContext, system_random};
use registry::parameter::ParameterBoard;
use registry::seal::Seal;
use services::payment_inquiry::upload::{self, Uploader};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, SystemClock};
use store::id::IdMaker;
use store::task::Tasks;
use store::{Db, SchemaCare};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ProcessRole {
    /// The HTTP API: intake, query, feed.
    #[value(help = "接口与页面")]
    Api,
    /// The pipeline: check, dispatch, receipt.
    #[value(help = "流水线：校验、发送、回执")]
    Pipeline,
    /// The simulator of customs, in this process.
    #[value(help = "海关模拟器")]
    CustomsBox,
}

/// Longest silence of a loop that looks for changes.
const LOOK_MAX: Duration = Duration::from_secs(60);

/// The foundations that every role stands on.
pub struct Process {
    /// The settings.
    pub config: Config,
    /// What the pipeline's steps and the API share.
    pub shared: Arc<Shared>,
    /// What the registry's modules stand on.
    pub context: AppContext,
    /// Answers customs' inquiries about payments.
    uploader: Arc<Uploader>,
    /// Tells everything to stop.
    pub stop: watch::Sender<bool>,
    /// What runs in the background.
    pub tasks: Arc<Tasks>,
    /// Whether this process can do its work.
    pub health: Arc<Health>,
    /// Hands out what happens to those who listen.
    pub live: LiveHub,
    node: Option<NodeClaim>,
    loops: Vec<JoinHandle<()>>,
}

/// How a process comes to its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// A command that only reads makes no ids.
    Beside,
    /// That of the settings and no other.
    Own,
    /// The highest free one.
    Any,
}

/// What a process does first that stays: it takes back what it had in hand under its number, and makes the partitions of
/// the next months. Without these rows go to the default ones, so that they keep no start.
async fn prepare(db: &Db, number: u8, now_ms: i64) -> store::Result<()> {
    if let Err(error) = back_office::partition::prepare(db, now_ms).await {
        tracing::error!(%error, "the coming partitions could not be made");
    }
    db.write(move |tx| {
        exchange::lane::follow(tx, number)?;
        jobs::lease::follow(tx, number)
    })
    .await
}

impl Process {
    /// Opens database and queue for a command that is soon done and only reads.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        Self::open_as(config, Number::Beside).await
    }

    /// As [`Process::open`], for a command that writes while the platform runs: its ids are made under
    /// the highest free number, which it keeps until it is closed. When it loses it all the same, [`Process::stop`] says so.
    ///
    /// # Errors
    /// When one of them cannot be opened, or when no number is free.
    pub async fn open_to_write(config: Config) -> anyhow::Result<Self> {
        let mut process = Self::open_as(config, Number::Any).await?;
        // It may take hours: who asks for a number meanwhile must see that it lives.
        process.keep_number();
        Ok(process)
    }

    /// Opens database and queue for a process that stays: looks whether the files are sound, and
    /// claims the number of the settings.
    ///
    /// # Errors
    /// When one of them cannot be opened or is damaged, or when another process has the number.
    pub async fn open_to_stay(config: Config) -> anyhow::Result<Self> {
        sound(&config).await?;
        forget_deleted(&config).await?;
        Self::open_as(config, Number::Own).await
    }

    /// As [`Process::open_to_stay`], with the highest free number: that of the settings is the platform's.
    ///
    /// # Errors
    /// When one of them cannot be opened or is damaged, or when no number is free.
    pub async fn open_to_stay_beside(config: Config) -> anyhow::Result<Self> {
        sound(&config).await?;
        Self::open_as(config, Number::Any).await
    }

    async fn open_as(config: Config, number: Number) -> anyhow::Result<Self> {
        let clock = SystemClock::shared();
        let db = open_db(config.store.clone()).await?;
        let node = match number {
            Number::Beside => None,
            Number::Own => Some(NodeClaim::claim(&config, &db, &clock).await?),
            Number::Any => Some(NodeClaim::claim_any(&config, &db, &clock).await?),
        };
        let number = node
            .as_ref()
            .map_or(config.node.number, |node| node.claimant.number);
        let ids = Arc::new(match &node {
            Some(node) => node.ids(&clock),
            None => IdMaker::new(Arc::clone(&clock), number),
        });
        let base = (&db, &clock, &ids);
        match Self::open_on(config, base, (number, node.is_some())).await {
            Ok(process) => Ok(Self { node, ..process }),
            Err(error) => {
                // Whoever starts it again and again must neither wait for this claim nor reserve ids each time.
                if let Some(node) = node {
                    node.release(&db, &ids).await;
                }
                Err(error)
            }
        }
    }

    /// Opens what stands beside the database; the number is this process's own if it `is_claimed`.
    async fn open_on(
        config: Config,
        (db, clock, ids): (&Db, &SharedClock, &Arc<IdMaker>),
        (number, is_claimed): (u8, bool),
    ) -> anyhow::Result<Self> {
        let queue = open_queue(&config, number, is_claimed, clock).await?;
        if is_claimed {
            prepare(db, number, clock.now_ms()).await?;
        }
        let context = AppContext {
            db: db.clone(),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            seal: Arc::new(seal(&config, db.read(registry::account::is_any).await?)?),
            random: system_random(),
            config: Arc::new(config.registry.clone()),
            parameters: Arc::new(ParameterBoard::new(&crate::gather::parameters())),
            code_tables: Arc::default(),
        };
        // What was changed at run time holds from the first request on.
        registry::parameter::refresh(&context.db, &context.parameters).await?;
        registry::code_table::refresh(&context.db, &context.code_tables).await?;
        let shared = Arc::new(Shared {
            directory: Directory::new(db.clone(), Arc::clone(clock)),
            context: context.clone(),
            db: db.clone(),
            clock: Arc::clone(clock),
            ids: Arc::clone(ids),
            queue,
            customs: config.customs.clone(),
            keyring: Arc::new(Keyring::new(&config.signing, clock)),
            signatures: Arc::new(Checker::new(&config.signature)),
            feed: Arc::new(Feed::default()),
            accepted: Arc::new(Bell::default()),
            checked: Arc::new(Bell::default()),
            code_tables: Arc::clone(&context.code_tables),
            archive: Arc::new(archive_of(&config, &context)?),
        });
        let keyring = Arc::clone(&shared.keyring);
        let uploader = Uploader::new(config.payment_inquiry.clone(), keyring)
            .map_err(|why| anyhow::anyhow!("payment_inquiry：{why}"))?;
        let tasks = Tasks::new(Arc::clone(clock));
        Ok(Self {
            uploader: Arc::new(uploader),
            live: LiveHub::default(),
            health: Health::new(&shared, &tasks, config.store.free_mib_min),
            config,
            shared,
            context,
            stop: watch::channel(false).0,
            tasks,
            node: None,
            loops: Vec::new(),
        })
    }

    /// Starts the pipeline.
    ///
    /// # Errors
    /// When the queues to customs cannot be declared.
    pub async fn start_pipeline(&mut self) -> anyhow::Result<()> {
        self.declare_queues().await?;
        self.warn_of_trust().await?;
        let owner = self.owner();
        let stop = self.stop.subscribe();
        let (shared, tasks) = (&self.shared, &self.tasks);
        self.loops
            .extend(pipeline::start(shared, tasks, &owner, &stop));
        self.loops
            .push(exchange::rehearsal::start(shared, tasks, &owner, &stop));
        Ok(())
    }

    /// A name for leases: another process has another number, another start of this one another id.
    fn owner(&self) -> String {
        format!("{}.{}", self.number(), self.shared.ids.next())
    }

    /// The number of this process.
    fn number(&self) -> u8 {
        let node = self.node.as_ref();
        node.map_or(self.config.node.number, |node| node.claimant.number)
    }

    /// Tells when signatures are required and nobody is believed: those messages will be refused.
    async fn warn_of_trust(&self) -> anyhow::Result<()> {
        let shared = &self.shared;
        let n_required = shared.db.read(exchange::signing::n_required).await?;
        shared.signatures.refresh(shared.clock.now_ms());
        if n_required > 0 && !shared.signatures.believes_anybody() {
            tracing::error!(
                companies = n_required,
                "signatures are required and signature.trust_dir has no root certificate: their messages are refused"
            );
        }
        Ok(())
    }

    /// Starts what every process that stays does beside its roles: looks whether it can do its work,
    /// for changes of the parameters, and for newer code tables.
    pub fn follow(&mut self) {
        let stop = self.stop.subscribe();
        let live = self.live.start(&self.shared, &self.tasks, &stop);
        self.loops.push(live);
        self.keep_number();
        let (context, stopped) = (self.context.clone(), stop.clone());
        let start = move |pulse| {
            let with = (context.db.clone(), Arc::clone(&context.clock));
            let tables = Arc::clone(&context.code_tables);
            registry::code_table::follow(with, tables, stopped.clone(), pulse)
        };
        let started = self
            .tasks
            .start("code_tables", LOOK_MAX, stop.clone(), start);
        self.loops.push(started);
        let (context, stopped) = (self.context.clone(), stop.clone());
        let start = move |pulse| {
            let with = (context.db.clone(), Arc::clone(&context.clock));
            let board = Arc::clone(&context.parameters);
            registry::parameter::follow(with, board, stopped.clone(), pulse)
        };
        let started = self.tasks.start("parameters", LOOK_MAX, stop, start);
        self.loops.push(started);
    }

    /// Starts to renew the claim to the number, and to look whether this process can do its work.
    fn keep_number(&mut self) {
        let Some(node) = &self.node else { return };
        let (health, node, stops) = (
            Arc::clone(&self.health),
            node.claimant.clone(),
            self.stop.clone(),
        );
        let start = move |pulse| Arc::clone(&health).follow(node.clone(), stops.clone(), pulse);
        let stop = self.stop.subscribe();
        let started = self.tasks.start("health", health::TURN_MAX, stop, start);
        self.loops.push(started);
    }

    /// Every job of the platform.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = identity::jobs::own(&self.context);
        jobs.extend(back_office::job::own(&self.context));
        jobs.extend(upload::jobs(&self.context, &self.uploader));
        jobs.push(exchange::packing::job(&self.context));
        jobs.extend(archive::job::jobs(&self.shared.archive));
        jobs.push(back_office::partition::job(&self.context));
        let days = self.config.intake.duplicate_days;
        jobs.push(exchange::intake::window::job(&self.context, days));
        jobs.push(exchange::reseal::job(&self.context, &self.shared.queue));
        jobs
    }

    /// What runs of jobs stand on.
    pub(crate) fn job_context(&self) -> JobContext {
        JobContext {
            db: self.context.db.clone(),
            clock: Arc::clone(&self.context.clock),
            ids: Arc::clone(&self.context.ids),
            owner: self.owner(),
            node: self.number(),
            n_at_once: usize::try_from(self.config.jobs.at_once_max).unwrap_or(1),
        }
    }

    /// Starts to look for jobs that are due; of several processes one does each.
    pub fn start_jobs(&mut self) {
        let jobs: Arc<[Job]> = self.jobs().into();
        let context = self.job_context();
        let stop = self.stop.subscribe();
        let stopped = stop.clone();
        let start = move |pulse| {
            let runner = JobRunner::new(context.clone(), Arc::clone(&jobs));
            runner.serve(stopped.clone(), pulse)
        };
        let within = runner::TURN_MAX;
        self.loops
            .push(self.tasks.start("jobs", within, stop, start));
    }

    /// Starts the simulator of customs on a database of its own; answers its handle.
    ///
    /// # Errors
    /// When its database or the queues cannot be opened.
    pub async fn start_customs_box(&mut self, db: Db) -> anyhow::Result<Arc<CustomsBox>> {
        self.declare_queues().await?;
        let customs_box = Arc::new(CustomsBox::new(
            db,
            Arc::clone(&self.shared.queue),
            Arc::clone(&self.shared.clock),
            self.config.customs_box.clone().on(&self.config.customs),
        ));
        let (running, stop) = (Arc::clone(&customs_box), self.stop.subscribe());
        let stopped = stop.clone();
        let start = move |pulse| {
            let (running, stopped) = (Arc::clone(&running), stopped.clone());
            async move {
                if let Err(error) = running.run(stopped, pulse).await {
                    tracing::error!(%error, "the simulator of customs failed");
                }
            }
        };
        let within = TURN_MAX;
        self.loops
            .push(self.tasks.start("customs_box", within, stop, start));
        Ok(customs_box)
    }

    /// Tells everything to stop and waits for it.
    pub async fn close(self) {
        self.stop.send_replace(true);
        for task in self.loops {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended badly");
            }
        }
        if let Some(node) = self.node {
            node.release(&self.shared.db, &self.shared.ids).await;
        }
        let queue = self.shared.queue.sealed().map(|(db, _)| db);
        for db in std::iter::once(&self.shared.db).chain(queue) {
            if let Err(error) = db.rest().await {
                tracing::warn!(%error, "the log of the database is read at the next start");
            }
        }
    }

    async fn declare_queues(&self) -> anyhow::Result<()> {
        let customs = &self.shared.customs;
        for name in [
            &customs.import_up,
            &customs.import_down,
            &customs.export_up,
            &customs.export_down,
        ] {
            self.shared.queue.declare(name).await?;
        }
        Ok(())
    }
}

/// The seal, with a key that is made at the first start. A database that has accounts had a key: another one would open
/// nothing of what it sealed, and nobody with two-step verification could log in.
fn seal(config: &Config, is_used: bool) -> anyhow::Result<Seal> {
    let fresh = system_random()().context("没有随机数")?;
    let path = std::path::Path::new(&config.registry.seal_file);
    if is_used && !path.exists() {
        bail!(
            "密封密钥文件 {} 不存在，而数据库已在使用：其中的个人信息和两步验证没有它无法读取。请从备份或其他节点复制该文件后再启动",
            path.display()
        );
    }
    // A look seals nothing that anybody opens later, and makes no key.
    if config.store.schema == SchemaCare::Look && !path.exists() {
        return Ok(Seal::new(&fresh));
    }
    Ok(Seal::from_file(path, &fresh)?)
}

/// The archive of the settings, of the tables of all modules.
fn archive_of(config: &Config, context: &AppContext) -> anyhow::Result<Archive> {
    let base = ArchiveBase {
        db: context.db.clone(),
        database: config.store.clone(),
        clock: Arc::clone(&context.clock),
        ids: Arc::clone(&context.ids),
    };
    let settings = (&config.archive, &config.retention);
    Archive::new(base, crate::gather::archives(), settings).map_err(|why| anyhow::anyhow!(why))
}

#[cfg(test)]
mod tests;
