//! The clinic in words: a text for the terminal, JSON for programs.

use super::{Cause, Clinic, english};
use crate::signature::algorithm::{DigestMethod, SignatureMethod};
use crate::signature::certificate::{Certificate, CertificateFault, Match, day};
use crate::signature::profile::{DigestProfile, SignatureProfile, ValueProfile};
use crate::signature::verify::SignatureOutcome;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn outcome(outcome: &SignatureOutcome) -> (&'static str, &'static str) {
    match outcome {
        SignatureOutcome::Unsigned => ("unsigned", "没有签名"),
        SignatureOutcome::Passed(profile) if profile.is_strict() => ("passed", "通过（严格档）"),
        SignatureOutcome::Passed(_) => ("passed", "通过（宽松档）"),
        SignatureOutcome::Failed(_) => ("failed", "不通过"),
        SignatureOutcome::Unsupported(_) => ("unsupported", "无法验签"),
    }
}

fn profile(clinic: &Clinic) -> Option<String> {
    if let SignatureOutcome::Passed(profile) = &clinic.outcome {
        return Some(SignatureProfile::name(profile));
    }
    None
}

fn holder_word(holder: Match) -> (&'static str, &'static str) {
    match holder {
        Match::Same => ("same", "与报文的企业一致"),
        Match::Different => ("different", "与报文的企业不一致"),
        Match::Unknown => ("unknown", "证书中没有可以比较的代码"),
    }
}

impl Clinic {
    /// For people at a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!("结论：{}", outcome(&self.outcome).1),
            format!("建议：{}", self.advice),
        ];
        for (number, possibility) in (1..).zip(&self.possibilities) {
            lines.push(format!("  可能 {number}：{possibility}"));
        }
        if let Some(profile) = profile(self) {
            lines.push(format!("档次：{profile}"));
        }
        if let Some((signature, digest)) = self.methods {
            lines.push(format!(
                "算法：{}，摘要 {}",
                signature.name(),
                digest.name()
            ));
        }
        if let Some(element) = &self.signature {
            let expected = STANDARD.encode(&element.digest_value);
            lines.push(format!("报文中的摘要：{expected}"));
        }
        for one in &self.digests {
            let mark = if one.is_equal { "相同" } else { "不同" };
            let computed = STANDARD.encode(&one.computed);
            lines.push(format!(
                "  算出 {computed} {mark}（{}）",
                one.profile.name()
            ));
        }
        for one in &self.values {
            let mark = if one.passes { "通过" } else { "不通过" };
            lines.push(format!("  签名值 {mark}（{}）", one.profile.name()));
        }
        if let Some(difference) = &self.difference {
            lines.push(format!(
                "第一处不同在规范形式的第 {} 字节：",
                difference.offset
            ));
            lines.push(format!("  应为 …{}…", difference.strict));
            lines.push(format!("  实为 …{}…", difference.digested));
        }
        if let Some(certificate) = &self.certificate {
            lines.extend(self.certificate_lines(certificate));
        }
        if !self.signed_info.is_empty() {
            let signed = String::from_utf8_lossy(&self.signed_info);
            lines.push(format!(
                "应当签名的字节（{}）：\n{signed}",
                self.signed_info.len()
            ));
        }
        if !self.document.is_empty() {
            let document = String::from_utf8_lossy(&self.document);
            lines.push(format!(
                "应当计算摘要的字节（{}）：\n{document}",
                self.document.len()
            ));
        }
        lines.join("\n")
    }

    fn certificate_lines(&self, certificate: &Certificate) -> Vec<String> {
        let holder = certificate.holder();
        let mut lines = vec![
            format!(
                "证书：{}，序列号 {}",
                certificate.key().name(),
                certificate.serial()
            ),
            format!("  主体 {}", certificate.subject()),
            format!("  签发 {}", certificate.issuer()),
            format!(
                "  有效期 {} 至 {}",
                day(certificate.not_before()),
                day(certificate.not_after())
            ),
            format!(
                "  持有企业 {} {}，{}",
                holder.company.as_deref().unwrap_or("（证书没有写明名称）"),
                holder.code().unwrap_or("（证书没有写明代码）"),
                holder_word(self.holder).1
            ),
        ];
        if self.is_trust_empty {
            lines.push("  没有给出信任的根证书，未核对证书链和吊销".to_owned());
        }
        lines.extend(self.faults.iter().map(|fault| {
            let code = fault.code();
            format!("  {} {}：{}", code.id, code.title, code.todo)
        }));
        lines
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let digests = self.digests.iter().map(|one| {
            json!({
                "profile": one.profile.name(),
                "computed": STANDARD.encode(&one.computed),
                "equal": one.is_equal,
            })
        });
        let values = self.values.iter().map(|one| {
            json!({
                "profile": one.profile.name(),
                "passes": one.passes,
                "signedInfo": String::from_utf8_lossy(&one.signed_info),
            })
        });
        let element = self.signature.as_ref();
        let methods = self.methods;
        json!({
            "outcome": outcome(&self.outcome).0,
            "profile": profile(self),
            "code": self.code(),
            "cause": self.cause.name(),
            "advice": self.advice,
            "adviceEn": self.advice_en,
            "possibilities": self.possibilities,
            "possibilitiesEn": english::possibilities(&self.possibilities),
            "signatureMethod": element.map(|one| &one.signature_method),
            "digestMethod": element.map(|one| &one.digest_method),
            "algorithm": methods.map(|(signature, _)| SignatureMethod::name(signature)),
            "digestAlgorithm": methods.map(|(_, digest)| DigestMethod::name(digest)),
            "keyName": element.map(|one| &one.key_name),
            "digestExpected": element.map(|one| STANDARD.encode(&one.digest_value)),
            "digests": digests.collect::<Vec<_>>(),
            "values": values.collect::<Vec<_>>(),
            "difference": self.difference.as_ref().map(|one| json!({
                "offset": one.offset,
                "shouldBe": one.strict,
                "was": one.digested,
            })),
            "certificate": self.certificate.as_ref().map(|one| {
                certificate_json(one, &self.faults, self.holder, !self.is_trust_empty)
            }),
            "signedInfo": String::from_utf8_lossy(&self.signed_info),
            "document": String::from_utf8_lossy(&self.document),
        })
    }

    /// The code that explains it in the knowledge base, when something is wrong.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        use crate::code;
        match (&self.outcome, &self.cause) {
            (SignatureOutcome::Failed(failure), _) => Some(failure.code().id),
            (SignatureOutcome::Unsupported(_), _) => Some(code::SIGNATURE_ALGORITHM.id),
            (SignatureOutcome::Unsigned, _) => Some(code::SIGNATURE_MISSING.id),
            (_, Cause::Tolerated) => Some(code::SIGNATURE_TOLERATED.id),
            (_, Cause::KeyName) => Some(code::KEY_NAME_DIFFERS.id),
            (_, Cause::Certificate(fault)) => Some(fault.code().id),
            (_, Cause::Holder) => Some(code::HOLDER_DIFFERS.id),
            (_, Cause::Extra(_)) => Some(code::SIGNATURE_EXTRA.id),
            _ => None,
        }
    }
}

/// What a certificate says and what is wrong with it.
pub(super) fn certificate_json(
    certificate: &Certificate,
    faults: &[CertificateFault],
    owner: Match,
    is_checked: bool,
) -> Value {
    let holder = certificate.holder();
    let faults = faults.iter().map(|fault| {
        let code = fault.code();
        let english = crate::code::english(code.id);
        json!({
            "code": code.id,
            "text": code.title,
            "advice": code.todo,
            "textEn": english.map(|one| one.title),
            "adviceEn": english.map(|one| one.todo),
        })
    });
    json!({
        "serial": certificate.serial(),
        "subject": certificate.subject(),
        "issuer": certificate.issuer(),
        "notBefore": day(certificate.not_before()),
        "notAfter": day(certificate.not_after()),
        "key": certificate.key().name(),
        "company": holder.company,
        "organisation": holder.code(),
        "card": holder.card,
        "holder": holder_word(owner).0,
        "checked": is_checked,
        "faults": faults.collect::<Vec<_>>(),
    })
}

/// Names of all profiles, for documents.
#[must_use]
pub fn profiles() -> Vec<&'static str> {
    let digests = DigestProfile::ALL.iter().map(|one| one.name());
    let values = ValueProfile::ALL.iter().skip(1).map(|one| one.name());
    digests.chain(values).collect()
}
