//! Scenes (演示场景): declarations that do not simply go through.
//!
//! Most are played by the simulator of customs, which reads its markers in the numbers of the
//! declaration. What customs would not do is done here: a message with a mistake, a receipt for a
//! document that nobody declared, and a message that waits for an operator.

use super::DemoCompany;
use super::stream::{post, spec};
use anyhow::Context;
use ceb::sample::Spec;
use ceb::status::ReturnStatus;
use ceb::{Direction, Kind};
use exchange::message::{self, MessageId};
use exchange::shared::Shared;
use registry::access::Sight;
use std::time::Duration;

/// How often, and how many times, it is looked whether a message has passed its check.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const HOLD_LOOKS: usize = 50;

/// What happens to a declaration of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// Customs rejects an order (海关退单).
    Rejected,
    /// The platform refuses an order (平台拒收).
    Refused,
    /// The E-Port answers with a fault (处理异常).
    Faulty,
    /// A list is inspected before it is released (查验).
    Inspected,
    /// The receipt of format faults, CEB900.
    BadFormat,
    /// A message waits for an operator (待人工处理).
    Held,
    /// A receipt arrives for a document that nobody declared (未匹配回执).
    Unmatched,
    /// Customs does not answer.
    Silent,
    /// Customs reviews by hand (人工审核).
    Reviewed,
}

impl Scene {
    /// Every scene, in the order in which they are played.
    pub(super) const ALL: [Self; 9] = [
        Self::Rejected,
        Self::Refused,
        Self::Faulty,
        Self::Inspected,
        Self::BadFormat,
        Self::Held,
        Self::Unmatched,
        Self::Silent,
        Self::Reviewed,
    ];

    /// The marker that the simulator reads.
    fn marker(self) -> Option<&'static str> {
        match self {
            Self::Rejected => Some("ZZ-R1332"),
            Self::Faulty => Some("ZZ-N621018"),
            Self::Inspected => Some("ZZ-INSPECT"),
            Self::BadFormat => Some("ZZ-900"),
            Self::Held | Self::Silent => Some("ZZ-SILENT"),
            Self::Reviewed => Some("ZZ-MANUAL"),
            Self::Refused | Self::Unmatched => None,
        }
    }
}

/// Plays a scene for a company.
///
/// # Errors
/// When the platform did not take the declaration, or queue or database failed.
pub(super) async fn play(
    shared: &Shared,
    (address, company): (&str, &DemoCompany),
    scene: Scene,
    seed: u64,
) -> anyhow::Result<()> {
    let order = Spec {
        marker: scene.marker().map(str::to_owned),
        ..spec(shared, company, Kind::Ceb311, seed)
    };
    match scene {
        Scene::Unmatched => return unmatched(shared, &order).await,
        Scene::Inspected => {
            let imported = [Kind::Ceb311, Kind::Ceb411, Kind::Ceb511, Kind::Ceb621];
            let chain = ceb::sample::set(&order).into_iter();
            for (_, xml) in chain.filter(|(kind, _)| imported.contains(kind)) {
                post(address, &company.key, &xml).await?;
            }
            return Ok(());
        }
        Scene::Refused => {
            let wrong =
                ceb::sample::message(&order).replace("<ceb:orderType>I<", "<ceb:orderType>X<");
            post(address, &company.key, &wrong).await?;
            return Ok(());
        }
        Scene::Rejected
        | Scene::Faulty
        | Scene::BadFormat
        | Scene::Held
        | Scene::Silent
        | Scene::Reviewed => {}
    }
    let answer = post(address, &company.key, &ceb::sample::message(&order)).await?;
    if scene == Scene::Held {
        hold(shared, &answer).await?;
    }
    Ok(())
}

/// Puts a receipt on the queue from customs whose order the platform never saw.
async fn unmatched(shared: &Shared, order: &Spec) -> anyhow::Result<()> {
    let receipt = ceb::sample::receipt(order, ReturnStatus::CUSTOMS_ACCEPTED, "入库");
    let queue = shared.customs.down(Direction::Import);
    shared.queue.put(queue, &[receipt.into()]).await?;
    Ok(())
}

/// Holds the message of an answer, as a fault of the platform would: after its check, so that it can be sent
/// again.
async fn hold(shared: &Shared, answer: &[u8]) -> anyhow::Result<()> {
    let answer: serde_json::Value = serde_json::from_slice(answer)?;
    let id = answer["id"].as_str().and_then(MessageId::parse);
    let id = id.context("the answer names no message")?;
    let is_checked = async || {
        let read = shared
            .db
            .read(move |tx| exchange::finder::find(tx, &Sight::All, id));
        let found = read.await?;
        anyhow::Ok(found.is_some_and(|found| found.n_documents > 0))
    };
    for _ in 0..HOLD_LOOKS {
        if is_checked().await? {
            break;
        }
        shared.clock.sleep(LOOK_EVERY).await;
    }
    let (ids, now_ms) = (std::sync::Arc::clone(&shared.ids), shared.clock.now_ms());
    let step = message::Step {
        to: message::State::Held,
        at_ms: now_ms,
        detail: "演示场景：模拟平台侧异常，请运维人员处理",
    };
    shared
        .db
        .write(move |tx| message::advance(tx, &ids, &[id], step))
        .await?;
    Ok(())
}
