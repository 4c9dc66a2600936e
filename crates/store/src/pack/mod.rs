//! Packing (压缩存储): messages and receipts take a fifth of their size on the disk, and read back as they were.
//!
//! A packed value is a mark, the number of a dictionary and a Zstandard frame with a checksum. A dictionary
//! ([`PackDictionary`]) holds what all messages of a kind have in common, so that a message of three thousand bytes is
//! packed as if it followed hundreds of others. Dictionaries are made of synthetic samples
//! (`cargo run -p exchange --example train_dictionaries`), carry numbers and are never changed: what was packed with one
//! must be readable for ever, so a better one gets a new number.
//!
//! An envelope carries its message as Base64, in which no dictionary finds anything: the run of Base64 is packed as the
//! bytes that it stands for, if it can be restored to the character.
//!
//! Whether bytes are packed they say themselves: what was stored before has no mark and is read as it is. What comes
//! from outside and only looks packed is packed, so that nobody can hand in a value that means another one.

mod base64_run;
mod dictionary;
mod list;
#[cfg(test)]
mod tests;

use crate::{Error, Result, Value};
use std::borrow::Cow;
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{CParameter, get_frame_content_size};

pub use dictionary::{ENVELOPE, FACTS, PackDictionary, ShippedDictionary};
pub use list::DICTIONARIES;

/// What packed bytes begin with: no message does, and no sealed value.
pub(crate) const MARK: &[u8] = b"\0TG\x02";

/// What follows the mark: a frame, or a frame in which a run of Base64 stands as its bytes. They differ from each other
/// and from all that is not a form in two bits at least.
const FRAME: u8 = b'Z';
const WITH_RUN: u8 = b'B';

/// Values shorter than this are stored as they are: their frame would be as long.
pub(crate) const BYTES_MIN: usize = 64;

/// The largest value that is unpacked, in bytes: 64 MiB, twice the largest envelope.
const BYTES_MAX: usize = 64 << 20;

/// Values up to this size are packed with memory that the thread keeps, in bytes: 256 KiB.
const KEPT_MAX: usize = 256 << 10;

/// The level at which is packed without a dictionary; with one, as [`dictionary::LEVEL`] says.
const LEVEL: i32 = 3;

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs bytes, if that makes them shorter.
///
/// # Errors
/// [`Error::Unavailable`] when the machine has no memory for it.
pub fn pack<'b>(bytes: &'b [u8], with: PackDictionary) -> Result<Cow<'b, [u8]>> {
    let is_worth_it = (BYTES_MIN..=BYTES_MAX).contains(&bytes.len());
    if !is_worth_it && !bytes.starts_with(MARK) {
        return Ok(Cow::Borrowed(bytes));
    }
    if bytes.len() > BYTES_MAX {
        return Err(Error::Fault("a value is too large to be stored".to_owned()));
    }
    let run = with.has_runs().then(|| base64_run::find(bytes)).flatten();
    let mut packed = Vec::with_capacity(bytes.len() / 2);
    packed.extend_from_slice(MARK);
    let content = match run {
        Some(run) => {
            packed.push(WITH_RUN);
            packed.extend_from_slice(&with.number().to_le_bytes());
            Cow::Owned(run)
        }
        None => {
            packed.push(FRAME);
            packed.extend_from_slice(&with.number().to_le_bytes());
            Cow::Borrowed(bytes)
        }
    };
    packed.append(&mut frame(&content, with).map_err(no_memory)?);
    // What only looks packed must not be taken for it.
    Ok(
        match packed.len() < bytes.len() || bytes.starts_with(MARK) {
            true => Cow::Owned(packed),
            false => Cow::Borrowed(bytes),
        },
    )
}

fn frame(content: &[u8], with: PackDictionary) -> std::io::Result<Vec<u8>> {
    if content.len() > KEPT_MAX {
        return compress(&mut packer()?, content, with);
    }
    PACKER.with_borrow_mut(|kept| {
        let packer = match kept {
            Some(packer) => packer,
            None => kept.insert(packer()?),
        };
        compress(packer, content, with)
    })
}

fn packer() -> std::io::Result<Compressor<'static>> {
    let mut packer = Compressor::new(LEVEL)?;
    packer.set_parameter(CParameter::ChecksumFlag(true))?;
    packer.set_parameter(CParameter::DictIdFlag(false))?;
    Ok(packer)
}

fn compress(
    packer: &mut Compressor<'static>,
    content: &[u8],
    with: PackDictionary,
) -> std::io::Result<Vec<u8>> {
    match with.encoder() {
        Some(dictionary) => packer.set_prepared_dictionary(dictionary)?,
        None => packer.set_dictionary(LEVEL, &[])?,
    }
    packer.compress(content)
}

fn no_memory(error: std::io::Error) -> Error {
    Error::Unavailable(format!("a value could not be packed: {error}"))
}

/// A value that is packed already (压缩内容): that takes time, which the thread that writes should not spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// Packs bytes.
    ///
    /// # Errors
    /// As [`pack`].
    pub fn of(bytes: &[u8], with: PackDictionary) -> Result<Self> {
        pack(bytes, with).map(|packed| Self(packed.into_owned()))
    }

    /// What is stored.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What is stored, of a column in which nothing is sealed.
    pub fn value(&self) -> Value<'_> {
        Value::Bytes(&self.0)
    }
}

/// An envelope with its run of Base64 as the bytes that it stands for, for those who pack several together; none when it has no
/// run that can be restored.
pub fn without_run(envelope: &[u8]) -> Option<Vec<u8>> {
    base64_run::find(envelope)
}

/// What [`without_run`] was made of; none when it is damaged.
pub fn with_run(bytes: &[u8]) -> Option<Vec<u8>> {
    base64_run::restore(bytes)
}

/// Whether bytes are packed.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// The dictionary with which bytes are packed; none when they are not.
pub fn dictionary_of(bytes: &[u8]) -> Option<PackDictionary> {
    let (number, _) = bytes.strip_prefix(MARK)?.get(1..)?.split_first_chunk()?;
    PackDictionary::of_number(u16::from_le_bytes(*number))
}

/// Unpacks what [`pack`] has made; bytes without its mark are answered as they are.
///
/// # Errors
/// [`Error::Damaged`] when they are not what was packed.
pub fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>> {
    let Some(rest) = bytes.strip_prefix(MARK) else {
        return Ok(bytes);
    };
    unpacked(rest).ok_or_else(|| Error::Damaged("a packed value is damaged".to_owned()))
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (form, rest) = bytes.split_first()?;
    let (number, rest) = rest.split_first_chunk()?;
    let with = PackDictionary::of_number(u16::from_le_bytes(*number))?;
    match *form {
        FRAME => content(rest, with),
        WITH_RUN => base64_run::restore(&content(rest, with)?),
        _ => None,
    }
}

fn content(frame: &[u8], with: PackDictionary) -> Option<Vec<u8>> {
    // A frame of ours says how long its content is; nothing at all would be a frame without content.
    let n_bytes = usize::try_from(get_frame_content_size(frame).ok()??).ok()?;
    // A size that is damaged must not ask for all the memory that there is.
    if n_bytes > BYTES_MAX {
        return None;
    }
    UNPACKER.with_borrow_mut(|kept| {
        let unpacker = match kept {
            Some(unpacker) => unpacker,
            None => kept.insert(Decompressor::new().ok()?),
        };
        match with.decoder() {
            Some(dictionary) => unpacker.set_prepared_dictionary(dictionary).ok()?,
            None => unpacker.set_dictionary(&[]).ok()?,
        }
        let content = unpacker.decompress(frame, n_bytes).ok()?;
        (content.len() == n_bytes).then_some(content)
    })
}
