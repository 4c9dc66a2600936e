//! Guesses at the same time, who is locked out by them, and who is not.

use super::limits::EVERYWHERE_MAX;
use super::{Tried, attempt, codes};
use crate::testing::{Browser, COMPANY, PASSWORD, Pages, STAFF};
use crate::{factor, login};
use registry::access::Origin;
use registry::account::{self, AccountId};
use registry::company::{self, Company, CompanyId};
use registry::context::{RandomSecret, Ruling};
use registry::role::{self, Grant, Role};
use registry::testing::NOW;
use registry::throttle::Throttle;
use rstest::rstest;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::task::JoinSet;

/// The address from which the person has logged in.
const HOME: &str = "198.51.100.7";

fn from(address: &str) -> Origin {
    Origin {
        address: address.to_owned(),
        ..Origin::default()
    }
}

/// What becomes of one try: the code, or `in`.
async fn tried(pages: &Pages, address: &str, tried: Tried<'_>) -> String {
    let throttle = Throttle::new(10_000);
    let answer = attempt(&pages.context, &throttle, &from(address), tried).await;
    match answer.unwrap() {
        Ruling::Granted(_) => "in".to_owned(),
        Ruling::Refused((code, _)) => code.code.to_owned(),
    }
}

fn with(password: &'static str) -> Tried<'static> {
    Tried {
        login: COMPANY,
        password,
        code: "",
    }
}

/// Tries `n` passwords at the same time, number `right` being the right one, from `address(i)`; answers
/// how many came to what.
async fn at_once(
    pages: &Pages,
    n: usize,
    right: usize,
    address: fn(usize) -> String,
) -> BTreeMap<String, usize> {
    let throttle = Arc::new(Throttle::new(100_000));
    let mut all = JoinSet::new();
    for i in 0..n {
        let (context, throttle) = (pages.context.clone(), Arc::clone(&throttle));
        all.spawn(async move {
            let password = if i == right {
                PASSWORD
            } else {
                "Wrong-Guess-1"
            };
            let tried = with(password);
            match attempt(&context, &throttle, &from(&address(i)), tried).await {
                Ok(Ruling::Granted(_)) => "in",
                Ok(Ruling::Refused((code, _))) => code.code,
                Err(_) => "busy",
            }
        });
    }
    let mut counts = BTreeMap::new();
    for outcome in all.join_all().await {
        *counts.entry(outcome.to_owned()).or_default() += 1;
    }
    counts
}

/// How many passwords were compared and found wrong.
async fn n_compared(pages: &Pages) -> usize {
    let audit = pages.audit().await;
    let compared = audit.iter().filter(|row| *row == "login.failed refused ");
    compared.count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_guesses_at_once_five_are_compared(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let counts = at_once(pages, 1000, 981, |_| HOME.to_owned()).await;
    assert_eq!(counts.get("in"), None, "{counts:?}");
    assert_eq!(n_compared(pages).await, 5, "{counts:?}");
    assert_eq!(counts[codes::LOCKED.code], 995, "{counts:?}");
    // The right one is not heard until the lock is over.
    assert_eq!(tried(pages, HOME, with(PASSWORD)).await, codes::LOCKED.code);
    pages.later(30 * 60_000 + 1);
    assert_eq!(tried(pages, HOME, with(PASSWORD)).await, "in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_from_many_addresses_have_a_limit_together(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let address = |i: usize| format!("203.0.113.{i}");
    let counts = at_once(pages, 120, 119, address).await;
    let max = usize::try_from(pages.context.number(&EVERYWHERE_MAX)).unwrap();
    assert!(n_compared(pages).await <= max, "{counts:?}");
    assert_eq!(counts[codes::LOCKED.code], 120 - max, "{counts:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_locks_himself_out_and_nobody_else(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    assert_eq!(tried(pages, HOME, with(PASSWORD)).await, "in");
    for i in 0..60 {
        // Five from each of twelve addresses, and for ever so.
        let address = format!("203.0.113.{}", i / 5);
        tried(pages, &address, with("wrong")).await;
    }
    let strange = tried(pages, "203.0.113.99", with(PASSWORD)).await;
    assert_eq!(strange, codes::LOCKED.code, "any strange address");
    assert_eq!(
        tried(pages, HOME, with(PASSWORD)).await,
        "in",
        "a known one"
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_nobody_has_is_locked_like_any_other(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let mut by_login = Vec::new();
    for login in ["nobody.here", STAFF] {
        let mut answers = Vec::new();
        for _ in 0..7 {
            let wrong = Tried {
                login,
                password: "wrong",
                code: "123456",
            };
            answers.push(tried(pages, HOME, wrong).await);
        }
        by_login.push(answers);
    }
    assert_eq!(by_login[0], by_login[1]);
    assert_eq!(by_login[0][6], codes::LOCKED.code);
}

/// Gives an account a code generator; answers the code of the moment.
async fn generator(pages: &Pages, id: i64) -> String {
    let (shared, account) = (pages.context.clone(), AccountId(id));
    let secrets: (RandomSecret, RandomSecret) =
        (shared.secret().unwrap(), shared.secret().unwrap());
    let make = move |tx: &mut Tx<'_>| {
        let secret = factor::begin(tx, &shared, account, &secrets.0, &secrets.1)?;
        let code = factor::code(&secret, NOW)?;
        assert!(factor::confirm(tx, &shared, account, &code)?);
        factor::code(&secret, NOW + 30_000)
    };
    let code = pages.context.db.write(make).await.unwrap();
    pages.later(30_000);
    code
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_locked_out_gets_in_by_the_second_factor_or_by_an_officer(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let code = generator(pages, 1).await;
    for _ in 0..6 {
        tried(pages, HOME, with("wrong")).await;
    }
    let with_code = |password: &'static str, code: &str| {
        let code = code.to_owned();
        async move {
            let brought = Tried {
                login: COMPANY,
                password,
                code: &code,
            };
            tried(pages, HOME, brought).await
        }
    };
    assert_eq!(with_code(PASSWORD, "000000").await, codes::LOCKED.code);
    assert_eq!(with_code(PASSWORD, &code).await, "in");
    assert_eq!(with_code(PASSWORD, &code).await, "in", "the lock is over");
    for _ in 0..6 {
        tried(pages, HOME, with("wrong")).await;
    }
    assert_eq!(with_code(PASSWORD, &code).await, codes::LOCKED.code, "used");
    let shared = pages.context.clone();
    pages
        .write(move |tx| login::lock::forget(tx, &shared, COMPANY))
        .await;
    assert_eq!(tried(pages, HOME, with(PASSWORD)).await, "in");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_codes_at_once_five_are_compared(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let right = generator(pages, 1).await;
    let mut browser = Browser::default();
    browser.log_in(pages, COMPANY).await;
    let session = pages.session(&browser).await.unwrap();
    let actor = {
        let id = AccountId(1);
        let account = pages
            .context
            .db
            .read(move |tx| account::by_id(tx, id))
            .await;
        login::actor_of(&account.unwrap().unwrap(), &from(HOME))
    };
    let mut all = JoinSet::new();
    for i in 0..100 {
        let (context, actor, session) = (pages.context.clone(), actor.clone(), session.clone());
        let code = if i == 99 {
            right.clone()
        } else {
            "000000".to_owned()
        };
        all.spawn(async move {
            match login::second(&context, &actor, &session, &code)
                .await
                .unwrap()
            {
                Ruling::Granted(_) => "in",
                Ruling::Refused((code, _)) => code.code,
            }
        });
    }
    let outcomes = all.join_all().await;
    let n_of = |what: &str| outcomes.iter().filter(|outcome| **outcome == what).count();
    assert!(n_of(codes::WRONG_CODE.code) <= 5, "{outcomes:?}");
    assert!(n_of(codes::LOCKED.code) >= 94, "{outcomes:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_after_the_comparison_counts_when_the_session_begins(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let (context, throttle, origin) = (&pages.context, Throttle::new(10), from(HOME));
    let right = async || {
        let tried = with(PASSWORD);
        let right = login::guess::password(context, &throttle, &origin, tried).await;
        right.unwrap().result().unwrap()
    };
    let begun = async |(account, proof)| {
        let begun = login::begin(context, &origin, &account, proof)
            .await
            .unwrap();
        begun.result().map_or_else(|(code, _)| code.code, |_| "in")
    };
    let before = right().await;
    for _ in 0..6 {
        tried(pages, HOME, with("wrong")).await;
    }
    assert_eq!(begun(before).await, codes::LOCKED.code, "locked meanwhile");
    pages.later(31 * 60_000);
    let before = right().await;
    pages
        .write(|tx| account::set_password(tx, AccountId(1), "another", NOW))
        .await;
    assert_eq!(begun(before).await, codes::WRONG.code, "another password");
}

/// A company and the account with this id as its administrator.
async fn administrator(pages: &Pages, id: i64) {
    let shared = pages.context.clone();
    let write = move |tx: &mut Tx<'_>| {
        let company = Company {
            id: CompanyId(7),
            credit_code: ceb::sample::credit_code(7),
            customs_code: "1105960007".to_owned(),
            name: "测试企业".to_owned(),
            dxp_id: "DXPENT0000000007".to_owned(),
            roles: vec!["ebc".to_owned()],
            profile: "strict".to_owned(),
            weight: 1,
            suspended: false,
            created_at: NOW,
        };
        company::add(tx, &company).unwrap();
        let grant = Grant {
            id: shared.ids.next(),
            account: AccountId(id),
            party: 100 + id,
            role: Role::CompanyAdmin.name().to_owned(),
            company: Some(CompanyId(7)),
            district: None,
            sight: "company".to_owned(),
            granted_by: None,
            approved_by: None,
            granted_at: NOW,
            expires_at: None,
            scope: None,
        };
        role::grant(tx, &grant).unwrap();
        Ok(())
    };
    pages.write(write).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_of_a_company_needs_a_second_factor(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let mut browser = Browser::default();
    let before = browser.log_in(pages, COMPANY).await;
    assert_eq!(before.location(), "/console/", "no administrator yet");
    administrator(pages, 1).await;
    let mut browser = Browser::default();
    let answer = browser.log_in(pages, COMPANY).await;
    assert_eq!(answer.location(), "/account/totp?next=/console/");
    let code = generator(pages, 1).await;
    let mut browser = Browser::default();
    let answer = browser.log_in(pages, COMPANY).await;
    assert_eq!(answer.location(), "/login/second?next=/console/");
    let csrf = browser.csrf(pages).await;
    let fields = [("csrf", csrf.as_str()), ("code", code.as_str())];
    let answer = browser.post(pages, "/login/second", &fields).await;
    assert_eq!(answer.location(), "/console/");
    // Who lost it is helped by two officers, and sets up another at the next login.
    pages.write(|tx| factor::remove_all(tx, AccountId(1))).await;
    let answer = Browser::default().log_in(pages, COMPANY).await;
    assert_eq!(answer.location(), "/account/totp?next=/console/");
}

/// The address behind the switch of the language.
fn switch(body: &str) -> String {
    let rest = body.split("id=\"language\"").next().unwrap();
    let link = rest.rsplit("<a href=\"").next().unwrap();
    link.split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_of_the_language_keeps_where_the_person_goes(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    let next = "/oauth2/authorize?client_id=a&state=x%2Fy&lang=zh";
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mut browser = Browser::default();
    let asked = browser.get(pages, &format!("/login?next={encoded}")).await;
    let english = browser.get(pages, &switch(&asked.body)).await;
    assert!(
        english.body.contains("<html lang=\"en\">"),
        "{}",
        english.body
    );
    assert_eq!(english.field("next").replace("&#38;", "&"), next);
    // After a form came back with an error as well.
    let fields = [("login", "nobody"), ("password", "x"), ("next", next)];
    let refused = browser.post(pages, "/login", &fields).await;
    let kept = refused.field("next").replace("&#38;", "&");
    let fields = [("login", "nobody"), ("lang", "zh"), ("next", kept.as_str())];
    let chinese = browser.post(pages, "/login", &fields).await;
    assert!(
        chinese.body.contains("<html lang=\"zh-CN\">"),
        "{}",
        chinese.body
    );
    assert_eq!(chinese.field("next").replace("&#38;", "&"), next);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_switch_of_the_language_keeps_the_token_of_a_link_and_offers_a_second_factor_then(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = &Pages::on(engine).await;
    pages
        .write(|tx| account::invite(tx, AccountId(1), &registry::hash_text("a-token"), NOW))
        .await;
    let mut browser = Browser::default();
    let asked = browser.get(pages, "/activate?token=a-token").await;
    assert!(
        asked.body.contains("<html lang=\"zh-CN\">"),
        "{}",
        asked.body
    );
    let english = browser.get(pages, &switch(&asked.body)).await;
    assert!(
        english.body.contains("<html lang=\"en\">"),
        "{}",
        english.body
    );
    assert_eq!(english.field("token"), "a-token");
    let fields = [("token", "a-token"), ("new", "short"), ("again", "other")];
    let refused = browser.post(pages, "/activate", &fields).await;
    assert_eq!(refused.status, 422);
    // All that is wrong, not only that the two differ.
    assert!(refused.body.matches("<li>").count() > 2, "{}", refused.body);
    let chinese = browser.get(pages, &switch(&refused.body)).await;
    assert_eq!(chinese.field("token"), "a-token");
    let new = "Another-Horse-8-Battery";
    let fields = [("token", "a-token"), ("new", new), ("again", new)];
    let done = browser.post(pages, "/activate", &fields).await;
    assert_eq!(done.location(), "/account/totp?next=/console/", "offered");
    let offered = browser.get(pages, done.location()).await;
    assert!(offered.body.contains("id=\"later\""), "and not demanded");
}

/// Every page says by which address its language is switched; a new one must not forget it.
#[test]
fn every_page_says_how_its_language_is_switched() {
    for folder in ["templates", "../services/templates"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let is_page = text.starts_with("{% extends \"base.html\" %}");
            let says = text.contains("{% block here %}") || text.contains("{% block switch %}");
            assert!(!is_page || says, "{}: no block `here`", path.display());
        }
    }
}
