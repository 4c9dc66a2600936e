//! What findings say word for word: a clerk corrects by these words.

use super::{Case, judged};
use crate::kind::Kind;
use crate::profile::Profile;

/// The texts and advices of the findings with this code.
fn texts_of(code: &str, kind: Kind, options: &str, breaks: &str) -> Vec<(String, String)> {
    let case = Case {
        code,
        kind,
        options,
        breaks,
        keeps: "",
    };
    let parsed = judged(&case, breaks, Profile::Strict);
    let found = parsed.findings.into_iter();
    found
        .filter(|finding| finding.code == code)
        .map(|finding| (finding.text, finding.advice))
        .collect()
}

/// Of a region only the first two digits are compared, and only those are quoted: the rest of the number may
/// well be right.
#[test]
fn a_region_is_quoted_by_the_digits_that_were_compared() {
    let district = texts_of("TG-E1318", Kind::Ceb311, "", "consigneeDistrict=990101");
    let [(text, advice)] = &district[..] else {
        panic!("{district:?}");
    };
    assert!(
        text.ends_with("：没有以 99（前两位，省级）开头的行政区划代码"),
        "{text}"
    );
    let identity = texts_of(
        "TG-E1313",
        Kind::Ceb411,
        "",
        "payerIdNumber=99010519491231002X",
    );
    let [(of_person, of_person_advice)] = &identity[..] else {
        panic!("{identity:?}");
    };
    assert!(
        of_person.ends_with("：地区码（前两位 99）不存在"),
        "{of_person}"
    );
    for text in [text, advice, of_person, of_person_advice] {
        assert!(!text.contains("9901"), "{text}");
    }
}

/// Of a time that has not come yet both are reported: the one of the message and the one by which it was judged.
#[test]
fn a_time_in_the_future_is_reported_with_the_present() {
    let future = texts_of(
        "TG-E1315",
        Kind::Ceb311,
        "now=20260105091959",
        "appTime=20260105093000",
    );
    let [(text, _)] = &future[..] else {
        panic!("{future:?}");
    };
    assert!(
        text.ends_with(" 20260105093000 晚于现在的北京时间 20260105091959"),
        "{text}"
    );
}
