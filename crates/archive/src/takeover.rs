//! A part that was begun is gone on with (接手): what stands under its number already, and whose that is.

use crate::engine::Archive;
use crate::error::{ArchiveError, ArchiveResult};
use crate::manifest::{ArchiveManifest, MANIFEST};
use crate::part::{ArchivePart, sql};
use crate::sink::SMALL_BYTES_MAX;
use crate::turn::ArchiveTurn;

/// What stands under the number of a part that was begun.
#[derive(Debug, Default)]
pub(crate) struct FoundUnder {
    /// Its own manifest, when it was written to its end.
    pub(crate) own: Option<Vec<u8>>,
    /// The folders with a manifest that is not proven to be of this part.
    others: Vec<String>,
    /// The largest number that a part of the month has, here or there.
    last: i64,
}

/// Whose a folder is, as its manifest says.
#[derive(Debug, PartialEq, Eq)]
enum FolderOwner {
    /// It has no manifest: it was torn while it was written.
    Nobody,
    /// This part, as these bytes say.
    This(Vec<u8>),
    /// Somebody else, or nobody can say: its rows may stand nowhere else.
    Other,
}

impl Archive {
    /// What stands in the archive store under the number of a part that was begun.
    pub(crate) async fn found(&self, part: &ArchivePart) -> ArchiveResult<FoundUnder> {
        let (class, of) = (part.class, part.month);
        let month = format!("{}/{of}", class.name());
        let known = self.parts_of((class, of)).await?;
        let mut found = FoundUnder {
            last: known.last().map_or(0, |last| last.number),
            ..FoundUnder::default()
        };
        for folder in self.store()?.folders(&month).await? {
            let number = folder.split('-').next().and_then(|text| text.parse().ok());
            found.last = found.last.max(number.unwrap_or(0));
            if number != Some(part.number) {
                continue;
            }
            let folder = format!("{month}/{folder}");
            match self.owner_of(&folder, part.id).await? {
                FolderOwner::Other => found.others.push(folder),
                FolderOwner::This(bytes) if folder == part.folder() => found.own = Some(bytes),
                // Under another claim it is of a writer that was too late.
                FolderOwner::This(_) | FolderOwner::Nobody => {}
            }
        }
        Ok(found)
    }

    /// Whose a folder is. A manifest that cannot be read is damaged, or of a later release: both have a part behind them, for it
    /// is put in one piece after all else.
    async fn owner_of(&self, folder: &str, id: i64) -> ArchiveResult<FolderOwner> {
        let path = format!("{folder}/{MANIFEST}");
        let bytes = match self.store()?.get(&path, SMALL_BYTES_MAX).await {
            Ok(None) => return Ok(FolderOwner::Nobody),
            // It is larger than any that was ever written.
            Err(ArchiveError::Broken(_)) => return Ok(FolderOwner::Other),
            Ok(Some(bytes)) => bytes,
            Err(error) => return Err(error),
        };
        Ok(match ArchiveManifest::read(&bytes) {
            Ok(manifest) if manifest.part == id.to_string() => FolderOwner::This(bytes.to_vec()),
            Ok(_) | Err(_) => FolderOwner::Other,
        })
    }

    /// Goes on with a part under the claim of this turn. What another one left half written takes room that may be wanted; one
    /// that is paused writes on in a folder of its own, which is not removed twice. Where a manifest stands under the number that
    /// is not known to be of this part, its folder is left as it is, and the next number is taken that nobody has.
    pub(crate) async fn take_over(
        &self,
        turn: &ArchiveTurn,
        part: &mut ArchivePart,
        found: &FoundUnder,
    ) -> ArchiveResult<()> {
        let left = part.folder();
        let is_taken = !found.others.is_empty();
        if part.claim != turn.claim() || is_taken {
            part.claim = turn.claim();
            if is_taken {
                let (folders, number) = (found.others.join(", "), found.last + 1);
                tracing::warn!(
                    folders,
                    number,
                    "parts of a database before its restore, of another platform, or with a manifest that cannot be read \
                     stand here and are left alone: a further number is taken"
                );
                part.number = number;
            }
            let claimed = part.clone();
            turn.write(&self.db, move |tx| sql::claim(tx, &claimed))
                .await?;
        }
        if !found.others.contains(&left) {
            self.store()?.remove_folder(&left).await;
        }
        Ok(())
    }
}
