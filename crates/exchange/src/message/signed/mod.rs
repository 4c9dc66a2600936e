//! What the platform signed for a company (代签报文), beside what was received.

mod sql;

pub(crate) use sql::insert_signed;
