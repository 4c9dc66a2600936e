//! The one thing to change, in words.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the causes are shared out among several functions, each for its own"
)]

use super::forms::{Deviation, Encoding, Which};
use super::{Cause, Clinic, shape};
use crate::base64_text::Blemish;
use crate::signature::certificate::{CertificateFault, day};
use crate::signature::findings::key_name_text;
use crate::signature::profile::DigestProfile;
use crate::signature::verify::{Failure, SignatureOutcome};

/// What may have happened when the value is right and nothing gives the digest.
pub(super) const POSSIBILITIES: [&str; 6] = [
    "签名之后报文内容被改动：中间系统补了字段、改了数值或重新生成了报文（海关对此回 -621028）",
    "计算摘要的不是这一份报文：签名时取的是上一次的、另一单的或还没有填完的报文",
    "签名之后报文的 XML 被另一个组件重新输出：改了命名空间前缀、属性、转义或空白，而且不止一种",
    "计算摘要时用了这里没有试过的编码，或字符已经成了乱码",
    "DigestValue 是摘要之外的东西：例如对摘要又做了一次摘要，或截断过",
    "请在程序里把计算摘要时的输入写成文件，与下面“应当计算摘要的字节”逐字节比较，第一处不同就是原因",
];

/// What may have happened when nothing explains the value of data of announcement 179.
pub(super) const PAYMENT_POSSIBILITIES: [&str; 3] = [
    "签名所用的私钥与这张证书不是一对：请核对 certNo 与卡",
    "签名之后改了 JSON：重新生成、排序、补字段，或金额的写法变了",
    "签名的字符串另有写法：请与下面“应当签名的字符串”逐字节比较",
];

/// The one thing to change, and what else is wrong.
pub(super) fn advice(clinic: &Clinic) -> String {
    let mut text = describe(&clinic.cause, clinic);
    for cause in &clinic.also {
        text.push_str("此外，");
        text.push_str(&describe(cause, clinic));
    }
    let is_form = matches!(clinic.cause, Cause::Blemish(..) | Cause::CertificateForm(_));
    let is_right =
        clinic.digests.iter().any(|one| one.is_equal) && clinic.values.iter().any(|one| one.passes);
    if is_form && clinic.also.is_empty() && is_right {
        text.push_str("改正这一处之后，摘要和签名值都正确。");
    }
    text
}

fn describe(cause: &Cause, clinic: &Clinic) -> String {
    let plain = |text: &str| text.to_owned();
    match cause {
        Cause::None => plain("签名正确，不需要修改。"),
        Cause::Unsigned => plain("报文没有签名：请用企业的电子口岸卡或签名设备签名后再发送。"),
        Cause::Tolerated => tolerated(clinic),
        Cause::Failure(failure) => failed(failure, clinic),
        Cause::Unsupported => unsupported(clinic),
        Cause::Blemish(element, blemish) => unblemished(element, *blemish, clinic),
        Cause::CertificateForm(what) => format!(
            "X509Certificate 是{what}：请填写证书 DER 编码的 Base64（PEM 文件首尾两行之间的内容就是）。"
        ),
        Cause::ValueForm(form) => form.describe(),
        Cause::Extra(extra) => format!(
            "签名本身正确，但签名里有规范之外的内容（{extra}），它不受签名保护：请去掉；KeyInfo 里只写 KeyName 和 X509Data/X509Certificate。去掉它不影响签名值。"
        ),
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
    let SignatureOutcome::Passed(profile) = &clinic.outcome else {
        return String::new();
    };
    let what = if profile.is_relabelled {
        "DigestMethod 写的算法与实际使用的不同，请改成实际使用的算法".to_owned()
    } else if profile.is_der {
        "SM2 签名值是 DER 编码，请改为 r 和 s 相连的 64 字节".to_owned()
    } else if profile.digest != DigestProfile::Strict {
        format!(
            "请让签名前后的空白与计算摘要时相同：摘要是在没有这些空白（{}）的报文上计算的，空白是插入签名时或签名之后加上的",
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
            let text = fault.text.trim().trim_end_matches(['：', '。']);
            format!(
                "报文不是格式良好的 XML（第 {} 行）：{text}。请先改正。",
                fault.line
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
        Failure::ValueForm => {
            let value = clinic
                .signature
                .as_ref()
                .map(|one| one.signature_value.as_slice());
            format!(
                "{}；按各种可能还原之后签名值仍不正确。{}",
                shape(value.unwrap_or_default()),
                code.todo
            )
        }
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
        SignatureOutcome::Unsupported(what) => what.uri(),
        _ => "",
    };
    if uri.starts_with("http://www.w3.org/2001/10/xml-exc-c14n#") {
        return "CanonicalizationMethod 或 Transform 写的是独占规范化（Exclusive C14N，xml-exc-c14n#），规范固定为 Canonical XML 1.0（http://www.w3.org/TR/2001/REC-xml-c14n-20010315）：请让签名组件改用后者再签名，不要只改这个名称。".to_owned();
    }
    if uri.starts_with("http://www.w3.org/2006/12/xml-c14n11") {
        return "规范化写的是 Canonical XML 1.1，规范固定为 1.0（http://www.w3.org/TR/2001/REC-xml-c14n-20010315）：请让签名组件改用 1.0 再签名。".to_owned();
    }
    format!("不认识的算法 {uri}：请改用规范规定的写法。")
}

/// A value that is not Base64, with the lines of the file where that helps.
fn unblemished(element: &str, blemish: Blemish, clinic: &Clinic) -> String {
    let what = blemish.describe(element);
    match blemish {
        Blemish::Pem => match clinic.pem_lines {
            Some((first, last)) if first != last => format!(
                "{element} 里带有 PEM 文件的首尾两行：请删去第 {first} 行的 -----BEGIN …----- 和第 {last} 行的 -----END …-----，只留下中间的 Base64（换行可以保留）。"
            ),
            _ => format!("{what}：请删去这两段，只留下中间的 Base64。"),
        },
        Blemish::EscapedLines => format!("{what}：请删去这些字符，或换成真正的换行。"),
        Blemish::Url => format!("{what}：请改用标准的 Base64（+ 和 /）。"),
        Blemish::Padding => format!("{what}：请用标准的 Base64 组件重新编码，保留末尾的 =。"),
        Blemish::Unreadable => {
            format!("{what}：请填写 Base64 文本；如果是手工粘贴的，请核对有没有漏掉或多出字符。")
        }
    }
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
        Cause::Digest => "摘要与报文不符，签名值也不是这张证书对 SignedInfo 所签，试过的写法都不能解释：签名之后内容和签名都可能被改动，请用同一份报文重新签名，此后不要再改动任何字节。".to_owned(),
        Cause::Unexplained(n_tried) => format!(
            "签名值正确，但摘要没有查明原因：试过 {n_tried} 种常见的写法（声明、换行、空白、命名空间、编码、转义等），没有一种得出 DigestValue。海关对此回 -621028。请按下面列出的可能逐一排查。"
        ),
        Cause::Digested(deviations) => digested(deviations),
        Cause::HexDigest => "DigestValue 写的是十六进制，不是 Base64：请对摘要的字节（SHA-1 为 20 个，SM3 为 32 个）做 Base64。".to_owned(),
        Cause::DigestMethod(method) => format!(
            "DigestMethod 声明为 {}，实际使用的是 {}：请把 DigestMethod 改为 {}，再重新签名。",
            clinic.methods.map_or("", |(_, named)| named.name()),
            method.name(),
            method.uri()
        ),
        _ => return None,
    })
}

/// What was digested instead of the canonical document.
fn digested(deviations: &[Deviation]) -> String {
    if let [one] = deviations {
        return alone(*one);
    }
    if let Some(by) = deviations.iter().find_map(|one| layout(*one)) {
        let others = deviations.iter().filter(|one| layout(**one).is_none());
        let others: Vec<&str> = others.map(|one| part(*one)).collect();
        return format!(
            "签名后又格式化了报文：签名时的报文{by}，{}，现在的排版不同。请签名之后原样发送，不要格式化、压缩或重新生成；并请对规范形式计算摘要。",
            others.join("，")
        );
    }
    let parts: Vec<&str> = deviations.iter().map(|one| part(*one)).collect();
    format!(
        "计算摘要的文本与规范形式有 {} 处不同：{}。请先按 Canonical XML 1.0 规范化，再对得到的字节计算摘要。",
        parts.len(),
        parts.join("；")
    )
}

fn layout(one: Deviation) -> Option<&'static str> {
    match one {
        Deviation::Compact => Some("没有缩进和换行"),
        Deviation::Indented("\t") => Some("用制表符缩进"),
        Deviation::Indented("  ") => Some("用 2 个空格缩进"),
        Deviation::Indented(_) => Some("用 4 个空格缩进"),
        _ => None,
    }
}

/// A deviation as a part of a sentence.
fn part(one: Deviation) -> &'static str {
    match one {
        Deviation::Comments => "保留了注释",
        Deviation::Source => "取的是报文文件的原文",
        Deviation::Written => "取的是根元素的原文，没有规范化",
        Deviation::KeptReturns | Deviation::Returns(true) => "回车写成了 &#xD;",
        Deviation::Returns(false) => "回车写成了 &#13;",
        Deviation::Framed(_) => "没有去掉 Signature",
        Deviation::Content => "只取了根元素里面的内容",
        Deviation::Element(..) => "只取了报文中的一个元素",
        Deviation::LostXsi => "根元素带有 xmlns:xsi 声明，报文里没有",
        Deviation::LostXsd => "根元素带有 xmlns:xsi 和 xmlns:xsd 声明，报文里没有",
        Deviation::LostDs => "根元素带有 xmlns:ds 声明，报文里没有",
        Deviation::AddedXsi => "根元素没有 xmlns:xsi 声明，报文里有",
        Deviation::Exclusive => "用的是独占规范化（Exclusive C14N）",
        Deviation::WrittenRoot => "根元素的起始标签没有规范化（属性和命名空间声明的次序）",
        Deviation::Trimmed => "去掉了各项值首尾的空白",
        Deviation::EmptyDropped => "没有空的元素，报文里有",
        Deviation::Compact => "没有缩进和换行",
        Deviation::Indented(_) => "带有缩进",
        Deviation::SelfClosed(_) => "空元素写成了 <x/>",
        Deviation::Quoted(_) => "引号写成了 &quot;",
        Deviation::RawGreater => "大于号没有写成 &gt;",
        Deviation::CrLf => "换行是 CRLF",
        Deviation::Lf => "换行是 LF",
        Deviation::Declaration(Which::Gbk | Which::Gb2312, _) => "带有声明编码为 GBK 的 XML 声明",
        Deviation::Declaration(..) => "带有 XML 声明",
        Deviation::End(_) => "末尾多一个换行",
        Deviation::Mark => "带有字节序标记（BOM）",
        Deviation::Encoded(Encoding::Gbk) => "中文按 GBK 编码",
        Deviation::Encoded(Encoding::Utf16Le | Encoding::Utf16Be) => "按 UTF-16 编码",
        Deviation::Encoded(Encoding::ReadAsGbk) => "把 UTF-8 当成 GBK 读，中文成了乱码",
        Deviation::Encoded(Encoding::ReadAsLatin1) => "把 UTF-8 当成 ISO 8859-1 读，中文成了乱码",
        Deviation::Encoded(Encoding::Questions) => "中文成了问号",
        Deviation::Encoded(_) => "中文写成了 &#…; 字符引用",
    }
}

/// The one deviation that explains the digest, and what to change.
fn alone(one: Deviation) -> String {
    if let Some(layout) = layout(one) {
        return format!(
            "签名后又格式化了报文：签名时的报文{layout}，现在的排版不同。请签名之后原样发送，不要格式化、压缩或重新生成。"
        );
    }
    match one {
        Deviation::Source | Deviation::Written => "摘要是对报文原文计算的，没有先做规范化：请先按 Canonical XML 1.0 规范化，再计算摘要。".to_owned(),
        Deviation::CrLf => "摘要是对 CRLF 换行的文本计算的：规范化之后换行只有 LF，请对规范化的结果计算摘要，不要再转换换行。".to_owned(),
        Deviation::KeptReturns | Deviation::Returns(_) => {
            let reference = if one == Deviation::Returns(false) { "&#13;" } else { "&#xD;" };
            format!(
                "摘要把每个回车写成 {reference} 一起算了：签名组件拿到的文本在内存里是 CRLF 换行，规范化时回车就成了字符引用，而报文里的 CRLF 在解析时都变成 LF。请在签名之前把换行统一成 LF，或先把报文解析一遍再规范化。"
            )
        }
        Deviation::Declaration(..) => "计算摘要时带上了 XML 声明（<?xml …?>）：规范形式没有这一行，请去掉后再计算摘要。".to_owned(),
        Deviation::Mark => "计算摘要时带上了字节序标记（BOM）：规范形式没有它，请去掉后再计算摘要。".to_owned(),
        Deviation::Comments => "计算摘要时保留了注释：URI 为空的引用不含注释，请去掉报文中的注释。".to_owned(),
        Deviation::Framed(_) => "计算摘要时没有去掉 Signature（当时签名里的值还是空的）：请先做 enveloped-signature 变换，对签名以外的部分计算摘要。".to_owned(),
        Deviation::LostXsi | Deviation::LostXsd | Deviation::LostDs => {
            let name = match one {
                Deviation::LostXsi => "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
                Deviation::LostDs => "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                _ => "xmlns:xsi 和 xmlns:xsd",
            };
            format!(
                "根元素丢了命名空间声明 {name}：计算摘要时根元素上有它，发送的报文里没有。海关 2018 年公布的样例报文就有这个毛病，照抄样例的程序也会这样。没有用到的声明同样参加规范化：请让它在签名之后原样留在根元素上，或在签名之前就去掉。"
            )
        }
        Deviation::AddedXsi => "根元素上的 xmlns:xsi 声明是计算摘要之后才加上的：没有用到的声明同样参加规范化，请在签名之前加上，签名之后不要再动根元素。".to_owned(),
        Deviation::Exclusive => "摘要是对独占规范化（Exclusive C14N，xml-exc-c14n#）的结果计算的，而 CanonicalizationMethod 写的是 Canonical XML 1.0：独占规范化不写没有用到的命名空间声明（如 xmlns:xsi）。请让签名组件改用 Canonical XML 1.0（inclusive），再重新签名。".to_owned(),
        Deviation::Element(..) | Deviation::Content => "摘要只算了报文的一部分，不是整份报文：URI 为空的引用指整份报文（去掉签名），请对它的规范形式计算摘要。".to_owned(),
        Deviation::Encoded(_) => format!("计算摘要时{}：规范形式一律是 UTF-8，请取规范化结果的 UTF-8 字节，不要用程序的默认编码转换。", part(one)),
        Deviation::Trimmed | Deviation::EmptyDropped => format!("计算摘要的报文与发送的不同：签名时{}。请签名之后原样发送。", part(one)),
        one => format!("计算摘要的文本不是规范形式：{}。请先按 Canonical XML 1.0 规范化，再对得到的字节计算摘要。", part(one)),
    }
}

fn value(cause: &Cause) -> Option<String> {
    Some(match cause {
        Cause::SignedNamespaces(names) => format!(
            "签名的 SignedInfo 只带了 {names} 的命名空间声明，与它在报文中的不同：请在报文之中对 SignedInfo 规范化（Canonical XML 1.0，不是独占规范化），带上根元素的全部命名空间声明。"
        ),
        Cause::Value => "摘要正确，但签名值不是这张证书的密钥对 SignedInfo 所签（海关回 -621029）：请核对签名所用的卡与报文中的证书是否同一张，SignedInfo 在签名之后是否被改动。".to_owned(),
        Cause::RenamedDigest(name, method) => format!(
            "签名之后改了 DigestMethod 的算法名称：签名时写的是 {name}（{}），改回去签名值就正确。请在签名之前就写对，签名之后不要改动 SignedInfo。",
            method.name()
        ),
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
