//! Random documents with everything that the canonical form has a word about; the seed decides.

/// Numbers that look random and are the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((x ^ (x >> 31)) % n as u64).expect("small")
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const PREFIXES: [&str; 5] = ["", "a", "b", "ds", "名"];
// No ampersand: libxml2 writes the one of a namespace URI as it is, which is not well-formed.
const URIS: [&str; 6] = [
    "urn:a",
    "urn:b",
    "http://www.chinaport.gov.cn/ceb",
    "http://www.w3.org/2000/09/xmldsig#",
    "urn:a:b?c=1;d",
    "urn:z",
];
const NAMES: [&str; 8] = ["a", "b", "Order", "订单", "x.y-z", "_1", "A", "B"];
const TEXTS: [&str; 14] = [
    "text",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    ">",
    "\"'",
    "中文",
    "\u{20000}",
    "\u{85}",
    "\u{2028}",
    "]]",
    "  x  ",
];
const REFERENCES: [&str; 14] = [
    "&lt;",
    "&gt;",
    "&amp;",
    "&quot;",
    "&apos;",
    "&#13;",
    "&#10;",
    "&#9;",
    "&#x20;",
    "&#xD;",
    "&#x4E2D;",
    "&#00065;",
    "&#x1F600;",
    "&#133;",
];
const CDATA: [&str; 6] = [
    "<![CDATA[]]>",
    "<![CDATA[<a>&amp;\r\n]]>",
    "<![CDATA[]]]]><![CDATA[>]]>",
    "<![CDATA[ ]]>",
    "<![CDATA[\r]]>",
    "<![CDATA[--> ?> \"]]>",
];
const COMMENTS: [&str; 5] = [
    "<!---->",
    "<!-- a - b -->",
    "<!--\r\n<x>&amp;-->",
    "<!--中-->",
    "<!--]]>-->",
];
const INSTRUCTIONS: [&str; 6] = [
    "<?a?>",
    "<?a ?>",
    "<?a  b c ?>",
    "<?xml-style x=\"1\"\r\ny='2'?>",
    "<?中 文?>",
    "<?a\tb\r?>",
];
const BLANKS: [&str; 6] = [" ", "  ", "\n", "\t", "\r\n", " \r "];

/// A document; nearly all of them are well-formed.
pub(crate) fn document(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut out = String::new();
    if dice.one_in(6) {
        out.push('\u{FEFF}');
    }
    if dice.one_in(2) {
        out.push_str(dice.pick(&[
            "<?xml version=\"1.0\"?>",
            "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        ]));
    }
    aside(&mut dice, &mut out);
    let mut scope = vec![(String::from(""), String::from(""))];
    element(&mut dice, &mut out, &mut scope, 0);
    aside(&mut dice, &mut out);
    out
}

fn aside(dice: &mut Dice, out: &mut String) {
    for _ in 0..dice.below(4) {
        out.push_str(match dice.below(3) {
            0 => dice.pick(&COMMENTS),
            1 => dice.pick(&INSTRUCTIONS),
            _ => dice.pick(&BLANKS),
        });
    }
}

#[expect(clippy::too_many_lines, reason = "a tag is written in one go")]
fn element(dice: &mut Dice, out: &mut String, scope: &mut Vec<(String, String)>, depth: usize) {
    let n_outer = scope.len();
    let mut attributes: Vec<String> = Vec::new();
    for prefix in PREFIXES {
        if !dice.one_in(4) {
            continue;
        }
        let uri = match (prefix, dice.below(4)) {
            ("", 0) => "",
            _ if dice.one_in(60) => "relative/uri",
            _ => dice.pick(&URIS),
        };
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        attributes.push(assignment(dice, &name, uri));
        scope.push((prefix.to_owned(), uri.to_owned()));
    }
    let prefixes: Vec<String> = scope.iter().map(|(prefix, _)| prefix.clone()).collect();
    let qualified =
        |dice: &mut Dice, local: &str| match prefixes[dice.below(prefixes.len())].as_str() {
            "" => local.to_owned(),
            prefix => format!("{prefix}:{local}"),
        };
    let local = dice.pick(&NAMES);
    let name = qualified(dice, local);
    for local in NAMES {
        if dice.one_in(5) {
            let name = qualified(dice, local);
            let value = value(dice);
            attributes.push(assignment(dice, &name, &value));
        }
        // Now and then a second one, which is the same when its prefix means the same.
        if dice.one_in(80) {
            let name = qualified(dice, local);
            attributes.push(assignment(dice, &name, "again"));
        }
    }
    for local in ["xml:lang", "xml:space", "xml:base"] {
        if dice.one_in(9) {
            attributes.push(assignment(dice, local, "preserve"));
        }
    }
    out.push('<');
    out.push_str(&name);
    while !attributes.is_empty() {
        let at = dice.below(attributes.len());
        out.push_str(dice.pick(&BLANKS));
        out.push_str(&attributes.swap_remove(at));
    }
    if dice.one_in(5) {
        out.push_str(dice.pick(&BLANKS));
    }
    if dice.one_in(6) {
        out.push_str("/>");
    } else {
        out.push('>');
        for _ in 0..dice.below(6) {
            match dice.below(9) {
                0 | 1 if depth < 5 => element(dice, out, scope, depth + 1),
                2 => out.push_str(dice.pick(&CDATA)),
                3 => out.push_str(dice.pick(&COMMENTS)),
                4 => out.push_str(dice.pick(&INSTRUCTIONS)),
                5 | 6 => out.push_str(dice.pick(&REFERENCES)),
                _ => out.push_str(dice.pick(&TEXTS)),
            }
        }
        out.push_str("</");
        out.push_str(&name);
        if dice.one_in(6) {
            out.push_str(dice.pick(&BLANKS));
        }
        out.push('>');
    }
    scope.truncate(n_outer);
}

fn assignment(dice: &mut Dice, name: &str, value: &str) -> String {
    let quote = if value.contains('"') || dice.one_in(3) {
        '\''
    } else {
        '"'
    };
    let value = if quote == '\'' {
        value.replace('\'', "&#39;")
    } else {
        value.to_owned()
    };
    let equals = dice.pick(&["=", "=", "=", " = ", "\n=\t"]);
    format!("{name}{equals}{quote}{value}{quote}")
}

fn value(dice: &mut Dice) -> String {
    let mut value = String::new();
    for _ in 0..dice.below(5) {
        value.push_str(match dice.below(3) {
            0 => dice.pick(&REFERENCES),
            _ => dice.pick(&TEXTS),
        });
    }
    value
}
