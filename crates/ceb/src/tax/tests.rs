//! The worked example of the ministry, the comprehensive rates, and rests.

use super::*;
use crate::kind::Kind;

fn rate(vat: i64, consumption: i64, duty: i64) -> Rate {
    Rate {
        vat: vat.into(),
        consumption: consumption.into(),
        duty: duty.into(),
    }
}

fn list(freight: &str, lines: &[(&str, &str, &str)]) -> Facts {
    let head = [("freight", freight), ("insuredFee", "0")];
    let owned = |pairs: &[(&str, &str)]| -> Values {
        let pairs = pairs.iter();
        pairs
            .map(|(element, value)| ((*element).to_owned(), (*value).to_owned()))
            .collect()
    };
    let lines = lines.iter().zip(1..).map(|((gcode, qty, total), number)| {
        let number = number.to_string();
        owned(&[
            ("gnum", &number),
            ("gcode", gcode),
            ("gname", "样品"),
            ("qty", qty),
            ("totalPrice", total),
        ])
    });
    Facts::restored(Kind::Ceb621, owned(&head), lines.collect())
}

fn known(code: &str) -> Option<Rate> {
    match code.get(..4)? {
        "3304" => Some(rate(13, 15, 5)),
        "0401" => Some(rate(9, 0, 10)),
        "6109" => Some(rate(13, 0, 6)),
        _ => None,
    }
}

fn amounts(estimate: &Estimate) -> Vec<String> {
    [
        estimate.duty,
        estimate.consumption,
        estimate.vat,
        estimate.total,
    ]
    .map(|amount| amount.normalize().to_string())
    .to_vec()
}

#[test]
fn cosmetics_for_425_yuan() {
    let facts = list("0", &[("3304990000", "1", "425")]);
    let estimate = estimate(&facts, Scope::Within, &known, Way::default()).unwrap();
    assert_eq!(amounts(&estimate), ["0", "52.5", "45.5", "98"]);
    let explanation = estimate.explanation.join("\n");
    assert!(
        explanation.contains("消费税 ＝ 425.00 ÷（1 － 15%）× 15% × 70% ＝ 52.50 元"),
        "{explanation}"
    );
    assert!(
        explanation.contains("增值税 ＝ （425.00 ＋ 75.00） × 13% × 70% ＝ 45.50 元"),
        "{explanation}"
    );
    assert!(
        explanation.contains("综合税率 23.06%") && explanation.contains("税款共 98.00 元"),
        "{explanation}"
    );
}

#[test]
fn comprehensive_rates() {
    for (rate, expected) in [
        (rate(13, 0, 0), "9.1"),
        (rate(9, 0, 0), "6.3"),
        (rate(13, 15, 0), "23.06"),
    ] {
        let percent = comprehensive(&rate).unwrap();
        assert_eq!(percent.normalize().to_string(), expected);
    }
}

#[test]
fn outside_the_limits_everything_is_levied_in_full() {
    let facts = list("0", &[("3304990000", "1", "8500")]);
    assert_eq!(Scope::of(&facts, Decimal::ZERO), Scope::SingleItem);
    assert_eq!(Scope::of(&facts, 20_000.into()), Scope::Over);
    let estimate = estimate(&facts, Scope::SingleItem, &known, Way::default()).unwrap();
    // Duty 425; (8500 + 425) ÷ 0.85 × 0.15 = 1575; (8925 + 1575) × 13 % = 1365.
    assert_eq!(amounts(&estimate), ["425", "1575", "1365", "3365"]);
    assert!(
        estimate
            .explanation
            .join("")
            .contains("关税 ＝ 8500.00 × 5% ＝ 425.00 元")
    );
}

#[test]
fn the_last_line_takes_the_rest_of_the_freight() {
    let lines = [
        ("6109100000", "1", "10"),
        ("6109100000", "1", "10"),
        ("0401200000", "1", "10"),
    ];
    let facts = list("10", &lines);
    let shares = |way: Way| -> Vec<String> {
        let estimate = estimate(&facts, Scope::Within, &known, way).unwrap();
        let shares = estimate.lines.iter().map(|line| line.beside.to_string());
        shares.collect()
    };
    assert_eq!(shares(Way::default()), ["3.33", "3.33", "3.34"]);
    let even = Way {
        split: Split::Even,
        rounding: Rounding::Down,
        decimals: 1,
    };
    assert_eq!(shares(even), ["3.3", "3.3", "3.4"]);
}

#[test]
fn half_a_fen_is_rounded_as_the_way_says() {
    let facts = list("0", &[("6109100000", "1", "0.5")]);
    let vat = |rounding| {
        let way = Way {
            rounding,
            ..Way::default()
        };
        estimate(&facts, Scope::Within, &known, way)
            .unwrap()
            .vat
            .to_string()
    };
    assert_eq!(
        (vat(Rounding::HalfUp), vat(Rounding::Down)),
        ("0.05".to_owned(), "0.04".to_owned())
    );
}

#[test]
fn an_unknown_rate_is_said_and_a_missing_number_gives_nothing() {
    let facts = list("0", &[("9999999999", "1", "100")]);
    let estimated = estimate(&facts, Scope::Within, &known, Way::default()).unwrap();
    assert_eq!(amounts(&estimated), ["0", "0", "9.1", "9.1"]);
    assert!(
        !estimated.lines[0].is_known && estimated.explanation.join("").contains("暂按增值税 13%")
    );
    let facts = list("0", &[("9999999999", "1", "viel")]);
    assert_eq!(
        estimate(&facts, Scope::Within, &known, Way::default()),
        None
    );
    let huge = list("0", &[("3304990000", "1", "9999999999999999999999999999")]);
    assert_eq!(estimate(&huge, Scope::Over, &known, Way::default()), None);
}

#[test]
fn a_tax_bill_is_compared() {
    let spec = crate::sample::Spec::new(Kind::Ceb816, 5);
    let message = crate::parse(
        crate::sample::message(&spec).as_bytes(),
        crate::Profile::Down,
    );
    let bill = &message.message.unwrap().documents[0];
    let facts = list("0", &[("3304990000", "1", "425")]);
    let estimate = estimate(&facts, Scope::Within, &known, Way::default()).unwrap();
    let difference = compare(&estimate, bill).unwrap();
    assert!(
        difference.contains("平台测算：关税 0.00 元，消费税 52.50 元"),
        "{difference}"
    );
    let agreeing = Estimate {
        duty: bill.head.decimal("customsTax").unwrap(),
        consumption: bill.head.decimal("consumptionTax").unwrap(),
        vat: bill.head.decimal("valueAddedTax").unwrap(),
        ..estimate
    };
    assert_eq!(compare(&agreeing, bill), None);
}
