//! Dictionaries on both engines.

use super::{
    Dictionary, DictionaryEntry, NOTICE_CATEGORY, entries, put, put_entry, remove, search,
};
use registry::role::Role;
use registry::testing::{context, person};
use rstest::rstest;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_never_changes_and_what_the_platform_asks_for_stays(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "system", Some(Role::SystemAdmin)).await;
    let make = async |is_new: bool, code: &'static str| {
        let (shared, actor) = (context.clone(), actor.clone());
        let one = Dictionary {
            code: code.to_owned(),
            chinese: "渠道".to_owned(),
            is_active: true,
            ..Dictionary::default()
        };
        let write = move |tx: &mut Tx<'_>| put(tx, &shared, &actor, is_new, &one);
        context.act(write).await.map_err(|problem| problem.code)
    };
    assert_eq!(make(true, "channel").await, Ok(()));
    assert_eq!(make(true, "channel").await, Err("TG-R4501".to_owned()));
    assert_eq!(make(true, "ceb.unit").await, Err("TG-R4500".to_owned()));
    assert_eq!(make(false, "nothing").await, Err("TG-R4040".to_owned()));
    let enter = async |id: Option<i64>, dictionary: &'static str, code: &'static str| {
        let (shared, actor) = (context.clone(), actor.clone());
        let one = DictionaryEntry {
            dictionary: dictionary.to_owned(),
            code: code.to_owned(),
            chinese: "=1+1".to_owned(),
            colour: "red".to_owned(),
            is_active: true,
            ..DictionaryEntry::default()
        };
        let write = move |tx: &mut Tx<'_>| put_entry(tx, &shared, &actor, id, &one);
        context.act(write).await.map_err(|problem| problem.code)
    };
    let id = enter(None, "channel", "app").await.unwrap();
    let taken = Err("TG-R4501".to_owned());
    assert_eq!(enter(None, "channel", "app").await, taken);
    let unknown = Err("TG-R4040".to_owned());
    assert_eq!(enter(None, "nothing", "app").await, unknown);
    assert_eq!(enter(Some(id), "other", "changed").await, Ok(id));
    let found = context.read(|tx| entries(tx, "channel", 9)).await.unwrap();
    assert_eq!((found[0].code.as_str(), found.len()), ("app", 1));

    let gone = async |code: &'static str| {
        let (shared, actor) = (context.clone(), actor.clone());
        let write = move |tx: &mut Tx<'_>| remove(tx, &shared, &actor, code);
        context.act(write).await.map_err(|problem| problem.code)
    };
    let in_use = || Err("TG-R4504".to_owned());
    assert_eq!(gone("channel").await, in_use());
    assert_eq!(gone(NOTICE_CATEGORY).await, in_use());
    let take = async |id: i64| {
        let (shared, actor) = (context.clone(), actor.clone());
        let write = move |tx: &mut Tx<'_>| super::remove_entry(tx, &shared, &actor, id);
        context.act(write).await.map_err(|problem| problem.code)
    };
    assert_eq!(take(1).await, in_use(), "an entry of the notices");
    assert_eq!(take(id).await, Ok(()));
    assert_eq!(gone("channel").await, Ok(()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_question_answers_what_142_is(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let find = async |text: &'static str| {
        let standing = context.code_tables.standing(context.now_ms());
        let read = move |tx: &mut Tx<'_>| search(tx, &standing, text, 50);
        context.read(read).await.unwrap()
    };
    let found = find("142").await;
    let entries: Vec<(&str, &str)> = found
        .iter()
        .take_while(|entry| entry.code == "142")
        .map(|entry| (entry.dictionary.as_str(), entry.chinese.as_str()))
        .collect();
    assert!(entries.contains(&("ceb.currency", "人民币")), "{entries:?}");
    assert!(entries.contains(&("ceb.country", "中国")), "{entries:?}");
    let named = find("系统维护").await;
    assert_eq!(named[0].dictionary, NOTICE_CATEGORY);
    let kind = find("ceb621").await;
    assert_eq!(kind[0].chinese, ceb::Kind::Ceb621.chinese());
    let status = find("海关退单").await;
    assert_eq!(status[0].code, "100");
}
