//! Back-channel logout (后端通道退出): tells clients that a session has ended, by a signed token.
//!
//! The loop of [`crate::farewell`] takes the visits of a session, of services and of clients
//! alike, before it calls anybody, so that each is told once at most.

use super::{claims, issuer, jwt, key, sql};
use crate::courier::Courier;
use crate::relying_party;
use registry::context::AppContext;
use serde_json::json;
use store::{Result as StoreResult, Tx};
use web::Problem;

/// How long a logout token is valid, in seconds.
const TOKEN_S: i64 = 120;

/// What the token of a logout is.
pub(super) const KIND: &str = "logout+jwt";

/// A client that is informed, and where.
pub(crate) struct Leaving {
    url: String,
    client: String,
    visit: sql::ClientVisit,
}

/// Takes the clients of a session that nobody has told yet and that want to be informed.
pub(crate) fn take(tx: &mut Tx<'_>, session: i64, now_ms: i64) -> StoreResult<Vec<Leaving>> {
    let mut leaving = Vec::new();
    for visit in sql::take_visits(tx, session, now_ms)? {
        let party = relying_party::by_id(tx, visit.party)?;
        if let Some(party) = party
            && let Some(url) = party.logout_url
        {
            leaving.push(Leaving {
                url,
                client: party.name,
                visit,
            });
        }
    }
    Ok(leaving)
}

/// The token by which a client is informed.
pub(crate) async fn token(context: &AppContext, leaving: &Leaving) -> Result<String, Problem> {
    let signer = key::signer(context).await?;
    let now_s = context.now_ms() / 1000;
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let value = json!({
        "iss": issuer(context),
        "sub": claims::subject_of(leaving.visit.account),
        "aud": leaving.client,
        "iat": now_s,
        "exp": now_s + TOKEN_S,
        "jti": registry::hash_text(&format!("logout {}", leaving.visit.id)),
        "sid": leaving.visit.sid,
        "events": { event: {} },
    });
    jwt::sign(&signer, KIND, &value)
}

/// Notifies a client; whatever it answers is ignored.
pub(crate) async fn notify(context: &AppContext, courier: &Courier, leaving: Leaving) {
    let token = match token(context, &leaving).await {
        Ok(token) => token,
        Err(problem) => {
            problem.log();
            tracing::error!(
                code = problem.code,
                "a client could not be told of a logout"
            );
            return;
        }
    };
    courier
        .call(move |agent| {
            let sent = agent
                .post(&leaving.url)
                .send_form([("logout_token", token)]);
            if let Err(error) = sent {
                tracing::info!(%error, "a client could not be told of a logout");
            }
            Some(())
        })
        .await;
}
