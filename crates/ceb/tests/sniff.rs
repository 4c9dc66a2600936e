//! What `sniff` says about good and bad beginnings, and about messages that try to deceive it.

use std::fmt::Write;

use ceb::envelope::{Envelope, seal};
use ceb::sample::{self, Spec};
use ceb::{Kind, Profile, Severity, sniff};
use expect_test::expect;

fn say(bytes: &[u8]) -> String {
    match sniff(bytes) {
        Ok(found) => format!(
            "{:?} {} cop={} dxp={} sender={}",
            found.shape,
            found.kind,
            found.cop_code.as_deref().unwrap_or("-"),
            found.dxp_id.as_deref().unwrap_or("-"),
            found.sender_id.as_deref().unwrap_or("-")
        ),
        Err(error) => format!("{} line {}: {}", error.code(), error.line(), error.text()),
    }
}

fn envelope(data: &[u8]) -> Vec<u8> {
    seal(&Envelope {
        cop_msg_id: String::from("1"),
        sender_id: String::from("DXPENT0000000009"),
        receiver_ids: vec![String::from("DXPEDCCEB0000002")],
        creat_time: String::from("2026-01-05T09:30:00"),
        data: data.to_vec(),
        ..Envelope::default()
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn beginnings() {
    let order = sample::message(&Spec::new(Kind::Ceb311, 1));
    let edit = |from: &str, to: &str| {
        assert!(order.contains(from), "{from}");
        order.replacen(from, to, 1).into_bytes()
    };
    let guid = order.split("guid=\"").nth(1).unwrap()[..36].to_owned();
    let utf16: Vec<u8> = order.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inner = envelope(order.as_bytes());
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("order", order.clone().into_bytes()),
        (
            "byte order mark",
            [b"\xEF\xBB\xBF", order.as_bytes()].concat(),
        ),
        (
            "other prefix",
            order
                .replace("ceb:", "x:")
                .replace("xmlns:ceb", "xmlns:x")
                .into_bytes(),
        ),
        (
            "receipt",
            sample::message(&Spec::new(Kind::Ceb312, 1)).into_bytes(),
        ),
        ("envelope", inner.clone()),
        (
            "envelope, other prefix",
            String::from_utf8_lossy(&inner)
                .replace("dxp:", "")
                .replace("xmlns:dxp", "xmlns")
                .into_bytes(),
        ),
        ("envelope in envelope", envelope(&inner)),
        ("envelope of nonsense", envelope(b"nonsense")),
        (
            "envelope, not base64",
            String::from_utf8_lossy(&inner)
                .replace("Data>", "Data>*")
                .into_bytes(),
        ),
        (
            "envelope, no sender",
            String::from_utf8_lossy(&inner)
                .replace("SenderId", "Sender")
                .into_bytes(),
        ),
        ("empty", Vec::new()),
        ("blank", b" \n".to_vec()),
        ("json", b"{\"a\":1}".to_vec()),
        (
            "gbk",
            edit("\n", "\n").into_iter().chain(*b"\xb1\xa8").collect(),
        ),
        ("utf-16", utf16.clone()),
        ("utf-16 with mark", [b"\xff\xfe".to_vec(), utf16].concat()),
        (
            "declared gbk",
            edit("encoding=\"UTF-8\"", "encoding=\"GBK\""),
        ),
        (
            "doctype",
            edit(
                "<ceb:CEB311Message",
                "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<ceb:CEB311Message",
            ),
        ),
        (
            "unknown root",
            order.replace("CEB311Message", "CEB999Message").into_bytes(),
        ),
        (
            "foreign namespace",
            edit("chinaport.gov.cn/ceb", "example.cn/ceb"),
        ),
        ("no guid", edit(&format!(" guid=\"{guid}\""), "")),
        ("short guid", edit(&guid, "1")),
        (
            "no version",
            edit(&format!("{guid}\" version=\"1.0\""), &format!("{guid}\"")),
        ),
        ("cut", order.as_bytes()[..order.len() - 5].to_vec()),
        ("cut early", order.as_bytes()[..200].to_vec()),
    ];
    let mut log = String::new();
    for (name, bytes) in cases {
        let _ = writeln!(log, "{name}: {}", say(&bytes));
    }
    expect![[r#"
        order: Bare CEB311 cop=91110105MA1330956Y dxp=DXPENT0000000001 sender=-
        byte order mark: Bare CEB311 cop=91110105MA1330956Y dxp=DXPENT0000000001 sender=-
        other prefix: Bare CEB311 cop=91110105MA1330956Y dxp=DXPENT0000000001 sender=-
        receipt: Bare CEB312 cop=- dxp=- sender=-
        envelope: Dxp CEB311 cop=91110105MA1330956Y dxp=DXPENT0000000001 sender=DXPENT0000000009
        envelope, other prefix: Dxp CEB311 cop=91110105MA1330956Y dxp=DXPENT0000000001 sender=DXPENT0000000009
        envelope in envelope: TG-E1013 line 1: DxpMsg 的 Data 里又是一个传输报文。（DxpMsg）
        envelope of nonsense: TG-E1002 line 1: 内容的开头不是 XML 标签。（nonsense）
        envelope, not base64: TG-E1012 line 1: DxpMsg 的 Data 元素不能按 Base64 解码。
        envelope, no sender: TG-E1014 line 1: DxpMsg 缺少必需的元素，或元素的值不符合规定。（SenderId）
        empty: TG-E1001 line 1: 收到的内容长度为零，或只有空白。
        blank: TG-E1001 line 1: 收到的内容长度为零，或只有空白。
        json: TG-E1002 line 1: 内容的开头不是 XML 标签。（{"a":1}）
        gbk: TG-E1003 line 85: 内容中有不是 UTF-8 的字节，常见原因是程序按 GBK 写出了中文。
        utf-16: TG-E1004 line 1: 内容以 UTF-16 或 UTF-32 的标记开头。
        utf-16 with mark: TG-E1004 line 1: 内容以 UTF-16 或 UTF-32 的标记开头。
        declared gbk: TG-E1018 line 1: XML 声明写的编码不是 UTF-8，而内容的字节本身没有问题。（GBK）
        doctype: TG-E1005 line 2: 报文含有 DOCTYPE 声明。出于安全，平台不接受任何 DTD 和自定义实体。（<!DOCTYPE a [<!ENTITY b "c">]>）
        unknown root: TG-E1006 line 2: 根元素不是规范中的任何一种报文。（CEB999Message）
        foreign namespace: TG-E1007 line 2: 根元素 CEB311Message 的命名空间不是海关规定的
        no guid: TG-E1008 line 2: 根元素没有 guid 属性。
        short guid: TG-E1009 line 2: 根元素的 guid 属性长度不是 36 个字符。（1）
        no version: TG-E1010 line 2: 根元素没有 version 属性，或为空。
        cut: TG-E1011 line 84: 没有找到根元素的结束标签，报文很可能在传输中被截断。（</ceb:CEB311Mess）
        cut early: TG-E1011 line 2: 没有找到根元素的结束标签，报文很可能在传输中被截断。（<ceb:CEB311Message guid="7167B）
    "#]].assert_eq(&log);
}

#[test]
fn a_false_transfer_entity_is_not_believed() {
    let order = sample::message(&Spec::new(Kind::Ceb311, 1));
    let claim = "<ceb:BaseTransfer><ceb:copCode>FALSE</ceb:copCode><ceb:dxpId>FALSE</ceb:dxpId></ceb:BaseTransfer>";
    let end = "</ceb:CEB311Message>";
    let truth = say(order.as_bytes());
    let places = [
        (end, format!("<!-- {claim} -->{end}")),
        (end, format!("<![CDATA[{claim}]]>{end}")),
        (end, format!("<?x {claim}?>{end}")),
        (end, format!("{end}<!-- {claim} -->")),
        (
            end,
            format!(
                "<ceb:ExtendMessage><ceb:Message>{claim}</ceb:Message></ceb:ExtendMessage>{end}"
            ),
        ),
        (end, format!("<!-- {claim}{end} -->{end}")),
        (end, format!("{claim}{end}")),
    ];
    for (from, to) in places {
        assert_eq!(say(order.replace(from, &to).as_bytes()), truth, "{to}");
    }
}

/// An envelope that names another kind than it carries is told so, as gravely as the profile has it; either name of the
/// kind is right, and so is none.
#[test]
fn an_envelope_that_names_another_kind_is_reported() {
    let order = sample::message(&Spec::new(Kind::Ceb311, 1));
    let named = |msg_type: &str| {
        let carried = "<dxp:MsgType>";
        let sealed = String::from_utf8(envelope(order.as_bytes())).expect("text");
        let empty = format!("{carried}</dxp:MsgType>");
        assert!(sealed.contains(&empty), "{sealed}");
        sealed.replace(&empty, &format!("{carried}{msg_type}</dxp:MsgType>"))
    };
    for right in ["CEB311Message", "ceb311message", "CEB311", ""] {
        let sealed = named(right);
        let sniffed = sniff(sealed.as_bytes()).expect("an envelope");
        assert!(sniffed.findings(Profile::Strict).is_empty(), "{right}");
    }
    let sealed = named("CEB411Message");
    let sniffed = sniff(sealed.as_bytes()).expect("an envelope");
    let graded = [
        (Profile::Strict, Severity::Refuse),
        (Profile::Lenient, Severity::Warn),
    ];
    for (profile, severity) in graded {
        let found = sniffed.findings(profile);
        let codes: Vec<_> = found.iter().map(|one| (one.code, one.severity)).collect();
        assert_eq!(codes, [("TG-E1017", severity)]);
        let text = &found[0].text;
        assert!(text.contains("CEB411Message") && text.contains("CEB311Message"));
        assert!(found[0].advice.contains("CEB311Message"));
    }
}

#[test]
fn a_receipt_with_more_entries_than_allowed_loses_none() {
    let spec = Spec {
        n_documents: 100,
        ..Spec::new(Kind::Ceb312, 1)
    };
    let xml = sample::message(&spec);
    let (before, after) = xml.split_once("\t<OrderReturn>").unwrap();
    let extra = format!("{before}\t<OrderReturn>{after}");
    let one = format!(
        "\t<OrderReturn>{}</OrderReturn>\n",
        after.split("</OrderReturn>").next().unwrap()
    );
    let end = "</CEB312Message>";
    let xml = extra.replace(end, &format!("{}{end}", one.repeat(20)));
    assert_eq!(
        ceb::receipt::split(xml.as_bytes()).unwrap().entries.len(),
        120
    );
    let strict = ceb::parse(xml.as_bytes(), Profile::Strict);
    assert_eq!(strict.message.unwrap().documents.len(), 100);
    let codes: Vec<_> = strict.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["TG-E1212"]);
}
