//! Every statement on the tables `oidc_key`, `oidc_grant`, `oidc_token` and `oidc_visit`.

use super::key::{ProviderPublicKey, StoredKey};
use registry::role::AccountId;
use store::{Result, Row, Tx};

/// That a person went on to a client, with the code that the client gets for it.
#[derive(Debug, Clone)]
pub(super) struct CodeGrant {
    pub(super) id: i64,
    pub(super) code_hash: String,
    pub(super) party: i64,
    pub(super) account: AccountId,
    pub(super) session: i64,
    /// The name by which the client knows the session.
    pub(super) sid: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) redirect_uri: String,
    /// SHA-256 of the verifier, base64url.
    pub(super) challenge: String,
    pub(super) methods: String,
    pub(super) authenticated_at: i64,
    pub(super) issued_at: i64,
    pub(super) code_expires_at: i64,
}

const GRANT: &str = "id, code_hash, relying_party_id, account_id, session_id, sid, scope, nonce, \
                     redirect_uri, challenge, methods, authenticated_at, issued_at, \
                     code_expires_at";

pub(super) fn insert_grant(tx: &mut Tx<'_>, grant: &CodeGrant) -> Result<()> {
    tx.execute(
        "insert into oidc_grant (id, code_hash, relying_party_id, account_id, session_id, sid, \
         scope, nonce, redirect_uri, challenge, methods, authenticated_at, issued_at, \
         code_expires_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        &[
            grant.id.into(),
            (&grant.code_hash).into(),
            grant.party.into(),
            grant.account.0.into(),
            grant.session.into(),
            (&grant.sid).into(),
            (&grant.scope).into(),
            grant.nonce.as_ref().into(),
            (&grant.redirect_uri).into(),
            (&grant.challenge).into(),
            (&grant.methods).into(),
            grant.authenticated_at.into(),
            grant.issued_at.into(),
            grant.code_expires_at.into(),
            // An unused one has no reason to stay longer; see `keep`.
            grant.code_expires_at.into(),
        ],
    )
    .map(|_| ())
}

/// Uses a code up: of many who try, this answers its grant to one.
pub(super) fn burn(
    tx: &mut Tx<'_>,
    code_hash: &str,
    party: i64,
    now_ms: i64,
) -> Result<Option<CodeGrant>> {
    let sql = format!(
        "update oidc_grant set used_at = $1 where code_hash = $2 and relying_party_id = $3 \
         and used_at is null returning {GRANT}"
    );
    tx.query_opt(&sql, &[now_ms.into(), code_hash.into(), party.into()])?
        .as_ref()
        .map(grant)
        .transpose()
}

/// The grant of a code that this client has used before.
pub(super) fn used(tx: &mut Tx<'_>, code_hash: &str, party: i64) -> Result<Option<i64>> {
    let sql = "select id from oidc_grant where code_hash = $1 and relying_party_id = $2 \
               and used_at is not null";
    tx.query_opt(sql, &[code_hash.into(), party.into()])?
        .map(|row| row.int(0))
        .transpose()
}

/// A grant that nobody has revoked.
pub(super) fn grant_by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<CodeGrant>> {
    let sql = format!("select {GRANT} from oidc_grant where id = $1 and revoked_at is null");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(grant)
        .transpose()
}

/// Ends a grant with all its tokens; answers whether it was in force.
pub(super) fn revoke_grant(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update oidc_grant set revoked_at = $1 where id = $2 and revoked_at is null",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_changed > 0)
}

fn grant(row: &Row) -> Result<CodeGrant> {
    Ok(CodeGrant {
        id: row.int(0)?,
        code_hash: row.text(1)?,
        party: row.int(2)?,
        account: AccountId(row.int(3)?),
        session: row.int(4)?,
        sid: row.text(5)?,
        scope: row.text(6)?,
        nonce: row.text_opt(7)?,
        redirect_uri: row.text(8)?,
        challenge: row.text(9)?,
        methods: row.text(10)?,
        authenticated_at: row.int(11)?,
        issued_at: row.int(12)?,
        code_expires_at: row.int(13)?,
    })
}

/// Keeps a grant until its session ends, so that a code that comes again is known.
pub(super) fn keep(tx: &mut Tx<'_>, id: i64, expires_at: i64) -> Result<()> {
    tx.execute(
        "update oidc_grant set expires_at = $1 where id = $2",
        &[expires_at.into(), id.into()],
    )
    .map(|_| ())
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum TokenKind {
    /// Reads a person's claims.
    Access,
    /// Gets the next tokens.
    Refresh,
    /// Lets a program call the API.
    Machine,
}

impl TokenKind {
    fn name(self) -> &'static str {
        self.into()
    }

    fn from_name(name: &str) -> Self {
        match name {
            "refresh" => Self::Refresh,
            "machine" => Self::Machine,
            _ => Self::Access,
        }
    }
}

/// A token as it is stored: by its hash.
#[derive(Debug, Clone)]
pub(super) struct OidcToken {
    pub(super) hash: String,
    pub(super) kind: TokenKind,
    /// The grant; a program's token has none.
    pub(super) grant: Option<i64>,
    pub(super) party: i64,
    pub(super) scope: String,
    /// The client's secret for which a program's token was given.
    pub(super) secret_hash: Option<String>,
    /// Hash of the refresh token that this one followed.
    pub(super) predecessor: Option<String>,
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
}

const TOKEN: &str = "hash, kind, grant_id, relying_party_id, scope, secret_hash, issued_at, \
                     expires_at, predecessor";

pub(super) fn insert_token(tx: &mut Tx<'_>, token: &OidcToken) -> Result<()> {
    tx.execute(
        "insert into oidc_token (hash, kind, grant_id, relying_party_id, scope, secret_hash, \
         issued_at, expires_at, predecessor) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            (&token.hash).into(),
            token.kind.name().into(),
            token.grant.into(),
            token.party.into(),
            (&token.scope).into(),
            token.secret_hash.as_ref().into(),
            token.issued_at.into(),
            token.expires_at.into(),
            token.predecessor.as_ref().into(),
        ],
    )
    .map(|_| ())
}

/// The refresh token that a refresh token of this client followed; nothing when there is none.
pub(super) fn predecessor(tx: &mut Tx<'_>, hash: &str, party: i64) -> Result<Option<String>> {
    let sql = "select predecessor from oidc_token where hash = $1 and relying_party_id = $2 \
               and kind = 'refresh'";
    let found = tx.query_opt(sql, &[hash.into(), party.into()])?;
    found.map_or(Ok(None), |row| row.text_opt(0))
}

/// Makes other transactions on the same token wait until this one is over.
pub(super) fn hold_token(tx: &mut Tx<'_>, hash: &str) -> Result<()> {
    tx.execute(
        "update oidc_token set issued_at = issued_at where hash = $1",
        &[hash.into()],
    )
    .map(|_| ())
}

/// A refresh token that this client used up since `since_ms`.
pub(super) fn used_since(
    tx: &mut Tx<'_>,
    hash: &str,
    party: i64,
    since_ms: i64,
    now_ms: i64,
) -> Result<Option<OidcToken>> {
    let sql = format!(
        "select {TOKEN} from oidc_token where hash = $1 and relying_party_id = $2 \
         and kind = 'refresh' and used_at > $3 and used_at <= $4 and revoked_at is null"
    );
    let args = [hash.into(), party.into(), since_ms.into(), now_ms.into()];
    tx.query_opt(&sql, &args)?.as_ref().map(token).transpose()
}

/// How many tokens followed one, and how many of those were used up or revoked.
pub(super) fn followers(tx: &mut Tx<'_>, hash: &str) -> Result<(i64, i64)> {
    let sql = "select count(*), count(coalesce(used_at, revoked_at)) from oidc_token \
               where predecessor = $1";
    let row = tx.query_opt(sql, &[hash.into()])?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Uses up the others that followed the same token: of those that a client got by asking once more, one
/// goes on.
pub(super) fn use_others(
    tx: &mut Tx<'_>,
    predecessor: &str,
    hash: &str,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update oidc_token set used_at = $3 where predecessor = $1 and hash <> $2 \
         and used_at is null",
        &[predecessor.into(), hash.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Uses a refresh token up: of many who try, this answers it to one.
pub(super) fn rotate(
    tx: &mut Tx<'_>,
    hash: &str,
    party: i64,
    now_ms: i64,
) -> Result<Option<OidcToken>> {
    let sql = format!(
        "update oidc_token set used_at = $1 where hash = $2 and relying_party_id = $3 \
         and kind = 'refresh' and used_at is null and revoked_at is null returning {TOKEN}"
    );
    tx.query_opt(&sql, &[now_ms.into(), hash.into(), party.into()])?
        .as_ref()
        .map(token)
        .transpose()
}

/// The grant of a refresh token that this client has used before.
pub(super) fn rotated(tx: &mut Tx<'_>, hash: &str, party: i64) -> Result<Option<i64>> {
    let sql = "select grant_id from oidc_token where hash = $1 and relying_party_id = $2 \
               and kind = 'refresh' and used_at is not null";
    let found = tx.query_opt(sql, &[hash.into(), party.into()])?;
    found.map_or(Ok(None), |row| row.int_opt(0))
}

/// A token that was neither used up nor revoked.
pub(super) fn token_by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<OidcToken>> {
    let sql = format!(
        "select {TOKEN} from oidc_token where hash = $1 and used_at is null and revoked_at is null"
    );
    tx.query_opt(&sql, &[hash.into()])?
        .as_ref()
        .map(token)
        .transpose()
}

pub(super) fn revoke_token(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<()> {
    tx.execute(
        "update oidc_token set revoked_at = $1 where hash = $2 and revoked_at is null",
        &[now_ms.into(), hash.into()],
    )
    .map(|_| ())
}

fn token(row: &Row) -> Result<OidcToken> {
    Ok(OidcToken {
        hash: row.text(0)?,
        kind: TokenKind::from_name(&row.text(1)?),
        grant: row.int_opt(2)?,
        party: row.int(3)?,
        scope: row.text(4)?,
        secret_hash: row.text_opt(5)?,
        issued_at: row.int(6)?,
        expires_at: row.int(7)?,
        predecessor: row.text_opt(8)?,
    })
}

/// A client that must be told that a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClientVisit {
    pub(super) id: i64,
    pub(super) sid: String,
    pub(super) session: i64,
    pub(super) party: i64,
    pub(super) account: AccountId,
    pub(super) made_at: i64,
}

const VISIT: &str = "id, sid, session_id, relying_party_id, account_id, made_at";

/// Notes that a session went on to a client, unless it is noted; answers the name by which the
/// client knows the session.
pub(super) fn visit(tx: &mut Tx<'_>, visit: &ClientVisit) -> Result<String> {
    tx.execute(
        "insert into oidc_visit (id, sid, session_id, relying_party_id, account_id, made_at) \
         values ($1, $2, $3, $4, $5, $6) \
         on conflict (session_id, relying_party_id) where told_at is null do nothing",
        &[
            visit.id.into(),
            (&visit.sid).into(),
            visit.session.into(),
            visit.party.into(),
            visit.account.0.into(),
            visit.made_at.into(),
        ],
    )?;
    let sql = "select sid from oidc_visit where session_id = $1 and relying_party_id = $2 \
               and told_at is null";
    let found = tx.query_opt(sql, &[visit.session.into(), visit.party.into()])?;
    found.map_or_else(|| Ok(visit.sid.clone()), |row| row.text(0))
}

/// The session that a client knows by this name.
pub(super) fn session_of(tx: &mut Tx<'_>, sid: &str) -> Result<Option<i64>> {
    let sql = "select session_id from oidc_visit where sid = $1";
    tx.query_opt(sql, &[sid.into()])?
        .map(|row| row.int(0))
        .transpose()
}

/// Takes the visits of a session that nobody has told yet; they are not answered again.
pub(super) fn take_visits(tx: &mut Tx<'_>, session: i64, now_ms: i64) -> Result<Vec<ClientVisit>> {
    let sql = format!(
        "update oidc_visit set told_at = $1 where session_id = $2 and told_at is null \
         returning {VISIT}"
    );
    tx.query(&sql, &[now_ms.into(), session.into()])?
        .iter()
        .map(|row| {
            Ok(ClientVisit {
                id: row.int(0)?,
                sid: row.text(1)?,
                session: row.int(2)?,
                party: row.int(3)?,
                account: AccountId(row.int(4)?),
                made_at: row.int(5)?,
            })
        })
        .collect()
}

/// Gives what hangs on one session to the session that follows it.
pub(super) fn move_on(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<()> {
    let args = [to.into(), from.into()];
    tx.execute(
        "update oidc_grant set session_id = $1 where session_id = $2 and revoked_at is null",
        &args,
    )?;
    tx.execute(
        "update oidc_visit set session_id = $1 where session_id = $2 and told_at is null",
        &args,
    )?;
    Ok(())
}

/// The key that signs now.
pub(super) fn active_key(tx: &mut Tx<'_>) -> Result<Option<StoredKey>> {
    let sql = "select kid, sealed, created_at from oidc_key \
               where state = 'active' and sealed is not null";
    tx.query_opt(sql, &[])?
        .map(|row| {
            Ok(StoredKey {
                kid: row.text(0)?,
                sealed: row.bytes(1)?,
                created_at: row.int(2)?,
            })
        })
        .transpose()
}

/// Puts a key in force, unless another one is; answers whether it is this one.
pub(super) fn insert_key(
    tx: &mut Tx<'_>,
    key: &ProviderPublicKey,
    sealed: &[u8],
    now_ms: i64,
) -> Result<bool> {
    let n_changed = tx.execute(
        "insert into oidc_key (kid, state, sealed, modulus, exponent, created_at) \
         values ($1, 'active', $2, $3, $4, $5) \
         on conflict (state) where state = 'active' do nothing",
        &[
            (&key.kid).into(),
            sealed.into(),
            (&key.modulus).into(),
            (&key.exponent).into(),
            now_ms.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Retires the key in force: it signs no more, and its private half is gone.
pub(super) fn retire_key(tx: &mut Tx<'_>, now_ms: i64) -> Result<()> {
    tx.execute(
        "update oidc_key set state = 'retired', sealed = null, retired_at = $1 \
         where state = 'active'",
        &[now_ms.into()],
    )
    .map(|_| ())
}

/// The public halves, the one in force first.
pub(super) fn keys(tx: &mut Tx<'_>) -> Result<Vec<ProviderPublicKey>> {
    tx.query(
        "select kid, modulus, exponent, created_at, retired_at from oidc_key \
         order by state, created_at desc, kid",
        &[],
    )?
    .iter()
    .map(|row| {
        Ok(ProviderPublicKey {
            kid: row.text(0)?,
            modulus: row.text(1)?,
            exponent: row.text(2)?,
            created_at: row.int(3)?,
            retired_at: row.int_opt(4)?,
        })
    })
    .collect()
}

/// Removes what expired before `before_ms`, at most so many rows of each; keys that were retired
/// before `retired_ms`.
pub(super) fn clean(
    tx: &mut Tx<'_>,
    (before_ms, visit_ms, retired_ms): (i64, i64, i64),
    limit: i64,
) -> Result<u64> {
    let args = [before_ms.into(), limit.into()];
    let n_tokens = tx.execute(
        "delete from oidc_token where hash in (select hash from oidc_token \
         where expires_at < $1 order by expires_at limit $2)",
        &args,
    )?;
    let n_grants = tx.execute(
        "delete from oidc_grant where id in (select id from oidc_grant \
         where expires_at < $1 order by expires_at limit $2)",
        &args,
    )?;
    let n_visits = tx.execute(
        "delete from oidc_visit where id in (select id from oidc_visit \
         where made_at < $1 and told_at is not null order by made_at limit $2)",
        &[visit_ms.into(), limit.into()],
    )?;
    let n_keys = tx.execute(
        "delete from oidc_key where retired_at <= $1",
        &[retired_ms.into()],
    )?;
    Ok(n_tokens + n_grants + n_visits + n_keys)
}
