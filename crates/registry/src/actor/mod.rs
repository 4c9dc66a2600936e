//! The actor (操作者): who acts, with what rights, from where; what every act is given.
//!
//! The lowest modules that write down who did something take an [`Actor`]; [`crate::access`] makes it of a request.

mod codes;
mod sight;

use crate::company::{Company, CompanyId};
use std::collections::BTreeSet;
use std::sync::Arc;
use web::Problem;
use web::shares::Holder;

pub use codes::{
    ALL as CODES, CSRF, ENROL, FORBIDDEN, LOGIN, NO_COMPANY, NOT_APPOINTED, PASSWORD, SECOND,
};
pub use sight::{Sight, visible};

/// The id of an account (账号编号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person's account.
    Account(AccountId),
    /// A company's program, by its API key.
    Key(i64),
    /// A machine of another system, by its client id.
    Client(i64),
    /// The platform itself, or somebody unknown.
    Nobody,
}

impl Who {
    /// The kind, as the audit has it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Key(_) => "key",
            Self::Client(_) => "client",
            Self::Nobody => "nobody",
        }
    }

    /// The id, if there is one.
    pub fn id(self) -> Option<i64> {
        match self {
            Self::Account(AccountId(id)) | Self::Key(id) | Self::Client(id) => Some(id),
            Self::Nobody => None,
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Address of the caller.
    pub address: String,
    /// Id of the request.
    pub request_id: String,
    /// What the caller's program calls itself, at most 200 characters.
    pub agent: String,
}

impl Origin {
    /// Whose share it is when nobody has logged in: the address, or the /64 of one of IPv6.
    pub fn holder(&self) -> Holder {
        Holder::Network(web::address::network(&self.address))
    }
}

/// What an agent may declare for a company (申报范围).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationScope {
    /// `import`, `export`, or both with a comma.
    pub directions: String,
    /// Kinds of messages with commas, such as `CEB621`; empty for all.
    pub kinds: String,
}

impl DeclarationScope {
    /// Whether a message kind of a direction (`import`, `export`) is within it.
    #[must_use]
    pub fn covers(&self, direction: &str, kind: &str) -> bool {
        self.directions.split(',').any(|known| known == direction)
            && (self.kinds.is_empty() || self.kinds.split(',').any(|known| known == kind))
    }
}

/// Who acts, with what rights, from where (操作者).
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// Name for people: of the person, or of the key.
    pub name: String,
    /// The company acted for, if any.
    pub company: Option<Arc<Company>>,
    /// Names of the roles in force.
    pub roles: BTreeSet<String>,
    /// Whose data are seen.
    pub sight: Sight,
    /// What may be declared for the company, when it is not everything: that of an agent's appointment.
    pub scope: Option<DeclarationScope>,
    /// The session, when a person acts.
    pub session: Option<i64>,
    /// From where.
    pub origin: Origin,
}

impl Actor {
    /// Whether messages of this kind and direction (`import`, `export`) may be declared for the company: an agent's
    /// people may what its appointment names.
    pub fn may_declare(&self, direction: &str, kind: &str) -> bool {
        let covers = |scope: &DeclarationScope| scope.covers(direction, kind);
        self.scope.as_ref().is_none_or(covers)
    }

    /// Somebody whom we do not know (yet).
    pub fn nobody(origin: Origin) -> Self {
        Self {
            who: Who::Nobody,
            name: String::new(),
            company: None,
            roles: BTreeSet::new(),
            sight: Sight::Nothing,
            scope: None,
            session: None,
            origin,
        }
    }

    /// Whose share of what all callers share it is: the company's; without one the person's, and of
    /// somebody unknown the network's.
    pub fn holder(&self) -> Holder {
        match (&self.company, self.who) {
            (Some(company), _) => Holder::Company(company.id.0),
            (None, Who::Account(AccountId(id))) => Holder::Person(id),
            (None, Who::Key(_) | Who::Client(_) | Who::Nobody) => self.origin.holder(),
        }
    }

    /// Whose share of what is read at once it is: as [`Self::holder`], but the people of a company have one apart
    /// from its programs, which so do not keep them from looking why. However many people a company makes, they
    /// have one together.
    pub fn reader(&self) -> Holder {
        match (&self.company, self.who) {
            (Some(company), Who::Account(_)) => Holder::People(company.id.0),
            _ => self.holder(),
        }
    }

    /// The company acted for.
    ///
    /// # Errors
    /// 403 when none is acted for.
    pub fn require_company(&self) -> Result<&Arc<Company>, Problem> {
        self.company
            .as_ref()
            .ok_or_else(|| Problem::new(NO_COMPANY))
    }

    /// The account of the person who acts.
    ///
    /// # Errors
    /// 403 when a program acts.
    pub fn require_account(&self) -> Result<AccountId, Problem> {
        match self.who {
            Who::Account(account) => Ok(account),
            Who::Key(_) | Who::Client(_) | Who::Nobody => {
                Err(Problem::new(FORBIDDEN).detail("此操作须由本人登录后进行，接口密钥不可用"))
            }
        }
    }

    /// Whether personal data are masked: for every person, until unmasked record by record.
    pub fn is_masked(&self) -> bool {
        !matches!(self.who, Who::Key(_) | Who::Client(_))
    }

    /// The id of the company acted for, if any.
    pub fn company_id(&self) -> Option<CompanyId> {
        self.company.as_ref().map(|company| company.id)
    }
}
