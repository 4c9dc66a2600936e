//! The clinic in words: one sentence of advice, a text for the terminal, JSON for programs.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the causes are shared out among three functions, each for its own"
)]

use super::{Cause, Clinic};
use crate::signature::algorithm::{DigestMethod, SignatureMethod};
use crate::signature::certificate::{Certificate, CertificateFault, Match, day};
use crate::signature::findings::key_name_text;
use crate::signature::profile::{DigestProfile, SignatureProfile, ValueProfile};
use crate::signature::verify::{Failure, Outcome};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The one thing to change.
pub(super) fn advice(clinic: &Clinic) -> String {
    let plain = |text: &str| text.to_owned();
    match &clinic.cause {
        Cause::None => plain("签名正确，不需要修改。"),
        Cause::Unsigned => plain("报文没有签名：请用企业的电子口岸卡或签名设备签名后再发送。"),
        Cause::Tolerated => tolerated(clinic),
        Cause::Failure(failure) => failed(failure, clinic),
        Cause::Unsupported => unsupported(clinic),
        Cause::KeyName => key_name(clinic),
        Cause::Certificate(fault) => certificate(fault, clinic),
        Cause::Holder => plain(
            "签名本身正确，但证书持有企业的代码与报文的 copCode、agentCode 都不同（海关回 -621015）：请用申报企业自己的卡签名。",
        ),
        cause => digest(cause, clinic)
            .or_else(|| value(cause))
            .unwrap_or_default(),
    }
}

fn tolerated(clinic: &Clinic) -> String {
    let Outcome::Passed(profile) = &clinic.outcome else {
        return String::new();
    };
    let what = if profile.is_relabelled {
        "DigestMethod 写的算法与实际使用的不同，请改成实际使用的算法".to_owned()
    } else if profile.is_der {
        "SM2 签名值是 DER 编码，请改为 r 和 s 相连的 64 字节".to_owned()
    } else if profile.digest != DigestProfile::Strict {
        format!(
            "摘要是插入签名之前计算的，插入签名时多加了空白（{}），请让签名前后的空白与计算摘要时相同",
            profile.digest.name()
        )
    } else {
        format!(
            "签名的不是报文中 SignedInfo 的规范形式（{}），请对插入报文之后的 SignedInfo 规范化再签名",
            profile.value.name()
        )
    };
    format!("签名按宽松档通过，可以继续使用；要与标准一致，{what}。")
}

fn failed(failure: &Failure, clinic: &Clinic) -> String {
    let code = failure.code();
    match failure {
        Failure::NotWellFormed(fault) => {
            format!(
                "报文不是格式良好的 XML（第 {} 行）：{}。请先改正。",
                fault.line, fault.text
            )
        }
        Failure::Structure(problem) => format!("{problem}：{}", code.todo),
        Failure::DigestLength => format!(
            "DigestValue 有 {} 字节，不是任何摘要算法的长度（SHA-1 为 20，SM3 和 SHA-256 为 32）：请填写摘要本身的 Base64。",
            clinic
                .signature
                .as_ref()
                .map_or(0, |one| one.digest_value.len())
        ),
        Failure::ValueForm => format!(
            "SM2 签名值有 {} 字节，应为 r 和 s 相连的 64 字节：{}",
            clinic
                .signature
                .as_ref()
                .map_or(0, |one| one.signature_value.len()),
            code.todo
        ),
        Failure::KeyKind => {
            let key = clinic.certificate.as_ref().map(|one| one.key().name());
            format!(
                "SignatureMethod 与证书不是一类，证书的密钥是 {}：{}",
                key.unwrap_or_default(),
                code.todo
            )
        }
        _ => format!("{}：{}", code.title, code.todo),
    }
}

fn unsupported(clinic: &Clinic) -> String {
    let uri = match &clinic.outcome {
        Outcome::Unsupported(what) => what.uri(),
        _ => "",
    };
    format!("不认识的算法 {uri}：请改用规范规定的写法。")
}

fn key_name(clinic: &Clinic) -> String {
    let name = clinic
        .signature
        .as_ref()
        .and_then(|one| one.key_name.as_deref());
    match (name, &clinic.certificate) {
        (Some(name), Some(certificate)) => {
            let text = key_name_text(name, certificate);
            format!(
                "签名本身正确，但 {text}：请把 KeyName 改为 {}。",
                certificate.serial()
            )
        }
        _ => String::new(),
    }
}

fn certificate(fault: &CertificateFault, clinic: &Clinic) -> String {
    let dates = match (fault, &clinic.certificate) {
        (CertificateFault::Expired | CertificateFault::NotYetValid, Some(certificate)) => format!(
            "（有效期 {} 至 {}）",
            day(certificate.not_before()),
            day(certificate.not_after())
        ),
        (CertificateFault::Revoked(since), _) => format!("（{} 起）", day(*since)),
        _ => String::new(),
    };
    let code = fault.code();
    format!("签名本身正确，但{}{dates}：{}", code.title, code.todo)
}

fn digest(cause: &Cause, clinic: &Clinic) -> Option<String> {
    Some(match cause {
        Cause::Digest => "摘要与报文不符，签名值也不是这张证书对 SignedInfo 所签：签名之后内容和签名都可能被改动，请用同一份报文重新签名，此后不要再改动任何字节。".to_owned(),
        Cause::Changed => "签名值正确，但报文内容在签名之后被改动（海关回 -621028）：请找出签名之后修改报文的步骤，把它移到签名之前，再重新签名。".to_owned(),
        Cause::Reformatted(by) => {
            let layout = match *by {
                "" => "没有缩进和换行".to_owned(),
                "\t" => "用制表符缩进".to_owned(),
                by => format!("用 {} 个空格缩进", by.len()),
            };
            format!("签名后又格式化了报文：签名时的报文{layout}，现在的排版不同。请签名之后原样发送，不要格式化、压缩或重新生成。")
        }
        Cause::NotCanonical => "摘要是对报文原文计算的，没有先做规范化：请先按 Canonical XML 1.0 规范化，再计算摘要。".to_owned(),
        Cause::CarriageReturns => "摘要是对 CRLF 换行的文本计算的：规范化之后换行只有 LF，请对规范化的结果计算摘要，不要再转换换行。".to_owned(),
        Cause::Declaration => "计算摘要时带上了 XML 声明（<?xml …?>）：规范形式没有这一行，请去掉后再计算摘要。".to_owned(),
        Cause::Mark => "计算摘要时带上了字节序标记（BOM）：规范形式没有它，请去掉后再计算摘要。".to_owned(),
        Cause::Comments => "计算摘要时保留了注释：URI 为空的引用不含注释，请去掉报文中的注释。".to_owned(),
        Cause::Enveloped => "计算摘要时没有去掉 Signature：请先做 enveloped-signature 变换，对签名以外的部分计算摘要。".to_owned(),
        Cause::DigestMethod(method) => format!(
            "DigestMethod 声明为 {}，实际使用的是 {}：请把 DigestMethod 改为 {}，再重新签名。",
            clinic.methods.map_or("", |(_, named)| named.name()),
            method.name(),
            method.uri()
        ),
        _ => return None,
    })
}

fn value(cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::Value => "摘要正确，但签名值不是这张证书的密钥对 SignedInfo 所签（海关回 -621029）：请核对签名所用的卡与报文中的证书是否同一张，SignedInfo 在签名之后是否被改动。".to_owned(),
        Cause::EmptyUserId => "SM2 用户标识为空：请把用户标识（userId）设为 1234567812345678 后重新签名。".to_owned(),
        Cause::NoUserHash => "SM2 签名时没有加入由用户标识和公钥算出的 Z 值：请使用带用户标识 1234567812345678 的签名接口，不要先自己计算 SM3。".to_owned(),
        Cause::SignedDigest => "签名的对象是 DigestValue，不是 SignedInfo：请对规范化的 SignedInfo 签名。".to_owned(),
        Cause::SignedDocument => "签名的对象是报文本身，不是 SignedInfo：请先算出摘要写入 SignedInfo，再对规范化的 SignedInfo 签名。".to_owned(),
        Cause::SignedAsWritten => "签名的是 SignedInfo 的原文，没有规范化：请先规范化（空元素写成起止标签，带上根元素的命名空间声明），再签名。".to_owned(),
        Cause::SignedDetached => "签名的 SignedInfo 是单独取出的，缺少报文的命名空间声明：请在报文之中对 SignedInfo 规范化，带上根元素的命名空间声明。".to_owned(),
        Cause::SignatureMethod(method) => format!(
            "SignatureMethod 与实际使用的算法不同，实际是 {}：请把它改为 {}，再重新签名。",
            method.name(),
            method.uri()
        ),
        Cause::Reversed => "签名值的字节次序颠倒了：请把签名接口给出的字节倒过来再做 Base64。".to_owned(),
        Cause::OtherCertificate(serial) => format!(
            "报文中的证书放错了，签名所用的是序列号为 {serial} 的证书：请把 X509Certificate 和 KeyName 换成它。"
        ),
        _ => return None,
    })
}

fn outcome(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Unsigned => ("unsigned", "没有签名"),
        Outcome::Passed(profile) if profile.is_strict() => ("passed", "通过（严格档）"),
        Outcome::Passed(_) => ("passed", "通过（宽松档）"),
        Outcome::Failed(_) => ("failed", "不通过"),
        Outcome::Unsupported(_) => ("unsupported", "无法验签"),
    }
}

fn profile(clinic: &Clinic) -> Option<String> {
    match &clinic.outcome {
        Outcome::Passed(profile) => Some(SignatureProfile::name(profile)),
        _ => None,
    }
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
                holder.company.unwrap_or_default(),
                holder.organisation.unwrap_or_default(),
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
                "signed_info": String::from_utf8_lossy(&one.signed_info),
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
            "signature_method": element.map(|one| &one.signature_method),
            "digest_method": element.map(|one| &one.digest_method),
            "algorithm": methods.map(|(signature, _)| SignatureMethod::name(signature)),
            "digest_algorithm": methods.map(|(_, digest)| DigestMethod::name(digest)),
            "key_name": element.map(|one| &one.key_name),
            "digest_expected": element.map(|one| STANDARD.encode(&one.digest_value)),
            "digests": digests.collect::<Vec<_>>(),
            "values": values.collect::<Vec<_>>(),
            "difference": self.difference.as_ref().map(|one| json!({
                "offset": one.offset,
                "should_be": one.strict,
                "was": one.digested,
            })),
            "certificate": self.certificate.as_ref().map(|one| self.certificate_json(one)),
            "signed_info": String::from_utf8_lossy(&self.signed_info),
            "document": String::from_utf8_lossy(&self.document),
        })
    }

    /// The code that explains it in the knowledge base, when something is wrong.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        use crate::code;
        match (&self.outcome, &self.cause) {
            (Outcome::Failed(failure), _) => Some(failure.code().id),
            (Outcome::Unsupported(_), _) => Some(code::SIGNATURE_ALGORITHM.id),
            (Outcome::Unsigned, _) => Some(code::SIGNATURE_MISSING.id),
            (_, Cause::Tolerated) => Some(code::SIGNATURE_TOLERATED.id),
            (_, Cause::KeyName) => Some(code::KEY_NAME_DIFFERS.id),
            (_, Cause::Certificate(fault)) => Some(fault.code().id),
            (_, Cause::Holder) => Some(code::HOLDER_DIFFERS.id),
            _ => None,
        }
    }

    fn certificate_json(&self, certificate: &Certificate) -> Value {
        let holder = certificate.holder();
        let faults = self.faults.iter().map(|fault| {
            let code = fault.code();
            json!({ "code": code.id, "text": code.title, "advice": code.todo })
        });
        json!({
            "serial": certificate.serial(),
            "subject": certificate.subject(),
            "issuer": certificate.issuer(),
            "not_before": day(certificate.not_before()),
            "not_after": day(certificate.not_after()),
            "key": certificate.key().name(),
            "company": holder.company,
            "organisation": holder.organisation,
            "card": holder.card,
            "holder": holder_word(self.holder).0,
            "checked": !self.is_trust_empty,
            "faults": faults.collect::<Vec<_>>(),
        })
    }
}

/// Names of all profiles, for documents.
#[must_use]
pub fn profiles() -> Vec<&'static str> {
    let digests = DigestProfile::ALL.iter().map(|one| one.name());
    let values = ValueProfile::ALL.iter().skip(1).map(|one| one.name());
    digests.chain(values).collect()
}
