//! The card of a company.

use super::view::{card_of, summary};
use crate::case_file::sees;
use crate::docking;
use crate::tests::World;
use registry::company;
use registry::role::Role;

/// Of a company whose row is damaged, as SQLite hands out what was changed on the disk, list and card show what can be
/// read; that it is in good standing is nothing that cannot be read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_company_is_shown_with_what_can_be_read() {
    for (column, value) in [
        ("name", "cast(x'80ff' as text)"),
        ("dxp_id", "cast(dxp_id as blob)"),
        ("weight", "'x'"),
        ("suspended", "'x'"),
        ("created_at", "'x'"),
    ] {
        let test = store::testing::sqlite();
        let world = World::on(&test.db);
        let company = world.company(1, &["ebc"]).await;
        let clerk = world.person("clerk", Role::BureauClerk, None).await;
        let (id, context) = (company.id, world.context.clone());
        let shown = world.write(move |tx| {
            docking::begin(tx, id, "http", context.now_ms())?;
            let sql = format!("update company set {column} = {value} where id = $1");
            tx.execute(&sql, &[id.0.into()])?;
            let company = company::shown(tx, id)?.expect("it is there");
            let card = card_of(tx, &context, &company, &sees(&clerk))?;
            Ok((summary(&company, &[]), card.docking.len()))
        });
        let (summary, n_dockings) = shown.await.expect(column);
        assert_eq!(n_dockings, 1, "{column}");
        let is_known = column != "suspended";
        assert_eq!(summary.state == "active", is_known, "{column}");
    }
}
