//! Answers of CAS servers that are nearly right.

use crate::foreign::Trouble;
use crate::foreign::cas::person;

const NS: &str = "xmlns:cas=\"http://www.yale.edu/tp/cas\"";

fn verdict(answer: &str, attribute: &str) -> String {
    match person(answer.as_bytes(), attribute) {
        Ok(external) => external,
        Err(Trouble::Wrong(why)) => format!("! {why}"),
        Err(Trouble::Down(why)) => format!("!! {why}"),
    }
}

fn success(inside: &str) -> String {
    format!(
        "<cas:serviceResponse {NS}>\n <cas:authenticationSuccess>{inside}\
         </cas:authenticationSuccess>\n</cas:serviceResponse>"
    )
}

#[test]
fn one_user_in_the_right_place_is_believed() {
    let plain = success("<cas:user>wang.wu</cas:user>");
    assert_eq!(verdict(&plain, ""), "wang.wu");
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{plain}");
    assert_eq!(verdict(&declared, ""), "wang.wu");
    let default = plain.replace("xmlns:cas", "xmlns").replace("cas:", "");
    assert_eq!(verdict(&default, ""), "wang.wu");
    // Text around a comment is one text: it must not end at the comment.
    let split = success("<cas:user>wang<!-- x -->.wu</cas:user>");
    assert_eq!(verdict(&split, ""), "wang.wu");
    let coded = success("<cas:user>w&#97;ng &amp; <![CDATA[wu]]></cas:user>");
    assert_eq!(verdict(&coded, ""), "wang & wu");
    let more = "<cas:user>u</cas:user><cas:attributes><cas:mail>a@b</cas:mail>\
                <cas:number>8765</cas:number></cas:attributes>";
    assert_eq!(verdict(&success(more), "number"), "8765");
    assert_eq!(verdict(&success(more), "user"), "u");
}

/// Answers that name no one person.
fn nobody() -> Vec<(&'static str, String)> {
    let good = success("<cas:user>a</cas:user>");
    vec![
        (
            "a failure",
            format!(
                "<cas:serviceResponse {NS}><cas:authenticationFailure code=\"INVALID_TICKET\">no\
             </cas:authenticationFailure></cas:serviceResponse>"
            ),
        ),
        (
            "two users",
            success("<cas:user>a</cas:user><cas:user>b</cas:user>"),
        ),
        ("no user", success("")),
        ("an empty user", success("<cas:user/>")),
        (
            "a user with a child",
            success("<cas:user>a<cas:b/></cas:user>"),
        ),
        (
            "a user elsewhere",
            success("<cas:attributes><cas:user>a</cas:user></cas:attributes>"),
        ),
        ("blanks around", success("<cas:user> a </cas:user>")),
        (
            "a long user",
            success(&format!("<cas:user>{}</cas:user>", "x".repeat(256))),
        ),
        (
            "success and failure",
            good.replace(
                "</cas:serviceResponse>",
                "<cas:authenticationFailure code=\"X\"/></cas:serviceResponse>",
            ),
        ),
        (
            "failure and success",
            good.replace(
                "<cas:authenticationSuccess>",
                "<cas:authenticationFailure code=\"X\"/><cas:authenticationSuccess>",
            ),
        ),
    ]
}

/// Texts that are no answers.
fn nonsense() -> Vec<(&'static str, String)> {
    let good = success("<cas:user>a</cas:user>");
    vec![
        (
            "another namespace",
            good.replace("yale.edu/tp/cas", "yale.edu/tp/cas2"),
        ),
        (
            "no namespace",
            "<serviceResponse><authenticationSuccess><user>a</user>\
             </authenticationSuccess></serviceResponse>"
                .to_owned(),
        ),
        (
            "a foreign user",
            success("<x:user xmlns:x=\"urn:x\">a</x:user>"),
        ),
        (
            "a foreign user beside ours",
            success("<cas:user>a</cas:user><x:user xmlns:x=\"urn:x\">b</x:user>"),
        ),
        (
            "a prefix bound anew",
            success("<cas:user xmlns:cas=\"urn:x\">a</cas:user>"),
        ),
        ("a doctype", format!("<!DOCTYPE cas:serviceResponse>{good}")),
        (
            "an entity of its own",
            format!(
                "<!DOCTYPE r [<!ENTITY e \"admin\">]>{}",
                success("<cas:user>&e;</cas:user>")
            ),
        ),
        (
            "an entity without a doctype",
            success("<cas:user>&e;</cas:user>"),
        ),
        (
            "a file",
            format!(
                "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>{}",
                success("<cas:user>&e;</cas:user>")
            ),
        ),
        ("two roots", format!("{good}{good}")),
        ("text after", format!("{good}yes")),
        ("cut off", good[..good.len() - 5].to_owned()),
        ("a page", "<html><body>log in</body></html>".to_owned()),
        ("protocol 1", "yes\nadmin\n".to_owned()),
        (
            "JSON",
            "{\"serviceResponse\":{\"authenticationSuccess\":{\"user\":\"a\"}}}".to_owned(),
        ),
        ("UTF-16", "\u{feff}<".to_owned()),
        ("nothing", String::new()),
        ("too deep", success(&"<cas:a>".repeat(40))),
        ("too many", success(&"<cas:a/>".repeat(600))),
        (
            "too large",
            success(&format!("<cas:user>a</cas:user>{}", " ".repeat(300 << 10))),
        ),
    ]
}

#[test]
fn nothing_else_is_believed() {
    for (what, answer) in nobody().into_iter().chain(nonsense()) {
        let outcome = verdict(&answer, "");
        assert!(outcome.starts_with("! "), "{what}: {outcome}");
    }
    let twice = "<cas:user>u</cas:user><cas:attributes><cas:n>1</cas:n><cas:n>2</cas:n>\
                 </cas:attributes>";
    assert_eq!(
        verdict(&success(twice), "n"),
        "! not one value of the attribute"
    );
    assert_eq!(
        verdict(&success(twice), "m"),
        "! not one value of the attribute"
    );
}
