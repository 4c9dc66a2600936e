//! Preflight (预检): what a submission would meet, told beforehand, changing nothing.
//!
//! 1. `files` takes the request apart: one message, JSON form or workbook, or many of them (zip,
//!    multipart, NDJSON, a JSON list), within limits.
//! 2. Each is judged as the pipeline would (`check::examine`); a form as its submission would be.
//! 3. All documents are matched, with each other first and then with what the platform knows; lists are
//!    held against the limits of their buyers, those of the set counting one after the other.
//! 4. Each import list gets its tax estimate.
//!
//! The database is only read. A set may hold messages that another company will send (an order with the
//! waybill of its carrier): that the sender is another is a note there, and nothing else is forgiven.

pub mod codes;
mod files;
pub mod http;
#[cfg(test)]
mod tests;
mod view;

use crate::check::Criteria;
use crate::matching::{self, Look, personal};
use crate::message::FindingView;
use crate::signature::Checker;
use crate::signature::Policy;
use crate::tax::Rates;
use crate::workbook::http::{prepare, views};
use crate::workbook::{Body, ReadForm};
use ceb::matching::{Judgement, Known, limit};
use ceb::tax::{Estimate, Scope, Way};
use ceb::{Document, Message, Severity};
use files::GivenFile;
use registry::code_table::Standing;
use registry::company::{Company, Directory};
use registry::context::AppContext;
use registry::module::Module;
use web::Problem;

pub use view::{
    PreflightAnswer, PreflightCounts, PreflightDocument, PreflightFile, PreflightFinding,
    PreflightPartner,
};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("预检").codes(codes::ALL);

/// Documents in one preflight.
pub const DOCUMENTS_MAX: usize = 2000;

/// Findings that one answer tells; the others are found when these are mended.
pub const FINDINGS_MAX: usize = 2000;

/// Threads that read a set; more would only make other callers wait.
const READERS_MAX: usize = 4;

/// Ids of documents that are not stored, behind all that are.
const FIRST_ID: i64 = i64::MAX - (1 << 20);

/// A file as it was read.
struct ReadFile {
    name: Option<String>,
    /// Messages in it, with the sheet and the number before the first document.
    messages: Vec<(Message, Option<String>, usize)>,
    findings: Vec<FindingView>,
    /// Why nothing could be read of it.
    problem: Option<Problem>,
    kind: Option<String>,
    /// The form of which the messages were made, with the part of each: it knows their cells.
    form: Option<(ReadForm, Vec<usize>)>,
}

impl ReadFile {
    /// A finding on a message of a form, at its cell.
    fn placed(&self, message: usize, finding: &ceb::Finding) -> FindingView {
        let view = FindingView::from(finding);
        let cell = || {
            let (form, parts) = self.form.as_ref()?;
            let part = form.parts.get(*parts.get(message)?)?;
            let (_, _, first) = self.messages.get(message)?;
            let place = part.draft.place_from(*first, &finding.path);
            Some((
                place.row,
                format!("{}!{}", part.sheet.as_deref()?, place.cell()?),
            ))
        };
        match cell() {
            Some((line, cell)) => FindingView {
                line: i64::from(line),
                cell: Some(cell),
                ..view
            },
            None => view,
        }
    }

    fn is_refused(&self) -> bool {
        let refuse = Severity::Refuse.name();
        self.problem.is_some()
            || self.messages.is_empty()
            || self
                .findings
                .iter()
                .any(|finding| finding.severity == refuse)
    }
}

/// A document with what came of it.
struct CheckedDocument {
    file: usize,
    message: usize,
    at: usize,
    /// Its place on the board; none for what is not compared.
    id: Option<i64>,
    judgement: Judgement,
    limits: Vec<ceb::matching::Difference>,
    tax: Option<Estimate>,
}

/// What the files of a set are judged by.
#[derive(Clone, Copy)]
struct JudgingTerms<'a> {
    standing: &'a Standing,
    signatures: &'a Checker,
    policy: &'a Policy,
    directory: &'a Directory,
    /// Whether forms get a frame where a signature must be.
    frame: bool,
}

/// Reads the files of a set on several threads.
fn read(company: &Company, given: &[GivenFile], api: JudgingTerms<'_>) -> Vec<ReadFile> {
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let n_threads = n_threads.min(READERS_MAX).min(given.len()).max(1);
    let is_set = given.len() > 1;
    let one = |given: &GivenFile| read_one(company, given, api, is_set);
    if n_threads == 1 {
        return given.iter().map(one).collect();
    }
    let per_thread = given.len().div_ceil(n_threads);
    std::thread::scope(|scope| {
        let chunks: Vec<_> = given
            .chunks(per_thread)
            .map(|chunk| scope.spawn(move || chunk.iter().map(one).collect::<Vec<_>>()))
            .collect();
        // A panic of a reader is a panic of this request, as it would be on one thread.
        chunks
            .into_iter()
            .flat_map(|chunk| match chunk.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

fn read_one(company: &Company, given: &GivenFile, api: JudgingTerms<'_>, is_set: bool) -> ReadFile {
    let standing = api.standing;
    let terms = standing.terms(crate::workbook::profile(&company.profile));
    let mut file = ReadFile {
        name: given.name.clone(),
        messages: Vec::new(),
        findings: Vec::new(),
        problem: None,
        kind: None,
        form: None,
    };
    if given.form == Body::Xml {
        let criteria = Criteria {
            terms: &terms,
            signatures: api.signatures,
            policy: api.policy,
            received_ms: standing.now_ms,
            directory: api.directory,
        };
        let (mut parsed, _) = crate::check::examine(company, criteria, &given.body);
        if api.policy.platform_signs {
            // The platform is going to sign it.
            let missing = ceb::code::SIGNATURE_MISSING.id;
            parsed.findings.retain(|finding| finding.code != missing);
        }
        if is_set {
            // The documents of partners are in the set, with the partners' senders and cards.
            let foreign = crate::check::codes::FOREIGN_SENDER.code;
            let cards = [ceb::code::HOLDER_DIFFERS.id, ceb::code::HOLDER_UNKNOWN.id];
            let is_foreign = parsed.findings.iter().any(|one| one.code == foreign);
            let of_others = parsed
                .findings
                .iter_mut()
                .filter(|one| one.code == foreign || (is_foreign && cards.contains(&one.code)));
            of_others.for_each(|one| one.severity = Severity::Note);
        }
        file.findings = parsed.findings.iter().map(Into::into).collect();
        if let Some(message) = parsed.message {
            file.kind = Some(message.kind.code().to_owned());
            file.messages.push((message, None, 0));
        }
        return file;
    }
    match prepare(company, given.form, &given.body, standing, api.frame) {
        Ok((form, prepared)) => {
            file.findings = views(&form);
            let mut parts = Vec::with_capacity(prepared.len());
            for one in prepared {
                let parsed = ceb::parse_under(one.made.xml.as_bytes(), &terms);
                let sheet = form.parts.get(one.part).and_then(|part| part.sheet.clone());
                if let Some(message) = parsed.message {
                    file.kind = Some(message.kind.code().to_owned());
                    file.messages.push((message, sheet, one.made.first));
                    parts.push(one.part);
                }
            }
            file.form = Some((form, parts));
        }
        Err(problem) => file.problem = Some(problem),
    }
    file
}

/// What is compared of the documents of a set, and each document's place on the board.
fn facts(
    context: &AppContext,
    company: &Company,
    files: &[ReadFile],
) -> (Vec<CheckedDocument>, Vec<Known>) {
    let (mut checked, mut fresh) = (Vec::new(), Vec::new());
    let mut next = FIRST_ID;
    for (file, read) in files.iter().enumerate() {
        for (message, (parsed, _, _)) in read.messages.iter().enumerate() {
            for (at, document) in parsed.documents.iter().enumerate() {
                next += 1;
                let whose = (next, company.id);
                let known = matching::known(&context.seal, parsed, document, whose);
                checked.push(CheckedDocument {
                    file,
                    message,
                    at,
                    id: known.as_ref().map(|known| known.id),
                    judgement: Judgement::default(),
                    limits: Vec::new(),
                    tax: None,
                });
                fresh.extend(known);
            }
        }
    }
    (checked, fresh)
}

/// Judges every document of a set, in its order.
fn judge(checked: &mut [CheckedDocument], look: &mut Look, rates: &Rates, way: Way) {
    for one in checked {
        let Some(id) = one.id else { continue };
        one.judgement = look.board.judge(id).unwrap_or_default();
        let Some(known) = look.board.get(id).cloned() else {
            continue;
        };
        if known.facts.person_key().is_none() {
            continue;
        }
        let used = personal::yuan(look.used(&known));
        one.limits = limit::judge(&known.facts, used);
        let scope = Scope::of(&known.facts, used);
        one.tax = ceb::tax::estimate(&known.facts, scope, &|code| rates.find(code, scope), way);
    }
}

/// The document of a file.
fn document<'a>(
    files: &'a [ReadFile],
    checked: &CheckedDocument,
) -> Option<(&'a Message, &'a Document)> {
    let (message, _, _) = files.get(checked.file)?.messages.get(checked.message)?;
    Some((message, message.documents.get(checked.at)?))
}
