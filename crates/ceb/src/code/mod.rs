//! Finding codes (问题代码): the one table that explains every code of this crate.
//!
//! A code is stable: companies write programs against it. `TG-E10xx` a message cannot be recognised,
//! `E11xx` not well-formed, `E12xx` against the schema, `E13xx` a rule for every message, `E14xx`
//! order, payment and waybill, `E15xx` list, `E16xx` export, `E17xx` a form, `E18xx` a signature,
//! `E19xx` several documents together. The pages under `docs/codes/` are
//! generated from this table, and a test compares them.

mod english;
mod export;
mod form;
mod list;
pub mod matching;
mod message;
mod rule;
mod schema;
mod severity;
mod signature;
mod value;

pub use english::{English, english, english_rule};
pub use export::*;
pub use form::*;
pub use list::*;
pub use message::*;
pub use rule::*;
pub use schema::*;
pub use severity::{Layer, Severity};
pub use signature::*;
pub use value::*;

use crate::profile::Profile;

/// Declares finding codes: `NAME = id, layer, severity (/ severity in the lenient profile) (since day), title,
/// what happened, what to do, source;`.
macro_rules! codes {
    ($($name:ident = $id:literal, $layer:ident, $severity:ident $(/ $lenient:ident)? $(since $since:literal)?,
        $title:literal, $happened:literal, $todo:literal, $source:literal;)+) => {$(
        #[doc = $id]
        pub static $name: $crate::code::Code = $crate::code::Code {
            id: $id,
            layer: $crate::code::Layer::$layer,
            severity: $crate::code::Severity::$severity,
            title: $title,
            happened: $happened,
            todo: $todo,
            source: $source,
            lenient: $crate::code::codes!(@opt $($crate::code::Severity::$lenient)?),
            since: $crate::code::codes!(@opt $($since)?),
            until: None,
        };
    )+};
    (@opt) => { None };
    (@opt $value:expr) => { Some($value) };
}
pub(crate) use codes;

/// One finding code and what a clerk should know about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `TG-E1203`.
    pub id: &'static str,
    /// Which layer finds it.
    pub layer: Layer,
    /// How grave it is in the strict profile.
    pub severity: Severity,
    /// Short Chinese title (标题).
    pub title: &'static str,
    /// What happened, in Chinese (原因).
    pub happened: &'static str,
    /// What to do, in Chinese (处理办法).
    pub todo: &'static str,
    /// Where the requirement comes from (依据).
    pub source: &'static str,
    /// How grave it is in the lenient profile (宽松档); `None`: as in the strict one.
    pub lenient: Option<Severity>,
    /// First day on which the rule holds (生效日期), `YYYYMMDD`, Beijing; `None`: always has.
    pub since: Option<&'static str>,
    /// First day on which it no longer holds (失效日期), `YYYYMMDD`, Beijing; `None`: still does.
    pub until: Option<&'static str>,
}

impl Code {
    /// How grave it is under a profile.
    #[must_use]
    pub fn severity_in(&self, profile: Profile) -> Severity {
        match (profile, self.lenient) {
            (Profile::Lenient, Some(severity)) => severity,
            _ => self.severity,
        }
    }

    /// Whether the rule holds on a day, `YYYYMMDD`, Beijing.
    #[must_use]
    pub fn holds_on(&self, day: &str) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// Looks a code up by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id == id)
}

/// Every code, by number.
pub static ALL: &[&Code] = &[
    &EMPTY,
    &NOT_XML,
    &NOT_UTF8,
    &UTF16,
    &DTD,
    &UNKNOWN_ROOT,
    &FOREIGN_NAMESPACE,
    &GUID_MISSING,
    &GUID_LENGTH,
    &VERSION_MISSING,
    &TRUNCATED,
    &DATA_NOT_BASE64,
    &NESTED_ENVELOPE,
    &ENVELOPE_INCOMPLETE,
    &NOT_A_RECEIPT,
    &TOO_LARGE,
    &MSG_TYPE,
    &WRONG_DECLARATION,
    &WRONG_BYTES,
    &SYNTAX,
    &TAG_MISMATCH,
    &DUPLICATE_ATTRIBUTE,
    &UNDEFINED_PREFIX,
    &ILLEGAL_CHARACTER,
    &BAD_REFERENCE,
    &BAD_COMMENT,
    &CDATA_END,
    &BAD_NAME,
    &XML_DECLARATION,
    &OUTSIDE_ROOT,
    &TOO_DEEP,
    &BAD_ATTRIBUTE,
    &TOO_MANY_ATTRIBUTES,
    &MISSING_ELEMENT,
    &UNKNOWN_ELEMENT,
    &ORDER,
    &DUPLICATE_ELEMENT,
    &TOO_LONG,
    &TOO_SHORT,
    &NOT_DECIMAL,
    &TOO_MANY_DIGITS,
    &TOO_MANY_DECIMALS,
    &NOT_INTEGER,
    &FIXED_VALUE,
    &TOO_MANY,
    &MISSING_ATTRIBUTE,
    &UNKNOWN_ATTRIBUTE,
    &ATTRIBUTE_VALUE,
    &TEXT_NOT_ALLOWED,
    &CHILD_NOT_ALLOWED,
    &SIGNATURE_MISSING,
    &SIGNATURE_STRUCTURE,
    &MORE_FINDINGS,
    &REQUIRED_BY_TEXT,
    &GUID_REPEATED,
    &KEY_REPEATED,
    &TIME,
    &VALUE_NOT_ALLOWED,
    &BLANK_NAME,
    &COMPANY_CODE,
    &FULL_WIDTH,
    &NEGATIVE,
    &NOT_POSITIVE,
    &GNUM,
    &SIGNATURE_NEEDED,
    &CODE_FORMAT,
    &IDENTITY,
    &ASSIGNED,
    &FUTURE_TIME,
    &ANCIENT,
    &ORGANISATION_CODE,
    &UNKNOWN_CODE,
    &INVISIBLE,
    &GUID_FORM,
    &ORDER_PAID,
    &LINE_TOTAL,
    &GOODS_VALUE,
    &DISCOUNT,
    &PAY_TIME,
    &LOGISTICS_TIME,
    &WAYBILL_BILL,
    &DIRECT_NEEDS,
    &DIRECT_FORBIDS,
    &BONDED_NEEDS,
    &BONDED_FORBIDS,
    &BONDED_COUNTRY,
    &WEIGHT,
    &SECOND_UNIT,
    &TRADE_MODE,
    &STATUTORY_QUANTITY,
    &TARIFF_UNKNOWN,
    &NOT_LISTED,
    &STATUTORY_UNIT,
    &TARIFF_SECOND_UNIT,
    &DECLARED_LATER,
    &ONE_DEAR_ITEM,
    &WAYBILL_REPEATED,
    &IMPORT_QUANTITY,
    &SPECIAL_AREA,
    &PART_NUMBER,
    &SUMMARY_TIME,
    &SUMMARY_EMPTY,
    &RETURN_COUNTRY,
    &RECEIPT_NOT_NEEDED,
    &SIMPLIFIED_LICENCE,
    &PLATFORM_WITHOUT_CODE,
    &PARTS_DIFFER,
    &SUMMARY_LIST_IGNORED,
    &TRANSPORT_LATER,
    &LIST_NUMBER_EARLY,
    &PAY_CODE_EMPTY,
    &FORM_NOT_JSON,
    &FORM_SHAPE,
    &FORM_UNKNOWN,
    &FORM_VALUE,
    &FORM_HEAD_DIFFERS,
    &FORM_ZEROS_LOST,
    &FORM_DIGITS_LOST,
    &FORM_FORMULA,
    &FORM_MERGED,
    &FORM_SHEET,
    &RELATIVE_NAMESPACE,
    &SIGNATURE_EMPTY,
    &SIGNATURE_PLACE,
    &SIGNATURE_CONTENT,
    &SIGNATURE_REFERENCE,
    &SIGNATURE_ALGORITHM,
    &DIGEST_LABEL,
    &DIGEST_DIFFERS,
    &VALUE_WRONG,
    &VALUE_FORM,
    &CERTIFICATE_MISSING,
    &CERTIFICATE_UNREADABLE,
    &KEY_KIND,
    &KEY_WEAK,
    &HASH_WEAK,
    &KEY_NAME_DIFFERS,
    &CERTIFICATE_EXPIRED,
    &CERTIFICATE_EARLY,
    &CERTIFICATE_USAGE,
    &CERTIFICATE_UNTRUSTED,
    &CERTIFICATE_AUTHORITY,
    &CERTIFICATE_REVOKED,
    &REVOCATION_UNKNOWN,
    &REVOCATION_STALE,
    &HOLDER_DIFFERS,
    &SIGNATURE_TOLERATED,
    &SIGNATURE_EXTRA,
    &HOLDER_UNKNOWN,
    &matching::PAID_DIFFERS,
    &matching::PAYER_DIFFERS,
    &matching::PAYMENT_REFERENCE,
    &matching::PLATFORM_DIFFERS,
    &matching::CONSIGNEE_DIFFERS,
    &matching::WAYBILL_ORDER,
    &matching::BUYER_DIFFERS,
    &matching::BUYER_TELEPHONE,
    &matching::PARTIES_DIFFER,
    &matching::LINE_COUNT,
    &matching::LINES_DIFFER,
    &matching::FREIGHT_DIFFERS,
    &matching::WEIGHT_DIFFERS,
    &matching::ADDRESS_DIFFERS,
    &matching::VALUE_DIFFERS,
    &matching::NOT_ARRIVED,
    &matching::PARTNER_MISSING,
    &matching::HOLD_OVER,
    &matching::HOLD_REPLACED,
    &matching::ORIGINAL_UNKNOWN,
    &matching::STALE,
    &matching::STATE_FORBIDS,
    &matching::KEY_USED,
    &matching::SINGLE_LIMIT,
    &matching::SINGLE_ITEM,
    &matching::ANNUAL_LIMIT,
    &matching::FOOD_QUANTITY,
    &matching::LIST_UNKNOWN,
    &matching::LIST_DIFFERS,
    &matching::CANCEL_OPEN,
    &matching::CANCEL_STATE,
    &matching::REFUND_LINE,
    &matching::REFUND_QUANTITY,
    &matching::REFUND_LATE,
    &matching::PARCEL_UNKNOWN,
    &matching::INBOUND_DIFFERS,
    &matching::STATUS_EARLY,
    &matching::ASSURE,
    &matching::TAX_DIFFERS,
];
