//! Every code of a rule has a message that breaks just this rule, and one that just keeps it.
//!
//! They stand in `cases.txt`. A new code of layer `Rule` needs a line there, or a test elsewhere that
//! names it: `tests/examples.rs` looks.

mod texts;

use crate::code_table::{Tables, read};
use crate::finding::{Layer, Severity};
use crate::kind::Kind;
use crate::message::{Document, Record};
use crate::parse::{Parsed, parse, parse_under};
use crate::profile::Profile;
use crate::sample::{self, Spec};
use crate::terms::Terms;
use crate::write::{DocumentValues, MessageWriter, RecordValues};
use std::collections::BTreeSet;

/// A complete tariff of three invented goods.
const TARIFF: &str = "table | tariff\nversion | 20250101\neffective | 20250101\ncomplete | yes\n\
    source | 测试\n[codes]\n9999999901 | 甲 | 035 | - | 13 | 0 | yes\n\
    9999999902 | 乙 | 035 | - | 13 | 0 | no\n9999999903 | 丙 | 035 | 011 | 13 | 0 | yes\n";

struct Case<'t> {
    code: &'t str,
    kind: Kind,
    options: &'t str,
    breaks: &'t str,
    keeps: &'t str,
}

fn cases() -> Vec<Case<'static>> {
    let lines = include_str!("cases.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [code, kind, options, breaks, keeps] = parts[..] else {
                panic!("not five columns: {line}");
            };
            let kind = Kind::from_code(&format!("CEB{kind}")).unwrap();
            Case {
                code,
                kind,
                options,
                breaks,
                keeps,
            }
        })
        .collect()
}

fn option<'t>(case: &Case<'t>, name: &str) -> Option<&'t str> {
    let mut words = case.options.split_whitespace();
    words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

fn values(record: &Record) -> RecordValues {
    let pairs = record.iter();
    pairs
        .map(|(element, value)| (element.to_owned(), value.to_owned()))
        .collect()
}

fn edit(documents: &mut [DocumentValues], word: &str) {
    let (name, value) = match word.strip_prefix('-') {
        Some(name) => (name, None),
        None => {
            let (name, value) = word.split_once('=').unwrap();
            (name, Some(value.replace('~', " ")))
        }
    };
    let (place, element) = name.split_once('.').unwrap_or(("", name));
    let record = match place.strip_prefix('d') {
        Some(document) => &mut documents[document.parse::<usize>().unwrap() - 1].head,
        None if place.is_empty() => &mut documents[0].head,
        None => &mut documents[0].lines[place.parse::<usize>().unwrap() - 1],
    };
    record.retain(|(known, _)| known != element);
    record.extend(value.map(|value| (element.to_owned(), value)));
}

fn message(case: &Case<'_>, edits: &str) -> String {
    let number = |name, other| option(case, name).map_or(other, |n| n.parse().unwrap());
    let spec = Spec {
        n_documents: number("documents", 1),
        n_lines: number("lines", 2),
        ..Spec::new(case.kind, 7)
    };
    let sample = parse(sample::message(&spec).as_bytes(), Profile::Strict);
    let message = sample.message.unwrap();
    let read = |document: &Document| DocumentValues {
        head: values(&document.head),
        lines: document.lines.iter().map(values).collect(),
    };
    let mut documents: Vec<_> = message.documents.iter().map(read).collect();
    let is_signed = message.has_signature && !edits.split_whitespace().any(|w| w == "unsigned");
    for word in edits.split_whitespace().filter(|word| *word != "unsigned") {
        edit(&mut documents, word);
    }
    let transfer = values(message.base_transfer.as_ref().unwrap());
    let writer = MessageWriter::new(case.kind, &message.guid, &documents).base_transfer(&transfer);
    let writer = if is_signed {
        writer.signature_frame()
    } else {
        writer
    };
    writer.finish()
}

fn judged(case: &Case<'_>, edits: &str, profile: Profile) -> Parsed {
    let mut tables = Tables::built_in().clone();
    if option(case, "tables").is_some() {
        tables.add(read(TARIFF).unwrap());
    }
    let terms = Terms {
        now: option(case, "now"),
        ..Terms::new(profile).with_tables(&tables)
    };
    parse_under(message(case, edits).as_bytes(), &terms)
}

#[test]
fn each_mistake_gives_just_its_code_and_what_is_near_gives_none() {
    let mut wrong = Vec::new();
    for case in cases() {
        let codes = |edits, profile| -> BTreeSet<&'static str> {
            let parsed = judged(&case, edits, profile);
            parsed.findings.iter().map(|finding| finding.code).collect()
        };
        // Every receipt of money is told that none is needed any more.
        let usual = if case.kind == Kind::Ceb403 {
            codes("appTime=20260105093000", Profile::Strict)
        } else {
            BTreeSet::new()
        };
        for profile in [Profile::Strict, Profile::Lenient] {
            let mut found = codes(case.breaks, profile);
            found.retain(|code| *code == case.code || !usual.contains(code));
            if found != [case.code].into() {
                wrong.push(format!("{} {}: {found:?}", case.code, case.breaks));
            }
        }
        let kept = judged(&case, case.keeps, Profile::Strict);
        let is_kept = kept
            .findings
            .iter()
            .all(|finding| finding.code != case.code);
        if !is_kept || kept.is_refused() {
            wrong.push(format!("{} {}: {:?}", case.code, case.keeps, kept.findings));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn how_grave_it_is_follows_profile_and_completeness() {
    let severity = |code: &str, element: &str, profile| {
        let case = cases()
            .into_iter()
            .find(|case| case.code == code && case.breaks.contains(element))
            .unwrap();
        let parsed = judged(&case, case.breaks, profile);
        parsed.findings[0].severity
    };
    use Profile::{Lenient, Strict};
    for (code, element, strict, lenient) in [
        ("TG-E1318", "unit=", Severity::Refuse, Severity::Warn),
        (
            "TG-E1319",
            "buyerTelephone=",
            Severity::Refuse,
            Severity::Warn,
        ),
        ("TG-E1319", "consignee=", Severity::Warn, Severity::Warn),
        // Elements that a mode does not need are reported, not refused; so is a guid in small letters.
        ("TG-E1502", "emsNo=", Severity::Warn, Severity::Warn),
        ("TG-E1504", "trafNo", Severity::Warn, Severity::Warn),
        ("TG-E1320", "guid=", Severity::Warn, Severity::Note),
        ("TG-E1509", "qty1=", Severity::Warn, Severity::Warn),
        ("TG-E1517", "qty1=", Severity::Warn, Severity::Warn),
        ("TG-E1315", "appTime=", Severity::Refuse, Severity::Warn),
        (
            "TG-E1313",
            "buyerIdNumber=",
            Severity::Refuse,
            Severity::Refuse,
        ),
        ("TG-E1512", "unit1=", Severity::Refuse, Severity::Warn),
        ("TG-E1606", "appTime=", Severity::Note, Severity::Note),
    ] {
        assert_eq!(severity(code, element, Strict), strict, "{code}");
        assert_eq!(severity(code, element, Lenient), lenient, "{code}");
    }
}

#[test]
fn without_a_clock_nothing_is_in_the_future_and_the_own_day_chooses_the_rules() {
    let spec = Spec::new(Kind::Ceb311, 7);
    let mut spec_future = spec.clone();
    spec_future.now.year = 2150;
    let xml = sample::message(&spec_future);
    assert_eq!(parse(xml.as_bytes(), Profile::Strict).findings, []);
    let terms = Terms::new(Profile::Strict).at("20260105093000");
    let found = parse_under(xml.as_bytes(), &terms).findings;
    assert_eq!(found[0].code, "TG-E1315");

    let tables = {
        let mut tables = Tables::built_in().clone();
        let text = "table|unit\nversion|20260101\neffective|20260201\ncomplete|yes\nsource|测试\n\
            [codes]\n035|千克";
        tables.add(read(text).unwrap());
        tables
    };
    let terms = Terms::new(Profile::Strict).with_tables(&tables);
    let on = |month| {
        let mut spec = spec.clone();
        spec.now.month = month;
        parse_under(sample::message(&spec).as_bytes(), &terms).is_refused()
    };
    assert!(!on(1) && on(2), "the table holds from February on");
}

#[test]
fn the_schema_layer_alone_leaves_the_rules_out() {
    let case = &cases()[0];
    let xml = message(case, case.breaks);
    let terms = Terms {
        deepest: Layer::Schema,
        ..Terms::new(Profile::Strict)
    };
    assert_eq!(parse_under(xml.as_bytes(), &terms).findings, []);
}
