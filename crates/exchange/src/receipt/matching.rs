//! Which document a receipt answers.

use super::document::span_of;
use super::parked::ParkedCause;
use super::{attribution, contested, key_text, sql};
use crate::message::MessageId;
use ceb::Kind;
use ceb::receipt::ReceiptEntry;
use registry::company::{CompanyId, Former};
use std::collections::{BTreeMap, BTreeSet};
use store::id::made_at_ms;
use store::{Result, Tx};

/// A document that may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) company_id: CompanyId,
    /// The newest of them.
    pub(crate) document_id: i64,
    /// The oldest of them.
    pub(crate) first_id: i64,
    /// Documents of the company with this key.
    pub(crate) n_same: i64,
    /// Whether any of them may be at customs: one that waits for its check or its partners was sent to nobody.
    /// One that is checked may have been, for the note that it was sent can be lost, and so may one that is held.
    pub(crate) may_be_sent: bool,
}

/// To whom the envelope of a receipt is addressed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address {
    /// Whether anybody is named.
    pub(crate) is_named: bool,
    /// Those of them that are companies of the platform.
    pub(crate) companies: Vec<CompanyId>,
    /// Companies that had one of its DXP ids before, which may be another's now.
    pub(crate) former: Vec<Former>,
    /// Whether two operators have looked at it: then it is meant for who had the id, where nobody else is.
    pub(crate) is_looked_at: bool,
    /// When it arrived, of a parked one that fitted something that was declared by then: it is no answer to what was
    /// sent later.
    pub(crate) arrived_ms: Option<i64>,
    /// Now, in Unix milliseconds: what is dated further ahead than clocks differ is not dated.
    pub(crate) now_ms: i64,
}

impl Address {
    /// Whether a company had one of the ids when this document was handed over.
    fn was_of(&self, company: CompanyId, document_id: i64) -> bool {
        let mut own = self.former.iter().filter(|one| one.company_id == company);
        own.any(|one| one.had_it(made_at_ms(document_id)))
    }
}

/// Why a receipt that is addressed to others is parked.
pub(super) const OTHERS: &str = "传输报文写明的接收方没有申报过该单证";

/// Why a receipt is parked that fits nothing that was declared.
const NOT_FOUND: &str = "没有找到对应的申报单证";

/// Why a receipt is parked that several companies may be meant by.
const SEVERAL: &str = "多家企业申报过相同的业务主键，无法确定归属";

/// Why a receipt is parked under whose key nothing was sent: it answers something else.
pub(super) const UNSENT: &str = "该主键的单证尚未发往海关，这份回执不会是给它的答复";

/// Why a receipt is parked whose address and guid say different things.
const CONTRADICTS: &str = "传输报文写明的接收方与回执写明的 guid 所属的企业不一致，无法确定归属";

/// Why a receipt is parked whose DXP id has gone from the company that declared to another.
pub(super) const FORMER: &str =
    "接收方的 DXP 编号现属另一企业，申报该单证时属申报企业；核对后可重新匹配，归申报企业";

/// Why such a receipt stays parked when the company declared the key again under another DXP id.
const FORMER_AND_NOW: &str =
    "接收方的 DXP 编号现属另一企业，申报企业变更编号后又申报过相同主键，无法确定答复的是哪一次";

/// Why a receipt is parked that may be for the company that had the DXP id, or for the one that has it: both have
/// declared the key, and customs' clock does not tell which one came first.
const EITHER: &str =
    "接收方的 DXP 编号换过企业，前后两家都申报过相同主键，按回执时间无法确定答复的是哪一家";

/// Where a receipt goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// To this document.
    Document(Candidate),
    /// To one of the documents of this company with this key.
    Contested(Candidate, String),
    /// To this message as a whole.
    Message(CompanyId, MessageId),
    /// Nowhere, for this reason.
    Unknown(&'static str),
}

/// Everything the entries of a batch may refer to, read with few statements.
#[derive(Default)]
pub(crate) struct Candidates {
    by_key: BTreeMap<String, Vec<Candidate>>,
    by_invt_no: BTreeMap<String, Vec<Candidate>>,
}

impl Candidates {
    /// Reads the candidates of all entries.
    pub(super) fn read(tx: &mut Tx<'_>, entries: &[&ReceiptEntry]) -> Result<Self> {
        let keys: BTreeSet<String> = entries
            .iter()
            .flat_map(|entry| entry.keys.iter().map(key_text))
            .collect();
        let by_key = contested::sql::by_business_key(tx, &keys)?;
        let invt_nos: BTreeSet<String> = entries
            .iter()
            .filter(|entry| !is_found(&by_key, entry))
            .filter_map(|entry| entry.search.invt_no.clone())
            .collect();
        let mut by_invt_no = sql::by_invt_no(tx, &invt_nos)?;
        // A tax bill may come in one batch with the answer that first tells the number of its list.
        for entry in entries {
            let is_list = matches!(
                entry.kind.declares(),
                Some(Kind::Ceb621 | Kind::Ceb603 | Kind::Ceb701)
            );
            let invt_no = entry.search.invt_no.as_ref().filter(|_| is_list);
            if let Some(invt_no) = invt_no.filter(|invt_no| invt_nos.contains(*invt_no)) {
                let found = entry.keys.iter().find_map(|key| by_key.get(&key_text(key)));
                let known = by_invt_no.entry(invt_no.clone()).or_default();
                known.extend(found.into_iter().flatten());
            }
        }
        Ok(Self { by_key, by_invt_no })
    }

    /// Takes as sent only what was at this moment, in Unix milliseconds.
    pub(super) fn as_of(&mut self, tx: &mut Tx<'_>, at_ms: i64) -> Result<()> {
        let all = || self.by_key.values().flatten();
        let late = sent_after(tx, &all().map(|one| one.first_id).collect(), at_ms)?;
        for one in self.by_key.values_mut().flatten() {
            one.may_be_sent &= !late.contains(&one.first_id);
        }
        Ok(())
    }

    /// The home of an entry of an envelope with this address. A document that was not sent has no answer; an
    /// answer to a whole message names what the platform sent.
    pub(crate) fn home(&self, tx: &mut Tx<'_>, entry: &ReceiptEntry, to: &Address) -> Result<Home> {
        let home = self.found(tx, entry, to)?;
        if let Home::Document(one) | Home::Contested(one, _) = &home
            && (!one.may_be_sent || self.is_late(tx, one, to)?)
        {
            return Ok(Home::Unknown(UNSENT));
        }
        Ok(home)
    }

    /// Whether a document was sent after a parked answer had come.
    fn is_late(&self, tx: &mut Tx<'_>, one: &Candidate, to: &Address) -> Result<bool> {
        let Some(at_ms) = to.arrived_ms else {
            return Ok(false);
        };
        let late = sent_after(tx, &BTreeSet::from([one.first_id]), at_ms)?;
        Ok(!late.is_empty())
    }

    fn found(&self, tx: &mut Tx<'_>, entry: &ReceiptEntry, to: &Address) -> Result<Home> {
        if let Some(cop_msg_id) = &entry.ori_cop_msg_id {
            return message_home(tx, cop_msg_id, to);
        }
        for key in entry.keys.iter().map(key_text) {
            if let Some(all) = self.by_key.get(&key) {
                let named = others_named(tx, entry, &key, all, to)?;
                let all = &match holders(entry, all, to) {
                    _ if !named.is_empty() => all.clone(),
                    Holders::Clear(all) => all,
                    Holders::Either => return Ok(Home::Unknown(EITHER)),
                };
                let found = match to.companies.is_empty() {
                    true => all.clone(),
                    false => addressed(all, to),
                };
                let is_addressed = |owner: &CompanyId| to.companies.contains(owner);
                let home = match named.as_slice() {
                    [] => choose_or_former(&named_owner(tx, entry, &key, &found)?, to),
                    // It names a document of an addressed company: nobody who had the id before is meant.
                    some if some.iter().any(is_addressed) => {
                        choose(&named_owner(tx, entry, &key, &found)?, to)
                    }
                    [owner] => of_former(all, *owner, to),
                    _ => Home::Unknown(CONTRADICTS),
                };
                if let Home::Document(one) = &home
                    && one.n_same > 1
                {
                    return Ok(Home::Contested(*one, key));
                }
                return Ok(home);
            }
        }
        if let Some(home) = named_home(tx, entry, to)? {
            return Ok(home);
        }
        if let Some(found) = entry
            .search
            .invt_no
            .as_ref()
            .and_then(|invt_no| self.by_invt_no.get(invt_no))
        {
            return Ok(choose_or_former(found, to));
        }
        // The key is incomplete (agentCode is optional in 622): the company's own number decides,
        // but only inside the company that the envelope names.
        let (Some(cop_no), Some(declared)) = (&entry.search.cop_no, entry.kind.declares()) else {
            return Ok(Home::Unknown(NOT_FOUND));
        };
        let known = contested::sql::by_number(tx, "cop_no", cop_no, declared.code(), &[])?;
        for company in &to.companies {
            let newest = known.iter().find(|one| one.company_id == *company);
            if let Some(found) = newest {
                return found.home(tx);
            }
        }
        let had_it = |one: &&Numbered| to.was_of(one.company_id, one.document_id);
        let former: Vec<&Numbered> = known.iter().filter(had_it).collect();
        let companies: BTreeSet<CompanyId> = former.iter().map(|one| one.company_id).collect();
        match former.first() {
            Some(_) if companies.len() > 1 => Ok(Home::Unknown(SEVERAL)),
            Some(former) if to.is_looked_at => former.home(tx),
            Some(_) => Ok(Home::Unknown(FORMER)),
            None => Ok(Home::Unknown(NOT_FOUND)),
        }
    }
}

/// What a reason of [`Home::Unknown`] means for what becomes of the receipt.
pub(super) fn cause(reason: &'static str) -> ParkedCause {
    match reason {
        NOT_FOUND | OTHERS => ParkedCause::Undeclared,
        UNSENT => ParkedCause::Unsent,
        _ => ParkedCause::Other,
    }
}

/// Those of the documents that passed the check, and so may have been sent, after this moment, in Unix
/// milliseconds; clocks may be two processes'.
fn sent_after(tx: &mut Tx<'_>, documents: &BTreeSet<i64>, at_ms: i64) -> Result<BTreeSet<i64>> {
    let message = |id: i64| MessageId::of_document(id).0;
    let messages: BTreeSet<i64> = documents.iter().copied().map(message).collect();
    let messages: Vec<i64> = messages.into_iter().collect();
    let checked = store::event::moments(tx, "message.checked", &messages)?;
    let is_late = |id: &i64| {
        let checked = checked.get(&message(*id));
        checked.is_some_and(|checked| attribution::is_after(*checked, Some(at_ms)))
    };
    Ok(documents.iter().copied().filter(is_late).collect())
}

/// A document found by a number other than its key.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    pub(super) company_id: CompanyId,
    pub(super) document_id: i64,
    pub(super) business_key: Option<String>,
    /// Whether it may be at customs.
    pub(super) may_be_sent: bool,
}

impl Numbered {
    fn home(&self, tx: &mut Tx<'_>) -> Result<Home> {
        let alone = Candidate {
            company_id: self.company_id,
            document_id: self.document_id,
            first_id: self.document_id,
            n_same: 1,
            may_be_sent: self.may_be_sent,
        };
        let Some(key) = &self.business_key else {
            return Ok(Home::Document(alone));
        };
        let same = contested::sql::by_business_key(tx, &BTreeSet::from([key.clone()]))?;
        let own = same.get(key).into_iter().flatten();
        let own = own.copied().find(|one| one.company_id == self.company_id);
        Ok(match own.filter(|own| own.n_same > 1) {
            Some(own) => Home::Contested(own, key.clone()),
            None => Home::Document(alone),
        })
    }
}

/// The home of an entry whose key leads nowhere, but whose text or guid names a document that has one
/// of its numbers. Guids are made by companies and need not be unique: the company must be one that the
/// envelope is addressed to, or the only one.
fn named_home(tx: &mut Tx<'_>, entry: &ReceiptEntry, to: &Address) -> Result<Option<Home>> {
    let names = attribution::names(&entry.guid, &entry.return_info);
    let Some(declared) = entry.kind.declares().filter(|_| !names.is_empty()) else {
        return Ok(None);
    };
    let numbers = [
        ("order_no", &entry.search.order_no),
        ("logistics_no", &entry.search.logistics_no),
        ("cop_no", &entry.search.cop_no),
    ];
    for (column, number) in numbers {
        let Some(number) = number else { continue };
        let known = contested::sql::by_number(tx, column, number, declared.code(), &names)?;
        let companies: BTreeSet<CompanyId> = known.iter().map(|one| one.company_id).collect();
        let addressed = known
            .iter()
            .find(|one| to.companies.contains(&one.company_id))
            .or_else(|| {
                let had_it = |one: &&Numbered| to.was_of(one.company_id, one.document_id);
                known.iter().find(had_it)
            });
        let only = known
            .first()
            .filter(|_| companies.len() == 1 && !to.is_named);
        if let Some(found) = addressed.or(only) {
            return found.home(tx).map(Some);
        }
    }
    Ok(None)
}

fn is_found(by_key: &BTreeMap<String, Vec<Candidate>>, entry: &ReceiptEntry) -> bool {
    entry
        .keys
        .iter()
        .any(|key| by_key.contains_key(&key_text(key)))
}

fn message_home(tx: &mut Tx<'_>, cop_msg_id: &str, to: &Address) -> Result<Home> {
    let Some(id) = crate::customs::message_of(cop_msg_id) else {
        return Ok(Home::Unknown("oriCopMsgId 不是本平台发出的传输编号"));
    };
    Ok(match crate::message::sql::owner(tx, id)? {
        Some((company, _))
            if to.is_named && !to.companies.contains(&company) && !to.was_of(company, id.0) =>
        {
            Home::Unknown(OTHERS)
        }
        Some((company, _)) => Home::Message(company, id),
        None => Home::Unknown("oriCopMsgId 对应的报文不存在"),
    })
}

/// The companies of the documents under its key that an entry names, when there are documents of companies that are
/// not addressed: a DXP id may have gone from one company to another meanwhile.
fn others_named(
    tx: &mut Tx<'_>,
    entry: &ReceiptEntry,
    key: &str,
    found: &[Candidate],
    to: &Address,
) -> Result<Vec<CompanyId>> {
    let is_of_others = |one: &Candidate| !to.companies.contains(&one.company_id);
    let names = attribution::names(&entry.guid, &entry.return_info);
    if to.companies.is_empty() || names.is_empty() || !found.iter().any(is_of_others) {
        return Ok(Vec::new());
    }
    contested::sql::owners(tx, key, &names)
}

/// The home of an entry that names a document of a company that is not addressed: it is its own, if it had the
/// DXP id when it was handed over.
fn of_former(all: &[Candidate], owner: CompanyId, to: &Address) -> Home {
    let own = all.iter().find(|one| one.company_id == owner);
    match own.filter(|one| to.was_of(owner, one.first_id)) {
        Some(own) => Home::Document(*own),
        None => Home::Unknown(CONTRADICTS),
    }
}

/// As [`choose`]; where nobody who is addressed has sent it, those are meant who had the DXP id when they did,
/// once two operators have looked. Nobody is who has declared it under another id as well: of two documents
/// nothing tells which one is meant.
fn choose_or_former(found: &[Candidate], to: &Address) -> Home {
    let home = choose(found, to);
    let is_sent = match &home {
        Home::Document(one) | Home::Contested(one, _) => one.may_be_sent,
        Home::Message(..) => true,
        Home::Unknown(why) => *why != OTHERS,
    };
    let former: Vec<Candidate> = found
        .iter()
        .filter(|one| had_it(one, to))
        .copied()
        .collect();
    if is_sent || former.is_empty() {
        return home;
    }
    let is_of_then = |one: &Candidate| to.was_of(one.company_id, one.document_id);
    if !former.iter().all(is_of_then) {
        return Home::Unknown(FORMER_AND_NOW);
    }
    match to.is_looked_at {
        true => choose(&former, &Address::default()),
        false => Home::Unknown(FORMER),
    }
}

/// Whether a document may be at customs, handed over by a company that had the DXP id then.
fn had_it(one: &Candidate, to: &Address) -> bool {
    one.may_be_sent && to.was_of(one.company_id, one.first_id)
}

/// What the time of an answer tells when a DXP id has gone from one company to another and both have declared the key.
enum Holders {
    /// These documents compete; what the new holder declared after the answer counts as not sent.
    Clear(Vec<Candidate>),
    /// Customs' clock and ours may differ by more than lies between the answer and the declaration.
    Either,
}

fn holders(entry: &ReceiptEntry, all: &[Candidate], to: &Address) -> Holders {
    let is_own = |one: &Candidate| to.companies.contains(&one.company_id);
    let is_passed_on = all.iter().any(|one| !is_own(one) && had_it(one, to));
    let mut all = all.to_vec();
    if !is_passed_on {
        return Holders::Clear(all);
    }
    let span = span_of(entry.return_time.trim());
    for one in all.iter_mut().filter(|one| is_own(one) && one.may_be_sent) {
        let made_ms = made_at_ms(one.first_id);
        let made = super::return_time(made_ms);
        let surely = super::return_time(made_ms.saturating_sub(attribution::CLOCKS_MS));
        let ahead = super::return_time(to.now_ms.saturating_add(attribution::CLOCKS_MS));
        // One clock tells for certain; customs' own does when it is further off than clocks are.
        let came_before = to.arrived_ms.is_some_and(|at| at < made_ms);
        match &span {
            _ if came_before => one.may_be_sent = false,
            Some((_, last)) if *last < surely => one.may_be_sent = false,
            Some((first, _)) if *first >= made && *first <= ahead => {}
            // Before it by less than clocks differ, in one coarse moment with it, or nobody knows when.
            Some(_) | None => return Holders::Either,
        }
    }
    Holders::Clear(all)
}

/// Those of the documents under a key that belong to a company that is addressed; all when none does, and when it
/// has sent none but one that had its DXP id before has.
fn addressed(found: &[Candidate], to: &Address) -> Vec<Candidate> {
    let is_own = |one: &&Candidate| to.companies.contains(&one.company_id);
    let own: Vec<Candidate> = found.iter().filter(is_own).copied().collect();
    let any_sent = own.iter().any(|one| one.may_be_sent);
    if !any_sent && found.iter().any(|one| had_it(one, to)) {
        return found.to_vec();
    }
    match own.is_empty() {
        true => found.to_vec(),
        false => own,
    }
}

/// Those of the documents under a key that belong to the company of the one that the entry names by its guid;
/// all of them when it names none, or some of several companies.
fn named_owner(
    tx: &mut Tx<'_>,
    entry: &ReceiptEntry,
    key: &str,
    found: &[Candidate],
) -> Result<Vec<Candidate>> {
    let all = found.to_vec();
    let of_one = found.windows(2).all(|pair| match pair {
        [one, other] => one.company_id == other.company_id,
        _ => true,
    });
    let names = attribution::names(&entry.guid, &entry.return_info);
    if of_one || names.is_empty() {
        return Ok(all);
    }
    let owners = contested::sql::owners(tx, key, &names)?;
    Ok(match owners.first() {
        Some(owner) if owners.len() == 1 => {
            let own = all.into_iter().filter(|one| one.company_id == *owner);
            own.collect()
        }
        _ => all,
    })
}

/// The newest document of the only company that declared the key; when somebody is addressed, of those who
/// are. What is addressed to others is nobody's here, whoever declared the same key.
pub(crate) fn choose(found: &[Candidate], to: &Address) -> Home {
    let is_meant = |one: &&Candidate| !to.is_named || to.companies.contains(&one.company_id);
    let meant: Vec<Candidate> = found.iter().filter(is_meant).copied().collect();
    if meant.is_empty() && !found.is_empty() {
        return Home::Unknown(OTHERS);
    }
    // Of several companies those that have sent it come before one that has not yet.
    let any_sent = meant.iter().any(|one| one.may_be_sent);
    let meant: Vec<Candidate> = meant
        .into_iter()
        .filter(|one| one.may_be_sent || !any_sent)
        .collect();
    let companies: BTreeSet<CompanyId> = meant.iter().map(|one| one.company_id).collect();
    match meant.into_iter().max_by_key(|one| one.document_id) {
        Some(candidate) if companies.len() == 1 => Home::Document(candidate),
        Some(_) => Home::Unknown(SEVERAL),
        None => Home::Unknown(NOT_FOUND),
    }
}
