//! Which keys have sealed in a database, each with a proof: a key that is missing or is another than its name
//! says is found out when the database is opened ([`prove`]). A key with which nothing is sealed any more is
//! forgotten ([`crate::reseal::retire`]), and its line may go.

use crate::{Error, Result, Tx};

/// What every key seals once, to be known again.
const PROOF: &[u8] = b"tongguan vault";

/// Compares the keys with those that have sealed in this database.
///
/// # Errors
/// [`Error::Setting`] when one is missing or another than its name says.
pub(crate) fn prove(tx: &mut Tx<'_>) -> Result<()> {
    let vault = tx.vault();
    if vault.is_unused() {
        return Ok(());
    }
    let rows = tx.query("select id, proof from seal_key order by id", &[])?;
    for row in &rows {
        let id = row.text(0)?;
        if !vault.has_key(&id) {
            return Err(Error::Setting(format!(
                "数据库中可能还有用密钥 {id} 加密的内容，而 store.encryption_key_file 中没有这个密钥，未启动。\
                 请把 {id} 那一行放回密钥文件（接在新密钥之后）再启动。要停用 {id}，请等任务 message.reseal\
                 （补加密存量报文）做完：“定时任务”页的执行记录写明旧密钥 {id} 已停用之后，才能删去这一行"
            )));
        }
        if !vault.open(row.bytes(1)?).is_ok_and(|text| text == PROOF) {
            return Err(Error::Setting(format!(
                "store.encryption_key_file 中的密钥 {id} 不是当初以此名加密本数据库的密钥，未启动。\
                 请放回原来的密钥 {id}；新密钥请另取名字，写在第一行"
            )));
        }
    }
    Ok(())
}

/// Puts the key that seals on record, unless it is; each process does so before it seals.
pub(crate) fn put_on_record(tx: &mut Tx<'_>) -> Result<()> {
    let vault = tx.vault();
    let Some(id) = vault.first_key() else {
        return Ok(());
    };
    if !is_on_record(tx, id)?
        && let Some(proof) = vault.proof_of(PROOF)?
    {
        tx.execute(
            "insert into seal_key (id, proof) values ($1, $2) on conflict do nothing",
            &[id.into(), proof.as_slice().into()],
        )?;
    }
    Ok(())
}

/// Keys beside the one that seals which may have sealed what is stored; none while nothing is sealed.
pub fn older(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let vault = tx.vault();
    let Some(first) = vault.first_key() else {
        return Ok(Vec::new());
    };
    let rows = tx.query(
        "select id from seal_key where id <> $1 order by id",
        &[first.into()],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Whether something may be sealed with a key in this database: each process notes its key before it seals.
pub(crate) fn is_on_record(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    let found = tx.query_opt("select 1 from seal_key where id = $1", &[id.into()])?;
    Ok(found.is_some())
}

/// Keys that are on record and that this process does not have: another one seals with them.
pub fn missing(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let vault = tx.vault();
    if vault.is_unused() {
        return Ok(Vec::new());
    }
    let rows = tx.query("select id from seal_key order by id", &[])?;
    let ids = rows.iter().map(|row| row.text(0));
    let is_missing = |id: &String| !vault.has_key(id);
    let lacking = ids.filter(|id| id.as_ref().map_or(true, is_missing));
    lacking.collect()
}

/// Forgets a key with which nothing is sealed any more.
pub(crate) fn forget(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    tx.execute("delete from seal_key where id = $1", &[id.into()])
        .map(|_| ())
}
