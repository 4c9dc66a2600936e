//! Which names of goods are compared.

use super::*;

#[test]
fn goods_are_compared_by_the_shops_name_and_without_one_by_the_declared_name() {
    let trade = trade(Kind::Ceb311);
    let declared_otherwise = changed(&trade, Kind::Ceb621, "gname", "申报用的名称");
    let named = |trade: &[(Kind, String)]| codes(trade).iter().any(|code| code.ends_with("E1911"));
    assert!(
        !named(&declared_otherwise),
        "the shop's name is the order's"
    );
    let without = |trade: &[(Kind, String)]| -> Vec<(Kind, String)> {
        let cut = |(kind, xml): &(Kind, String)| {
            let lines = xml
                .lines()
                .filter(|line| *kind != Kind::Ceb621 || !line.contains("<ceb:itemName>"));
            (*kind, lines.collect::<Vec<_>>().join("\n"))
        };
        trade.iter().map(cut).collect()
    };
    assert!(!named(&without(&trade)), "the declared name is the order's");
    assert!(named(&without(&declared_otherwise)));
}
