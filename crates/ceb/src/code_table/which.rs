//! Which code tables there are.

/// Code table (代码表) that lists the values of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum CodeTable {
    /// Unit of measure (计量单位).
    Unit,
    /// Country or region (国别地区).
    Country,
    /// Means of transport (运输方式).
    Traffic,
    /// Packing (包装种类).
    Wrap,
    /// Customs district (关区).
    District,
    /// Currency (币制).
    Currency,
    /// Port (港口).
    Port,
    /// Administrative division (行政区划), by province.
    Region,
    /// Customs tariff (税则): commodity codes.
    Tariff,
}

impl CodeTable {
    /// Every table.
    pub const ALL: [Self; 9] = [
        Self::Unit,
        Self::Country,
        Self::Traffic,
        Self::Wrap,
        Self::District,
        Self::Currency,
        Self::Port,
        Self::Region,
        Self::Tariff,
    ];

    /// Its name in rules, files and commands: `unit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Its Chinese name.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Unit => "计量单位",
            Self::Country => "国别（地区）",
            Self::Traffic => "运输方式",
            Self::Wrap => "包装种类",
            Self::District => "关区",
            Self::Currency => "币制",
            Self::Port => "港口",
            Self::Region => "行政区划",
            Self::Tariff => "商品编码",
        }
    }

    /// The table with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}
