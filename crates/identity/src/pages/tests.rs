//! What the pages say in which language, and what stays when it changes.

use crate::bootstrap;
use crate::testing::{Browser, COMPANY, PageAnswer, Pages};
use registry::account::{self, AccountId};
use registry::hash_text;
use rstest::rstest;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// The text of a page that people read: without its head, its tags and the switch to Chinese.
fn read(answer: &PageAnswer) -> String {
    let body = answer.body.split("<main").nth(1).unwrap();
    let mut text = String::new();
    let mut is_tag = false;
    for c in body.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text
}

fn assert_english(answer: &PageAnswer) {
    let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    let text = read(answer);
    assert!(!text.contains(is_chinese), "{text}");
}

fn english() -> Browser {
    let mut browser = Browser::default();
    let cookies = &mut browser.cookies;
    cookies.insert("tongguan_lang".to_owned(), "en".to_owned());
    browser
}

/// A wrong password does not cost the login name when the language is changed then, and the change is no attempt.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_login_name_stays_when_the_language_changes(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = Pages::on(engine).await;
    let mut browser = Browser::default();
    let wrong = [("login", COMPANY), ("password", "Wrong-1-wrong")];
    let page = browser.post(&pages, "/login", &wrong).await;
    assert!(page.body.contains("name=\"lang\" value=\"en\""));
    let n_tried = pages.audit().await.len();
    let asked = [("login", COMPANY), ("password", ""), ("lang", "en")];
    let page = browser.post(&pages, "/login", &asked).await;
    assert!(page.body.contains(&format!("value=\"{COMPANY}\"")));
    assert_english(&page);
    assert_eq!(browser.cookies["tongguan_lang"], "en");
    assert_eq!(pages.audit().await.len(), n_tried);
}

/// Who opens a one-time link sees for which login name, and on an English page everything that is wrong in English.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_link_names_its_login_and_shows_faults_in_the_language_of_the_page(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = Pages::on(engine).await;
    let now_ms = pages.context.now_ms();
    pages
        .write(move |tx| account::invite(tx, AccountId(1), &hash_text("once"), now_ms))
        .await;
    let mut browser = english();
    let page = browser.get(&pages, "/activate?token=once").await;
    assert!(read(&page).contains(COMPANY), "{}", page.body);
    for weak in ["abc", "Password1!", "Qx7#tongguan-vmb"] {
        let form = [("token", "once"), ("new", weak), ("again", "other")];
        let page = browser.post(&pages, "/activate", &form).await;
        assert_eq!(page.status, 422, "{weak}");
        assert_english(&page);
    }
}

/// The first start speaks English on its English page, and a link that was used shows no form any more.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_is_english_in_english_and_over_when_it_is_over(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let pages = Pages::on(engine).await;
    // Nobody is there yet.
    pages
        .write(|tx| tx.execute("delete from account", &[]).map(|_| ()))
        .await;
    let token = bootstrap::token(&pages.context).await.unwrap().unwrap();
    let mut browser = english();
    let page = browser
        .get(&pages, &format!("/bootstrap?token={token}"))
        .await;
    assert!(read(&page).contains("Security administrator"));
    assert_english(&page);
    let filled = |names: [&'static str; 3], logins: [&'static str; 3]| {
        let fields = ["system", "security", "audit"].into_iter().enumerate();
        let mut form = vec![("token".to_owned(), token.clone())];
        for (at, field) in fields {
            form.push((format!("{field}_name"), names[at].to_owned()));
            form.push((format!("{field}_login"), logins[at].to_owned()));
        }
        form
    };
    for (names, logins) in [
        (["Ann", "Ann", "Cid"], ["ann.a", "bob.b", "cid.c"]),
        (["Ann", "Bob", "Cid"], ["a", "bob.b", "cid.c"]),
    ] {
        let form = filled(names, logins);
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (&**k, &**v)).collect();
        let page = browser.post(&pages, "/bootstrap", &form).await;
        assert_eq!(page.status, 422);
        assert_english(&page);
    }
    let form = filled(["Ann", "Bob", "Cid"], ["ann.a", "bob.b", "cid.c"]);
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (&**k, &**v)).collect();
    let page = browser.post(&pages, "/bootstrap", &form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    // It cannot be shown again, so both languages are there.
    for word in ["系统管理员", "System administrator", "hreflang=\"zh\""] {
        assert!(page.body.contains(word), "{word}");
    }
    for again in [form.clone(), [form, vec![("lang", "en")]].concat()] {
        let page = browser.post(&pages, "/bootstrap", &again).await;
        assert_eq!(page.status, 410);
        assert!(!page.body.contains("system_login"));
    }
}
