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

/// What the content of a row begins with that holds several answers, or one that begins so itself: no message does.
const MARK: &[u8] = b"\0TG\x03";

/// Bytes of the number of answers, and of the length of each.
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
pub(super) struct WaitingRow {
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
        [one] if !one.body.starts_with(MARK) => Packed::of(&one.body, with)?,
        answers => Packed::of(&together(answers)?, with)?,
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

/// Mark, number, lengths, then the answers, as [`open`] reads them.
fn together(answers: &[Addressed]) -> Result<Vec<u8>> {
    let mut lengths = MARK.to_vec();
    let n_answers =
        u32::try_from(answers.len()).map_err(|error| Error::Fault(error.to_string()))?;
    lengths.extend_from_slice(&n_answers.to_le_bytes());
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

/// The answers of a row. A row of a single answer holds that alone; another one a mark, the number of its answers, their
/// lengths and the answers, the numbers in four bytes each, the lowest first. A length whose highest bit is set is that of an
/// answer whose run of Base64 stands as its bytes. How many there are the content says itself: a column that is damaged
/// must not make one answer of sixteen.
///
/// # Errors
/// [`Error::Damaged`] when the lengths are not those of what is there.
pub(super) fn open(content: Vec<u8>) -> Result<Vec<Bytes>> {
    let content = Bytes::from(content);
    if !content.starts_with(MARK) {
        return Ok(vec![content]);
    }
    split(&content.slice(MARK.len()..))
        .ok_or_else(|| Error::Damaged("answers that were packed together are damaged".to_owned()))
}

fn split(content: &Bytes) -> Option<Vec<Bytes>> {
    let (n_answers, rest) = content.split_first_chunk::<LENGTH_BYTES>()?;
    let n_answers = usize::try_from(u32::from_le_bytes(*n_answers)).ok()?;
    let lengths = rest.get(..n_answers.checked_mul(LENGTH_BYTES)?)?;
    let mut at = LENGTH_BYTES + lengths.len();
    let mut answers = Vec::new();
    for length in lengths.as_chunks::<LENGTH_BYTES>().0 {
        let length = u32::from_le_bytes(*length);
        let end = at.checked_add(usize::try_from(length & !HAS_RUN).ok()?)?;
        let one = content.get(at..end)?;
        answers.push(match length & HAS_RUN {
            0 => content.slice(at..end),
            _ => Bytes::from(with_run(one)?),
        });
        at = end;
    }
    (at == content.len() && !answers.is_empty()).then_some(answers)
}
