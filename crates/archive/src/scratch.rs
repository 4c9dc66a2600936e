//! Databases into which parts are restored: a new SQLite file with all tables, whatever the platform's own engine is.

use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::rows::{self, RowCell, RowLine, sql};
use crate::table::ArchiveTable;
use std::sync::Arc;
use store::{Db, Error, StoreConfig, Tx, compact};
use tempfile::TempDir;

/// Rows that are put in together.
const ROWS: usize = 64;

/// A database into which parts are restored; gone with its folder.
pub(crate) struct Scratch {
    pub(crate) db: Db,
    config: StoreConfig,
    _folder: TempDir,
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
            let folder = match place.is_empty() {
                true => tempfile::tempdir(),
                false => tempfile::tempdir_in(&place),
            };
            let folder = folder.map_err(|error| ArchiveError::Scratch(error.to_string()))?;
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
