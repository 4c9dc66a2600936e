//! The state machine, the calendar, and the life of a case on both engines.

mod files;
mod order;

use super::attachment::check;
use super::{CaseId, CaseKind, CaseState, STEPS, Side, Verb, calendar, mask, open_private, step};
use crate::tests::{MONDAY, PLAIN, World, code, seen};
use proptest::prelude::*;
use registry::access::Actor;
use registry::role::Role;
use rstest::rstest;
use std::time::Duration;
use store::Tx;
use store::clock::{beijing_day, parse_time};
use store::testing::TestEngine::{self, Postgres, Sqlite};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn there_are_no_dead_ends_and_what_is_final_is_final() {
    for &state in CaseState::ALL {
        let from: Vec<_> = STEPS.iter().filter(|(from, ..)| *from == state).collect();
        assert_eq!(from.is_empty(), state.is_final(), "{state:?}");
        // The applicant can always take it back, and somebody of the bureau can always end it.
        let withdraw = step(state, Verb::Withdraw, &[Side::Applicant]);
        assert_eq!(withdraw.is_some(), !state.is_final(), "{state:?}");
        let ends = step(state, Verb::Return, &[Side::Reviewer, Side::Approver]);
        assert_eq!(ends.is_some(), !state.is_final(), "{state:?}");
        assert_eq!(CaseState::from_name(state.name()), Some(state));
    }
    // One way only to be granted, and one meaning of a verb on a side.
    let granted: Vec<_> = STEPS
        .iter()
        .filter(|(.., to)| *to == CaseState::Done)
        .collect();
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0].2, Side::Approver);
    for (n, one) in STEPS.iter().enumerate() {
        for other in &STEPS[n + 1..] {
            assert!((one.0, one.1, one.2) != (other.0, other.1, other.2));
        }
    }
}

proptest! {
    /// Whatever people do in whatever order: a case that is granted was proposed before.
    #[test]
    fn nothing_is_granted_without_a_proposal(verbs in prop::collection::vec((0..7_usize, 0..3_usize), 0..40)) {
        let sides = [Side::Applicant, Side::Reviewer, Side::Approver];
        let (mut state, mut is_proposed, mut is_accepted) = (CaseState::Applied, false, false);
        for (verb, side) in verbs {
            let verb = Verb::ALL[verb];
            if let Some((_, to)) = step(state, verb, &[sides[side]]) {
                prop_assert!(!state.is_final());
                is_accepted |= verb == Verb::Accept;
                is_proposed = match verb {
                    Verb::Approve => true,
                    Verb::Supplement => false,
                    Verb::Accept
                    | Verb::Resubmit
                    | Verb::Finish
                    | Verb::Return
                    | Verb::Withdraw => is_proposed,
                };
                state = to;
            }
        }
        prop_assert!(state != CaseState::Done || (is_proposed && is_accepted));
    }

    /// Any bytes are judged without panic, and only by what they are.
    #[test]
    fn any_file_is_judged(bytes in prop::collection::vec(any::<u8>(), 0..300), name in ".{0,40}") {
        let _ = check(&name, &bytes);
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(&bytes);
        zip.extend(b"PK\x05\x06");
        zip.extend(&bytes);
        prop_assert!(check("a.pdf", &zip).is_err());
    }
}

#[test]
fn working_days_are_those_of_the_state_council() {
    let working = |day: &str| calendar::is_working(parse_time(day).unwrap());
    for (day, expected) in [
        ("2026-11-23", true),
        ("2026-11-28", false),
        ("2026-01-01", false),
        ("2026-01-04", true),
        ("2026-02-14", true),
        ("2026-02-16", false),
        ("2026-02-24", true),
        ("2026-02-28", true),
        ("2026-05-04", false),
        ("2026-05-09", true),
        ("2026-06-19", false),
        ("2026-09-20", true),
        ("2026-09-25", false),
        ("2026-10-07", false),
        ("2026-10-08", true),
        ("2026-10-10", true),
        ("2027-01-01", true),
        ("2027-01-02", false),
    ] {
        assert_eq!(working(day), expected, "{day}");
    }
    let due = |from: &str, n| beijing_day(calendar::after(parse_time(from).unwrap(), n));
    assert_eq!(due("2026-11-23", 5), "2026-11-30");
    assert_eq!(due("2026-09-30", 1), "2026-10-08");
    assert_eq!(due("2026-02-13", 2), "2026-02-24");
    assert_eq!(due("2026-12-31", 1), "2027-01-01");
    let between = |from: &str, to: &str| {
        calendar::between(parse_time(from).unwrap(), parse_time(to).unwrap())
    };
    assert_eq!(between("2026-09-30", "2026-10-09"), 2);
    assert_eq!(between("2026-11-23", "2026-11-20"), 0);
    assert!(calendar::source(MONDAY).contains("2026"));
    assert!(calendar::source(parse_time("2027-03-01").unwrap()).contains("尚未录入"));
}

#[test]
fn personal_values_are_recognised_and_not_learnt() {
    for (value, masked) in [
        ("13812345678", "138****5678"),
        ("张三", "张*"),
        ("欧阳小明", "欧***"),
        ("someone@example.com", "s***@example.com"),
        ("", "*"),
    ] {
        assert_eq!(mask(value), masked);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_goes_its_way_with_four_eyes(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let other = world.company(2, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let stranger = world
        .person("stranger", Role::CompanyAdmin, Some(other.id))
        .await;
    let (clerk, approver) = world.bureau().await;
    let case = world.open(&admin, PLAIN, &[("what", "a")]).await.unwrap();
    assert_eq!(beijing_day(case.due_at.unwrap()), "2026-11-30");
    // The same again is the same application.
    assert_eq!(
        code(world.open(&admin, PLAIN, &[("what", "a")]).await),
        "TG-R4306"
    );
    // What belongs to another company does not exist.
    assert!(seen(&world, &stranger, case.id).await.is_none());
    assert!(seen(&world, &admin, case.id).await.is_some());
    // Sealed for this case only.
    let sealed = case.private.clone().unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("13800000000"));
    let private = open_private(&world.context, case.id, Some(&sealed)).unwrap();
    assert_eq!(private["phone"], "13800000000");
    assert!(open_private(&world.context, CaseId(1), Some(&sealed)).is_err());

    assert_eq!(
        code(world.act(&admin, PLAIN, &case, Verb::Accept).await),
        "TG-R4301"
    );
    assert_eq!(
        code(world.act(&approver, PLAIN, &case, Verb::Finish).await),
        "TG-R4300"
    );
    let accepted = world.act(&clerk, PLAIN, &case, Verb::Accept).await.unwrap();
    // A second click on the page as it was.
    assert_eq!(
        code(world.act(&clerk, PLAIN, &case, Verb::Accept).await),
        "TG-R4300"
    );
    assert_eq!(
        code(world.act(&clerk, PLAIN, &accepted, Verb::Approve).await),
        "TG-R4304"
    );
    assert_eq!(
        code(world.attach(&admin, PLAIN, &accepted, "proof").await),
        "TG-R4313"
    );

    // Two working days are used; while the applicant supplements, the bureau's days stand.
    world.clock.advance(2 * DAY);
    let asked = world
        .act(&clerk, PLAIN, &accepted, Verb::Supplement)
        .await
        .unwrap();
    assert_eq!(asked.n_days_left, 3);
    assert_eq!(beijing_day(asked.due_at.unwrap()), "2026-12-09");
    world.clock.advance(7 * DAY);
    assert_eq!(
        code(world.act(&admin, PLAIN, &asked, Verb::Resubmit).await),
        "TG-R4304"
    );
    assert_eq!(
        code(world.attach(&admin, PLAIN, &asked, "passport").await),
        "TG-R4311"
    );
    world.attach(&admin, PLAIN, &asked, "proof").await.unwrap();
    let back = world
        .act(&admin, PLAIN, &asked, Verb::Resubmit)
        .await
        .unwrap();
    assert_eq!(beijing_day(back.due_at.unwrap()), "2026-12-07");

    // Who proposes does not decide, even if he holds both roles.
    let mut both = clerk.clone();
    both.roles.insert(Role::BureauApprover.name().to_owned());
    let proposed = world.act(&both, PLAIN, &back, Verb::Approve).await.unwrap();
    assert_eq!(
        code(world.act(&both, PLAIN, &proposed, Verb::Finish).await),
        "TG-R4302"
    );
    let done = world
        .act(&approver, PLAIN, &proposed, Verb::Finish)
        .await
        .unwrap();
    assert_eq!((done.state, done.due_at), (CaseState::Done, None));
    for &verb in Verb::ALL {
        assert!(world.act(&approver, PLAIN, &done, verb).await.is_err());
    }
    let id = case.id;
    let steps = world.read(move |tx| super::steps(tx, id)).await;
    let acts: Vec<&str> = steps.iter().map(|step| step.act.as_str()).collect();
    assert_eq!(
        acts,
        [
            "apply",
            "accept",
            "supplement",
            "resubmit",
            "approve",
            "finish"
        ]
    );
    assert_eq!(world.audited("case.step").await, 5);
}

/// Name of the applicant in the list, in the detail and in the timeline, and of the clerk in the timeline, as somebody
/// sees them.
async fn names(world: &World, actor: &Actor, kind: CaseKind, case: CaseId) -> [String; 4] {
    let (context, actor) = (world.context.clone(), actor.clone());
    let read = move |tx: &mut Tx<'_>| -> Result<_, web::Problem> {
        let who = (&actor, &[kind][..]);
        let asked = (&super::CaseFilter::default(), &web::PageQuery::default());
        let listed = crate::case_file::http::listed(tx, who, asked, context.now_ms())?.items;
        let detail = super::http::detail(tx, &context, who, case)?;
        let of = |n: usize| detail.timeline[n].name.clone();
        Ok([
            listed[0].applied_by.clone(),
            detail.summary.applied_by.clone(),
            of(0),
            of(1),
        ])
    };
    world.context.db.read(read).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_applicant_s_name_is_open_to_his_side_and_masked_for_all_others(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = Some(world.company(1, &["ebc"]).await.id);
    let admin = world.person("admin", Role::CompanyAdmin, company).await;
    let colleague = world.person("colleague", Role::CompanyAdmin, company).await;
    let (clerk, approver) = world.bureau().await;
    let operator = world.person("operator", Role::Operator, None).await;
    let case = world.open(&admin, PLAIN, &[("what", "a")]).await.unwrap();
    let case = world.act(&clerk, PLAIN, &case, Verb::Accept).await.unwrap();
    for actor in [&admin, &colleague] {
        let names = names(&world, actor, PLAIN, case.id).await;
        assert_eq!(names, ["某admin", "某admin", "某admin", "某clerk"]);
    }
    let masked = mask("某admin");
    assert!(!masked.contains("admin"), "{masked}");
    for actor in [&clerk, &approver, &operator] {
        let names = names(&world, actor, PLAIN, case.id).await;
        assert_eq!(names, [&*masked, &masked, &masked, "某clerk"]);
    }
    // A form without personal fields hides nobody.
    let open = CaseKind {
        name: "test.open",
        read: |tx, doing, form| {
            let mut opening = (PLAIN.read)(tx, doing, form)?;
            opening.private.clear();
            Ok(opening)
        },
        ..PLAIN
    };
    world.clock.advance(DAY);
    let case = world.open(&admin, open, &[("what", "b")]).await.unwrap();
    let case = world.act(&clerk, open, &case, Verb::Accept).await.unwrap();
    let names = names(&world, &approver, open, case.id).await;
    assert_eq!(names, ["某admin", "某admin", "某admin", "某clerk"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_approvers_exactly_one_decides(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let (clerk, one) = world.bureau().await;
    let other = world.person("approver2", Role::BureauApprover, None).await;
    for n in 0..6 {
        let what = format!("race{n}");
        let case = world.open(&admin, PLAIN, &[("what", &what)]).await.unwrap();
        world.attach(&admin, PLAIN, &case, "proof").await.unwrap();
        let case = world.act(&clerk, PLAIN, &case, Verb::Accept).await.unwrap();
        let case = world
            .act(&clerk, PLAIN, &case, Verb::Approve)
            .await
            .unwrap();
        let (left, right) = tokio::join!(
            world.act(&one, PLAIN, &case, Verb::Finish),
            world.act(&other, PLAIN, &case, Verb::Return)
        );
        assert_eq!(usize::from(left.is_ok()) + usize::from(right.is_ok()), 1);
        let now = seen(&world, &admin, case.id).await.unwrap();
        assert!(now.state.is_final() && now.n_steps == 4);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_carried_out_leaves_the_case_as_it_was(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let (clerk, approver) = world.bureau().await;
    let case = world
        .open(&admin, PLAIN, &[("what", "impossible")])
        .await
        .unwrap();
    let people = (&admin, &clerk, &approver);
    assert_eq!(
        code(world.grant(PLAIN, case.clone(), people).await),
        "TG-R4305"
    );
    let now = seen(&world, &admin, case.id).await.unwrap();
    assert_eq!(
        (now.state, now.decided_by, now.n_steps),
        (CaseState::Approving, None, 3)
    );
    // A clock that jumps by years does not keep anybody from ending it.
    world.clock.advance(3000 * DAY);
    let returned = world
        .act(&approver, PLAIN, &now, Verb::Return)
        .await
        .unwrap();
    assert_eq!(returned.state, CaseState::Returned);
    // What is closed may be applied for again.
    world
        .open(&admin, PLAIN, &[("what", "impossible")])
        .await
        .unwrap();
    // Not more files than there is room for.
    let case = world
        .open(&admin, PLAIN, &[("what", "files")])
        .await
        .unwrap();
    for _ in 0..20 {
        world.attach(&admin, PLAIN, &case, "proof").await.unwrap();
    }
    assert_eq!(
        code(world.attach(&admin, PLAIN, &case, "proof").await),
        "TG-R4309"
    );
}

/// A file is handed out as it was handed in, or as damaged: also when its bytes are gone.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attachment_is_the_one_that_was_handed_in(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let world = World::on(&test.db);
    let company = world.company(1, &["ebc"]).await;
    let admin = world
        .person("admin", Role::CompanyAdmin, Some(company.id))
        .await;
    let case = world.open(&admin, PLAIN, &[("what", "a")]).await.unwrap();
    world.attach(&admin, PLAIN, &case, "proof").await.unwrap();
    let read = async || {
        let (id, sees) = (case.id, super::sees(&admin));
        let read = test.db.read(move |tx| -> store::Result<_> {
            let attached = super::sql::attachments(tx, id)?.remove(0);
            super::sql::body(tx, &sees, attached.id)
        });
        read.await
    };
    assert!(read().await.unwrap().is_some());
    for sql in [
        "update attachment_body set body = $1",
        "delete from attachment_body where body = $1",
    ] {
        let spoil = test
            .db
            .write(move |tx| tx.execute(sql, &[b"%PDF".as_slice().into()]));
        assert_eq!(spoil.await.unwrap(), 1);
        assert!(matches!(read().await, Err(store::Error::Damaged(_))));
    }
}
