//! Collects findings up to the limit.

use crate::code::{self, Code};
use crate::finding::{FINDINGS_MAX, Finding, Layer, Severity};

/// Findings so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    findings: Vec<Finding>,
    /// The gravest of the findings that were left out.
    left_out: Option<(Severity, Layer)>,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            let this = (finding.severity, finding.layer);
            self.left_out = Some(self.left_out.map_or(this, |worst| worst.min(this)));
        }
    }

    /// Whether another finding would still be listed; saves composing texts nobody reads.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
            && self.left_out.is_some_and(|(severity, layer)| {
                severity == Severity::Refuse && layer < Layer::Rule
            })
    }

    pub(crate) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.line);
        if let Some((severity, layer)) = self.left_out {
            let code: &'static Code = &code::MORE_FINDINGS;
            let text = format!("问题超过 {FINDINGS_MAX} 个，其余的没有列出");
            let mut more = Finding::new(code, "/".to_owned(), 0, "", text);
            (more.severity, more.layer) = (severity, layer);
            self.findings.push(more);
        }
        self.findings
    }
}
