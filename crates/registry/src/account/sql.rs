//! Every statement on the tables `party`, `account`, `password_old` and `activation`.

use super::{Account, AccountId, NewAccount, folded};
use crate::company::CompanyId;
use store::unreadable::{DAMAGED, read_or};
use store::{Error, Result, Row, Tx};
use web::{Begin, ListRows, OrderBy, PagePlace, SortKey, Total};

const COLUMNS: &str = "a.id, a.party_id, a.login, p.name, a.kind, a.state, a.password_hash, \
                       a.password_at, a.must_change, a.last_login_at, a.language, a.created_at";

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewAccount) -> Result<()> {
    tx.execute(
        "insert into party (id, kind, name, company_id, parent_id, created_at) \
         values ($1, 'person', $2, null, null, $3)",
        &[new.party.into(), new.name.trim().into(), new.at_ms.into()],
    )?;
    let state = if new.password_hash.is_some() {
        "active"
    } else {
        "invited"
    };
    tx.execute(
        "insert into account (id, party_id, login, login_folded, kind, state, password_hash, \
         password_at, must_change, n_failed, locked_until, language, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 'zh', $8, $8)",
        &[
            new.id.0.into(),
            new.party.into(),
            new.login.trim().into(),
            (&folded(&new.login)).into(),
            (if new.is_staff { "staff" } else { "company" }).into(),
            state.into(),
            new.password_hash.as_ref().into(),
            new.at_ms.into(),
            false.into(),
        ],
    )
    .map(|_| ())
}

/// Whether there is any account.
pub fn is_any(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx
        .query_opt("select id from account limit 1", &[])?
        .is_some())
}

/// The account with this id.
pub fn by_id(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>> {
    let sql = format!(
        "select {COLUMNS} from account a join party p on p.id = a.party_id where a.id = $1"
    );
    tx.query_opt(&sql, &[id.0.into()])?
        .as_ref()
        .map(account)
        .transpose()
}

/// The account with this login name, folded.
pub fn by_login(tx: &mut Tx<'_>, folded: &str) -> Result<Option<Account>> {
    let sql = format!(
        "select {COLUMNS} from account a join party p on p.id = a.party_id \
         where a.login_folded = $1"
    );
    tx.query_opt(&sql, &[folded.into()])?
        .as_ref()
        .map(account)
        .transpose()
}

/// The party and the name of the person behind an account.
pub fn person_of(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<(i64, String)>> {
    Ok(by_id(tx, id)?.map(|account| (account.party, account.name)))
}

/// Makes other transactions on the same account wait until this one is over.
pub fn hold(tx: &mut Tx<'_>, id: AccountId) -> Result<()> {
    tx.execute(
        "update account set changed_at = changed_at where id = $1",
        &[id.0.into()],
    )
    .map(|_| ())
}

/// Notes a login.
pub fn passed(tx: &mut Tx<'_>, id: AccountId, now_ms: i64) -> Result<()> {
    tx.execute(
        "update account set last_login_at = $2 where id = $1",
        &[id.0.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Enables or disables an account; answers whether it exists.
pub fn set_state(tx: &mut Tx<'_>, id: AccountId, state: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update account set state = $2, changed_at = $3 where id = $1",
        &[id.0.into(), state.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// Sets the name of the person.
pub fn set_name(tx: &mut Tx<'_>, id: AccountId, name: &str) -> Result<()> {
    tx.execute(
        "update party set name = $2 where id = (select party_id from account where id = $1)",
        &[id.0.into(), name.into()],
    )
    .map(|_| ())
}

/// Sets the language, `zh` or `en`.
pub fn set_language(tx: &mut Tx<'_>, id: AccountId, language: &str) -> Result<()> {
    tx.execute(
        "update account set language = $2 where id = $1",
        &[id.0.into(), language.into()],
    )
    .map(|_| ())
}

pub(super) fn keep_old(tx: &mut Tx<'_>, id: AccountId, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into password_old (account_id, at_ms, hash) \
         select id, $2, password_hash from account where id = $1 and password_hash is not null \
         on conflict do nothing",
        &[id.0.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn set_password(tx: &mut Tx<'_>, id: AccountId, hash: &str, now_ms: i64) -> Result<()> {
    tx.execute(
        "update account set password_hash = $2, password_at = $3, must_change = $4, changed_at = $3, \
         state = case when state = 'invited' then 'active' else state end where id = $1",
        &[id.0.into(), hash.into(), now_ms.into(), false.into()],
    )
    .map(|_| ())
}

pub(super) fn old_hashes(tx: &mut Tx<'_>, id: AccountId, limit: i64) -> Result<Vec<String>> {
    let mut hashes: Vec<String> = tx
        .query(
            "select password_hash from account where id = $1 and password_hash is not null",
            &[id.0.into()],
        )?
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<_>>()?;
    let old = tx.query(
        "select hash from password_old where account_id = $1 order by at_ms desc limit $2",
        &[id.0.into(), limit.into()],
    )?;
    for row in &old {
        hashes.push(row.text(0)?);
    }
    hashes.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(hashes)
}

pub(super) fn insert_link(
    tx: &mut Tx<'_>,
    account: AccountId,
    hash: &str,
    now_ms: i64,
    expires_at: i64,
) -> Result<()> {
    tx.execute(
        "insert into activation (hash, account_id, created_at, expires_at) \
         values ($1, $2, $3, $4)",
        &[
            hash.into(),
            account.0.into(),
            now_ms.into(),
            expires_at.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn close_links(tx: &mut Tx<'_>, account: AccountId, now_ms: i64) -> Result<()> {
    tx.execute(
        "update activation set used_at = $2 where account_id = $1 and used_at is null",
        &[account.0.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn of_link(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<Option<AccountId>> {
    tx.query_opt(
        "select account_id from activation where hash = $1 and used_at is null \
         and expires_at > $2",
        &[hash.into(), now_ms.into()],
    )?
    .map(|row| row.int(0).map(AccountId))
    .transpose()
}

pub(super) fn use_link(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update activation set used_at = $2 where hash = $1 and used_at is null \
         and expires_at > $2",
        &[hash.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// Accounts that are not disabled and that nobody used or changed since `before_ms`, oldest first.
pub fn stale(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<Vec<AccountId>> {
    tx.query(
        "select id from account where state <> 'disabled' \
         and coalesce(last_login_at, created_at) < $1 and changed_at < $1 order by id limit $2",
        &[before_ms.into(), limit.into()],
    )?
    .iter()
    .map(|row| row.int(0).map(AccountId))
    .collect()
}

/// What a list of accounts is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// `staff` or `company`.
    pub kind: Option<String>,
    /// `invited`, `active` or `disabled`.
    pub state: Option<String>,
    /// Beginning of the login name, or the whole name of the person.
    pub text: Option<String>,
    /// Departments; none for all.
    pub departments: Vec<i64>,
    /// Post.
    pub post: Option<i64>,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<AccountOrder>,
}

web::orders! {
    /// Orders of the accounts (用户排序).
    pub enum AccountOrder {
        /// The newest first.
        Newest = "newest" by Id,
        /// The oldest first.
        Oldest = "oldest" by Id,
        /// By login name.
        Login = "login" by Text,
        /// By login name, backwards.
        LoginDown = "-login" by Text,
    }
}

/// The accounts under a filter, whose text is here folded as well.
fn rows<'a>(filter: &'a AccountFilter, begin: &'a str) -> ListRows<'a> {
    let from = "from account a join party p on p.id = a.party_id";
    let mut rows = ListRows::those(from, "1 = 1");
    rows.and_indexed("a.post_id = ?", filter.post);
    rows.and_one_of("a.department_id", filter.departments.iter().copied());
    rows.and("a.kind = ?", filter.kind.as_deref());
    rows.and("a.state = ?", filter.state.as_deref());
    if let Some(text) = &filter.text {
        let n_chars = i64::try_from(begin.chars().count()).unwrap_or(0);
        rows.and_with(|args| {
            args.extend([n_chars.into(), begin.into(), text.into()]);
            let n = args.len();
            // Compared part by part: what sorts where depends on the language of a server.
            format!(
                "(substr(a.login_folded, 1, ${}) = ${} or p.name = ${n})",
                n - 2,
                n - 1
            )
        });
    }
    rows
}

/// A page of the accounts.
pub fn list(tx: &mut Tx<'_>, filter: &AccountFilter, limit: i64) -> Result<Vec<Account>> {
    let begin = &filter.begin;
    let by = match begin.order {
        AccountOrder::Newest => OrderBy::id("a.id", true),
        AccountOrder::Oldest => OrderBy::id("a.id", false),
        AccountOrder::Login => OrderBy::key("a.login_folded", "a.id", false),
        AccountOrder::LoginDown => OrderBy::key("a.login_folded", "a.id", true),
    };
    let text = filter.text.as_deref().map(folded).unwrap_or_default();
    let found = rows(filter, &text).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found
        .iter()
        .map(|row| read_or(row, "account", account, readable))
        .collect()
}

/// How many accounts there are under a filter.
pub fn total(tx: &mut Tx<'_>, filter: &AccountFilter) -> Result<Total> {
    let text = filter.text.as_deref().map(folded).unwrap_or_default();
    rows(filter, &text).count(tx)
}

/// The place of an account in an order of the list.
pub fn place(account: &Account, order: AccountOrder) -> PagePlace {
    let key = match order {
        AccountOrder::Newest | AccountOrder::Oldest => None,
        AccountOrder::Login | AccountOrder::LoginDown => {
            Some(SortKey::Text(folded(&account.login)))
        }
    };
    PagePlace {
        key,
        id: account.id.0,
    }
}

/// What is known about a person besides the name (人员资料); what is personal is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonProfile {
    /// Department.
    pub department: Option<i64>,
    /// Post.
    pub post: Option<i64>,
    /// Telephone number, sealed.
    pub phone_sealed: Option<Vec<u8>>,
    /// E-mail address, sealed.
    pub email_sealed: Option<Vec<u8>>,
}

/// What is known about the person of an account.
pub fn profile(tx: &mut Tx<'_>, id: AccountId) -> Result<PersonProfile> {
    let row = tx.query_opt(
        "select department_id, post_id, phone_sealed, email_sealed from account where id = $1",
        &[id.0.into()],
    )?;
    let Some(row) = row else {
        return Ok(PersonProfile::default());
    };
    Ok(PersonProfile {
        department: row.int_opt(0)?,
        post: row.int_opt(1)?,
        phone_sealed: row.bytes_opt(2)?,
        email_sealed: row.bytes_opt(3)?,
    })
}

/// Sets what is known about the person of an account.
pub fn set_profile(
    tx: &mut Tx<'_>,
    id: AccountId,
    profile: &PersonProfile,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update account set department_id = $2, post_id = $3, phone_sealed = $4, \
         email_sealed = $5, changed_at = $6 where id = $1",
        &[
            id.0.into(),
            profile.department.into(),
            profile.post.into(),
            profile.phone_sealed.as_deref().into(),
            profile.email_sealed.as_deref().into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// How many accounts have this department, or this post.
pub fn placed(tx: &mut Tx<'_>, department: Option<i64>, post: Option<i64>) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from account where department_id = $1 or post_id = $2",
        &[department.unwrap_or(0).into(), post.unwrap_or(0).into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// How many accounts each department has, by the id of the department.
pub fn placed_by_department(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>> {
    tx.query(
        "select department_id, count(*) from account where department_id is not null \
         group by department_id",
        &[],
    )?
    .iter()
    .map(|row| Ok((row.int(0)?, row.int(1)?)))
    .collect()
}

/// Makes the party of an agency, or gives it another name and place in the tree.
pub fn put_agency(
    tx: &mut Tx<'_>,
    id: i64,
    name: &str,
    parent: Option<i64>,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into party (id, kind, name, company_id, parent_id, created_at) \
         values ($1, 'agency', $2, null, $3, $4) \
         on conflict (id) do update set name = excluded.name, parent_id = excluded.parent_id",
        &[id.into(), name.into(), parent.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Removes the party of an agency.
///
/// # Errors
/// The engine's; a constraint when something depends on it.
pub fn remove_agency(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "delete from party where id = $1 and kind = 'agency'",
        &[id.into()],
    )
    .map(|_| ())
}

pub(super) fn ensure_enterprise(
    tx: &mut Tx<'_>,
    company: CompanyId,
    id: i64,
    name: &str,
    now_ms: i64,
) -> Result<i64> {
    tx.execute(
        "insert into party (id, kind, name, company_id, parent_id, created_at) \
         values ($1, 'enterprise', $2, $3, null, $4) on conflict do nothing",
        &[id.into(), name.into(), company.0.into(), now_ms.into()],
    )?;
    let row = tx
        .query_opt(
            "select id from party where company_id = $1",
            &[company.0.into()],
        )?
        .ok_or_else(|| Error::Fault("the party of a company is missing".to_owned()))?;
    row.int(0)
}

/// The companies directly below a company in the tree of parties.
pub fn companies_below(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<CompanyId>> {
    tx.query(
        "select child.company_id from party child join party above on above.id = child.parent_id \
         where above.company_id = $1 and child.company_id is not null order by child.company_id",
        &[company.0.into()],
    )?
    .iter()
    .map(|row| row.int(0).map(CompanyId))
    .collect()
}

/// What can be read of a damaged account, for a list.
fn readable(row: &Row, id: i64) -> Account {
    let text = |column| row.text(column).unwrap_or_else(|_| DAMAGED.to_owned());
    let int = |column| row.int(column).unwrap_or_default();
    Account {
        id: AccountId(id),
        party: int(1),
        login: text(2),
        name: text(3),
        kind: text(4),
        state: text(5),
        password_hash: None,
        password_at: int(7),
        must_change: true,
        last_login_at: row.int_opt(9).ok().flatten(),
        language: text(10),
        created_at: int(11),
    }
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.int(0)?),
        party: row.int(1)?,
        login: row.text(2)?,
        name: row.text(3)?,
        kind: row.text(4)?,
        state: row.text(5)?,
        password_hash: row.text_opt(6)?,
        password_at: row.int(7)?,
        must_change: row.bool(8)?,
        last_login_at: row.int_opt(9)?,
        language: row.text(10)?,
        created_at: row.int(11)?,
    })
}
