//! Which document a receipt answers.

use super::{key_text, sql};
use crate::message::MessageId;
use ceb::Kind;
use ceb::receipt::Entry;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// A document that may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) company_id: CompanyId,
    pub(crate) document_id: i64,
}

/// Where a receipt goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// To this document.
    Document(Candidate),
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
    pub(crate) fn read(tx: &mut Tx<'_>, entries: &[&Entry]) -> Result<Self> {
        let keys: BTreeSet<String> = entries
            .iter()
            .flat_map(|entry| entry.keys.iter().map(key_text))
            .collect();
        let by_key = sql::by_business_key(tx, &keys)?;
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
            let told = entry.search.invt_no.as_ref().filter(|_| is_list);
            if let Some(invt_no) = told.filter(|invt_no| invt_nos.contains(*invt_no)) {
                let found = entry.keys.iter().find_map(|key| by_key.get(&key_text(key)));
                let known = by_invt_no.entry(invt_no.clone()).or_default();
                known.extend(found.into_iter().flatten());
            }
        }
        Ok(Self { by_key, by_invt_no })
    }

    /// The home of an entry. `receivers` are the companies the envelope is addressed to.
    pub(crate) fn home(
        &self,
        tx: &mut Tx<'_>,
        entry: &Entry,
        receivers: &[CompanyId],
    ) -> Result<Home> {
        if let Some(cop_msg_id) = &entry.ori_cop_msg_id {
            return message_home(tx, cop_msg_id);
        }
        for key in &entry.keys {
            if let Some(found) = self.by_key.get(&key_text(key)) {
                return Ok(choose(found, receivers));
            }
        }
        if let Some(found) = entry
            .search
            .invt_no
            .as_ref()
            .and_then(|invt_no| self.by_invt_no.get(invt_no))
        {
            return Ok(choose(found, receivers));
        }
        // The key is incomplete (agentCode is optional in 622): the company's own number decides,
        // but only inside the company that the envelope names.
        let (Some(cop_no), Some(declared)) = (&entry.search.cop_no, entry.kind.declares()) else {
            return Ok(Home::Unknown("没有找到对应的申报单证"));
        };
        for company in receivers {
            if let Some(document_id) = sql::by_cop_no(tx, *company, declared.code(), cop_no)? {
                return Ok(Home::Document(Candidate {
                    company_id: *company,
                    document_id,
                }));
            }
        }
        Ok(Home::Unknown("没有找到对应的申报单证"))
    }
}

fn is_found(by_key: &BTreeMap<String, Vec<Candidate>>, entry: &Entry) -> bool {
    entry
        .keys
        .iter()
        .any(|key| by_key.contains_key(&key_text(key)))
}

fn message_home(tx: &mut Tx<'_>, cop_msg_id: &str) -> Result<Home> {
    let Some(id) = crate::customs::message_of(cop_msg_id) else {
        return Ok(Home::Unknown("oriCopMsgId 不是本平台发出的传输编号"));
    };
    Ok(match crate::message::sql::owner(tx, id)? {
        Some((company, _)) => Home::Message(company, id),
        None => Home::Unknown("oriCopMsgId 对应的报文不存在"),
    })
}

/// The newest document of an addressed company; else of the only company that declared the key.
pub(crate) fn choose(found: &[Candidate], receivers: &[CompanyId]) -> Home {
    let newest = |of: &dyn Fn(&Candidate) -> bool| {
        found
            .iter()
            .filter(|c| of(c))
            .max_by_key(|c| c.document_id)
            .copied()
    };
    if let Some(candidate) = newest(&|c| receivers.contains(&c.company_id)) {
        return Home::Document(candidate);
    }
    let companies: BTreeSet<CompanyId> = found.iter().map(|c| c.company_id).collect();
    match newest(&|_| true) {
        Some(candidate) if companies.len() == 1 => Home::Document(candidate),
        Some(_) => Home::Unknown("多家企业申报过相同的业务主键，无法确定归属"),
        None => Home::Unknown("没有找到对应的申报单证"),
    }
}
