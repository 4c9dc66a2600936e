//! What is no message of this standard (其他文件和报文): files of other programs, told by their first bytes,
//! and messages of other systems, told by their root.

use crate::kind::Kind;

/// Bytes among which the names of parts are looked for.
const LOOKED_AT_BYTES: usize = 1 << 20;

/// Bytes of a first line that is looked at.
const LINE_BYTES: usize = 4096;

/// Separators that make a first line one of a table.
const SEPARATORS_MIN: usize = 2;

/// A kind of file (文件类型) that is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// What people call it: `PDF 文件（.pdf）`.
    pub name: &'static str,
    /// What to do about it, in Chinese.
    pub advice: &'static str,
    /// Whether it is a table as text.
    pub is_text: bool,
}

const fn kind(name: &'static str, advice: &'static str) -> FileKind {
    FileKind {
        name,
        advice,
        is_text: false,
    }
}

const FILL_IN: &str = "请把内容填入平台下载的 Excel 模板（.xlsx），或发送 XML 报文。";
const SAVE_AS: &str = "请用 Excel 或 WPS 打开，“另存为”选择“Excel 工作簿（*.xlsx）”后重新上传。";
const UNPACK: &str = "请先解压，上传其中的报文或工作簿。";

const WORD: FileKind = kind("Word 文档（.docx）", FILL_IN);
const SLIDES: FileKind = kind("演示文稿（.pptx）", FILL_IN);
const OPEN_SHEET: FileKind = kind("OpenDocument 表格（.ods）", SAVE_AS);
const WORKBOOK: FileKind = kind(
    "Excel 工作簿（.xlsx）",
    "请在申报页面上传，或以工作簿的内容类型提交。",
);
const ZIP: FileKind = kind("压缩包（.zip）", UNPACK);
const OLD_WORD: FileKind = kind("旧版 Word 文档（.doc）", FILL_IN);
const OLD_SLIDES: FileKind = kind("旧版演示文稿（.ppt）", FILL_IN);
const OLD_SHEET: FileKind = kind("旧版 Excel 工作簿（.xls）", SAVE_AS);
const LOCKED: FileKind = kind(
    "带密码的 Office 文件",
    "请取消密码，另存为 .xlsx 后重新上传。",
);
const CSV: FileKind = FileKind {
    is_text: true,
    ..kind("CSV 或其他文本表格", SAVE_AS)
};

/// First bytes of files.
const FIRST: &[(&[u8], FileKind)] = &[
    (b"%PDF", kind("PDF 文件（.pdf）", FILL_IN)),
    (b"\x89PNG", kind("图片（.png）", FILL_IN)),
    (b"\xFF\xD8\xFF", kind("图片（.jpg）", FILL_IN)),
    (b"GIF8", kind("图片（.gif）", FILL_IN)),
    (b"II*\0", kind("图片（.tif）", FILL_IN)),
    (b"MM\0*", kind("图片（.tif）", FILL_IN)),
    (b"Rar!", kind("压缩包（.rar）", UNPACK)),
    (b"7z\xBC\xAF", kind("压缩包（.7z）", UNPACK)),
    (b"\x1F\x8B", kind("压缩包（.gz）", UNPACK)),
    (b"{\\rtf", kind("RTF 文档（.rtf）", FILL_IN)),
];

/// What kind of file this is; `None` for XML, JSON and what nobody knows.
#[must_use]
pub fn file_kind(bytes: &[u8]) -> Option<FileKind> {
    if let Some((_, found)) = FIRST.iter().find(|(first, _)| bytes.starts_with(first)) {
        return Some(*found);
    }
    let holds = |name: &[u8]| {
        let looked_at = bytes.len().min(LOOKED_AT_BYTES);
        let tail = bytes.len().saturating_sub(LOOKED_AT_BYTES);
        memchr::memmem::find(&bytes[..looked_at], name).is_some()
            || memchr::memmem::find(&bytes[tail..], name).is_some()
    };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(if holds(b"word/document") || holds(b"word\\document") {
            WORD
        } else if holds(b"ppt/presentation") || holds(b"ppt\\presentation") {
            SLIDES
        } else if holds(b"opendocument.spreadsheet") {
            OPEN_SHEET
        } else if holds(b"xl/") || holds(b"xl\\") {
            WORKBOOK
        } else {
            ZIP
        });
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let holds = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            holds(&name)
        };
        return Some(if holds("EncryptedPackage") {
            LOCKED
        } else if holds("WordDocument") {
            OLD_WORD
        } else if holds("PowerPoint Document") {
            OLD_SLIDES
        } else {
            OLD_SHEET
        });
    }
    if bytes.starts_with(b"BM") && bytes.contains(&0) {
        return Some(kind("图片（.bmp）", FILL_IN));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(kind("图片（.webp）", FILL_IN));
    }
    is_table(bytes).then_some(CSV)
}

/// Whether the first line is parted as those of a table: by commas, semicolons or tabs, one by one byte or
/// one by two (UTF-16).
fn is_table(bytes: &[u8]) -> bool {
    let is_wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    let end = bytes.len().min(LINE_BYTES);
    let line = bytes[..end]
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > SEPARATORS_MIN && !line.starts_with(b"sep="));
    let Some(line) = line else { return false };
    let first = line.iter().find(|byte| byte.is_ascii_graphic());
    if matches!(first, Some(b'<' | b'{' | b'[')) || (line.contains(&0) && !is_wide) {
        return false;
    }
    let most =
        [b',', b';', b'\t'].map(|separator| line.iter().filter(|byte| **byte == separator).count());
    most.into_iter().any(|n_found| n_found >= SEPARATORS_MIN)
}

/// Roots of other systems' messages: how the name begins, which system, whose they are.
const FAMILIES: &[(&str, &str)] = &[
    ("INV", "金关二期的保税核注清单"),
    ("InvtMessage", "金关二期的保税核注清单"),
    ("SAS", "金关二期的核放单、业务申报表或出入库单"),
    ("PassPortMessage", "金关二期的核放单"),
    ("ICP", "金关二期的两步申报核放单"),
    ("Sas2sPassPortMessage", "金关二期的两步申报核放单"),
    ("BWS", "金关二期的物流账册"),
    ("NPTS", "金关二期的加工贸易手册"),
    ("EMS", "金关二期的账册"),
    ("NEMS", "金关二期的账册"),
    ("CommonResponeMessage", "金关二期的数据中心回执"),
    ("Package", "金关二期"),
    ("Signature", "金关二期（外层是签名）"),
    ("DecMessage", "国际贸易“单一窗口”的报关单"),
    ("DEC_", "国际贸易“单一窗口”的报关单回执"),
    ("DecImportResponse", "国际贸易“单一窗口”的报关单回执"),
    ("Manifest", "舱单系统"),
    ("MT", "舱单系统"),
    ("DTC", "卡口、辅助系统"),
    ("CheckGoodsInfo", "查验预定数据"),
    ("DxpRep", "传输应答（DxpRep）"),
    ("mo", "地方版跨境系统（mo 格式）"),
    ("KJ", "地方版跨境系统（KJ 格式）"),
    ("ENT", "旧版跨境系统（ENT 格式）"),
    ("InternationalTrade", "地方版跨境系统"),
    ("Envelope", "SOAP 接口"),
    ("html", "网页"),
    ("HTML", "网页"),
];

/// What a root says about a message that is not of this standard: what is wrong, and what to do.
pub(crate) fn root(local: &str, has_namespace: bool) -> Option<(String, String)> {
    let as_is = |known: &Kind| known.root() == local;
    if Kind::ALL.iter().any(as_is) {
        let text = if has_namespace {
            format!("根元素 {local} 的命名空间不是海关规定的")
        } else {
            format!("根元素 {local} 没有命名空间")
        };
        let advice = format!(
            "写成 <ceb:{local} xmlns:ceb=\"{}\" …>，或在根元素上写 xmlns=\"{}\"。",
            crate::xml::NS_CEB,
            crate::xml::NS_CEB
        );
        return Some((text, advice));
    }
    let nearly = Kind::ALL.iter().find(|known| {
        known.root().eq_ignore_ascii_case(local) || known.code().eq_ignore_ascii_case(local)
    });
    if let Some(known) = nearly {
        let text = format!("根元素 {local} 的名称不对");
        return Some((text, format!("改为 {}，区分大小写。", known.root())));
    }
    let is_it = |front: &str| {
        // Short fronts are followed by a number: INV101.
        local == front
            || local
                .strip_prefix(front)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '_'))
            || (front.ends_with('_') && local.starts_with(front))
    };
    let (_, family) = FAMILIES.iter().find(|(front, _)| is_it(front))?;
    Some((
        format!("根元素 {local} 属于{family}的报文，不是跨境电商统一版（CEB）报文"),
        "本平台只接收跨境电商统一版的报文（根元素如 CEB311Message）；其他系统的报文请发往该系统的通道。".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use crate::{Profile, parse, sniff};

    fn texts_of(bytes: &[u8]) -> (String, String) {
        let error = sniff(bytes).unwrap_err();
        let found = parse(bytes, Profile::Strict).findings;
        let texts = format!(
            "{} {} {} {}",
            error.text(),
            error.advice(),
            found[0].text,
            found[0].advice
        );
        (error.code().to_owned(), texts)
    }

    #[test]
    fn messages_of_other_systems_are_named() {
        for (xml, name) in [
            ("<Package><EnvelopInfo/></Package>", "金关二期"),
            (
                "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><Object/></Signature>",
                "金关二期",
            ),
            ("<INV201><x/></INV201>", "金关二期"),
            ("<SAS121/>", "金关二期"),
            (
                "<DecMessage xmlns=\"http://www.chinaport.gov.cn/dec\"/>",
                "单一窗口",
            ),
            ("<mo version=\"1.0.0\"/>", "地方版"),
            ("<html/>", "网页"),
            ("<ceb311message/>", "改为 CEB311Message"),
            ("<CEB214/>", "改为 CEB214Message"),
        ] {
            let (_, texts) = texts_of(xml.as_bytes());
            assert_eq!(texts.matches(name).count(), 2, "{xml}: {texts}");
        }
        for unknown in ["<INVOICE/>", "<monkey/>", "<a/>"] {
            let (_, texts) = texts_of(unknown.as_bytes());
            assert!(!texts.contains("属于"), "{unknown}: {texts}");
        }
    }

    #[test]
    fn files_of_other_programs_are_called_by_their_names() {
        for (bytes, name) in [
            (&b"%PDF-1.7\n%\xE2\xE3"[..], "PDF"),
            (b"\x89PNG\r\n\x1a\n\0\0", "图片（.png）"),
            (b"\xFF\xD8\xFF\xE0\0", "图片（.jpg）"),
            (b"PK\x03\x04\0\0word/document.xml", "Word 文档（.docx）"),
            (b"PK\x03\x04\0\0a.xml", "压缩包（.zip）"),
            (b"Rar!\x1a\x07\0", "压缩包（.rar）"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1", "旧版 Excel 工作簿（.xls）"),
            (b"appType,appTime,\xB1\xED\xCD\xB7,x\r\n1,2,3", "CSV"),
            (b"\xEF\xBB\xBFa,b,c,d", "CSV"),
            (b"\xFF\xFEa\0,\0b\0,\0c\0,\0d\0", "CSV"),
        ] {
            let (_, texts) = texts_of(bytes);
            assert_eq!(texts.matches(name).count(), 2, "{texts}");
        }
        assert_eq!(super::file_kind(b"<a>1,2,3,4</a>"), None);
        assert_eq!(
            super::file_kind(b"{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4}"),
            None
        );
    }
}
