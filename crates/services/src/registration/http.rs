//! The page `/register`: complete without scripts, errors beside the fields.

use super::form::{self, FIELDS, FieldFault, VALUE_BYTES_MAX};
use super::{DOCUMENTS, KIND, PER_DAY_MAX, REGISTERED, codes, role_names, sample, sql, taken_by};
use crate::ServicesApi;
use crate::case_file::attachment::{self, CheckedFile, off_the_runtime};
use crate::case_file::{self, CaseContext, attach, open};
use crate::company_ledger::Business;
use askama::Template;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, RawQuery, State as Held};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{Actor, Origin, Who, origin};
use registry::account::hashing::hash_password;
use registry::account::{self, AccountId, NewAccount};
use registry::audit;
use registry::context::AppContext;
use registry::page::{Bilingual, Lang, is_from_us, page};
use registry::role::{self, Grant, Role};
use registry::throttle::Throttle;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use web::budget::HeldBudget;
use web::shares::Full;
use web::{ErrorCode, Problem, codes as common};

/// Largest form with its files, in bytes: 24 MiB.
pub const BODY_BYTES_MAX: usize = 24 * 1024 * 1024;

/// How long a form may be on its way in.
const FORM_TIME: Duration = Duration::from_secs(180);

/// Forms that an address may send within an hour.
pub const PER_HOUR_MAX: u32 = 30;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// What the page needs.
#[derive(Clone)]
pub struct Reception {
    /// What the handlers of this layer need.
    pub api: ServicesApi,
    /// Counts forms by address.
    pub throttle: Arc<Throttle>,
}

impl Reception {
    /// A reception for these handlers.
    pub fn new(api: ServicesApi) -> Self {
        Self {
            api,
            throttle: Arc::new(Throttle::new(PER_HOUR_MAX)),
        }
    }
}

/// The form with what was typed and what is wrong with it.
#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    lang: Lang,
    form: BTreeMap<String, String>,
    faults: BTreeMap<&'static str, String>,
    refused: Option<ErrorCode>,
    /// The business roles, each with whether it is chosen.
    roles: Vec<(&'static Business, bool)>,
    is_demo: bool,
}

impl RegisterPage {
    fn value(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }

    fn fault(&self, name: &str) -> &str {
        self.faults.get(name).map_or("", String::as_str)
    }
}

/// What comes next, once the form was right.
#[derive(Template)]
#[template(path = "registered.html")]
struct RegisteredPage {
    lang: Lang,
    case: String,
    company: String,
    login: String,
    /// The login name that works when somebody has the chosen one.
    spare: String,
    due: String,
}

impl RegisteredPage {
    /// The page in both languages, for there is no address that shows it again: the other one is seen when its
    /// place is asked for.
    fn tongues(&self) -> [(&'static str, &'static str, Lang); 2] {
        [
            ("other", "own", Lang::named(self.lang.other())),
            ("own", "other", self.lang),
        ]
    }
}

/// A form as it came.
struct SentForm {
    form: BTreeMap<String, String>,
    again: String,
    /// The language that is asked for instead of sending the form in.
    lang: Option<String>,
    files: Vec<(&'static str, String, axum::body::Bytes)>,
}

/// A file that may be kept, with the document that it is.
pub(super) type RegistrationFile = (&'static str, CheckedFile, axum::body::Bytes);

/// `GET /register`; in the demo the form is filled with a company that does not exist.
pub async fn register_page(
    Held(reception): Held<Reception>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
) -> Response {
    let lang = Lang::of_request(&headers, raw.as_deref());
    let context = reception.api.context();
    let form = match context.secret() {
        Ok(random) if context.config.demo => sample::form(
            random
                .iter()
                .take(8)
                .fold(0, |seed, byte| seed << 8 | u64::from(*byte)),
        ),
        _ => BTreeMap::new(),
    };
    show(
        (lang, context.config.demo),
        StatusCode::OK,
        form,
        (Vec::new(), None),
    )
}

/// `GET /register/sample-licence.pdf`: something to attach, in the demo only.
pub async fn sample_licence(Held(reception): Held<Reception>) -> Result<Response, Problem> {
    if !reception.api.context().config.demo {
        return Err(Problem::new(common::NOT_FOUND));
    }
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"sample-licence.pdf\"",
        ),
    ];
    Ok((headers, sample::LICENCE).into_response())
}

fn show(
    (lang, is_demo): (Lang, bool),
    status: StatusCode,
    mut form: BTreeMap<String, String>,
    (faults, refused): (Vec<FieldFault>, Option<ErrorCode>),
) -> Response {
    form.remove("password");
    let chosen: BTreeSet<String> = form
        .get("roles")
        .map(|roles| roles.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    let roles = role_names()
        .map(|role| (role, chosen.contains(role.name)))
        .collect();
    let mut by_field: BTreeMap<&'static str, String> = BTreeMap::new();
    for (field, fault) in faults {
        by_field
            .entry(field)
            .or_insert_with(|| lang.text(&fault).to_owned());
    }
    let shown = RegisterPage {
        lang,
        form,
        faults: by_field,
        refused,
        roles,
        is_demo,
    };
    page(lang, status, &shown)
}

fn refused(
    (lang, is_demo): (Lang, bool),
    form: BTreeMap<String, String>,
    code: ErrorCode,
) -> Response {
    let status = StatusCode::from_u16(code.status).unwrap_or(StatusCode::BAD_REQUEST);
    show((lang, is_demo), status, form, (Vec::new(), Some(code)))
}

/// `POST /register`.
///
/// # Errors
/// 503 when the database cannot be asked; everything else is told on the page.
pub async fn register(
    Held(reception): Held<Reception>,
    headers: HeaderMap,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    let (api, context) = (&reception.api, reception.api.context());
    let lang = Lang::of_request(&headers, None);
    let shown = (lang, context.config.demo);
    let origin = origin(&headers, context);
    let now_ms = context.now_ms();
    if reception.throttle.take(&origin.address, now_ms).is_err() {
        return Ok(refused(shown, BTreeMap::new(), codes::TOO_MANY));
    }
    let (true, Ok(multipart)) = (is_from_us(&headers), multipart) else {
        return Ok(refused(shown, BTreeMap::new(), codes::FORM));
    };
    let mut budget = match api.uploads.begin(&origin.holder()).await {
        Ok(budget) => budget,
        Err(full) => return Ok(refused(shown, BTreeMap::new(), unavailable(full))),
    };
    let sent = tokio::select! {
        sent = read(multipart, &mut budget) => sent,
        () = context.clock.sleep(FORM_TIME) => Err(codes::FORM),
    };
    let sent = match sent {
        Ok(sent) => sent,
        Err(code) => {
            // A form that never arrived whole asked for nothing: the next from there is not turned away.
            reception.throttle.give_back(&origin.address);
            return Ok(refused(shown, BTreeMap::new(), code));
        }
    };
    let form = form::tidied(&sent.form);
    // The button that changes the language sends the form: what was typed stays.
    if let Some(asked) = &sent.lang {
        reception.throttle.give_back(&origin.address);
        let lang = Lang::named(asked);
        let shown = (lang, context.config.demo);
        return Ok(show(shown, StatusCode::OK, form, (Vec::new(), None)));
    }
    let mut faults = form::faults(&form);
    faults.extend(form::account_faults(&form, &sent.again));
    let sent = sent.files;
    let (files, file_faults) = off_the_runtime(move || files(sent)).await?;
    faults.extend(file_faults);
    if faults.is_empty() {
        faults.extend(taken(context, &form).await?);
    }
    if !faults.is_empty() {
        return Ok(show(shown, StatusCode::BAD_REQUEST, form, (faults, None)));
    }
    match apply(context, &origin, &form, files).await {
        Ok((case, spare)) => Ok(page(
            lang,
            StatusCode::CREATED,
            &RegisteredPage {
                lang,
                spare,
                case: case.id.0.to_string(),
                company: form.get("companyName").cloned().unwrap_or_default(),
                login: form.get("login").cloned().unwrap_or_default(),
                due: store::clock::beijing_day(case.due_at.unwrap_or(now_ms)),
            },
        )),
        Err(problem) => refused_or_failed(shown, form, problem),
    }
}

/// A refusal of a rule on the page; a fault of ours as it is.
fn refused_or_failed(
    shown: (Lang, bool),
    form: BTreeMap<String, String>,
    problem: Problem,
) -> Result<Response, Problem> {
    let known = [codes::ALL, case_file::codes::ALL];
    let code = known
        .iter()
        .flat_map(|codes| codes.iter())
        .find(|code| code.code == problem.code);
    match code {
        Some(code) => Ok(refused(shown, form, *code)),
        None => Err(problem),
    }
}

/// What is told when there is no room for a form.
fn unavailable(full: Full) -> ErrorCode {
    match full {
        Full::Share => common::SHARE,
        Full::All => case_file::codes::BUSY,
    }
}

/// Reads one part into the room for it.
async fn part(field: &mut Field<'_>, budget: &mut HeldBudget) -> Result<Vec<u8>, ErrorCode> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| codes::FORM)? {
        budget.add(piece.len()).await.map_err(unavailable)?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Reads the parts of a form; a code when it is none of ours, too large or broken off, or when there
/// is no room for it.
async fn read(mut multipart: Multipart, budget: &mut HeldBudget) -> Result<SentForm, ErrorCode> {
    let mut sent = SentForm {
        form: BTreeMap::new(),
        again: String::new(),
        lang: None,
        files: Vec::new(),
    };
    while let Some(mut field) = multipart.next_field().await.map_err(|_| codes::FORM)? {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(document) = DOCUMENTS.iter().find(|document| document.name == name) {
            let file_name = field.file_name().unwrap_or_default().to_owned();
            let bytes = part(&mut field, budget).await?.into();
            // A browser sends an empty part for a file that was not chosen.
            if !file_name.is_empty() && sent.files.len() < 5 {
                sent.files.push((document.name, file_name, bytes));
            }
            continue;
        }
        let value = part(&mut field, budget).await?;
        let value = String::from_utf8(value).map_err(|_| codes::FORM)?;
        if value.len() > VALUE_BYTES_MAX {
            return Err(codes::FORM);
        }
        if name == "again" {
            sent.again = value;
        } else if name == "lang" {
            sent.lang = Some(value);
        } else if name == "role" {
            let roles = sent.form.entry("roles".to_owned()).or_default();
            if !roles.is_empty() {
                roles.push(',');
            }
            roles.push_str(&value);
        } else if FIELDS.contains(&name.as_str()) {
            sent.form.insert(name, value);
        }
    }
    Ok(sent)
}

/// The files that may be kept, and what is wrong with the others.
fn files(
    sent: Vec<(&'static str, String, axum::body::Bytes)>,
) -> (Vec<RegistrationFile>, Vec<FieldFault>) {
    let (mut kept, mut faults) = (Vec::new(), Vec::new());
    for (document, name, bytes) in sent {
        match attachment::check(&name, &bytes) {
            Ok(checked) => kept.push((document, checked, bytes)),
            Err(problem) => {
                let english = format!("{}: {}", problem.title_en, problem.advice_en);
                let detail = problem.detail.unwrap_or(problem.advice);
                let chinese = format!("{}：{detail}", problem.title);
                faults.push((document, Bilingual::new(chinese, english)));
            }
        }
    }
    for document in DOCUMENTS.iter().filter(|document| document.is_required) {
        let is_there = kept.iter().any(|(kept, ..)| *kept == document.name);
        if !is_there && faults.iter().all(|(field, _)| *field != document.name) {
            // The licence is the one that must be there.
            let text = Bilingual::new(
                format!("请上传{}", document.chinese),
                format!("Upload the required document: {}", document.name),
            );
            faults.push((document.name, text));
        }
    }
    (kept, faults)
}

/// What cannot be had, because a company has it. That somebody has the login name is not disclosed: see
/// [`login_of`].
async fn taken(
    context: &AppContext,
    form: &BTreeMap<String, String>,
) -> Result<Vec<FieldFault>, Problem> {
    let form = form.clone();
    let read = move |tx: &mut Tx<'_>| taken_by(tx, &form);
    let by = context.read(read).await?;
    let fault = by.map(|code| {
        let advice = code.advice_en;
        Bilingual::new(
            format!("{}。{}（{}）", code.title, code.advice, code.code),
            format!("{}. {advice} ({})", code.title_en, code.code),
        )
    });
    Ok(fault.map(|text| ("creditCode", text)).into_iter().collect())
}

/// The login name of a new account: the chosen one, or the spare one when somebody has that. Strangers must
/// not learn here which login names exist: the answer is the same and costs the same, and the page tells
/// everybody to use the spare name if the chosen one does not open.
fn login_of(tx: &mut Tx<'_>, chosen: &str, spare: &str) -> store::Result<String> {
    let is_taken = account::by_login(tx, &account::folded(chosen))?.is_some();
    Ok(if is_taken { spare } else { chosen }.to_owned())
}

/// Makes account and case in one transaction; answers the case and the spare login name.
pub(super) async fn apply(
    context: &AppContext,
    origin: &Origin,
    form: &BTreeMap<String, String>,
    files: Vec<RegistrationFile>,
) -> Result<(case_file::CaseFile, String), Problem> {
    let secret = form.get("password").map_or("", String::as_str);
    let hash = hash_password(context, secret).await?;
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let new = NewAccount {
        id: AccountId(context.ids.next()),
        party: context.ids.next(),
        login: text("login"),
        name: text("name"),
        is_staff: false,
        password_hash: Some(hash),
        at_ms: context.now_ms(),
    };
    let actor = Actor {
        who: Who::Account(new.id),
        name: new.name.clone(),
        ..Actor::nobody(origin.clone())
    };
    let (form, ground_) = (form.clone(), context.clone());
    let spare = new.id.0.to_string();
    let (kept, mut new) = (spare.clone(), new);
    let write = move |tx: &mut Tx<'_>| {
        let doing = CaseContext {
            context: &ground_,
            actor: &actor,
        };
        new.login = login_of(tx, form.get("login").map_or("", String::as_str), &kept)?;
        let case = make(tx, &doing, &new, &form, &files)?;
        // Counted together with the new one, while the head of the audit is held: of many at once no
        // more than the limit come in.
        let since_ms = new.at_ms - DAY_MS;
        let n_applied = sql::n_since(tx, &actor.origin.address, since_ms)?;
        match n_applied > PER_DAY_MAX {
            true => Err(Problem::new(codes::TOO_MANY)),
            false => Ok(case),
        }
    };
    let case = context.act(write).await?;
    Ok((case, spare))
}

fn make(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    new: &NewAccount,
    form: &BTreeMap<String, String>,
    files: &[RegistrationFile],
) -> Result<case_file::CaseFile, Problem> {
    account::add(tx, new)
        .map_err(|refusal| Problem::because(case_file::codes::FIELDS, &refusal))?;
    let grant = Grant {
        id: doing.context.ids.next(),
        account: new.id,
        party: new.party,
        role: Role::Applicant.name().to_owned(),
        company: None,
        district: None,
        sight: "nothing".to_owned(),
        granted_by: None,
        approved_by: None,
        granted_at: new.at_ms,
        expires_at: None,
        scope: None,
    };
    role::grant(tx, &grant)
        .map_err(|refusal| Problem::because(case_file::codes::FIELDS, &refusal))?;
    let object = format!("account:{}", new.id.0);
    audit::done(tx, new.at_ms, doing.actor, REGISTERED, &object, &new.login)?;
    let opening = (KIND.read)(tx, doing, form)?;
    let mut case = open(tx, doing, &KIND, &opening, new.id, &new.name)?;
    for (document, checked, bytes) in files {
        let file = (*document, checked, bytes.as_ref());
        attach(tx, doing, &KIND, &case, file)?;
        case.n_attachments += 1;
    }
    Ok(case)
}
