//! The ledger: lists, contracts, the menu and corrections, on both engines.

use super::{CHANGE, CompanyFilter, CompanyOrder, ROLE, contracts, list, menu, total};
use crate::enrolment::enrol;
use crate::tests::{World, code, company};
use registry::access::Sight;
use registry::company::{self, CompanyId};
use registry::role::Role;
use rstest::rstest;
use std::sync::Arc;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use web::{Begin, Order, Total};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn companies_are_found_by_what_people_know_of_them(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let first = world.company(1, &["ebc"]).await;
    let second = world.company(2, &["pay", "logistics"]).await;
    let twelfth = world.company(12, &["ebc"]).await;
    let (a, b, c) = (first.id, second.id, twelfth.id);
    let text = |text: &str| CompanyFilter {
        text: Some(text.to_owned()),
        ..CompanyFilter::default()
    };
    let role = |role: &str| CompanyFilter {
        role: Some(role.to_owned()),
        ..CompanyFilter::default()
    };
    let suspended = CompanyFilter {
        is_suspended: Some(true),
        ..CompanyFilter::default()
    };
    let page = CompanyFilter {
        begin: Begin::after(c.0),
        ..CompanyFilter::default()
    };
    for (sight, filter, expected) in [
        (Sight::All, CompanyFilter::default(), vec![c, b, a]),
        (Sight::All, text("测试企业1"), vec![c, a]),
        (Sight::All, text("企业"), vec![]),
        (Sight::All, text("%"), vec![]),
        (Sight::All, text("1105900002"), vec![b]),
        (Sight::All, text("dxpent0000000012"), vec![c]),
        (Sight::All, text(&first.credit_code), vec![a]),
        (Sight::All, text("' or '1'='1"), vec![]),
        (Sight::All, role("pay"), vec![b]),
        (Sight::All, role("ebc"), vec![c, a]),
        (Sight::All, suspended, vec![]),
        (Sight::All, page, vec![b, a]),
        (Sight::Company(b), CompanyFilter::default(), vec![b]),
        (Sight::Company(b), text(&first.credit_code), vec![]),
        (Sight::Nothing, CompanyFilter::default(), vec![]),
        (Sight::District("11".to_owned()), role("pay"), vec![b]),
        (
            Sight::District("22".to_owned()),
            CompanyFilter::default(),
            vec![],
        ),
    ] {
        let case = format!("{sight:?} {filter:?}");
        let is_first = filter.begin.after.is_none();
        let read = move |tx: &mut Tx<'_>| {
            let found = list(tx, &sight, &filter, 10)?;
            Ok((found, total(tx, &sight, &filter)?))
        };
        let (found, total) = world.read(read).await;
        let found: Vec<CompanyId> = found.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, expected, "{case}");
        if is_first {
            let counted = i64::try_from(expected.len()).unwrap();
            assert_eq!(total, Total::of(counted), "{case}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_shows_each_company_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let mut companies = Vec::new();
    for n in [5, 3, 12, 4] {
        companies.push(world.company(n, &["ebc"]).await);
    }
    for order in CompanyOrder::ALL {
        let mut expected = companies.clone();
        match order {
            CompanyOrder::Newest | CompanyOrder::Oldest => expected.sort_by_key(|one| one.id.0),
            CompanyOrder::CreditCode | CompanyOrder::CreditCodeDown => {
                expected.sort_by_key(|one| one.credit_code.clone());
            }
            CompanyOrder::CustomsCode | CompanyOrder::CustomsCodeDown => {
                expected.sort_by_key(|one| one.customs_code.clone());
            }
        }
        if order.name().starts_with('-') || *order == CompanyOrder::Newest {
            expected.reverse();
        }
        let expected: Vec<CompanyId> = expected.iter().map(|one| one.id).collect();
        for limit in [1, 3, 9] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let begin = Begin::of(Some(order.name()), after.as_deref()).unwrap();
                let filter = CompanyFilter {
                    begin,
                    ..CompanyFilter::default()
                };
                let asked = filter.clone();
                let read = move |tx: &mut Tx<'_>| list(tx, &Sight::All, &asked, limit);
                let page = world.read(read).await;
                let Some((_, place)) = page.last().cloned() else {
                    break;
                };
                after = Some(filter.begin.next(place));
                seen.extend(page.into_iter().map(|(id, _)| id));
            }
            assert_eq!(seen, expected, "{order:?} {limit}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_opens_its_modules_once_it_is_granted(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let id = world.company(1, &["ebc"]).await.id;
    let admin = world.person("admin", Role::CompanyAdmin, Some(id)).await;
    let (clerk, approver) = world.bureau().await;
    let open = async || {
        let contracts = world.read(move |tx| contracts(tx, id)).await;
        let open: Vec<&str> = menu(&contracts)
            .into_iter()
            .filter(|(module, by)| !module.roles.is_empty() && !by.is_empty())
            .map(|(module, _)| module.name)
            .collect();
        open.join(",")
    };
    assert_eq!(
        open().await,
        "order,proceeds,inventory,cancel,summary,trace"
    );
    let form = [("role", "pay"), ("reason", "开展支付业务")];
    let case = world.open(&admin, ROLE, &form).await.unwrap();
    assert_eq!(
        open().await,
        "order,proceeds,inventory,cancel,summary,trace"
    );
    world
        .grant(ROLE, case, (&admin, &clerk, &approver))
        .await
        .unwrap();
    assert_eq!(
        open().await,
        "order,payment,proceeds,inventory,cancel,summary,trace"
    );
    assert_eq!(code(world.open(&admin, ROLE, &form).await), "TG-R4316");
    assert_eq!(
        code(world.open(&admin, ROLE, &[("role", "king")]).await),
        "TG-R4311"
    );
    let roles = world
        .read(move |tx| company::by_id(tx, id))
        .await
        .unwrap()
        .roles;
    assert_eq!(roles, ["ebc", "pay"]);
    assert_eq!(world.audited("ledger.contract").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn master_data_change_by_two_people_only(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let id = world.company(1, &["ebc"]).await.id;
    let other = world.company(2, &["ebc"]).await;
    let admin = world.person("admin", Role::CompanyAdmin, Some(id)).await;
    let (clerk, approver) = world.bureau().await;
    for (form, expected) in [
        (vec![("reason", "没有变化")], "TG-R4311"),
        (vec![("name", "新名称")], "TG-R4311"),
        (
            vec![("creditCode", "911101057693606625"), ("reason", "抄错")],
            "TG-R4315",
        ),
        (
            vec![
                ("customsCode", other.customs_code.as_str()),
                ("reason", "抄错"),
            ],
            "TG-R4315",
        ),
        (vec![("dxpId", "NODXP9"), ("reason", "抄错")], "TG-R4315"),
    ] {
        assert_eq!(
            code(world.open(&admin, CHANGE, &form).await),
            expected,
            "{form:?}"
        );
    }
    let credit = ceb::sample::credit_code(77);
    let form = [
        ("creditCode", credit.as_str()),
        ("name", "测试新名称"),
        ("reason", "更名换证"),
    ];
    let case = world.open(&admin, CHANGE, &form).await.unwrap();
    let before = world.read(move |tx| company::by_id(tx, id)).await.unwrap();
    assert_eq!(before.name, "测试企业1");
    world
        .grant(CHANGE, case, (&admin, &clerk, &approver))
        .await
        .unwrap();
    let after = world.read(move |tx| company::by_id(tx, id)).await.unwrap();
    assert_eq!(
        (after.name.as_str(), &after.credit_code),
        ("测试新名称", &credit)
    );
    assert_eq!(after.customs_code, before.customs_code);
    assert_eq!(world.audited("ledger.correct").await, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_comes_in_whole_or_not_at_all(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    for (n, roles) in [(1, vec!["king"]), (2, vec!["ebc", "EBC"])] {
        let wrong = company(n, &roles, 5, i64::try_from(n).unwrap());
        let ids = Arc::clone(&world.context.ids);
        let done = test.db.write(move |tx| enrol(tx, &ids, &wrong, None)).await;
        assert!(matches!(done, Err(company::CompanyRefusal::Field(_))));
    }
    let found = world.read(company::all).await;
    assert!(found.is_empty());
    let held = world.read(|tx| contracts(tx, CompanyId(1))).await;
    assert!(held.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_strictly_messages_are_read_can_be_changed_later_and_is_audited(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let (clerk, _) = world.bureau().await;
    let change = async |profile: &'static str| {
        let (actor, company) = (clerk.clone(), company.clone());
        let write = move |tx: &mut Tx<'_>| {
            super::set_profile(tx, &actor, &company, (profile, "旧版程序"), 1)
        };
        test.db.write(write).await
    };
    assert!(change("lenient").await.is_ok());
    assert!(change("loose").await.is_err(), "there is no such profile");
    let id = company.id;
    let found = world.read(move |tx| company::by_id(tx, id)).await;
    assert_eq!(found.unwrap().profile, "lenient");
    assert_eq!(world.audited("ledger.profile").await, 1);
}
