//! What the table of a kind says of it.

use super::{MessageSpec, SenderRole};
use crate::kind::{Direction, Kind};

impl Kind {
    /// The local name of the root element: `CEB311Message`.
    #[must_use]
    pub fn root(self) -> &'static str {
        &self.spec().root
    }

    /// The Chinese name (中文名称): `进口订单`.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        &self.spec().chinese
    }

    /// Import or export; `None` only for `CEB900`, which both families share.
    #[must_use]
    pub fn direction(self) -> Option<Direction> {
        self.spec().direction
    }

    /// Whether a company sends this kind to customs (申报报文).
    #[must_use]
    pub fn is_declaration(self) -> bool {
        self.spec().role == SenderRole::Declaration
    }

    /// The kind of the receipt (回执) that answers this declaration.
    #[must_use]
    pub fn receipt(self) -> Option<Kind> {
        self.spec().receipt
    }

    /// The declaration that this receipt or notice answers.
    #[must_use]
    pub fn declares(self) -> Option<Kind> {
        self.spec().declares
    }

    /// The table of this kind.
    #[must_use]
    pub fn spec(self) -> &'static MessageSpec {
        super::message(self)
    }
}
