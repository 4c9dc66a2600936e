//! What companies apply for once they are in the ledger: one more role, and a correction of their
//! master data.

use super::{
    CONTRACTED, CORRECTED, business, codes, contract, contracts, is_provisional, lock, sql,
};
use crate::case_file::{self, CaseContext, CaseFile, CaseKind, Opening, RequiredDocument};
use registry::audit;
use registry::company::{self, Company, CompanyId};
use registry::role::Role;
use std::collections::BTreeMap;
use store::{Result, Tx};
use web::Problem;

type CompanyCaseForm = BTreeMap<String, String>;
type CompanyCaseResult<T> = Result<T, Problem>;

/// A company applies for one more business role.
pub const ROLE: CaseKind = CaseKind {
    name: "company.role",
    chinese: "增加业务角色",
    fields: &[("role", "业务角色"), ("reason", "申请说明")],
    documents: &[RequiredDocument {
        name: "qualification",
        chinese: "资质证明（支付业务许可证、快递业务经营许可证、报关备案等）",
        is_required: true,
    }],
    applicants: &[Role::CompanyAdmin],
    reviewers: &[Role::BureauClerk],
    approvers: &[Role::BureauApprover],
    n_days: 5,
    read: read_role,
    opened: nothing,
    finish: finish_role,
    close: nothing,
};

/// A company asks to correct its name, codes or DXP id.
pub const CHANGE: CaseKind = CaseKind {
    name: "company.change",
    chinese: "企业信息变更",
    fields: &[
        ("name", "企业名称"),
        ("creditCode", "统一社会信用代码"),
        ("customsCode", "海关注册登记编号"),
        ("dxpId", "DXP 编号"),
        ("reason", "变更原因"),
    ],
    documents: &[RequiredDocument {
        name: "evidence",
        chinese: "变更证明（营业执照、海关备案回执等）",
        is_required: true,
    }],
    applicants: &[Role::CompanyAdmin],
    reviewers: &[Role::BureauClerk],
    approvers: &[Role::BureauApprover],
    n_days: 5,
    read: read_change,
    opened: nothing,
    finish: finish_change,
    close: nothing,
};

fn nothing(_tx: &mut Tx<'_>, _doing: &CaseContext<'_>, _case: &CaseFile) -> Result<()> {
    Ok(())
}

fn refuse<T>(code: web::ErrorCode, detail: impl Into<String>) -> CompanyCaseResult<T> {
    Err(Problem::new(code).detail(detail))
}

/// Why a case cannot be carried out.
fn cannot(refusal: company::CompanyRefusal) -> Problem {
    Problem::because(case_file::codes::CARRY_OUT, &refusal)
}

fn text<'a>(form: &'a CompanyCaseForm, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

fn read_role(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    form: &CompanyCaseForm,
) -> CompanyCaseResult<Opening> {
    let company = doing.actor.require_company()?;
    let Some(role) = business(text(form, "role")) else {
        let known: Vec<&str> = super::menu::BUSINESS.iter().map(|b| b.name).collect();
        let detail = format!("role 应为 {} 之一", known.join("、"));
        return refuse(case_file::codes::FIELDS, detail);
    };
    if contracts(tx, company.id)?
        .iter()
        .any(|c| c.role == role.name)
    {
        return refuse(codes::ROLE_HELD, role.chinese);
    }
    Ok(Opening {
        title: format!("{}申请{}角色", company.name, role.chinese),
        subject: format!("{}:{}", company.id.0, role.name),
        form: BTreeMap::from([
            ("role".to_owned(), role.name.to_owned()),
            ("reason".to_owned(), text(form, "reason").to_owned()),
        ]),
        private: BTreeMap::new(),
        company: Some(company.id.0),
    })
}

/// The company of a case; it cannot have gone, because companies stay.
fn company_of(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    case: &CaseFile,
) -> CompanyCaseResult<Company> {
    let id = CompanyId(case.company.unwrap_or(0));
    lock(tx, id, doing.context.now_ms())?;
    let found = company::by_id(tx, id)?;
    found.ok_or_else(|| Problem::new(web::codes::NOT_FOUND))
}

fn finish_role(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    case: &CaseFile,
) -> CompanyCaseResult<String> {
    let mut company = company_of(tx, doing, case)?;
    let role = text(&case.form, "role").to_owned();
    if contracts(tx, company.id)?.iter().any(|c| c.role == role) {
        return refuse(case_file::codes::CARRY_OUT, "企业已有该角色");
    }
    let now_ms = doing.context.now_ms();
    let evidence = (Some(case.id.0), now_ms);
    sql::insert_contract(
        tx,
        &contract(&doing.context.ids, company.id, &role, evidence),
    )?;
    company.roles.retain(|known| *known != role);
    company.roles.push(role.clone());
    company::correct(tx, &company, now_ms).map_err(cannot)?;
    let object = format!("company:{}", company.id.0);
    audit::done(tx, now_ms, doing.actor, CONTRACTED, &object, &role)?;
    Ok(format!("已开通 {role}"))
}

/// The company as a form wants it; an empty field leaves what is.
fn changed(company: &Company, form: &CompanyCaseForm) -> Company {
    let or = |name: &str, now: &str| {
        let wanted = text(form, name).trim();
        if wanted.is_empty() { now } else { wanted }.to_owned()
    };
    Company {
        name: or("name", &company.name),
        credit_code: or("creditCode", &company.credit_code).to_ascii_uppercase(),
        customs_code: or("customsCode", &company.customs_code).to_ascii_uppercase(),
        dxp_id: or("dxpId", &company.dxp_id),
        ..company.clone()
    }
}

fn read_change(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    form: &CompanyCaseForm,
) -> CompanyCaseResult<Opening> {
    let company = doing.actor.require_company()?;
    let Some(company) = company::by_id(tx, company.id)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    let wanted = changed(&company, form);
    if wanted == company {
        return refuse(case_file::codes::FIELDS, "没有要变更的内容");
    }
    if text(form, "reason").chars().count() < 2 {
        return refuse(case_file::codes::FIELDS, "请填写变更原因");
    }
    if wanted.dxp_id != company.dxp_id && is_provisional(&wanted.dxp_id) {
        return refuse(codes::COMPANY, "请填写电子口岸分配的 DXP 编号");
    }
    if let Err(refusal) = company::validate(&wanted) {
        return refuse(codes::COMPANY, refusal.to_string());
    }
    for code in [&wanted.credit_code, &wanted.customs_code, &wanted.dxp_id] {
        let holder = company::by_code(tx, code)?;
        if holder.is_some_and(|holder| holder.id != company.id) {
            return refuse(codes::COMPANY, format!("{code} 已被其他企业使用"));
        }
    }
    let mut kept = BTreeMap::from([("reason".to_owned(), text(form, "reason").to_owned())]);
    for (name, before, after) in [
        ("name", &company.name, wanted.name),
        ("creditCode", &company.credit_code, wanted.credit_code),
        ("customsCode", &company.customs_code, wanted.customs_code),
        ("dxpId", &company.dxp_id, wanted.dxp_id),
    ] {
        if *before != after {
            kept.insert(name.to_owned(), after);
        }
    }
    Ok(Opening {
        title: format!("{}信息变更", company.name),
        subject: company.id.0.to_string(),
        form: kept,
        private: BTreeMap::new(),
        company: Some(company.id.0),
    })
}

fn finish_change(
    tx: &mut Tx<'_>,
    doing: &CaseContext<'_>,
    case: &CaseFile,
) -> CompanyCaseResult<String> {
    let company = company_of(tx, doing, case)?;
    let wanted = changed(&company, &case.form);
    company::correct(tx, &wanted, doing.context.now_ms()).map_err(cannot)?;
    let changes: Vec<String> = [
        ("名称", &company.name, &wanted.name),
        ("信用代码", &company.credit_code, &wanted.credit_code),
        ("海关编号", &company.customs_code, &wanted.customs_code),
        ("DXP 编号", &company.dxp_id, &wanted.dxp_id),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| format!("{what} {before} → {after}"))
    .collect();
    let detail = changes.join("；");
    let object = format!("company:{}", company.id.0);
    audit::done(
        tx,
        doing.context.now_ms(),
        doing.actor,
        CORRECTED,
        &object,
        &detail,
    )?;
    Ok(detail)
}
