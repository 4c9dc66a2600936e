//! The XML of receipts (回执原文), packed, apart from the rows of the feed.

pub(crate) mod sql;

/// The XML of a receipt that is recorded now.
pub(in crate::receipt) struct NewXml<'a> {
    /// Company and number of the feed.
    pub(in crate::receipt) at: (i64, i64),
    /// Kind of the receipt: `CEB312`.
    pub(in crate::receipt) kind: &'a str,
    pub(in crate::receipt) xml: &'a str,
}
