//! Notices on both engines.

use super::{
    KINDS, Level, NoticeDetails, PUBLISH, PublishWish, VALID_DAYS, audiences, by_id, for_public,
    n_readers, n_unread, put, read, valid, withdraw,
};
use registry::access::Actor;
use registry::approval::{self, Decision, Doing, Request, decide};
use registry::context::AppContext;
use registry::page::text::{BlockShape, blocks};
use registry::role::Role;
use registry::testing::{NOW, context, person};
use rstest::rstest;
use std::collections::BTreeSet;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const DAY: i64 = 86_400_000;

fn details(title: &str, audience: &str) -> NoticeDetails {
    NoticeDetails {
        title: title.to_owned(),
        text: "今晚维护".to_owned(),
        category: "maintenance".to_owned(),
        level: Level::Important,
        audience: audience.to_owned(),
        from_at: NOW,
        until_at: NOW + DAY,
        is_pinned: false,
    }
}

async fn draft(
    context: &AppContext,
    author: &Actor,
    id: Option<i64>,
    given: NoticeDetails,
) -> Result<i64, String> {
    let (shared, actor) = (context.clone(), author.clone());
    let write = move |tx: &mut Tx<'_>| put(tx, &shared, &actor, id, &given);
    context.act(write).await.map_err(|problem| problem.code)
}

async fn ask(context: &AppContext, author: &Actor, notice: i64) -> i64 {
    let (shared, actor) = (context.clone(), author.clone());
    let write = move |tx: &mut Tx<'_>| {
        let hash = by_id(tx, notice)?.unwrap().hash();
        let request = Request {
            kind: PUBLISH.name,
            title: String::new(),
            payload: serde_json::to_string(&PublishWish { notice, hash }).unwrap(),
            company: None,
            why: "请发布".to_owned(),
        };
        approval::ask(tx, &shared, &actor, &request)
    };
    context.db.write(write).await.unwrap()
}

async fn approve(context: &AppContext, actor: &Actor, id: i64) -> Result<String, String> {
    let (shared, actor) = (context.clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| {
        let approval = approval::find(tx, id)?.unwrap();
        let doing = Doing {
            approval: &approval,
            actor: &actor,
            context: &shared,
        };
        Ok(decide(tx, &doing, &KINDS[0], &Decision::Approve)?)
    };
    let decided = context.act(write).await;
    decided.map_err(|problem| problem.detail.unwrap_or(problem.code))
}

async fn titles(context: &AppContext, actor: &Actor) -> Vec<String> {
    let (who, audiences, now_ms) = (
        actor.require_account().unwrap(),
        audiences(&actor.roles),
        context.now_ms(),
    );
    let ask = move |tx: &mut Tx<'_>| valid(tx, who, (&audiences, now_ms), (None, 10));
    let found = context.read(ask).await.unwrap().into_iter();
    found.map(|(notice, _)| notice.title).collect()
}

/// A notice without an end is valid for thirty days from being published, however long its draft waited; days that
/// its author named stay.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_days_are_counted_from_publishing(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let author = person(&context, "author", Some(Role::BureauClerk)).await;
    let other = person(&context, "other", Some(Role::BureauApprover)).await;
    let from_at = context.now_ms() + 1;
    let open = NoticeDetails {
        from_at,
        until_at: from_at + VALID_DAYS * DAY,
        ..details("甲", "all")
    };
    let named = NoticeDetails {
        until_at: from_at + 50 * DAY,
        ..open.clone()
    };
    for (given, is_open) in [(open, true), (named, false)] {
        let until_at = given.until_at;
        let id = draft(&context, &author, None, given).await.unwrap();
        clock.advance(std::time::Duration::from_secs(20 * 86_400));
        let asked = ask(&context, &author, id).await;
        approve(&context, &other, asked).await.unwrap();
        let found = context
            .read(move |tx| by_id(tx, id))
            .await
            .unwrap()
            .unwrap();
        let expected = match is_open {
            true => context.now_ms() + VALID_DAYS * DAY,
            false => until_at,
        };
        assert_eq!(found.until_at, expected);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_publish_and_the_audience_reads(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let author = person(&context, "author", Some(Role::BureauClerk)).await;
    let other = person(&context, "other", Some(Role::BureauApprover)).await;
    let clerk = person(&context, "clerk", Some(Role::CompanyClerk)).await;
    let id = draft(&context, &author, None, details("甲", "companies")).await;
    let id = id.unwrap();
    let first = ask(&context, &author, id).await;
    assert!(titles(&context, &clerk).await.is_empty(), "a draft");
    let foreign = draft(&context, &other, Some(id), details("乙", "all")).await;
    assert_eq!(foreign, Err("TG-R4505".to_owned()), "another's draft");

    // What was changed after it was asked for is not published.
    let changed = draft(&context, &author, Some(id), details("丙", "companies")).await;
    assert_eq!(changed, Ok(id));
    let late = approve(&context, &other, first).await;
    assert_eq!(late, Err("内容在提交之后被修改，请重新提交".to_owned()));
    let second = ask(&context, &author, id).await;
    assert_eq!(approve(&context, &other, second).await, Ok(String::new()));
    assert_eq!(titles(&context, &clerk).await, ["丙"]);
    assert!(titles(&context, &other).await.is_empty(), "for companies");
    let again = draft(&context, &author, Some(id), details("丁", "all")).await;
    assert_eq!(again, Err("TG-R4505".to_owned()), "published ones stay");

    let unread = async |actor: &Actor| {
        let (who, audiences) = (actor.require_account().unwrap(), audiences(&actor.roles));
        let ask = move |tx: &mut Tx<'_>| n_unread(tx, who, (&audiences, NOW), 100);
        context.read(ask).await.unwrap()
    };
    let open = async |actor: &Actor| {
        let (shared, actor) = (context.clone(), actor.clone());
        let write = move |tx: &mut Tx<'_>| read(tx, &shared, &actor, id);
        context.act(write).await.map_err(|problem| problem.code)
    };
    assert_eq!(unread(&clerk).await, 1);
    assert_eq!(
        open(&other).await,
        Err("TG-R4040".to_owned()),
        "not for him"
    );
    assert_eq!(open(&clerk).await, Ok(()));
    assert_eq!(open(&clerk).await, Ok(()));
    assert_eq!(unread(&clerk).await, 0);
    let n = context.read(move |tx| n_readers(tx, id)).await.unwrap();
    assert_eq!(n, 1);

    clock.advance(std::time::Duration::from_millis(DAY.unsigned_abs()));
    assert!(titles(&context, &clerk).await.is_empty(), "over");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pinned_ones_come_first_and_withdrawn_ones_are_gone(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let author = person(&context, "author", Some(Role::SystemAdmin)).await;
    let other = person(&context, "other", Some(Role::SecurityAdmin)).await;
    let mut ids = Vec::new();
    for (title, is_pinned) in [("钉", true), ("旧", false), ("新", false)] {
        let given = NoticeDetails {
            is_pinned,
            ..details(title, "public")
        };
        let id = draft(&context, &author, None, given).await.unwrap();
        let asked = ask(&context, &author, id).await;
        approve(&context, &other, asked).await.unwrap();
        ids.push(id);
    }
    assert_eq!(titles(&context, &other).await, ["钉", "新", "旧"]);
    let (shared, actor, id) = (context.clone(), other.clone(), ids[2]);
    let take = move |tx: &mut Tx<'_>| withdraw(tx, &shared, &actor, id, "写错了");
    context.act(take.clone()).await.unwrap();
    assert_eq!(context.act(take).await.unwrap_err().code, "TG-R4505");
    let public = context.read(|tx| for_public(tx, NOW, 5)).await.unwrap();
    let public: Vec<&str> = public.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(public, ["钉", "旧"]);

    // The table itself refuses the author, whatever the program forgets.
    let author = author.require_account().unwrap();
    let id = draft(&context, &other, None, details("戊", "all"))
        .await
        .unwrap();
    let other = other.require_account().unwrap();
    let forge = move |tx: &mut Tx<'_>| {
        super::sql::publish(tx, (id, 1), (other, "x", NOW), (NOW, NOW + DAY))
    };
    assert!(test.db.write(forge).await.is_err());
    let right = move |tx: &mut Tx<'_>| {
        super::sql::publish(tx, (id, 1), (author, "x", NOW), (NOW, NOW + DAY))
    };
    assert!(test.db.write(right).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_filled_in_well_is_refused(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let author = person(&context, "author", Some(Role::SystemAdmin)).await;
    let good = details("好", "all");
    let bad = [
        details("", "all"),
        details("字", "everybody"),
        details(&"长".repeat(81), "all"),
        NoticeDetails {
            category: "gossip".to_owned(),
            ..good.clone()
        },
        NoticeDetails {
            until_at: NOW,
            ..good.clone()
        },
        NoticeDetails {
            until_at: NOW + 3 * 366 * DAY,
            ..good.clone()
        },
        NoticeDetails {
            text: "字".repeat(10_001),
            ..good.clone()
        },
    ];
    for given in bad {
        let made = draft(&context, &author, None, given).await;
        assert_eq!(made, Err("TG-R4500".to_owned()));
    }
    assert!(draft(&context, &author, None, good).await.is_ok());
}

#[test]
fn audiences_follow_the_roles() {
    let of = |roles: &[&str]| {
        let roles: BTreeSet<String> = roles.iter().map(|name| (*name).to_owned()).collect();
        audiences(&roles).join(" ")
    };
    assert_eq!(of(&[]), "all public");
    assert_eq!(of(&["company_clerk"]), "all companies public");
    assert_eq!(of(&["applicant"]), "all companies public");
    assert_eq!(of(&["customs_officer"]), "all customs public staff");
    assert_eq!(of(&["audit_admin"]), "admin all public staff");
    assert_eq!(of(&["own_role"]), "all public staff");
}

#[test]
fn marks_are_few_and_scripts_stay_text() {
    let text = "# 维护\n今晚 **22:00** 起\n暂停\n\n- 见[说明](https://a.example/x)\n\
                <script>alert(1)</script> [x](javascript:alert(1)) [y](//evil.example) [z](/docs)";
    let found = blocks(text);
    let shapes: Vec<BlockShape> = found.iter().map(|block| block.shape).collect();
    let expected = [
        BlockShape::Heading,
        BlockShape::Paragraph,
        BlockShape::Item,
        BlockShape::Paragraph,
    ];
    assert_eq!(shapes, expected);
    let runs: Vec<(&str, bool)> = found[1]
        .runs
        .iter()
        .map(|run| (run.text.as_str(), run.is_strong))
        .collect();
    let expected = [
        ("今晚 ", false),
        ("22:00", true),
        (" 起", false),
        ("\n", false),
        ("暂停", false),
    ];
    assert_eq!(runs, expected);
    assert_eq!(found[2].runs[1].to.as_deref(), Some("https://a.example/x"));
    let last = &found[3].runs;
    assert_eq!(
        last[0].text,
        "<script>alert(1)</script> [x](javascript:alert(1)) [y](//evil.example) "
    );
    assert_eq!(
        (last[1].text.as_str(), last[1].to.as_deref()),
        ("z", Some("/docs"))
    );
    for strange in ["**", "****", "[", "[](/)", "[a](", "# ", "-", "[a](/b\"c)"] {
        let all: String = blocks(strange)
            .into_iter()
            .flat_map(|block| block.runs)
            .map(|run| run.text)
            .collect();
        assert!(
            strange.ends_with(&all) || strange == "# ",
            "{strange}: {all}"
        );
    }
}
