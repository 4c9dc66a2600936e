//! Documents that depend on others (联动): lists and their partners, cancels and refunds, documents
//! in parts, and what the last part sets in motion.

use super::Matching;
use super::matching::{Partners, difference};
use super::plan::{self, CustomsRefusal, PlanVerdict, PlannedAnswer, text_of};
use super::play::Play;
use super::prepare::{DocumentFacts, get};
use super::rules::{can_move_on, is_before_matching, is_open, is_silent, magic_of};
use super::sql::{self, Stored, Task};
use ceb::{Direction, Kind, ReturnStatus};
use std::collections::BTreeSet;
use store::Result;

impl Play<'_, '_, '_> {
    /// What other documents say about this one, before it is answered.
    pub(super) fn judge(&mut self, document: &mut Stored, verdict: &mut PlanVerdict) -> Result<()> {
        let kind = document.kind;
        if matches!(kind, Kind::Ceb621 | Kind::Ceb603) {
            return self.judge_list(document, verdict);
        }
        if plan::is_split(kind) {
            let (at, of) = part(&document.facts);
            if at == 0 || at > of {
                let text = format!("报文序号{at}超出报文总数{of}");
                verdict.refusal = Some(CustomsRefusal::Eport(plan::codes(kind).check, text));
            }
            return Ok(());
        }
        let list = self.list_of(document)?;
        if kind == Kind::Ceb625 {
            self.judge_refund(document, list.as_ref(), verdict);
        } else {
            self.judge_cancel(document, list.as_ref(), verdict);
        }
        Ok(())
    }

    fn judge_list(&mut self, document: &mut Stored, verdict: &mut PlanVerdict) -> Result<()> {
        let partners = self.partners(document)?;
        let missing = partners.missing(document.kind == Kind::Ceb621);
        if missing.is_none() {
            verdict.refusal = difference(&document.facts, &partners);
            return Ok(());
        }
        verdict.warning = missing;
        let wait_ms = self.scene.config.match_wait_ms;
        if wait_ms > 0 {
            document.facts.waits_until = Some(self.scene.now_ms.saturating_add(wait_ms));
        } else {
            verdict.refusal =
                self.unmatched(&document.facts, &partners, verdict.warning.as_deref());
        }
        Ok(())
    }

    /// What becomes of a list whose partners did not come.
    fn unmatched(
        &self,
        facts: &DocumentFacts,
        partners: &Partners,
        missing: Option<&str>,
    ) -> Option<CustomsRefusal> {
        match self.scene.config.matching {
            Matching::Relaxed => difference(facts, partners),
            Matching::Strict => {
                let text = format!("三单信息不全{}", missing.unwrap_or_default());
                Some(CustomsRefusal::Customs(
                    self.scene.config.unmatched_code,
                    text,
                ))
            }
        }
    }

    fn partners(&mut self, list: &Stored) -> Result<Partners> {
        let joined = |one: &str, two: &str| {
            let one = list.facts.get(one).unwrap_or_default();
            format!("{one}|{}", list.facts.get(two).unwrap_or_default())
        };
        let waybill_key = joined("logisticsCode", "logisticsNo");
        let live = |found: Option<Stored>| {
            found
                .filter(|one| !is_open(one.status))
                .map(|one| one.facts)
        };
        if list.kind == Kind::Ceb603 {
            let order_key = joined("ebcCode", "orderNo");
            return Ok(Partners {
                order: live(self.find(Kind::Ceb303, &order_key)?),
                payment: None,
                waybill: live(self.find(Kind::Ceb505, &waybill_key)?),
            });
        }
        let order_key = joined("ebpCode", "orderNo");
        let payments = sql::by_link(self.tx, Kind::Ceb411, &order_key)?;
        Ok(Partners {
            order: live(self.find(Kind::Ceb311, &order_key)?),
            payment: live(payments.into_iter().find(|one| !is_open(one.status))),
            waybill: live(self.find(Kind::Ceb511, &waybill_key)?),
        })
    }

    /// The list that a cancel or refund is about: by its number; in relaxed matching also by the
    /// waybill, or by the company's own number.
    fn list_of(&mut self, document: &Stored) -> Result<Option<Stored>> {
        let list_kind = if document.kind == Kind::Ceb605 {
            Kind::Ceb603
        } else {
            Kind::Ceb621
        };
        if let Some(number) = document.facts.get("invtNo")
            && let Some(list) = sql::by_invt_no(self.tx, list_kind, number)?
        {
            return Ok(Some(list));
        }
        if self.scene.config.matching == Matching::Strict {
            return Ok(None);
        }
        if let Some(number) = document.facts.get("logisticsNo")
            && let Some(list) = sql::by_link(self.tx, list_kind, number)?.pop()
        {
            return Ok(Some(list));
        }
        self.find(list_kind, &document.key)
    }

    fn judge_cancel(&self, document: &Stored, list: Option<&Stored>, verdict: &mut PlanVerdict) {
        let (unknown, state) = if document.kind == Kind::Ceb605 {
            (-607_001, -607_002)
        } else {
            (-623_003, -623_005)
        };
        match list {
            None => self.judge_unknown(unknown, verdict),
            Some(list) if matches!(list.status, 0 | 800 | 899) => {
                let text = "清单状态不允许撤销".to_owned();
                verdict.refusal = Some(CustomsRefusal::Eport(state, text));
            }
            Some(_) => {}
        }
    }

    fn judge_unknown(&self, code: i32, verdict: &mut PlanVerdict) {
        match self.scene.config.matching {
            Matching::Strict => {
                let text = "清单编号不存在".to_owned();
                verdict.refusal = Some(CustomsRefusal::Eport(code, text));
            }
            Matching::Relaxed => verdict.warning = Some("；原清单信息不存在".to_owned()),
        }
    }

    fn judge_refund(&self, document: &Stored, list: Option<&Stored>, verdict: &mut PlanVerdict) {
        let Some(list) = list else {
            self.judge_unknown(-625_016, verdict);
            return;
        };
        if !matches!(list.status, 800 | 899) {
            let text = "清单未放行，不能申报退货".to_owned();
            verdict.refusal = Some(CustomsRefusal::Eport(-625_022, text));
            return;
        }
        let known = |line: &&Vec<(String, String)>| {
            list.facts.lines.iter().any(|other| {
                get(other, "gnum") == get(line, "gnum") && get(other, "gcode") == get(line, "gcode")
            })
        };
        if let Some(line) = document.facts.lines.iter().find(|line| !known(line)) {
            let number = get(line, "gnum").unwrap_or_default();
            let text = format!("原清单中没有该商品项[gnum:{number}]");
            verdict.refusal = Some(CustomsRefusal::Eport(-625_209, text));
        }
    }

    /// What a document that was accepted sets in motion.
    pub(super) fn follow_up(
        &mut self,
        direction: Direction,
        document: &Stored,
        answers: &[PlannedAnswer],
    ) -> Result<()> {
        let end_ms = answers.last().map_or(0, |answer| answer.after_ms);
        let closes = answers
            .iter()
            .any(|answer| answer.status == ReturnStatus::REVIEWED);
        let kind = document.kind;
        if document.facts.waits_until.is_some() {
            self.look_again(document, end_ms);
        } else if kind == Kind::Ceb621 {
            self.tax_bill(document, answers);
        } else if plan::is_split(kind) {
            self.gather(direction, document, end_ms)?;
        } else if closes && matches!(kind, Kind::Ceb623 | Kind::Ceb605 | Kind::Ceb625) {
            let Some(mut list) = self.list_of(document)? else {
                return Ok(());
            };
            if kind == Kind::Ceb625 {
                self.tax_status(&list, "3", end_ms);
            } else {
                // A cancelled list may be declared again.
                list.status = 0;
                self.put(list);
            }
        }
        Ok(())
    }

    fn look_again(&mut self, list: &Stored, after_ms: i64) {
        let poll_ms = self.scene.config.match_poll_ms.max(1);
        let due_at = self.later(after_ms.max(poll_ms));
        self.task(due_at, list, Task::Match { list_id: list.id });
    }

    /// A list that waits: are its partners there now, or is the time over?
    pub(super) fn match_again(&mut self, list_id: i64) -> Result<()> {
        let Some(mut list) = sql::by_id(self.tx, list_id)? else {
            return Ok(());
        };
        let Some(until) = list.facts.waits_until else {
            return Ok(());
        };
        let partners = self.partners(&list)?;
        let missing = partners.missing(list.kind == Kind::Ceb621);
        if missing.is_some() && self.scene.now_ms < until {
            self.look_again(&list, 0);
            return Ok(());
        }
        let refusal = match &missing {
            Some(_) => self.unmatched(&list.facts, &partners, missing.as_deref()),
            None => difference(&list.facts, &partners),
        };
        list.facts.waits_until = None;
        let magic = magic_of(&list);
        let verdict = PlanVerdict {
            refusal,
            warning: None,
        };
        let delays = &self.scene.config.delays;
        let all = plan::answers(list.kind, "", "1", &magic, &verdict, delays);
        let before_ms = all
            .iter()
            .rev()
            .find(|answer| is_before_matching(answer.status))
            .map_or(0, |answer| answer.after_ms);
        let answers: Vec<PlannedAnswer> = all
            .into_iter()
            .filter(|answer| !is_before_matching(answer.status))
            .map(|answer| PlannedAnswer {
                after_ms: (answer.after_ms - before_ms).max(0),
                ..answer
            })
            .collect();
        let direction = list.kind.direction().unwrap_or(Direction::Import);
        let at_once = answers
            .iter()
            .rev()
            .find(|answer| self.later(answer.after_ms) <= self.scene.now_ms);
        if let Some(answer) = at_once {
            list.status = answer.status.0;
        }
        self.say(direction, &list, &answers, &magic, true);
        if list.kind == Kind::Ceb621 {
            self.tax_bill(&list, &answers);
        }
        self.put(list);
        Ok(())
    }

    /// Parts (报文总数, 报文序号): when the last one has come, all are closed and take effect.
    fn gather(&mut self, direction: Direction, document: &Stored, end_ms: i64) -> Result<()> {
        let Some(link) = document.link.clone() else {
            return Ok(());
        };
        let (_, of) = part(&document.facts);
        let parts: Vec<Stored> = sql::by_link(self.tx, document.kind, &link)?
            .into_iter()
            .filter(|one| !is_open(one.status))
            .collect();
        let here: BTreeSet<i64> = parts.iter().map(|one| part(&one.facts).0).collect();
        if !(1..=of).all(|at| here.contains(&at)) {
            return Ok(());
        }
        let step_ms = self.scene.config.delays.before(1);
        let closed = PlannedAnswer {
            after_ms: end_ms.saturating_add(step_ms),
            status: ReturnStatus::REVIEWED,
            info: text_of(ReturnStatus::REVIEWED),
        };
        for one in &parts {
            self.answer_stored(direction, one.clone(), &closed);
        }
        let effect_ms = closed.after_ms.saturating_add(step_ms);
        if document.kind == Kind::Ceb507 {
            self.move_lists(&parts, ReturnStatus::RELEASED, effect_ms)?;
        } else if document.kind == Kind::Ceb509 {
            self.move_lists(&parts, ReturnStatus::CLEARED, effect_ms)?;
        } else if document.kind == Kind::Ceb701 {
            self.summary(document, &parts, effect_ms)?;
        }
        Ok(())
    }

    fn answer_stored(
        &mut self,
        direction: Direction,
        mut document: Stored,
        answer: &PlannedAnswer,
    ) {
        let magic = magic_of(&document);
        self.say(
            direction,
            &document,
            std::slice::from_ref(answer),
            &magic,
            true,
        );
        if self.later(answer.after_ms) <= self.scene.now_ms {
            document.status = answer.status.0;
            self.put(document);
        }
    }

    /// Releases or clears the lists of the parcels that were named.
    fn move_lists(&mut self, parts: &[Stored], status: ReturnStatus, after_ms: i64) -> Result<()> {
        let answer = PlannedAnswer {
            after_ms,
            status,
            info: text_of(status),
        };
        for line in parts.iter().flat_map(|one| &one.facts.lines) {
            let Some(parcel) = get(line, "logisticsNo") else {
                continue;
            };
            for list in sql::by_link(self.tx, Kind::Ceb603, parcel)? {
                if can_move_on(list.status) && !is_silent(&magic_of(&list)) {
                    self.answer_stored(Direction::Export, list, &answer);
                }
            }
        }
        Ok(())
    }
}

/// Number of a part and how many there are.
fn part(facts: &DocumentFacts) -> (i64, i64) {
    let number = |element: &str| {
        let text = facts.get(element).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    };
    (number("msgSeqNo"), number("msgCount"))
}
