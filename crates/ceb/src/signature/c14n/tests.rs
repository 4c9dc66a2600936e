//! The corners of the canonical form, one by one. Thousands of generated documents are compared with
//! xmllint in `tests/signature`.

use super::{Comments, canonicalize};

fn check(document: &str, expected: &str) {
    let found = canonicalize(document.as_bytes(), Comments::With);
    let found = found.map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(found.as_deref(), Ok(expected), "{document:?}");
}

#[test]
fn declarations_instructions_and_comments_outside_the_root() {
    check(
        "\u{FEFF}<?xml version=\"1.0\"?>\r\n<?one  two \r\n?>\n<!-- a\r\nb --> <a/> <?three?>\n<!--c-->",
        "<?one two \n?>\n<!-- a\nb -->\n<a></a>\n<?three?>\n<!--c-->",
    );
    let without = canonicalize(b"<!--x--><a><!--y-->t</a><!--z-->", Comments::Without);
    assert_eq!(without.as_deref(), Ok(&b"<a>t</a>"[..]));
}

#[test]
fn tags_are_written_in_one_way() {
    check("<a  b = 'c'\n d=\"e\" ></a >", "<a b=\"c\" d=\"e\"></a>");
    check(
        "<a b='&quot;&apos;&gt;&lt;'/>",
        "<a b=\"&quot;'>&lt;\"></a>",
    );
    check("<a><b\t/> <c ></c\r\n></a>", "<a><b></b> <c></c></a>");
}

#[test]
fn attributes_are_ordered_by_namespace_then_name() {
    check(
        "<e z='1' b:a='2' a:z='3' a:b='4' a='5' xml:lang='zh' xmlns:b='urn:a' xmlns:a='urn:b' xmlns='urn:c'/>",
        "<e xmlns=\"urn:c\" xmlns:a=\"urn:b\" xmlns:b=\"urn:a\" a=\"5\" z=\"1\" xml:lang=\"zh\" b:a=\"2\" a:b=\"4\" a:z=\"3\"></e>",
    );
}

#[test]
fn namespaces_are_declared_where_they_begin() {
    check(
        "<a xmlns='urn:a' xmlns:p='urn:p'><b xmlns='urn:a' xmlns:p='urn:p'><c xmlns=''><d xmlns=''/></c></b></a>",
        "<a xmlns=\"urn:a\" xmlns:p=\"urn:p\"><b><c xmlns=\"\"><d></d></c></b></a>",
    );
    check("<a xmlns=''><b/></a>", "<a><b></b></a>");
    check(
        "<a xmlns:p='urn:p'><b xmlns:p='urn:q'><c xmlns:p='urn:p'/></b></a>",
        "<a xmlns:p=\"urn:p\"><b xmlns:p=\"urn:q\"><c xmlns:p=\"urn:p\"></c></b></a>",
    );
    check(
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a></a>",
    );
}

#[test]
fn text_references_and_line_ends() {
    check(
        "<a>1\r\n2\r3&#13;&#x0a;&amp;&lt;&gt;&quot;&apos;></a>",
        "<a>1\n2\n3&#xD;\n&amp;&lt;&gt;\"'&gt;</a>",
    );
    check(
        "<a><![CDATA[<x>&amp;\r\n]]]]><![CDATA[>]]></a>",
        "<a>&lt;x&gt;&amp;amp;\n]]&gt;</a>",
    );
    check(
        "<a b='1\r\n2\t3&#13;&#10;&#9;&#32;  4'/>",
        "<a b=\"1 2 3&#xD;&#xA;&#x9;   4\"></a>",
    );
    check("<名 字='值'>\u{20000}</名>", "<名 字=\"值\">\u{20000}</名>");
}

#[test]
fn what_has_no_canonical_form() {
    for (document, code) in [
        ("<a xmlns:b='relative'/>", "TG-E1801"),
        ("<a xmlns='../x'/>", "TG-E1801"),
        ("<!DOCTYPE a><a/>", "TG-E1005"),
        ("<a>", "TG-E1011"),
    ] {
        let found = canonicalize(document.as_bytes(), Comments::With);
        assert_eq!(found.unwrap_err().code, code, "{document}");
    }
}
