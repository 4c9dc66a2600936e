//! Whether a person who is logged in may go on to a client, or must prove who he is again.

use super::authorize::Wish;
use super::refusal::Refusal;
use super::{Oidc, claims, logout};
use crate::cas::slip;
use registry::hash_text;
use registry::session::Session;
use web::Problem;

/// Nobody may be asked, and somebody must be.
pub(super) const LOGIN: Refusal = Refusal::new("login_required", "the person must log in");

/// Purpose of the slip that goes through the login pages; it is good for this very request.
fn purpose(wish: &Wish) -> String {
    format!("oidc after {}", hash_text(&wish.path))
}

/// The path by which the login pages lead back to a wish.
pub(super) fn way_back(oidc: &Oidc, wish: &Wish) -> Result<String, Problem> {
    let after = slip::make(oidc.context(), &purpose(wish))?;
    Ok(format!("{}&after={after}", wish.path))
}

/// What becomes of a wish of somebody who is logged in.
pub(super) enum ConsentVerdict {
    Enter,
    AskAgain,
    Refuse(Refusal),
}

pub(super) async fn judge(
    oidc: &Oidc,
    wish: &Wish,
    session: &Session,
    after: Option<&str>,
) -> Result<ConsentVerdict, Problem> {
    let context = oidc.context();
    let mut is_due = wish.asks_again;
    if let Some(seconds) = wish.max_age {
        is_due |= context.now_ms() - session.authenticated_at > seconds * 1000 || seconds == 0;
    }
    let mut is_other = false;
    if let Some(hint) = &wish.hint {
        let Some(claims) = logout::hint(context, hint).await? else {
            return Ok(ConsentVerdict::Refuse(Refusal::request(
                "id_token_hint is not valid",
            )));
        };
        is_other = claims["sub"] != claims::subject_of(session.account);
    }
    let is_fresh = (is_due || is_other) && is_fresh(oidc, wish, session, after).await?;
    Ok(match (is_due || is_other, is_fresh) {
        (false, _) => ConsentVerdict::Enter,
        (true, false) if wish.is_silent => ConsentVerdict::Refuse(LOGIN),
        (true, false) => ConsentVerdict::AskAgain,
        // Somebody else than the client expects has just logged in.
        (true, true) if is_other => ConsentVerdict::Refuse(LOGIN),
        (true, true) => ConsentVerdict::Enter,
    })
}

/// Whether the person has proved who he is since this request was first made; once for a slip.
async fn is_fresh(
    oidc: &Oidc,
    wish: &Wish,
    session: &Session,
    after: Option<&str>,
) -> Result<bool, Problem> {
    let context = oidc.context();
    let Some(text) = after else { return Ok(false) };
    let made_at = slip::made_at(context, &purpose(wish), text);
    if made_at.is_none_or(|made_at| session.authenticated_at < made_at) {
        return Ok(false);
    }
    let (text, now_ms) = (text.to_owned(), context.now_ms());
    Ok(context
        .db
        .write(move |tx| slip::use_up(tx, &text, now_ms))
        .await?)
}
