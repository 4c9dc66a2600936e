//! Every statement that writes `receipt_xml`.

use super::NewXml;
use store::pack::PackDictionary;
use store::repack::{PackStep, note_place, span};
use store::unreadable::damage;
use store::{Many, Result, Tx, Value};

/// Receipts that one transaction moves.
const MOVED: i64 = 64;

/// Inserts the XML of receipts, packed, apart from the rows that lists read.
pub(in crate::receipt) fn insert(tx: &mut Tx<'_>, new: &[NewXml<'_>]) -> Result<()> {
    const XML: Many = Many {
        before: "insert into receipt_xml (company_id, feed_no, xml) values ",
        row: "(?, ?, ?)",
        after: "",
    };
    let vault = tx.vault();
    let packed = new
        .iter()
        .map(|one| {
            Ok((
                one.at,
                vault.close(one.xml.as_bytes(), PackDictionary::of(one.kind))?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = packed
        .iter()
        .map(|((company, feed_no), xml)| {
            vec![(*company).into(), (*feed_no).into(), Value::Bytes(xml)]
        })
        .collect();
    tx.many(XML, &[], &rows).map(|_| ())
}

/// Moves the XML of the next receipts that were recorded when it stood in their rows. What is damaged stays there.
///
/// # Errors
/// The engine's, and [`store::Error::KeyMissing`] when another process has the key of one.
pub(crate) fn move_older(tx: &mut Tx<'_>) -> Result<PackStep> {
    const NEWEST: &str = "select coalesce(max(document_id), 0) from receipt where xml <> ''";
    let Some((after, until)) = span(tx, "receipt", NEWEST)? else {
        return Ok(PackStep::default());
    };
    let rows = tx.query(
        "select document_id, company_id, feed_no, kind, xml from receipt where document_id > $1 \
         and document_id <= $2 order by document_id limit $3",
        &[after.into(), until.into(), MOVED.into()],
    )?;
    // A document has several receipts: those of the last one may not all be here.
    let is_end = i64::try_from(rows.len()).unwrap_or(MOVED) < MOVED;
    let last = match rows.last() {
        Some(row) if !is_end => row.int(0)?,
        _ => until,
    };
    let rows = tx.query(
        "select company_id, feed_no, kind, xml from receipt where document_id > $1 \
         and document_id <= $2 and xml <> ''",
        &[after.into(), last.into()],
    )?;
    let vault = tx.vault();
    let mut n_packed = 0;
    for row in &rows {
        let at = (row.int(0)?, row.int(1)?);
        let text = row.text(3).and_then(|xml| tx.open_text(xml));
        let (Ok(kind), Ok(xml)) = (damage(row.text(2))?, damage(text)?) else {
            continue;
        };
        let packed = vault.close(xml.as_bytes(), PackDictionary::of(&kind))?;
        tx.execute(
            "insert into receipt_xml (company_id, feed_no, xml) values ($1, $2, $3) \
             on conflict do nothing",
            &[at.0.into(), at.1.into(), Value::Bytes(&packed)],
        )?;
        n_packed += tx.execute(
            "update receipt set xml = '' where company_id = $1 and feed_no = $2",
            &[at.0.into(), at.1.into()],
        )?;
    }
    note_place(tx, "receipt", last)?;
    Ok(PackStep {
        n_packed,
        goes_on: !is_end,
    })
}
