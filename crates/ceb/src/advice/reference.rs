//! References (`&…;`) that XML does not know, told by what they are: the two halves of an emoji, an entity of
//! HTML, a control character, a plain `&` of a text.

use crate::code;
use crate::xml::Fault;

/// Bytes after the ampersand that are looked at.
const NAME_BYTES_MAX: usize = 40;

/// What is wrong with a reference, and what to do about it.
pub(crate) struct ReferenceFault {
    pub(crate) text: String,
    pub(crate) advice: String,
}

/// Entities that HTML has and XML has not.
const HTML: [(&str, char); 16] = [
    ("nbsp", '\u{A0}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("middot", '·'),
    ("times", '×'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("hellip", '…'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("yen", '¥'),
    ("plusmn", '±'),
];

/// The five entities of XML.
const BUILT_IN: [&str; 5] = ["amp", "lt", "gt", "quot", "apos"];

/// What a fault of a reference is about; `None` for other faults.
pub(crate) fn reference_fault(bytes: &[u8], fault: &Fault) -> Option<ReferenceFault> {
    if *fault.code != code::BAD_REFERENCE {
        return None;
    }
    // The reading tells the name or the text from the ampersand on; the bytes tell what follows.
    let at = place(bytes, fault)?;
    let rest =
        String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 2 * NAME_BYTES_MAX)]).into_owned();
    Some(of(&rest))
}

/// Where the ampersand stands: at the fault, or behind it in the same tag.
fn place(bytes: &[u8], fault: &Fault) -> Option<usize> {
    let rest = bytes.get(fault.offset..)?;
    let name = fault.value.trim_start_matches('&');
    let front: String = name.chars().take(NAME_BYTES_MAX).collect();
    let wanted = format!("&{front}");
    let found = memchr::memmem::find(rest, wanted.as_bytes());
    let at = found.or_else(|| memchr::memchr(b'&', rest))?;
    Some(fault.offset + at)
}

fn of(rest: &str) -> ReferenceFault {
    let body = &rest[1.min(rest.len())..];
    let end = body.find([';', '&', '<', '"', ' ', '\n', '\r', '\t']);
    let (name, is_closed) = match end {
        Some(end) => (&body[..end], body[end..].starts_with(';')),
        None => (body, false),
    };
    let clipped: String = name.chars().take(NAME_BYTES_MAX).collect();
    if name.starts_with('#') && name.len() > 1 {
        return number(&clipped, is_closed, &body[name.len()..]);
    }
    let lower = clipped.to_ascii_lowercase();
    if !is_closed {
        let known = BUILT_IN.iter().find(|known| lower == **known);
        return match known {
            Some(known) => fault_with(
                format!("“&{clipped}”后面缺少分号"),
                format!("写成 &{known};。"),
            ),
            None => fault_with(
                "文字中的“&”没有转义".to_owned(),
                "文字中的 & 写成 &amp;，小于号写成 &lt;。".to_owned(),
            ),
        };
    }
    if BUILT_IN.contains(&&*lower) {
        let advice = format!("实体名区分大小写，改为 &{lower};。");
        return fault_with(format!("实体名 &{clipped}; 的大小写不对"), advice);
    }
    if let Some((_, c)) = HTML.iter().find(|(known, _)| *known == lower) {
        let text = format!("&{clipped}; 是 HTML 的实体，XML 中没有");
        let direct = if *c == '\u{A0}' {
            "写成空格".to_owned()
        } else {
            format!("直接写“{c}”")
        };
        let advice = format!("{direct}，或写成 &#{};。", u32::from(*c));
        return fault_with(text, advice);
    }
    fault_with(
        format!("没有 &{clipped}; 这个实体"),
        "XML 只有 &amp; &lt; &gt; &quot; &apos; 五个实体；“&”本身是文字的，写成 &amp;。".to_owned(),
    )
}

fn fault_with(text: String, advice: String) -> ReferenceFault {
    ReferenceFault { text, advice }
}

fn code_point(name: &str) -> Option<u32> {
    let number = name.strip_prefix('#')?;
    match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    }
}

fn number(name: &str, is_closed: bool, after: &str) -> ReferenceFault {
    if !is_closed {
        let text = format!("字符编号“&{name}”后面缺少分号");
        return fault_with(
            text,
            "编号之后补上分号；“&”本身是文字的，写成 &amp;。".to_owned(),
        );
    }
    if name.starts_with("#X") {
        let right = name.replacen('X', "x", 1);
        return fault_with(
            format!("字符编号 &{name}; 的写法不对"),
            format!("十六进制编号用小写 x：&{right};。"),
        );
    }
    let Some(point) = code_point(name) else {
        return fault_with(
            format!("&{name}; 不是字符编号"),
            "字符编号写成 &#十进制; 或 &#x十六进制;。".to_owned(),
        );
    };
    match point {
        0xD800..=0xDFFF => half(name, point, after),
        0x11_0000.. => fault_with(
            format!("&{name}; 超出了字符编号的范围"),
            "删除它，或写上原来的字符。".to_owned(),
        ),
        _ => fault_with(
            format!("&{name}; 是 XML 不允许的字符（U+{point:04X}）"),
            "控制字符不能出现在报文中，写成编号也不行；从原始数据中删除它。".to_owned(),
        ),
    }
}

/// Programs that write UTF-16 unit by unit make two references of one character.
fn half(name: &str, point: u32, after: &str) -> ReferenceFault {
    let next = after
        .strip_prefix(";&")
        .and_then(|rest| rest.split(';').next());
    let low = next
        .and_then(code_point)
        .filter(|low| (0xDC00..=0xDFFF).contains(low));
    let whole = low
        .filter(|_| point < 0xDC00)
        .map(|low| 0x1_0000 + ((point - 0xD800) << 10) + (low - 0xDC00));
    match (whole.and_then(char::from_u32), next) {
        (Some(c), Some(next)) => fault_with(
            format!("&{name};&{next}; 是同一个字符“{c}”的两半，分开写成了两个编号"),
            format!(
                "直接写“{c}”，或写成一个编号 &#{};；不需要的（如表情符号）请删除。程序应按完整的字符而不是 UTF-16 单元转义。",
                u32::from(c)
            ),
        ),
        _ => fault_with(
            format!("&{name}; 只是一个字符的一半（UTF-16 代理项），另一半缺失"),
            "补上完整的字符，或删除它；常见原因是表情符号被截断，或程序按 UTF-16 单元转义。"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::code;
    use crate::{Profile, parse};

    #[test]
    fn each_kind_of_bad_reference_has_its_advice() {
        for (inside, text, advice) in [
            ("周&#55357;&#56838;", "两半", "&#128518;"),
            ("&#xD83D;&#xDE06;", "两半", "&#128518;"),
            ("&#55357;", "一半", "补上"),
            ("&#56838;x", "一半", "补上"),
            ("&#55357;&#55357;", "一半", "补上"),
            ("&nbsp;", "HTML", "&#160;"),
            ("&hellip;", "HTML", "…"),
            ("&AMP;", "大小写", "&amp;"),
            ("a & b", "没有转义", "&amp;"),
            ("a&b;c", "没有 &b;", "&amp;"),
            ("x&amp y", "缺少分号", "&amp;"),
            ("&#38 y", "缺少分号", "分号"),
            ("&#0;", "不允许", "删除"),
            ("&#x1F;", "不允许", "删除"),
            ("&#xFFFE;", "不允许", "删除"),
            ("&#X41;", "写法不对", "&#x41;"),
            ("&#12a;", "不是字符编号", "&#"),
            ("&#x110000;", "超出", "删除"),
            ("&#99999999999999999999;", "不是字符编号", "&#"),
            ("A&B", "没有转义", "&amp;"),
            ("&", "没有转义", "&amp;"),
        ] {
            for xml in [
                format!("<a>\n<b>{inside}</b></a>"),
                format!("<a b=\"{inside}\"/>"),
            ] {
                let found = parse(xml.as_bytes(), Profile::Strict).findings;
                let is_it = |one: &&crate::Finding| one.code == code::BAD_REFERENCE.id;
                let finding = found.iter().find(is_it).unwrap();
                assert!(finding.text.contains(text), "{xml}: {}", finding.text);
                assert!(finding.advice.contains(advice), "{xml}: {}", finding.advice);
            }
            // A root with such an attribute is all that the sniffing reads.
            let error = crate::sniff(format!("<a b=\"{inside}\"/>").as_bytes()).unwrap_err();
            assert!(error.text().contains(text), "{inside}: {}", error.text());
            assert!(
                error.advice().contains(advice),
                "{inside}: {}",
                error.advice()
            );
        }
    }
}
