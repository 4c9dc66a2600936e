//! Restores a month of a class into a SQLite file that any tool reads (还原).

use crate::class::ArchiveClass;
use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::month::ArchiveMonth;
use crate::part::PartState;
use crate::scratch::{Scratch, target};
use crate::sink::words;
use std::io::ErrorKind;
use std::path::Path;

/// What was restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Parts.
    pub n_parts: i64,
    /// Rows in the file; of one that stands in two parts the later one holds.
    pub n_rows: i64,
}

/// Whether a file may be made here. A link that leads nowhere is in the way, too: what is behind it is not what was named.
fn may_be_made(to: &Path) -> ArchiveResult<()> {
    let target = |why: String| Err(target(to, &why));
    if to.to_string_lossy().starts_with("file:") {
        return target("请写文件的路径，不要写 file: 地址".to_owned());
    }
    match to.symlink_metadata() {
        Ok(_) => return target("已存在，不覆盖".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return target(words::of_io(&error)),
    }
    let folder = to.parent().filter(|path| !path.as_os_str().is_empty());
    match folder.unwrap_or(Path::new(".")).metadata() {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => target("所在的目录不是目录".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            target("所在的目录不存在，请先建立".to_owned())
        }
        Err(error) => target(words::of_io(&error)),
    }
}

impl Archive {
    /// Restores all parts of a month of a class into a new file. What is in it is not sealed.
    ///
    /// # Errors
    /// [`ArchiveError::Target`] when the file is there already or cannot be written; [`ArchiveError::Missing`] when the
    /// month is not archived, and whatever the archive store answers.
    pub async fn restore(
        &self,
        (class, month): (ArchiveClass, ArchiveMonth),
        to: &Path,
    ) -> ArchiveResult<Restored> {
        may_be_made(to)?;
        self.look_for_store().await?;
        let mut parts = self.parts_of((class, month)).await?;
        // What took the place of a part has all of it.
        parts.retain(|part| part.written_at.is_some() && part.state != PartState::Superseded);
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
                    restored.n_rows += scratch.put(table, rows).await?;
                }
            }
            restored.n_parts += 1;
        }
        scratch.into_file(to).await?;
        Ok(restored)
    }
}
