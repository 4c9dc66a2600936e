//! The witness: what companies and customs saw, from which the proof is made afterwards.

use bytes::Bytes;
use ceb::Direction;
use exchange::customs::message_of;
use exchange::message::MessageId;
use queue::Delivery;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A declaration that a company handed in.
#[derive(Debug, Clone)]
pub(crate) struct HandedIn {
    pub(crate) company: i64,
    pub(crate) direction: Direction,
    pub(crate) guid: String,
    pub(crate) body: Bytes,
    /// Under which ids it was acknowledged: more than one is a fault.
    pub(crate) acknowledged: Vec<MessageId>,
    /// How often the company tried.
    pub(crate) n_tries: u32,
}

#[derive(Default)]
pub(crate) struct SeenByAll {
    /// In the order in which companies handed them in, each only after the one before was acknowledged.
    pub(crate) handed_in: Vec<HandedIn>,
    /// The messages that customs saw, in the order in which each came first, and the bytes of it.
    pub(crate) at_customs: Vec<(MessageId, Vec<u8>)>,
    /// How many uploads customs saw that are no message of the platform, or other bytes under the same number.
    pub(crate) strange: Vec<String>,
    /// The answers of customs by guid: to which account.
    pub(crate) answers: BTreeMap<String, String>,
    /// What each company's program read from its feed: number, message, guid.
    pub(crate) read: BTreeMap<i64, Vec<(i64, i64, String)>>,
}

#[derive(Default)]
pub(crate) struct Witness(Mutex<SeenByAll>);

impl Witness {
    pub(crate) fn seen(&self) -> MutexGuard<'_, SeenByAll> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Customs takes uploads.
    pub(crate) fn customs_sees(&self, taken: &[Delivery]) {
        let mut seen = self.seen();
        for one in taken {
            let Ok(envelope) = ceb::envelope::open(&one.body) else {
                seen.strange.push("an upload without envelope".to_owned());
                continue;
            };
            let Some(id) = message_of(&envelope.cop_msg_id) else {
                seen.strange.push(envelope.cop_msg_id);
                continue;
            };
            let first = seen.at_customs.iter().find(|(before, _)| *before == id);
            match first {
                None => seen.at_customs.push((id, envelope.data)),
                Some((_, bytes)) if *bytes == envelope.data => {}
                Some(_) => seen.strange.push(format!("{id} came with other bytes")),
            }
        }
    }

    /// Customs answers.
    pub(crate) fn customs_answers(&self, bodies: &[Bytes]) {
        let mut seen = self.seen();
        for body in bodies {
            let Ok(envelope) = ceb::envelope::open(body) else {
                continue;
            };
            let Some(guid) = guid_of(&envelope.data) else {
                continue;
            };
            let to = envelope.receiver_ids.first().cloned().unwrap_or_default();
            seen.answers.insert(guid, to);
        }
    }
}

/// The guid of the first entity of a receipt message: the root has one of its own, as an attribute.
fn guid_of(receipt: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(receipt).ok()?;
    let (_, rest) = text.split_once("guid>")?;
    Some(rest.split_once('<')?.0.to_owned())
}
