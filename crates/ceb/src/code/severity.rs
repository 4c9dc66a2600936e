//! How grave a code is, and which layer finds it.

/// How grave a finding is (严重程度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Severity {
    /// Refuse (拒收): customs would not take the message.
    Refuse,
    /// Warn (警告): the message goes on, the company is informed.
    Warn,
    /// Note (提示): nothing is wrong; something worth knowing before it is sent.
    Note,
}

impl Severity {
    /// The word that programs read: `refuse`, `warn`, `note`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// One step less grave; a note stays one.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Refuse => Self::Warn,
            Self::Warn | Self::Note => Self::Note,
        }
    }

    /// The word that people read (拒收、警告、提示).
    #[must_use]
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Refuse => "拒收",
            Self::Warn => "警告",
            Self::Note => "提示",
        }
    }
}

/// Which layer found it (校验层次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Well-formedness (XML 语法).
    Wellformed,
    /// The official schema (版式).
    Schema,
    /// Rules of the standard's text that go further than the schema (规则).
    Rule,
    /// JSON or a workbook before it is made into a message (表单).
    Form,
}
