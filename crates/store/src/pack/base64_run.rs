//! The run of Base64 in an envelope, and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands before the run, and behind it.
const BEFORE: &[u8] = b"Data>";
const BEHIND: u8 = b'<';

/// Runs shorter than this stay as they are, in characters.
const RUN_MIN: usize = 256;

/// A value with the bytes of its run, if that can be restored to the character: where the run begins and how many bytes it
/// stands for (32 bits each, so that the checksum of the frame covers them), what stood before, the bytes, what stood behind.
pub(super) fn find(value: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(value, BEFORE)?;
    let from = at + BEFORE.len();
    let rest = value.get(from..)?;
    let n_characters = memchr::memchr(BEHIND, rest)?;
    if n_characters < RUN_MIN {
        return None;
    }
    let (run, behind) = rest.split_at(n_characters);
    // The engine takes padding and trailing bits as they must be only, so that there is one text for these bytes.
    let bytes = STANDARD.decode(run).ok()?;
    let from_le = u32::try_from(from).ok()?.to_le_bytes();
    let n_bytes_le = u32::try_from(bytes.len()).ok()?.to_le_bytes();
    Some([&from_le, &n_bytes_le, value.get(..from)?, &bytes, behind].concat())
}

/// The value that [`find`] was given.
pub(super) fn restore(content: &[u8]) -> Option<Vec<u8>> {
    let (from, rest) = content.split_first_chunk()?;
    let (n_bytes, rest) = rest.split_first_chunk()?;
    let from = usize::try_from(u32::from_le_bytes(*from)).ok()?;
    let n_bytes = usize::try_from(u32::from_le_bytes(*n_bytes)).ok()?;
    let (before, rest) = rest.split_at_checked(from)?;
    let (bytes, behind) = rest.split_at_checked(n_bytes)?;
    let run = STANDARD.encode(bytes);
    Some([before, run.as_bytes(), behind].concat())
}
