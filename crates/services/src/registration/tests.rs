//! The form, duplicates, and what a granted registration brings into being, on both engines.

use super::form::{account_faults, faults, tidied};
use super::http::apply;
use super::{KIND, PER_DAY_MAX, codes};
use crate::case_file::Verb;
use crate::company_ledger::{self, contact_of};
use crate::tests::{World, code, pairs, seen};
use registry::access::Origin;
use registry::role::Role;
use registry::{account, company};
use rstest::rstest;
use std::collections::BTreeMap;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;

fn form(n: u64) -> Vec<(&'static str, String)> {
    vec![
        ("companyName", format!("测试入驻企业{n}")),
        ("creditCode", ceb::sample::credit_code(n)),
        ("customsCode", format!("11059{n:05}")),
        ("dxpId", String::new()),
        ("roles", "ebc,agent".to_owned()),
        ("contactName", "某联系人".to_owned()),
        ("contactPhone", "010-12345678".to_owned()),
        ("contactEmail", String::new()),
    ]
}

fn with<'a>(
    form: &'a [(&'static str, String)],
    name: &str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    form.iter()
        .map(|(known, old)| (*known, if *known == name { value } else { old.as_str() }))
        .collect()
}

#[test]
fn every_fault_is_shown_at_its_field() {
    let good = form(5);
    assert_eq!(faults(&pairs(&with(&good, "", ""))), vec![]);
    let long = "长".repeat(101);
    for (name, value) in [
        ("companyName", ""),
        ("companyName", "<script>alert(1)</script>"),
        ("companyName", &long),
        ("creditCode", ""),
        ("creditCode", "911101057693606625"),
        ("creditCode", "' or 1=1 --"),
        ("customsCode", "11059600"),
        ("customsCode", "<b>1105960</b>"),
        ("dxpId", "DXP; drop table"),
        ("dxpId", "NODXP1105960001"),
        ("roles", ""),
        ("roles", "ebc,king"),
        ("contactName", "\"><img src=x onerror=alert(1)>"),
        ("contactPhone", "call me"),
        ("contactPhone", "12345"),
        ("contactEmail", "nobody"),
        ("contactEmail", "a@b"),
    ] {
        let found = faults(&pairs(&with(&good, name, value)));
        let fields: Vec<&str> = found.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, [name], "{value}");
    }
    assert_eq!(faults(&pairs(&[])).len(), 6, "all at once");
    // Who reads the page in English reads what is wrong in English.
    let weak = [
        ("login", "a"),
        ("password", "abc"),
        ("dxpId", "-"),
        ("contactEmail", "x"),
    ];
    let all = faults(&pairs(&weak)).into_iter();
    for (field, fault) in all.chain(account_faults(&pairs(&weak), "")) {
        let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
        assert!(
            !fault.english.contains(is_chinese),
            "{field}: {}",
            fault.english
        );
    }
    // What people type around a code does not matter.
    let credit = ceb::sample::credit_code(5);
    let typed = format!(" {}-{} ", &credit[..6].to_lowercase(), &credit[6..]);
    let tidy = tidied(&pairs(&with(&good, "creditCode", &typed)));
    assert_eq!(tidy["creditCode"], credit);
    let tidy = tidied(&pairs(&with(&good, "customsCode", "１１０５９００００５")));
    assert_eq!(tidy["customsCode"], "1105900005");
}

#[test]
fn the_first_account_has_a_name_and_a_good_password() {
    let account = |login, name, password, again| {
        let form = pairs(&[("login", login), ("name", name), ("password", password)]);
        let found = account_faults(&form, again);
        let fields: Vec<&str> = found.iter().map(|(field, _)| *field).collect();
        fields.join(",")
    };
    let good = "Qx7#vmbLr2!pzw";
    assert_eq!(account("first.admin", "某管理员", good, good), "");
    assert_eq!(account("a", "某管理员", good, good), "login");
    assert_eq!(account("first.admin", "", good, good), "name");
    assert_eq!(
        account("first.admin", "某", "Passw0rd!", "Passw0rd!"),
        "password"
    );
    assert_eq!(account("first.admin", "某", good, "other"), "again");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_granted_registration_is_a_company_with_an_administrator(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let applicant = world.person("first.admin", Role::Applicant, None).await;
    let stranger = world.person("other.admin", Role::Applicant, None).await;
    let (clerk, approver) = world.bureau().await;
    let good = form(7);
    let case = world
        .open(&applicant, KIND, &with(&good, "", ""))
        .await
        .unwrap();
    assert!(
        !format!("{:?}", case.form).contains("联系人"),
        "personal data are sealed"
    );
    // The same company once more, by either code, and while it is open only.
    let again = world.open(&stranger, KIND, &with(&good, "", "")).await;
    assert_eq!(code(again), codes::OPEN.code);
    let credit = ceb::sample::credit_code(8);
    let again = world
        .open(&stranger, KIND, &with(&good, "creditCode", &credit))
        .await;
    assert_eq!(code(again), codes::OPEN.code);
    assert!(seen(&world, &stranger, case.id).await.is_none());

    let people = (&applicant, &clerk, &approver);
    let done = world.grant(KIND, case, people).await.unwrap();
    let found = world
        .read(|tx| company::by_code(tx, "1105900007"))
        .await
        .unwrap();
    assert_eq!(
        (found.name.as_str(), found.roles.len()),
        ("测试入驻企业7", 2)
    );
    assert!(company_ledger::is_provisional(&found.dxp_id));
    let roles = world.companies_of(&applicant).await;
    assert_eq!(roles, [("company_admin".to_owned(), Some(found.id.0))]);
    let id = found.id;
    let contracts = world
        .read(move |tx| company_ledger::contracts(tx, id))
        .await;
    let evidence: Vec<_> = contracts
        .iter()
        .map(|c| (c.role.as_str(), c.case))
        .collect();
    assert_eq!(
        evidence,
        [("ebc", Some(done.id.0)), ("agent", Some(done.id.0))]
    );
    let context = world.context.clone();
    let contact = test.db.read(move |tx| contact_of(tx, &context, id)).await;
    assert_eq!(contact.unwrap().unwrap().phone, "010-12345678");
    let docking = world
        .read(move |tx| crate::docking::of_company(tx, id))
        .await;
    assert_eq!(docking.len(), 1);
    assert_eq!(world.audited("ledger.enrol").await, 1);
    // It is there now.
    let again = world.open(&stranger, KIND, &with(&good, "", "")).await;
    assert_eq!(code(again), codes::REGISTERED.code);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_was_taken_meanwhile_stops_the_last_step(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let applicant = world.person("first.admin", Role::Applicant, None).await;
    let (clerk, approver) = world.bureau().await;
    let case = world
        .open(&applicant, KIND, &with(&form(9), "", ""))
        .await
        .unwrap();
    world.company(9, &["ebc"]).await;
    let people = (&applicant, &clerk, &approver);
    assert_eq!(
        code(world.grant(KIND, case.clone(), people).await),
        "TG-R4305"
    );
    assert_eq!(
        world.companies_of(&applicant).await,
        [("applicant".to_owned(), None)]
    );
    let now = seen(&world, &applicant, case.id).await.unwrap();
    let now = world
        .act(&approver, KIND, &now, Verb::Return)
        .await
        .unwrap();
    assert!(now.state.is_final());
    assert_eq!(world.audited("ledger.enrol").await, 0);
}

/// The fields of a whole form, with the first account.
fn whole(n: u64, login: &str) -> BTreeMap<String, String> {
    let mut form = form(n);
    form.push(("login", login.to_owned()));
    form.push(("name", "某管理员".to_owned()));
    form.push(("password", "Qx7#vmbLr2!pzw".to_owned()));
    let texts = form.into_iter().map(|(name, text)| (name.to_owned(), text));
    texts.collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_login_name_is_not_revealed_and_the_spare_one_opens(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    world.person("taken.name", Role::Applicant, None).await;
    for (n, login, is_taken) in [(11, "Taken.Name", true), (12, "free.name", false)] {
        let origin = Origin::default();
        let answer = apply(&world.context, &origin, &whole(n, login), Vec::new()).await;
        let (case, spare) = answer.unwrap();
        let made = case.applied_by;
        let account = world.read(move |tx| account::by_id(tx, made)).await;
        let account = account.unwrap();
        let expected = if is_taken { spare.as_str() } else { login };
        assert_eq!(account.login, expected);
        assert_eq!(spare, made.0.to_string(), "told to everybody alike");
        assert!(account.password_hash.is_some());
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_applications_at_once_from_one_address_no_more_than_the_limit_come_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let mut all = JoinSet::new();
    let max = u64::try_from(PER_DAY_MAX).unwrap();
    for n in 0..max + 10 {
        let context = world.context.clone();
        let form = whole(100 + n, &format!("person.{n}"));
        all.spawn(async move {
            let origin = Origin {
                address: "192.0.2.1".to_owned(),
                ..Origin::default()
            };
            let answer = apply(&context, &origin, &form, Vec::new()).await;
            answer.map_or_else(|problem| problem.code, |_| "in".to_owned())
        });
    }
    let outcomes = all.join_all().await;
    let n_in = outcomes.iter().filter(|outcome| *outcome == "in").count();
    assert_eq!(n_in, usize::try_from(max).unwrap(), "{outcomes:?}");
}
