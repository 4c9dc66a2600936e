//! The proof of a part (还原校验): read back from the archive store, compared with its hashes, restored into a scratch
//! database, and compared there row by row with the platform's own.

use crate::engine::{Archive, Contents, DAY_MS};
use crate::error::{ArchiveError, ArchiveResult};
use crate::frame;
use crate::manifest::{FileHashes, FrameEntry, INDEX, TableEntry, hex};
use crate::part::{ArchivePart, PartState, sql};
use crate::rows::sql::{self as rows, KeyRange};
use crate::scratch::Scratch;
use crate::sink::blocking;
use crate::table::ArchiveTable;
use crate::turn::ArchiveTurn;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::clock::beijing_rfc3339;
use store::{Result, Tx, Vault};

/// What a proof found (校验结果).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArchiveProof {
    /// Rows that are the same here.
    pub n_same: i64,
    /// Rows that have changed here since.
    pub n_changed: i64,
    /// Rows that are gone here.
    pub n_gone: i64,
    /// Rows that have changed here and stand as they are in no later part.
    pub n_outdated: i64,
}

/// What the proofs of several parts came to (多卷校验结果).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProofTally {
    /// Parts that are good.
    pub n_good: usize,
    /// What is wrong with each broken part, by its name.
    pub broken: Vec<String>,
    /// Why each of the others could not be proven, by its name.
    pub unproven: Vec<String>,
}

/// Time after which what has changed since a part was written goes into a further one when a proof finds it, in milliseconds:
/// of a month that is just over much is still being answered.
const OUTDATED_MS: i64 = 20 * DAY_MS;

/// All rows of a table.
const ALL: KeyRange = KeyRange {
    after: (i64::MIN, i64::MIN),
    before: (i64::MAX, i64::MAX),
    time: None,
};

impl Archive {
    /// Proves a part, and notes what was found.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`], which is noted, too; [`ArchiveError::Unavailable`] and [`ArchiveError::Scratch`] say
    /// nothing of the part.
    pub async fn verify(&self, turn: &ArchiveTurn, id: i64) -> ArchiveResult<ArchiveProof> {
        self.look_for_store().await?;
        let found = self.db.read(move |tx| sql::find(tx, id)).await?;
        let part = found.filter(|part| part.state != PartState::Writing);
        let part = part.ok_or_else(|| ArchiveError::Missing("这一分卷".to_owned()))?;
        let proven = self.prove(turn, &part).await;
        let noted = self.note_proof(turn, &part, proven).await;
        self.forget_lately();
        noted
    }

    /// Notes what a proof of a part came to, and what follows for the broken parts of its month.
    async fn note_proof(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        proven: ArchiveResult<ArchiveProof>,
    ) -> ArchiveResult<ArchiveProof> {
        let id = part.id;
        match proven {
            Ok(proof) => {
                let now_ms = self.clock.now_ms();
                let counts = [proof.n_same, proof.n_changed, proof.n_gone];
                let is_old = |at_ms: i64| now_ms.saturating_sub(at_ms) > OUTDATED_MS;
                let wants_more = proof.n_outdated > 0 && part.written_at.is_some_and(is_old);
                let note =
                    move |tx: &mut Tx<'_>| sql::verified(tx, id, (counts, wants_more), now_ms);
                turn.write(&self.db, note).await?;
                self.note_covered(turn, (part.class, part.month)).await?;
                Ok(proof)
            }
            Err(ArchiveError::Broken(why)) => {
                let why = self.note_broken(turn, part, &why).await?;
                // One between it and those before it may have all of theirs.
                self.note_covered(turn, (part.class, part.month)).await?;
                Err(ArchiveError::Broken(why))
            }
            Err(error) => Err(error),
        }
    }

    /// Proves the parts for which somebody asked; answers what came of it, and nothing where nobody had asked. One that cannot be
    /// proven keeps no other from it. Those that are broken or could not be proven stay asked for, for a retry, unless this is
    /// the last: then nothing stays asked for.
    ///
    /// # Errors
    /// As [`Self::verify`], at once when the next part would only fail in the same way; else at the end [`ArchiveError::Broken`]
    /// and [`ArchiveError::Unproven`], with every part that is or could not be.
    pub async fn verify_asked(&self, turn: &ArchiveTurn, is_last: bool) -> ArchiveResult<String> {
        // While it goes on nobody asks for more: that is refused.
        let asked = self.db.read(sql::asked).await?;
        let ids: Vec<i64> = asked.iter().map(|(id, _)| *id).collect();
        let turn = &turn.proving(asked.iter().map(|(_, n_rows)| n_rows).sum());
        let done = self.verify_parts(turn, &ids).await.and_then(|proofs| {
            let ProofTally {
                n_good,
                mut broken,
                mut unproven,
            } = proofs;
            if !unproven.is_empty() {
                unproven.append(&mut broken);
                return Err(ArchiveError::Unproven(unproven.join("；")));
            }
            match (n_good, broken.is_empty()) {
                (0, true) => Ok(String::new()),
                (n, true) => Ok(format!("校验通过 {n} 卷")),
                (_, false) => Err(ArchiveError::Broken(broken.join("；"))),
            }
        });
        // A process that ends is followed by another, which goes on.
        if is_last && !matches!(done, Err(ArchiveError::Lost | ArchiveError::Stopped)) {
            let note = move |tx: &mut Tx<'_>| {
                let mut ids = ids.iter();
                ids.try_for_each(|id| sql::proof_done(tx, *id))
            };
            turn.write(&self.db, note).await?;
        }
        done
    }

    /// Verifies one part after the other: one that is broken or could not be proven holds up no other.
    ///
    /// # Errors
    /// As [`Self::verify`], at once when the next part would only fail in the same way.
    pub async fn verify_parts(&self, turn: &ArchiveTurn, ids: &[i64]) -> ArchiveResult<ProofTally> {
        let mut proofs = ProofTally::default();
        for id in ids.iter().copied() {
            turn.go_on()?;
            match self.verify(turn, id).await {
                Ok(_) => {
                    proofs.n_good += 1;
                    turn.write(&self.db, move |tx| sql::proof_done(tx, id))
                        .await?;
                }
                Err(ArchiveError::Broken(why)) => proofs.broken.push(why),
                Err(error) if self.ends_all(&error).await => return Err(error),
                Err(error) => {
                    let found = self.db.read(move |tx| sql::find(tx, id)).await?;
                    let name = found.map_or_else(|| id.to_string(), |part| part.folder());
                    tracing::error!(part = name, %error, "a part could not be proven");
                    proofs.unproven.push(format!("{name}：{error}"));
                }
            }
        }
        Ok(proofs)
    }

    /// Notes that a part is broken, and raises the alarm; answers why, with its name.
    pub(crate) async fn note_broken(
        &self,
        turn: &ArchiveTurn,
        part: &ArchivePart,
        why: &str,
    ) -> ArchiveResult<String> {
        let folder = part.folder();
        tracing::error!(part = folder, why, "a part of the archive is broken");
        metrics::counter!("tongguan_archive_broken_total").increment(1);
        // When it was found first, as long as it is the same.
        let is_known = part.state == PartState::Broken && part.fault.starts_with(why);
        let noted = match is_known {
            true => part.fault.clone(),
            false => {
                let found_at = beijing_rfc3339(self.clock.now_ms());
                let minute = found_at.get(..16).unwrap_or_default().replace('T', " ");
                format!("{why}（{minute} 发现）")
            }
        };
        let id = part.id;
        let note = move |tx: &mut Tx<'_>| sql::broken(tx, id, &noted);
        turn.write(&self.db, note).await?;
        Ok(match why.starts_with(&folder) {
            true => why.to_owned(),
            false => format!("{folder}：{why}"),
        })
    }

    async fn prove(&self, turn: &ArchiveTurn, part: &ArchivePart) -> ArchiveResult<ArchiveProof> {
        let contents = self.contents_now(part).await?;
        let vault = self.vault().await?;
        let scratch = Scratch::new(self, true).await?;
        let mut files: BTreeMap<String, FileHashes> = BTreeMap::new();
        let mut proof = ArchiveProof::default();
        let mut tables = Vec::new();
        for entry in &contents.0.tables {
            let table = self
                .tables_of(part.class)
                .find(|one| one.table == entry.table);
            let table = table
                .ok_or_else(|| ArchiveError::Broken(format!("清单中有未知的表 {}", entry.table)))?;
            self.restore_table(
                turn,
                (part, &contents, &vault),
                (table, entry),
                (&scratch, &mut files),
            )
            .await?;
            tables.push(table);
        }
        self.compare_files(part, &contents, files).await?;
        for table in tables {
            self.compare_rows(turn, (part, table), &scratch, &mut proof)
                .await?;
        }
        Ok(proof)
    }

    /// Restores a table of a part, and adds up what its files hold.
    async fn restore_table(
        &self,
        turn: &ArchiveTurn,
        (part, contents, vault): (&ArchivePart, &Contents, &Vault),
        (table, entry): (&'static ArchiveTable, &TableEntry),
        (scratch, files): (&Scratch, &mut BTreeMap<String, FileHashes>),
    ) -> ArchiveResult<()> {
        let broken = |why: &str| ArchiveError::Broken(format!("表 {}：{why}", table.table));
        let (mut content, mut n_rows) = (Sha256::new(), 0);
        let mut last = None;
        for frame in contents.1.frames(table.table) {
            turn.go_on()?;
            let hashes = files.entry(frame.file.clone()).or_default();
            if hashes.n_bytes() != frame.offset {
                return Err(broken("索引中的位置不连续"));
            }
            let path = format!("{}/{}", part.folder(), frame.file);
            let stored = self
                .store()?
                .piece(&path, frame.offset, frame.bytes)
                .await?;
            hashes.add(&stored);
            let (lines, rows) = self
                .open_frame((table, &entry.columns), frame, (vault, stored.to_vec()))
                .await?;
            content.update(&lines);
            n_rows += frame.rows;
            if last.is_some_and(|last| last >= frame.first) {
                return Err(broken("行的次序有误"));
            }
            last = Some(frame.last);
            let n_restored = rows.len();
            scratch.put(table, rows).await?;
            turn.looked_at(n_restored).await;
        }
        if n_rows != entry.rows {
            return Err(broken(&format!(
                "清单记 {} 行，实有 {n_rows} 行",
                entry.rows
            )));
        }
        let frames = contents.1.frames(table.table);
        let ends = frames.first().zip(frames.last());
        if ends.map(|(first, last)| [first.first, last.last]) != entry.keys {
            return Err(broken("主键范围与清单不符"));
        }
        match hex(&content.finalize()) == entry.content_sha256 {
            true => Ok(()),
            false => Err(broken("内容与清单的摘要不符")),
        }
    }

    async fn open_frame(
        &self,
        (table, columns): (&'static ArchiveTable, &[String]),
        entry: &FrameEntry,
        (vault, stored): (&Vault, Vec<u8>),
    ) -> ArchiveResult<(Vec<u8>, Vec<crate::rows::RowLine>)> {
        let (entry, vault, columns) = (entry.clone(), vault.clone(), columns.to_vec());
        blocking(move || {
            let lines = frame::open(&vault, &entry, stored)?;
            let rows = frame::rows((table, &columns), &entry, &lines)?;
            Ok((lines, rows))
        })
        .await
    }

    /// Compares the sizes of all files of a part with the manifest.
    pub(crate) async fn compare_sizes(
        &self,
        part: &ArchivePart,
        contents: &Contents,
    ) -> ArchiveResult<()> {
        for file in &contents.0.files {
            let path = format!("{}/{}", part.folder(), file.name);
            if self.store()?.size(&path).await? != Some(file.bytes) {
                let name = &file.name;
                return Err(ArchiveError::Broken(format!(
                    "文件 {name} 的大小与清单不符"
                )));
            }
        }
        Ok(())
    }

    /// Compares the files with the manifest, in their sizes, too: nothing may stand behind the last frame.
    async fn compare_files(
        &self,
        part: &ArchivePart,
        contents: &Contents,
        mut files: BTreeMap<String, FileHashes>,
    ) -> ArchiveResult<()> {
        let broken = |name: &str, why: &str| ArchiveError::Broken(format!("文件 {name} {why}"));
        let names: BTreeSet<&String> = contents.0.files.iter().map(|file| &file.name).collect();
        if let Some(name) = files.keys().find(|name| !names.contains(name)) {
            return Err(broken(name, "不在清单中"));
        }
        self.compare_sizes(part, contents).await?;
        for file in &contents.0.files {
            let path = format!("{}/{}", part.folder(), file.name);
            let hashes = match files.remove(&file.name) {
                Some(hashes) => hashes,
                None if file.name == INDEX => {
                    let mut hashes = FileHashes::default();
                    let found = self.store()?.get(&path, file.bytes).await?;
                    hashes.add(&found.unwrap_or_default());
                    hashes
                }
                None => return Err(broken(&file.name, "不在索引中")),
            };
            if hashes.entry(&file.name) != *file {
                return Err(broken(&file.name, "的摘要与清单不符"));
            }
        }
        Ok(())
    }

    /// Compares what was restored of a table with what is here.
    async fn compare_rows(
        &self,
        turn: &ArchiveTurn,
        (part, table): (&ArchivePart, &'static ArchiveTable),
        scratch: &Scratch,
        proof: &mut ArchiveProof,
    ) -> ArchiveResult<()> {
        let mut behind = self.behind(part, table).await?;
        let mut range = ALL;
        loop {
            turn.go_on()?;
            let read = scratch
                .db
                .read(move |tx| rows::read(tx, table, &range))
                .await;
            let read = read.map_err(|error| ArchiveError::Scratch(error.chinese()))?;
            if !read.damaged.is_empty() {
                return Err(ArchiveError::Scratch("还原的行无法读取".to_owned()));
            }
            let keys: Vec<_> = read.rows.iter().map(|row| row.key).collect();
            let find = move |tx: &mut Tx<'_>| -> Result<_> { rows::with_keys(tx, table, &keys) };
            let here = self.db.read(find).await?;
            let damaged: BTreeSet<_> = here.damaged.into_iter().collect();
            let here: BTreeMap<_, _> = here
                .rows
                .into_iter()
                .map(|row| (row.key, row.line))
                .collect();
            for row in &read.rows {
                match here.get(&row.key) {
                    Some(line) if *line == row.line => proof.n_same += 1,
                    Some(_) if table.is_fixed => {
                        return Err(ArchiveError::Broken(format!(
                            "表 {} 的行 {:?} 与数据库中的不同，而这张表的行写入后不变",
                            table.table, row.key
                        )));
                    }
                    Some(_) => {
                        proof.n_changed += 1;
                        let is_newest = !behind.has_key(self, row.key).await?;
                        proof.n_outdated += i64::from(is_newest);
                    }
                    None if damaged.contains(&row.key) => proof.n_changed += 1,
                    None => proof.n_gone += 1,
                }
            }
            turn.looked_at(read.rows.len()).await;
            match read.last {
                Some(last) => range.after = last,
                None => return Ok(()),
            }
        }
    }
}
