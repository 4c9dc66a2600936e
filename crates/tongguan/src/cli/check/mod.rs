//! `check`: files and folders against all rules, on this machine, without a platform.
//!
//! Everything is said at once and file by file, in the order of the names: an error that stopped
//! the others would hide them. What cannot be read is said and counted.

mod shown;
#[cfg(test)]
mod tests;
mod walk;

use super::{Ended, input, say, wrong_use};
use ceb::code_table::Tables;
use ceb::form::FormOrigin;
use ceb::sample::Spec;
use ceb::signature::certificate::Match;
use ceb::signature::key::Library;
use ceb::signature::{Verifier, VerifyPolicy};
use ceb::{Finding, Kind, Message, Profile, Severity, Terms};
use clap::{Args, ValueEnum};
use exchange::workbook::{Body, XLSX, read};
use serde_json::{Value, json};
use shown::{DisplayOptions, ShownTotal};
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use store::clock::{Clock, SystemClock, beijing_compact};

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Name for the standard input.
const STANDARD_INPUT: &str = "-";

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// 报文（.xml）、JSON（.json）、工作簿（.xlsx、.csv）文件或传输报文，或存放它们的文件夹；- 表示标准输入
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<String>,
    /// 宽松档：对实际报文中已知的偏差只警告
    #[arg(long)]
    lenient: bool,
    /// 有警告也算不通过
    #[arg(long)]
    warnings_as_errors: bool,
    /// 用文件夹中的代码表文件（.txt）代替内置代码表的同名表
    #[arg(long, value_name = "DIR")]
    tables: Option<PathBuf>,
    /// 每个问题输出一行 JSON
    #[arg(long)]
    json: bool,
    /// 只输出统计，不列出问题
    #[arg(long, short)]
    quiet: bool,
    #[arg(
        long,
        value_enum,
        default_value_t = Color::Auto,
        help = "颜色：auto 只在终端上使用，并遵守 NO_COLOR"
    )]
    color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    fn is_on(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                !refused && std::io::stdout().is_terminal()
            }
        }
    }
}

/// A finding of a file, with its place for people.
struct FileFinding {
    place: String,
    finding: Finding,
}

/// What was found in a file.
struct FileOutcome {
    findings: Vec<FileFinding>,
    /// The text to which the lines of the findings belong; empty for a workbook.
    text: Vec<u8>,
    /// The kind of a receipt or notice of customs; none of a declaration.
    received: Option<Kind>,
}

/// Checks files; refused when any of them would be.
pub(super) fn check(args: &CheckArgs) -> anyhow::Result<Ended> {
    let tables = match &args.tables {
        Some(folder) => tables(folder)?,
        None => Tables::built_in().clone(),
    };
    let now = beijing_compact(SystemClock.now_ms());
    let profile = if args.lenient {
        Profile::Lenient
    } else {
        Profile::Strict
    };
    let terms = Terms::new(profile).at(&now).with_tables(&tables);
    Ok(run(args, &terms, &mut |line| say(line)))
}

fn run(args: &CheckArgs, terms: &Terms<'_>, out: &mut dyn FnMut(&str)) -> Ended {
    let shown = DisplayOptions {
        is_coloured: args.color.is_on(),
    };
    let mut total = ShownTotal::default();
    for found in walk::files(&args.files) {
        let name = found.name();
        let judged = found
            .path()
            .and_then(|path| content(path, &name))
            .and_then(|bytes| judge(&name, &bytes, terms));
        match judged {
            Ok(outcome) => {
                total.add(&outcome.findings);
                if args.quiet {
                    continue;
                }
                if args.json {
                    for found in &outcome.findings {
                        out(&line(&name, found).to_string());
                    }
                } else {
                    out(&shown.file(&name, &outcome));
                }
            }
            Err(error) => {
                total.unreadable += 1;
                if args.json {
                    out(&json!({"file": name, "error": format!("{error:#}")}).to_string());
                } else {
                    out(&shown.unreadable(&name, &format!("{error:#}")));
                }
            }
        }
    }
    if !args.json {
        out(&shown.total(&total));
    }
    // To have looked at nothing is no good news either.
    let is_bad = total.is_empty()
        || total.refused > 0
        || total.unreadable > 0
        || (args.warnings_as_errors && total.warned > 0);
    if is_bad { Ended::Refused } else { Ended::Done }
}

/// The built-in tables and those of a folder.
fn tables(folder: &Path) -> anyhow::Result<Tables> {
    let mut tables = Tables::built_in().clone();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| wrong_use(input::unreadable(folder, &error).to_string()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    files.sort();
    if files.is_empty() {
        let text = format!("文件夹 {} 中没有代码表文件（.txt）", folder.display());
        return Err(wrong_use(text));
    }
    for file in files {
        let text = input::text(&file).map_err(|error| wrong_use(error.to_string()))?;
        let table = ceb::code_table::read(&text)
            .map_err(|faults| wrong_use(super::code_table::faults_of(&file, &faults)))?;
        // The same version as a built-in one says nothing new.
        tables.add(table);
    }
    Ok(tables)
}

/// The bytes of a file or of the standard input.
fn content(path: &Path, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = FILE_BYTES_MAX + 1;
    let read = if name == STANDARD_INPUT {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| anyhow::anyhow!(input::reason(&error)))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        anyhow::bail!("超过 {} MiB", FILE_BYTES_MAX >> 20);
    }
    Ok(bytes)
}

fn line(file: &str, found: &FileFinding) -> Value {
    let finding = &found.finding;
    json!({
        "file": file,
        "place": found.place,
        "line": finding.line,
        "path": finding.path,
        "code": finding.code,
        "severity": finding.severity.name(),
        "value": finding.value,
        "text": finding.text,
        "advice": finding.advice,
    })
}

fn judge(file: &str, bytes: &[u8], terms: &Terms<'_>) -> anyhow::Result<FileOutcome> {
    // The ending says what a file wants to be; without a telling one the content does.
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let content_type = match ending.to_ascii_lowercase().as_str() {
        "json" => Some("application/json"),
        "xlsx" | "xls" | "csv" => Some(XLSX),
        _ => None,
    };
    let kind = Body::of(content_type, bytes);
    if kind == Body::Xml {
        return Ok(xml(bytes, terms));
    }
    let refused = |problem: web::Problem| {
        let detail = problem.detail.unwrap_or_default();
        anyhow::anyhow!(
            "[{}] {} {detail} {}",
            problem.code,
            problem.title,
            problem.advice
        )
    };
    let mut form = read(kind, bytes).map_err(refused)?;
    form.prepare(&origin(), terms).map_err(refused)?;
    let findings = form.findings.iter().map(|finding| FileFinding {
        place: finding
            .cell()
            .unwrap_or_else(|| at_line(&finding.placed.finding)),
        finding: finding.placed.finding.clone(),
    });
    Ok(FileOutcome {
        findings: findings.collect(),
        text: match kind {
            Body::Json => bytes.to_vec(),
            Body::Xml | Body::Workbook => Vec::new(),
        },
        received: None,
    })
}

fn xml(bytes: &[u8], terms: &Terms<'_>) -> FileOutcome {
    let sniffed = ceb::sniff(bytes).ok();
    let about_envelope = sniffed
        .as_ref()
        .map(|sniffed| sniffed.findings(terms.profile));
    // What customs sends is taken as the platform takes it, not judged as a declaration.
    let received = sniffed
        .as_ref()
        .map(|sniffed| sniffed.kind)
        .filter(|kind| !kind.is_declaration());
    let terms = &Terms {
        profile: received.map_or(terms.profile, |_| Profile::Down),
        ..*terms
    };
    // What cannot be recognised is told by the parser as well, with its line.
    let inner = sniffed.map_or_else(|| bytes.into(), |sniffed| sniffed.inner);
    let mut parsed = ceb::parse_under(&inner, terms);
    parsed.findings.extend(about_envelope.into_iter().flatten());
    let is_refused = parsed.is_refused();
    if let Some(message) = parsed
        .message
        .as_ref()
        .filter(|_| !is_refused && received.is_none())
    {
        let found = about_signature(message, &inner, terms.profile);
        parsed.findings.extend(found);
    }
    let findings = parsed.findings.into_iter().map(|finding| FileFinding {
        place: at_line(&finding),
        finding,
    });
    FileOutcome {
        findings: findings.collect(),
        text: inner.into_owned(),
        received,
    }
}

/// Whether the signature fits the message: a warning, as under the policy that companies have unless they
/// ask for another. Whom to believe is the platform's business; `clinic` says more.
fn about_signature(message: &Message, xml: &[u8], profile: Profile) -> Vec<Finding> {
    let verifier = Verifier {
        policy: VerifyPolicy::LEGACY,
        sm2: &Library,
        certificate: None,
    };
    let verdict = verifier.verify(xml);
    let mut found = ceb::signature::findings(&verdict, &[], Match::Unknown, profile);
    ceb::signature::place(&mut found, message, xml);
    for finding in &mut found {
        finding.severity = finding.severity.max(Severity::Warn);
    }
    found
}

fn at_line(finding: &Finding) -> String {
    format!("第 {} 行", finding.line)
}

/// Nobody in particular: who sends is the platform's business, and so is the signature.
fn origin() -> FormOrigin {
    let spec = Spec::new(Kind::Ceb311, 1);
    FormOrigin {
        code: spec.sender.code,
        name: spec.sender.name,
        dxp_id: spec.sender.dxp_id,
        time14: spec.now.time14(),
        signature_frame: true,
    }
}

/// How grave the worst finding is.
fn worst(findings: &[FileFinding]) -> Option<Severity> {
    findings.iter().map(|one| one.finding.severity).min()
}
