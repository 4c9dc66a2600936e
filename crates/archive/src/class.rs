//! Classes of what is stored (数据类别), with the shortest periods that law and contract allow.

/// A class of what is stored (数据类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArchiveClass {
    /// Payload (交换报文原文): the bytes of messages and receipts.
    Payload,
    /// Trade records (交易记录): what was declared and what became of it.
    Trade,
    /// Logs (网络与安全日志): events, and runs of jobs.
    Log,
    /// Evidence (证据): the audit and what two people decided. Never removed.
    Evidence,
}

/// What people read of a class: its name, and why it is kept for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassWords {
    /// Its name in Chinese and in English.
    pub title: (&'static str, &'static str),
    /// The law or clause that sets its shortest period, in Chinese and in English.
    pub basis: (&'static str, &'static str),
}

impl ArchiveClass {
    /// Every class.
    pub const ALL: [Self; 4] = [Self::Payload, Self::Trade, Self::Log, Self::Evidence];

    /// Its name in the database, the archive and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Trade => "trade",
            Self::Log => "log",
            Self::Evidence => "evidence",
        }
    }

    /// The class with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The shortest period in days that a setting may say; none for what is never removed.
    pub const fn least_days(self) -> Option<u32> {
        match self {
            Self::Payload => Some(90),
            Self::Trade => Some(1096),
            Self::Log => Some(184),
            Self::Evidence => None,
        }
    }

    /// Its name and basis for people.
    pub const fn words(self) -> ClassWords {
        match self {
            Self::Payload => ClassWords {
                title: ("交换报文原文", "Message originals"),
                basis: (
                    "运维合同 3.3.3：报文交换数据保留 3 个月",
                    "Operations contract, clause 3.3.3: exchanged messages are kept for 3 months",
                ),
            },
            Self::Trade => ClassWords {
                title: ("交易记录", "Trade records"),
                basis: (
                    "《电子商务法》第三十一条：交易信息保存不少于 3 年",
                    "E-Commerce Law, Article 31: transaction information is kept for at least 3 years",
                ),
            },
            Self::Log => ClassWords {
                title: ("网络与安全日志", "Network and security logs"),
                basis: (
                    "《网络安全法》第二十一条：网络日志留存不少于 6 个月",
                    "Cybersecurity Law, Article 21: network logs are kept for at least 6 months",
                ),
            },
            Self::Evidence => ClassWords {
                title: ("证据", "Audit evidence"),
                basis: (
                    "审计链与复核记录永久保存，只归档、不清理",
                    "The audit chain and approvals are kept indefinitely: archived but never purged",
                ),
            },
        }
    }
}
