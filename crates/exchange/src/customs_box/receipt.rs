//! Receipts (回执): from what is due to bytes on the wire.
//!
//! An [`Entity`] is one answer about one document; it knows everything but its guid, which is made
//! from the id of the due row, so that a repetition after a crash is byte for byte the same.
//! Entities of one kind and receiver may share a message; each message travels in a `DxpMsgSv` from
//! the customs account of its direction.

use super::config::ENTITIES_MAX;
use super::prepare::ElementValues;
use super::sql::{Due, Stored, Task};
use super::{CustomsBoxConfig, time};
use bytes::Bytes;
use ceb::envelope::{AddInfo, Envelope, Node};
use ceb::write::{self, DocumentValues};
use ceb::{Direction, Kind, ReturnStatus};
use serde::{Deserialize, Serialize};

/// Bytes that are no message.
const GARBAGE: &[u8] = b"\xff\xfe<CEB312Message \x00 this is not a message";

/// Part of an entity that is sent twice with the same guid.
pub(super) const ROOT: u64 = u64::MAX;

/// One answer about one document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Entity {
    /// Kind of the receipt, `CEB312`.
    pub(super) kind: String,
    /// The document that it answers, and the status it gives it.
    pub(super) document_id: Option<i64>,
    pub(super) status: Option<i32>,
    pub(super) values: ElementValues,
    pub(super) lines: Vec<ElementValues>,
    /// Sent twice, byte for byte.
    pub(super) twice: bool,
}

/// The answer to a document with a status; `None` for kinds without receipt.
pub(super) fn answer(
    document: &Stored,
    status: ReturnStatus,
    info: &str,
    at_ms: i64,
) -> Option<Entity> {
    let kind = document.kind.receipt()?;
    let mut values: ElementValues = document
        .head
        .iter()
        .filter(|(element, _)| !is_hidden(kind, element, status))
        .cloned()
        .collect();
    // The export receipt must have the element even when there is no number yet.
    if kind == Kind::Ceb604 && !values.iter().any(|(element, _)| element == "invtNo") {
        values.push(("invtNo".to_owned(), String::new()));
    }
    values.push(("returnStatus".to_owned(), status.0.to_string()));
    values.push(("returnTime".to_owned(), time::time17(at_ms)));
    values.push(("returnInfo".to_owned(), info.to_owned()));
    Some(Entity {
        kind: kind.code().to_owned(),
        document_id: Some(document.id),
        status: Some(status.0),
        values,
        ..Entity::default()
    })
}

/// Numbers that customs gives only to what it has accepted.
const GIVEN_LATE: &[(Kind, &str)] = &[
    (Kind::Ceb622, "invtNo"),
    (Kind::Ceb604, "invtNo"),
    (Kind::Ceb712, "rkdNo"),
    (Kind::Ceb702, "sumNo"),
];

fn is_hidden(kind: Kind, element: &str, status: ReturnStatus) -> bool {
    GIVEN_LATE.contains(&(kind, element))
        && (status.is_fault()
            || status.rank() < ReturnStatus::CUSTOMS_ACCEPTED.rank()
            || matches!(
                status,
                ReturnStatus::SEND_FAILED | ReturnStatus::CUSTOMS_REJECTED
            ))
}

/// A message to be: entities of one kind for one receiver.
struct ReceiptParcel<'a> {
    direction: Direction,
    receiver: &'a str,
    kind: &'a str,
    joined: bool,
    at_ms: i64,
    entities: Vec<(i64, u64, &'a Entity)>,
}

/// Writes everything that is due, in order.
pub(super) fn render(
    due: &[Due],
    config: &CustomsBoxConfig,
    now_ms: i64,
) -> Vec<(Direction, Bytes)> {
    let batch_max = config.entities_per_message.clamp(1, ENTITIES_MAX);
    let mut parcels: Vec<ReceiptParcel<'_>> = Vec::new();
    let mut messages = Vec::with_capacity(due.len() * 3);
    for item in due {
        let (entities, joined) = match &item.task {
            Task::Send { entities, joined } => (entities, *joined),
            Task::Garbage => {
                messages.push((item.direction, Bytes::from_static(GARBAGE)));
                continue;
            }
            Task::Match { .. } => continue,
        };
        let max = if joined { ENTITIES_MAX } else { batch_max };
        for (at, entity) in (0_u64..).zip(entities) {
            let place = (item.id, at, entity);
            let fits = |parcel: &&mut ReceiptParcel<'_>| {
                max > 1
                    && parcel.entities.len() < max
                    && parcel.joined == joined
                    && parcel.direction == item.direction
                    && parcel.receiver == item.receiver
                    && parcel.kind == entity.kind
            };
            // Only the latest parcels are looked at: older ones are full or for someone else.
            match parcels.iter_mut().rev().take(8).find(fits) {
                Some(parcel) => parcel.entities.push(place),
                None => parcels.push(ReceiptParcel {
                    direction: item.direction,
                    receiver: &item.receiver,
                    kind: &entity.kind,
                    joined,
                    at_ms: now_ms,
                    entities: vec![place],
                }),
            }
        }
    }
    for parcel in &parcels {
        let Some(bytes) = write_parcel(parcel, config) else {
            continue;
        };
        if parcel.entities.iter().any(|(_, _, entity)| entity.twice) {
            messages.push((parcel.direction, bytes.clone()));
        }
        messages.push((parcel.direction, bytes));
    }
    messages
}

fn write_parcel(parcel: &ReceiptParcel<'_>, config: &CustomsBoxConfig) -> Option<Bytes> {
    let kind = Kind::from_code(parcel.kind)?;
    let (first_id, first_at, _) = parcel.entities.first()?;
    let documents: Vec<DocumentValues> = parcel
        .entities
        .iter()
        .map(|(id, at, entity)| {
            let mut head = entity.values.clone();
            head.push(("guid".to_owned(), guid(config.seed, *id, *at)));
            DocumentValues {
                head,
                lines: entity.lines.clone(),
            }
        })
        .collect();
    let number = guid(config.seed, *first_id, ROOT - first_at);
    let data = write::message(kind, &number, &documents, None).into_bytes();
    let sender = match parcel.direction {
        Direction::Import => &config.import_account,
        Direction::Export => &config.export_account,
    };
    let node = Node {
        msg_id: format!(
            "{}{}{:010}",
            config.node,
            &time::time17(parcel.at_ms)[..14],
            (first_id >> store::id::PART_BITS).rem_euclid(10_000_000_000)
        ),
        sub_msg_id: None,
        send_time: time::iso(parcel.at_ms),
        end_node: config.platform_node.clone(),
        sta_node: config.node.clone(),
    };
    let info = AddInfo {
        file_name: Some(format!("{}{number}", kind.root())),
        ic_card: Some("1".to_owned()),
        biz_keys: vec![
            ("DealFlag".to_owned(), "1".to_owned()),
            ("RetType".to_owned(), "1".to_owned()),
        ],
        ..AddInfo::default()
    };
    Some(Bytes::from(ceb::envelope::seal(&Envelope {
        cop_msg_id: number,
        sender_id: sender.clone(),
        receiver_ids: vec![parcel.receiver.to_owned()],
        creat_time: time::iso(parcel.at_ms),
        msg_type: kind.root().to_owned(),
        data,
        node: Some(node),
        add_info: Some(info),
    })))
}

/// A guid from a seed, an id and a counter: the same input gives the same guid, different input
/// different ones (both halves go through a one-to-one mixing).
fn guid(seed: u64, id: i64, at: u64) -> String {
    let one = mix(id.unsigned_abs() ^ mix(seed));
    let two = mix(at ^ one.rotate_left(32));
    format!(
        "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
        one >> 32,
        (one >> 16) & 0xffff,
        one & 0xffff,
        two >> 48,
        two & 0xffff_ffff_ffff
    )
}

/// The finalizer of `SplitMix64`.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
