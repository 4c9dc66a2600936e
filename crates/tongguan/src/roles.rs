//! Roles (角色): which parts of the house a process runs, put together from the configuration.

use crate::config::{Config, QueueKind};
use anyhow::Context;
use exchange::customs_box::CustomsBox;
use exchange::downlink::Feed;
use exchange::pipeline::{self, Bell, Shared};
use exchange::signature::Checker;
use exchange::signing::keyring::Keyring;
use queue::{Builtin, Queue, RabbitMq};
use registry::company::Directory;
use registry::ground::{Ground, system_random};
use registry::job::Job;
use registry::parameter::Board;
use registry::seal::Seal;
use services::payment_inquiry::upload::{self, Uploader};
use std::sync::Arc;
use store::Db;
use store::clock::{SharedClock, SystemClock};
use store::id::IdMaker;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// The HTTP API: intake, query, feed.
    Api,
    /// The pipeline: check, dispatch, receipt.
    Pipeline,
    /// The simulator of customs, in this process.
    CustomsBox,
}

/// The foundations that every role stands on.
pub struct House {
    /// The settings.
    pub config: Config,
    /// What the pipeline's steps and the API share.
    pub shared: Arc<Shared>,
    /// What the registry's rooms stand on.
    pub ground: Ground,
    /// Answers customs' inquiries about payments.
    uploader: Arc<Uploader>,
    /// Tells everything to stop.
    pub stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl House {
    /// Opens database and queue.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let clock = SystemClock::shared();
        let db = open_db(config.store.clone()).await?;
        let ids = Arc::new(IdMaker::new(Arc::clone(&clock), config.node.number));
        let queue = open_queue(&config, &clock).await?;
        let ground = Ground {
            db: db.clone(),
            clock: Arc::clone(&clock),
            ids: Arc::clone(&ids),
            seal: Arc::new(seal(&config)?),
            random: system_random(),
            config: Arc::new(config.registry.clone()),
            parameters: Arc::new(Board::new(crate::app::gather::PARAMETERS)),
            code_tables: Arc::default(),
        };
        // What was changed at run time holds from the first request on.
        registry::parameter::refresh(&ground).await?;
        registry::code_table::refresh(&ground).await?;
        let shared = Arc::new(Shared {
            directory: Directory::new(db.clone(), Arc::clone(&clock)),
            ground: ground.clone(),
            db,
            clock: Arc::clone(&clock),
            ids,
            queue,
            customs: config.customs.clone(),
            keyring: Arc::new(Keyring::new(&config.signing, &clock)),
            signatures: Arc::new(Checker::new(&config.signature)),
            feed: Arc::new(Feed::default()),
            accepted: Arc::new(Bell::default()),
            checked: Arc::new(Bell::default()),
            code_tables: Arc::clone(&ground.code_tables),
        });
        let keyring = Arc::clone(&shared.keyring);
        let uploader = Uploader::new(config.payment_inquiry.clone(), keyring)
            .map_err(|why| anyhow::anyhow!("payment_inquiry：{why}"))?;
        Ok(Self {
            uploader: Arc::new(uploader),
            config,
            shared,
            ground,
            stop: watch::channel(false).0,
            tasks: Vec::new(),
        })
    }

    /// Starts the pipeline.
    ///
    /// # Errors
    /// When the queues to customs cannot be declared.
    pub async fn start_pipeline(&mut self) -> anyhow::Result<()> {
        self.declare_queues().await?;
        // Another process has another number, another start of this one another id.
        let owner = format!("{}.{}", self.config.node.number, self.shared.ids.next());
        self.tasks.extend(pipeline::start(
            &self.shared,
            &owner,
            &self.stop.subscribe(),
        ));
        let stop = self.stop.subscribe();
        self.tasks
            .push(exchange::rehearsal::start(&self.shared, &owner, &stop));
        Ok(())
    }

    /// Starts to look for changes of the parameters and for newer code tables.
    pub fn follow_parameters(&mut self) {
        let (ground, stop) = (self.ground.clone(), self.stop.subscribe());
        self.tasks
            .push(tokio::spawn(registry::code_table::follow(ground, stop)));
        let (ground, stop) = (self.ground.clone(), self.stop.subscribe());
        self.tasks
            .push(tokio::spawn(registry::parameter::follow(ground, stop)));
    }

    /// Every job of the house.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = registry::job::own(&self.ground);
        jobs.extend(upload::jobs(&self.ground, &self.uploader));
        jobs
    }

    /// Starts to look for jobs that are due; of several processes one does each.
    pub fn start_jobs(&mut self) {
        let owner = format!("{}.{}", self.config.node.number, self.shared.ids.next());
        let (ground, jobs) = (self.ground.clone(), self.jobs());
        let stop = self.stop.subscribe();
        self.tasks.push(tokio::spawn(registry::job::serve(
            ground, jobs, owner, stop,
        )));
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
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = running.run(stop).await {
                tracing::error!(%error, "the simulator of customs could not start");
            }
        }));
        Ok(customs_box)
    }

    /// Tells everything to stop and waits for it.
    pub async fn close(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended badly");
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

/// The seal, with a key that is made at the first start.
fn seal(config: &Config) -> anyhow::Result<Seal> {
    let fresh = system_random()().context("没有随机数")?;
    let path = std::path::Path::new(&config.registry.seal_file);
    Ok(Seal::from_file(path, &fresh)?)
}

/// Opens a database on a thread that may block.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_db(config: store::Config) -> anyhow::Result<Db> {
    Ok(tokio::task::spawn_blocking(move || Db::open(&config)).await??)
}

/// Page cache of a database beside the main one, in MiB: what is in it is young and soon gone.
const BESIDE_CACHE_MIB: u64 = 8;

/// Settings of a database beside the main one (queue, simulator).
pub fn beside(store: &store::Config, url: String) -> store::Config {
    store::Config {
        url,
        sqlite_cache_mib: BESIDE_CACHE_MIB,
        n_readers: 1,
        ..store.clone()
    }
}

async fn open_queue(config: &Config, clock: &SharedClock) -> anyhow::Result<Arc<dyn Queue>> {
    let settings = &config.queue;
    Ok(match settings.kind {
        QueueKind::Builtin => {
            let store = beside(&config.store, settings.url.clone());
            let db = open_db(store).await?;
            let clock = Arc::clone(clock);
            Arc::new(Builtin::new(
                db,
                clock,
                config.node.number,
                settings.builtin.clone(),
            ))
        }
        QueueKind::RabbitMq => {
            Arc::new(RabbitMq::new(settings.rabbitmq.clone(), Arc::clone(clock))?)
        }
    })
}
