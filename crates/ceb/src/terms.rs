//! Terms (校验条件): everything besides the bytes on which a verdict depends.

use crate::code_table::Tables;
use crate::finding::Layer;
use crate::profile::Profile;
use crate::spec::Standard;

/// What a message is judged by. There is no clock in this crate (I10): the caller says what time it is.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'t> {
    /// How strictly.
    pub profile: Profile,
    /// Now in Beijing, `YYYYMMDDhhmmss`; without it nothing is "in the future".
    pub now: Option<&'t str>,
    /// The code tables.
    pub tables: &'t Tables,
    /// How deep to look: [`Layer::Schema`] leaves the rules out, as the official schema does.
    pub deepest: Layer,
    /// Another version of the standard; a kind that it does not have is unknown.
    pub standard: Option<&'static Standard>,
}

impl Terms<'static> {
    /// All layers, without a clock, with the built-in tables.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            now: None,
            tables: Tables::built_in(),
            deepest: Layer::Rule,
            standard: None,
        }
    }
}

impl<'t> Terms<'t> {
    /// With a clock.
    #[must_use]
    pub fn at(self, now: &'t str) -> Self {
        Self {
            now: Some(now),
            ..self
        }
    }

    /// Under another version of the standard.
    #[must_use]
    pub fn under(self, standard: &'static Standard) -> Self {
        Self {
            standard: Some(standard),
            ..self
        }
    }

    /// With other code tables.
    #[must_use]
    pub fn with_tables<'u>(self, tables: &'u Tables) -> Terms<'u>
    where
        't: 'u,
    {
        Terms { tables, ..self }
    }
}
