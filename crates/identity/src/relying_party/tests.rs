//! Addresses, entries, and how they change.

use super::service::Service;
use super::{Protocol, RelyingPartyRefusal, check};
use crate::cas::tests::platform::party;

#[test]
fn an_address_lies_under_a_beginning_by_its_parts_only() {
    let pattern = "https://app.example/portal";
    for inside in [
        "https://app.example/portal",
        "https://app.example/portal/",
        "https://app.example:443/portal/a?next=https://evil.test/",
        "https://APP.example/portal/%E6%8A%A5%E5%85%B3",
    ] {
        let service = Service::parse(inside).unwrap();
        assert!(service.is_under(pattern), "{inside}");
    }
    for outside in [
        "https://app.example/",
        "https://app.example/Portal",
        "https://app.example/port",
    ] {
        let service = Service::parse(outside).unwrap();
        assert!(!service.is_under(pattern), "{outside}");
    }
    let whole = Service::parse("https://app.example/anything").unwrap();
    assert!(whole.is_under("https://app.example"));
}

#[test]
fn a_parameter_is_added_to_the_address_that_was_checked() {
    let service = Service::parse("https://app.example/a?x=1&y=%2F").unwrap();
    assert_eq!(
        service.with("ticket", "ST-1"),
        "https://app.example/a?x=1&y=%2F&ticket=ST-1"
    );
    let bare = Service::parse("https://app.example").unwrap();
    assert_eq!(
        bare.with("ticket", "ST-1"),
        "https://app.example/?ticket=ST-1"
    );
}

#[test]
fn an_entry_that_is_not_well_formed_is_refused() {
    let good = || party(1, "app", &["https://app.example/portal"]);
    assert_eq!(check(&good()), Ok(()));
    let mut wild = good();
    wild.urls = vec!["https://*.example/".to_owned()];
    assert!(matches!(check(&wild), Err(RelyingPartyRefusal::Url(_))));
    let mut named = good();
    named.name = "App One".to_owned();
    assert_eq!(check(&named), Err(RelyingPartyRefusal::Name));
    let mut bare = good();
    bare.urls.clear();
    assert_eq!(check(&bare), Err(RelyingPartyRefusal::Urls));
    let mut curious = good();
    curious.attributes = vec!["password".to_owned()];
    assert!(matches!(
        check(&curious),
        Err(RelyingPartyRefusal::Attribute(_))
    ));
    let mut mixed = good();
    mixed.grants = vec!["authorization_code".to_owned()];
    assert!(matches!(check(&mixed), Err(RelyingPartyRefusal::Grant(_))));
    let mut client = good();
    client.protocol = Protocol::Oidc;
    client.grants = vec!["password".to_owned()];
    assert!(
        matches!(check(&client), Err(RelyingPartyRefusal::Grant(_))),
        "no password grant"
    );
    client.grants = vec!["authorization_code".to_owned()];
    client.urls = vec!["http://app.example/back".to_owned()];
    assert!(
        matches!(check(&client), Err(RelyingPartyRefusal::Url(_))),
        "plain HTTP"
    );
    client.urls = vec!["http://127.0.0.1:9/back".to_owned()];
    assert_eq!(check(&client), Ok(()));
    client.logout_redirects = vec!["https://app.example/#out".to_owned()];
    assert!(
        matches!(check(&client), Err(RelyingPartyRefusal::Url(_))),
        "a fragment"
    );
    client.logout_redirects.clear();
    client.grants = vec!["client_credentials".to_owned()];
    assert_eq!(check(&client), Err(RelyingPartyRefusal::Machine));
    for grants in [vec![], vec!["refresh_token"]] {
        client.grants = grants.into_iter().map(str::to_owned).collect();
        assert_eq!(check(&client), Err(RelyingPartyRefusal::Grants));
    }
}
