//! Kind (报文类型): the forty-two message kinds of the unified cross-border system.
//!
//! A kind is only a name. Everything that can be said about it (its Chinese name, its direction,
//! who declares it, which receipt answers it) stands in its table under `spec/` and is read from
//! there, so a new kind is one table file and one line in this enum.
//!
//! The number alone identifies a kind: no number is used in both families. `CEB900` belongs to
//! both directions.

use std::fmt;
use std::str::FromStr;

/// Direction (进出口方向): whether a message declares goods coming in or going out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Import (进口).
    Import,
    /// Export (出口).
    Export,
}

/// Message kind (报文类型), one variant per CEB message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 进口订单: order.
    Ceb311,
    /// 进口订单回执: order receipt.
    Ceb312,
    /// 进口支付单: payment.
    Ceb411,
    /// 进口支付单回执: payment receipt.
    Ceb412,
    /// 进口运单: waybill.
    Ceb511,
    /// 进口运单回执: waybill receipt.
    Ceb512,
    /// 进口运单状态: waybill status.
    Ceb513,
    /// 进口运单状态回执: waybill status receipt.
    Ceb514,
    /// 进口清单: inventory list.
    Ceb621,
    /// 进口清单回执: inventory list receipt.
    Ceb622,
    /// 进口撤销申请单: inventory cancel.
    Ceb623,
    /// 进口撤销申请单回执: inventory cancel receipt.
    Ceb624,
    /// 进口退货申请单: inventory refund.
    Ceb625,
    /// 进口退货申请单回执: inventory refund receipt.
    Ceb626,
    /// 进口入库明细单: inbound detail (Delivery).
    Ceb711,
    /// 进口入库明细单回执: inbound detail receipt.
    Ceb712,
    /// 电子税单: electronic tax bill.
    Ceb816,
    /// 电子税单状态: tax bill status.
    Ceb818,
    /// 报文格式校验回执: format fault.
    Ceb900,
    /// 出口订单: order.
    Ceb303,
    /// 出口订单回执: order receipt.
    Ceb304,
    /// 出口收款单: proceeds (the element is called `Receipts`).
    Ceb403,
    /// 出口收款单回执: proceeds receipt.
    Ceb404,
    /// 出口运单: waybill.
    Ceb505,
    /// 出口运单回执: waybill receipt.
    Ceb506,
    /// 出口运抵单: arrival.
    Ceb507,
    /// 出口运抵单回执: arrival receipt.
    Ceb508,
    /// 出口离境单: departure.
    Ceb509,
    /// 出口离境单回执: departure receipt.
    Ceb510,
    /// 出口清单: inventory list.
    Ceb603,
    /// 出口清单回执: inventory list receipt.
    Ceb604,
    /// 出口撤销申请单: inventory cancel.
    Ceb605,
    /// 出口撤销申请单回执: inventory cancel receipt.
    Ceb606,
    /// 出口清单总分单: master/house list (the element is called `WayBill`).
    Ceb607,
    /// 出口清单总分单回执: master/house list receipt.
    Ceb608,
    /// 出口汇总申请单: summary application.
    Ceb701,
    /// 出口汇总申请单回执: summary application receipt.
    Ceb702,
    /// 出口汇总结果单: summary result.
    Ceb792,
    /// 出口退货申请单: refund application.
    Ceb213,
    /// 出口退货申请单回执: refund receipt.
    Ceb214,
    /// 出口退运理货明细单: refund tally.
    Ceb215,
    /// 出口退运理货明细单回执: refund tally receipt.
    Ceb216,
}

impl Kind {
    /// Every kind, import family first, in the order of the standard.
    pub const ALL: &'static [Kind] = &[
        Kind::Ceb311,
        Kind::Ceb312,
        Kind::Ceb411,
        Kind::Ceb412,
        Kind::Ceb511,
        Kind::Ceb512,
        Kind::Ceb513,
        Kind::Ceb514,
        Kind::Ceb621,
        Kind::Ceb622,
        Kind::Ceb623,
        Kind::Ceb624,
        Kind::Ceb625,
        Kind::Ceb626,
        Kind::Ceb711,
        Kind::Ceb712,
        Kind::Ceb816,
        Kind::Ceb818,
        Kind::Ceb900,
        Kind::Ceb303,
        Kind::Ceb304,
        Kind::Ceb403,
        Kind::Ceb404,
        Kind::Ceb505,
        Kind::Ceb506,
        Kind::Ceb507,
        Kind::Ceb508,
        Kind::Ceb509,
        Kind::Ceb510,
        Kind::Ceb603,
        Kind::Ceb604,
        Kind::Ceb605,
        Kind::Ceb606,
        Kind::Ceb607,
        Kind::Ceb608,
        Kind::Ceb701,
        Kind::Ceb702,
        Kind::Ceb792,
        Kind::Ceb213,
        Kind::Ceb214,
        Kind::Ceb215,
        Kind::Ceb216,
    ];

    /// The code as people write it: `CEB311`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Ceb311 => "CEB311",
            Kind::Ceb312 => "CEB312",
            Kind::Ceb411 => "CEB411",
            Kind::Ceb412 => "CEB412",
            Kind::Ceb511 => "CEB511",
            Kind::Ceb512 => "CEB512",
            Kind::Ceb513 => "CEB513",
            Kind::Ceb514 => "CEB514",
            Kind::Ceb621 => "CEB621",
            Kind::Ceb622 => "CEB622",
            Kind::Ceb623 => "CEB623",
            Kind::Ceb624 => "CEB624",
            Kind::Ceb625 => "CEB625",
            Kind::Ceb626 => "CEB626",
            Kind::Ceb711 => "CEB711",
            Kind::Ceb712 => "CEB712",
            Kind::Ceb816 => "CEB816",
            Kind::Ceb818 => "CEB818",
            Kind::Ceb900 => "CEB900",
            Kind::Ceb303 => "CEB303",
            Kind::Ceb304 => "CEB304",
            Kind::Ceb403 => "CEB403",
            Kind::Ceb404 => "CEB404",
            Kind::Ceb505 => "CEB505",
            Kind::Ceb506 => "CEB506",
            Kind::Ceb507 => "CEB507",
            Kind::Ceb508 => "CEB508",
            Kind::Ceb509 => "CEB509",
            Kind::Ceb510 => "CEB510",
            Kind::Ceb603 => "CEB603",
            Kind::Ceb604 => "CEB604",
            Kind::Ceb605 => "CEB605",
            Kind::Ceb606 => "CEB606",
            Kind::Ceb607 => "CEB607",
            Kind::Ceb608 => "CEB608",
            Kind::Ceb701 => "CEB701",
            Kind::Ceb702 => "CEB702",
            Kind::Ceb792 => "CEB792",
            Kind::Ceb213 => "CEB213",
            Kind::Ceb214 => "CEB214",
            Kind::Ceb215 => "CEB215",
            Kind::Ceb216 => "CEB216",
        }
    }

    /// The kind of a root element, by its local name.
    #[must_use]
    pub fn from_root(root: &str) -> Option<Kind> {
        Self::from_digits(root.strip_prefix("CEB")?.strip_suffix("Message")?)
    }

    /// The kind of a root element whose letters may be large or small, as some ports write them.
    #[must_use]
    pub(crate) fn from_root_in_any_case(root: &str) -> Option<Kind> {
        let digits = root.get(3..6)?;
        let is_root = root.get(..3)?.eq_ignore_ascii_case("CEB")
            && root.get(6..)?.eq_ignore_ascii_case("Message");
        Self::from_digits(digits).filter(|_| is_root)
    }

    /// The kind for `CEB311`, `ceb311` or `311`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Kind> {
        let digits = match code.get(..3) {
            Some(head) if head.eq_ignore_ascii_case("CEB") => code.get(3..)?,
            _ => code,
        };
        Self::from_digits(digits)
    }

    fn from_digits(digits: &str) -> Option<Kind> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| &kind.code()[3..] == digits)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The text names no message kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a CEB message kind: {}", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_code(text).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}
