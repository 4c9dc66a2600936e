//! The time for each byte is bounded, whatever is written: counted in steps, not on a clock.

use super::{STEPS, Token, Tokens, prepare};
use std::fmt::Write;

/// Reads to the end or to the first fault; answers the steps that it took.
fn steps(text: &str) -> (usize, bool) {
    STEPS.with(|steps| steps.set(0));
    let mut tokens = Tokens::new(prepare(text.as_bytes()).unwrap());
    let is_read = loop {
        match tokens.next() {
            Ok(Token::Eof) => break true,
            Ok(_) => {}
            Err(_) => break false,
        }
    };
    (STEPS.with(std::cell::Cell::get), is_read)
}

fn within(inside: &str) -> String {
    format!("<ceb:A xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">{inside}</ceb:A>")
}

/// `n` elements with so many attributes each.
fn with_attributes(n: usize, each: usize) -> String {
    let attributes: String = (0..each).fold(String::new(), |mut text, at| {
        let _ = write!(text, " a{at}=\"\"");
        text
    });
    within(&format!("<b{attributes}/>").repeat(n))
}

/// Elements inside elements that declare namespaces, and many that look their prefix up behind them.
fn with_namespaces(n: usize, depth: usize, each: usize) -> String {
    let mut text = String::new();
    for level in 0..depth {
        let declared: String = (0..each).fold(String::new(), |mut text, at| {
            let _ = write!(text, " xmlns:p{level}x{at}=\"urn:{level}:{at}\"");
            text
        });
        let _ = write!(text, "<b{declared}>");
    }
    text.push_str(&"<ceb:c/>".repeat(n));
    text.push_str(&"</b>".repeat(depth));
    within(&text)
}

#[test]
fn every_hostile_shape_takes_steps_in_proportion_to_its_bytes() {
    let n = 2000;
    let long = "n".repeat(250);
    for (what, text) in [
        ("attributes", with_attributes(n, 60)),
        ("allowed attributes", with_attributes(n, 16)),
        ("namespaces", with_namespaces(n, 30, 15)),
        ("allowed namespaces", with_namespaces(n, 6, 5)),
        (
            "prefixed attributes",
            within(&"<b xmlns:x=\"urn:x\" x:a=\"\" x:b=\"\" x:c=\"\" x:d=\"\"/>".repeat(n)),
        ),
        (
            "declared again and again",
            within(&"<ceb:b xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"/>".repeat(n)),
        ),
        (
            "long names",
            within(&format!("<{long}></{long}>").repeat(n / 10)),
        ),
        (
            "names without end",
            within(&format!("<{}>", "n".repeat(n * 50))),
        ),
        (
            "depth",
            within(&format!("{}{}", "<b>".repeat(28), "</b>".repeat(28)).repeat(n / 20)),
        ),
        (
            "long values",
            within(&format!("<b a=\"{}\"/>", "v".repeat(n * 50))),
        ),
        ("references", within(&"&amp;&#x4E00;&quot;".repeat(n))),
        (
            "references in values",
            within(&format!("<b a=\"{}\"/>", "&amp;".repeat(n * 10))),
        ),
        ("references without end", within(&"&".repeat(n * 10))),
        ("comments", within(&"<!----><!--a-b-->".repeat(n))),
        ("instructions", within(&"<?a?><?b c?>".repeat(n))),
        ("sections", within(&"<![CDATA[]]>".repeat(n))),
        (
            "quotes",
            within(&format!("<b a={}/>", "'\"".repeat(n * 10))),
        ),
    ] {
        let (steps, _) = steps(&text);
        let bytes = text.len();
        assert!(
            steps <= bytes * 8,
            "{what}: {steps} steps for {bytes} bytes"
        );
    }
}

#[test]
fn limits_stand_at_their_numbers() {
    for (text, is_read) in [
        (with_attributes(1, 16), true),
        (with_attributes(1, 17), false),
        (with_namespaces(1, 2, 15), true),
        // One is the root's.
        (with_namespaces(1, 3, 11), false),
        (within(&format!("<{}/>", "n".repeat(256))), true),
        (within(&format!("<{}/>", "n".repeat(257))), false),
        (within(&format!("<{0}></{0}>", "n".repeat(257))), false),
    ] {
        assert_eq!(steps(&text).1, is_read, "{}", &text[..80.min(text.len())]);
    }
}

#[test]
fn too_many_attributes_are_refused_at_the_first_element() {
    let (few, _) = steps(&with_attributes(10, 60));
    let (many, _) = steps(&with_attributes(20_000, 60));
    assert_eq!(few, many, "the rest is not read");
}
