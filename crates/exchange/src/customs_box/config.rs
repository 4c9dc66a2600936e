//! Settings of the simulator (模拟器设置).

use serde::{Deserialize, Serialize};

/// What happens to a list whose partners are missing (三单对碰方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matching {
    /// 宽松: after the wait it is processed all the same; status 2 has warned.
    Relaxed,
    /// 严格: after the wait it is refused.
    Strict,
}

/// Pauses between the answers, in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delays {
    /// From the arrival to the first answer.
    pub first_ms: i64,
    /// From the first answer to the second.
    pub second_ms: i64,
    /// From the second answer to the third.
    pub third_ms: i64,
    /// Before each further answer.
    pub further_ms: i64,
    /// From the last answer of a list to its tax bill (816).
    pub tax_bill_ms: i64,
    /// From the tax bill to the news that it was paid (818).
    pub tax_paid_ms: i64,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            first_ms: 300,
            second_ms: 500,
            third_ms: 1200,
            further_ms: 1500,
            tax_bill_ms: 1500,
            tax_paid_ms: 3000,
        }
    }
}

impl Delays {
    /// No pauses at all: for benchmarks.
    pub fn none() -> Self {
        Self {
            first_ms: 0,
            second_ms: 0,
            third_ms: 0,
            further_ms: 0,
            tax_bill_ms: 0,
            tax_paid_ms: 0,
        }
    }

    /// The pause before the answer with this number, from 0.
    pub(super) fn before(&self, number: usize) -> i64 {
        match number {
            0 => self.first_ms,
            1 => self.second_ms,
            2 => self.third_ms,
            _ => self.further_ms,
        }
    }
}

/// Most entities in one receipt message (回执报文, 1 to 100).
pub(super) const ENTITIES_MAX: usize = 100;

/// Settings of the simulator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomsBoxConfig {
    /// Queue that brings import declarations.
    #[serde(skip)]
    pub import_up: String,
    /// Queue that carries receipts of import declarations.
    #[serde(skip)]
    pub import_down: String,
    /// Queue that brings export declarations.
    #[serde(skip)]
    pub export_up: String,
    /// Queue that carries receipts of export declarations.
    #[serde(skip)]
    pub export_down: String,
    /// DXP id of customs for import.
    #[serde(skip)]
    pub import_account: String,
    /// DXP id of customs for export.
    #[serde(skip)]
    pub export_account: String,
    /// The simulator's node (传输节点编号), 8 characters.
    #[serde(skip)]
    pub node: String,
    /// The node of the platform that it answers, 1 to 8 characters.
    #[serde(skip)]
    pub platform_node: String,
    /// Pauses between the answers.
    pub delays: Delays,
    /// What happens to a list whose partners are missing.
    pub matching: Matching,
    /// How long a list waits for its partners, in milliseconds.
    pub match_wait_ms: i64,
    /// How often a waiting list looks for its partners, in milliseconds.
    pub match_poll_ms: i64,
    /// Reason code with which strict matching refuses a list without partners.
    pub unmatched_code: i32,
    /// Whether released import lists get a tax bill (816) and its payment (818).
    pub tax_bills: bool,
    /// Answers of one kind and receiver that may share a message, 1 to 100.
    pub entities_per_message: usize,
    /// How often the queues are looked at when nothing happens, in milliseconds.
    pub poll_ms: u64,
    /// Guids are made from this number; the same seed and ids give the same guids.
    pub seed: u64,
}

impl Default for CustomsBoxConfig {
    fn default() -> Self {
        Self {
            import_up: "tongguan.customs.import.up".to_owned(),
            import_down: "tongguan.customs.import.down".to_owned(),
            export_up: "tongguan.customs.export.up".to_owned(),
            export_down: "tongguan.customs.export.down".to_owned(),
            import_account: "DXPEDCCEB0000002".to_owned(),
            export_account: "DXPEDCCEB0000003".to_owned(),
            node: "00000002".to_owned(),
            platform_node: "01000001".to_owned(),
            delays: Delays::default(),
            matching: Matching::Relaxed,
            match_wait_ms: 2000,
            match_poll_ms: 500,
            unmatched_code: 1300,
            tax_bills: true,
            entities_per_message: 1,
            poll_ms: 20,
            seed: 1,
        }
    }
}

impl CustomsBoxConfig {
    /// What is wrong with the settings, in Chinese.
    pub fn fault(&self) -> Option<&'static str> {
        let is_right = (1..=ENTITIES_MAX).contains(&self.entities_per_message);
        (!is_right).then_some("entities_per_message 应为 1 至 100")
    }

    /// The same settings at the far end of this wire.
    #[must_use]
    pub fn on(mut self, wire: &crate::customs::CustomsConfig) -> Self {
        self.import_up.clone_from(&wire.import_up);
        self.import_down.clone_from(&wire.import_down);
        self.export_up.clone_from(&wire.export_up);
        self.export_down.clone_from(&wire.export_down);
        self.import_account.clone_from(&wire.import_receiver);
        self.export_account.clone_from(&wire.export_receiver);
        self.node.clone_from(&wire.customs_node);
        self.platform_node.clone_from(&wire.node);
        self
    }
}
