//! Playing customs (扮演海关): from uploads to what is due, inside one transaction.
//!
//! Simple documents are looked up together and written together. A document whose answers depend on
//! others ([`super::joint`]) is played when everything before it has been written.

use super::magic::Magic;
use super::plan::{self, CustomsRefusal, PlanVerdict, PlannedAnswer};
use super::prepare::{DeclaredDocument, FormatFault, PreparedUpload, UploadContent, get, is_joint};
use super::receipt::{self, Entity};
use super::rules::{is_before_matching, is_open, not_allowed, numbers};
use super::sql::{self, Due, Stored, Task};
use super::{CustomsBoxConfig, time};
use ceb::{Direction, Kind, ReturnStatus};
use std::collections::{BTreeSet, HashMap, HashSet};
use store::id::IdMaker;
use store::{Result, Tx};

/// Status of a CEB900 (seen in the field).
const FORMAT_FAULT: i32 = -999_999;

/// The surroundings of a play.
pub(super) struct PlayContext<'a> {
    pub(super) config: &'a CustomsBoxConfig,
    pub(super) ids: &'a IdMaker,
    pub(super) now_ms: i64,
    /// Every answer later by so much: the switch "slow".
    pub(super) slow_ms: i64,
}

/// Where answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PlaySlot {
    due_at: i64,
    direction: Direction,
    receiver: String,
    joined: bool,
}

/// A play under way.
pub(super) struct Play<'a, 't, 'c> {
    pub(super) tx: &'a mut Tx<'t>,
    pub(super) scene: &'a PlayContext<'c>,
    known: HashMap<(Kind, String), Stored>,
    dirty: BTreeSet<(Kind, String)>,
    slots: Vec<(PlaySlot, Vec<Entity>)>,
    due: Vec<Due>,
}

impl<'a, 't, 'c> Play<'a, 't, 'c> {
    pub(super) fn new(tx: &'a mut Tx<'t>, scene: &'a PlayContext<'c>) -> Self {
        Self {
            tx,
            scene,
            known: HashMap::new(),
            dirty: BTreeSet::new(),
            slots: Vec::new(),
            due: Vec::new(),
        }
    }

    /// Plays uploads that were not played before.
    pub(super) fn play(&mut self, uploads: &[PreparedUpload]) -> Result<()> {
        let mut seen = HashSet::new();
        let keys: Vec<&str> = uploads
            .iter()
            .map(|upload| upload.key.as_str())
            .filter(|key| !key.is_empty() && seen.insert(*key))
            .collect();
        let mut fresh: HashSet<String> = sql::insert_uploads(self.tx, &keys, self.scene.now_ms)?
            .into_iter()
            .collect();
        let fresh: Vec<&PreparedUpload> = uploads
            .iter()
            .filter(|upload| fresh.remove(&upload.key))
            .collect();
        self.look_up(&fresh)?;
        for upload in fresh {
            match &upload.content {
                UploadContent::Declared(documents) => {
                    for declared in documents {
                        self.declare(upload, declared)?;
                    }
                }
                UploadContent::Unreadable(fault) => self.complain(upload, fault),
                UploadContent::Nameless => {}
            }
            self.post();
        }
        Ok(())
    }

    fn look_up(&mut self, uploads: &[&PreparedUpload]) -> Result<()> {
        let mut keys: Vec<(Kind, &str)> = Vec::new();
        for upload in uploads {
            if let UploadContent::Declared(documents) = &upload.content {
                keys.extend(documents.iter().map(|one| (one.kind, one.key.as_str())));
            }
        }
        for stored in sql::by_keys(self.tx, &keys)? {
            self.known.insert((stored.kind, stored.key.clone()), stored);
        }
        Ok(())
    }

    fn complain(&mut self, upload: &PreparedUpload, fault: &FormatFault) {
        let pause = self.scene.config.delays.before(0);
        let due_at = self.later(pause);
        let pair = |element: &str, value: &str| (element.to_owned(), value.to_owned());
        let entity = Entity {
            kind: Kind::Ceb900.code().to_owned(),
            values: vec![
                pair("returnStatus", &FORMAT_FAULT.to_string()),
                pair("returnInfo", &fault.info),
                pair("returnTime", &time::time17(due_at)),
                pair("oriCopMsgId", &fault.cop_msg_id),
                pair("oriMessageType", &fault.message_type),
                pair("oriBizMessage", &fault.original),
            ],
            ..Entity::default()
        };
        self.schedule(due_at, upload.direction, &upload.receiver, false, entity);
    }

    fn declare(&mut self, upload: &PreparedUpload, declared: &DeclaredDocument) -> Result<()> {
        let place = (declared.kind, declared.key.clone());
        let before = self.known.get(&place).cloned();
        let mut document = self.document(upload, declared, before.as_ref())?;
        if let Some(refusal) = not_allowed(declared, before.as_ref()) {
            // The stored document stays as it is; only the sender hears of it.
            let answers = self.answers(
                declared,
                &PlanVerdict {
                    refusal: Some(refusal),
                    warning: None,
                },
            );
            self.say(
                upload.direction,
                &document,
                &answers,
                &Magic::default(),
                false,
            );
            return Ok(());
        }
        let mut verdict = PlanVerdict {
            refusal: declared.broken_rule.as_ref().map(|text| {
                let text = format!("{text}，单证[{}]", declared.guid);
                CustomsRefusal::Eport(plan::codes(declared.kind).check, text)
            }),
            warning: None,
        };
        if declared.is_draft {
            let draft = [PlannedAnswer {
                after_ms: self.scene.config.delays.before(0),
                status: ReturnStatus::STORED,
                info: plan::text_of(ReturnStatus::STORED),
            }];
            document.status = ReturnStatus::STORED.0;
            self.say(upload.direction, &document, &draft, &declared.magic, true);
            self.put(document);
            return Ok(());
        }
        let is_new = declared.app_type != "3";
        if is_joint(declared.kind) && is_new && verdict.refusal.is_none() {
            self.flush()?;
            self.judge(&mut document, &mut verdict)?;
        }
        let mut answers = self.answers(declared, &verdict);
        if document.facts.waits_until.is_some() {
            answers.retain(|answer| is_before_matching(answer.status));
        }
        document.status = self.status_now(&answers);
        if !is_new {
            document.status = 0;
        }
        self.say(
            upload.direction,
            &document,
            &answers,
            &declared.magic,
            is_new,
        );
        let refused = answers.last().is_some_and(|last| is_open(last.status.0));
        self.put(document.clone());
        if is_joint(declared.kind) && is_new && !refused {
            self.flush()?;
            self.follow_up(upload.direction, &document, &answers)?;
        }
        Ok(())
    }

    /// The document as it will be remembered, with the numbers that customs gives.
    fn document(
        &mut self,
        upload: &PreparedUpload,
        declared: &DeclaredDocument,
        before: Option<&Stored>,
    ) -> Result<Stored> {
        let mut head = declared.head.clone();
        let mut invt_no = before.and_then(|stored| stored.invt_no.clone());
        for (element, letter) in numbers(declared.kind) {
            let given = before.and_then(|stored| get(&stored.head, element));
            let number = match given {
                Some(number) => number.to_owned(),
                None => self.number(declared, *letter)?,
            };
            if *element == "invtNo" {
                invt_no = Some(number.clone());
            }
            head.retain(|(name, _)| name != element);
            head.push(((*element).to_owned(), number));
        }
        Ok(Stored {
            id: before.map_or_else(|| self.scene.ids.next(), |stored| stored.id),
            kind: declared.kind,
            key: declared.key.clone(),
            link: declared.link.clone(),
            invt_no,
            status: 0,
            app_time: declared.app_time.clone(),
            receiver: upload.receiver.clone(),
            head,
            facts: declared.facts.clone(),
        })
    }

    /// A number in the official form: 18 characters, `B` + date + serial for the E-Port's, district +
    /// year + letter + serial for those of customs.
    fn number(&mut self, declared: &DeclaredDocument, letter: char) -> Result<String> {
        let serial = sql::serial(self.tx)? % 1_000_000_000;
        let date = time::date8(self.scene.now_ms);
        if letter == 'B' {
            return Ok(format!("B{date}{serial:09}"));
        }
        let district = get(&declared.facts.head, "customsCode").unwrap_or("0129");
        Ok(format!("{district}{}{letter}{serial:09}", &date[..4]))
    }

    fn answers(&self, declared: &DeclaredDocument, verdict: &PlanVerdict) -> Vec<PlannedAnswer> {
        plan::answers(
            declared.kind,
            &declared.guid,
            &declared.app_type,
            &declared.magic,
            verdict,
            &self.scene.config.delays,
        )
    }

    /// The status that stands at once; 2 while answers are on their way, 0 when none will come.
    fn status_now(&self, answers: &[PlannedAnswer]) -> i32 {
        let latest = answers
            .iter()
            .rev()
            .find(|answer| self.later(answer.after_ms) <= self.scene.now_ms);
        match (latest, answers.is_empty()) {
            (Some(answer), _) => answer.status.0,
            (None, false) => ReturnStatus::DECLARING.0,
            (None, true) => 0,
        }
    }

    pub(super) fn later(&self, after_ms: i64) -> i64 {
        let slow = self.scene.now_ms.saturating_add(self.scene.slow_ms);
        slow.saturating_add(after_ms)
    }

    /// Schedules answers; `counts` says whether they change the document's status when sent.
    pub(super) fn say(
        &mut self,
        direction: Direction,
        document: &Stored,
        answers: &[PlannedAnswer],
        magic: &Magic,
        counts: bool,
    ) {
        let mut times: Vec<i64> = answers
            .iter()
            .map(|answer| self.later(answer.after_ms))
            .collect();
        let mut entities: Vec<Entity> = answers
            .iter()
            .zip(&times)
            .filter_map(|(answer, at)| receipt::answer(document, answer.status, &answer.info, *at))
            .collect();
        for entity in &mut entities {
            entity.twice = magic.twice;
            if !counts {
                entity.document_id = None;
            }
        }
        if magic.disorder {
            entities.reverse();
        }
        if magic.batch {
            let last = times.last().copied().unwrap_or(self.scene.now_ms);
            times.iter_mut().for_each(|at| *at = last);
        }
        if let (true, Some(first)) = (magic.garbage, times.first()) {
            let garbage = self.due_row(*first, direction, &document.receiver, Task::Garbage);
            self.due.push(garbage);
        }
        for (at, entity) in times.into_iter().zip(entities) {
            self.schedule(at, direction, &document.receiver, magic.batch, entity);
        }
    }

    pub(super) fn schedule(
        &mut self,
        due_at: i64,
        direction: Direction,
        receiver: &str,
        joined: bool,
        entity: Entity,
    ) {
        let known = self.slots.iter_mut().find(|(slot, _)| {
            slot.due_at == due_at
                && slot.direction == direction
                && slot.receiver == receiver
                && slot.joined == joined
        });
        match known {
            Some((_, entities)) => entities.push(entity),
            None => {
                let slot = PlaySlot {
                    due_at,
                    direction,
                    receiver: receiver.to_owned(),
                    joined,
                };
                self.slots.push((slot, vec![entity]));
            }
        }
    }

    pub(super) fn task(&mut self, due_at: i64, document: &Stored, task: Task) {
        let direction = document.kind.direction().unwrap_or(Direction::Import);
        let row = self.due_row(due_at, direction, &document.receiver, task);
        self.due.push(row);
    }

    fn due_row(&self, due_at: i64, direction: Direction, receiver: &str, task: Task) -> Due {
        Due {
            id: self.scene.ids.next(),
            due_at,
            direction,
            receiver: receiver.to_owned(),
            task,
        }
    }

    /// Turns the slots of one upload into due rows.
    fn post(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        for (slot, entities) in slots {
            let task = Task::Send {
                entities,
                joined: slot.joined,
            };
            let row = self.due_row(slot.due_at, slot.direction, &slot.receiver, task);
            self.due.push(row);
        }
    }

    /// Remembers a changed document; written at the next [`Play::flush`].
    pub(super) fn put(&mut self, document: Stored) {
        let place = (document.kind, document.key.clone());
        self.dirty.insert(place.clone());
        self.known.insert(place, document);
    }

    /// A document by kind and key, as it stands in this play.
    pub(super) fn find(&mut self, kind: Kind, key: &str) -> Result<Option<Stored>> {
        if let Some(known) = self.known.get(&(kind, key.to_owned())) {
            return Ok(Some(known.clone()));
        }
        Ok(sql::by_keys(self.tx, &[(kind, key)])?.into_iter().next())
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        let dirty = std::mem::take(&mut self.dirty);
        let documents: Vec<Stored> = dirty
            .iter()
            .filter_map(|place| self.known.get(place).cloned())
            .collect();
        sql::put_documents(self.tx, &documents)
    }

    /// Writes everything; answers what is due already.
    pub(super) fn finish(mut self) -> Result<Vec<Due>> {
        self.post();
        self.flush()?;
        sql::insert_due(self.tx, &self.due)?;
        let now_ms = self.scene.now_ms;
        self.due.retain(|item| item.due_at <= now_ms);
        self.due.sort_by_key(|item| (item.due_at, item.id));
        Ok(self.due)
    }
}
