//! Sight (数据范围): whose data somebody sees, as a condition that every finder carries.

use crate::company::{Company, CompanyId};
use std::sync::Arc;
use store::Value;

/// Whose data are seen (数据范围).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Nothing: the three officers do not see business data.
    Nothing,
    /// One company's own.
    Company(CompanyId),
    /// A company and those below it (组织机构子树), at most 200.
    Subtree(Arc<[CompanyId]>),
    /// Companies registered in a customs district (关区): the first digits of the registration
    /// number.
    District(String),
    /// Everybody's.
    All,
}

impl Sight {
    /// Whether the data of a company are seen.
    pub fn sees(&self, company: &Company) -> bool {
        match self {
            Self::Nothing => false,
            Self::Company(id) => *id == company.id,
            Self::Subtree(ids) => ids.contains(&company.id),
            Self::District(district) => company.customs_code.starts_with(district.as_str()),
            Self::All => true,
        }
    }

    /// The only company that is seen, if it is one.
    pub fn only(&self) -> Option<CompanyId> {
        match self {
            Self::Company(id) => Some(*id),
            Self::Subtree(ids) if ids.len() == 1 => ids.first().copied(),
            Self::Nothing | Self::Subtree(_) | Self::District(_) | Self::All => None,
        }
    }
}

/// The condition by which a statement shows what `sight` sees: `column` is the one with the
/// company's id; the arguments are appended to `args`, whose next number is `args.len() + 1`.
pub fn visible<'a>(sight: &'a Sight, column: &str, args: &mut Vec<Value<'a>>) -> String {
    match sight {
        Sight::Nothing => "1 = 0".to_owned(),
        Sight::All => "1 = 1".to_owned(),
        Sight::Company(id) => {
            args.push(id.0.into());
            format!("{column} = ${}", args.len())
        }
        Sight::Subtree(ids) => {
            let mut places = Vec::with_capacity(ids.len());
            for id in ids.iter() {
                args.push(id.0.into());
                places.push(format!("${}", args.len()));
            }
            if places.is_empty() {
                return "1 = 0".to_owned();
            }
            format!("{column} in ({})", places.join(", "))
        }
        Sight::District(district) => {
            let n_chars = i64::try_from(district.len()).unwrap_or(0);
            args.push(n_chars.into());
            let length = args.len();
            args.push(district.into());
            crate::company::in_district(column, length, args.len())
        }
    }
}
