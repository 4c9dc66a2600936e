//! The archived originals (归档原文): bytes of messages and receipts that were removed here, one click away in the archive.
//!
//! What a purge removes stays searchable: numbers, states and hashes are here. The bytes come out of the archive store, are
//! compared with the hash that is here, and are shown as they always were.

pub mod codes;
pub mod http;
#[cfg(test)]
mod tests;

use crate::message::{self, MessageId};
use crate::shared::Shared;
use crate::{downlink, matching, receipt};
use archive::table::ArchiveTable;
use archive::{ArchiveClass, ArchiveError, ArchiveMonth, RowCell};
use registry::company::CompanyId;
use registry::module::Module;
use store::Tx;
use web::Problem;

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("归档原文").codes(codes::ALL).archives(TABLES);

/// The tables of this crate that are archived, in the order in which a month is purged: what belongs to a message goes
/// before it.
pub const TABLES: &[&[ArchiveTable]] = &[
    message::retention::PAYLOAD,
    &[receipt::retention::XML],
    message::retention::TRADE,
    &[
        matching::retention::FACTS,
        receipt::retention::DOCUMENTS,
        receipt::retention::RECEIPTS,
        message::retention::MESSAGES,
        message::retention::EVENTS,
    ],
];

/// What is told when the archive cannot be read.
fn problem(error: &ArchiveError) -> Problem {
    let code = match error {
        ArchiveError::NotSet | ArchiveError::Unavailable(_) | ArchiveError::Store(_) => codes::AWAY,
        ArchiveError::Broken(_)
        | ArchiveError::Unfinished(_)
        | ArchiveError::Unproven(_)
        | ArchiveError::Missing(_)
        | ArchiveError::Scratch(_)
        | ArchiveError::Target(_)
        | ArchiveError::Lost
        | ArchiveError::Stopped => codes::UNREADABLE,
    };
    tracing::error!(%error, "an original could not be read from the archive");
    Problem::new(code)
}

/// The month in whose archive the bytes of a message stand; none when they are here.
pub(crate) fn month_of(tx: &mut Tx<'_>, id: MessageId) -> store::Result<Option<ArchiveMonth>> {
    match message::retention::sql::is_body_here(tx, id)? {
        true => Ok(None),
        false => message::retention::archived(tx, id),
    }
}

/// The bytes of a message out of the archive, compared with the hash of what was received.
///
/// # Errors
/// That the archive is away, or holds something else.
pub(crate) async fn body(
    shared: &Shared,
    id: MessageId,
    month: ArchiveMonth,
) -> Result<Vec<u8>, Problem> {
    let at = (ArchiveClass::Payload, "message_body");
    let row = shared.archive.row(at, month, (id.0, 0)).await;
    let body = bytes(row, 1)?;
    let read = move |tx: &mut Tx<'_>| message::retention::sql::hash(tx, id);
    let hash = shared.db.read(read).await?.unwrap_or_default();
    match message::as_received(&body, &hash) {
        Ok(()) => Ok(body),
        Err(error) => Err(problem(&ArchiveError::Broken(error.to_string()))),
    }
}

/// The XML of a receipt out of the archive, which must be the receipt's.
async fn receipt(
    shared: &Shared,
    (company, item): (CompanyId, &downlink::Item),
    month: ArchiveMonth,
) -> Result<Vec<u8>, Problem> {
    let at = (ArchiveClass::Payload, "receipt_xml");
    let key = (company.0, item.feed_no);
    let xml = bytes(shared.archive.row(at, month, key).await, 2)?;
    let is_its_own =
        std::str::from_utf8(&xml).is_ok_and(|xml| downlink::is_original(xml, &item.guid));
    match is_its_own {
        true => Ok(xml),
        false => Err(problem(&ArchiveError::Broken(
            "a receipt has the XML of another one".to_owned(),
        ))),
    }
}

fn bytes(row: Result<Vec<RowCell>, ArchiveError>, at: usize) -> Result<Vec<u8>, Problem> {
    let mut row = row.map_err(|error| problem(&error))?;
    match row.get_mut(at).map(std::mem::take) {
        Some(RowCell::Bytes(bytes)) => Ok(bytes),
        _ => Err(problem(&ArchiveError::Missing("这份原文".to_owned()))),
    }
}
