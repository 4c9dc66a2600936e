//! Messages that are wrong in every way we could think of, from a seed.

use ceb::sample::{self, Spec};
use ceb::{Direction, Kind};

use crate::Case;

/// Numbers that look random (`SplitMix64`).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    fn pick<'t, T: ?Sized>(&mut self, list: &[&'t T]) -> &'t T {
        list[self.below(list.len())]
    }
}

/// A message with one mutation, sometimes two, sometimes none.
pub(crate) fn case(seed: u64) -> Case {
    let mut chance = Chance::new(seed);
    let kind = Kind::ALL[chance.below(Kind::ALL.len())];
    let (base, mut mutation) = base(kind, &mut chance);
    let mut bytes = base.into_bytes();
    for _ in 0..[1, 1, 1, 1, 1, 2, 0][chance.below(7)] {
        let (name, change) = MUTATIONS[chance.below(MUTATIONS.len())];
        if let Ok(text) = String::from_utf8(bytes.clone()) {
            bytes = change(text, &mut chance);
            mutation = format!("{mutation}{name},");
        }
    }
    Case {
        seed,
        kind,
        mutation,
        bytes,
    }
}

fn base(kind: Kind, chance: &mut Chance) -> (String, String) {
    let n = |chance: &mut Chance| [1, 1, 1, 2, 3][chance.below(5)];
    let mut spec = Spec::new(kind, chance.next() % 1000);
    (spec.n_documents, spec.n_lines) = (n(chance), n(chance));
    let mut name = String::new();
    if chance.below(25) == 0 {
        name = String::from("many: ");
        let lines = kind.spec().lines.is_some();
        if lines && chance.below(2) == 0 {
            spec.n_lines = 1000;
        } else {
            spec.n_documents = 1000;
        }
    }
    let mut text = sample::message(&spec);
    if kind.is_declaration() && chance.below(3) == 0 {
        let import = kind.direction() == Some(Direction::Import);
        let close = "</ceb:BaseTransfer>\n";
        let subscribe = "\t<ceb:BaseSubscribe>\n\t\t<ceb:status>ALL</ceb:status>\n\t\t<ceb:dxpMode>DXP</ceb:dxpMode>\n\t\t<ceb:dxpAddress>DXPENT0000000002</ceb:dxpAddress>\n\t</ceb:BaseSubscribe>\n";
        text = text.replace(
            close,
            &format!("{close}{}", subscribe.repeat(chance.below(7))),
        );
        let inside = chance.pick(EXTENSIONS);
        let extend = format!(
            "\t<ceb:ExtendMessage>\n\t\t<ceb:name>x</ceb:name>\n\t\t<ceb:version>1</ceb:version>\n\t\t<ceb:Message>{inside}</ceb:Message>\n\t</ceb:ExtendMessage>\n"
        );
        let before = if import && text.contains("\t<ds:Signature") {
            "\t<ds:Signature"
        } else {
            "</ceb:CEB"
        };
        text = text.replace(before, &format!("{extend}{before}"));
        name.push_str("extended: ");
    }
    if chance.below(3) == 0 {
        // One element of the signature per line, so that the mutations of lines reach it.
        let (before, after) = text.split_once("<ds:Signature ").unwrap_or((&text, ""));
        text = if after.is_empty() {
            text
        } else {
            format!("{before}<ds:Signature {}", after.replace("><", ">\n<"))
        };
    }
    (text, name)
}

const EXTENSIONS: &[&str] = &[
    "",
    " ",
    "<a/>",
    "<a xmlns=\"urn:x\"><b c=\"d\">text &amp; more</b><!-- x --><?y z?></a>",
    "<a/><b/>",
    "text",
    "<ceb:BaseTransfer><ceb:copCode>1</ceb:copCode></ceb:BaseTransfer>",
    "<q:a/>",
    "<a q:b=\"1\"/>",
    "<![CDATA[ ]]>",
    "<![CDATA[x]]>",
    "<!-- c --><a/> ",
    "<a xmlns:q=\"urn:q\" q:b=\"1\" b=\"1\"/>",
    "<a xmlns:q=\"urn:q\" xmlns:r=\"urn:q\" q:b=\"1\" r:b=\"1\"/>",
    "<a xmlns:q=\"\"/>",
    "<a xmlns:xml=\"urn:q\"/>",
    "<a xmlns:xmlns=\"urn:q\"/>",
    "<a xml:lang=\"zh\" xml:space=\"x\"/>",
    "<a:b:c xmlns:a=\"urn:a\"/>",
    "<_a.-1 ·=\"\"/>",
    "<甲 乙=\"丙\"/>",
    "<a b='<'/>",
    "<a b='&#10;&lt;&quot;'/>",
    "<a b=\"1\"c=\"2\"/>",
];

type Mutation = fn(String, &mut Chance) -> Vec<u8>;

const MUTATIONS: &[(&str, Mutation)] = &[
    ("drop line", |text, chance| {
        lines(&text, chance, |all, at, _| {
            all.remove(at);
        })
    }),
    ("repeat line", |text, chance| {
        lines(&text, chance, |all, at, _| all.insert(at, all[at].clone()))
    }),
    ("swap lines", |text, chance| {
        lines(&text, chance, |all, at, _| {
            let other = (at + 1).min(all.len() - 1);
            all.swap(at, other);
        })
    }),
    ("move line", |text, chance| {
        lines(&text, chance, |all, at, chance| {
            let line = all.remove(at);
            let to = (at + chance.below(9)).saturating_sub(4).min(all.len());
            all.insert(to, line);
        })
    }),
    ("drop block", |text, chance| {
        blocks(&text, chance, |_, _| Vec::new())
    }),
    ("repeat block", |text, chance| {
        blocks(&text, chance, |block, chance| {
            let times = [2, 2, 2, 5, 6, 99, 100, 101][chance.below(8)];
            block
                .iter()
                .cloned()
                .cycle()
                .take(block.len() * times)
                .collect()
        })
    }),
    ("move block", |text, chance| {
        blocks(&text, chance, |block, _| {
            let mut block = block.to_vec();
            block.rotate_right(1);
            block
        })
    }),
    ("rename", |text, chance| {
        values(&text, chance, |name, value, chance| {
            let other = match chance.below(6) {
                0 => format!("{name}x"),
                1 => name.to_lowercase(),
                2 => String::from("ceb:note"),
                3 => name.replace("ceb:", ""),
                4 => format!("ds:{name}"),
                _ => String::from("guid"),
            };
            format!("<{other}>{value}</{other}>")
        })
    }),
    ("empty", |text, chance| {
        values(&text, chance, |name, _, chance| {
            let inside = chance.pick(&[
                "",
                " ",
                "\n",
                "<!-- c -->",
                "<![CDATA[]]>",
                "<?p?>",
                "<![CDATA[ ]]>",
                "&#32;",
                "<!--a--><!--b-->",
            ]);
            match chance.below(4) {
                0 => format!("<{name}/>"),
                1 => format!("<{name} />"),
                _ => format!("<{name}>{inside}</{name}>"),
            }
        })
    }),
    ("length", |text, chance| {
        values(&text, chance, |name, _, chance| {
            let n = LENGTHS[chance.below(LENGTHS.len())];
            let c = chance.pick(&["1", "x", "报", "😀", "é", " ", "a b", " a  b "]);
            let value: String = c.chars().cycle().take(n).collect();
            format!("<{name}>{value}</{name}>")
        })
    }),
    ("number", |text, chance| {
        values(&text, chance, |name, _, chance| {
            format!("<{name}>{}</{name}>", chance.pick(NUMBERS))
        })
    }),
    ("decorated value", |text, chance| {
        values(&text, chance, |name, value, chance| {
            let mut cut = chance.below(value.len() + 1);
            while !value.is_char_boundary(cut) {
                cut -= 1;
            }
            let (a, b) = value.split_at(cut);
            let value = match chance.below(10) {
                0 => format!("{a}<!-- c -->{b}"),
                1 => format!("{a}<?p q?>{b}"),
                2 => format!("<![CDATA[{value}]]>"),
                3 => format!("{a}<![CDATA[{b}]]>"),
                4 => format!(" {value}"),
                5 => format!("{value}\r\n"),
                6 => value.chars().map(|c| format!("&#{};", c as u32)).collect(),
                7 => value
                    .chars()
                    .map(|c| format!("&#x{:X};", c as u32))
                    .collect(),
                8 => format!("{a}\t{b}"),
                _ => format!("{a}<b/>{b}"),
            };
            format!("<{name}>{value}</{name}>")
        })
    }),
    ("special value", |text, chance| {
        values(&text, chance, |name, value, chance| {
            format!("<{name}>{value}{}</{name}>", chance.pick(SPECIALS))
        })
    }),
    ("attribute", |text, chance| {
        tags(&text, chance, |tag, chance| {
            let attribute = chance.pick(ATTRIBUTES);
            match tag.strip_suffix("/>") {
                Some(start) => format!("{start} {attribute}/>"),
                None => format!("{} {attribute}>", tag.trim_end_matches('>')),
            }
        })
    }),
    ("tag", |text, chance| {
        tags(&text, chance, |tag, chance| {
            let inside = tag.trim_start_matches('<').trim_end_matches('>');
            match chance.below(9) {
                0 => format!("< {inside}>"),
                1 => format!("<{inside}\n>"),
                2 => format!("<{inside} / >"),
                3 => format!("<{inside}/>"),
                4 => format!("<1{inside}>"),
                5 => format!("<{inside}"),
                6 => format!("<{inside}>>"),
                7 => format!("<<{inside}>"),
                _ => format!("</{inside}>"),
            }
        })
    }),
    ("end tag", |text, chance| {
        let all: Vec<usize> = text.match_indices("</").map(|(at, _)| at).collect();
        if all.is_empty() {
            return text.into_bytes();
        }
        let at = all[chance.below(all.len())];
        let with = chance.pick(&["</ ", "</x", "<", "</ceb:", "<//"]);
        format!("{}{with}{}", &text[..at], &text[at + 2..]).into_bytes()
    }),
    ("between", |text, chance| {
        lines(&text, chance, |all, at, chance| {
            all.insert(at, chance.pick(BETWEEN).to_owned());
        })
    }),
    ("root attribute", |text, chance| {
        let (from, to) = ROOT_EDITS[chance.below(ROOT_EDITS.len())];
        let guid = text
            .split("guid=\"")
            .nth(1)
            .and_then(|rest| rest.get(..36))
            .unwrap_or("");
        text.replacen(&from.replace("GUID", guid), &to.replace("GUID", guid), 1)
            .into_bytes()
    }),
    ("prefix", |text, chance| match chance.below(8) {
        0 => text
            .replace("ceb:", "x:")
            .replace("xmlns:ceb", "xmlns:x")
            .into_bytes(),
        1 => text
            .replace("<ceb:", "<")
            .replace("</ceb:", "</")
            .replace("xmlns:ceb", "xmlns")
            .into_bytes(),
        2 => text
            .replace("chinaport.gov.cn/ceb", "chinaport.gov.cn/CEB")
            .into_bytes(),
        3 => text.replacen("xmlns:ceb=", "xmlns:cebx=", 1).into_bytes(),
        4 => text
            .replace(
                "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                "xmlns:ds=\"urn:ds\"",
            )
            .into_bytes(),
        5 => text
            .replace("<ds:", "<")
            .replace("</ds:", "</")
            .replace("xmlns:ds", "xmlns")
            .into_bytes(),
        6 => text
            .replacen(
                "<ceb:copCode>",
                "<ceb:copCode xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">",
                1,
            )
            .into_bytes(),
        _ => text
            .replacen("<ceb:copCode>", "<ceb:copCode xmlns:ceb=\"urn:other\">", 1)
            .into_bytes(),
    }),
    ("front", |text, chance| {
        let body = text.split_once("?>").map_or(&*text, |(_, body)| body);
        format!("{}{body}", chance.pick(FRONTS)).into_bytes()
    }),
    ("back", |text, chance| {
        format!("{text}{}", chance.pick(BACKS)).into_bytes()
    }),
    ("cut", |text, chance| {
        let bytes = text.into_bytes();
        let near = chance.below(2) == 0;
        let from = if near {
            bytes.len().saturating_sub(60)
        } else {
            0
        };
        let at = from + chance.below(bytes.len() - from);
        bytes[..at].to_vec()
    }),
    ("byte", |text, chance| {
        let mut bytes = text.into_bytes();
        let at = chance.below(bytes.len());
        let other = b"<>&\"'=/!?-[]:; \n\r\t\x01\x0b\x7f\xff\xc0a1"[chance.below(25)];
        match chance.below(3) {
            0 => bytes[at] = other,
            1 => bytes.insert(at, other),
            _ => {
                bytes.remove(at);
            }
        }
        bytes
    }),
    ("slice", |text, chance| {
        let bytes = text.into_bytes();
        let (from, len) = (chance.below(bytes.len()), chance.below(40));
        let to = (from + len).min(bytes.len());
        let at = chance.below(bytes.len());
        let mut out = bytes[..at].to_vec();
        out.extend(&bytes[from..to]);
        out.extend(&bytes[at..]);
        out
    }),
    ("line ends", |text, chance| {
        let ends = chance.pick(&["\r\n", "\r", "", "\n\n", "\n<!-- c -->"]);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        format!("{first}\n{}", rest.replace('\n', ends)).into_bytes()
    }),
];

const LENGTHS: &[usize] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21, 30, 31, 32, 33, 35, 36, 37,
    38, 50, 51, 60, 61, 80, 81, 100, 101, 200, 201, 250, 251, 500, 501, 510, 511, 1000, 1001, 5001,
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "+0",
    "+1.5",
    ".5",
    "5.",
    ".",
    "+",
    "-",
    "1e3",
    "1,000",
    "00001.500000",
    "1.123456",
    "1.123450",
    "1234567890123456789",
    "12345678901234567890",
    "123456789012345.12345",
    "12345678901234.12345",
    "0.00000",
    "0.000000",
    "000000000000000000000000.5",
    "-1",
    " 7 ",
    "\t7\n",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "NaN",
    "INF",
    "１２",
    "0x10",
    "999999999",
    "1000000000",
    "99999",
    "100000",
    "9999",
    "10000",
    "000000001",
    "1.0",
    "--1",
    "+-1",
    "1 2",
    "\u{a0}7",
    "+5",
    "-.5",
    "+.5",
    "-5.",
    "0000000000000000000000000000012",
    "7.00000000",
    "1234567890123456789.0",
    "12345678901234567890.0",
    "0.1234567890123456789",
    "142",
    " 142",
    "3",
    "00000000000000000000000000000000000000001",
    "99999999999999999999999999999999999999999999999999",
];

const SPECIALS: &[&str] = &[
    "&lt;",
    "&amp;amp;",
    "&foo;",
    "&#0;",
    "&#xFFFE;",
    "&#x1F600;",
    "&;",
    "& ",
    "]]>",
    "]]&gt;",
    "]] >",
    "\u{1}",
    "\u{b}",
    "\u{7f}",
    "\u{85}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{2028}",
    "&#X41;",
    "&#xD800;",
    "&#x110000;",
    "&#99999999999;",
    "&#00065;",
    "&#x0;",
    "&#9;",
    "&#8;",
    "&#13;",
    "&lt",
    "<",
    ">",
    "&quot;&apos;",
    "<![cdata[x]]>",
    "<![CDATA[x]]",
    "<![CDATA[a]]]]><![CDATA[>]]>",
    "<!-- a -- b -->",
    "<!-- a --->",
    "<!-->",
    "<!--->",
    "<!---->",
    "<!- x ->",
    "<!x>",
    "<?xml?>",
    "<?xml version=\"1.0\"?>",
    "<?XML a?>",
    "<?a:b c?>",
    "<? a?>",
    "<?a",
    "<?1?>",
    "<?a?b?>",
    "<!DOCTYP>",
    "&amp",
    "&#;",
    "&#x;",
    "&#6 5;",
    "&#-65;",
    "&#+65;",
    "&lt ;",
    "&LT;",
    "\u{200b}",
];

const ATTRIBUTES: &[&str] = &[
    "x=\"1\"",
    "x='1'",
    "xsi:nil=\"true\"",
    "xsi:nil=\"false\"",
    "xsi:schemaLocation=\"urn:a a.xsd\"",
    "xsi:noNamespaceSchemaLocation=\"x.xsd\"",
    "xml:lang=\"zh\"",
    "xml:space=\"preserve\"",
    "ceb:guid=\"x\"",
    "xmlns:q=\"urn:q\"",
    "q:z=\"1\"",
    "a=\"1\" a=\"2\"",
    "a",
    "a=",
    "a=1",
    "a=\"1",
    "a=\"<\"",
    "a=\"&foo;\"",
    "xmlns=\"\"",
    "xmlns=\"urn:x\"",
    "xmlns:ceb=\"urn:x\"",
    "=\"1\"",
    "a:=\"1\"",
    "1a=\"1\"",
    "xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"",
    "xmlns:p=\"\"",
    "xmlns:p=\"http://www.w3.org/XML/1998/namespace\"",
    "xmlns:p=\"http://www.w3.org/2000/xmlns/\"",
    "xmlns=\"http://www.chinaport.gov.cn/ceb\"",
    "guid=\"1\"",
    "Id=\"a\"",
    "Id=\"1\"",
    "URI=\"\"",
    "Algorithm=\"a\"",
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"",
    "xsi:other=\"1\"",
    "xml:id=\"a1\"",
    "xmlns:p=\"urn:p\" p:a=\"1\" p:a=\"1\"",
    "version=\"1.0\"",
];

const BETWEEN: &[&str] = &[
    "x",
    "&#32;",
    "&#x20;",
    "&amp;",
    "<![CDATA[]]>",
    "<![CDATA[ \n]]>",
    "<![CDATA[x]]>",
    "<!-- c -->",
    "<?p q?>",
    "文",
    "\u{a0}",
    "\u{feff}",
    "<x/>",
    "<ceb:x/>",
    "<x xmlns=\"urn:x\"><y/></x>",
    "&#xA0;",
    "<ceb:note>x</ceb:note>",
    "<note>x</note>",
    "]]>",
    "&#9;&#10;&#13;",
    "\u{3000}",
    "<!-- 1 --><!-- 2 -->",
];

const ROOT_EDITS: &[(&str, &str)] = &[
    (" guid=\"GUID\"", ""),
    (" version=\"1.0\"", ""),
    (" version=\"1.0\"", " version=\"\""),
    (" version=\"1.0\"", " version=\"1234567890\""),
    (" version=\"1.0\"", " version=\"12345678901\""),
    (" version=\"1.0\"", " version=' '"),
    (" version=\"1.0\"", " version=\"1.0\" version=\"1.0\""),
    (" version=\"1.0\"", "version=\"1.0\""),
    (" version=\"1.0\"", "\n\tversion = '1.0'"),
    (
        " version=\"1.0\"",
        " version=\"1.0\" xsi:type=\"x\" xmlns:xsi=\"urn:x\"",
    ),
    ("guid=\"GUID\"", "guid=\"\""),
    ("guid=\"GUID\"", "guid=\"GUID0\""),
    ("guid=\"GUID\"", "guid=\" GUID\""),
    ("guid=\"GUID\"", "GUID=\"GUID\""),
    (
        "guid=\"GUID\"",
        "guid=\"报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报报\"",
    ),
    (
        "guid=\"GUID\"",
        "guid=\"&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;&#49;\"",
    ),
    ("guid=\"GUID\"", "ceb:guid=\"GUID\""),
    ("guid=\"GUID\"", "guid=\"GUID\" id=\"1\""),
    ("guid=\"GUID\"", "guid='GUID'"),
    ("Message ", "Message"),
    ("xmlns:xsi=", "xmlns:xsj="),
];

const FRONTS: &[&str] = &[
    "",
    " ",
    "\n<?xml version=\"1.0\"?>",
    "\u{feff}",
    "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<?xml version=\"1.0\"?>",
    "<?xml version='1.0' encoding='utf-8'?>",
    "<?xml version=\"1.1\"?>",
    "<?xml version=\"1.7\"?>",
    "<?xml version=\"2.0\"?>",
    "<?xml encoding=\"UTF-8\"?>",
    "<?xml?>",
    "<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"maybe\"?>",
    "<?xml version=\"1.0\"encoding=\"UTF-8\"?>",
    "<?xml version = \"1.0\" encoding = 'UTF-8' ?>",
    "<?xml version=\"1.0\" encoding=\"\"?>",
    "<?xml version=\"1.0\" other=\"x\"?>",
    "<!-- c --><?xml version=\"1.0\"?>",
    "<!-- c -->",
    "<?p q?>",
    "x",
    "\u{feff}\u{feff}",
    "&#32;",
    "<![CDATA[ ]]>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    "<?XML version=\"1.0\"?>",
    "<?xml  version=\"1.0\"\n?>",
    "<?xml version=\"1\"?>",
    "<?xml version=\"1.\"?>",
    "<?xml version=\"1.0a\"?>",
    "<?xml-stylesheet href=\"a\"?>",
];

const BACKS: &[&str] = &[
    "x",
    "<a/>",
    "<!-- c -->",
    "<?p?>",
    " \n\t\r",
    "&#32;",
    "<![CDATA[ ]]>",
    "</a>",
    "<",
    ">",
    "\u{feff}",
    "<!-- c",
    "<?xml version=\"1.0\"?>",
    "<!-- a -- b -->",
    "&amp;",
    "]]>",
];

/// Changes the lines of the message at a place.
fn lines(
    text: &str,
    chance: &mut Chance,
    change: impl Fn(&mut Vec<String>, usize, &mut Chance),
) -> Vec<u8> {
    let mut all: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let at = chance.below(all.len());
    change(&mut all, at, chance);
    all.join("\n").into_bytes()
}

/// Changes an element that spans several lines: a document, a record, the signature.
fn blocks(
    text: &str,
    chance: &mut Chance,
    change: impl Fn(&[String], &mut Chance) -> Vec<String>,
) -> Vec<u8> {
    let all: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let opens: Vec<usize> = (0..all.len())
        .filter(|at| {
            let line = all[*at].trim();
            line.starts_with('<')
                && !line.starts_with("</")
                && !line.contains("</")
                && !line.starts_with("<?")
        })
        .collect();
    if opens.is_empty() {
        return text.as_bytes().to_vec();
    }
    let open = opens[chance.below(opens.len())];
    let name: String = all[open].trim()[1..]
        .chars()
        .take_while(|c| !" >/".contains(*c))
        .collect();
    let close = (open..all.len()).find(|at| all[*at].trim() == format!("</{name}>"));
    let Some(close) = close else {
        return text.as_bytes().to_vec();
    };
    let mut out = all[..open].to_vec();
    out.extend(change(&all[open..=close], chance));
    out.extend_from_slice(&all[close + 1..]);
    out.join("\n").into_bytes()
}

/// Changes an element with a value: its name and its value are given.
fn values(
    text: &str,
    chance: &mut Chance,
    change: impl Fn(&str, &str, &mut Chance) -> String,
) -> Vec<u8> {
    lines(text, chance, |all, start, chance| {
        let n = all.len();
        for at in (0..n).map(|step| (start + step) % n) {
            let line = all[at].trim();
            let Some((name, rest)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>'))
            else {
                continue;
            };
            if let Some(value) = rest.strip_suffix(&format!("</{name}>")) {
                all[at] = change(name, value, chance);
                return;
            }
        }
    })
}

/// Changes a start tag.
fn tags(text: &str, chance: &mut Chance, change: impl Fn(&str, &mut Chance) -> String) -> Vec<u8> {
    lines(text, chance, |all, start, chance| {
        let n = all.len();
        for at in (0..n).map(|step| (start + step) % n) {
            let line = all[at].clone();
            let Some(from) = line.find('<') else { continue };
            let Some(len) = line[from..].find('>') else {
                continue;
            };
            if line[from..].starts_with("</") || line[from..].starts_with("<?") {
                continue;
            }
            let tag = change(&line[from..=from + len], chance);
            all[at] = format!("{}{tag}{}", &line[..from], &line[from + len + 1..]);
            return;
        }
    })
}
