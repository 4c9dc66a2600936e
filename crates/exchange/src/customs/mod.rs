//! Customs (海关): the wire to the General Administration of Customs, and the only module that knows it.
//!
//! The platform is a transfer node (传输节点): it wraps each message in a `DxpMsgSv` without touching
//! its bytes (I4), addresses it to the receiver for import or export, and puts it on the queue of
//! that direction; receipts come back the same way. Which broker carries the queues is
//! configuration. The transmission number (`CopMsgId`) is made from the message's id, so a
//! repetition after a crash carries the same one and customs counts it once.
//!
//! Source: 海关跨境统一版系统企业对接报文规范（202205版）section 8, 传输节点.

use crate::message::MessageId;
use bytes::Bytes;
use ceb::Direction;
use ceb::envelope::{Envelope, Node};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::clock::beijing_compact;

/// Settings of the wire to customs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomsConfig {
    /// Queue that carries import declarations to customs.
    pub import_up: String,
    /// Queue that brings receipts of import declarations.
    pub import_down: String,
    /// Queue that carries export declarations to customs.
    pub export_up: String,
    /// Queue that brings receipts of export declarations.
    pub export_down: String,
    /// DXP id of customs for import.
    pub import_receiver: String,
    /// DXP id of customs for export.
    pub export_receiver: String,
    /// Our node (传输节点编号), 1 to 8 characters.
    pub node: String,
    /// The node of customs, 1 to 8 characters.
    pub customs_node: String,
}

impl Default for CustomsConfig {
    fn default() -> Self {
        Self {
            import_up: "tongguan.customs.import.up".to_owned(),
            import_down: "tongguan.customs.import.down".to_owned(),
            export_up: "tongguan.customs.export.up".to_owned(),
            export_down: "tongguan.customs.export.down".to_owned(),
            import_receiver: "DXPEDCCEB0000002".to_owned(),
            export_receiver: "DXPEDCCEB0000003".to_owned(),
            node: "01000001".to_owned(),
            customs_node: "00000002".to_owned(),
        }
    }
}

impl CustomsConfig {
    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<String> {
        let queues = [
            &self.import_up,
            &self.import_down,
            &self.export_up,
            &self.export_down,
        ];
        if queues.iter().any(|queue| queue.trim().is_empty()) {
            return Some(
                "四个队列名（import_up、import_down、export_up、export_down）都不能为空".to_owned(),
            );
        }
        // One queue for two purposes would hand our own declarations to us as receipts.
        if queues.iter().collect::<BTreeSet<_>>().len() < queues.len() {
            return Some(
                "四个队列名（import_up、import_down、export_up、export_down）应各不相同".to_owned(),
            );
        }
        if [&self.import_receiver, &self.export_receiver]
            .iter()
            .any(|id| id.trim().is_empty())
        {
            return Some("import_receiver 和 export_receiver 应填海关的 DXP 编号".to_owned());
        }
        let nodes = [("node", &self.node), ("customs_node", &self.customs_node)];
        let wrong = nodes
            .iter()
            .find(|(_, node)| !(1..=8).contains(&node.len()));
        wrong.map(|(name, _)| format!("{name} 应为 1 至 8 个字符"))
    }

    /// The queue to customs for a direction.
    pub fn up(&self, direction: Direction) -> &str {
        match direction {
            Direction::Import => &self.import_up,
            Direction::Export => &self.export_up,
        }
    }

    /// The queue from customs for a direction.
    pub fn down(&self, direction: Direction) -> &str {
        match direction {
            Direction::Import => &self.import_down,
            Direction::Export => &self.export_down,
        }
    }
}

/// Transmission number (`CopMsgId`) of a message: its acceptance number.
pub fn cop_msg_id(id: MessageId) -> String {
    id.acceptance_no()
}

/// The message that a transmission number stands for, if it is one of ours.
pub fn message_of(cop_msg_id: &str) -> Option<MessageId> {
    cop_msg_id
        .starts_with("TG")
        .then(|| MessageId::parse(cop_msg_id))
        .flatten()
}

/// What is needed to wrap a message for customs.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// The message.
    pub id: MessageId,
    /// Its root: `CEB311Message`.
    pub root: &'a str,
    /// Where it goes.
    pub direction: Direction,
    /// DXP id of the company that declares.
    pub sender_id: &'a str,
    /// The CEB XML, as the company sent it.
    pub xml: &'a [u8],
    /// When it was accepted, milliseconds since 1970-01-01 UTC; not the time of this attempt, so
    /// that a repetition is the same to the byte.
    pub at_ms: i64,
}

/// Wraps a message for customs.
pub fn wrap(config: &CustomsConfig, parcel: &Parcel<'_>) -> Bytes {
    let compact = beijing_compact(parcel.at_ms);
    let time = dxp_time(&compact);
    let receiver = match parcel.direction {
        Direction::Import => &config.import_receiver,
        Direction::Export => &config.export_receiver,
    };
    // Ten digits of sequence: the low part of the id, unique within the second.
    let sequence = (parcel.id.0 >> store::id::PART_BITS) % 10_000_000_000;
    Bytes::from(ceb::envelope::seal(&Envelope {
        cop_msg_id: cop_msg_id(parcel.id),
        sender_id: parcel.sender_id.to_owned(),
        receiver_ids: vec![receiver.clone()],
        creat_time: time.clone(),
        msg_type: parcel.root.to_owned(),
        data: parcel.xml.to_vec(),
        node: Some(Node {
            msg_id: format!("{:0>8}{compact}{sequence:010}", config.node),
            sub_msg_id: None,
            send_time: time,
            end_node: config.customs_node.clone(),
            sta_node: config.node.clone(),
        }),
        add_info: None,
    }))
}

/// `20261123204512` as `2026-11-23T20:45:12`.
fn dxp_time(compact: &str) -> String {
    let part = |range| compact.get(range).unwrap_or("00");
    format!(
        "{}-{}-{}T{}:{}:{}",
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..12),
        part(12..14)
    )
}
