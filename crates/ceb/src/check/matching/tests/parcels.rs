//! Parcels of collective documents, and the limits of a person.

use super::*;

#[test]
fn parcels_of_collective_documents() {
    let whole = trade(Kind::Ceb311);
    assert_eq!(
        codes(&changed(&whole, Kind::Ceb711, "voyageNo", "XX1")),
        ["CEB711 E1971"]
    );
    let lost = changed(&whole, Kind::Ceb711, "logisticsNo", "LOST1");
    assert_eq!(codes(&lost), ["CEB621 E1916", "CEB711 E1970"]);
    let early = changed(&whole, Kind::Ceb513, "logisticsTime", "20250101000000");
    assert_eq!(codes(&early), ["CEB513 E1973"]);
    let unknown = changed(&whole, Kind::Ceb513, "logisticsNo", "LOST1");
    assert_eq!(codes(&unknown), ["CEB513 E1970"]);
    let export = trade(Kind::Ceb303);
    assert_eq!(codes(&export), Vec::<String>::new());
    let arrival = changed(&export, Kind::Ceb507, "logisticsNo", "LOST1");
    assert_eq!(codes(&arrival), ["CEB507 E1970"]);
}

#[test]
fn limits_of_a_person() {
    let list = |qty: &str, total: &str| {
        let mut facts = a_list(Kind::Ceb621, 120).facts;
        facts.head.insert("freight".to_owned(), "0".to_owned());
        facts.lines[0].insert("qty".to_owned(), qty.to_owned());
        facts.lines[0].insert("price".to_owned(), "2500".to_owned());
        facts.lines[0].insert("totalPrice".to_owned(), total.to_owned());
        facts
    };
    let codes = |facts: &Facts, used: i64| -> Vec<&str> {
        let found = limit::judge(facts, used.into());
        found.iter().map(|one| one.code.id).collect()
    };
    assert_eq!(codes(&list("2", "5000"), 0), Vec::<&str>::new());
    assert_eq!(codes(&list("2", "5000.01"), 0), ["TG-E1940"]);
    assert_eq!(codes(&list("1", "8000"), 0), ["TG-E1941"]);
    assert_eq!(codes(&list("2", "5000"), 21_000), Vec::<&str>::new());
    assert_eq!(codes(&list("2", "5000"), 21_001), ["TG-E1942"]);
    let mut sugar = list("2", "50");
    for (element, value) in [("gcode", "1701910000"), ("unit1", "035"), ("qty1", "2.5")] {
        sugar.lines[0].insert(element.to_owned(), value.to_owned());
    }
    assert_eq!(codes(&sugar, 0), ["TG-E1943"]);
    let text = &limit::judge(&list("2", "5000"), 21_001.into())[0].text;
    assert!(text.contains("已用 21001 元，本清单 5000 元") && text.contains("剩余 4999 元"));
    let refund = request(Kind::Ceb625, 2, &[], "1").facts;
    assert_eq!(
        limit::given_back(&list("2", "5000"), &[&refund]),
        2500.into()
    );
    assert_eq!(
        limit::given_back(&list("2", "5000"), &[&refund, &refund]),
        5000.into()
    );
}
