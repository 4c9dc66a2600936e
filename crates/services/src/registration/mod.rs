//! Registration 企业入驻: a company registers itself.
//!
//! One page, without scripts: the company's codes, whom to call, what it does, the licence as a
//! file, and the first account. What is wrong is told beside the fields, all at once, and what was
//! typed stays. A right form becomes a case file ([`KIND`]) and an account that may log in at once
//! and sees nothing but its own application. When the bureau has granted it, the company is enrolled
//! in the ledger with its contracts, and the account becomes its first administrator, all in the
//! transaction of the last step.
//!
//! A code is in one open application only, by constraint. An address may try only so often.

pub mod codes;
pub mod form;
pub mod http;
mod sample;
mod sql;
#[cfg(test)]
mod tests;

use crate::case_file::{self, CaseContext, CaseFile, CaseKind, Opening, RequiredDocument};
use crate::company_ledger::{self, Contact, ENROLLED, provisional_dxp_id, set_contact};
use crate::enrolment::enrol;
use registry::account;
use registry::audit;
use registry::company::{self, Company, CompanyId};
use registry::module::Module;
use registry::role::{self, Grant, Role};
use std::collections::BTreeMap;
use store::{Result, Tx};
use web::Problem;

registry::acts! {
    /// Somebody registered a company and got an account.
    pub REGISTERED = "registration.apply", "企业入驻申请及首个账号";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("企业入驻").acts(ACTS).codes(codes::ALL);

/// Applications from one address within a day.
pub const PER_DAY_MAX: i64 = 20;

/// The documents that go with an application.
pub const DOCUMENTS: &[RequiredDocument] = &[
    RequiredDocument {
        name: "licence",
        chinese: "营业执照",
        is_required: true,
    },
    RequiredDocument {
        name: "qualification",
        chinese: "资质证明（支付、物流、报关、监管场所等）",
        is_required: false,
    },
    RequiredDocument {
        name: "other",
        chinese: "其他材料",
        is_required: false,
    },
];

/// A company asks to be admitted.
pub const KIND: CaseKind = CaseKind {
    name: "company.register",
    chinese: "企业入驻",
    fields: &[
        ("companyName", "企业名称"),
        ("creditCode", "统一社会信用代码"),
        ("customsCode", "海关注册登记编号"),
        ("dxpId", "DXP 编号"),
        ("roles", "业务角色"),
        ("contactName", "联系人"),
        ("contactPhone", "联系电话"),
        ("contactEmail", "电子邮箱"),
    ],
    documents: DOCUMENTS,
    applicants: &[Role::Applicant],
    reviewers: &[Role::BureauClerk],
    approvers: &[Role::BureauApprover],
    n_days: 5,
    read,
    opened,
    finish,
    close,
};

type RegistrationForm = BTreeMap<String, String>;
type RegistrationResult<T> = Result<T, Problem>;

fn refuse<T>(code: web::ErrorCode, detail: impl Into<String>) -> RegistrationResult<T> {
    Err(Problem::new(code).detail(detail))
}

fn text<'a>(form: &'a RegistrationForm, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

fn read(
    tx: &mut Tx<'_>,
    _doing: &CaseContext<'_>,
    form: &RegistrationForm,
) -> RegistrationResult<Opening> {
    let form = form::tidied(form);
    let faults = form::faults(&form);
    if !faults.is_empty() {
        let texts: Vec<String> = faults.into_iter().map(|(_, fault)| fault.chinese).collect();
        return refuse(case_file::codes::FIELDS, texts.join("；"));
    }
    if let Some(code) = taken_by(tx, &form)? {
        return Err(Problem::new(code));
    }
    let part = |names: &[&str]| -> RegistrationForm {
        form.iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    Ok(Opening {
        title: format!("{}申请入驻", text(&form, "companyName")),
        subject: text(&form, "creditCode").to_owned(),
        form: part(&["companyName", "creditCode", "customsCode", "dxpId", "roles"]),
        private: part(&["contactName", "contactPhone", "contactEmail"]),
        company: None,
    })
}

/// Why the codes of a form are not free, if they are not: who has them.
pub(crate) fn taken_by(tx: &mut Tx<'_>, form: &RegistrationForm) -> Result<Option<web::ErrorCode>> {
    let (credit, customs) = (text(form, "creditCode"), text(form, "customsCode"));
    let dxp_id = text(form, "dxpId");
    for code in [credit, customs, dxp_id] {
        if !code.is_empty() && company::by_code(tx, code)?.is_some() {
            return Ok(Some(codes::REGISTERED));
        }
    }
    Ok(sql::is_open(tx, credit, customs)?.then_some(codes::OPEN))
}

fn opened(tx: &mut Tx<'_>, doing: &CaseContext<'_>, case: &CaseFile) -> Result<()> {
    let held = sql::Held {
        case: case.id.0,
        credit_code: text(&case.form, "creditCode"),
        customs_code: text(&case.form, "customsCode"),
        dxp_id: text(&case.form, "dxpId"),
        address: &doing.actor.origin.address,
    };
    sql::insert(tx, &held, doing.context.now_ms())
}

fn close(tx: &mut Tx<'_>, _doing: &CaseContext<'_>, case: &CaseFile) -> Result<()> {
    sql::close(tx, case.id.0)
}

/// The company that a granted application makes.
fn company_of(doing: &CaseContext<'_>, case: &CaseFile) -> Company {
    let customs_code = text(&case.form, "customsCode").to_owned();
    let dxp_id = match text(&case.form, "dxpId") {
        "" => provisional_dxp_id(&customs_code),
        given => given.to_owned(),
    };
    Company {
        id: CompanyId(doing.context.ids.next()),
        credit_code: text(&case.form, "creditCode").to_owned(),
        customs_code,
        name: text(&case.form, "companyName").to_owned(),
        dxp_id,
        roles: text(&case.form, "roles")
            .split(',')
            .filter(|role| !role.is_empty())
            .map(str::to_owned)
            .collect(),
        profile: "strict".to_owned(),
        weight: 1,
        suspended: false,
        created_at: doing.context.now_ms(),
    }
}

fn finish(tx: &mut Tx<'_>, doing: &CaseContext<'_>, case: &CaseFile) -> RegistrationResult<String> {
    let now_ms = doing.context.now_ms();
    let company = company_of(doing, case);
    enrol(tx, &doing.context.ids, &company, Some(case.id.0))
        .map_err(|refusal| Problem::because(case_file::codes::CARRY_OUT, &refusal))?;
    sql::close(tx, case.id.0)?;
    case_file::set_company(tx, case.id, company.id.0)?;
    let sealed = case.private.as_deref();
    let private = case_file::open_private(doing.context, case.id, sealed)?;
    let contact = Contact {
        name: text(&private, "contactName").to_owned(),
        phone: text(&private, "contactPhone").to_owned(),
        email: text(&private, "contactEmail").to_owned(),
    };
    set_contact(tx, doing.context, company.id, &contact)?;
    promote(tx, doing, case, company.id)?;
    let object = format!("company:{}", company.id.0);
    let detail = format!("{} {}", company.customs_code, company.roles.join(","));
    audit::done(tx, now_ms, doing.actor, ENROLLED, &object, &detail)?;
    Ok(format!("企业编号 {}", company.id.0))
}

/// The applicant becomes the first administrator of the company.
fn promote(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    case: &CaseFile,
    company: CompanyId,
) -> RegistrationResult<()> {
    let now_ms = doing.context.now_ms();
    let Some(account) = account::by_id(tx, case.applied_by)? else {
        return refuse(case_file::codes::CARRY_OUT, "申请人的账号已不存在");
    };
    for grant in role::of_account(tx, account.id, now_ms)? {
        if grant.role == Role::Applicant.name() {
            role::revoke(tx, grant.id, now_ms)?;
        }
    }
    let grant = Grant {
        id: doing.context.ids.next(),
        account: account.id,
        party: account.party,
        role: Role::CompanyAdmin.name().to_owned(),
        company: Some(company),
        district: None,
        sight: "company".to_owned(),
        granted_by: None,
        approved_by: doing.actor.require_account().ok(),
        granted_at: now_ms,
        expires_at: None,
        scope: None,
    };
    role::grant(tx, &grant)
        .map_err(|refusal| Problem::because(case_file::codes::CARRY_OUT, &refusal))
}

/// The roles of a form for people.
pub(crate) fn role_names() -> impl Iterator<Item = &'static company_ledger::Business> {
    company_ledger::roles()
}
