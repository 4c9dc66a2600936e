//! Spellings of one moment, and what has none or two readings.

use super::*;

#[test]
fn one_reading_is_converted() {
    let day = "20260302000000";
    let time = "20260302100000";
    for (text, expected) in [
        ("2026-03-02", day),
        ("2026/3/2", day),
        ("2026.3.2", day),
        ("2026年3月2日", day),
        ("２０２６－０３－０２", day),
        ("20260302", day),
        ("2-Mar-2026", day),
        ("March 2, 2026", day),
        ("2026-03-02 星期一", day),
        ("2026-3-2 10:00", time),
        ("2026-03-02T10:00:00", time),
        ("2026-03-02 10:00:00.123", time),
        ("2026-03-02T02:00:00Z", time),
        ("2026-03-02T02:00:00.000Z", time),
        ("2026-03-02T10:00:00+08:00", time),
        ("2026-03-01 21:00:00 -0500", time),
        ("20260302T020000Z", time),
        ("2026年3月2日10时", time),
        ("2026年3月2日 上午10点00分00秒", time),
        ("2026/3/2 下午 10:00", "20260302220000"),
        ("2026-03-02 12:00 AM", day),
        ("202603021000", time),
        ("20260302100000999", time),
        ("Mon Mar 02 10:00:00 CST 2026", time),
        ("Mon Mar 02 02:00:00 UTC 2026", time),
        ("Mon Mar 02 2026 10:00:00 GMT+0800 (中国标准时间)", time),
        ("Mon, 02 Mar 2026 02:00:00 GMT", time),
        ("1772416800", time),
        ("1772416800123", time),
        ("25/12/2026", "20261225000000"),
        ("12/25/2026", "20261225000000"),
        ("02/02/2026", "20260202000000"),
    ] {
        assert_eq!(
            convert(Form::Time14, text).as_deref(),
            Some(expected),
            "{text}"
        );
    }
    assert_eq!(
        convert(Form::Date8, "2026-03-02T23:00:00Z").as_deref(),
        Some("20260303")
    );
    assert_eq!(
        convert(Form::Date8, "20260302100000").as_deref(),
        Some("20260302")
    );
    assert_eq!(
        convert(Form::Date8, "20260302"),
        None,
        "it is right already"
    );
}

#[test]
fn what_has_two_readings_or_none_is_not_converted() {
    for text in [
        "02/03/2026",
        "2026030210",
        "2026-13-02",
        "2026-02-30",
        "26-3-2",
        "3月2日",
        "",
        "今天",
        "2026-03-02 25:00",
        "99999",
        "10:00",
        "2026",
        "1-2-3-4",
        "0000000000",
        "2026-03-02 10:00:00:00x",
        "-",
        "T",
        "Z",
        "+08:00",
        "GMT+99:99",
        "١٢",
        ":::",
        "年月日",
    ] {
        assert_eq!(convert(Form::Time14, text), None, "{text}");
    }
    assert!(matches!(read("02/03/2026"), Some(Reading::Two(..))));
}

#[test]
fn advice_says_what_it_should_be() {
    for (form, value, expected) in [
        (Form::Date8, "2026-03-02", "改为 20260302"),
        (Form::Date8, "20260302093000", "改为 20260302（"),
        (Form::Date8, "46083", "20260302"),
        (Form::Date8, "46083.5", "20260302"),
        (Form::Date8, "02/03/2026", "20260203或20260302"),
        (Form::Date8, "20260361", "DD"),
        (Form::Date8, "202604112", "DD"),
        (Form::Date8, "20263002", "MM"),
        (Form::Date8, "昨天", "8 位数字"),
        (Form::Time14, "20260302", "补上时分秒"),
        (Form::Time14, "2026-03-02 10:00:00", "改为 20260302100000"),
        (
            Form::Time14,
            "Mon Mar 02 10:00:00 CST 2026",
            "改为 20260302100000",
        ),
        (Form::Time14, "20260361100000", "DD"),
        (Form::Time14, "20260230093000", "14 位数字"),
    ] {
        let advice = advise(form, value).unwrap();
        assert!(advice.contains(expected), "{value}: {advice}");
    }
}
