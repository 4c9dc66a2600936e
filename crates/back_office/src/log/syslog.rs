//! Syslog (日志外送): the audit sent to another machine, RFC 5424 over UDP.
//!
//! A job follows the chain from a stored cursor: an act never waits for it, and what could not be
//! sent is sent later. A datagram can be lost on the way without anybody knowing; the numbers have
//! no gaps, so that the receiver sees what is missing, and [`registry::audit::verify`] stays the proof.

use jobs::JobFailure;
use jobs::fence::Fence;
use registry::audit::{AuditRow, after, cursor, head, set_cursor};
use registry::context::AppContext;
use std::net::UdpSocket;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};

/// Name under which the cursor is kept.
const READER: &str = "syslog";

/// Rows sent at once.
const ROWS: i64 = 200;

/// Batches of one run, so that others get their turn.
const BATCHES: usize = 50;

/// Facility 13 (log audit) with severity notice, and with severity warning for what was refused.
const NOTICE: u32 = 13 * 8 + 5;
const WARNING: u32 = 13 * 8 + 4;

/// A value of structured data: quote, backslash and bracket are escaped, and nothing ends the line.
fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// A row as a message of RFC 5424; 32473 is the number that the RFCs keep for examples.
pub fn message(row: &AuditRow) -> String {
    let priority = if row.result == "done" {
        NOTICE
    } else {
        WARNING
    };
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let data: String = [
        ("number", row.number.to_string()),
        ("actorKind", row.actor_kind.clone()),
        ("actorId", id(row.actor_id)),
        ("actor", row.actor_name.clone()),
        ("company", id(row.company)),
        ("object", row.object.clone()),
        ("result", row.result.clone()),
        ("address", row.address.clone()),
        ("request", row.request_id.clone()),
        ("hash", row.hash.clone()),
    ]
    .iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(name, text)| format!(" {name}=\"{}\"", value(text)))
    .collect();
    let text: String = row
        .detail
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let time = beijing_rfc3339(row.at_ms);
    format!(
        "<{priority}>1 {time} - tongguan - {} [audit@32473{data}] \u{feff}{text}",
        row.act
    )
}

/// Sends what was appended since the last time; answers what to note of the run.
///
/// # Errors
/// In Chinese, for the list of runs.
pub async fn send(context: &AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let to = context.config.syslog.clone();
    if to.is_empty() {
        return Ok(String::new());
    }
    let unsent = |error: &dyn std::fmt::Display| format!("无法发送到 {to}：{error}");
    let socket = UdpSocket::bind("0.0.0.0:0").map_err(|error| unsent(&error))?;
    socket.connect(&to).map_err(|error| unsent(&error))?;
    let (mut n_sent, now_ms) = (0_u64, context.now_ms());
    for _ in 0..BATCHES {
        let read = |tx: &mut Tx<'_>| -> StoreResult<Vec<AuditRow>> {
            let from = cursor(tx, READER)?;
            after(tx, from, ROWS)
        };
        let rows = context.db.read(read).await?;
        let Some(last) = rows.last().map(|row| row.number) else {
            break;
        };
        for row in &rows {
            socket
                .send(message(row).as_bytes())
                .map_err(|error| unsent(&error))?;
            n_sent += 1;
        }
        let note = move |tx: &mut Tx<'_>| set_cursor(tx, READER, last, now_ms);
        fence.write(&context.db, note).await?;
    }
    Ok(match n_sent {
        0 => String::new(),
        n => format!("已外送 {n} 条"),
    })
}

/// Rows that were not carried out yet; nothing when they are to go nowhere.
pub async fn lag(context: &AppContext) -> StoreResult<Option<i64>> {
    if context.config.syslog.is_empty() {
        return Ok(None);
    }
    let read = |tx: &mut Tx<'_>| -> StoreResult<i64> { Ok(head(tx)?.0 - cursor(tx, READER)?) };
    context.db.read(read).await.map(Some)
}
