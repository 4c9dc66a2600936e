//! The rows of dictionaries (字典): codes with names. What may be changed in them, and by whom, is decided in the crate
//! `back_office`; whoever keeps rates or words in a dictionary reads it here.

mod sql;

pub use sql::{
    all, by_code, entries, entry_by_code, entry_by_id, n_entries, put, put_entry, remove,
    remove_entry,
};

/// Dictionaries at most.
pub const DICTIONARIES_MAX: i64 = 500;

/// Entries of all dictionaries at most: they are searched as a whole.
pub const ENTRIES_MAX: i64 = 5000;

/// Colours that an entry may have.
pub const COLOURS: [&str; 7] = ["", "blue", "green", "orange", "red", "purple", "grey"];

/// A dictionary (字典).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub chinese: String,
    /// Its English name.
    pub english: String,
    /// A remark.
    pub remark: String,
    /// Whether its entries are offered.
    pub is_active: bool,
    /// Whether the platform itself asks for it.
    pub is_own: bool,
}

/// An entry of a dictionary (字典项).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DictionaryEntry {
    /// Its id; 0 for one of the message standard.
    pub id: i64,
    /// Code of the dictionary.
    pub dictionary: String,
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub chinese: String,
    /// Its English name, or nothing.
    pub english: String,
    /// Its place.
    pub place: i64,
    /// Its colour, one of [`COLOURS`].
    pub colour: String,
    /// Whether it is offered.
    pub is_active: bool,
    /// A remark.
    pub remark: String,
}

impl DictionaryEntry {
    /// Whether somebody who looks for `text` means this one: the code itself or its beginning, or
    /// a part of a name.
    pub fn is_meant(&self, text: &str) -> bool {
        let text = text.trim().to_lowercase();
        self.code.to_lowercase().starts_with(&text)
            || self.chinese.to_lowercase().contains(&text)
            || self.english.to_lowercase().contains(&text)
    }
}
