//! One value against the rules column of its table.

use super::judge::Judge;
use super::{company, identity};
use crate::advice::{self, invisible};
use crate::code::{self, Code};
use crate::finding::Severity;
use crate::message::Record;
use crate::profile::Profile;
use crate::report::Findings;
use crate::spec::label;
use crate::spec::{CodeTable, FieldSpec, FieldType, Rule, Wild};
use crate::time;

/// Words that people write where a name should stand.
const FILLERS: [&str; 6] = ["空", "无", "/", "-", "null", "NULL"];

/// Times of something that has happened when it is reported.
const PAST: [&str; 4] = ["appTime", "payTime", "logisticsTime", "accountingDate"];

/// Checks every field of a record.
pub(super) fn check(
    record: &Record,
    judge: Judge<'_>,
    path: impl Fn(&FieldSpec) -> String,
    report: &mut Findings,
) {
    for (at, field) in record.spec().fields.iter().enumerate() {
        if record.faulty >> at & 1 == 1 {
            continue;
        }
        let value = record.at(at).unwrap_or("");
        let problem = if value.is_empty() {
            let text = || format!("{}必须填写", label(field));
            (field.required_by_text).then(|| FieldProblem::new(&code::REQUIRED_BY_TEXT, text()))
        } else {
            let mut rules = field.rules.iter();
            hidden(field, value, judge)
                .or_else(|| rules.find_map(|rule| one(rule, field, value, record, judge)))
                .or_else(|| cut_number(field, value, judge))
                .or_else(|| guid_letters(field, value, judge))
        };
        let Some(problem) = problem else { continue };
        let line = record
            .line_at(at)
            .max(if record.has(at) { 0 } else { record.line });
        let found = judge.finding(problem.code, || path(field), line, value, problem.text);
        let Some(mut finding) = found else { continue };
        if let Some(severity) = problem.severity {
            finding.severity = severity;
        }
        if let Some(advice) = problem.advice {
            finding.advice = advice;
        }
        let wild = value.is_empty() && field.is_wild(Wild::Missing);
        if wild && judge.terms.profile == Profile::Lenient {
            finding = finding.warn();
        }
        report.push(finding);
    }
}

struct FieldProblem {
    code: &'static Code,
    text: String,
    /// Other than the code's own.
    severity: Option<Severity>,
    /// More to the point than the code's own.
    advice: Option<String>,
}

impl FieldProblem {
    fn new(code: &'static Code, text: String) -> Self {
        Self {
            code,
            text,
            severity: None,
            advice: None,
        }
    }

    /// Else with the one value of a list, where there is only one.
    fn or_only(mut self, list: &[String]) -> Self {
        if let ([only], None) = (list, &self.advice) {
            self.advice = Some(format!("改为 {only}。"));
        }
        self
    }

    /// With the advice for what the value is, where there is one.
    fn advised(mut self, field: &FieldSpec, value: &str, judge: Judge<'_>) -> Self {
        self.advice = advice::of(field, value, judge.terms.tables);
        self
    }
}

/// Characters that nobody sees: in a code as wrong as full-width ones, in a text a warning.
fn hidden(field: &FieldSpec, value: &str, judge: Judge<'_>) -> Option<FieldProblem> {
    let is_code = advice::is_code(field);
    let found = invisible::find(value, is_code);
    if found.is_empty() {
        return None;
    }
    let text = format!(
        "{}含有看不见的字符：{}",
        label(field),
        invisible::describe(&found)
    );
    let mut problem = FieldProblem::new(&code::INVISIBLE, text);
    let severity = code::INVISIBLE.severity_in(judge.terms.profile);
    problem.severity = Some(if is_code {
        severity
    } else {
        severity.max(Severity::Warn)
    });
    Some(problem)
}

/// A number that a spreadsheet has cut to what it shows: nobody has such a code, but nothing forbids it.
fn cut_number(field: &FieldSpec, value: &str, judge: Judge<'_>) -> Option<FieldProblem> {
    let is_text = matches!(field.kind, FieldType::Text { .. });
    let is_cut = is_text && advice::is_code(field) && advice::words::is_scientific(value);
    is_cut.then(|| {
        let text = format!("{}是科学计数法，不是原来的号码", label(field));
        let mut problem = FieldProblem::new(&code::CODE_FORMAT, text);
        problem.severity = Some(Severity::Warn);
        problem.advised(field, value, judge)
    })
}

/// The standard wants capital letters in a guid; customs takes others, so this is told and no more.
fn guid_letters(field: &FieldSpec, value: &str, judge: Judge<'_>) -> Option<FieldProblem> {
    let is_right = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let is_odd = field.element == "guid" && !value.chars().all(is_right);
    is_odd.then(|| {
        let text = format!("{}应由大写字母、数字和连字符组成", label(field));
        let mut problem = FieldProblem::new(&code::GUID_FORM, text);
        problem.severity = Some(code::GUID_FORM.severity_in(judge.terms.profile));
        problem
    })
}

/// A value that is none of those of a list.
fn not_allowed(field: &FieldSpec, list: &[String]) -> FieldProblem {
    let text = format!("{}只能是 {}", label(field), list.join("、"));
    FieldProblem::new(&code::VALUE_NOT_ALLOWED, text)
}

fn one(
    rule: &Rule,
    field: &FieldSpec,
    value: &str,
    record: &Record,
    judge: Judge<'_>,
) -> Option<FieldProblem> {
    let when = |bad: bool, code: &'static Code, why: &str| {
        bad.then(|| FieldProblem::new(code, format!("{}{why}", label(field))))
    };
    let advised = |problem: FieldProblem| problem.advised(field, value, judge);
    match rule {
        Rule::In(list) => {
            let bad = !list.iter().any(|allowed| allowed == value.trim());
            bad.then(|| advised(not_allowed(field, list)).or_only(list))
        }
        Rule::Time14 => when(!time::is_time14(value), &code::TIME, "不是真实的时间")
            .map(advised)
            .or_else(|| plausible(field, value, judge)),
        Rule::Time17 => when(!time::is_time17(value), &code::TIME, "不是真实的时间").map(advised),
        Rule::Date8 => when(!time::is_date(value), &code::TIME, "不是真实的日期")
            .map(advised)
            .or_else(|| plausible(field, value, judge)),
        Rule::Company(words) => {
            if words.iter().any(|word| word == value) {
                return None;
            }
            if company::has_odd_organisation(value) && company::problem(value).is_none() {
                let why = "第 9 至 17 位不是校验码正确的组织机构代码";
                return when(true, &code::ORGANISATION_CODE, why);
            }
            let why = company::problem(value)?;
            when(true, &code::COMPANY_CODE, &format!("：{why}"))
        }
        Rule::Name => {
            let text = value.trim();
            let bad = text.is_empty() || FILLERS.contains(&text);
            when(bad, &code::BLANK_NAME, "没有实际内容")
        }
        Rule::Identity => {
            let kind = record
                .get("buyerIdType")
                .or_else(|| record.get("payerIdType"));
            if kind.is_some_and(|kind| kind != "1") {
                return None;
            }
            let why = identity::problem(value, judge.table(CodeTable::Region))?;
            when(true, &code::IDENTITY, &format!("：{why}")).map(advised)
        }
        Rule::NotNegative => when(is_negative(value), &code::NEGATIVE, "不能小于零"),
        Rule::Positive => {
            let bad = is_negative(value) || is_zero(value);
            when(bad, &code::NOT_POSITIVE, "必须大于零")
        }
        Rule::Digits(count) => {
            let good = value.len() == *count as usize && value.bytes().all(|b| b.is_ascii_digit());
            when(!good, &code::CODE_FORMAT, &format!("应为 {count} 位数字")).map(advised)
        }
        Rule::HalfWidth => when(
            value.chars().any(is_full_width),
            &code::FULL_WIDTH,
            "含有全角字符",
        ),
        Rule::Assigned => {
            let new = record.get("appType") == Some("1");
            when(new, &code::ASSIGNED, "由电子口岸生成，新增时不能填写")
        }
        Rule::Table(which) => listed(*which, field, value, judge),
        Rule::Fixed(_) | Rule::Default(_) | Rule::Wild(_) => None,
    }
}

/// A real time that is neither ancient nor, where it tells what has happened, in the future.
fn plausible(field: &FieldSpec, value: &str, judge: Judge<'_>) -> Option<FieldProblem> {
    if time::is_ancient(value) {
        let text = format!("{}的年份不合常理", label(field));
        return Some(FieldProblem::new(&code::ANCIENT, text));
    }
    let is_past = PAST.contains(&&*field.element);
    (is_past && judge.is_future(value)).then(|| {
        let now = judge.terms.now.unwrap_or_default();
        let text = format!("{} {value} 晚于现在的北京时间 {now}", label(field));
        FieldProblem::new(&code::FUTURE_TIME, text)
    })
}

/// A code that its table lists. Commodity codes are looked at with their units, by list.
fn listed(
    which: CodeTable,
    field: &FieldSpec,
    value: &str,
    judge: Judge<'_>,
) -> Option<FieldProblem> {
    if which == CodeTable::Tariff {
        return None;
    }
    let table = judge.table(which)?;
    // What an incomplete table does not list may well be right: nothing is said about it. A word is no code
    // in any table.
    let is_word = !value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if table.find(value).is_some() || !(table.is_complete || is_word) {
        return None;
    }
    let text = if which == CodeTable::Region {
        let province: String = value.chars().take(2).collect();
        format!(
            "{}：没有以 {province}（前两位，省级）开头的行政区划代码",
            label(field)
        )
    } else {
        format!("{}：{}代码表中没有 {value}", label(field), which.chinese())
    };
    let mut problem = FieldProblem::new(&code::UNKNOWN_CODE, text);
    problem.severity = Some(judge.by_table(problem.code, is_word || table.denies(value)));
    Some(problem.advised(field, value, judge))
}

fn is_zero(value: &str) -> bool {
    !value.bytes().any(|b| (b'1'..=b'9').contains(&b))
}

fn is_negative(value: &str) -> bool {
    value.trim_start().starts_with('-') && !is_zero(value)
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{3000}' | '\u{FF01}'..='\u{FF5E}')
}
