//! Logout that a client begins (RP-initiated logout): whether its hint is ours, and where a browser
//! may go afterwards.

use super::authorize::STATE_MAX;
use super::{authorize, issuer, jwt, key, sql};
use crate::cas::validate::Params;
use crate::relying_party::{self, Protocol, redirect};
use registry::context::AppContext;
use store::{Result as StoreResult, Tx};
use web::Problem;

/// What a request for logout has shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Farewell {
    /// The session of a valid hint: it needs no question.
    pub(super) session: Option<i64>,
    /// The client, if it is known.
    pub(super) client: String,
    /// Whether there was a valid hint.
    pub(super) is_hinted: bool,
    /// Where the browser goes then: a registered address.
    pub(super) to: Option<String>,
}

/// Who signed a hint was we, for a client that is there: its name and the name of the session. That
/// the token has expired does not matter.
pub(super) async fn hint(
    context: &AppContext,
    text: &str,
) -> Result<Option<serde_json::Value>, Problem> {
    let keys = key::published(context).await?;
    let claims = jwt::read(text, "JWT", &keys);
    Ok(claims.filter(|claims| claims["iss"] == issuer(context)))
}

/// Looks at a request.
pub(super) async fn look(context: &AppContext, params: &Params) -> Result<Farewell, Problem> {
    // A hint that is damaged, or another's, says nothing: then the person is asked, as without one.
    let claims = match params.get("id_token_hint") {
        Some(text) => hint(context, text).await?,
        None => None,
    };
    let text = |name: &str| {
        let value = claims.as_ref().and_then(|claims| claims[name].as_str());
        value.map(str::to_owned)
    };
    let (client, sid) = (text("aud"), text("sid"));
    let named = params.get("client_id").map(str::to_owned);
    if params.has_repeats() || (client.is_some() && named.is_some() && client != named) {
        return Ok(Farewell::default());
    }
    let Some(name) = client.clone().or(named) else {
        return Ok(Farewell::default());
    };
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let party = relying_party::by_name(tx, &name)?;
        let session = match &sid {
            Some(sid) => sql::session_of(tx, sid)?,
            None => None,
        };
        Ok(party.map(|party| (party, session)))
    };
    let Some((party, session)) = context.read(read).await? else {
        return Ok(Farewell::default());
    };
    if party.protocol != Protocol::Oidc {
        return Ok(Farewell::default());
    }
    let to = params
        .get("post_logout_redirect_uri")
        .filter(|uri| redirect::is_registered(&party, &party.logout_redirects, uri));
    let state = params.get("state").filter(|text| text.len() <= STATE_MAX);
    let pairs: Vec<(&str, &str)> = state.into_iter().map(|state| ("state", state)).collect();
    Ok(Farewell {
        session,
        client: party.name.clone(),
        is_hinted: client.is_some(),
        to: to.map(|to| authorize::back(to, &pairs)),
    })
}
