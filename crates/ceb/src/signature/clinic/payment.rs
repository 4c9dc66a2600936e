//! Values of announcement 179 (实时支付数据验签): what a platform uploads to customs is no XML. Four of
//! its members make a string, and that string is signed.
//!
//! `"sessionID":"…"||"payExchangeInfoHead":"{…}"||"payExchangeInfoLists":"[…]"||"serviceTime":"…"`: the
//! quotes stand around the JSON too, two bars between the members, and the JSON is to the byte the one
//! that is sent. The upload only names its certificate; it must be given, or be among those that are
//! trusted.

use super::advice::PAYMENT_POSSIBILITIES;
use super::english;
pub use super::strings::Upload;
use super::value::readings;
use super::words::certificate_json;
use super::{ValueForm, difference};
use crate::base64_text::decode;
use crate::signature::certificate::{Certificate, CertificateFault, Match, Trust};
use crate::signature::key::{PublicKey, Scheme, Sm2, raw_sm2, sm2_of_hash};
use serde_json::{Value, json};

/// What examining found, in the form of [`super::Clinic::json`]; `at` is when it is received, seconds
/// since 1970.
#[must_use]
pub fn examine(upload: &Upload, trust: &Trust, at: i64, sm2: &dyn Sm2) -> Value {
    let right = upload.to_be_signed();
    let known = trust.intermediates.iter().chain(&trust.roots);
    let mut named = known.filter(|one| one.is_named(&upload.certificate_no));
    let certificate = upload.certificate.as_ref().or_else(|| named.next());
    let faults = match certificate {
        Some(certificate) if !trust.is_empty() => trust.check(certificate, &[], at, sm2),
        _ => Vec::new(),
    };
    let found = match certificate {
        _ if upload.value.is_empty() => PaymentCause::failed(
            "unsigned",
            "没有 signValue：请用企业的签名证书签名后再报送。",
        ),
        None => PaymentCause::failed(
            "no-certificate",
            "报送的数据只写证书编号 certNo，没有证书，无法验签：请把签名证书（PEM，-----BEGIN CERTIFICATE----- 开头）附在数据后面再诊断。应当签名的字符串见下。",
        ),
        Some(certificate) => diagnosed(upload, certificate, &faults, sm2),
    };
    let outcome = match found.cause.as_str() {
        "unsigned" => "unsigned",
        "no-certificate" => "unsupported",
        "none" | "certificate" | "key-name" => "passed",
        _ => "failed",
    };
    let passes = outcome == "passed";
    let differs = found
        .signed
        .as_deref()
        .and_then(|signed| difference(right.as_bytes(), signed));
    let algorithm = certificate.map(|one| match one.key() {
        PublicKey::Sm2(_) => "SM2-SM3".to_owned(),
        key @ (PublicKey::Rsa { .. } | PublicKey::Other(_)) => key.name(),
    });
    json!({
        "outcome": outcome,
        "profile": passes.then_some("strict"),
        "code": null,
        "cause": found.cause,
        "advice": found.advice,
        "adviceEn": english::of(&found.cause),
        "possibilities": found.possibilities,
        "possibilitiesEn": english::possibilities(&found.possibilities),
        "signatureMethod": null,
        "digestMethod": null,
        "algorithm": algorithm,
        "digestAlgorithm": null,
        "keyName": upload.certificate_no,
        "digestExpected": null,
        "digests": [],
        "values": [{ "profile": "strict", "passes": passes, "signedInfo": right }],
        "difference": differs.map(|one| json!({
            "offset": one.offset,
            "shouldBe": one.strict,
            "was": one.digested,
        })),
        "certificate": certificate.map(|one| {
            certificate_json(one, &faults, Match::Unknown, !trust.is_empty())
        }),
        "signedInfo": right,
        "document": "",
    })
}

/// The same for people at a terminal.
#[must_use]
pub fn text(diagnosis: &Value) -> String {
    let word = |name: &str| {
        diagnosis
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let outcome = match word("outcome") {
        "passed" => "通过",
        "failed" => "不通过",
        "unsigned" => "没有签名",
        _ => "无法验签",
    };
    let mut lines = vec![
        format!("结论：{outcome}（179 号公告的支付数据）"),
        format!("建议：{}", word("advice")),
    ];
    let possibilities = diagnosis.get("possibilities").and_then(Value::as_array);
    for (number, one) in (1..).zip(possibilities.into_iter().flatten()) {
        lines.push(format!(
            "  可能 {number}：{}",
            one.as_str().unwrap_or_default()
        ));
    }
    lines.push(format!("certNo：{}", word("keyName")));
    lines.push(format!("应当签名的字符串：\n{}", word("signedInfo")));
    lines.join("\n")
}

struct PaymentCause {
    cause: String,
    advice: String,
    possibilities: Vec<&'static str>,
    signed: Option<Vec<u8>>,
}

impl PaymentCause {
    fn failed(cause: &str, advice: &str) -> Self {
        Self {
            cause: cause.to_owned(),
            advice: advice.to_owned(),
            possibilities: Vec::new(),
            signed: None,
        }
    }
}

/// Tries the string of the announcement, and then the mistakes.
fn diagnosed(
    upload: &Upload,
    certificate: &Certificate,
    faults: &[CertificateFault],
    sm2: &dyn Sm2,
) -> PaymentCause {
    let right = upload.to_be_signed().into_bytes();
    let (value, blemish) = decode(&upload.value);
    let tries = Tries {
        certificate,
        value: &value,
        text: &upload.value,
        sm2,
    };
    if tries.passes(&right) {
        if let Some(blemish) = blemish {
            return PaymentCause::failed("base64", &format!("{}。", blemish.describe("signValue")));
        }
        if let Some(fault) = faults.iter().find(|fault| fault.is_grave()) {
            let code = fault.code();
            return PaymentCause::failed(
                "certificate",
                &format!("签名本身正确，但{}：{}", code.title, code.todo),
            );
        }
        if !certificate.is_named(&upload.certificate_no) {
            let serial = certificate.serial();
            return PaymentCause::failed(
                "key-name",
                &format!("签名本身正确，但 certNo 不是这张证书的编号：请改为 {serial}。"),
            );
        }
        return PaymentCause::failed("none", "签名正确，不需要修改。");
    }
    if let Some(form) = tries.form(&right) {
        return PaymentCause::failed(&format!("value-{}", form.name()), &form.describe());
    }
    if let Some((cause, advice)) = tries.hashing(&right) {
        return PaymentCause::failed(cause, advice);
    }
    for mistake in upload.others() {
        if tries.passes(&mistake.signed) || tries.form(&mistake.signed).is_some() {
            return PaymentCause {
                signed: Some(mistake.signed),
                ..PaymentCause::failed(
                    mistake.name,
                    &format!(
                        "{}：请对下面“应当签名的字符串”原样（UTF-8）签名。",
                        mistake.advice
                    ),
                )
            };
        }
    }
    PaymentCause {
        possibilities: PAYMENT_POSSIBILITIES.to_vec(),
        ..PaymentCause::failed(
            "unexplained",
            "签名值与加签字符串不符，试过的写法都不能解释。请按下面列出的可能逐一排查。",
        )
    }
}

struct Tries<'a> {
    certificate: &'a Certificate,
    value: &'a [u8],
    text: &'a str,
    sm2: &'a dyn Sm2,
}

impl Tries<'_> {
    fn passes(&self, message: &[u8]) -> bool {
        let key = self.certificate.key();
        let schemes = [Scheme::Sm2Sm3, Scheme::RsaSha1, Scheme::RsaSha256];
        schemes
            .into_iter()
            .any(|scheme| key.verify(scheme, message, self.value, self.sm2))
    }

    /// The value in another form than r‖s.
    fn form(&self, message: &[u8]) -> Option<ValueForm> {
        let PublicKey::Sm2(point) = self.certificate.key() else {
            return None;
        };
        let mut readings = readings(self.value, self.text).into_iter();
        let id = crate::sm2::USER_ID;
        let found = readings.find(|(_, raw)| self.sm2.verify(point, id, message, raw));
        found.map(|(form, _)| form)
    }

    /// The user id left out in one way or the other.
    fn hashing(&self, message: &[u8]) -> Option<(&'static str, &'static str)> {
        let PublicKey::Sm2(point) = self.certificate.key() else {
            return None;
        };
        let r_s = raw_sm2(self.value)?;
        if self.sm2.verify(point, b"", message, &r_s) {
            return Some((
                "empty-user-id",
                "SM2 用户标识为空：请把用户标识（userId）设为 1234567812345678 后重新签名。",
            ));
        }
        let hash = crate::signature::DigestMethod::Sm3.digest(message);
        let hash: [u8; 32] = hash.try_into().ok()?;
        sm2_of_hash(point, &hash, &r_s).then_some((
            "no-user-hash",
            "SM2 签名时没有加入由用户标识和公钥算出的 Z 值：请使用带用户标识 1234567812345678 的签名接口，不要先自己计算 SM3。",
        ))
    }
}
