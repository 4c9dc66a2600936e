//! Rows of the inbox (收件箱行): the answers that one company gets at once share a row, packed together. Answers of customs
//! are alike, so that a row of sixteen takes a quarter of what sixteen rows take, and is written and removed once.

use bytes::Bytes;
use registry::company::CompanyId;
use std::collections::BTreeMap;
use store::pack::{ENVELOPE, PackDictionary, Packed, with_run, without_run};
use store::{Error, Result};

/// Answers in one row. More would save little, and all of them are lost together when the row is damaged.
const ANSWERS_MAX: usize = 16;

/// Bytes of answers in one row, unless the first is larger: 64 KiB, what a lane may spend when its turn comes.
const BYTES_MAX: usize = 64 << 10;

/// Bytes of the length of an answer.
const LENGTH_BYTES: usize = 4;

/// The bit of a length that says that the answer stands without its run of Base64.
const HAS_RUN: u32 = 1 << 31;

/// An answer on its way into the table.
pub(super) struct Addressed {
    pub(super) id: i64,
    pub(super) company_id: CompanyId,
    pub(super) body: Bytes,
}

/// A row that is to be written (收件箱行).
pub(super) struct InboxGroup {
    /// That of its first answer.
    pub(super) id: i64,
    pub(super) company_id: CompanyId,
    /// Bytes of its answers before they were packed.
    pub(super) n_bytes: i64,
    pub(super) n_answers: i64,
    pub(super) packed: Packed,
}

/// A row that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) id: i64,
    pub(super) n_answers: i64,
}

/// Puts answers together by company; those of a company stay in their order.
///
/// # Errors
/// The store's, when the machine has no memory to pack them.
pub(super) fn groups(answers: Vec<Addressed>) -> Result<Vec<InboxGroup>> {
    let mut groups: Vec<Vec<Addressed>> = Vec::new();
    // The last group of each company, which may still grow.
    let mut open = BTreeMap::<CompanyId, (usize, usize)>::new();
    for answer in answers {
        let n_bytes = answer.body.len();
        let last = open.get_mut(&answer.company_id);
        let fits = last.filter(|(at, held)| {
            let n_answers = groups.get(*at).map_or(0, Vec::len);
            n_answers < ANSWERS_MAX && held.saturating_add(n_bytes) <= BYTES_MAX
        });
        match fits {
            Some((at, held)) => {
                *held += n_bytes;
                if let Some(group) = groups.get_mut(*at) {
                    group.push(answer);
                }
            }
            None => {
                open.insert(answer.company_id, (groups.len(), n_bytes));
                groups.push(vec![answer]);
            }
        }
    }
    groups.iter().map(|group| closed(group)).collect()
}

fn closed(answers: &[Addressed]) -> Result<InboxGroup> {
    let n_bytes = answers.iter().map(|one| one.body.len()).sum::<usize>();
    let with = PackDictionary::of(ENVELOPE);
    let packed = match answers {
        [one] => Packed::of(&one.body, with)?,
        several => Packed::of(&together(several)?, with)?,
    };
    let first = answers.first();
    Ok(InboxGroup {
        id: first.map_or(0, |one| one.id),
        company_id: first.map_or(CompanyId(0), |one| one.company_id),
        n_bytes: i64::try_from(n_bytes).unwrap_or(i64::MAX),
        n_answers: i64::try_from(answers.len()).unwrap_or(i64::MAX),
        packed,
    })
}

/// Lengths, then the answers, as [`open`] reads them.
fn together(answers: &[Addressed]) -> Result<Vec<u8>> {
    let mut lengths = Vec::with_capacity(answers.len() * LENGTH_BYTES);
    let mut contents = Vec::new();
    for answer in answers {
        // In Base64 one answer has nothing in common with the next.
        let run = without_run(&answer.body);
        let content = run.as_deref().unwrap_or(&answer.body);
        let length = u32::try_from(content.len()).ok().filter(|n| *n < HAS_RUN);
        let length = length.ok_or_else(|| Error::Fault("an answer is too large".to_owned()))?;
        let mark = if run.is_some() { HAS_RUN } else { 0 };
        lengths.extend_from_slice(&(length | mark).to_le_bytes());
        contents.extend_from_slice(content);
    }
    lengths.append(&mut contents);
    Ok(lengths)
}

/// The answers of a row: their lengths, four bytes each, the lowest first, then the answers; a length whose highest bit is set
/// is that of an answer whose run of Base64 stands as its bytes. The row of a single answer holds that alone.
///
/// # Errors
/// [`Error::Damaged`] when the lengths are not those of what is there.
pub(super) fn open(body: Vec<u8>, n_answers: Option<i64>) -> Result<Vec<Bytes>> {
    let n_answers = n_answers.unwrap_or(1);
    let body = Bytes::from(body);
    if n_answers == 1 {
        return Ok(vec![body]);
    }
    split(&body, n_answers)
        .ok_or_else(|| Error::Damaged("answers that were packed together are damaged".to_owned()))
}

fn split(body: &Bytes, n_answers: i64) -> Option<Vec<Bytes>> {
    let n_answers = usize::try_from(n_answers).ok()?;
    let lengths = body.get(..n_answers.checked_mul(LENGTH_BYTES)?)?;
    let mut at = lengths.len();
    let mut answers = Vec::new();
    for length in lengths.as_chunks::<LENGTH_BYTES>().0 {
        let length = u32::from_le_bytes(*length);
        let end = at.checked_add(usize::try_from(length & !HAS_RUN).ok()?)?;
        let content = body.get(at..end)?;
        answers.push(match length & HAS_RUN {
            0 => body.slice(at..end),
            _ => Bytes::from(with_run(content)?),
        });
        at = end;
    }
    (at == body.len() && !answers.is_empty()).then_some(answers)
}
