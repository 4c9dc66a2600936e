//! What all work on the archive stands on: the database, the tables, the archive store.

use crate::class::ArchiveClass;
use crate::config::{ArchiveConfig, RetentionConfig};
use crate::error::{ArchiveError, ArchiveResult};
use crate::manifest::{ArchiveManifest, INDEX, MANIFEST, MARK, PartIndex, sha256};
use crate::month::ArchiveMonth;
use crate::part::{ArchivePart, sql};
use crate::rows::sql as rows;
use crate::sink::{ArchiveStore, SMALL_BYTES_MAX};
use crate::table::ArchiveTable;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::clock::SharedClock;
use store::id::{IdMaker, made_at_ms};
use store::{Db, Result, StoreConfig, Tx, Vault};

/// Time after the end of a month before it is archived, in milliseconds: clocks that are set by an hour move nothing into
/// it any more.
pub const MARGIN_MS: i64 = 6 * 3_600_000;

/// A day in milliseconds.
pub(crate) const DAY_MS: i64 = 24 * 3_600_000;

/// By how much the time of a purge may be later than that of the one before it: a purge is every night, and one night may be
/// missed. After a longer stop it takes some nights until all that is due is removed.
pub(crate) const RUN_STEP_MS: i64 = 2 * DAY_MS;

/// How long the archive store may take to answer somebody who looks how it is.
const LOOK: Duration = Duration::from_secs(5);

/// Parts whose index stays in memory, for those who look into the archive.
const INDEXES: usize = 4;

/// The largest index, in bytes: some millions of frames.
const INDEX_BYTES_MAX: usize = 1 << 30;

/// What stands in a part, and where.
pub(crate) type Contents = (ArchiveManifest, PartIndex);

/// The archive (归档): writes old months to the archive store, proves them, and removes what is proven.
pub struct Archive {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) ids: Arc<IdMaker>,
    pub(crate) tables: Vec<&'static ArchiveTable>,
    pub(crate) retention: RetentionConfig,
    pub(crate) config: ArchiveConfig,
    store: Option<ArchiveStore>,
    /// The settings of the main database: what is restored for a proof is sealed with the same keys.
    pub(crate) database: StoreConfig,
    indexes: Mutex<Vec<(i64, Arc<Contents>)>>,
    lately: Mutex<Option<HealthLately>>,
}

/// What an operator should look at (归档状况).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveHealth {
    /// Whether there is an archive store.
    pub is_set: bool,
    /// Why the archive store cannot be used now; none when it can, or there is none.
    pub away: Option<String>,
    /// Months that should have been archived and proven by now.
    pub n_overdue: i64,
    /// Parts that are broken, by their folders, with what is the matter.
    pub broken: Vec<(String, String)>,
    /// When a part was written last.
    pub last_written_at: Option<i64>,
    /// Bytes of all parts.
    pub n_bytes: i64,
    /// Parts.
    pub n_parts: i64,
}

/// How long what was found is told again without a new look, in milliseconds.
const LATELY_MS: i64 = 300_000;

/// What was found when somebody looked last.
#[derive(Debug, Clone)]
pub(crate) struct HealthLately {
    /// When, by the clock that nobody sets.
    at_ms: i64,
    pub(crate) health: ArchiveHealth,
    /// Whether the archive store was looked at, too.
    pub(crate) knows_store: bool,
}

/// What the archive stands on.
pub struct ArchiveBase {
    /// The database.
    pub db: Db,
    /// Its settings.
    pub database: StoreConfig,
    /// The time.
    pub clock: SharedClock,
    /// The ids of parts.
    pub ids: Arc<IdMaker>,
}

impl Archive {
    /// The archive of these settings.
    ///
    /// # Errors
    /// What is wrong with the settings, in Chinese.
    pub fn new(
        base: ArchiveBase,
        tables: Vec<&'static ArchiveTable>,
        (config, retention): (&ArchiveConfig, &RetentionConfig),
    ) -> std::result::Result<Self, String> {
        if let Some(fault) = retention.fault() {
            return Err(format!("retention：{fault}"));
        }
        let store = ArchiveStore::open(config, &base.clock);
        Ok(Self {
            store: store.map_err(|fault| format!("archive：{fault}"))?,
            db: base.db,
            clock: base.clock,
            ids: base.ids,
            tables,
            retention: retention.clone(),
            config: config.clone(),
            database: base.database,
            indexes: Mutex::default(),
            lately: Mutex::default(),
        })
    }

    /// Whether there is an archive store.
    pub fn is_set(&self) -> bool {
        self.store.is_some()
    }

    /// Where the archive is, for people.
    pub fn url(&self) -> &str {
        self.config.url.trim()
    }

    /// The periods.
    pub fn retention(&self) -> &RetentionConfig {
        &self.retention
    }

    pub(crate) fn store(&self) -> ArchiveResult<&ArchiveStore> {
        self.store.as_ref().ok_or(ArchiveError::NotSet)
    }

    /// Looks whether the archive store is the one that parts were written to: a folder that is not mounted is empty, and
    /// must neither be taken for a loss of all parts nor be written to. Marks one that is new.
    ///
    /// # Errors
    /// [`ArchiveError::Unavailable`] when it is another, or cannot be used.
    pub(crate) async fn look_for_store(&self) -> ArchiveResult<()> {
        match self.is_marked().await? {
            true => Ok(()),
            false => {
                let mark = b"{\"format\": 1}\n".to_vec();
                self.store()?.put(MARK, mark).await
            }
        }
    }

    /// Whether an error is one of all work on the archive: whatever is tried next would only fail in the same way, and who asks a
    /// store that is away again each time only waits as often.
    pub(crate) async fn ends_all(&self, error: &ArchiveError) -> bool {
        match error {
            ArchiveError::NotSet
            | ArchiveError::Lost
            | ArchiveError::Stopped
            | ArchiveError::Store(store::Error::Unavailable(_)) => true,
            ArchiveError::Unavailable(_) => self.look_for_store().await.is_err(),
            ArchiveError::Broken(_)
            | ArchiveError::Unfinished(_)
            | ArchiveError::Unproven(_)
            | ArchiveError::Missing(_)
            | ArchiveError::Scratch(_)
            | ArchiveError::Target(_)
            | ArchiveError::Store(_) => false,
        }
    }

    /// Whether the archive store has its mark; one that is new has none.
    async fn is_marked(&self) -> ArchiveResult<bool> {
        if self.store()?.get(MARK, SMALL_BYTES_MAX).await?.is_some() {
            return Ok(true);
        }
        let parts = self.db.read(sql::all).await?;
        match parts.iter().any(|part| part.written_at.is_some()) {
            true => Err(ArchiveError::Unavailable(format!(
                "{} 中没有 {MARK}：目录可能没有挂载，或者不是原来的归档存储",
                self.url()
            ))),
            false => Ok(false),
        }
    }

    /// Why the archive store cannot be used now: its mark is read, and a small file written. A folder that is
    /// not there yet is not made. A person waits for this: one that takes longer to answer than [`LOOK`] is away.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn away(&self) -> ArchiveResult<Option<String>> {
        if !self.is_set() {
            return Ok(None);
        }
        let look = async {
            self.is_marked().await?;
            self.store()?.try_out(self.ids.next()).await
        };
        let late = || format!("{} 秒内没有应答", LOOK.as_secs());
        let looked = tokio::select! {
            looked = look => looked,
            () = self.clock.sleep(LOOK) => Err(ArchiveError::Unavailable(late())),
        };
        match looked {
            Ok(()) => Ok(None),
            Err(ArchiveError::Store(error)) => Err(error.into()),
            Err(ArchiveError::Unavailable(why) | ArchiveError::Broken(why)) => Ok(Some(why)),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    /// What was found when somebody looked last, unless that is too long ago.
    pub(crate) fn known_lately(&self) -> Option<HealthLately> {
        let now_ms = self.clock.monotonic_ms();
        let lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |known: &&HealthLately| now_ms.saturating_sub(known.at_ms) < LATELY_MS;
        lately.as_ref().filter(is_new).cloned()
    }

    /// Notes what was found, and whether the archive store was looked at, too.
    pub(crate) fn note_lately(&self, health: ArchiveHealth, knows_store: bool) {
        let known = HealthLately {
            at_ms: self.clock.monotonic_ms(),
            health,
            knows_store,
        };
        *self.lately.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }

    /// Has the next one who asks look anew: parts were written, proven or found broken.
    pub(crate) fn forget_lately(&self) {
        *self.lately.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The parts of a month, in the order of their numbers.
    ///
    /// # Errors
    /// The engine's.
    pub(crate) async fn parts_of(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
    ) -> ArchiveResult<Vec<ArchivePart>> {
        let read = move |tx: &mut Tx<'_>| sql::of_month(tx, class, month);
        Ok(self.db.read(read).await?)
    }

    /// The tables of a class, in the order in which they are purged.
    pub(crate) fn tables_of(
        &self,
        class: ArchiveClass,
    ) -> impl Iterator<Item = &'static ArchiveTable> + use<> {
        let tables = self.tables.clone().into_iter();
        tables.filter(move |table| table.class == class)
    }

    /// The time by which periods have passed. A clock that was set years ahead for a night must not purge everything: the
    /// newest event is a clock, too, as long as nothing happens under the wrong time; and no run may be later than the one
    /// before it by more than [`RUN_STEP_MS`].
    ///
    /// # Errors
    /// The engine's.
    pub(crate) async fn now_ms(&self) -> ArchiveResult<i64> {
        let now_ms = self.clock.now_ms();
        let read = move |tx: &mut Tx<'_>| -> Result<_> {
            let newest = store::event::newest(tx, now_ms.saturating_add(1))?;
            Ok((newest, sql::purged_until(tx)?))
        };
        let (newest, before) = self.db.read(read).await?;
        let by_events = match newest {
            0 => now_ms,
            id => now_ms.min(made_at_ms(id).saturating_add(DAY_MS)),
        };
        let limit = before.map_or(i64::MAX, |at_ms| at_ms.saturating_add(RUN_STEP_MS));
        Ok(by_events.min(limit))
    }

    /// How many rows a month of a class has here, up to `n_max`.
    pub(crate) async fn count(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
        n_max: i64,
    ) -> ArchiveResult<i64> {
        let tables: Vec<_> = self.tables_of(class).collect();
        let read = move |tx: &mut Tx<'_>| rows::count(tx, &tables, month, n_max);
        Ok(self.db.read(read).await?)
    }

    /// How many rows a month of a class has here, with those that were removed: as long as none came late or is gone for
    /// another reason, it stays the same.
    pub(crate) async fn count_all(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
    ) -> ArchiveResult<i64> {
        let tables: Vec<_> = self.tables_of(class).collect();
        let read = move |tx: &mut Tx<'_>| -> Result<i64> {
            let parts = sql::of_month(tx, class, month)?;
            let n_purged: i64 = parts.iter().map(|part| part.n_purged).sum();
            Ok(n_purged + rows::count(tx, &tables, month, i64::MAX)?)
        };
        Ok(self.db.read(read).await?)
    }

    /// The months of a class that are over, from that of the oldest row on.
    pub(crate) async fn months(
        &self,
        class: ArchiveClass,
        now_ms: i64,
    ) -> ArchiveResult<Vec<ArchiveMonth>> {
        let tables: Vec<_> = self.tables_of(class).collect();
        let read = move |tx: &mut Tx<'_>| months_over(tx, &tables, now_ms);
        Ok(self.db.read(read).await?)
    }

    /// What seals and opens the files of the archive.
    pub(crate) async fn vault(&self) -> ArchiveResult<Vault> {
        let read = |tx: &mut Tx<'_>| -> Result<Vault> { Ok(tx.vault()) };
        Ok(self.db.read(read).await?)
    }

    /// What stands in a part, as it stands in the archive store now, proven by the hashes that were noted.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] when it is another than was written; [`ArchiveError::Unavailable`].
    pub(crate) async fn contents_now(&self, part: &ArchivePart) -> ArchiveResult<Contents> {
        let store = self.store()?;
        let folder = part.folder();
        let broken = |why: String| ArchiveError::Broken(format!("{folder}：{why}"));
        let bytes = store
            .get(&format!("{folder}/{MANIFEST}"), SMALL_BYTES_MAX)
            .await?;
        let bytes = bytes.ok_or_else(|| broken("没有清单".to_owned()))?;
        if sha256(&bytes) != part.manifest_hash {
            return Err(broken("清单与写入时不同".to_owned()));
        }
        let manifest = ArchiveManifest::read(&bytes)?;
        let named = (
            manifest.class.as_str(),
            manifest.month.as_str(),
            manifest.number,
        );
        let month = part.month.to_string();
        if named != (part.class.name(), month.as_str(), part.number) {
            return Err(broken("清单属于另一分卷".to_owned()));
        }
        let entry = manifest.file(INDEX);
        // What is larger than the manifest says is not read at all.
        let n_max = entry.map_or(0, |entry| entry.bytes);
        let index = store.get(&format!("{folder}/{INDEX}"), n_max).await?;
        let index = index.ok_or_else(|| broken("没有索引".to_owned()))?;
        if entry.map(|entry| &entry.sha256) != Some(&sha256(&index)) {
            return Err(broken("索引与写入时不同".to_owned()));
        }
        let unpacked = zstd::stream::decode_all(&*index)
            .map_err(|error| broken(format!("索引无法解压（{error}）")))?;
        if unpacked.len() > INDEX_BYTES_MAX {
            return Err(broken("索引过大".to_owned()));
        }
        let index = serde_json::from_slice(&unpacked)
            .map_err(|error| broken(format!("索引无法读取（{error}）")))?;
        Ok((manifest, index))
    }

    /// As [`Self::contents_now`], from memory where it was read lately.
    pub(crate) async fn contents(&self, part: &ArchivePart) -> ArchiveResult<Arc<Contents>> {
        let lock = || self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().iter().find(|(id, _)| *id == part.id).cloned();
        if let Some((_, known)) = known {
            return Ok(known);
        }
        let found = Arc::new(self.contents_now(part).await?);
        let mut indexes = lock();
        indexes.insert(0, (part.id, Arc::clone(&found)));
        indexes.truncate(INDEXES);
        Ok(found)
    }
}

/// The months of these tables that are over, from that of the oldest row on.
pub(crate) fn months_over(
    tx: &mut Tx<'_>,
    tables: &[&'static ArchiveTable],
    now_ms: i64,
) -> Result<Vec<ArchiveMonth>> {
    let mut oldest: Option<i64> = None;
    for table in tables {
        if let Some(at_ms) = rows::oldest(tx, table)? {
            oldest = Some(oldest.map_or(at_ms, |known| known.min(at_ms)));
        }
    }
    let first = oldest.map(ArchiveMonth::of);
    let all = std::iter::successors(first, |month| Some(month.next()));
    let over = |month: &ArchiveMonth| month.end_ms().saturating_add(MARGIN_MS) <= now_ms;
    Ok(all.take_while(over).collect())
}
