//! Restores a month of a class into a SQLite file that any tool reads (还原).

use crate::class::ArchiveClass;
use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::month::ArchiveMonth;
use crate::part::sql;
use crate::scratch::Scratch;
use std::path::Path;
use store::Tx;

/// What was restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Parts.
    pub n_parts: i64,
    /// Rows in them; one that stands in two parts counts twice, and the later one holds.
    pub n_rows: i64,
}

impl Archive {
    /// Restores all parts of a month of a class into a new file. What is in it is not sealed.
    ///
    /// # Errors
    /// [`ArchiveError::Scratch`] when the file is there already or cannot be written; [`ArchiveError::Missing`] when the
    /// month is not archived, and whatever the archive store answers.
    pub async fn restore(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
        to: &Path,
    ) -> ArchiveResult<Restored> {
        if to.exists() {
            let to = to.display();
            return Err(ArchiveError::Scratch(format!("{to} 已存在，不覆盖")));
        }
        self.look_for_store().await?;
        let read = move |tx: &mut Tx<'_>| sql::of_month(tx, class, month);
        let mut parts = self.db.read(read).await?;
        parts.retain(|part| part.written_at.is_some());
        if parts.is_empty() {
            let name = class.words().title.0;
            return Err(ArchiveError::Missing(format!("{month} 的{name}")));
        }
        let vault = self.vault().await?;
        let scratch = Scratch::new(self, false).await?;
        let mut restored = Restored::default();
        for part in &parts {
            let contents = self.contents_now(part).await?;
            let folder = part.folder();
            for table in self.tables_of(class) {
                for entry in contents.1.frames(table.table) {
                    let rows = self
                        .frame((&folder, table), (&contents, entry), &vault)
                        .await?;
                    restored.n_rows += entry.rows;
                    scratch.put(table, rows).await?;
                }
            }
            restored.n_parts += 1;
        }
        scratch.into_file(to.display().to_string()).await?;
        Ok(restored)
    }
}
