//! Receipt status (回执状态): an open set. Unknown codes are carried, never rejected (I7).

use std::fmt;

use crate::kind::Kind;

/// Receipt status (回执状态), the number in `returnStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReturnStatus(pub i32);

impl ReturnStatus {
    /// 电子口岸已暂存.
    pub const STORED: Self = Self(1);
    /// 电子口岸申报中.
    pub const DECLARING: Self = Self(2);
    /// 发送海关成功.
    pub const SENT_TO_CUSTOMS: Self = Self(3);
    /// 发送海关失败.
    pub const SEND_FAILED: Self = Self(4);
    /// 海关退单: may be corrected and declared again.
    pub const CUSTOMS_REJECTED: Self = Self(100);
    /// 海关入库.
    pub const CUSTOMS_ACCEPTED: Self = Self(120);
    /// 人工审核.
    pub const MANUAL_REVIEW: Self = Self(300);
    /// 海关审结.
    pub const REVIEWED: Self = Self(399);
    /// 待运抵, seen outside the standard.
    pub const AWAITING_ARRIVAL: Self = Self(400);
    /// 查验.
    pub const INSPECTION: Self = Self(500);
    /// 扣留移送通关.
    pub const DETAINED_CLEARANCE: Self = Self(501);
    /// 扣留移送缉私.
    pub const DETAINED_SMUGGLING: Self = Self(502);
    /// 扣留移送法规.
    pub const DETAINED_LEGAL: Self = Self(503);
    /// 移交.
    pub const HANDED_OVER: Self = Self(505);
    /// 其它扣留.
    pub const DETAINED_OTHER: Self = Self(599);
    /// 挂起, seen outside the standard.
    pub const SUSPENDED: Self = Self(600);
    /// 退运.
    pub const RETURNED_ABROAD: Self = Self(700);
    /// 放行.
    pub const RELEASED: Self = Self(800);
    /// 结关.
    pub const CLEARED: Self = Self(899);

    /// Reads the text of `returnStatus`; a text that is no whole number gives `None`. Digits of full width
    /// and a fraction of noughts (`100.0`, from a spreadsheet) are read as what they mean.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let narrow = |c: char| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
            '－' | '\u{2212}' => '-',
            '＋' => '+',
            '．' => '.',
            _ => c,
        };
        // Marks without width come with what is pasted.
        let is_seen = |c: &char| !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}');
        let text: String = text.chars().filter(is_seen).map(narrow).collect();
        let text = text.trim();
        let whole = match text.split_once('.') {
            Some((whole, part)) if part.bytes().all(|b| b == b'0') => whole,
            _ => text,
        };
        whole.parse().ok().map(Self)
    }

    /// 处理异常: negative codes of the E-Port.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        self.0 < 0
    }

    /// The Chinese name; `None` for codes outside the standard's list.
    #[must_use]
    pub const fn chinese(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "电子口岸已暂存",
            2 => "电子口岸申报中",
            3 => "发送海关成功",
            4 => "发送海关失败",
            100 => "海关退单",
            120 => "海关入库",
            300 => "人工审核",
            399 => "海关审结",
            400 => "待运抵",
            500 => "查验",
            501 => "扣留移送通关",
            502 => "扣留移送缉私",
            503 => "扣留移送法规",
            505 => "移交",
            599 => "其它扣留",
            600 => "挂起",
            700 => "退运",
            800 => "放行",
            899 => "结关",
            ..=-1 => "处理异常",
            _ => return None,
        })
    }

    /// Whether the standard has it, or practice knows what it means; faults of the E-Port (negative) are an open set
    /// of their own.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        // 99 refuses before customs has it; what for, its text says.
        self.0 == 99 || self.chinese().is_some()
    }

    /// Whether nothing more is expected for a document of this declared kind until it is declared
    /// again. What closes a document differs: a payment ends with 120, a list with 899, a cancel
    /// with 399.
    #[must_use]
    pub fn is_final(self, kind: Kind) -> bool {
        let terminal = matches!(self.0, 4 | 100 | 501 | 502 | 503 | 599 | 700 | 899);
        if self.is_fault() || terminal {
            return true;
        }
        let last = match kind {
            Kind::Ceb621 | Kind::Ceb603 => return false,
            Kind::Ceb213 => Self::RELEASED,
            Kind::Ceb623
            | Kind::Ceb625
            | Kind::Ceb711
            | Kind::Ceb605
            | Kind::Ceb701
            | Kind::Ceb215
            | Kind::Ceb507
            | Kind::Ceb509
            | Kind::Ceb607 => Self::REVIEWED,
            Kind::Ceb311
            | Kind::Ceb312
            | Kind::Ceb411
            | Kind::Ceb412
            | Kind::Ceb511
            | Kind::Ceb512
            | Kind::Ceb513
            | Kind::Ceb514
            | Kind::Ceb622
            | Kind::Ceb624
            | Kind::Ceb626
            | Kind::Ceb712
            | Kind::Ceb816
            | Kind::Ceb818
            | Kind::Ceb900
            | Kind::Ceb303
            | Kind::Ceb304
            | Kind::Ceb403
            | Kind::Ceb404
            | Kind::Ceb505
            | Kind::Ceb506
            | Kind::Ceb508
            | Kind::Ceb510
            | Kind::Ceb604
            | Kind::Ceb606
            | Kind::Ceb608
            | Kind::Ceb702
            | Kind::Ceb792
            | Kind::Ceb214
            | Kind::Ceb216 => {
                return matches!(
                    self,
                    Self::CUSTOMS_ACCEPTED | Self::REVIEWED | Self::RELEASED
                );
            }
        };
        self == last
    }

    /// How far along the usual way a status is; the codes themselves are not in order. Closing
    /// states and unknown codes rank highest, since they are never overtaken by progress.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self.0 {
            1 => 10,
            2 => 20,
            3 => 30,
            120 => 40,
            300 => 50,
            400 => 52,
            600 => 54,
            500 => 60,
            505 => 62,
            399 => 70,
            800 => 80,
            899 => 90,
            _ => 100,
        }
    }
}

impl fmt::Display for ReturnStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.chinese() {
            Some(chinese) => write!(f, "{} {chinese}", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
