//! What is read of an address.

use super::Server;
use crate::StoreConfig;

#[test]
fn each_host_has_its_own_port() {
    let config = StoreConfig {
        url: "postgres://user@a:1,b,[::1]:2/db".to_owned(),
        ..StoreConfig::default()
    };
    let server = Server::from_config(&config).unwrap();
    let names = server.places.iter().map(|place| place.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["a:1", "b:5432", "::1:2"]);
}
