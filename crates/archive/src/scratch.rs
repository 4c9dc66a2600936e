//! Databases into which parts are restored: a new SQLite file with all tables, whatever the platform's own engine is.
//!
//! Its folder goes with it. One of a process that was killed stays; the next one that makes such a folder removes it. Who uses a
//! folder has its lock, which the system gives up with the process.

use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::rows::{self, RowCell, RowLine, sql};
use crate::sink::{blocking, words};
use crate::table::ArchiveTable;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Db, Error, StoreConfig, Tx, compact};
use tempfile::TempDir;

/// Rows that are put in together.
const ROWS: usize = 64;

/// How the name of a folder begins that is ours.
const PREFIX: &str = "tongguan-proof-";

/// The file in such a folder whose lock says that it is in use.
const LOCK: &str = "in-use";

/// Folders that are tried when others are so fast as to take one for left behind before it is locked.
const TRIES: usize = 16;

/// A database into which parts are restored; gone with its folder.
pub(crate) struct Scratch {
    pub(crate) db: Db,
    config: StoreConfig,
    _folder: TempDir,
    _lock: File,
}

/// A new folder with its lock, in a place from which those that were left behind are removed first.
fn new_folder(place: &Path) -> std::io::Result<(TempDir, File)> {
    remove_left_behind(place)?;
    for _ in 0..TRIES {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place)?;
        let path = folder.path().join(LOCK);
        let Ok(lock) = File::create(&path) else {
            continue;
        };
        if lock.try_lock().is_ok() && path.exists() {
            return Ok((folder, lock));
        }
    }
    Err(ErrorKind::ResourceBusy.into())
}

/// Removes the folders of processes that are no more. What cannot be removed only takes room.
fn remove_left_behind(place: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(place)?.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_string_lossy().starts_with(PREFIX)
            && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_ours {
            continue;
        }
        let folder = entry.path();
        match File::open(folder.join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => {
                if let Err(error) = std::fs::remove_dir_all(&folder) {
                    tracing::warn!(folder = %folder.display(), %error, "a folder left behind by a proof stays");
                }
            }
            Ok(_) => {}
            // Killed before there was a lock, it is empty; what is not empty is not removed by this.
            Err(_) => drop(std::fs::remove_dir(&folder)),
        }
    }
    Ok(())
}

/// What goes wrong with it is told apart from the platform's own database.
fn own(error: Error) -> ArchiveError {
    ArchiveError::Scratch(error.chinese())
}

impl Scratch {
    /// An empty one, whose values are sealed as those of the platform's database are, or not at all.
    pub(crate) async fn new(archive: &Archive, is_sealed: bool) -> ArchiveResult<Self> {
        let place = archive.config.scratch_dir.clone();
        let keys = match is_sealed {
            true => archive.database.encryption_key_file.clone(),
            false => String::new(),
        };
        let opening = tokio::task::spawn_blocking(move || {
            let place = match place.is_empty() {
                true => std::env::temp_dir(),
                false => PathBuf::from(place),
            };
            let made = new_folder(&place);
            let (folder, lock) = made.map_err(|error| {
                ArchiveError::Scratch(format!("{}：{}", place.display(), words::of_io(&error)))
            })?;
            let config = StoreConfig {
                url: format!("sqlite:{}", folder.path().join("restored.db").display()),
                encryption_key_file: keys,
                n_readers: 1,
                ..StoreConfig::default()
            };
            let db = Db::open(&config).map_err(own)?;
            Ok(Self {
                db,
                config,
                _folder: folder,
                _lock: lock,
            })
        });
        opening
            .await
            .map_err(|error| ArchiveError::Scratch(format!("还原线程中断（{error}）")))?
    }

    /// Puts rows in; one that is there already gives way. Answers how many there are more.
    pub(crate) async fn put(
        &self,
        table: &'static ArchiveTable,
        lines: Vec<RowLine>,
    ) -> ArchiveResult<i64> {
        let rows = lines
            .iter()
            .map(|row| Ok((row.key, rows::cells(table, &row.line)?)))
            .collect::<ArchiveResult<Vec<_>>>()?;
        let rows: Arc<[(_, Vec<RowCell>)]> = rows.into();
        let mut n_new = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        for from in (0..rows.len()).step_by(ROWS) {
            let rows = Arc::clone(&rows);
            let write = move |tx: &mut Tx<'_>| -> store::Result<u64> {
                let piece = rows
                    .get(from..rows.len().min(from + ROWS))
                    .unwrap_or_default();
                let mut n_there = 0;
                if table.is_removable() {
                    let keys: Vec<_> = piece.iter().map(|(key, _)| *key).collect();
                    n_there = sql::remove(tx, table, &keys)?;
                }
                piece
                    .iter()
                    .try_for_each(|(_, cells)| sql::insert(tx, table, cells))?;
                Ok(n_there)
            };
            let n_there = self.db.write(write).await.map_err(own)?;
            n_new -= i64::try_from(n_there).unwrap_or(0);
        }
        Ok(n_new)
    }

    /// All of it as one new file, which any SQLite tool reads and only its owner.
    pub(crate) async fn into_file(self, to: &Path) -> ArchiveResult<()> {
        let config = self.config.clone();
        let file = std::path::absolute(to).map_err(|error| target(to, &words::of_io(&error)))?;
        let text = file.to_str().map(str::to_owned);
        let text = text.ok_or_else(|| target(to, "路径不是 UTF-8"))?;
        let copying = blocking(move || {
            let mut options = File::options();
            let made = options.write(true).create_new(true).mode(0o600).open(&file);
            made.map_err(|error| target(&file, &words::of_io(&error)))?;
            compact::copy_to(&config, &text).map_err(|error| {
                // It is ours, and not whole.
                drop(std::fs::remove_file(&file));
                target(&file, &error.chinese())
            })
        });
        copying.await
    }
}

/// What is told of a file into which something cannot be restored.
pub(crate) fn target(to: &Path, why: &str) -> ArchiveError {
    ArchiveError::Target(format!("{}：{why}", to.display()))
}
