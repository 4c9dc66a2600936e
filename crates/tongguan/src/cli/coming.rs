//! `standard list|load|drop`: the coming version of the standard, in the database of this machine.

use super::table::table;
use super::{Base, Ended, input, say, wrong_use};
use crate::databases::open_db;
use ceb::Standard;
use ceb::doc::diff;
use exchange::rehearsal;
use serde_json::json;
use std::path::Path;
use store::clock::{Clock, SystemClock, beijing_rfc3339};

/// Lists the versions.
pub(super) async fn list(base: &Base) -> anyhow::Result<Ended> {
    let db = open_db(base.load()?.store).await?;
    let coming = db.read(rehearsal::coming).await?;
    let built_in = Standard::built_in();
    if base.json {
        let mut all: Vec<_> = built_in
            .iter()
            .map(|known| json!({ "id": known.id, "name": known.name, "builtIn": true }))
            .collect();
        all.extend(coming.iter().map(|coming| {
            json!({
                "id": coming.id,
                "name": coming.name,
                "builtIn": false,
                "effective": coming.effective,
                "loadedAt": beijing_rfc3339(coming.loaded_at),
                "rehearsed": coming.n_rehearsed,
                "broken": coming.n_broken,
            })
        }));
        say(&serde_json::to_string(&all)?);
        return Ok(Ended::Done);
    }
    let mut rows = table(&["版本", "名称", "用途", "生效日期", "已预演", "有问题"]);
    for known in built_in {
        let is_current = known.id == Standard::current().id;
        let part = if is_current {
            "当前"
        } else {
            "旧版，供对照"
        };
        rows.add_row([&*known.id, &*known.name, part, "", "", ""]);
    }
    if let Some(coming) = &coming {
        let (rehearsed, broken) = (coming.n_rehearsed.to_string(), coming.n_broken.to_string());
        let cells: [&str; 6] = [
            &coming.id,
            &coming.name,
            "将要生效，预演中",
            &coming.effective,
            &rehearsed,
            &broken,
        ];
        rows.add_row(cells);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

/// Loads the coming version.
pub(super) async fn load(
    base: &Base,
    file: &Path,
    effective: Option<String>,
) -> anyhow::Result<Ended> {
    let overlay = input::text(file)?;
    let db = open_db(base.load()?.store).await?;
    let (text, now_ms) = (overlay.clone(), SystemClock.now_ms());
    let loaded = db
        .write(move |tx| {
            let actor = super::sso::administrator();
            rehearsal::load(tx, &actor, &text, effective.as_deref(), now_ms)
        })
        .await;
    let coming = loaded.map_err(|refusal| match refusal {
        rehearsal::VersionRefusal::Problems(problems) => {
            wrong_use(format!("没有装入：\n  {}", problems.join("\n  ")))
        }
        rehearsal::VersionRefusal::Store(error) => error.into(),
    })?;
    let standard =
        Standard::of_overlay(&overlay).map_err(|problems| wrong_use(problems.join("\n")))?;
    let changes = diff::changes(Standard::current(), standard);
    let n_breaking = changes.iter().filter(|change| change.is_breaking).count();
    if base.json {
        let value = json!({ "id": coming.id, "effective": coming.effective, "changes": changes.len(), "breaking": n_breaking });
        say(&value.to_string());
    } else {
        say(&format!(
            "已装入 {} {}，自 {} 生效：共 {} 处差异，其中 {n_breaking} 处须改。\n平台在后台预演近 7 天与今后的报文；企业在“新版规范预演”页看到自己的清单。",
            coming.id,
            coming.name,
            coming.effective,
            changes.len()
        ));
    }
    Ok(Ended::Done)
}

/// Drops the coming version.
pub(super) async fn drop(base: &Base, id: String, confirm: &str) -> anyhow::Result<Ended> {
    if id != confirm {
        return Err(wrong_use("--confirm 须与要移除的版本号相同"));
    }
    let db = open_db(base.load()?.store).await?;
    let (name, now_ms) = (id.clone(), SystemClock.now_ms());
    let is_gone = db
        .write(move |tx| rehearsal::drop(tx, &super::sso::administrator(), &name, now_ms))
        .await?;
    if !is_gone {
        say(&format!("没有装入版本 {id}"));
        return Ok(Ended::Refused);
    }
    say(&format!("已移除版本 {id} 及其预演结果"));
    Ok(Ended::Done)
}
