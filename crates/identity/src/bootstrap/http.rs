//! The page `/bootstrap`.

use super::{NewPerson, NotMade, make, sql};
use crate::login::codes;
use crate::pages::login::{Entrance, NextQuery, is_from_us};
use crate::pages::page::{self, Lang, SCRIPTED};
use askama::Template;
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::access::{Actor, origin};
use registry::company::{self, Company};
use registry::context::AppContext;
use registry::hash_text;
use registry::role::Role;
use std::collections::HashMap;
use store::Tx;
use web::Problem;

/// The officers, as fields of the form.
const OFFICERS: [(Role, &str); 3] = [
    (Role::SystemAdmin, "system"),
    (Role::SecurityAdmin, "security"),
    (Role::AuditAdmin, "audit"),
];

/// Sample staff of a demo: role, name, login; all of them invented.
const SAMPLES: [(Role, &str, &str); 5] = [
    (Role::BureauClerk, "演示经办", "bureau.clerk"),
    (Role::BureauApprover, "演示审批", "bureau.approver"),
    (Role::CustomsOfficer, "演示关员", "customs.officer"),
    (Role::Operator, "演示值守甲", "operator.a"),
    (Role::Operator, "演示值守乙", "operator.b"),
];

/// Sample people of the demo's companies: role, name, login, and the company's customs number.
const COMPANY_SAMPLES: [(Role, &str, &str, &str); 4] = [
    (
        Role::CompanyAdmin,
        "演示企业管理员",
        "company.admin",
        "1105960001",
    ),
    (
        Role::CompanyClerk,
        "演示企业经办",
        "company.clerk",
        "1105960001",
    ),
    (
        Role::CompanyAdmin,
        "示范企业管理员",
        "second.admin",
        "1105960002",
    ),
    (
        Role::CompanyAdmin,
        "物流企业管理员",
        "logistics.admin",
        "1105960003",
    ),
];

struct OfficerField {
    role: Role,
    field: &'static str,
    name: String,
    login: String,
}

#[derive(Template)]
#[template(path = "bootstrap.html")]
struct BootstrapPage {
    lang: Lang,
    token: String,
    faults: Vec<String>,
    officers: Vec<OfficerField>,
    is_demo: bool,
}

struct LinkRow {
    role: Role,
    /// The company of its people; empty for staff.
    company: String,
    name: String,
    login: String,
    token: String,
}

#[derive(Template)]
#[template(path = "links.html")]
struct LinksPage {
    lang: Lang,
    base: String,
    has_companies: bool,
    links: Vec<LinkRow>,
}

impl LinksPage {
    /// The page in both languages, for there is no address that shows it again: the other one is seen when its
    /// place is asked for.
    fn tongues(&self) -> [(&'static str, &'static str, Lang); 2] {
        [
            ("own", "other", self.lang),
            ("other", "own", Lang::named(self.lang.other())),
        ]
    }
}

fn show(
    entrance: &Entrance,
    lang: Lang,
    token: &str,
    form: &HashMap<String, String>,
    faults: Vec<String>,
) -> Response {
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let text = |key: String| form.get(&key).cloned().unwrap_or_default();
    let template = BootstrapPage {
        lang,
        token: token.to_owned(),
        faults,
        officers: OFFICERS
            .map(|(role, field)| OfficerField {
                role,
                field,
                name: text(format!("{field}_name")),
                login: text(format!("{field}_login")),
            })
            .into(),
        is_demo: entrance.context().config.demo,
    };
    page::page(lang, status, &template)
}

/// Whether a token still opens the page.
async fn opens(context: &AppContext, token: &str) -> Result<bool, Problem> {
    let (hash, now_ms) = (hash_text(token), context.now_ms());
    let read = context.db.read(move |tx| sql::opens(tx, &hash, now_ms));
    Ok(read.await?)
}

/// `GET /bootstrap?token=…`.
pub async fn bootstrap_page(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, raw.as_deref());
    if !opens(entrance.context(), &query.token).await? {
        return Ok(page::refused(lang, codes::LINK, "/login"));
    }
    let none = HashMap::new();
    Ok(show(&entrance, lang, &query.token, &none, Vec::new()))
}

/// `POST /bootstrap`: makes the officers and shows their links, once.
pub async fn bootstrap(
    State(entrance): State<Entrance>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response, Problem> {
    let lang = Lang::of_request(&headers, None);
    if !is_from_us(&headers) {
        return Ok(page::refused(lang, codes::CROSS_SITE, "/login"));
    }
    let context = entrance.context();
    // The button that changes the language sends the form: what was typed stays.
    if let Some(asked) = form.get("lang") {
        let lang = Lang::named(asked);
        let token = form.get("token").map_or("", String::as_str);
        if !opens(context, token).await? {
            return Ok(page::refused(lang, codes::LINK, "/login"));
        }
        return Ok(show(&entrance, lang, token, &form, Vec::new()));
    }
    let mut people = Vec::new();
    let mut links = Vec::new();
    for (role, name, login, company) in wanted(context, &form).await? {
        let token = context.token()?;
        people.push(NewPerson {
            role,
            company: company.as_ref().map(|company| company.id),
            name: name.clone(),
            login: login.clone(),
            link_hash: hash_text(&token),
        });
        links.push(LinkRow {
            role,
            company: company.map(|company| company.name).unwrap_or_default(),
            name,
            login,
            token,
        });
    }
    let token = form.get("token").cloned().unwrap_or_default();
    let (shared, hash) = (context.clone(), hash_text(&token));
    let actor = Actor::nobody(origin(&headers, context));
    let write = move |tx: &mut Tx<'_>| make(tx, &shared, &actor, &hash, &people);
    match context.db.write(write).await {
        Ok(()) => {}
        Err(NotMade::Link) => return Ok(page::refused(lang, codes::LINK, "/login")),
        Err(NotMade::Faults(faults)) => {
            let faults = page::texts(lang, &faults);
            return Ok(show(&entrance, lang, &token, &form, faults));
        }
        Err(NotMade::Store(error)) => return Err(error.into()),
    }
    let template = LinksPage {
        lang,
        base: context.config.public_url.trim_end_matches('/').to_owned(),
        has_companies: links.iter().any(|link| !link.company.is_empty()),
        links,
    };
    Ok(page::page_with(lang, StatusCode::OK, &template, SCRIPTED))
}

/// The script of the page with the links.
const SCRIPT: &str = include_str!("../../assets/copy.js");

/// `GET /copy.js`.
pub async fn copy_script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, SCRIPT).into_response()
}

/// Somebody to be made: role, name, login, and the company for the people of one.
type WantedPerson = (Role, String, String, Option<Company>);

async fn wanted(
    context: &AppContext,
    form: &HashMap<String, String>,
) -> Result<Vec<WantedPerson>, Problem> {
    let text = |key: String| form.get(&key).cloned().unwrap_or_default();
    let mut wanted: Vec<WantedPerson> = OFFICERS
        .iter()
        .map(|(role, field)| {
            (
                *role,
                text(format!("{field}_name")),
                text(format!("{field}_login")),
                None,
            )
        })
        .collect();
    if context.config.demo && form.contains_key("samples") {
        let staff = SAMPLES.iter();
        wanted.extend(
            staff.map(|(role, name, login)| (*role, (*name).into(), (*login).into(), None)),
        );
        wanted.extend(company_samples(context).await?);
    }
    Ok(wanted)
}

/// The sample people of those companies that the demo really has.
async fn company_samples(context: &AppContext) -> Result<Vec<WantedPerson>, Problem> {
    let read = |tx: &mut Tx<'_>| -> Result<Vec<WantedPerson>, Problem> {
        let mut people = Vec::new();
        for (role, name, login, code) in COMPANY_SAMPLES {
            if let Some(company) = company::by_code(tx, code)? {
                people.push((role, name.to_owned(), login.to_owned(), Some(company)));
            }
        }
        Ok(people)
    };
    context.db.read(read).await
}
