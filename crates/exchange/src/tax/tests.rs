//! Rates from a dictionary.

use super::*;

#[test]
fn a_rate_is_three_percentages() {
    let some = |vat: i64, consumption: i64, duty: i64| {
        Some(Rate {
            vat: vat.into(),
            consumption: consumption.into(),
            duty: duty.into(),
        })
    };
    assert_eq!(rate("13/15/5"), some(13, 15, 5));
    assert_eq!(rate(" 9 "), some(9, 0, 0));
    for wrong in ["", "13/x", "13/100/0", "13/1/1/1", "-1"] {
        assert_eq!(rate(wrong), None, "{wrong}");
    }
}

#[test]
fn the_longest_beginning_counts() {
    let mut rates = Rates::default();
    rates.put("33", rate("13").unwrap());
    rates.put("3304", rate("13/15/5").unwrap());
    assert_eq!(rates.find("3304990000", Scope::Within), rate("13/15/5"));
    assert_eq!(rates.find("3301000000", Scope::Over), rate("13"));
    assert_eq!(rates.find("0101", Scope::Within), None);
}

#[test]
fn the_tariff_answers_inside_the_limits_what_the_dictionary_does_not_say() {
    let mut rates = Rates {
        tables: Arc::new(Tables::built_in().clone()),
        ..Rates::default()
    };
    assert_eq!(rates.find("1901101000", Scope::Within), rate("13"));
    // It knows no duty.
    assert_eq!(rates.find("1901101000", Scope::Over), None);
    // And not every consumption tax.
    assert_eq!(rates.find("3304990039", Scope::Within), None);
    rates.put("1901", rate("9").unwrap());
    assert_eq!(rates.find("1901101000", Scope::Within), rate("9"));
}
