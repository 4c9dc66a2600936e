//! People: the first start, one-time links, login, second factor, sessions.

use crate::browser::{Browser, OFFICERS, PASSWORD, first_start, staff};
use crate::platform::Engine::{self, Postgres, Sqlite};
use crate::platform::{Place, Platform};
use rstest::rstest;
use serde_json::json;

const COOKIE: &str = "tongguan";

/// The first start makes three officers who exclude each other, once.
#[rstest]
fn three_officers_are_made_once_and_nothing_opens_before(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(place) = Place::on(engine) else {
        return;
    };
    let platform = place.start();
    // No account, so nobody gets in, whatever he tries.
    for (login, password) in [("admin", "admin"), ("admin", "admin123"), ("root", "")] {
        let mut browser = Browser::new(&platform);
        let page = browser.form("/login", &[("login", login), ("password", password)]);
        assert_eq!(page.answer.status, 401);
        assert!(browser.cookie(COOKIE).is_none());
    }
    let token = platform.ready["bootstrap"].as_str().unwrap();
    let token = token.split_once("token=").unwrap().1.to_owned();
    // The same person twice is refused, and the token still opens.
    let mut same: Vec<(&str, &str)> = vec![("token", &token)];
    same.extend(OFFICERS);
    for field in &mut same {
        if field.0.ends_with("_name") {
            field.1 = "同一人";
        }
    }
    let page = Browser::new(&platform).form("/bootstrap", &same);
    assert_eq!(page.answer.status, 422, "{}", page.answer.text());
    let links = first_start(&platform);
    // Three officers, five of the staff, and four people of the demo's companies.
    assert_eq!(links.len(), 12);
    // Neither the token nor a link opens twice.
    let page = Browser::new(&platform).get(&format!("/bootstrap?token={token}"));
    assert_eq!(page.answer.status, 410);
    let link = &links["sys.admin"];
    let mut browser = Browser::new(&platform);
    let session = browser.activate(link);
    assert_eq!(session["roles"][0]["id"], "system_admin");
    assert_eq!(Browser::new(&platform).get(link).answer.status, 410);
}

/// The way of a login: wrong password, right password, wrong code, right code, the code again.
#[test]
fn a_login_needs_both_factors_and_no_token_works_twice() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    Browser::new(&platform).activate(&links["operator.a"]);
    let mut browser = Browser::new(&platform);
    let page = browser.form(
        "/login",
        &[("login", "operator.a"), ("password", "Wrong1!wrong")],
    );
    assert_eq!(page.answer.status, 401);
    assert!(page.answer.text().contains("TG-R4620"));
    let page = browser.form("/login", &[("login", "Operator.A"), ("password", PASSWORD)]);
    assert!(page.path.starts_with("/login/second"), "{}", page.path);
    let half = browser.cookie(COOKIE).unwrap().to_owned();
    // Half a login opens nothing.
    let answer = browser.call("GET", "/api/v1/session", "", b"");
    assert_eq!((answer.status, answer.code().as_str()), (401, "TG-R4604"));
    let (csrf, code) = (page.field("csrf"), page.demo_code());
    let page = browser.form("/login/second", &[("csrf", &csrf), ("code", "000000")]);
    assert_eq!(page.answer.status, 401);
    let page = browser.form("/login/second", &[("csrf", "forged"), ("code", &code)]);
    assert_eq!(page.answer.status, 403);
    let page = browser.form("/login/second", &[("csrf", &csrf), ("code", &code)]);
    assert!(page.path.starts_with("/console"), "{}", page.path);
    assert_ne!(browser.cookie(COOKIE), Some(half.as_str()));
    browser.session();
    // The token of the half login is worth nothing, and so is the code.
    let mut thief = Browser::new(&platform);
    thief.set_cookie(COOKIE, &half);
    assert_eq!(thief.call("GET", "/api/v1/session", "", b"").status, 401);
    let page = thief.form("/login", &[("login", "operator.a"), ("password", PASSWORD)]);
    let csrf = page.field("csrf");
    let page = thief.form("/login/second", &[("csrf", &csrf), ("code", &code)]);
    assert_eq!(page.answer.status, 401, "a code works once");
}

/// After five failures from one address nothing is compared any more, right or wrong; a code of the second
/// factor with the password is the way in.
#[test]
fn failures_lock_the_account_for_a_while() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    Browser::new(&platform).activate(&links["operator.b"]);
    for _ in 0..5 {
        let mut browser = Browser::new(&platform);
        let page = browser.form(
            "/login",
            &[("login", "operator.b"), ("password", "Wrong1!wrong")],
        );
        assert!(page.answer.text().contains("TG-R4620"));
    }
    let mut browser = Browser::new(&platform);
    let page = browser.form("/login", &[("login", "operator.b"), ("password", PASSWORD)]);
    assert_eq!(page.answer.status, 423);
    assert!(page.answer.text().contains("TG-R4621"));
    // The answer tells neither whether the password was right nor whether there is such a person.
    let page = browser.form(
        "/login",
        &[("login", "operator.b"), ("password", "Wrong1!wrong")],
    );
    assert!(page.answer.text().contains("TG-R4621"));
    for n in 0..6 {
        let page = browser.form(
            "/login",
            &[("login", "no.body"), ("password", "Wrong1!wrong")],
        );
        let code = if n < 5 { "TG-R4620" } else { "TG-R4621" };
        assert!(page.answer.text().contains(code), "{n}");
    }
}

/// What changes something needs the token of the page; what comes from elsewhere is refused.
#[test]
fn a_page_of_another_site_changes_nothing() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    let mut browser = Browser::new(&platform);
    browser.activate(&links["sec.admin"]);
    let csrf = std::mem::take(&mut browser.csrf);
    let body = json!({ "companyId": "1" });
    let answer = browser.api("POST", "/api/v1/session/company", &body);
    assert_eq!((answer.status, answer.code().as_str()), (403, "TG-R4603"));
    browser.csrf = csrf;
    assert_eq!(
        browser.api("POST", "/api/v1/session/company", &body).status,
        404
    );
    let mut foreign = Browser::new(&platform);
    foreign
        .headers
        .push(("sec-fetch-site".to_owned(), "cross-site".to_owned()));
    let page = foreign.form("/login", &[("login", "sec.admin"), ("password", PASSWORD)]);
    assert_eq!(page.answer.status, 403);
    let page = browser.form("/logout", &[("csrf", "forged")]);
    assert_eq!(page.answer.status, 403);
    browser.session();
}

/// `next` leads to a page of ours, whatever it says.
#[test]
fn a_login_leads_to_a_page_of_ours_only() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    let mut browser = Browser::new(&platform);
    browser.activate(&links["aud.admin"]);
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aset-cookie:x=y",
        "",
    ] {
        let answer = browser.call("GET", &format!("/login?next={next}"), "", b"");
        assert_eq!(answer.status, 303);
        let to = answer.header("location").unwrap();
        assert!(
            to.starts_with('/') && !to.starts_with("//"),
            "{next} leads to {to}"
        );
        assert!(
            !to.contains('\\') && !to.contains("evil.example"),
            "{next} leads to {to}"
        );
    }
}

/// Logout ends the session here and now; one's other sessions end at one's wish.
#[test]
fn sessions_end_when_they_should() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    let mut one = Browser::new(&platform);
    one.activate(&links["customs.officer"]);
    let mut other = Browser::new(&platform);
    other.log_in("customs.officer");
    let csrf = other.get("/account").field("csrf");
    other.form("/account/elsewhere", &[("csrf", &csrf)]);
    other.session();
    assert_eq!(one.call("GET", "/api/v1/session", "", b"").status, 401);
    let stolen = other.cookie(COOKIE).unwrap().to_owned();
    let page = other.form("/logout", &[("csrf", &csrf)]);
    assert!(page.path.starts_with("/login"));
    let mut thief = Browser::new(&platform);
    thief.set_cookie(COOKIE, &stolen);
    let answer = thief.call("GET", "/api/v1/session", "", b"");
    assert_eq!((answer.status, answer.code().as_str()), (401, "TG-R4600"));
}

/// A password that people guess, or that was used before, is refused with the reason.
#[test]
fn passwords_follow_the_rule() {
    let (_place, platform) = Platform::demo();
    let links = first_start(&platform);
    let mut browser = Browser::new(&platform);
    browser.activate(&links["bureau.clerk"]);
    let change = |browser: &mut Browser, new: &str| {
        let page = browser.get("/account/password");
        let csrf = page.field("csrf");
        let fields = [
            ("csrf", csrf.as_str()),
            ("old", PASSWORD),
            ("new", new),
            ("again", new),
        ];
        browser.form("/account/password", &fields)
    };
    for (password, why) in [
        ("Ab1!", "至少 12 个字符"),
        ("lowercase-only-1", "大写字母"),
        ("NoDigitsHere!!", "数字"),
        ("NoSymbolHere123", "符号"),
        ("Bureau.Clerk-2026x", "不能包含"),
        ("Password1234!", "不能包含"),
        ("Qwertyuiop1!", "太容易被猜到"),
        (PASSWORD, "不能与最近"),
    ] {
        let page = change(&mut browser, password);
        assert_eq!(page.answer.status, 422, "{password}");
        assert!(
            page.answer.text().contains(why),
            "{password}: {}",
            page.answer.text()
        );
    }
    let page = change(&mut browser, "Zk9&tRwq!5hpLm");
    assert_eq!(page.answer.status, 200);
    browser.session();
}

/// Everybody of the staff sees what his role may call, and nothing else.
#[test]
fn each_of_the_staff_has_an_own_workspace() {
    let (_place, platform) = Platform::demo();
    for (login, mut browser) in staff(&platform) {
        let session = browser.session();
        let workspace = match login.as_str() {
            "bureau.clerk" | "bureau.approver" => "bureau",
            "customs.officer" => "customs",
            "operator.a" | "operator.b" => "operator",
            "company.admin" | "company.clerk" | "second.admin" | "logistics.admin" => "company",
            _ => "admin",
        };
        assert_eq!(session["workspaces"], json!([workspace]), "{login}");
        assert_eq!(session["company"].is_null(), workspace != "company");
    }
}
