//! Every statement on the table `relying_party`.

use super::{Protocol, RelyingParty};
use registry::company::CompanyId;
use store::{Error, Result, Row, Tx};

const COLUMNS: &str = "id, name, kind, title, urls, logout_url, attributes, secret_hash, grants, \
                       may_proxy, proxies, company_id, logout_redirects";

pub(super) fn insert(tx: &mut Tx<'_>, party: &RelyingParty, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into relying_party (id, name, kind, title, urls, logout_url, attributes, \
         secret_hash, grants, may_proxy, proxies, company_id, changed_at, logout_redirects) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            party.id.into(),
            (&party.name).into(),
            party.protocol.name().into(),
            party.title.trim().into(),
            (&party.urls.join("\n")).into(),
            party.logout_url.as_ref().into(),
            (&party.attributes.join("\n")).into(),
            party.secret_hash.as_ref().into(),
            (&party.grants.join("\n")).into(),
            party.may_proxy.into(),
            (&party.proxies.join("\n")).into(),
            party.company.map(|c| c.0).into(),
            now_ms.into(),
            (&party.logout_redirects.join("\n")).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn update(tx: &mut Tx<'_>, id: i64, party: &RelyingParty, now_ms: i64) -> Result<()> {
    tx.execute(
        "update relying_party set title = $2, urls = $3, logout_url = $4, attributes = $5, \
         secret_hash = $6, grants = $7, may_proxy = $8, proxies = $9, \
         company_id = $10, changed_at = $11, logout_redirects = $12 where id = $1",
        &[
            id.into(),
            party.title.trim().into(),
            (&party.urls.join("\n")).into(),
            party.logout_url.as_ref().into(),
            (&party.attributes.join("\n")).into(),
            party.secret_hash.as_ref().into(),
            (&party.grants.join("\n")).into(),
            party.may_proxy.into(),
            (&party.proxies.join("\n")).into(),
            party.company.map(|c| c.0).into(),
            now_ms.into(),
            (&party.logout_redirects.join("\n")).into(),
        ],
    )
    .map(|_| ())
}

/// Every entry, by name. There are as many as the city has systems: tens.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<RelyingParty>> {
    let sql = format!("select {COLUMNS} from relying_party order by name");
    tx.query(&sql, &[])?.iter().map(party).collect()
}

/// The entry with this name.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<RelyingParty>> {
    let sql = format!("select {COLUMNS} from relying_party where name = $1");
    tx.query_opt(&sql, &[name.into()])?
        .as_ref()
        .map(party)
        .transpose()
}

/// The entry with this id.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<RelyingParty>> {
    let sql = format!("select {COLUMNS} from relying_party where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(party)
        .transpose()
}

/// Removes the entry with this name; answers whether there was one.
pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<bool> {
    let n_changed = tx.execute("delete from relying_party where name = $1", &[name.into()])?;
    Ok(n_changed > 0)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn party(row: &Row) -> Result<RelyingParty> {
    let kind = row.text(2)?;
    Ok(RelyingParty {
        id: row.int(0)?,
        name: row.text(1)?,
        protocol: Protocol::from_name(&kind)
            .ok_or_else(|| Error::Fault(format!("unknown protocol {kind}")))?,
        title: row.text(3)?,
        urls: lines(&row.text(4)?),
        logout_url: row.text_opt(5)?,
        attributes: lines(&row.text(6)?),
        secret_hash: row.text_opt(7)?,
        grants: lines(&row.text(8)?),
        may_proxy: row.bool(9)?,
        proxies: lines(&row.text(10)?),
        company: row.int_opt(11)?.map(CompanyId),
        logout_redirects: lines(&row.text(12)?),
    })
}
