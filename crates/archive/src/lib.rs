//! F2 归档: old months are written to a folder or an object store, proven, and removed from the database when their period
//! has passed.
//!
//! 1. A module says of each of its tables what class it is of, how the rows of a month are found, and which rows must
//!    stay ([`table`]). No table is named here.
//! 2. [`mod@write`] writes each month of each class once, and later what came or changed since, as parts ([`part`]).
//! 3. [`verify`] reads a part back, restores it into a scratch database and compares it row by row.
//! 4. [`purge`] removes rows whose period has passed, each compared once more with what stands in the archive.
//! 5. [`read`] finds a single row of the archive, [`restore`] makes a database file of a month, [`plan`] says what will
//!    be done when, [`waits`] what somebody must do.
//!
//! The modules stand from high to low: each uses only those after it.

#[cfg(test)]
mod tests;
pub mod job;
pub mod plan;
pub mod waits;
pub mod restore;
pub mod purge;
pub mod write;
mod takeover;
pub mod verify;
mod scratch;
pub mod read;
pub mod engine;
pub mod turn;
mod frame;
mod manifest;
mod rows;
pub mod part;
mod sink;
pub mod table;
pub mod month;
pub mod config;
pub mod class;
pub mod error;

pub use class::ArchiveClass;
pub use engine::{Archive, ArchiveBase};
pub use error::{ArchiveError, ArchiveResult};
pub use manifest::ArchiveManifest;
pub use month::ArchiveMonth;
pub use part::ArchivePart;
pub use rows::RowCell;
pub use table::ArchiveTable;
pub use turn::ArchiveTurn;
