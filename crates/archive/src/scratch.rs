//! Databases into which parts are restored: a new SQLite file with all tables, whatever the platform's own engine is.
//!
//! Its folder goes with it. One of a process that was killed stays; the next one that makes such a folder removes it. Who uses a
//! folder has its lock, which the system gives up with the process.

use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::rows::{self, RowCell, RowLine, sql};
use crate::table::ArchiveTable;
use std::fs::File;
use std::io::ErrorKind;
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
    ArchiveError::Scratch(error.to_string())
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
            let (folder, lock) = made
                .map_err(|error| ArchiveError::Scratch(format!("{}：{error}", place.display())))?;
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
            .map_err(|error| ArchiveError::Scratch(error.to_string()))?
    }

    /// Puts rows in; one that is there already gives way.
    pub(crate) async fn put(
        &self,
        table: &'static ArchiveTable,
        lines: Vec<RowLine>,
    ) -> ArchiveResult<()> {
        let rows = lines
            .iter()
            .map(|row| Ok((row.key, rows::cells(table, &row.line)?)))
            .collect::<ArchiveResult<Vec<_>>>()?;
        let rows: Arc<[(_, Vec<RowCell>)]> = rows.into();
        for from in (0..rows.len()).step_by(ROWS) {
            let rows = Arc::clone(&rows);
            let write = move |tx: &mut Tx<'_>| -> store::Result<()> {
                let piece = rows
                    .get(from..rows.len().min(from + ROWS))
                    .unwrap_or_default();
                if table.is_removable() {
                    let keys: Vec<_> = piece.iter().map(|(key, _)| *key).collect();
                    sql::remove(tx, table, &keys)?;
                }
                piece
                    .iter()
                    .try_for_each(|(_, cells)| sql::insert(tx, table, cells))
            };
            self.db.write(write).await.map_err(own)?;
        }
        Ok(())
    }

    /// All of it as one file, which any SQLite tool reads.
    pub(crate) async fn into_file(self, file: String) -> ArchiveResult<()> {
        let config = self.config.clone();
        let copying = tokio::task::spawn_blocking(move || compact::copy_to(&config, &file));
        let copied = copying
            .await
            .map_err(|error| ArchiveError::Scratch(error.to_string()))?;
        copied.map_err(own)
    }
}
