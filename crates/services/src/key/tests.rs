//! Keys of a company, on both engines.

use super::{KEYS_MAX, issue, revoke};
use crate::tests::{World, code};
use registry::role::Role;
use store::testing::each_engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_the_companys_own_and_not_too_many() {
    for test in &each_engine() {
        let world = World::on(&test.db);
        let company = world.company(1, &["ebc"]).await.id;
        let other = world.company(2, &["ebc"]).await.id;
        let admin = world
            .person("admin", Role::CompanyAdmin, Some(company))
            .await;
        let mut ids = Vec::new();
        for n in 0..=KEYS_MAX {
            let (ground, who) = (world.ground.clone(), admin.clone());
            let secret = [u8::try_from(n).unwrap(); 32];
            let issued = world
                .write(move |tx| issue(tx, &ground, &who, company, ("erp", 30, &secret)))
                .await;
            match issued {
                Ok((key, text)) => {
                    assert!(text.starts_with(&format!("tg_{}_", key.id)));
                    ids.push(key.id);
                }
                Err(problem) => assert_eq!((n, problem.code.as_str()), (KEYS_MAX, "TG-R4334")),
            }
        }
        let first = ids[0];
        let (ground, who) = (world.ground.clone(), admin.clone());
        let foreign = world
            .write(move |tx| revoke(tx, &ground, &who, (other, first)))
            .await;
        assert_eq!(code(foreign), "TG-R4040");
        for expected in [true, false] {
            let (ground, who) = (world.ground.clone(), admin.clone());
            let done = world
                .write(move |tx| revoke(tx, &ground, &who, (company, first)))
                .await;
            assert_eq!(done.is_ok(), expected);
        }
        assert_eq!(world.audited("key.issue").await, KEYS_MAX);
        assert_eq!(world.audited("key.revoke").await, 1);
    }
}
