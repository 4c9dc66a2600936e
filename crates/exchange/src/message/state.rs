//! The states of a message and who has it in each.

/// State (报文状态).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Received (已接收): stored, acknowledged, not looked into.
    Received,
    /// Waiting (待对碰): its company wants it to wait until its partners are there.
    Waiting,
    /// Checked (已校验): nothing is wrong with it; waits to be sent.
    Checked,
    /// Refused (平台拒收): the platform found errors; the company has them.
    Refused,
    /// Sent (已发送): customs' queue has confirmed it.
    Sent,
    /// Answered (已有回执): customs has answered at least once.
    Answered,
    /// Settled (回执已收齐): customs has said its last word on every document in it, good or bad.
    Settled,
    /// Held (待人工处理): a person must look at it.
    Held,
}

impl State {
    /// Every state, in the order of the life of a message; what waits for a person before what is over.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Waiting,
        Self::Checked,
        Self::Sent,
        Self::Answered,
        Self::Held,
        Self::Settled,
        Self::Refused,
    ];

    /// The name in the database, the API and the events.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Received => "已接收",
            Self::Waiting => "待对碰",
            Self::Checked => "已校验",
            Self::Refused => "平台拒收",
            Self::Sent => "已发送",
            Self::Answered => "已有回执",
            Self::Settled => "回执已收齐",
            Self::Held => "待人工处理",
        }
    }

    /// Who has the message now, for people.
    pub fn holder(self) -> &'static str {
        match self {
            Self::Received | Self::Checked => "平台",
            Self::Waiting => "企业（等待配套单证）",
            Self::Refused => "企业（请更正后重新申报）",
            Self::Sent | Self::Answered => "海关",
            Self::Settled => "无",
            Self::Held => "平台运维人员",
        }
    }

    /// The states from which a message may come into this one.
    pub fn sources(self) -> &'static [Self] {
        match self {
            Self::Received => &[],
            Self::Waiting => &[Self::Received, Self::Held],
            Self::Checked | Self::Refused => &[Self::Received, Self::Waiting, Self::Held],
            Self::Sent => &[Self::Checked, Self::Held],
            Self::Answered => &[Self::Sent, Self::Checked, Self::Held],
            Self::Settled => &[Self::Answered],
            Self::Held => &[Self::Received, Self::Checked, Self::Sent, Self::Answered],
        }
    }

    /// Whether nothing more happens to the message by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Refused | Self::Settled)
    }
}
