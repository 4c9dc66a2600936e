//! The form of a registration: brought into form, and what is wrong with it, field by field.

use crate::company_ledger::{business, is_provisional};
use registry::account;
use registry::account::password;
use registry::page::Bilingual;
use std::collections::BTreeMap;

type FormFields = BTreeMap<String, String>;

/// What is wrong with a field: its name, and what to do.
pub type FieldFault = (&'static str, Bilingual);

/// The fields of the page that are texts.
pub const FIELDS: [&str; 11] = [
    "companyName",
    "creditCode",
    "customsCode",
    "dxpId",
    "roles",
    "contactName",
    "contactPhone",
    "contactEmail",
    "login",
    "name",
    "password",
];

/// Longest value, in bytes; beyond it a form is not ours.
pub const VALUE_BYTES_MAX: usize = 1000;

/// A form without what people type around: spaces, lower case in codes, full-width letters.
pub fn tidied(form: &FormFields) -> FormFields {
    form.iter()
        .map(|(name, value)| {
            let value = value.trim();
            let value = match name.as_str() {
                "creditCode" | "customsCode" | "dxpId" => value
                    .chars()
                    .filter(|c| !c.is_whitespace() && *c != '-')
                    .map(half_width)
                    .collect::<String>()
                    .to_ascii_uppercase(),
                "contactPhone" | "login" | "contactEmail" => {
                    value.chars().map(half_width).collect()
                }
                "password" => return (name.clone(), form.get(name).cloned().unwrap_or_default()),
                _ => value.to_owned(),
            };
            (name.clone(), value)
        })
        .collect()
}

/// The letter that a full-width one (`Ａ`, `１`) means.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + 0x21).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

fn text<'a>(form: &'a FormFields, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

/// What is wrong with the company of a form; empty when nothing is.
pub fn faults(form: &FormFields) -> Vec<FieldFault> {
    let mut faults: Vec<FieldFault> = Vec::new();
    let mut need = |is_right: bool, name: &'static str, chinese: &str, english: &str| {
        if !is_right {
            faults.push((name, Bilingual::new(chinese, english)));
        }
    };
    let name = text(form, "companyName");
    need(
        (2..=100).contains(&name.chars().count()) && is_plain(name),
        "companyName",
        "企业名称应为 2 至 100 个字，与营业执照一致，不含 < > 等符号",
        "The registered name needs 2 to 100 characters, as on the licence, without signs such as < >",
    );
    let credit = text(form, "creditCode");
    need(
        credit.len() == 18 && ceb::is_company_code(credit),
        "creditCode",
        "统一社会信用代码应为 18 位，且校验码正确；请对照营业执照核对（字母 I、O、S、V、Z 不会出现）",
        "The unified social credit code has 18 characters, and its check digit must be right: compare it with the licence (the letters I, O, S, V, Z do not occur)",
    );
    let customs = text(form, "customsCode");
    need(
        customs.len() == 10 && ceb::is_company_code(customs),
        "customsCode",
        "海关注册登记编号应为 10 位数字或大写字母，见海关报关单位备案证明",
        "The customs registration number has 10 digits or capital letters, as on the customs filing",
    );
    let dxp_id = text(form, "dxpId");
    need(
        dxp_id.len() <= 16
            && dxp_id.bytes().all(|b| b.is_ascii_alphanumeric())
            && !is_provisional(dxp_id),
        "dxpId",
        "DXP 编号应为不超过 16 位的字母或数字；还没有的请留空",
        "The DXP ID has at most 16 letters or digits; leave it empty if you have none yet",
    );
    let roles: Vec<&str> = text(form, "roles")
        .split(',')
        .filter(|r| !r.is_empty())
        .collect();
    need(
        !roles.is_empty() && roles.iter().all(|role| business(role).is_some()),
        "roles",
        "请至少选择一个业务角色",
        "Choose at least one business role",
    );
    let contact = text(form, "contactName");
    need(
        (1..=40).contains(&contact.chars().count()) && is_plain(contact),
        "contactName",
        "请填写联系人姓名（1 至 40 个字）",
        "Enter the name of the contact (1 to 40 characters)",
    );
    need(
        is_phone(text(form, "contactPhone")),
        "contactPhone",
        "请填写手机号码，或带区号的座机号码，例如 010-12345678",
        "Enter a mobile number, or a landline number with its area code, such as 010-12345678",
    );
    let email = text(form, "contactEmail");
    need(
        email.is_empty() || is_email(email),
        "contactEmail",
        "电子邮箱的格式不对；没有可以留空",
        "This is no mail address; it may be left empty",
    );
    faults
}

/// What is wrong with the first account of a form; empty when nothing is.
pub fn account_faults(form: &FormFields, again: &str) -> Vec<FieldFault> {
    let mut faults: Vec<FieldFault> = Vec::new();
    let (login, name) = (text(form, "login"), text(form, "name"));
    match account::validate(login, name) {
        Ok(()) => {}
        Err(refusal @ account::AccountRefusal::Name) => faults.push(("name", refusal.bilingual())),
        Err(refusal) => faults.push(("login", refusal.bilingual())),
    }
    let secret = text(form, "password");
    let words = [login, name, text(form, "companyName")];
    let weak = password::faults(secret, &words, false);
    if !weak.is_empty() {
        let chinese: Vec<&str> = weak.iter().map(|one| one.chinese.as_str()).collect();
        let english: Vec<&str> = weak.iter().map(|one| one.english.as_str()).collect();
        let fault = Bilingual::new(
            format!("密码不符合要求：{}", chinese.join("；")),
            format!(
                "The password does not meet the requirements: {}",
                english.join("; ")
            ),
        );
        faults.push(("password", fault));
    } else if secret != again {
        let fault = Bilingual::new("两次输入的密码不一致", "The two passwords do not match");
        faults.push(("again", fault));
    }
    faults
}

/// Whether a name has no characters that belong to programs and not to names.
fn is_plain(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || "<>\"`{}\\".contains(c))
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix("+86").unwrap_or(text);
    let n_digits = digits.bytes().filter(u8::is_ascii_digit).count();
    digits
        .bytes()
        .all(|b| b.is_ascii_digit() || b"- ".contains(&b))
        && (7..=14).contains(&n_digits)
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let is_word = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b))
    };
    text.len() <= 100 && is_word(name) && is_word(domain) && domain.contains('.')
}
