//! What the CAS server calls of services: the callback of a proxy, and the message that a session has ended.

use super::sql::Visit;
use crate::courier::Courier;
use crate::relying_party::service::Service;

/// Brings a granting ticket to its callback address; answers whether it was taken (C16).
pub(super) async fn hand_over(
    courier: &Courier,
    callback: &Service,
    granting: &str,
    iou: &str,
) -> bool {
    let Some(url) = Service::parse(&callback.with("pgtId", granting)) else {
        return false;
    };
    let url = url.with("pgtIou", iou);
    let origin = callback.origin();
    let status = courier
        .call(move |agent| match agent.get(&url).call() {
            Ok(answer) => Some(answer.status().as_u16()),
            Err(error) => {
                // The error names the host, never the address with its secrets.
                let kind = error.to_string();
                tracing::info!(%origin, error = kind, "a proxy callback failed");
                None
            }
        })
        .await;
    status == Some(200)
}

/// Tells a service that the session behind a ticket has ended; whatever it answers is ignored.
pub(crate) async fn farewell(courier: &Courier, url: String, visit: &Visit, at: &str) {
    // Without an XML declaration: python-cas cannot read one.
    let request = format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"LR-{}\" Version=\"2.0\" \
         IssueInstant=\"{at}\"><saml:NameID>@NOT_USED@</saml:NameID>\
         <samlp:SessionIndex>{}</samlp:SessionIndex></samlp:LogoutRequest>",
        visit.id, visit.ticket
    );
    courier
        .call(move |agent| {
            let sent = agent.post(&url).send_form([("logoutRequest", request)]);
            if let Err(error) = sent {
                tracing::info!(%error, "a service could not be told of a logout");
            }
            Some(())
        })
        .await;
}
