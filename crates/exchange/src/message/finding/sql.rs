//! Statements that write `message_finding`.

use crate::message::MessageId;
use ceb::Finding;
use std::borrow::Cow;
use std::collections::BTreeMap;
use store::{Many, Result, Tx, Value, Vault};

const FINDINGS: Many = Many {
    before: "insert into message_finding (message_id, number, code, severity, path, line, \
             value, text, advice) values ",
    row: "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    after: " on conflict (message_id, number) do nothing",
};

/// A finding quotes what was declared, which is sealed as the message is.
struct Sealed<'a> {
    message: MessageId,
    number: i64,
    finding: &'a Finding,
    value: Cow<'a, str>,
    text: Cow<'a, str>,
}

impl<'a> Sealed<'a> {
    fn new(vault: &Vault, message: MessageId, number: i64, finding: &'a Finding) -> Result<Self> {
        Ok(Self {
            message,
            number,
            finding,
            value: vault.close_text(&finding.value)?,
            text: vault.close_text(&finding.text)?,
        })
    }

    fn row(&self) -> Vec<Value<'_>> {
        let finding = self.finding;
        vec![
            self.message.0.into(),
            self.number.into(),
            finding.code.into(),
            finding.severity.name().into(),
            (&finding.path).into(),
            finding.line.into(),
            Value::Text(&self.value),
            Value::Text(&self.text),
            (&finding.advice).into(),
        ]
    }
}

fn write_findings(tx: &mut Tx<'_>, sealed: &[Sealed<'_>]) -> Result<()> {
    let rows: Vec<Vec<Value<'_>>> = sealed.iter().map(Sealed::row).collect();
    tx.many(FINDINGS, &[], &rows).map(|_| ())
}

pub(crate) fn insert_findings(tx: &mut Tx<'_>, findings: &[(MessageId, &[Finding])]) -> Result<()> {
    let vault = tx.vault();
    let mut sealed = Vec::new();
    for (message, list) in findings {
        for (number, finding) in (1_i64..).zip(list.iter()) {
            sealed.push(Sealed::new(&vault, *message, number, finding)?);
        }
    }
    write_findings(tx, &sealed)
}

/// Adds findings to messages that may have some already.
pub(crate) fn append_findings(
    tx: &mut Tx<'_>,
    findings: &BTreeMap<MessageId, Vec<Finding>>,
) -> Result<()> {
    const NUMBERS: Many = Many {
        before: "select message_id, max(number) from message_finding where message_id in (",
        row: "?",
        after: ") group by message_id",
    };
    let rows: Vec<Vec<Value<'_>>> = findings.keys().map(|id| vec![id.0.into()]).collect();
    let mut numbers = BTreeMap::new();
    for row in tx.many(NUMBERS, &[], &rows)? {
        numbers.insert(MessageId(row.int(0)?), row.int(1)?);
    }
    let most = i64::try_from(ceb::finding::FINDINGS_MAX).unwrap_or(i64::MAX);
    let vault = tx.vault();
    let mut sealed = Vec::new();
    for (message, list) in findings {
        let first = numbers.get(message).copied().unwrap_or(0) + 1;
        for (number, finding) in (first..=most).zip(list) {
            sealed.push(Sealed::new(&vault, *message, number, finding)?);
        }
    }
    write_findings(tx, &sealed)
}
