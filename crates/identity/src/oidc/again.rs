//! A refresh token that comes again (刷新重试): a lost answer, or a copy in the hands of somebody else.

use super::sql::{self, OidcToken};
use super::{AGAIN, AGAIN_MAX, REFRESH_GRACE};
use registry::access::Actor;
use registry::audit;
use registry::context::AppContext;
use store::{Result as StoreResult, Tx};

/// Uses a refresh token up. One that comes again is heard once more within the grace
/// ([`REFRESH_GRACE`]) when its successors are unused: the answer was lost on its way. Of several
/// successors the first that comes back goes on, and the others count as used: whoever brings one of
/// them brings a copy, and the family ends.
pub(super) fn rotated(
    tx: &mut Tx<'_>,
    context: &AppContext,
    party: i64,
    hash: &str,
    actor: &Actor,
) -> StoreResult<Option<OidcToken>> {
    let now_ms = context.now_ms();
    // From the older to the younger token, in every transaction: nobody waits in a circle.
    let predecessor = sql::predecessor(tx, hash, party)?;
    if let Some(predecessor) = &predecessor {
        sql::hold_token(tx, predecessor)?;
    }
    sql::hold_token(tx, hash)?;
    if let Some(token) = sql::rotate(tx, hash, party, now_ms)? {
        if let Some(predecessor) = &predecessor {
            sql::use_others(tx, predecessor, hash, now_ms)?;
        }
        return Ok(Some(token));
    }
    let since_ms = now_ms - context.number(&REFRESH_GRACE) * 1000;
    let Some(token) = sql::used_since(tx, hash, party, since_ms, now_ms)? else {
        return Ok(None);
    };
    let (n_followers, n_used) = sql::followers(tx, hash)?;
    if n_used > 0 || !(1..=AGAIN_MAX).contains(&n_followers) {
        return Ok(None);
    }
    let object = format!("oidc_grant:{}", token.grant.unwrap_or_default());
    audit::done(tx, now_ms, actor, AGAIN, &object, "")?;
    Ok(Some(token))
}
